"""The index of one document set: catalog, Chroma and tantivy as one thing, with one writer and any number of readers.

On disk, below FOOTNOTE_HOME: `sets/<set>/current` names the version that answers, `sets/<set>/<version>/` holds
`catalog.sqlite`, `chroma/` and `lexical/`. A version that answers is never written to: Chroma writes its files in
place, and a process that dies while it does so leaves them unreadable. A writer changes a copy, and when that is whole
lets `current` name it.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import FootnoteError, IndexBusy, IndexUnusable, LibraryError
from rag.index.catalog import SCHEMA_VERSION, Catalog
from rag.index.kept import Kept
from rag.index.selection import Selection
from rag.index.version import Hit, Vector, Version
from rag.index.writer import Embed, Writer
from rag.types import EVERYTHING, CheckReport, Filter, Progress

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

    def next_version(self) -> Path:
        """The folder for a version to come; it is not made yet."""
        known = [int(path.name[1:]) for path in self.home.glob("v*") if _VERSION_NAME.fullmatch(path.name)]
        return self.home / f"v{max(known, default=0) + 1}"

    def switch(self, opened: Version) -> None:
        """Make `opened`, of one of those folders, the version that answers; for the writer."""
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

    def _delete_old_versions(self) -> None:
        version, now = self._version(), time.time()
        for folder in self.home.glob("v*"):
            published = (folder / "published").exists()
            if folder.name != version and not (published and now - folder.stat().st_mtime < _GRACE_SECONDS):
                shutil.rmtree(folder, ignore_errors=True)
