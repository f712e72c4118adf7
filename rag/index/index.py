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
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from rag.errors import FootnoteError, IndexBusy, IndexUnusable, LibraryError
from rag.index.catalog import SCHEMA_VERSION, Catalog, StoredChunk
from rag.index.kept import Kept
from rag.index.pending import Pending
from rag.index.selection import Selection
from rag.index.version import Hit, Row, Vector, Version
from rag.types import EVERYTHING, CheckReport, Document, Failure, Filter, Progress

Embed = Callable[[Sequence[Row]], Vector]
_FEW_DEAD = 2_000
_GRACE_SECONDS = 60.0  # for which a version that answers no more is left to those who are reading it
_VERSION_NAME = re.compile(r"v[0-9]+")


class Index:
    """The index whose folder is `home`. Threads may share it; `writing()` must be held around every change."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._guard = threading.RLock()
        self._opened: Version | None = None
        self._selected: Selection | None = None  # of what is opened, as the next question often has the same filter

    # -- state --------------------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """True once something was published here."""
        return self._version() is not None

    def catalog(self) -> Catalog | None:
        """The catalog of the version that answers now; None before the first sync. Costs no import of Chroma."""
        version = self._version()
        return None if version is None else Catalog(self.home / version / "catalog.sqlite")

    @property
    def collection_path(self) -> Path:
        """The Chroma folder of the version that answers now, to open and not to write; a later sync makes another.

        Raises LibraryError before the first sync.
        """
        version = self._version()
        if version is None:
            raise LibraryError("These documents have not been read yet: run `python -m rag sync` first.")
        return self.home / version / "chroma"

    def require(self, embedder: str) -> None:
        """Raise IndexUnusable if this index cannot be searched with the embedder of that name."""
        catalog = self.catalog()
        if catalog is None:
            return
        made_with, schema = catalog.meta("embedder"), catalog.meta("schema")
        if made_with != embedder:
            raise IndexUnusable(
                f"This index was made with the embedder {made_with}, but {embedder} is set: rebuild it with"
                " `python -m rag sync --rebuild`, or set the other embedder again."
            )
        if schema != SCHEMA_VERSION:
            raise IndexUnusable(
                "This index was made by another version of Footnote: rebuild it with `python -m rag sync --rebuild`."
            )

    def _version(self) -> str | None:
        pointer = self.home / "current"
        version = pointer.read_text(errors="replace").strip() if pointer.is_file() else ""
        known = _VERSION_NAME.fullmatch(version) and (self.home / version / "catalog.sqlite").is_file()
        return version if known else None

    # -- reading ------------------------------------------------------------------------------------------------

    def search(self, vector: Vector, words: str, k: int, within: Filter = EVERYTHING) -> list[Hit]:
        """The best `k` live chunks by cosine similarity to `vector`, shape (dimension,), and the best `k` by BM25.

        Both are the best of those documents that `within` lets through.
        """
        with self._guard:
            while True:
                version = self._version()
                try:
                    opened = self._fresh(version)
                    return opened.search(vector, words, k, self._selection(opened, within)) if opened else []
                except Exception:
                    if self._version() == version:
                        raise
                    # it was deleted while it was read: search the one that took its place

    def _selection(self, opened: Version, within: Filter) -> Selection | None:
        if within.empty:
            return None
        if self._selected is None or self._selected.within != within:
            self._selected = opened.selection(within)
        return self._selected

    def _fresh(self, version: str | None) -> Version | None:
        """That version, opened; None for none."""
        if version is not None and (self._opened is None or self._opened.name != version):
            self._close()
            self._opened = Version.open(self.home / version)
            self._mend_lexical(self._opened)
        return self._opened if version is not None else None

    def _mend_lexical(self, opened: Version) -> None:
        """Rebuild the derived ranking if it is gone or damaged, unless a writer is at work."""
        if opened.lexical.stamp != opened.catalog.stamp:
            with suppress(IndexBusy), self._os_lock():
                opened.rebuild_lexical()

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = self._selected = None

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
    def held(self) -> Iterator[None]:
        """Nobody writes the index meanwhile; raises IndexBusy if somebody does."""
        with self._os_lock():
            yield

    @contextmanager
    def writing(self, embedder: str, dimension: int, *, rebuild: bool = False) -> Iterator[Writer]:
        """The one writer of this index.

        What it writes lies beside what answers until it is published. With `rebuild` it begins with nothing.
        Raises IndexBusy if another process or thread is writing, IndexUnusable as `require`.
        """
        with self._os_lock():
            if not rebuild:
                self.require(embedder)
            self._delete_old_versions()
            for path in self.home.glob("kept-*.sqlite"):
                Kept(path).forget_old()
            writer = Writer(self, self._source(embedder, rebuild), embedder, dimension, rebuild)
            try:
                yield writer
            finally:
                writer.close()

    def _source(self, embedder: str, rebuild: bool) -> Version | None:
        """The version that answers, if there is one and, for a rebuild, its vectors can be used again."""
        try:
            self.require(embedder)
            with self._guard:
                return self._fresh(self._version())
        except FootnoteError:
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

    def _switch(self, opened: Version) -> None:
        """Make `opened` the version that answers."""
        (self.home / opened.name / "published").touch()
        with self._guard:
            before = self._version()
            pointer = self.home / "current.new"
            with pointer.open("w") as out:
                out.write(opened.name)
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
            lost = opened.lost([id_ for id_ in live if id_ in stored], progress)
            still: list[str] = []
            if stray or missing or lost:
                writer.compact(embed)
                still = writer.opened.lost([*missing, *lost], progress)
            faults = bool(stray or missing or lost)
            return CheckReport(len(live), len(lost), len(missing), len(stray), faults and not still)


class Writer:
    """What may be done to an index while its lock is held."""

    def __init__(self, index: Index, source: Version | None, embedder: str, dimension: int, rebuild: bool) -> None:
        self._index = index
        self._source = source
        self._embedder = embedder
        self._dimension = dimension
        self._target: Version | None = None  # what is written, until it is published
        made_by = hashlib.sha256(embedder.encode()).hexdigest()[:12]
        self._pending = Pending(index.home / f"pending-{made_by}.sqlite")
        self._kept = Kept(index.home / f"kept-{made_by}.sqlite")
        self._published: set[str] = set()  # keys whose vectors the source holds
        self._back: set[str] = set()  # keys whose vectors were kept
        if source is None or rebuild:
            self._target = Version.create(index._next_version(), embedder, dimension)

    @property
    def opened(self) -> Version:
        """What is being written, or else what answers."""
        opened = self._target or self._source
        assert opened is not None
        return opened

    @property
    def catalog(self) -> Catalog:
        """The catalog of `opened`."""
        return self.opened.catalog

    def known_vectors(self, keys: Sequence[str]) -> dict[str, Vector]:
        """Key -> vector, for embedded texts that the index holds, that went and can be had back, or that an earlier
        writer did not live to publish.
        """
        found: dict[str, Vector] = {}
        if self._source is not None:
            with suppress(IndexUnusable):  # a rebuild is what is to help then
                ids = self._source.catalog.ids_by_key(keys)
                vectors = self._source.vectors.get(list(ids.values()))
                found = {key: vectors[id_] for key, id_ in ids.items() if id_ in vectors}
                self._published |= found.keys()
        kept = self._kept.get([key for key in keys if key not in found])
        self._back |= kept.keys()
        found |= kept
        return found | self._pending.get([key for key in keys if key not in found])

    def stage(self, batch: Sequence[tuple[str, Document, Sequence[StoredChunk]]], vectors: Vector) -> None:
        """Write (file, document, chunks) beside what answers; `vectors` has a row for every chunk, in order."""
        rows = [(document, chunk) for _, document, chunks in batch for chunk in chunks]
        computed = {chunk.key: vector for (_, chunk), vector in zip(rows, vectors, strict=True)}
        self._pending.add({key: computed[key] for key in computed.keys() - self._published - self._back})
        target = self._own()
        target.vectors.upsert(rows, vectors)
        target.rank(rows)
        target.catalog.stage(batch)

    def publish(
        self,
        gone: Sequence[str],
        files: dict[str, str],
        failures: Sequence[tuple[str, Failure]],
        readers: str,
        *,
        keep: bool = False,
    ) -> None:
        """Make all that was staged answer from now on, and what it replaces, and `gone`, no more.

        With `keep`, the vectors of what goes are kept for a month, as it can be had back.
        """
        target = self._own()
        target.catalog.publish(gone, files, failures, readers)
        dead = target.catalog.dead()
        if keep:
            self._keep(dead)
        # Chroma never gives deleted rows' space back
        if target.catalog.deleted() + len(dead) > max(_FEW_DEAD, target.catalog.counts()[1]):
            self.compact()
        else:
            target.vectors.delete(dead)
            target.rank((), dead)
            target.catalog.forget(dead)
            target.lexical.mark(target.catalog.stamp)
            self._answer_from(target)
        self._kept.forget(self._back)
        self.settle()

    def _keep(self, dead: Sequence[str]) -> None:
        if self._source is not None:
            keys = self._source.catalog.keys(dead)
            vectors = self._source.vectors.get(list(keys))
            self._kept.add({key: vectors[id_] for id_, key in keys.items() if id_ in vectors})

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
        new = Version.open(folder)
        try:
            for rows in new.rows():
                vectors = old.vectors.get([chunk.id for _, chunk in rows])
                kept = [row for row in rows if row[1].id in vectors]
                gone = [row for row in rows if row[1].id not in vectors]
                if kept:
                    new.vectors.upsert(kept, np.stack([vectors[chunk.id] for _, chunk in kept]))
                if gone and embed is not None:
                    new.vectors.upsert(gone, embed(gone))
            new.catalog.renewed()
            new.rebuild_lexical()
        except BaseException:
            new.close()
            raise
        self.close()
        self._answer_from(new)

    def close(self) -> None:
        """Let go of what was not published."""
        if self._target is not None:
            self._target.close()
            self._target = None

    def _own(self) -> Version:
        """What may be written: a copy of what answers, made when it is first needed."""
        if self._target is None:
            assert self._source is not None
            self._target = self._source.copied_to(self._index._next_version())
        return self._target

    def _answer_from(self, opened: Version) -> None:
        self._index._switch(opened)
        self._source, self._target = opened, None
