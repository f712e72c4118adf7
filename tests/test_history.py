"""Conversations outlast the program, several programs share them, and what goes wrong with the file is told."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import string
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from rag.database import KEPT_DELETED, Database
from rag.errors import FootnoteError, InputError, LibraryError, StorageError
from rag.history import History, exchanges
from rag.types import Answer, Citation, Exchange, Passage, Sentence, Turn

KEY = "documents-0a1b2c3d4e5f"
OTHER = "letters-0a1b2c3d4e5f"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where conversations will be, in a folder that is not there yet."""
    return tmp_path / "home" / "conversations.sqlite3"


@pytest.fixture
def history(file: Path) -> History:
    return History(file)


def answered(question: str, text: str = "It was closed.") -> Turn:
    """A turn with an answer of one sentence."""
    citation = Citation(1, "bridge.txt", "The bridge", "Port Gazette", None, None, 0, len(text), text)
    passage = Passage("bridge.txt", 0, 90, text * 3, 0.123456789, "The bridge", pages=(0, 40))
    answer = Answer(
        question, question, f"{text} [1]", False, (Sentence(text, (1,), True, 0.987654321),), (citation,), (passage,),
        "quotes", {"total": 0.123456789}, hashes={"bridge.txt": "ab" * 32},
    )  # fmt: skip
    return Turn(question, answer)


def talk(history: History, *turns: Turn, key: str = KEY) -> str:
    """A conversation of those turns; its id."""
    id_ = history.begin(key, turns[0].question).id
    for turn in turns:
        history.append(id_, turn)
    return id_


def titles(history: History, words: str = "") -> list[str]:
    return [conversation.title for conversation in history.list(KEY, words)]


def sql(file: Path, statement: str, *parameters: object) -> None:
    """Write to the file behind Footnote's back."""
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(statement, parameters)


def age_deleted(file: Path, age: timedelta) -> None:
    """Let all that was deleted have been deleted that long ago."""
    then = (datetime.now(UTC) - age).isoformat(timespec="microseconds")
    sql(file, "UPDATE conversations SET deleted = ? WHERE deleted IS NOT NULL", then)


# -- asking -----------------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_first_conversation(history: History, file: Path) -> None:
    assert history.list(KEY) == []
    with pytest.raises(LibraryError, match="not there any more"):
        history.turns("none")
    assert not file.parent.exists()
    history.begin(KEY, "Why?")
    assert file.exists()


def test_another_start_of_the_program_finds_all_turns_exactly_as_they_were(history: History, file: Path) -> None:
    turns = [answered("How long?"), Turn("Who?", error="The index is damaged."), answered("And why?"), Turn("Waiting")]
    id_ = talk(history, *turns)
    again = History(file)
    assert again.turns(id_) == turns
    assert again.get(id_) == history.get(id_) == again.list(KEY)[0]


def test_half_characters_and_nul_are_kept_and_do_no_harm(history: History) -> None:
    odd = "half \udcff, \ud83d\ude00, \x00 and “”"
    turn = Turn(odd, answered(odd, odd).answer, odd)
    id_ = talk(history, turn)
    assert history.turns(id_) == [turn]
    assert history.get(id_).title == "half , , and “”"
    assert len(history.list(KEY, "half \udcff\x00")) == 1
    history.rename(id_, "a \udcff b")
    assert history.get(id_).title == "a b"
    with pytest.raises(LibraryError, match="not there any more"):
        history.get("\udcff")


def test_a_conversation_is_called_after_its_first_question(history: History) -> None:
    began = datetime.now(UTC)
    conversation = history.begin(KEY, "  Why was\nthe bridge closed? ")
    assert (conversation.title, conversation.key, conversation.turns) == ("Why was the bridge closed?", KEY, 0)
    assert began <= conversation.created == conversation.updated <= datetime.now(UTC)
    assert history.get(conversation.id) == conversation


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("word " * 12, ("word " * 12).strip()),
        ("word " * 13, "word " * 12 + "…"),
        ("x" * 61, "x" * 60 + " …"),
        ("Is " + "x" * 90, "Is " + "x" * 57 + " …"),
        (" \n\udcff", "Untitled"),
    ],
)
def test_a_long_question_is_cut_between_words_for_the_title(history: History, question: str, title: str) -> None:
    assert history.begin(KEY, question).title == title


