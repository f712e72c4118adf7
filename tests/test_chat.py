"""The conversation in a terminal: what is typed, what is printed, what is kept."""

from __future__ import annotations

import io
import os
import re
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.settings import Settings
from tests.model_server import ModelServer, Reply

Typed = Callable[..., tuple[str, str]]


@pytest.fixture
def typed(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Runs `chat` over the small documents with these lines as its input; returns what it printed."""
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))

    def run(*lines: str, options: Sequence[str] = ()) -> tuple[str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        assert main(["chat", "--documents", str(documents), *options]) == 0
        return capsys.readouterr()

    return run


def test_a_follow_up_is_understood_and_the_conversation_is_there_after_a_restart(typed: Typed) -> None:
    out, _ = typed("Who drew the oldest sea map?", "And when did she draw it?", "/quit")
    assert "Anna Brekke [1]" in out
    assert re.search(r"Searched for: .*Anna Brekke", out)
    assert "1571" in out
    out, _ = typed("/list sea map", "/open 1", "How old is the mayor of Paris?")
    assert out.startswith("1. Who drew the oldest sea map? (2, ")
    assert "> And when did she draw it?" in out
    assert "The documents do not answer this." in out
    out, _ = typed("/list")
    assert "(3, " in out


def test_a_conversation_is_renamed_deleted_and_brought_back(typed: Typed) -> None:
    out, told = typed("Who drew the oldest sea map?", "/rename The map", "/list", "/delete", "/list", "/undo", "/list")
    assert out.count("1. The map (1, ") == 2
    assert "back in “The map”" in out
    assert "no conversations" in told
    assert "deleted; /undo brings it back" in told


def test_the_last_question_is_asked_again_in_other_words_and_nothing_is_lost(typed: Typed) -> None:
    out, _ = typed("And when?", "/as When was the oldest sea map drawn?", "/list")
    assert "Searched for: When was the oldest sea map drawn?" in out
    assert "1571" in out
    assert "(2, " in out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/open 7", "Give the number of a conversation"),
        ("/nonsense", "/nonsense is not a command"),
        ("/delete", "Nothing has been asked yet"),
        ("/as Who?", "Nothing has been asked yet"),
        ("/undo", "There is nothing to bring back."),
        ("???", "Please ask a question in words."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_the_chat_goes_on(typed: Typed, line: str, says: str) -> None:
    out, told = typed(line, "Who drew the oldest sea map?")
    assert f"error: {says}" in told
    assert "Anna Brekke" in out


def test_help_names_every_command_that_there_is(typed: Typed) -> None:
    out, _ = typed("/help")
    assert set(re.findall(r"/\w+", out)) == {
        "/as", "/quotes", "/all", "/list", "/open", "/new", "/rename", "/delete", "/undo", "/hide", "/show", "/quit",
    }  # fmt: skip


def test_what_changed_since_is_said_when_a_conversation_is_opened(typed: Typed, documents: Path) -> None:
    typed("Who drew the oldest sea map?")
    museum = documents / "museum.txt"
    museum.write_text(museum.read_text().replace("two hundred", "three hundred"))
    assert main(["sync", "--documents", str(documents)]) == 0
    out, _ = typed("/open 1")
    assert "museum.txt has changed since." in out
    museum.unlink()
    assert main(["sync", "--documents", str(documents)]) == 0
    out, _ = typed("/open 1")
    assert "museum.txt is gone since." in out


def test_a_models_sentences_are_printed_as_they_are_checked_and_can_be_hidden(
    typed: Typed, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_URL", server.url)
    monkeypatch.setenv("FOOTNOTE_LLM_MODEL", "scripted")
    said = "The oldest sea map was drawn in 1571 by the pilot Anna Brekke, a sailor of the town. It hangs in Rome."
    server.otherwise = Reply(said)
    out, _ = typed("Who drew the oldest sea map?", "/hide", "/new", "Who drew the oldest sea map?", "/quotes")
    assert out.count("It hangs in Rome. [not found in the documents]") == 1
    assert out.count("a sailor of the town. [1]") == 3
    assert "Anna Brekke [1]" in out
    assert len(server.requests) == 2


def test_a_filter_stays_in_force_for_follow_ups_until_all_documents_are_asked(typed: Typed) -> None:
    only = ["--outlet", "Port Gazette"]
    out, told = typed("What will the repair cost?", "Who drew the oldest sea map?", "/all", options=only)
    assert "only 1 of 3 are searched: Port Gazette" in told
    assert out.count("Searched 1 of 3 articles: Port Gazette") == 2
    assert out.count("The documents do not answer this.") == 1
    assert "Anna Brekke [1]" in out.split("The documents do not answer this.")[1]


def test_ctrl_c_stops_the_answer_and_not_the_chat(
    typed: Typed, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_URL", server.url)
    monkeypatch.setenv("FOOTNOTE_LLM_MODEL", "scripted")
    said = "The oldest sea map was drawn in 1571 by the pilot Anna Brekke, a sailor of the town. And then"

    def interrupted(_: str) -> str:
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        return said

    server.says(Reply(interrupted, hold=threading.Event()))
    out, _ = typed("Who drew the oldest sea map?", "/list")
    assert "a sailor of the town. [1]" in out
    assert "Stopped: this is what had been written." in out
    assert "1. Who drew the oldest sea map?" in out


def test_the_chat_of_one_set_does_not_list_that_of_another(typed: Typed, tmp_path: Path) -> None:
    typed("Who drew the oldest sea map?")
    other = tmp_path / "other"
    other.mkdir()
    assistant = Assistant(Settings(home=tmp_path / "home"))
    assert not assistant.history.list(assistant.key(assistant.library.at(other)))
