"""Conversations that last: the questions about all sets and their answers, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rag.answer.records import answer_from_json, answer_to_json
from rag.errors import InputError, LibraryError, StorageError
from rag.types import Answer, Exchange, Turn

KEPT_DELETED: Final = timedelta(days=30)
"""How long a deleted conversation can be restored."""

_APPLICATION: Final = 0x466F6F74  # marks the file as one of conversations
_SCHEMA_VERSION: Final = 1
# `folded` comes before what is long: SQLite reads a row from its beginning. Texts are kept as bytes, for they may
# hold half characters, which SQLite's strings cannot.
_SCHEMA: Final = (
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
    f"PRAGMA user_version = {_SCHEMA_VERSION}",
)
_CONVERSATION: Final = """SELECT c.id, c.key, c.title, c.created, c.updated,
    (SELECT count(*) FROM turns t WHERE t.conversation = c.id) FROM conversations c WHERE c.deleted IS NULL"""
_HOLDS_EVERY_WORD: Final = """NOT EXISTS (
    SELECT 1 FROM json_each(?) word WHERE NOT instr(c.folded, word.value) AND NOT EXISTS (
        SELECT 1 FROM turns t WHERE t.conversation = c.id AND instr(t.folded, word.value)))"""

_PATIENCE: Final = 30.0  # seconds to wait while another process writes
_TITLE: Final = 60  # characters of a question
_LONGEST_TITLE: Final = 120
_GONE: Final = "This conversation is not there any more."
_DAMAGED_TURN: Final = "What was kept of this question is damaged: ask it again."
_FOLDED_BY_HAND: Final = str.maketrans("øłđħŧı’", "oldhti'")  # what Unicode does not take for a letter with an accent

_FULL: Final = frozenset({sqlite3.SQLITE_FULL})
_IN_USE: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OF_THE_SYSTEM: Final = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM}
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A line of the list of conversations.

    `key` is that of the set it is about, `created` and `updated` are in UTC, and `turns` counts its questions.
    """

    id: str
    key: str
    title: str
    created: datetime
    updated: datetime
    turns: int


_Conversations = list[Conversation]  # in History, `list` is a method
_Turns = list[Turn]
_TurnRow = tuple[str, bytes, bytes, bytes | None]


