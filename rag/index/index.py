"""The index of one document set: catalog, Chroma and tantivy as one thing, with one writer and any number of readers.

On disk, below FOOTNOTE_HOME: `sets/<set>/current` names the version that answers, `sets/<set>/<version>/` holds
`catalog.sqlite`, `chroma/` and `lexical/`. A version that answers is never written to: Chroma writes its files in
place, and a process that dies while it does so leaves them unreadable. A writer changes a copy, and when that is whole
lets `current` name it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import IndexBusy, IndexMismatch
from rag.index.catalog import SCHEMA_VERSION, Catalog, Located, StoredChunk
from rag.index.lexical import Lexical
from rag.index.pending import Pending
from rag.index.vectors import DAMAGED, Vectors
from rag.types import CheckReport, Document, Failure, Progress

Vector = npt.NDArray[np.float32]
Row = tuple[Document, StoredChunk]
Embed = Callable[[Sequence[Row]], Vector]
_CHECK_BATCH = 256
_COPY_DOCUMENTS = 100
_FEW_DEAD = 2_000
_GRACE_SECONDS = 60.0  # for which a version that answers no more is left to those who are reading it
_VERSION_NAME = re.compile(r"v[0-9]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A live chunk that a search found: cosine similarity and BM25 score, None where that ranking missed it."""

    id: str
    located: Located
    dense: float | None
    lexical: float | None


@dataclass(frozen=True, slots=True)
class _Opened:
    version: str
    catalog: Catalog
    vectors: Vectors
    lexical: Lexical


