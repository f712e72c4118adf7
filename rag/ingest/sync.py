"""Bringing an index up to its folder, by content, without ever losing what was there.

What changed is found from hashes, so a new name or date of a file costs nothing. New versions are read and embedded
beside the old ones; only when all are there do they take their place, in one step.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import ReadError
from rag.index.catalog import StoredChunk
from rag.index.index import Index
from rag.index.writer import Writer
from rag.ingest.changes import VERSION, Changes, find_changes
from rag.ingest.chunking import chunk_document, embedded_text
from rag.ingest.hashes import HashOf, file_hash
from rag.ingest.readers import FileReader
from rag.models.embedding import Embedder
from rag.types import CheckReport, Document, Failure, Plan, Progress, SyncReport

Vector = npt.NDArray[np.float32]
ProgressTo = Callable[[Progress], None]
READING, EMBEDDING = "Reading files", "Embedding passages"
"""What the long parts of a sync are told as; the units of the first are files, of the second passages."""

_BATCH_CHUNKS = 512
_SLICE_CHARACTERS = 32_000_000


def plan_sync(files: dict[str, Path], index: Index, progress: ProgressTo, *, rebuild: bool = False) -> Plan:
    """What `sync` would do; `files` maps names below the set's folder to paths."""
    return _changes(files, index, progress, rebuild).plan


def sync(
    files: dict[str, Path],
    index: Index,
    embedder: Embedder,
    read_seconds: float,
    progress: ProgressTo,
    *,
    rebuild: bool = False,
    keep: bool = False,
    hash_of: HashOf = file_hash,
) -> SyncReport:
    """Bring `index` up to `files` and report what was done; `hash_of` tells what is in a file now.

    With `keep`, the vectors of what is removed or replaced are kept for a month, so that it can be had back quickly.

    Whatever goes wrong on the way (an embedding error, a full disk, the process being killed), the index goes on
    answering from its last whole state, and what was embedded by then is used by the next sync. Raises IndexBusy and
    IndexUnusable as `Index.writing`.
    """
    began = time.perf_counter()
    with index.writing(embedder.name, embedder.dimension, rebuild=rebuild) as writer:
        changes = _changes(files, index, progress, rebuild, hash_of)
        if changes.plan.idle and index.exists and not rebuild and changes.hashes == writer.catalog.files():
            writer.settle()
            return SyncReport(changes.plan, 0, 0, 0, time.perf_counter() - began)
        work = _Work(writer, embedder, _Twins(changes.twins, index), progress)
        with FileReader(read_seconds) as reader:
            for documents in _slices(_read(files, changes, reader, progress)):
                work.run(documents)
        plan = _carried_out(changes, work.staged)
        gone = [*plan.removed, *(old for old, _ in plan.renamed)]
        writer.publish(gone, changes.hashes, changes.failures, VERSION, keep=keep)
        return SyncReport(plan, work.embedded, work.reused, work.tokens, time.perf_counter() - began)


def check(index: Index, embedder: Embedder, progress: ProgressTo) -> CheckReport:
    """Prove that every chunk is found by its own embedding; repair what is not."""

    def embed(rows: Sequence[tuple[Document, StoredChunk]]) -> Vector:
        return embedder.embed(
            [embedded_text(document, document.text[chunk.start : chunk.end]) for document, chunk in rows]
        )

    return index.check(embedder.name, embedder.dimension, embed, progress)


# -- reading and embedding ----------------------------------------------------------------------------------------


def _changes(
    files: dict[str, Path], index: Index, progress: ProgressTo, rebuild: bool, hash_of: HashOf = file_hash
) -> Changes:
    return find_changes(files, None if rebuild else index.catalog(), progress, hash_of)


def _is_still(path: Path, hash_: str) -> bool:
    try:
        return file_hash(path) == hash_
    except OSError:
        return False


def _carried_out(changes: Changes, staged: set[str]) -> Plan:
    """The plan less what could not be read, its failures added."""
    plan = changes.plan
    stale = tuple(name for name in plan.changed if name not in staged)
    return replace(
        plan,
        added=tuple(name for name in plan.added if name in staged),
        changed=tuple(name for name in plan.changed if name in staged),
        renamed=tuple(pair for pair in plan.renamed if pair[1] in staged),
        removed=(*plan.removed, *(old for old, new in plan.renamed if new not in staged)),
        unchanged=tuple(sorted((*plan.unchanged, *stale))),
        failed=changes.failed(),
    )


