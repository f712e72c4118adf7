"""What users think of answers is kept beside the conversations, shares their fate, and old files stay readable."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.database import KEPT_DELETED
from rag.errors import InputError, LibraryError, StorageError
from rag.feedback import LONGEST_COMMENT, Feedback
from rag.history import History
from rag.types import Turn
from tests.test_history import KEY, OTHER, age_deleted, answered, sql, talk

FIRST_VERSION = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, title TEXT NOT NULL, folded TEXT NOT NULL, created TEXT NOT NULL,
    updated TEXT NOT NULL, deleted TEXT);
CREATE INDEX conversations_key ON conversations (key, updated);
CREATE INDEX conversations_deleted ON conversations (deleted) WHERE deleted IS NOT NULL;
CREATE TABLE turns (
    id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, number INTEGER NOT NULL, folded TEXT NOT NULL,
    question BLOB NOT NULL, error BLOB NOT NULL, answer BLOB, UNIQUE (conversation, number));
PRAGMA application_id = 1181708148;
PRAGMA user_version = 1;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


@pytest.fixture
def history(file: Path) -> History:
    return History(file)


@pytest.fixture
def feedback(file: Path) -> Feedback:
    return Feedback(file)


def judged(feedback: Feedback, good: bool | None = None) -> list[tuple[str, bool, str]]:
    return [(each.turn.question, each.judgement.good, each.judgement.comment) for each in feedback.list(good)]


def test_a_judgement_is_kept_changed_and_taken_back(history: History, feedback: Feedback, file: Path) -> None:
    id_ = talk(history, answered("One?"), answered("Two?"))
    assert feedback.get(id_, 1) is None
    before = datetime.now(UTC)
    first = feedback.judge(id_, 1, True, "  Just what I wanted. ")
    assert (first.good, first.comment) == (True, "Just what I wanted.")
    assert before <= first.created == first.updated <= datetime.now(UTC)
    assert Feedback(file).get(id_, 1) == first
    second = feedback.judge(id_, 1, False, "On second thought:\nno.")
    assert (second.good, second.comment, second.created) == (False, "On second thought:\nno.", first.created)
    assert second.updated > first.updated
    assert feedback.get(id_, 0) is None
    feedback.withdraw(id_, 1)
    assert feedback.get(id_, 1) is None
    assert feedback.list() == []
    feedback.withdraw(id_, 1)


def test_what_was_judged_last_is_listed_first_with_its_answer_and_the_good_and_the_bad_apart(
    history: History, feedback: Feedback
) -> None:
    here, there = talk(history, answered("One?"), answered("Two?")), talk(history, answered("Three?"), key=OTHER)
    feedback.judge(here, 0, True)
    feedback.judge(there, 0, False, "Wrong year")
    feedback.judge(here, 1, False)
    assert judged(feedback) == [("Two?", False, ""), ("Three?", False, "Wrong year"), ("One?", True, "")]
    feedback.judge(here, 0, True, "Again")
    assert judged(feedback, True) == [("One?", True, "Again")]
    assert judged(feedback, False) == [("Two?", False, ""), ("Three?", False, "Wrong year")]
    first = feedback.list()[0]
    assert (first.conversation, first.number, first.key, first.title) == (here, 0, KEY, "One?")
    assert first.turn == answered("One?")


def test_judgements_go_with_a_deleted_conversation_and_come_back_with_it(history: History, feedback: Feedback) -> None:
    id_ = talk(history, answered("One?"))
    kept = feedback.judge(id_, 0, True, "Good")
    history.delete(id_)
    assert feedback.list() == []
    assert feedback.get(id_, 0) is None
    with pytest.raises(LibraryError, match="not there any more"):
        feedback.judge(id_, 0, False)
    history.restore(id_)
    assert feedback.get(id_, 0) == kept


def test_judgements_are_erased_with_their_conversation(history: History, feedback: Feedback, file: Path) -> None:
    id_ = talk(history, answered("One?"))
    feedback.judge(id_, 0, True, "a very secret comment")
    assert b"a very secret comment" in file.read_bytes()
    history.delete(id_)
    age_deleted(file, KEPT_DELETED + timedelta(seconds=1))
    history.begin(KEY, "A write?")
    assert b"a very secret comment" not in file.read_bytes()


def test_no_word_of_a_comment_that_was_taken_back_is_left_on_the_disk(
    history: History, feedback: Feedback, file: Path
) -> None:
    id_ = talk(history, answered("One?"))
    feedback.judge(id_, 0, True, "a very secret comment")
    feedback.withdraw(id_, 0)
    assert b"a very secret comment" not in file.read_bytes()


def test_an_answer_in_the_place_of_another_has_not_been_judged(history: History, feedback: Feedback) -> None:
    id_ = talk(history, answered("One?"), answered("Two?"))
    feedback.judge(id_, 0, False, "Wrong")
    kept = feedback.judge(id_, 1, True)
    history.replace(id_, 0, answered("One?", "Other words."))
    assert feedback.get(id_, 0) is None
    assert feedback.get(id_, 1) == kept


def test_only_an_answer_can_be_judged(history: History, feedback: Feedback) -> None:
    id_ = talk(history, Turn("One?", error="The index is damaged."))
    for conversation, number in ((id_, 0), (id_, 1), ("none", 0)):
        with pytest.raises(LibraryError, match="nothing can be said about it"):
            feedback.judge(conversation, number, True)
    assert feedback.list() == []


def test_a_comment_may_be_any_text_of_up_to_two_thousand_characters(history: History, feedback: Feedback) -> None:
    id_ = talk(history, answered("One?"))
    odd = "half \udcff, \x00, 🌉 and “”\nen deux lignes"
    feedback.judge(id_, 0, True, odd)
    kept = feedback.get(id_, 0)
    assert kept is not None
    assert kept.comment == odd
    feedback.judge(id_, 0, True, "x" * LONGEST_COMMENT)
    with pytest.raises(InputError, match=r"at most 2,000 characters for a comment; this has 2,001\."):
        feedback.judge(id_, 0, True, "x" * (LONGEST_COMMENT + 1))
    kept = feedback.get(id_, 0)
    assert kept is not None
    assert kept.comment == "x" * LONGEST_COMMENT


def test_a_damaged_comment_or_answer_costs_only_itself(history: History, feedback: Feedback, file: Path) -> None:
    id_ = talk(history, answered("One?"), answered("Two?"))
    feedback.judge(id_, 0, False, "One")
    feedback.judge(id_, 1, True, "Two")
    sql(file, "UPDATE judgements SET comment = x'ff' WHERE number = 0")
    sql(file, "UPDATE turns SET answer = x'ff' WHERE number = 1")
    two, one = feedback.list()
    assert (one.judgement.good, one.judgement.comment, one.turn) == (False, "", answered("One?"))
    assert (two.judgement.comment, two.turn.answer) == ("Two", None)
    assert "is damaged" in two.turn.error


def old_file(file: Path, history: History) -> tuple[str, list[Turn]]:
    """Make the file one of the first version, with a conversation in it."""
    turns = [answered("One?"), answered("Two?")]
    id_ = talk(history, *turns)
    with closing(sqlite3.connect(file)) as db:
        rows = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in ("conversations", "turns")}
    file.unlink()
    with closing(sqlite3.connect(file)) as db, db:
        db.executescript(FIRST_VERSION)
        for table, found in rows.items():
            db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(found[0]))})", found)
    return id_, turns


def test_a_file_of_the_first_version_is_read_as_it_is_and_becomes_a_new_one_when_it_is_written(
    history: History, feedback: Feedback, file: Path
) -> None:
    id_, turns = old_file(file, history)
    content = file.read_bytes()
    assert history.turns(id_) == turns
    assert [each.id for each in history.list(KEY, "two")] == [id_]
    assert feedback.list() == []
    assert feedback.get(id_, 0) is None
    assert file.read_bytes() == content
    kept = feedback.judge(id_, 1, True, "Good")
    assert feedback.get(id_, 1) == kept
    assert history.turns(id_) == turns
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_file_of_the_first_version_is_readable_while_another_program_writes_it(
    history: History, feedback: Feedback, file: Path
) -> None:
    id_, turns = old_file(file, history)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert history.turns(id_) == turns
        assert feedback.list() == []


def test_a_damaged_file_is_told(file: Path, feedback: Feedback) -> None:
    file.write_bytes(b"These are no conversations.\n" * 400)
    with pytest.raises(StorageError, match="not a file of Footnote's conversations"):
        feedback.list()


def test_a_conversation_is_found_by_how_its_id_begins(history: History, file: Path) -> None:
    one, two = talk(history, answered("One?")), talk(history, answered("Two?"))
    sql(file, "UPDATE conversations SET id = 'ab' || substr(id, 3)")
    (first, second) = history.list(None)
    assert history.find(first.id) == first
    assert history.find(second.id[:12]) == second
    for start, told in (("ab", "Several conversations begin with “ab”"), ("x", "no conversation “x”"), ("", "no conv")):
        with pytest.raises(LibraryError, match=told):
            history.find(start)
    assert {one[2:], two[2:]} == {first.id[2:], second.id[2:]}


def test_the_conversations_of_all_sets_are_listed_together(history: History) -> None:
    talk(history, answered("Here?"))
    talk(history, answered("There?"), key=OTHER)
    assert [each.title for each in history.list(None)] == ["There?", "Here?"]
    assert [each.title for each in history.list(None, "here")] == ["There?", "Here?"]
    assert [each.title for each in history.list(None, most=1)] == ["There?"]
