"""Conversations that last: the questions about all sets and their answers, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rag.answer.records import answer_from_json, answer_to_json
from rag.database import GONE, Database, as_bytes, as_text, kept_time, require, stamp
from rag.errors import InputError, LibraryError
from rag.types import Answer, Exchange, Turn

_CONVERSATION: Final = """SELECT c.id, c.key, c.title, c.created, c.updated,
    (SELECT count(*) FROM turns t WHERE t.conversation = c.id) FROM conversations c WHERE c.deleted IS NULL"""
_HOLDS_EVERY_WORD: Final = """NOT EXISTS (
    SELECT 1 FROM json_each(?) word WHERE NOT instr(c.folded, word.value) AND NOT EXISTS (
        SELECT 1 FROM turns t WHERE t.conversation = c.id AND instr(t.folded, word.value)))"""

_TITLE: Final = 60  # characters of a question
_LONGEST_TITLE: Final = 120
_DAMAGED_TURN: Final = "What was kept of this question is damaged: ask it again."
_FOLDED_BY_HAND: Final = str.maketrans("øłđħŧı’", "oldhti'")  # what Unicode does not take for a letter with an accent


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
        self._database = Database(file)

    # -- asking -------------------------------------------------------------------------------------------------------

    def begin(self, key: str, question: str) -> Conversation:
        """A new conversation about the set with that key, without turns, called after its first question."""
        now = datetime.now(UTC)
        conversation = Conversation(uuid.uuid4().hex, key, _title(question), now, now, 0)
        title = conversation.title
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO conversations (id, key, title, folded, created, updated) VALUES (?, ?, ?, ?, ?, ?)",
                (conversation.id, key, title, _folded(title), stamp(now), stamp(now)),
            )
        return conversation

    def append(self, id_: str, turn: Turn) -> int:
        """Keep the turn as the conversation's next one; returns its number, which is its place in `turns(id_)`.

        Raises LibraryError if the conversation is gone.
        """
        row = _turn_row(turn)
        with self._database.writing() as db:
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
        """Keep the turn in the place of the one with that number; what was thought of the old answer goes with it.

        Raises LibraryError if there is none.
        """
        row = _turn_row(turn)
        with self._database.writing() as db:
            _touch(db, id_)
            replaced = db.execute(
                """UPDATE turns SET folded = ?, question = ?, error = ?, answer = ?
                   WHERE conversation = ? AND number = ?""",
                (*row, id_, number),
            )
            require(replaced.rowcount, "This question is not in the conversation any more.")
            db.execute("DELETE FROM judgements WHERE conversation = ? AND number = ?", (id_, number))

    # -- looking ------------------------------------------------------------------------------------------------------

    def get(self, id_: str) -> Conversation:
        """The conversation; raises LibraryError if there is none."""
        with self._database.reading() as db:
            row = db.execute(f"{_CONVERSATION} AND c.id = ?", (id_,)).fetchone()
            if row is None:
                raise LibraryError(GONE)
            return _conversation(*row)

    def find(self, start: str) -> Conversation:
        """The one conversation whose id begins so; raises LibraryError if there is none, or several."""
        with self._database.reading() as db:
            rows = db.execute(f"{_CONVERSATION} AND substr(c.id, 1, ?) = ? LIMIT 2", (len(start), start)).fetchall()
        if not start or not rows:
            raise LibraryError(f"There is no conversation “{start}”: `python -m rag conversations` lists them.")
        if len(rows) > 1:
            raise LibraryError(f"Several conversations begin with “{start}”: give more of the id.")
        return _conversation(*rows[0])

    def turns(self, id_: str) -> _Turns:
        """The turns of the conversation, oldest first; raises LibraryError if there is none.

        One that is damaged is a turn with an error in its place.
        """
        with self._database.reading() as db:
            there = db.execute("SELECT count(*) FROM conversations WHERE id = ? AND deleted IS NULL", (id_,))
            require(there.fetchone()[0], GONE)
            rows = db.execute(
                "SELECT question, error, answer FROM turns WHERE conversation = ? ORDER BY number", (id_,)
            ).fetchall()
        return [turn_of(*row) for row in rows]

    def list(self, key: str | None, words: str = "", most: int = 200) -> _Conversations:
        """The conversations about the set with that key, or about all sets; `most` of them, last added to first.

        Each holds every one of the words, in its title, a question or an answer, whatever their case and accents.
        """
        with self._database.reading() as db:
            rows = db.execute(
                f"""{_CONVERSATION} AND {"c.key = ?" if key is not None else "? IS NULL"} AND {_HOLDS_EVERY_WORD}
                    ORDER BY c.updated DESC, c.rowid DESC LIMIT ?""",
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
        with self._database.writing() as db:
            renamed = db.execute(
                "UPDATE conversations SET title = ?, folded = ? WHERE id = ? AND deleted IS NULL",
                (title, _folded(title), id_),
            )
            require(renamed.rowcount, GONE)

    def delete(self, id_: str) -> None:
        """Put the conversation aside; after `KEPT_DELETED` it is erased with the next thing that is written.

        Raises LibraryError if there is none.
        """
        with self._database.writing() as db:
            now = stamp(datetime.now(UTC))
            deleted = db.execute("UPDATE conversations SET deleted = ? WHERE id = ? AND deleted IS NULL", (now, id_))
            require(deleted.rowcount, GONE)

    def restore(self, id_: str) -> None:
        """Bring a deleted conversation back as it was; raises LibraryError if it is erased."""
        with self._database.writing() as db:
            restored = db.execute("UPDATE conversations SET deleted = NULL WHERE id = ?", (id_,))
            require(restored.rowcount, "This conversation was erased and cannot be brought back.")

    def delete_all(self, key: str, now: datetime) -> None:
        """Put all conversations about the set with that key aside, as `delete`; `now` is in UTC and names them."""
        with self._database.writing() as db:
            db.execute("UPDATE conversations SET deleted = ? WHERE key = ? AND deleted IS NULL", (stamp(now), key))

    def restore_all(self, key: str, then: datetime) -> None:
        """Bring back those conversations about the set that `delete_all` put aside then."""
        with self._database.writing() as db:
            db.execute("UPDATE conversations SET deleted = NULL WHERE key = ? AND deleted = ?", (key, stamp(then)))


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


def turn_of(question: bytes, error: bytes, answer: bytes | None) -> Turn:
    """The turn of a row of the table; for a damaged row, one with an error that says so."""
    asked = ""
    try:
        asked = as_text(question)
        return Turn(asked, None if answer is None else answer_from_json(as_text(answer)), as_text(error))
    except InputError as damage:
        return Turn(asked, error=str(damage))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Turn(asked, error=_DAMAGED_TURN)


# -- rows -------------------------------------------------------------------------------------------------------------


def _touch(db: sqlite3.Connection, id_: str) -> None:
    now = stamp(datetime.now(UTC))
    touched = db.execute("UPDATE conversations SET updated = ? WHERE id = ? AND deleted IS NULL", (now, id_))
    require(touched.rowcount, GONE)


def _conversation(id_: str, key: str, title: str, created: str, updated: str, turns: int) -> Conversation:
    return Conversation(id_, key, title, kept_time(created), kept_time(updated), turns)


def _turn_row(turn: Turn) -> _TurnRow:
    """A turn as the columns folded, question, error and answer."""
    answer, said = (answer_to_json(turn.answer).encode(), turn.answer.text) if turn.answer else (None, "")
    return _folded(f"{turn.question} {said}"), as_bytes(turn.question), as_bytes(turn.error), answer


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
