"""Document sets as folders: which there are, which files they hold, and adding and removing files safely."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rag.errors import LibraryError
from rag.ingest.readers import READERS

_TRASH_DAYS = 30
_SET_NAME = re.compile(r"[^\W_][\w .()&'-]{0,59}")


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """A folder of documents with the name it is shown by; not `recursive` means only the files directly in it."""

    name: str
    folder: Path
    recursive: bool = True


@dataclass(frozen=True, slots=True)
class Removal:
    """Files that were moved aside, as (where each was, where it lies now)."""

    moved: tuple[tuple[Path, Path], ...]


class Library:
    """The sets below `root`; what is removed is kept in `home`/trash for a month."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.home = home

    def sets(self) -> list[DocumentSet]:
        """The files directly in the root as the first set, then every folder directly below it, by name.

        No two have the same name: a folder that is called as the root is shown as `root/folder`.
        """
        folders = sorted(
            (path for path in _children(self.root) if path.is_dir()), key=lambda path: path.name.casefold()
        )
        sets = {self.first.name: self.first}
        for folder in folders:
            name = _readable(folder.name)
            name = f"{self.first.name}/{name}" if name in sets else name
            sets[name] = DocumentSet(name, folder)
        return list(sets.values())

    @property
    def first(self) -> DocumentSet:
        """The set of the files that lie directly in the root."""
        return DocumentSet(_readable(self.root.name), self.root, recursive=False)

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
        return DocumentSet(_readable(folder.name or str(folder)), folder)

    def create(self, name: str) -> DocumentSet:
        """Make a new, empty set; raises LibraryError for a name that is taken or cannot be a folder's."""
        name = " ".join(name.split()).rstrip(". ")
        if not _SET_NAME.fullmatch(name):
            raise LibraryError(
                "A set's name begins with a letter or digit and has up to 60 letters, digits, blanks and . - ( ) & '."
            )
        if name.casefold() in {known.name.casefold() for known in self.sets()}:
            raise LibraryError(f"There is a set called “{name}” already.")
        try:
            (self.root / name).mkdir(parents=True)
        except OSError as error:
            raise LibraryError(f"The set “{name}” could not be made: {error.strerror or error}.") from error
        return self.named(name)

    def index_home(self, document_set: DocumentSet) -> Path:
        """The folder of that set's index."""
        identity = f"{document_set.folder.resolve()}\0{document_set.recursive}"
        slug = re.sub(r"[^a-z0-9]+", "-", _readable(document_set.folder.name).lower()).strip("-")[:40] or "set"
        return self.home / "sets" / f"{slug}-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:12]}"

    def files(self, document_set: DocumentSet) -> dict[str, Path]:
        """Name below the set's folder, with forward slashes -> path, of every file that is not hidden, by name."""
        folder = document_set.folder
        if not folder.is_dir():
            raise LibraryError(f"There is no folder {folder}.")
        try:
            found = {
                _readable(path.relative_to(folder).as_posix()): path for path in _walk(folder, document_set.recursive)
            }
        except OSError as error:  # going on without them would be taken for their removal
            place = _readable(str(error.filename or folder))
            raise LibraryError(f"The files in {place} cannot be listed: {error.strerror or error}.") from error
        return dict(sorted(found.items()))

    def add(self, document_set: DocumentSet, name: str, data: BinaryIO) -> Removal | None:
        """Write an uploaded file into the set; a file of the same name is replaced and can be had back.

        The file appears whole or not at all. Raises LibraryError for a name or kind of file that cannot be read.
        """
        name = _file_name(name)
        if not name or len(name.encode()) > 240 or _hidden(name):
            raise LibraryError(f"A file cannot be called “{name[:60]}”; give it another name.")
        if Path(name).suffix.lower() not in READERS:
            raise LibraryError(
                f"“{name}” is of a kind that Footnote does not read; it reads {', '.join(sorted(READERS))}."
            )
        document_set.folder.mkdir(parents=True, exist_ok=True)
        target = document_set.folder / name
        temporary = document_set.folder / f".{uuid.uuid4().hex}.part"
        replaced = None
        try:
            with temporary.open("wb") as out:
                shutil.copyfileobj(data, out)
            replaced = self.remove(document_set, [name]) if target.is_file() else None
            os.replace(temporary, target)
        except OSError as error:
            if replaced:
                self.undo(replaced)
            raise LibraryError(f"“{name}” could not be saved: {error.strerror or error}.") from error
        finally:
            temporary.unlink(missing_ok=True)
        return replaced

    def remove(self, document_set: DocumentSet, names: Sequence[str]) -> Removal:
        """Move files of the set into the trash, all or none. Raises LibraryError for a name that is not there."""
        self._empty_old_trash()
        known = self.files(document_set)
        for name in names:
            if name not in known:
                raise LibraryError(f"There is no file “{name}” in the set “{document_set.name}”.")
        bin_ = self.home / "trash" / f"{int(time.time())}-{uuid.uuid4().hex[:8]}"
        moved: list[tuple[Path, Path]] = []
        try:
            for name in dict.fromkeys(names):
                aside = bin_ / name
                aside.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(known[name], aside)
                moved.append((known[name], aside))
        except OSError as error:
            self.undo(Removal(tuple(moved)))
            raise LibraryError(f"The files could not be removed: {error.strerror or error}.") from error
        return Removal(tuple(moved))

    def undo(self, removal: Removal) -> None:
        """Put removed files back; a file that took a removed one's place meanwhile goes to the trash itself."""
        for original, aside in removal.moved:
            if not aside.is_file():
                raise LibraryError(f"“{original.name}” is no longer in the trash.")
        for original, aside in removal.moved:
            try:
                original.parent.mkdir(parents=True, exist_ok=True)
                if original.exists():
                    shutil.move(original, aside.with_name(f"{aside.name}.{uuid.uuid4().hex[:8]}"))
                shutil.move(aside, original)
            except OSError as error:
                raise LibraryError(f"“{original.name}” could not be put back: {error.strerror or error}.") from error

    def _empty_old_trash(self) -> None:
        for path in _children(self.home / "trash"):
            made = path.name.partition("-")[0]
            if made.isdigit() and time.time() - int(made) > _TRASH_DAYS * 86_400:
                shutil.rmtree(path, ignore_errors=True)


def _readable(name: str) -> str:
    """A name from the file system as text that can be shown and stored: bytes that are no UTF-8 as `\\xe9`."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode(errors="backslashreplace")
    return name


def _file_name(name: str) -> str:
    """What an uploaded file may be called: no folders, no signs that file systems refuse, no leading dots."""
    last = name.encode(errors="replace").decode().replace("\\", "/").rstrip("/").rpartition("/")[2]
    return re.sub(r"[\x00-\x1f\x7f:*?\"<>|]", "_", last).lstrip(". ").rstrip()


def _children(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if not _hidden(path.name)]


def _hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name in {"Thumbs.db", "desktop.ini", "__MACOSX"}


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    for path in _children(folder):
        if path.is_file():
            yield path
        elif recursive and path.is_dir() and not path.is_symlink():
            yield from _walk(path, True)