def test_a_turns_number_is_its_place_among_the_turns(history: History) -> None:
    id_ = history.begin(KEY, "One?").id
    assert [history.append(id_, answered(question)) for question in ("One?", "Two?", "Three?")] == [0, 1, 2]
    assert history.get(id_).turns == 3


def test_an_answer_asked_again_takes_the_place_of_the_old_one_and_later_turns_stay(history: History) -> None:
    id_ = talk(history, answered("One?", "Old words."), answered("Two?"))
    history.replace(id_, 0, answered("One?", "New words."))
    assert history.turns(id_) == [answered("One?", "New words."), answered("Two?")]
    assert (len(history.list(KEY, "new words")), history.list(KEY, "old words")) == (1, [])
    for number in (2, -1):
        with pytest.raises(LibraryError, match="not in the conversation"):
            history.replace(id_, number, answered("Three?"))


def test_conversations_are_listed_by_set_the_one_last_added_to_first(history: History) -> None:
    first, second = talk(history, answered("First?")), talk(history, answered("Second?"))
    talk(history, answered("Of another set?"), key=OTHER)
    assert titles(history) == ["Second?", "First?"]
    history.append(first, answered("More?"))
    assert titles(history) == ["First?", "Second?"]
    history.replace(second, 0, answered("Again?"))
    assert titles(history) == ["Second?", "First?"]
    history.rename(first, "Renamed")
    assert titles(history) == ["Second?", "Renamed"]
    assert [conversation.title for conversation in history.list(KEY, most=1)] == ["Second?"]
    assert history.list(KEY, most=0) == history.list(KEY, most=-1) == []


def test_two_thousand_turns_are_read_and_added_to_in_a_moment(history: History, file: Path) -> None:
    long = answered("How long was the bridge closed?", "It was closed for nine months. " * 60)
    id_ = talk(history, long)
    sql(
        file,
        """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
           INSERT INTO turns (conversation, number, folded, question, error, answer)
           SELECT conversation, i, folded, question, error, answer FROM n, turns""",
    )
    began = time.perf_counter()
    assert history.append(id_, answered("And then?", "It was opened.")) == 2000
    assert history.get(id_).turns == 2001
    assert len(history.list(KEY, "opened months")) == 1
    turns = history.turns(id_)
    assert time.perf_counter() - began < 5
    assert (len(turns), turns[1999], turns[2000].question) == (2001, long, "And then?")


# -- several at once --------------------------------------------------------------------------------------------------


def _append_many(file: Path, id_: str, name: str, count: int) -> None:
    """In a process of its own, or in a thread."""
    for number in range(count):
        History(file).append(id_, answered(f"{name} {number}?"))


def test_two_processes_and_two_threads_that_append_at_once_lose_nothing(history: History, file: Path) -> None:
    id_ = history.begin(KEY, "Who is first?").id
    context = multiprocessing.get_context("spawn")
    workers: list[BaseProcess | threading.Thread] = [
        *(context.Process(target=_append_many, args=(file, id_, f"process {n}", 20)) for n in range(2)),
        *(threading.Thread(target=_append_many, args=(file, id_, f"thread {n}", 20)) for n in range(2)),
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    asked = [turn.question for turn in history.turns(id_)]
    for name in ("process 0", "process 1", "thread 0", "thread 1"):
        assert [question for question in asked if question.startswith(name)] == [f"{name} {n}?" for n in range(20)]
    assert len(asked) == history.get(id_).turns == 80


def test_two_that_write_first_at_once_make_one_file(file: Path) -> None:
    barrier = threading.Barrier(4)

    def begin(number: int) -> None:
        barrier.wait()
        History(file).begin(KEY, f"Question {number}?")

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(titles(History(file))) == [f"Question {number}?" for number in range(4)]


def test_a_file_that_stays_in_use_is_told(history: History, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = talk(history, answered("One?"))
    monkeypatch.setattr("rag.database._PATIENCE", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="try again in a moment"):
            history.append(id_, answered("Two?"))
        assert history.turns(id_) == [answered("One?")]
    assert history.append(id_, answered("Two?")) == 1


# -- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["", "  ", "ÉTÉ", "ete", "e\u0301te\u0301", "CRÈME brulee", "lodz", "ŁÓDŹ", "strasse", "mayor's", "100%", "a_b",
     "crowns 100%", "co2", "cooperate", "9 o’clock", '"quoted"', "\\d", "été lodz a_b strasse"],
)  # fmt: skip
def test_words_are_found_whatever_their_case_and_accents(history: History, words: str) -> None:
    text = 'The mayor’s crème brûlée cost 100% in Łódź, Straße a_b. "Quoted" \\D CO₂ co\u00adoperate, crowns.'
    talk(history, answered("What of l’été?", text), answered("And 9 o'clock?"))
    assert titles(history, words) == ["What of l’été?"]


