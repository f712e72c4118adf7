"""The Chroma collection of a set: vectors, words and metadata in the form in which llama-index stores its nodes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from rag.errors import IndexUnusable
from rag.index.catalog import StoredChunk
from rag.index.faults import DAMAGED, faults_told
from rag.index.nodes import node_metadata
from rag.types import Document

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

COLLECTION = "footnote"
Vector = npt.NDArray[np.float32]
_spellings: set[str] = set()
_guard = threading.Lock()


class Vectors:
    """One persistent Chroma collection; `path` is its folder. Cosine distance; vectors are always passed in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spelling = _own_spelling(path)
        self._client, self._collection = _open(path, self._spelling)

    def upsert(self, chunks: Sequence[tuple[Document, StoredChunk]], vectors: Vector) -> None:
        """Write chunks with their vectors, shape (len(chunks), dimension); an id that is there is replaced."""
        for part in self._batches(len(chunks)):
            rows = chunks[part]
            self._collection.upsert(
                ids=[chunk.id for _, chunk in rows],
                embeddings=vectors[part],
                documents=[document.text[chunk.start : chunk.end] for document, chunk in rows],
                metadatas=[node_metadata(document, chunk) for document, chunk in rows],
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Delete the rows with those ids; unknown ids are no error."""
        for part in self._batches(len(ids)):
            self._collection.delete(ids=list(ids[part]))

    def get(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Id -> vector, of those ids that are there and can be read."""
        from chromadb.errors import InternalError

        found: dict[str, Vector] = {}
        for part in self._batches(len(ids)):
            try:
                rows = self._collection.get(ids=list(ids[part]), include=["embeddings"])
            except InternalError:
                continue
            embeddings: Any = rows["embeddings"]
            found.update(zip(rows["ids"], np.asarray(embeddings, dtype=np.float32), strict=True))
        return found

    def ids(self) -> list[str]:
        """The ids of all rows. Raises IndexUnusable when the files are damaged."""
        with _damage_told():
            return list(self._collection.get(include=[])["ids"])

    def query(self, vectors: Vector, k: int) -> list[list[tuple[str, float]]]:
        """For each row of `vectors`, shape (n, dimension), the nearest `k` as (id, cosine similarity), best first.

        Raises IndexUnusable when the files are damaged.
        """
        with _damage_told():
            rows = self._collection.query(query_embeddings=vectors, n_results=max(1, k), include=["distances"])
        distances: Any = rows["distances"]
        return [
            [(id_, 1.0 - float(distance)) for id_, distance in zip(ids, row, strict=True)]
            for ids, row in zip(rows["ids"], distances, strict=True)
        ]

    def copy_to(self, path: Path) -> None:
        """Copy the collection, which nobody may be writing, into the new folder `path`."""
        shutil.copytree(self.path, path, ignore=shutil.ignore_patterns("chroma.sqlite3*"))
        with (
            faults_told(),
            closing(sqlite3.connect(self.path / "chroma.sqlite3")) as here,
            closing(sqlite3.connect(path / "chroma.sqlite3")) as there,
        ):
            here.backup(there)

    def close(self) -> None:
        """Let the files go; a second call is no error."""
        self._client.close()
        with _guard:
            _spellings.discard(self._spelling)

    def _batches(self, n: int) -> Iterator[slice]:
        size = self._client.get_max_batch_size()
        return (slice(first, min(n, first + size)) for first in range(0, n, size))


@contextmanager
def _damage_told() -> Iterator[None]:
    from chromadb.errors import InternalError

    try:
        yield
    except InternalError as error:
        raise IndexUnusable(DAMAGED) from error


def _own_spelling(path: Path) -> str:
    """The path, written as no other open collection writes it.

    Chroma gives all clients of one path the same connection, until the last of them is closed, even one that broke
    when it was opened and every one after it. The spelling of one that broke is never used again.
    """
    with _guard:
        spelling = str(path)
        while spelling in _spellings:
            spelling = os.path.join(spelling, ".")
        _spellings.add(spelling)
    return spelling


def _open(path: Path, spelling: str) -> tuple[Client, Collection]:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    path.mkdir(parents=True, exist_ok=True)
    settings = ChromaSettings(anonymized_telemetry=False, is_persistent=True, persist_directory=spelling)
    client = cast("Client", chromadb.PersistentClient(path=spelling, settings=settings))
    # ef_search above the number asked for, or the search itself loses neighbours
    configuration: Any = {"hnsw": {"space": "cosine", "ef_construction": 128, "ef_search": 128, "max_neighbors": 24}}
    collection = client.get_or_create_collection(COLLECTION, configuration=configuration, embedding_function=None)
    return client, collection
