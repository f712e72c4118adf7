"""What is in a file, as a hash, and hashes remembered for as long as a file is certain to be the same."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

HashOf = Callable[[Path], str | None]
Look = tuple[int, int, int, int]
_CERTAIN = 2_000_000_000  # nanoseconds; the coarsest clock of a file system in use counts two seconds


def file_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same(one: Path, other: Path) -> bool:
    """Whether two files can be read and have the same bytes."""
    try:
        return one.stat().st_size == other.stat().st_size and file_hash(one) == file_hash(other)
    except OSError:
        return False


def look_at(path: Path) -> Look:
    """What changes with a file's bytes and is had without reading them; raises OSError."""
    return _look(os.stat(path))


def entry_look(entry: os.DirEntry[str]) -> Look:
    """As `look_at`; all zeros for a file that is gone."""
    try:
        return _look(os.stat(entry.path))  # an entry's own is not kept up to date on Windows
    except OSError:
        return 0, 0, 0, 0


def _look(found: os.stat_result) -> Look:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def is_certain(look: Look, now: int) -> bool:
    """Whether a later change must change the look too: one in the same tick of the clock would not. `now` in ns."""
    return max(look[1], look[2]) + _CERTAIN < now


class KnownHashes:
    """Hashes by path, each good while the file looks as it did. Threads may share it."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Look, str]] = {}

    def read(self, path: Path) -> str:
        """The hash, from the bytes as they are now; raises OSError."""
        look, now = look_at(path), time.time_ns()
        hash_ = file_hash(path)
        if is_certain(look, now):
            self._known[path] = look, hash_
        else:
            self._known.pop(path, None)
        return hash_

    def of(self, path: Path) -> str:
        """The hash, read only where the file may have changed; raises OSError."""
        return self.known(path) or self.read(path)

    def known(self, path: Path) -> str | None:
        """The hash if it is at hand; raises OSError."""
        look, hash_ = self._known.get(path, (None, None))
        return hash_ if look == look_at(path) else None