@pytest.mark.parametrize("words", ["%", "_", "b%e", "brid_e", "bridge tunnel", "*", "bri*", "' OR 1=1 --", '"'])
def test_signs_of_a_search_language_are_only_signs(history: History, words: str) -> None:
    talk(history, answered("Why was the bridge closed?"))
    assert titles(history, words) == []


def test_each_word_may_stand_in_another_place_of_one_conversation(history: History) -> None:
    id_ = talk(history, answered("Where is the ferry?", "At the pier."), answered("Who steers it?", "Anna Brekke."))
    talk(history, answered("Who is at the pier?"))
    history.rename(id_, "Crossings")
    assert titles(history, "brekke crossings pier steers") == ["Crossings"]
    assert titles(history, "pier") == ["Who is at the pier?", "Crossings"]
    assert titles(history, "brekke tunnel") == []


def test_neither_other_sets_nor_deleted_conversations_are_found(history: History) -> None:
    talk(history, answered("A bridge?"), key=OTHER)
    history.delete(talk(history, answered("Another bridge?")))
    assert titles(history, "bridge") == []


def test_a_search_for_a_whole_page_of_words_is_no_error(history: History) -> None:
    talk(history, answered("Why?", " ".join(f"word{n}" for n in range(3_000))))
    assert titles(history, " ".join(f"word{n}" for n in range(3_000))) == ["Why?"]
    assert titles(history, " ".join(f"word{n}" for n in range(3_001))) == []


# -- keeping ----------------------------------------------------------------------------------------------------------


def test_a_title_is_one_line_of_words(history: History) -> None:
    id_ = talk(history, answered("Why?"))
    history.rename(id_, "  The bridge:\nwhy it\tclosed 🌉 ")
    assert history.get(id_).title == "The bridge: why it closed 🌉"
    history.rename(id_, "x" * 120)
    for title, told in (("", "give the conversation a name"), (" \u200b\n", "give"), ("x" * 121, "at most 120")):
        with pytest.raises(InputError, match=told):
            history.rename(id_, title)
    assert titles(history) == ["x" * 120]


def test_a_deleted_conversation_is_gone_and_comes_back_as_it_was(history: History, file: Path) -> None:
    turns = [answered("One?"), answered("Two?")]
    id_ = talk(history, *turns)
    before = history.get(id_)
    history.delete(id_)
    assert history.list(KEY) == []
    for use in (
        lambda: history.get(id_),
        lambda: history.turns(id_),
        lambda: history.append(id_, answered("Three?")),
        lambda: history.replace(id_, 0, answered("One?")),
        lambda: history.rename(id_, "A name"),
        lambda: history.delete(id_),
    ):
        with pytest.raises(LibraryError, match="not there any more"):
            use()
    History(file).restore(id_)
    assert (history.get(id_), history.turns(id_)) == (before, turns)


def test_what_never_was_cannot_be_restored(history: History) -> None:
    with pytest.raises(LibraryError, match="cannot be brought back"):
        history.restore("none")