class Index:
    """The index whose folder is `home`. Threads may share it; `writing()` must be held around every change."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._guard = threading.RLock()
        self._opened: _Opened | None = None

    # -- state --------------------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """True once something was published here."""
        return self._version() is not None

    def catalog(self) -> Catalog | None:
        """The catalog of the version that answers now; None before the first sync. Costs no import of Chroma."""
        version = self._version()
        return None if version is None else Catalog(self.home / version / "catalog.sqlite")

    def require(self, embedder: str) -> None:
        """Raise IndexMismatch if this index cannot be searched with the embedder of that name."""
        catalog = self.catalog()
        if catalog is None:
            return
        try:
            made_with, schema = catalog.meta("embedder"), catalog.meta("schema")
        except sqlite3.DatabaseError as error:
            raise IndexMismatch(DAMAGED) from error
        if made_with != embedder:
            raise IndexMismatch(
                f"This index was made with the embedder {made_with}, but {embedder} is set: rebuild it with"
                " `python -m rag sync --rebuild`, or set the other embedder again."
            )
        if schema != SCHEMA_VERSION:
            raise IndexMismatch(
                "This index was made by another version of Footnote: rebuild it with `python -m rag sync --rebuild`."
            )

    def _version(self) -> str | None:
        pointer = self.home / "current"
        version = pointer.read_text(errors="replace").strip() if pointer.is_file() else ""
        known = _VERSION_NAME.fullmatch(version) and (self.home / version / "catalog.sqlite").is_file()
        return version if known else None

    # -- reading ------------------------------------------------------------------------------------------------

    def search(self, vector: Vector, words: str, k: int) -> list[Hit]:
        """The best `k` live chunks by cosine similarity to `vector`, shape (dimension,), and the best `k` by BM25."""
        with self._guard:
            while True:
                version = self._version()
                try:
                    opened = self._fresh(version)
                    return _hits(opened, vector, words, k) if opened else []
                except Exception:
                    if self._version() == version:
                        raise
                    # it was deleted while it was read: search the one that took its place

    def _fresh(self, version: str | None) -> _Opened | None:
        """That version, opened; None for none."""
        if version is not None and (self._opened is None or self._opened.version != version):
            self._close()
            self._opened = _open(self.home / version)
            self._mend_lexical(self._opened)
        return self._opened if version is not None else None

    def _mend_lexical(self, opened: _Opened) -> None:
        """Rebuild the derived ranking if it is gone or damaged, unless a writer is at work."""
        if opened.lexical.stamp != opened.catalog.stamp:
            with suppress(IndexBusy), self._os_lock():
                _rebuild_lexical(opened)

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.vectors.close()
            self._opened = None

    def close(self) -> None:
        """Let all files go."""
        with self._guard:
            self._close()

    # -- writing ------------------------------------------------------------------------------------------------

    @contextmanager
    def _os_lock(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        self.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.home / "lock", timeout=0, is_singleton=True):
                yield
        except Timeout:
            raise IndexBusy(
                "Another process or tab is bringing this document set up to date; try again when it is done."
            ) from None

    @contextmanager
    def writing(self, embedder: str, dimension: int, *, rebuild: bool = False) -> Iterator[Writer]:
        """The one writer of this index.

        What it writes lies beside what answers until it is published. With `rebuild` it begins with nothing.
        Raises IndexBusy if another process or thread is writing, IndexMismatch as `require`.
        """
        with self._os_lock():
            if not rebuild:
                self.require(embedder)
            self._delete_old_versions()
            writer = Writer(self, self._source(embedder, rebuild), embedder, dimension, rebuild)
            try:
                yield writer
            finally:
                writer.close()

    def _source(self, embedder: str, rebuild: bool) -> _Opened | None:
        """The version that answers, if there is one and, for a rebuild, its vectors can be used again."""
        try:
            self.require(embedder)
            with self._guard:
                return self._fresh(self._version())
        except (IndexMismatch, sqlite3.DatabaseError):
            if rebuild:
                return None
            raise

    def _delete_old_versions(self) -> None:
        version, now = self._version(), time.time()
        for folder in self.home.glob("v*"):
            published = (folder / "published").exists()
            if folder.name != version and not (published and now - folder.stat().st_mtime < _GRACE_SECONDS):
                shutil.rmtree(folder, ignore_errors=True)

    def _next_version(self) -> Path:
        known = [int(path.name[1:]) for path in self.home.glob("v*") if _VERSION_NAME.fullmatch(path.name)]
        return self.home / f"v{max(known, default=0) + 1}"

    def _switch(self, opened: _Opened) -> None:
        """Make `opened` the version that answers."""
        (self.home / opened.version / "published").touch()
        with self._guard:
            before = self._version()
            pointer = self.home / "current.new"
            with pointer.open("w") as out:
                out.write(opened.version)
                out.flush()
                os.fsync(out.fileno())
            pointer.replace(self.home / "current")
            self._close()
            self._opened = opened
        if before is not None:
            os.utime(self.home / before)

    def check(self, embedder: str, dimension: int, embed: Embed, progress: Callable[[Progress], None]) -> CheckReport:
        """Look every live chunk up by its own embedding, and repair what is missing, lost or left over.

        `embed` gives the vectors, shape (n, dimension), of chunks whose own are gone.
        """
        with self.writing(embedder, dimension) as writer:
            opened = writer.opened
            live = opened.catalog.chunk_ids()
            stored, ranked = set(opened.vectors.ids()), set(opened.lexical.ids())
            stray = (stored | ranked) - set(live)
            missing = [id_ for id_ in live if id_ not in stored or id_ not in ranked]
            lost = _lost(opened, [id_ for id_ in live if id_ in stored], progress)
            still: list[str] = []
            if stray or missing or lost:
                writer.compact(embed)
                still = _lost(writer.opened, [*missing, *lost], progress)
            return CheckReport(len(live), len(lost), len(missing), len(stray), not still)


class Writer:
    """What may be done to an index while its lock is held."""

    def __init__(
        self, index: Index, source: _Opened | None, embedder: str, dimension: int, rebuild: bool = False
    ) -> None:
        self._index = index
        self._source = source
        self._embedder = embedder
        self._dimension = dimension
        self._target: _Opened | None = None  # what is written, until it is published
        self._pending = Pending(index.home / f"pending-{hashlib.sha256(embedder.encode()).hexdigest()[:12]}.sqlite")
        self._published: set[str] = set()  # keys whose vectors the source holds
        if source is None or rebuild:
            self._target = _new(index._next_version(), embedder, dimension)

    @property
    def opened(self) -> _Opened:
        """What is being written, or else what answers."""
        opened = self._target or self._source
        assert opened is not None
        return opened

    @property
    def catalog(self) -> Catalog:
        """The catalog of `opened`."""
        return self.opened.catalog

    def known_vectors(self, keys: Sequence[str]) -> dict[str, Vector]:
        """Key -> vector, for embedded texts that the index holds or an earlier writer did not live to publish."""
        found: dict[str, Vector] = {}
        if self._source is not None:
            ids = self._source.catalog.ids_by_key(keys)
            vectors = self._source.vectors.get(list(ids.values()))
            found = {key: vectors[id_] for key, id_ in ids.items() if id_ in vectors}
            self._published |= found.keys()
        return found | self._pending.get([key for key in keys if key not in found])

    def stage(self, batch: Sequence[tuple[str, Document, Sequence[StoredChunk]]], vectors: Vector) -> None:
        """Write (file, document, chunks) beside what answers; `vectors` has a row for every chunk, in order."""
        rows = [(document, chunk) for _, document, chunks in batch for chunk in chunks]
        computed = {chunk.key: vector for (_, chunk), vector in zip(rows, vectors, strict=True)}
        self._pending.add({key: computed[key] for key in computed.keys() - self._published})
        target = self._own()
        _write(target, rows, lambda _: vectors)
        target.lexical.update((chunk.id, _words(document, chunk)) for document, chunk in rows)
        target.catalog.stage(batch)

    def publish(
        self, gone: Sequence[str], files: dict[str, str], failures: Sequence[tuple[str, Failure]], readers: str
    ) -> None:
        """Make all that was staged answer from now on, and what it replaces, and `gone`, no more."""
        target = self._own()
        target.catalog.publish(gone, files, failures, readers)
        dead = target.catalog.dead()
        # Chroma never gives deleted rows' space back
        if len(dead) > max(_FEW_DEAD, target.catalog.counts()[1]):
            self.compact()
        else:
            target.vectors.delete(dead)
            target.lexical.update((), dead)
            target.catalog.forget(dead)
            target.lexical.mark(target.catalog.stamp)
            self._answer_from(target)
        self.settle()

    def settle(self) -> None:
        """Forget what earlier writers left behind: all that counts is published."""
        for path in self._index.home.glob("pending-*.sqlite"):
            Pending(path).clear()

    def compact(self, embed: Embed | None = None) -> None:
        """Write the live chunks, vectors as they are, into a new version, and switch to it.

        Chunks whose vectors are gone are embedded anew, or, without `embed`, left for `check` to find.
        """
        old, folder = self.opened, self._index._next_version()
        folder.mkdir(parents=True)
        old.catalog.copy_to(folder / "catalog.sqlite")
        new = _open(folder)
        try:
            new.catalog.forget(new.catalog.dead())
            for rows in _live_rows(new.catalog):
                vectors = old.vectors.get([chunk.id for _, chunk in rows])
                _write(new, [row for row in rows if row[1].id in vectors], partial(_stacked, vectors))
                if embed is not None:
                    _write(new, [row for row in rows if row[1].id not in vectors], embed)
            new.catalog.touch()
            _rebuild_lexical(new)
        except BaseException:
            new.vectors.close()
            raise
        self.close()
        self._answer_from(new)

    def close(self) -> None:
        """Let go of what was not published."""
        if self._target is not None:
            self._target.vectors.close()
            self._target = None

    def _own(self) -> _Opened:
        """What may be written: a copy of what answers, made when it is first needed."""
        if self._target is None:
            assert self._source is not None
            self._target = _copied(self._source, self._index._next_version())
        return self._target

    def _answer_from(self, opened: _Opened) -> None:
        self._index._switch(opened)
        self._source, self._target = opened, None


def _open(folder: Path) -> _Opened:
    catalog = Catalog(folder / "catalog.sqlite")
    try:
        vectors = Vectors(folder / "chroma")
    except Exception as error:  # Chroma's own, SQLite's, the system's
        raise IndexMismatch(DAMAGED) from error
    return _Opened(folder.name, catalog, vectors, Lexical(folder / "lexical"))


def _new(folder: Path, embedder: str, dimension: int) -> _Opened:
    folder.mkdir(parents=True)
    Catalog(folder / "catalog.sqlite").create(embedder, dimension)
    return _open(folder)


def _copied(opened: _Opened, folder: Path) -> _Opened:
    folder.mkdir(parents=True)
    opened.catalog.copy_to(folder / "catalog.sqlite")
    opened.vectors.copy_to(folder / "chroma")
    opened.lexical.copy_to(folder / "lexical")
    copy = _open(folder)
    if copy.lexical.stamp != copy.catalog.stamp:
        _rebuild_lexical(copy)
    return copy


def _live_rows(catalog: Catalog) -> Iterator[list[Row]]:
    """All live chunks, in parts."""
    names = [entry.name for entry in catalog.entries()]
    for first in range(0, len(names), _COPY_DOCUMENTS):
        documents = catalog.chunks_of(names[first : first + _COPY_DOCUMENTS])
        yield [(document, chunk) for document, chunks in documents for chunk in chunks]


def _write(opened: _Opened, rows: Sequence[Row], vectors: Embed) -> None:
    if rows:
        opened.vectors.upsert(rows, vectors(rows))


def _stacked(vectors: Mapping[str, Vector], rows: Sequence[Row]) -> Vector:
    return np.stack([vectors[chunk.id] for _, chunk in rows])


def _words(document: Document, chunk: StoredChunk) -> str:
    return f"{document.title}\n{document.text[chunk.start : chunk.end]}"


def _rebuild_lexical(opened: _Opened) -> None:
    opened.lexical.rebuild(
        (chunk.id, _words(document, chunk)) for rows in _live_rows(opened.catalog) for document, chunk in rows
    )
    opened.lexical.mark(opened.catalog.stamp)


def _hits(opened: _Opened, vector: Vector, words: str, k: int) -> list[Hit]:
    dense = _live(lambda n: opened.vectors.query(vector[None, :], n)[0], opened.catalog, k)
    lexical = _live(lambda n: opened.lexical.query(words, n), opened.catalog, k)
    located = opened.catalog.located(list(dense | lexical))
    return [Hit(id_, where, dense.get(id_), lexical.get(id_)) for id_, where in located.items()]


def _live(query: Callable[[int], list[tuple[str, float]]], catalog: Catalog, k: int) -> dict[str, float]:
    """The best `k` live hits; asks for more while rows that do not count take their places."""
    wanted = k
    while True:
        hits = query(wanted)
        live = catalog.live([id_ for id_, _ in hits])
        kept = [(id_, score) for id_, score in hits if id_ in live]
        if len(kept) >= k or len(hits) < wanted or wanted >= 64 * k:
            return dict(kept[:k])
        wanted *= 4


def _lost(opened: _Opened, ids: Sequence[str], progress: Callable[[Progress], None]) -> list[str]:
    """Chunks that a search with their own vector does not return, identical texts aside."""
    lost: list[str] = []
    for first in range(0, len(ids), _CHECK_BATCH):
        progress(Progress("Checking chunks", first, len(ids)))
        part = ids[first : first + _CHECK_BATCH]
        vectors = opened.vectors.get(part)
        lost += [id_ for id_ in part if id_ not in vectors]
        try:
            rows = opened.vectors.query(np.stack(list(vectors.values())), 10) if vectors else []
        except IndexMismatch:
            lost += vectors
            continue
        for id_, row in zip(vectors, rows, strict=True):
            if id_ not in {found for found, _ in row} and any(similarity < 0.9999 for _, similarity in row):
                lost.append(id_)
    progress(Progress("Checking chunks", len(ids), len(ids)))
    return lost
