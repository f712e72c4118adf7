"""What users think of answers: a thumb and a comment for each, kept beside the conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rag.database import Database, as_bytes, as_text, kept_time, require, stamp
from rag.errors import InputError
from rag.history import turn_of
from rag.types import Turn

LONGEST_COMMENT: Final = 2_000
"""How many characters a comment may have."""

_GONE: Final = "This answer is not there any more, so nothing can be said about it."
_TOO_LONG: Final = "Please use at most {most:,} characters for a comment; this has {length:,}."
_ANSWERS: Final = """turns t JOIN conversations c
    ON c.id = t.conversation AND c.deleted IS NULL AND t.answer IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a user thinks of an answer: whether it is `good`, and why; both times are in UTC."""

    good: bool
    comment: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A line of the list: an answer, by its conversation and its place there, and what was thought of it.

    `key` is that of the set that the conversation is about.
    """

    conversation: str
    number: int
    key: str
    title: str
    turn: Turn
    judgement: Judgement


_JudgedAnswers = list[Judged]  # in Feedback, `list` is a method


class Feedback:
    """The judgements of all answers; they are deleted, restored and erased with their conversations.

    Every method may raise StorageError, as those of `History` do.
    """

    def __init__(self, file: Path) -> None:
        self._database = Database(file)

    def judge(self, conversation: str, number: int, good: bool, comment: str = "") -> Judgement:
        """Keep what is thought of the answer of that number, in the place of what was kept.

        Raises LibraryError if the answer is gone, InputError for a comment of over 2,000 characters.
        """
        comment = comment.strip()
        if len(comment) > LONGEST_COMMENT:
            raise InputError(_TOO_LONG.format(most=LONGEST_COMMENT, length=len(comment)))
        now = datetime.now(UTC)
        with self._database.writing() as db:
            there = f"SELECT count(*) FROM {_ANSWERS} WHERE c.id = ? AND t.number = ?"
            require(db.execute(there, (conversation, number)).fetchone()[0], _GONE)
            kept = db.execute(
                """INSERT INTO judgements (conversation, number, good, comment, created, updated)
                   VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (conversation, number)
                   DO UPDATE SET good = excluded.good, comment = excluded.comment, updated = excluded.updated
                   RETURNING good, comment, created, updated""",
                (conversation, number, good, as_bytes(comment), stamp(now), stamp(now)),
            ).fetchone()
        return _judgement(*kept)

    def withdraw(self, conversation: str, number: int) -> None:
        """Keep nothing about the answer of that number any more."""
        with self._database.writing() as db:
            db.execute("DELETE FROM judgements WHERE conversation = ? AND number = ?", (conversation, number))

    def get(self, conversation: str, number: int) -> Judgement | None:
        """What is thought of the answer of that number; None where nothing is kept about it."""
        with self._database.reading() as db:
            row = db.execute(
                """SELECT j.good, j.comment, j.created, j.updated FROM judgements j
                   JOIN conversations c ON c.id = j.conversation
                   WHERE c.deleted IS NULL AND j.conversation = ? AND j.number = ?""",
                (conversation, number),
            ).fetchone()
        return None if row is None else _judgement(*row)

    def list(self, good: bool | None = None) -> _JudgedAnswers:
        """All answers that were judged, or only the good or the bad ones; what was judged last comes first."""
        with self._database.reading() as db:
            rows = db.execute(
                f"""SELECT c.id, t.number, c.key, c.title, t.question, t.error, t.answer,
                           j.good, j.comment, j.created, j.updated
                    FROM {_ANSWERS} JOIN judgements j USING (conversation, number)
                    WHERE ? IS NULL OR j.good = ? ORDER BY j.updated DESC""",
                (good, good),
            ).fetchall()
        return [
            Judged(id_, number, key, title, turn_of(question, error, answer), _judgement(*judgement))
            for id_, number, key, title, question, error, answer, *judgement in rows
        ]


def _judgement(good: int, comment: bytes, created: str, updated: str) -> Judgement:
    try:
        words = as_text(comment)
    except (ValueError, TypeError):
        words = ""  # the thumb is worth having without it
    return Judgement(bool(good), words, kept_time(created), kept_time(updated))