def test_a_deleted_conversation_can_be_restored_for_thirty_days_and_no_longer(history: History, file: Path) -> None:
    assert timedelta(days=30) == KEPT_DELETED
    id_ = talk(history, answered("One?"))
    history.delete(id_)
    age_deleted(file, timedelta(days=29, hours=23))
    history.begin(KEY, "A write?")
    history.restore(id_)
    history.delete(id_)
    age_deleted(file, timedelta(days=30, seconds=1))
    with pytest.raises(LibraryError, match="cannot be brought back"):
        history.restore(id_)


def test_no_word_of_an_erased_conversation_is_left_on_the_disk(history: History, file: Path) -> None:
    dice = random.Random(7)
    secrets, kept = [], {}
    for number in range(60):
        secret = "".join(dice.choices(string.ascii_lowercase, k=24))
        turns = [answered(f"{secret} one?", f"{secret} " * dice.choice((1, 9, 400))) for _ in range(dice.randint(1, 4))]
        id_ = talk(history, *turns)
        if number % 2:
            history.replace(id_, 0, turns[0])
            history.rename(id_, f"About {secret}")
            history.delete(id_)
            secrets.append(secret)
        else:
            kept[id_] = turns
    assert all(secret.encode() in file.read_bytes() for secret in secrets)
    age_deleted(file, KEPT_DELETED)
    history.begin(KEY, "A write?")
    left = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert not [secret for secret in secrets if secret.encode() in left]
    assert {id_: history.turns(id_) for id_ in kept} == kept
    assert not history.list(KEY, "about")


# -- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "question"),
    [
        ("answer", b"{", "One?"),
        ("answer", b"\xff\xfe", "One?"),
        ("answer", "no bytes", "One?"),
        ("answer", 7, "One?"),
        ("error", b"\xff", "One?"),
        ("question", b"\xff", ""),
    ],
)
def test_a_damaged_turn_is_told_in_its_place_and_the_others_stay(
    history: History, file: Path, column: str, value: object, question: str
) -> None:
    id_ = talk(history, answered("Zero?"), answered("One?"), answered("Two?"))
    sql(file, f"UPDATE turns SET {column} = ? WHERE number = 1", value)
    first, damaged, last = history.turns(id_)
    assert (first, last) == (answered("Zero?"), answered("Two?"))
    assert (damaged.question, damaged.answer) == (question, None)
    assert "is damaged: ask" in damaged.error
    history.replace(id_, 1, answered("One?"))
    assert history.turns(id_)[1] == answered("One?")


def test_an_answer_of_a_newer_version_is_told_in_its_place(history: History, file: Path) -> None:
    id_ = talk(history, answered("Zero?"))
    sql(file, "UPDATE turns SET answer = replace(CAST(answer AS TEXT), '\"version\":1', '\"version\":2')")
    sql(file, "UPDATE turns SET answer = CAST(answer AS BLOB)")
    (turn,) = history.turns(id_)
    assert "newer version" in turn.error


def _uses(history: History) -> list[str]:
    """What each way to use the history says of its file."""
    said = []
    for use in (
        lambda: history.list(KEY),
        lambda: history.turns("none"),
        lambda: history.begin(KEY, "Why?"),
        lambda: history.append("none", answered("Why?")),
        lambda: history.restore("none"),
    ):
        with pytest.raises(StorageError) as told:
            use()
        said.append(str(told.value))
    return said


