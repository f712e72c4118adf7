"""Names of files and sets: which may be used, and how those of the file system are shown."""

from __future__ import annotations

import os
import re

from rag.errors import LibraryError
from rag.ingest.readers import READERS

_SET_NAME = re.compile(r"[^\W_][\w .()&'-]{0,59}")
_LONGEST_PART = 240  # bytes; file systems take 255, and a name may get a suffix
_LONGEST = 1_000
_DEEPEST = 20


def readable(name: str) -> str:
    """A name from the file system as text that can be shown and stored: bytes that are no UTF-8 as `\\xe9`."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode(errors="backslashreplace")
    return name


def hidden(name: str) -> bool:
    """Whether a file or folder of that name is none of the documents."""
    return name.startswith((".", "~$")) or name in {"Thumbs.db", "desktop.ini", "__MACOSX"}


def last_part(path: str) -> str:
    """What an uploaded file may be called: no folders, no signs that file systems refuse, no leading dots."""
    return _clean(_slashed(path).rstrip("/").rpartition("/")[2]).lstrip(". ")


def parts_within(path: str) -> tuple[str, ...] | None:
    """The folders and the name of a file in an archive, each harmless; None for a path that leads out of it."""
    path = _slashed(path)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in parts:
        return None
    return tuple(_clean(part) for part in parts)


def refusal(parts: tuple[str, ...]) -> str:
    """Why a file of these folders and this name cannot be a document; empty if it can."""
    if any(part.startswith((".", "~$")) or hidden(part) for part in parts):
        return "It is hidden, so it was left out."
    long = any(len(part.encode()) > _LONGEST_PART for part in parts) or len("/".join(parts).encode()) > _LONGEST
    if not parts or not all(parts) or long or len(parts) > _DEEPEST:
        return "A file cannot have this name: give it another one."
    suffix = os.path.splitext(parts[-1])[1].lower()
    if suffix == ".zip":
        return "An archive within an archive is not unpacked: unpack it and add its files."
    if suffix not in READERS:
        kind = f"{suffix} files" if suffix else "files without an extension"
        return f"Footnote does not read {kind}; it reads {', '.join(sorted(READERS))}."
    return ""


def set_name(name: str) -> str:
    """The name as a set's folder gets it; raises LibraryError for one that cannot be a folder's."""
    name = " ".join(name.split()).rstrip(". ")
    if not _SET_NAME.fullmatch(name):
        raise LibraryError(
            "A set's name begins with a letter or digit and has up to 60 letters, digits, blanks and . - ( ) & '."
        )
    return name


def _slashed(path: str) -> str:
    return path.encode(errors="replace").decode().replace("\\", "/")


def _clean(part: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f:*?\"<>|]", "_", part).strip()