class History:
    """The conversations of all sets. Every method opens the file for itself, so threads and processes may share it.

    Every method may raise StorageError: for a full or failing disk, for a file that is in use for longer than 30 s,
    and for one that is damaged, of another program, or of a newer version of Footnote; such a file is left as it is.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.absolute()

    # -- asking -------------------------------------------------------------------------------------------------------

    def begin(self, key: str, question: str) -> Conversation:
        """A new conversation about the set with that key, without turns, called after its first question."""
        now = datetime.now(UTC)
        conversation = Conversation(uuid.uuid4().hex, key, _title(question), now, now, 0)
        title = conversation.title
        with self._writing() as db:
            db.execute(
                "INSERT INTO conversations (id, key, title, folded, created, updated) VALUES (?, ?, ?, ?, ?, ?)",
                (conversation.id, key, title, _folded(title), _stamp(now), _stamp(now)),
            )
        return conversation

    def append(self, id_: str, turn: Turn) -> int:
        """Keep the turn as the conversation's next one; returns its number, which is its place in `turns(id_)`.

        Raises LibraryError if the conversation is gone.
        """
        row = _turn_row(turn)
        with self._writing() as db:
            _touch(db, id_)
            last = "SELECT coalesce(max(number), -1) FROM turns WHERE conversation = ?"
            number = int(db.execute(last, (id_,)).fetchone()[0]) + 1
            db.execute(
                """INSERT INTO turns (folded, question, error, answer, conversation, number)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                (*row, id_, number),
            )
        return number

    def replace(self, id_: str, number: int, turn: Turn) -> None:
        """Keep the turn in the place of the one with that number; raises LibraryError if there is none."""
        row = _turn_row(turn)
        with self._writing() as db:
            _touch(db, id_)
            replaced = db.execute(
                """UPDATE turns SET folded = ?, question = ?, error = ?, answer = ?
                   WHERE conversation = ? AND number = ?""",
                (*row, id_, number),
            )
            _require(replaced.rowcount, "This question is not in the conversation any more.")

    # -- looking ------------------------------------------------------------------------------------------------------

    def get(self, id_: str) -> Conversation:
        """The conversation; raises LibraryError if there is none."""
        with self._reading() as db:
            row = db.execute(f"{_CONVERSATION} AND c.id = ?", (id_,)).fetchone()
            if row is None:
                raise LibraryError(_GONE)
            return _conversation(*row)

    def turns(self, id_: str) -> _Turns:
        """The turns of the conversation, oldest first; raises LibraryError if there is none.

        One that is damaged is a turn with an error in its place.
        """
        with self._reading() as db:
            there = db.execute("SELECT count(*) FROM conversations WHERE id = ? AND deleted IS NULL", (id_,))
            _require(there.fetchone()[0], _GONE)
            rows = db.execute(
                "SELECT question, error, answer FROM turns WHERE conversation = ? ORDER BY number", (id_,)
            ).fetchall()
        return [_turn(*row) for row in rows]

    def list(self, key: str, words: str = "", most: int = 200) -> _Conversations:
        """The conversations about the set with that key, the one that was last added to first; `most` of them.

        Each holds every one of the words, in its title, a question or an answer, whatever their case and accents.
        """
        with self._reading() as db:
            rows = db.execute(
                f"{_CONVERSATION} AND c.key = ? AND {_HOLDS_EVERY_WORD} ORDER BY c.updated DESC, c.rowid DESC LIMIT ?",
                (key, json.dumps(_folded(words).split()), max(0, most)),
            )
            return [_conversation(*row) for row in rows]

    # -- keeping ------------------------------------------------------------------------------------------------------

    def rename(self, id_: str, title: str) -> None:
        """Give the conversation another title; raises InputError for one without words or of over 120 characters."""
        title = _one_line(title)
        if not any(character.isprintable() and character != " " for character in title):
            raise InputError("Please give the conversation a name.")
        if len(title) > _LONGEST_TITLE:
            raise InputError(f"Please use at most {_LONGEST_TITLE} characters for the name; this has {len(title):,}.")
        with self._writing() as db:
            renamed = db.execute(
                "UPDATE conversations SET title = ?, folded = ? WHERE id = ? AND deleted IS NULL",
                (title, _folded(title), id_),
            )
            _require(renamed.rowcount, _GONE)

    def delete(self, id_: str) -> None:
        """Put the conversation aside; after `KEPT_DELETED` it is erased with the next thing that is written.

        Raises LibraryError if there is none.
        """
        with self._writing() as db:
            now = _stamp(datetime.now(UTC))
            deleted = db.execute("UPDATE conversations SET deleted = ? WHERE id = ? AND deleted IS NULL", (now, id_))
            _require(deleted.rowcount, _GONE)

    def restore(self, id_: str) -> None:
        """Bring a deleted conversation back as it was; raises LibraryError if it is erased."""
        with self._writing() as db:
            restored = db.execute("UPDATE conversations SET deleted = NULL WHERE id = ?", (id_,))
            _require(restored.rowcount, "This conversation was erased and cannot be brought back.")

    # -- the file -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file for all statements; a file not yet written reads like one without conversations."""
        with self._faults_told(), closing(_connected(self._file if self._is_written() else ":memory:")) as db:
            db.execute("BEGIN")
            self._make(db)  # what is made here goes with the connection
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All of it is written, or nothing.

        What is deleted is overwritten, and the rollback journal, unlike a write-ahead log, leaves no copy of it.
        """
        with self._faults_told():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(_connected(self._file)) as db:
                db.execute("PRAGMA secure_delete = ON")
                db.execute("BEGIN IMMEDIATE")
                self._make(db)
                _erase_deleted(db)
                yield db
                db.execute("COMMIT")

    def _is_written(self) -> bool:
        try:
            return self._file.stat().st_size > 0
        except FileNotFoundError:
            return False

    def _make(self, db: sqlite3.Connection) -> None:
        """Make the tables where there are none; raises StorageError for tables that are not ours."""
        marks = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        application, version, tables = (db.execute(mark).fetchone()[0] for mark in marks)
        if not (application or version or tables):
            for statement in _SCHEMA:
                db.execute(statement)
        elif application != _APPLICATION:
            raise StorageError(self._not_ours())
        elif version > _SCHEMA_VERSION:
            raise StorageError(
                f"The conversations in {self._file} are of a newer version of Footnote: update Footnote to read them."
            )

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        """Turns errors of SQLite and of the system into StorageError; those of a wrong statement pass."""
        try:
            yield
        except UnicodeEncodeError as error:  # only an id that was never given out cannot be a string of SQLite's
            raise LibraryError(_GONE) from error
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


def exchanges(turns: Sequence[Turn]) -> list[Exchange]:
    """The turns that were answered, as what a follow-up is understood by; those with an error are left out."""
    return [_exchange(turn.question, turn.answer) for turn in turns if turn.answer is not None]


def _exchange(question: str, answer: Answer) -> Exchange:
    return Exchange(
        question,
        answer.searched,
        " ".join(sentence.text for sentence in answer.sentences if sentence.supported and not sentence.short),
        " ".join(sentence.text for sentence in answer.sentences if sentence.short),
        tuple(dict.fromkeys(citation.title for citation in answer.citations)),
    )


# -- rows -------------------------------------------------------------------------------------------------------------


def _connected(place: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(place, timeout=_PATIENCE, isolation_level=None)  # transactions are begun by hand


def _require(count: int, sentence: str) -> None:
    if not count:
        raise LibraryError(sentence)


def _touch(db: sqlite3.Connection, id_: str) -> None:
    now = _stamp(datetime.now(UTC))
    touched = db.execute("UPDATE conversations SET updated = ? WHERE id = ? AND deleted IS NULL", (now, id_))
    _require(touched.rowcount, _GONE)


def _erase_deleted(db: sqlite3.Connection) -> None:
    before = _stamp(datetime.now(UTC) - KEPT_DELETED)
    db.execute("DELETE FROM turns WHERE conversation IN (SELECT id FROM conversations WHERE deleted < ?)", (before,))
    db.execute("DELETE FROM conversations WHERE deleted < ?", (before,))


def _conversation(id_: str, key: str, title: str, created: str, updated: str, turns: int) -> Conversation:
    try:
        times = datetime.fromisoformat(created), datetime.fromisoformat(updated)
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError("no time") from error
    return Conversation(id_, key, title, *times, turns)


def _turn_row(turn: Turn) -> _TurnRow:
    """A turn as the columns folded, question, error and answer."""
    answer, said = (answer_to_json(turn.answer).encode(), turn.answer.text) if turn.answer else (None, "")
    return _folded(f"{turn.question} {said}"), _bytes(turn.question), _bytes(turn.error), answer


def _turn(question: bytes, error: bytes, answer: bytes | None) -> Turn:
    asked = ""
    try:
        asked = _text(question)
        return Turn(asked, None if answer is None else answer_from_json(_text(answer)), _text(error))
    except InputError as damage:
        return Turn(asked, error=str(damage))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Turn(asked, error=_DAMAGED_TURN)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    return str(stored, "utf-8", "surrogatepass")


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")  # all of one length, so that they sort as the times do


# -- words ------------------------------------------------------------------------------------------------------------


def _title(question: str) -> str:
    line = _one_line(question)
    if len(line) <= _TITLE:
        return line or "Untitled"
    end = line.rfind(" ", _TITLE // 2, _TITLE + 1)
    return line[: end if end > 0 else _TITLE] + " …"


def _one_line(text: str) -> str:
    """The text on one line, without control characters and half characters."""
    return " ".join("".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text).split())


def _folded(text: str) -> str:
    """The text as it is searched: on one line, in lower case, without accents and without what is invisible."""
    letters = unicodedata.normalize("NFKD", _one_line(text))
    bare = "".join(each for each in letters if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    return bare.casefold().translate(_FOLDED_BY_HAND)
