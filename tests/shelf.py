"""A folder of small documents and its index, for the tests of what reads, stores and finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.index.index import Index
from rag.ingest import sync as syncing
from rag.ingest.library import Library
from rag.ingest.listing import list_documents
from rag.models.embedding import Embedder, LocalEmbedder
from rag.types import CheckReport, Document, Plan, Progress, SyncReport


def silent(_: Progress) -> None:
    """Take no note of progress."""


def paragraph(subject: str) -> str:
    """Sentences about a subject that fill a chunk of their own."""
    return " ".join(f"In sentence {number} the {subject} is told of once more, at length." for number in range(13))


class WatchedEmbedder:
    """The local embedder; `before` is called ahead of every batch with the number of batches so far."""

    def __init__(self, inner: LocalEmbedder, before: Callable[[int], None]) -> None:
        self._inner = inner
        self._before = before
        self.name, self.dimension = inner.name, inner.dimension
        self.batches = 0

    def embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        self._before(self.batches)
        self.batches += 1
        return self._inner.embed(texts, progress)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return self._inner.embed_query(text)

    def count_tokens(self, texts: Sequence[str]) -> int:
        return self._inner.count_tokens(texts)


class Shelf:
    """The set `folder/documents` with its index in `folder/home`."""

    def __init__(self, folder: Path, embedder: LocalEmbedder) -> None:
        self.folder, self.home = folder / "documents", folder / "home"
        self.folder.mkdir(exist_ok=True)
        self.embedder = embedder
        self.library = Library(self.folder, self.home)
        self.set = self.library.at(self.folder)
        self.index = Index(self.library.index_home(self.set))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def files(self) -> dict[str, Path]:
        return self.library.files(self.set)

    def plan(self) -> Plan:
        return syncing.plan_sync(self.files(), self.index, silent)

    def sync(self, embedder: Embedder | None = None, *, rebuild: bool = False, keep: bool = False) -> SyncReport:
        given = embedder or self.embedder
        return syncing.sync(self.files(), self.index, given, 60, silent, rebuild=rebuild, keep=keep)

    def check(self) -> CheckReport:
        return syncing.check(self.index, self.embedder, silent)

    def states(self) -> dict[str, str]:
        return {info.name: info.state for info in list_documents(self.files(), self.index)}

    def names(self) -> list[str]:
        catalog = self.index.catalog()
        return [entry.name for entry in catalog.entries()] if catalog else []

    def document(self, name: str) -> Document:
        catalog = self.index.catalog()
        document = catalog.document(name) if catalog else None
        assert document is not None
        return document

    def found(self, words: str, k: int = 20) -> list[str]:
        """The words of all chunks that a search for `words` returns."""
        return [hit.located.text for hit in self.index.search(self.embedder.embed_query(words), words, k)]

    def cited(self, words: str, k: int = 20) -> set[str]:
        """The names of the documents that a search for `words` returns."""
        return {hit.located.document for hit in self.index.search(self.embedder.embed_query(words), words, k)}

    def assert_whole(self) -> None:
        """Fails unless Chroma, tantivy and the catalog hold the same chunks, each with its document's words."""
        catalog = self.index.catalog()
        assert catalog is not None
        assert catalog.dead() == []
        assert not list(self.index.home.glob("pending-*"))
        ids = sorted(catalog.chunk_ids())
        with self.index._guard:
            opened = self.index._fresh(self.index._version())
            assert opened is not None
            assert sorted(opened.vectors.ids()) == ids
            assert sorted(opened.lexical.ids()) == ids
            stored = opened.vectors._collection.get()
        words = dict(zip(stored["ids"], stored["documents"] or [], strict=True))
        for id_, where in catalog.located(ids).items():
            text = self.document(where.document).text
            assert where.text == words[id_] == text[where.start : where.end]
