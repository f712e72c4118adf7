"""The document sets: their files, their indexes, bringing the one up to the other, and what they hold."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from rag.errors import FootnoteError, LibraryError
from rag.history import History
from rag.index import scope
from rag.index.catalog import Entry
from rag.index.index import Index
from rag.ingest import sync as syncing
from rag.ingest.hashes import KnownHashes
from rag.ingest.library import DocumentSet, Library
from rag.ingest.listing import Listing
from rag.ingest.trash import DeletedSet
from rag.models.embedding import Embedder, LocalEmbedder
from rag.settings import Settings
from rag.types import CheckReport, Document, DocumentInfo, Filter, Plan, Progress, SyncReport

CONVERSATIONS: Final = "conversations.sqlite3"
"""The file of all conversations and of what was thought of their answers, in Footnote's home."""


def _silent(_: Progress) -> None:
    return


class DocumentSets:
    """All sets of one library, each with its index. Threads may share it."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None) -> None:
        self.settings = settings
        self.library = Library(settings.documents, settings.home)
        self.history = History(settings.home / CONVERSATIONS)
        self.embedder = embedder or _embedder(settings)
        self._indexes: dict[Path, Index] = {}
        self._entries: dict[Path, tuple[str, list[Entry]]] = {}  # by index: stamp, entries
        self._listings: dict[Path, Listing] = {}
        self._hashes = KnownHashes()
        self._guard = threading.Lock()

    # -- sets -------------------------------------------------------------------------------------------------------

    def index(self, document_set: DocumentSet) -> Index:
        """The index of a set; the same object every time."""
        home = self.library.index_home(document_set)
        with self._guard:
            return self._indexes.setdefault(home, Index(home))

    def key(self, document_set: DocumentSet) -> str:
        """A short name for the set that no other set has, and that it keeps when it is renamed."""
        return self.library.key(document_set)

    def rename_set(self, document_set: DocumentSet, name: str) -> DocumentSet:
        """Give a set another name; its index and its conversations stay with it.

        Raises LibraryError for a name that cannot be used, IndexBusy while the set is being read.
        """
        with self.index(document_set).held():
            return self.library.rename(document_set, name)

    def delete_set(self, document_set: DocumentSet) -> DeletedSet:
        """Put a set and its conversations aside for a month. Errors as `rename_set`."""
        index = self.index(document_set)
        with index.held():
            deleted = self.library.delete(document_set)
        index.close()
        with suppress(FootnoteError):  # a history that cannot be used keeps no set from being deleted
            self.history.delete_all(deleted.key, deleted.deleted)
        return deleted

    def restore_set(self, deleted: DeletedSet) -> DocumentSet:
        """Bring a deleted set and its conversations back; raises LibraryError if it is erased."""
        self.history.restore_all(deleted.key, deleted.deleted)
        return self.library.restore(deleted)

    def set_names(self) -> dict[str, str]:
        """The key of every set below the documents' folder -> the name it is shown by."""
        return {self.key(document_set): document_set.name for document_set in self.library.sets()}

    # -- bringing them up to their files ----------------------------------------------------------------------------

    def synced(self, document_set: DocumentSet) -> bool:
        """True once the set was read, though its files may have changed since."""
        return self.index(document_set).exists

    def plan(
        self, document_set: DocumentSet, progress: Callable[[Progress], None] = _silent, *, rebuild: bool = False
    ) -> Plan:
        """What `sync` would do now."""
        return syncing.plan_sync(self.library.files(document_set), self.index(document_set), progress, rebuild=rebuild)

    def sync(
        self,
        document_set: DocumentSet,
        progress: Callable[[Progress], None] = _silent,
        *,
        rebuild: bool = False,
        keep: bool = False,
    ) -> SyncReport:
        """Bring the set's index up to its files; `rebuild` makes it anew beside the old one.

        `keep` says that what is removed or replaced was put into the trash and may be had back: its vectors, and no
        words, are kept as long as it lies there.

        Raises IndexBusy while another process does it, IndexUnusable for an index made with another embedder.
        """
        return syncing.sync(
            self.library.files(document_set),
            self.index(document_set),
            self.embedder,
            self.settings.read_seconds,
            progress,
            rebuild=rebuild,
            keep=keep,
            hash_of=self._hashes.read,
        )

    def check(self, document_set: DocumentSet, progress: Callable[[Progress], None] = _silent) -> CheckReport:
        """Prove that every chunk of the set is found by its own embedding; repair what is not."""
        self._require_synced(document_set)
        return syncing.check(self.index(document_set), self.embedder, progress)

    def _require_synced(self, document_set: DocumentSet) -> None:
        if not self.synced(document_set):
            raise LibraryError(
                f"The documents in {document_set.folder} have not been read yet: run `python -m rag sync` first."
            )

    # -- what they hold ---------------------------------------------------------------------------------------------

    def stamp(self, document_set: DocumentSet) -> str:
        """A value that changes whenever the documents that answer do; "" before the first sync."""
        catalog = self.index(document_set).catalog()
        return catalog.stamp if catalog else ""

    def entries(self, document_set: DocumentSet) -> list[Entry]:
        """The documents that answer questions now, by name, as the last sync left them."""
        index = self.index(document_set)
        catalog = index.catalog()
        if catalog is None:
            return []
        stamp = catalog.stamp
        known_stamp, known = self._entries.get(index.home, ("", []))
        if known_stamp != stamp:  # the page asks several times for each drawing, and a large set takes a while
            known = catalog.entries()
            self._entries[index.home] = stamp, known
        return list(known)

    def documents(self, document_set: DocumentSet, *, quick: bool = False) -> list[DocumentInfo]:
        """Every document and every failed file of the set with its state; not to be edited.

        Reads the files that may have changed since they were read last; with `quick`, none.
        """
        index, looks = self.index(document_set), self.library.looks(document_set)
        with self._guard:
            listing = self._listings.setdefault(index.home, Listing(index, self._hashes))
        return listing.documents(looks, lambda: self.library.files(document_set), quick=quick)

    def document(self, document_set: DocumentSet, name: str) -> Document:
        """A document as it was last read, whole. Raises LibraryError if the index does not hold it."""
        catalog = self.index(document_set).catalog()
        document = catalog.document(name) if catalog else None
        if document is None:
            raise LibraryError(f"“{name}” is not among the documents any more.")
        return document

    def file(self, document_set: DocumentSet, name: str) -> Path | None:
        """The file that the document of that name was read from, as it lies there now; None if it is gone.

        A record of a file has none of its own.
        """
        return self.library.files(document_set).get(name)

    def dates(self, document_set: DocumentSet) -> tuple[date, date] | None:
        """The first and the last publication date among the documents that state one."""
        known = [entry.published for entry in self.entries(document_set) if entry.published]
        return (min(known), max(known)) if known else None

    # -- filters ----------------------------------------------------------------------------------------------------

    def outlets(self, document_set: DocumentSet) -> tuple[str, ...]:
        """The outlets that the documents state, in the order of the alphabet."""
        return scope.outlets(self.entries(document_set))

    def coverage(self, document_set: DocumentSet, within: Filter) -> scope.Coverage:
        """How many documents a filter lets through."""
        return scope.coverage(self.entries(document_set), within)

    def existing(self, document_set: DocumentSet, within: Filter) -> tuple[Filter, tuple[str, ...]]:
        """The filter without the documents and outlets that the set does not have, and the names of those."""
        return scope.existing(self.entries(document_set), within)

    def checked_filter(self, document_set: DocumentSet, within: Filter) -> Filter:
        """The filter with its names as the documents spell them.

        Raises InputError for a name that no document has, with the nearest one, and for days the wrong way round.
        """
        return scope.checked(self.entries(document_set), within)


def _embedder(settings: Settings) -> Embedder:
    if not settings.embedder:
        return LocalEmbedder(settings.threads)
    from rag.models.llama import load_embedder

    return load_embedder(settings.embedder, settings.embedder_options)
