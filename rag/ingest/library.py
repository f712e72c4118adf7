"""Document sets as folders: which there are, which files they hold, and changing both so that nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from rag.errors import LibraryError
from rag.ingest.exchange import Exchanges, Move
from rag.ingest.hashes import Look, entry_look
from rag.ingest.incoming import Incoming, Upload, blocked, compare, receive
from rag.ingest.keys import Keys
from rag.ingest.names import hidden, readable, set_name
from rag.ingest.trash import DeletedSet, Trash
from rag.types import Failure, Plan, Progress


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """A folder of documents with the name it is shown by; not `recursive` means only the files directly in it."""

    name: str
    folder: Path
    recursive: bool = True


@dataclass(frozen=True, slots=True)
class Removal:
    """What was done to files below `folder`: which were moved aside, as (where it was, where it lies), and are new."""

    folder: Path
    moved: tuple[tuple[Path, Path], ...]
    added: tuple[Path, ...] = ()


class Library:
    """The sets below `root`; what is removed is kept in `home`/trash for a month."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.home = home
        self._keys = Keys(home / "sets" / "keys.json")
        self._exchanges = Exchanges(home)
        self._trash = Trash(home)

    # -- sets -----------------------------------------------------------------------------------------------------

    def sets(self) -> list[DocumentSet]:
        """The files directly in the root as the first set, then every folder directly below it, by name.

        No two have the same name: a folder that is called as the root is shown as `root/folder`.
        """
        folders = sorted(_folders(self.root), key=lambda path: path.name.casefold())
        sets = {self.first.name: self.first}
        for folder in folders:
            name = readable(folder.name)
            name = f"{self.first.name}/{name}" if name in sets else name
            sets[name] = DocumentSet(name, folder)
        return list(sets.values())

    @property
    def first(self) -> DocumentSet:
        """The set of the files that lie directly in the root."""
        return DocumentSet(readable(self.root.name), self.root, recursive=False)

    def named(self, name: str) -> DocumentSet:
        """The set of that name; raises LibraryError if there is none."""
        for document_set in self.sets():
            if document_set.name == name:
                return document_set
        raise LibraryError(f"There is no document set called “{name}”.")

    def at(self, folder: Path) -> DocumentSet:
        """The folder, wherever it lies and at any depth, as one set; raises LibraryError if it is no folder."""
        if not folder.is_dir():
            raise LibraryError(f"There is no folder {folder}.")
        folder = folder.resolve()
        return DocumentSet(readable(folder.name or str(folder)), folder)

    def successor(self, name: str) -> DocumentSet | None:
        """What the set that had this name is called now, if it was renamed."""
        folder = self._keys.successor(self.root.resolve() / name)  # of the page's address: anything may be in it
        return next((known for known in self.sets() if known.recursive and known.folder.resolve() == folder), None)

    def create(self, name: str) -> DocumentSet:
        """Make a new, empty set; raises LibraryError for a name that is taken or cannot be a folder's."""
        name = set_name(name)
        self._require_free(name)
        self._keys.settle()
        try:
            (self.root / name).mkdir(parents=True)
        except OSError as error:
            raise LibraryError(f"The set “{name}” could not be made: {error.strerror or error}.") from error
        return self._in(self.root / name)

    def rename(self, document_set: DocumentSet, name: str) -> DocumentSet:
        """Give the set's folder another name; it keeps its key. Raises LibraryError as `create`."""
        self._require_own(document_set, "renamed")
        name, old = set_name(name), document_set.folder
        if name == old.name:
            return document_set
        self._require_free(name, besides=document_set.name)
        new = old.with_name(name)
        try:
            with self._keys.leaving(old, new):
                old.rename(new)
        except OSError as error:
            raise LibraryError(
                f"The set “{document_set.name}” could not be renamed: {error.strerror or error}."
            ) from error
        return self._in(new)

    def delete(self, document_set: DocumentSet, now: datetime | None = None) -> DeletedSet:
        """Put the whole set aside for a month; a new set of its name has nothing in common with it."""
        self._require_own(document_set, "deleted")
        self._trash.empty_old()
        folder = document_set.folder.resolve()
        try:
            found = self._trash.note(document_set.name, folder, self.key(document_set), now or datetime.now(UTC))
            with self._keys.leaving(folder):
                folder.rename(found.lies)
        except OSError as error:
            raise LibraryError(
                f"The set “{document_set.name}” could not be deleted: {error.strerror or error}."
            ) from error
        return found

    def deleted(self) -> list[DeletedSet]:
        """The sets that can be had back, the one that was deleted last first."""
        return self._trash.sets()

    def restore(self, deleted: DeletedSet) -> DocumentSet:
        """Bring a deleted set back, under another name if there is one of its name by now."""
        if not deleted.lies.is_dir():
            raise LibraryError(f"The set “{deleted.name}” is no longer in the trash.")
        folder, number = deleted.folder, 2
        while os.path.lexists(folder):
            folder, number = deleted.folder.with_name(f"{deleted.folder.name} {number}"), number + 1
        try:
            self._keys.give(folder, deleted.key)
            folder.parent.mkdir(parents=True, exist_ok=True)
            deleted.lies.rename(folder)
        except OSError as error:
            raise LibraryError(f"The set “{deleted.name}” could not be put back: {error.strerror or error}.") from error
        self._trash.forget(deleted)
        return self._in(folder)

    def key(self, document_set: DocumentSet) -> str:
        """A short name for the set that no other set has, and that it keeps when it is renamed."""
        return self._keys.key(document_set.folder, document_set.recursive)

    def index_home(self, document_set: DocumentSet) -> Path:
        """The folder of that set's index."""
        return self.home / "sets" / self.key(document_set)

    def _in(self, folder: Path) -> DocumentSet:
        return next(known for known in self.sets() if known.recursive and known.folder.name == folder.name)

    def _require_own(self, document_set: DocumentSet, what: str) -> None:
        if document_set.folder.resolve().parent != self.root.resolve() or not document_set.recursive:
            raise LibraryError(
                f"“{document_set.name}” is the folder of all sets and cannot be {what}; its files can be removed."
            )

    def _require_free(self, name: str, besides: str = "") -> None:
        taken = {known.name.casefold() for known in self.sets() if known.name != besides}
        if name.casefold() in taken:
            raise LibraryError(f"There is a set called “{name}” already.")

    # -- files ----------------------------------------------------------------------------------------------------

    def files(self, document_set: DocumentSet) -> dict[str, Path]:
        """Name below the set's folder, with forward slashes -> path, of every file that is not hidden, by name."""
        return {name: document_set.folder / below for name, below, _ in self._listed(document_set)}

    def looks(self, document_set: DocumentSet) -> dict[str, Look]:
        """As `files`, but how each looks instead of where it is, which takes a tenth of the time."""
        return {name: entry_look(entry) for name, _, entry in self._listed(document_set)}

    def _listed(self, document_set: DocumentSet) -> list[tuple[str, str, os.DirEntry[str]]]:
        """Name as it is shown, path below the set's folder, and entry, by name."""
        folder = document_set.folder
        self._exchanges.settle()
        if not folder.is_dir():
            raise LibraryError(f"There is no folder {folder}.")
        try:
            found = [(readable(below), below, entry) for below, entry in _walk(folder, document_set.recursive)]
        except OSError as error:  # going on without them would be taken for their removal
            place = readable(str(error.filename or folder))
            raise LibraryError(f"The files in {place} cannot be listed: {error.strerror or error}.") from error
        return sorted(found, key=itemgetter(0))

    def receive(
        self, document_set: DocumentSet, uploads: Sequence[Upload], progress: Callable[[Progress], None]
    ) -> Incoming:
        """Have uploads, zip archives unpacked, ready beside the set's files; bad ones are told and left out."""
        try:
            document_set.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"The files could not be saved: {error.strerror or error}.") from error
        # a folder in the root's own folder would be another set
        incoming = receive(document_set.folder, uploads, progress, "/" if document_set.recursive else " - ")
        reasons = {name: blocked(document_set.folder, name) for name in incoming.files}
        return Incoming(
            incoming.folder,
            {name: path for name, path in incoming.files.items() if not reasons[name]},
            (*incoming.skipped, *(Failure(name, reason) for name, reason in reasons.items() if reason)),
        )

    def plan(self, document_set: DocumentSet, incoming: Incoming, *, whole: bool = False) -> Plan:
        """What `take_in` would do, by file."""
        return compare(self.files(document_set), incoming.files, whole=whole)

    def take_in(self, document_set: DocumentSet, incoming: Incoming, *, whole: bool = False) -> Removal:
        """Let received files into the set, all or none; with `whole` they take the place of everything in it.

        What they replace can be had back. Raises LibraryError, with the set as it was, if that cannot be done.
        """
        present = self.files(document_set)
        plan = compare(present, incoming.files, whole=whole)
        going = {name: present[name] for name in (*plan.changed, *plan.removed)}
        coming = [
            Move(incoming.files[name], present.get(name, document_set.folder / name))
            for name in (*plan.added, *plan.changed)
        ]
        removal = self._carry_out(document_set.folder, going, coming, "The files could not be taken in")
        _delete_empty_folders(document_set.folder, going.values())
        incoming.discard()
        return removal

    def remove(self, document_set: DocumentSet, names: Sequence[str]) -> Removal:
        """Move files of the set into the trash, all or none. Raises LibraryError for a name that is not there."""
        known = self.files(document_set)
        for name in names:
            if name not in known:
                raise LibraryError(f"There is no file “{name}” in the set “{document_set.name}”.")
        going = {name: known[name] for name in names}
        return self._carry_out(document_set.folder, going, [], "The files could not be removed")

    def undo(self, removal: Removal) -> Removal:
        """Put files back as they were, all or none; what took their places meanwhile goes to the trash itself.

        Returns what was done. Raises LibraryError, with the files as they were, if that cannot be done.
        """
        for original, aside in removal.moved:
            if not os.path.lexists(aside):
                raise LibraryError(f"“{readable(original.name)}” is no longer in the trash.")
        back = [Move(aside, original) for original, aside in removal.moved]
        in_the_way = dict.fromkeys([*removal.added, *(move.target for move in back)])
        going = {f"{number}/{path.name}": path for number, path in enumerate(in_the_way) if os.path.lexists(path)}
        done = self._carry_out(removal.folder, going, back, "The files could not be put back")
        _delete_empty_folders(removal.folder, going.values())
        return done

    def _carry_out(self, folder: Path, going: Mapping[str, Path], coming: Sequence[Move], failed: str) -> Removal:
        self._trash.empty_old()
        bin_ = self._trash.new_bin()
        out = [Move(path, bin_ / name) for name, path in going.items()]
        try:
            self._exchanges.carry_out(out, coming)
        except OSError as error:
            raise LibraryError(f"{failed}: {error.strerror or error}.") from error
        replaced = {move.source for move in out}
        added = tuple(move.target for move in coming if move.target not in replaced)
        return Removal(folder, tuple((move.source, move.target) for move in out), added)


def _folders(root: Path) -> list[Path]:
    """The folders directly in the root that are not hidden."""
    if not root.is_dir():
        return []
    with os.scandir(root) as entries:
        return [root / entry.name for entry in entries if not hidden(entry.name) and entry.is_dir()]


def _walk(folder: Path, recursive: bool, below: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The paths below `folder`, with forward slashes, of all files that are not hidden."""
    with os.scandir(folder / below) as entries:
        for entry in entries:
            if hidden(entry.name):
                continue
            # a link in circles is an error to os and none to Path
            if Path(entry.path).is_file() if entry.is_symlink() else entry.is_file():
                yield below + entry.name, entry
            elif recursive and entry.is_dir(follow_symlinks=False):
                yield from _walk(folder, True, f"{below}{entry.name}/")


def _delete_empty_folders(root: Path, gone: Iterable[Path]) -> None:
    """Delete the folders below `root` that held nothing but files that are gone."""
    for folder in sorted({parent for path in gone for parent in path.parents if root in parent.parents}, reverse=True):
        with suppress(OSError):
            folder.rmdir()
