"""BM25 over the chunks of a set, in tantivy, on disk and updated in place.

The index is derived from the catalog and says, in a file beside it, which stamp of the catalog it holds.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_STAMP = "stamp"
_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af])")
_WRITER_BYTES = 128_000_000


class Lexical:
    """One tantivy index; `path` is its folder."""

    def __init__(self, path: Path) -> None:
        import tantivy

        self._tantivy: Any = tantivy
        self.path = path
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_text_field("body", stored=False, tokenizer_name="footnote", index_option="freq")
        self._schema = schema.build()
        self._analyzer = _analyzer(tantivy)
        self._damaged = False
        try:
            self._index = self._on_disk()
        except (ValueError, OSError):  # empty until it is rebuilt; only a writer may delete what is there
            self._damaged = True
            self._index = tantivy.Index(self._schema)
            self._index.register_tokenizer("footnote", self._analyzer)

    @property
    def stamp(self) -> str:
        """The catalog's stamp that this index was brought up to; empty when never, or when it is damaged."""
        file = self.path / _STAMP
        return file.read_text() if file.is_file() and not self._damaged else ""

    def mark(self, stamp: str) -> None:
        """Say that this index now holds what the catalog held at `stamp`."""
        temporary = self.path / f"{_STAMP}.new"
        temporary.write_text(stamp)
        temporary.replace(self.path / _STAMP)

    def update(self, add: Iterable[tuple[str, str]], delete: Sequence[str] = ()) -> None:
        """Delete the chunks with the ids in `delete`, add (id, text) pairs, and commit."""
        writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for id_ in delete:
            writer.delete_documents_by_term("id", id_)
        for id_, text in add:
            writer.delete_documents_by_term("id", id_)
            writer.add_document(self._tantivy.Document(id=id_, body=_spaced(text)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def rebuild(self, chunks: Iterable[tuple[str, str]]) -> None:
        """Hold the (id, text) pairs and nothing else; who searches meanwhile finds what was there before."""
        if self._damaged:
            shutil.rmtree(self.path, ignore_errors=True)
            self._index, self._damaged = self._on_disk(), False
        writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        writer.delete_all_documents()
        for id_, text in chunks:
            writer.add_document(self._tantivy.Document(id=id_, body=_spaced(text)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def _on_disk(self) -> Any:
        self.path.mkdir(parents=True, exist_ok=True)
        index = self._tantivy.Index(self._schema, path=str(self.path), reuse=True)
        index.register_tokenizer("footnote", self._analyzer)
        return index

    def copy_to(self, path: Path) -> None:
        """Copy the index, which nobody may be writing, into the new folder `path`."""
        if not self._damaged and self.path.is_dir():
            shutil.copytree(self.path, path, ignore=shutil.ignore_patterns("*.lock"))

    def ids(self) -> list[str]:
        """The ids of all chunks."""
        searcher = self._index.searcher()
        found = searcher.search(self._tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False)
        return [searcher.doc(address)["id"][0] for _, address in found.hits]

    def query(self, words: str, k: int, ids: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """The best `k` chunks for `words` as (id, BM25 score), best first. `words` is never read as query syntax.

        With `ids` only those chunks are ranked, with the scores that they have among all; it takes 4 µs for each id.
        """
        terms = dict.fromkeys(self._analyzer.analyze(_spaced(words)))
        if not terms:
            return []
        query = self._tantivy.Query
        should = [(self._tantivy.Occur.Should, query.term_query(self._schema, "body", term, "freq")) for term in terms]
        ranked = query.boolean_query(should)
        if ids is not None:
            among = query.const_score_query(query.term_set_query(self._schema, "id", list(ids)), 0.0)
            ranked = query.boolean_query([(self._tantivy.Occur.Must, ranked), (self._tantivy.Occur.Must, among)])
        searcher = self._index.searcher()
        hits = searcher.search(ranked, limit=max(1, k), count=False).hits
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in hits]


def _analyzer(tantivy: Any) -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _spaced(text: str) -> str:
    """Scripts without spaces as single characters, so that a part of a run can be found."""
    return _CJK.sub(r" \1 ", text)
