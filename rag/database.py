"""The SQLite file of the conversations: its tables, how it is opened, and what goes wrong with it, in sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rag.errors import LibraryError, StorageError

KEPT_DELETED: Final = timedelta(days=30)
"""How long a deleted conversation can be restored."""
GONE: Final = "This conversation is not there any more."

_APPLICATION: Final = 0x466F6F74  # marks the file as one of conversations
# Each step makes of a file of the version before it one of the next.
# `folded` comes before what is long: SQLite reads a row from its beginning. Texts are kept as bytes, for they may
# hold half characters, which SQLite's strings cannot.
_CONVERSATIONS: Final = (
    """CREATE TABLE conversations (
       id TEXT PRIMARY KEY, key TEXT NOT NULL, title TEXT NOT NULL, folded TEXT NOT NULL, created TEXT NOT NULL,
       updated TEXT NOT NULL, deleted TEXT)""",
    "CREATE INDEX conversations_key ON conversations (key, updated)",
    "CREATE INDEX conversations_deleted ON conversations (deleted) WHERE deleted IS NOT NULL",
    """CREATE TABLE turns (
       id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, number INTEGER NOT NULL, folded TEXT NOT NULL,
       question BLOB NOT NULL, error BLOB NOT NULL, answer BLOB,
       UNIQUE (conversation, number))""",
    f"PRAGMA application_id = {_APPLICATION}",
)
_JUDGEMENTS: Final = """CREATE {kind} judgements (
    conversation TEXT NOT NULL, number INTEGER NOT NULL, good INTEGER NOT NULL, comment BLOB NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, PRIMARY KEY (conversation, number))"""
_STEPS: Final = (_CONVERSATIONS, (_JUDGEMENTS.format(kind="TABLE"),))
_VERSION: Final = len(_STEPS)
_PATIENCE: Final = 30.0  # seconds to wait while another process writes

_FULL: Final = frozenset({sqlite3.SQLITE_FULL})
_IN_USE: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OF_THE_SYSTEM: Final = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM}
)


class Database:
    """The file, opened anew for every use, so threads and processes may share it.

    Both ways to use it may raise StorageError: for a full or failing disk, for a file that is in use for longer than
    30 s, and for one that is damaged, of another program, or of a newer version of Footnote; such a file is left as
    it is.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.absolute()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file for all statements; a file not yet written reads like one without conversations."""
        with self._faults_told(), closing(_connected(self._file if self._is_written() else ":memory:")) as db:
            db.execute("BEGIN")
            version = self._version(db)
            if version == 0:
                _upgrade(db, version)  # in memory
            elif version < _VERSION:  # the file is left as it is until something is written
                db.execute(_JUDGEMENTS.format(kind="TEMP TABLE"))
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All of it is written, or nothing. A file of an earlier version becomes one of this version.

        What is deleted is overwritten, and the rollback journal, unlike a write-ahead log, leaves no copy of it.
        """
        with self._faults_told():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(_connected(self._file)) as db:
                db.execute("PRAGMA secure_delete = ON")
                db.execute("BEGIN IMMEDIATE")
                _upgrade(db, self._version(db))
                _erase_deleted(db)
                yield db
                db.execute("COMMIT")

    def _is_written(self) -> bool:
        try:
            return self._file.stat().st_size > 0
        except FileNotFoundError:
            return False

    def _version(self, db: sqlite3.Connection) -> int:
        """The version of the tables, 0 where there are none; raises StorageError for tables that are not ours."""
        marks = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        application, version, tables = (int(db.execute(mark).fetchone()[0]) for mark in marks)
        if not (application or version or tables):
            return 0
        if application != _APPLICATION or version < 1:
            raise StorageError(self._not_ours())
        if version > _VERSION:
            raise StorageError(
                f"The conversations in {self._file} are of a newer version of Footnote: update Footnote to read them."
            )
        return version

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        """Turns errors of SQLite and of the system into StorageError; those of a wrong statement pass."""
        try:
            yield
        except UnicodeEncodeError as error:  # only an id that was never given out cannot be a string of SQLite's
            raise LibraryError(GONE) from error
        except OSError as error:
            raise StorageError(self._of_the_disk(error.strerror or str(error))) from error
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError):
            raise
        except sqlite3.DatabaseError as error:
            raise StorageError(self._told(error)) from error

    def _told(self, error: sqlite3.DatabaseError) -> str:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the rest is detail
        if code in _FULL:
            return "The disk is full, so the conversation could not be kept: make room and try again."
        if code in _IN_USE:
            return "Another program is using the file of the conversations; try again in a moment."
        if code in _OF_THE_SYSTEM:
            return self._of_the_disk(str(error))
        if code == sqlite3.SQLITE_NOTADB:
            return self._not_ours()
        return f"The file of the conversations is damaged: move {self._file} away to begin a new one."

    def _of_the_disk(self, why: str) -> str:
        return f"The conversations in {self._file} could not be read or written ({why}): see to the disk."

    def _not_ours(self) -> str:
        return f"{self._file} is not a file of Footnote's conversations: move it away to begin one."


def stamp(time: datetime) -> str:
    """The time as it is kept: all are of one length, so that they sort as the times do."""
    return time.isoformat(timespec="microseconds")


def kept_time(kept: str) -> datetime:
    """The time that `stamp` made this of; raises the error of a damaged file for any other."""
    try:
        return datetime.fromisoformat(kept)
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError("no time") from error


def as_bytes(text: str) -> bytes:
    """The text as it is kept, half characters and all."""
    return text.encode("utf-8", "surrogatepass")


def as_text(kept: bytes) -> str:
    """The text that `as_bytes` made this of; raises ValueError or TypeError for any other."""
    return str(kept, "utf-8", "surrogatepass")


def require(count: int, sentence: str) -> None:
    """Raises LibraryError with the sentence if there is none."""
    if not count:
        raise LibraryError(sentence)


def _connected(place: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(place, timeout=_PATIENCE, isolation_level=None)  # transactions are begun by hand


def _upgrade(db: sqlite3.Connection, version: int) -> None:
    for statements in _STEPS[version:]:
        for statement in statements:
            db.execute(statement)
    if version < _VERSION:
        db.execute(f"PRAGMA user_version = {_VERSION}")


def _erase_deleted(db: sqlite3.Connection) -> None:
    before = stamp(datetime.now(UTC) - KEPT_DELETED)
    for table in ("turns", "judgements"):
        db.execute(
            f"DELETE FROM {table} WHERE conversation IN (SELECT id FROM conversations WHERE deleted < ?)", (before,)
        )
    db.execute("DELETE FROM conversations WHERE deleted < ?", (before,))
