"""What SQLite says when a file of the index fails it, in sentences for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import FootnoteError, IndexBusy, IndexUnusable, StorageError

DAMAGED = "The index of this document set is damaged: rebuild it with `python -m rag sync --rebuild`."
_FULL = frozenset({sqlite3.SQLITE_FULL})
_IN_USE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OF_THE_SYSTEM = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM}
)


@contextmanager
def faults_told() -> Iterator[None]:
    """Turns SQLite's errors into IndexUnusable, IndexBusy or StorageError; those of a wrong statement pass."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError):
        raise
    except sqlite3.DatabaseError as error:
        raise _told(error) from error


def _told(error: sqlite3.DatabaseError) -> FootnoteError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the rest is detail
    if code in _FULL:
        return StorageError("The disk is full, so the index could not be written: make room and try again.")
    if code in _IN_USE:
        return IndexBusy("Another program is using the files of this index; try again in a moment.")
    if code in _OF_THE_SYSTEM:
        return StorageError(f"The index could not be read or written ({error}): see to the disk that it lies on.")
    return IndexUnusable(DAMAGED)
