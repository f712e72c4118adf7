"""One version of a set's index on disk: catalog, Chroma and tantivy of the same moment, opened as one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import IndexUnusable
from rag.index.catalog import Catalog, Located, StoredChunk
from rag.index.faults import DAMAGED
from rag.index.lexical import Lexical
from rag.index.selection import Selection
from rag.index.vectors import Vectors
from rag.types import Document, Filter, Progress

Vector = npt.NDArray[np.float32]
Row = tuple[Document, StoredChunk]
_CHECK_BATCH = 256
_COPY_DOCUMENTS = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """A live chunk that a search found: cosine similarity and BM25 score, None where that ranking missed it."""

    id: str
    located: Located
    dense: float | None
    lexical: float | None


@dataclass(frozen=True, slots=True)
class Version:
    """An opened version; `name` is its folder's. One that answers is never written to."""

    name: str
    catalog: Catalog
    vectors: Vectors
    lexical: Lexical

    @classmethod
    def open(cls, folder: Path) -> Version:
        """The version in `folder`; raises IndexUnusable if it is damaged."""
        catalog = Catalog(folder / "catalog.sqlite")
        try:
            vectors = Vectors(folder / "chroma")
        except Exception as error:  # Chroma's own, SQLite's, the system's
            raise IndexUnusable(DAMAGED) from error
        return cls(folder.name, catalog, vectors, Lexical(folder / "lexical"))

    @classmethod
    def create(cls, folder: Path, embedder: str, dimension: int) -> Version:
        """An empty version in a new `folder`."""
        folder.mkdir(parents=True)
        Catalog(folder / "catalog.sqlite").create(embedder, dimension)
        return cls.open(folder)

    def copied_to(self, folder: Path) -> Version:
        """A copy, file by file, in a new `folder`."""
        folder.mkdir(parents=True)
        self.catalog.copy_to(folder / "catalog.sqlite")
        self.vectors.copy_to(folder / "chroma")
        self.lexical.copy_to(folder / "lexical")
        copy = Version.open(folder)
        copy.mend_lexical()
        return copy

    def close(self) -> None:
        """Let the files go."""
        self.vectors.close()

    def selection(self, within: Filter) -> Selection:
        """The chunks that a filter lets through, for `search`; a version that answers has the same ones every time."""
        return Selection.of(within, self.catalog, self.vectors)

    def search(self, vector: Vector, words: str, k: int, selection: Selection | None = None) -> list[Hit]:
        """The best `k` live chunks by cosine similarity to `vector`, shape (dimension,), and the best `k` by BM25.

        With a selection both are the best of it, however few of all chunks it holds.
        """
        if selection is None:
            dense = self._live(lambda n: self.vectors.query(vector[None, :], n)[0], k)
            lexical = self._live(lambda n: self.lexical.query(words, n), k)
        else:
            dense = dict(selection.nearest(vector, self.vectors, k))
            lexical = dict(selection.ranked(words, self.lexical, k))
        located = self.catalog.located(list(dense | lexical))
        return [Hit(id_, where, dense.get(id_), lexical.get(id_)) for id_, where in located.items()]

    def _live(self, query: Callable[[int], list[tuple[str, float]]], k: int) -> dict[str, float]:
        """The best `k` live hits; asks for more while rows that do not count take their places."""
        wanted = k
        while True:
            hits = query(wanted)
            live = self.catalog.live([id_ for id_, _ in hits])
            kept = [(id_, score) for id_, score in hits if id_ in live]
            if len(kept) >= k or len(hits) < wanted or wanted >= 64 * k:
                return dict(kept[:k])
            wanted *= 4

    def rows(self) -> Iterator[list[Row]]:
        """All live chunks with their documents, in parts."""
        names = [entry.name for entry in self.catalog.entries()]
        for first in range(0, len(names), _COPY_DOCUMENTS):
            documents = self.catalog.chunks_of(names[first : first + _COPY_DOCUMENTS])
            yield [(document, chunk) for document, chunks in documents for chunk in chunks]

    def rank(self, rows: Sequence[Row], delete: Sequence[str] = ()) -> None:
        """Write chunks into tantivy, and delete those with the ids in `delete`."""
        self.lexical.update(((chunk.id, _words(document, chunk)) for document, chunk in rows), delete)

    def mend_lexical(self) -> None:
        """Rebuild the derived ranking where it is not of the catalog's state."""
        if self.lexical.stamp != self.catalog.stamp:
            self.rebuild_lexical()

    def rebuild_lexical(self) -> None:
        """Make the derived ranking anew from the catalog."""
        self.lexical.rebuild((chunk.id, _words(document, chunk)) for rows in self.rows() for document, chunk in rows)
        self.lexical.mark(self.catalog.stamp)

    def lost(self, ids: Sequence[str], progress: Callable[[Progress], None]) -> list[str]:
        """Those chunks that a search with their own vector does not return, identical texts aside."""
        lost: list[str] = []
        for first in range(0, len(ids), _CHECK_BATCH):
            progress(Progress("Checking chunks", first, len(ids)))
            part = ids[first : first + _CHECK_BATCH]
            vectors = self.vectors.get(part)
            lost += [id_ for id_ in part if id_ not in vectors]
            try:
                found = self.vectors.query(np.stack(list(vectors.values())), 10) if vectors else []
            except IndexUnusable:
                lost += vectors
                continue
            for id_, row in zip(vectors, found, strict=True):
                if id_ not in {other for other, _ in row} and any(similarity < 0.9999 for _, similarity in row):
                    lost.append(id_)
        progress(Progress("Checking chunks", len(ids), len(ids)))
        return lost


def _words(document: Document, chunk: StoredChunk) -> str:
    return f"{document.title}\n{document.text[chunk.start : chunk.end]}"