def _read(
    files: dict[str, Path], changes: Changes, reader: FileReader, progress: ProgressTo
) -> Iterator[tuple[str, Document]]:
    for file, documents in changes.records.items():
        for document in documents:
            yield file, document
    for done, name in enumerate(changes.to_read):
        progress(Progress(READING, done, len(changes.to_read), name))
        try:
            results = reader.read(files[name], name)
        except ReadError as error:
            changes.failures.append((name, Failure(name, str(error))))
            del changes.hashes[name]  # nothing was found out about the file: look again next time
            continue
        for result in results:
            if isinstance(result, Failure):
                changes.failures.append((name, result))
                if not _is_still(files[name], changes.hashes[name]):
                    del changes.hashes[name]  # what failed is not what was compared: look again next time
            else:
                yield name, result
    if changes.to_read:
        progress(Progress(READING, len(changes.to_read), len(changes.to_read)))


def _slices(documents: Iterator[tuple[str, Document]]) -> Iterator[list[tuple[str, Document]]]:
    """Parts that fit in memory, each large enough to tell how long it will take."""
    part: list[tuple[str, Document]] = []
    characters = 0
    for file, document in documents:
        part.append((file, document))
        characters += len(document.text)
        if characters >= _SLICE_CHARACTERS:
            yield part
            part, characters = [], 0
    yield part


class _Work:
    """Chunks, embeds and stages documents, counting what it does."""

    def __init__(self, writer: Writer, embedder: Embedder, twins: _Twins, progress: ProgressTo) -> None:
        self._writer = writer
        self._embedder = embedder
        self._twins = twins
        self._progress = progress
        self.staged: set[str] = set()
        self.embedded = self.reused = self.tokens = 0

    def run(self, documents: Sequence[tuple[str, Document]]) -> None:
        chunked = [
            (file, document, _stored_chunks(document, self._twins.keys(document))) for file, document in documents
        ]
        total, done = sum(len(chunks) for _, _, chunks in chunked), 0
        batch: list[tuple[str, Document, list[StoredChunk]]] = []
        size = 0
        for item in chunked:
            batch.append(item)
            size += len(item[2])
            if size >= _BATCH_CHUNKS:
                self._stage(batch, done, total)
                done, batch, size = done + size, [], 0
        if batch:
            self._stage(batch, done, total)

    def _stage(self, batch: Sequence[tuple[str, Document, list[StoredChunk]]], done: int, total: int) -> None:
        texts = {
            chunk.key: embedded_text(document, document.text[chunk.start : chunk.end])
            for _, document, chunks in batch
            for chunk in chunks
        }
        vectors = self._writer.known_vectors(list(texts))
        missing = [key for key in texts if key not in vectors]
        if missing:
            wanted = [texts[key] for key in missing]
            computed = self._embedder.embed(wanted, lambda n, _: self._progress(Progress(EMBEDDING, done + n, total)))
            self.tokens += self._embedder.count_tokens(wanted)
            vectors.update(zip(missing, computed, strict=True))
        rows = [vectors[chunk.key] for _, _, chunks in batch for chunk in chunks]
        empty = np.zeros((0, self._embedder.dimension), dtype=np.float32)
        self._writer.stage(batch, np.stack(rows) if rows else empty)
        self.staged.update(document.name for _, document, _ in batch)
        self.embedded += len(missing)
        self.reused += len(rows) - len(missing)
        self._progress(Progress(EMBEDDING, done + len(rows), total))


class _Twins:
    """Indexed documents that are new ones under another name.

    A title that is made of the file's name is part of what is embedded; even so, a new name embeds nothing.
    """

    def __init__(self, names: dict[str, str], index: Index) -> None:
        self._names = names
        self._index = index

    def keys(self, document: Document) -> dict[tuple[int, int], str]:
        """Span -> key of the text that was embedded for those very words, where there is one."""
        name, catalog = self._names.get(document.sha256), self._index.catalog()
        found = catalog.chunks_of([name]) if name is not None and catalog else []
        return {
            (chunk.start, chunk.end): chunk.key for twin, chunks in found for chunk in chunks if _alike(twin, document)
        }


def _alike(one: Document, other: Document) -> bool:
    return one.text == other.text and one.published == other.published


def _stored_chunks(document: Document, keys: dict[tuple[int, int], str]) -> list[StoredChunk]:
    stored = []
    for chunk in chunk_document(document):
        identity = f"{document.name}\0{document.sha256}\0{VERSION}\0{chunk.start}\0{chunk.end}"
        key = keys.get((chunk.start, chunk.end)) or _key(embedded_text(document, chunk.text))
        stored.append(StoredChunk(hashlib.sha256(identity.encode()).hexdigest()[:40], chunk.start, chunk.end, key))
    return stored


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