@pytest.mark.parametrize("content", [b"hello", b"These are no conversations.\n" * 400, b"\x00" * 8192])
def test_a_file_that_is_not_one_of_conversations_is_told_and_left_as_it_is(
    history: History, file: Path, content: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    assert set(_uses(history)) == {
        f"{file} is not a file of Footnote's conversations: move it away to begin one."
    }  # fmt: skip
    assert file.read_bytes() == content
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_of_another_program_is_told_and_left_as_it_is(history: History, file: Path) -> None:
    file.parent.mkdir()
    sql(file, "CREATE TABLE conversations (id)")
    content = file.read_bytes()
    assert all("is not a file of Footnote's conversations" in said for said in _uses(history))
    assert file.read_bytes() == content


def test_a_file_of_a_newer_version_is_told_and_left_as_it_is(history: History, file: Path) -> None:
    talk(history, answered("Why?"))
    sql(file, "PRAGMA user_version = 3")
    content = file.read_bytes()
    assert all("newer version of Footnote: update Footnote" in said for said in _uses(history))
    assert file.read_bytes() == content


def test_a_damaged_file_is_told(history: History, file: Path) -> None:
    talk(history, *(answered(f"Question {number}?") for number in range(20)))
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    content = file.read_bytes()
    assert all(f"is damaged: move {file} away" in said for said in _uses(history))
    assert file.read_bytes() == content
    file.rename(file.with_name("damaged"))
    talk(history, answered("Why?"))
    assert titles(history) == ["Why?"]


def test_a_time_that_is_none_is_damage(history: History, file: Path) -> None:
    id_ = talk(history, answered("Why?"))
    sql(file, "UPDATE conversations SET created = 'long ago'")
    with pytest.raises(StorageError, match="is damaged"):
        history.get(id_)


def test_an_empty_file_is_one_that_was_not_written_yet(history: History, file: Path) -> None:
    file.parent.mkdir()
    file.touch()
    assert history.list(KEY) == []
    assert file.read_bytes() == b""
    talk(history, answered("Why?"))
    assert titles(history) == ["Why?"]


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.sqlite3").mkdir()
    for place in (tmp_path / "file" / "conversations.sqlite3", tmp_path / "folder.sqlite3"):
        for said in _uses(History(place)):
            assert said.startswith(f"The conversations in {place} could not be read or written (")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "disk is full"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "try again"),
        (sqlite3.SQLITE_IOERR_WRITE, "could not be read or written"),
        (sqlite3.SQLITE_READONLY, "see to the disk"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
    ],
)
def test_what_sqlite_says_is_told_in_a_true_sentence(file: Path, code: int, words: str) -> None:
    error = sqlite3.OperationalError("something")
    error.sqlite_errorcode = code
    with pytest.raises(StorageError, match=words), Database(file)._faults_told():
        raise error


def test_a_write_that_fails_half_way_leaves_all_as_it_was(history: History, file: Path) -> None:
    id_ = talk(history, answered("One?"))
    before = history.get(id_)
    sql(file, "CREATE TRIGGER full BEFORE INSERT ON turns BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises((FootnoteError, sqlite3.IntegrityError)):
        history.append(id_, answered("Two?"))
    assert (history.get(id_), history.turns(id_)) == (before, [answered("One?")])


# -- exchanges --------------------------------------------------------------------------------------------------------


def test_answered_turns_become_exchanges_and_the_others_are_left_out() -> None:
    def citation(number: int, title: str) -> Citation:
        return Citation(number, "a.txt", title, None, None, None, 0, 2, "It")

    sentences = (
        Sentence("Nine months", (1,), True, 0.9, short=True),
        Sentence("It closed for nine months.", (1, 2), True, 0.9),
        Sentence("Nobody knows why.", (), False, 0.1),
        Sentence("It is open.", (3,), True, 0.8, opens=True),
    )
    cited = (citation(1, "The bridge"), citation(2, "The ferry"), citation(3, "The bridge"))
    answer = Answer("Asked", "How long was it closed? (bridge)", "…", False, sentences, cited, (), "quotes")
    silent = Answer("Who?", "Who? (bridge)", "The documents do not answer this.", True, (), (), (), "quotes")
    turns = [Turn("How long?", answer), Turn("Lost", error="No."), Turn("Who?", silent), Turn("Waiting")]
    assert exchanges(turns) == [
        Exchange(
            "How long?",
            "How long was it closed? (bridge)",
            "It closed for nine months. It is open.",
            "Nine months",
            ("The bridge", "The ferry"),
        ),
        Exchange("Who?", "Who? (bridge)"),
    ]
    assert exchanges([]) == []
