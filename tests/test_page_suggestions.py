"""Questions that the page offers: to begin with, and to go on with below the last answer."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.assistant import Assistant
from rag.settings import ROOT
from rag.ui.session import answering, desk
from rag.ui.suggestions import Suggesting, suggesting
from tests.page import APP, answered, ask, opened, page_over, remembered, settled, suggested, turns


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with page_over(tmp_path, monkeypatch) as documents:
        for article in (ROOT / "documents").glob("*.md"):
            shutil.copy(article, documents)
        yield documents


def offered(at: AppTest) -> list[Any]:
    return [found for found in at.button if (found.key or "").startswith("suggestion-")]


def captions(at: AppTest) -> list[str]:
    return [found.value for found in at.caption]


def test_an_answer_is_followed_by_questions_that_are_answered_when_clicked(articles: Path) -> None:
    at = suggested(ask(opened(), "Who replaced Zalmay Khalilzad?"))
    assert offered(at)
    assert "You could go on with:" in captions(at)
    question = offered(at)[0].label.replace("\\", "")
    offered(at)[0].click().run()
    answered(at)
    assert [turn.question for turn in turns(at)] == ["Who replaced Zalmay Khalilzad?", question]
    assert turns(at)[1].answer.citations


def test_what_is_looked_for_holds_on_to_its_documents_when_the_page_is_gone(
    articles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at, go_on = opened(), threading.Event()
    suggestions = desk().assistant.suggestions

    def later(*given: Any) -> tuple[str, ...]:
        assert go_on.wait(60)
        return suggestions(*given)

    monkeypatch.setattr(desk().assistant, "suggestions", later)
    ask(at, "Who replaced Zalmay Khalilzad?")
    [finding] = [each for each in suggesting().all() if not each.finished.is_set()]
    for name in ("desk", "answering"):  # as they would be another's by then
        monkeypatch.setattr(f"rag.ui.suggestions.{name}", None)
    go_on.set()
    assert finding.finished.wait(60)
    assert finding.questions
    assert not capsys.readouterr().err


def test_only_the_last_answer_is_followed_by_questions(articles: Path) -> None:
    at = suggested(ask(opened(), "Who replaced Zalmay Khalilzad?"))
    at = suggested(ask(at, "When did Khalilzad resign?"))
    assert offered(at)
    assert all("-1-" in found.key for found in offered(at))


def test_silence_says_what_the_documents_do_answer(articles: Path) -> None:
    at = suggested(ask(opened(), "Which university did Khalilzad attend?"))
    assert turns(at)[0].answer.abstained
    assert offered(at)
    assert "The documents do answer:" in captions(at)


def test_nothing_is_said_where_nothing_is_found(articles: Path) -> None:
    at = suggested(ask(opened(), "How do I bake bread?"))
    assert not offered(at)
    assert not {"You could go on with:", "The documents do answer:"} & set(captions(at))


def test_a_second_tab_on_the_conversation_shows_the_same_questions(articles: Path) -> None:
    at = suggested(ask(opened(), "Who replaced Zalmay Khalilzad?"))
    [conversation] = remembered(at).conversations.values()
    searches = len(suggesting().all())
    other = AppTest.from_file(str(APP), default_timeout=120)
    other.query_params["conversation"] = conversation
    settled(other.run())
    assert [found.label for found in offered(other)] == [found.label for found in offered(at)]
    assert len(suggesting().all()) == searches


def test_the_page_does_not_wait_for_questions(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def slow(*_: object) -> tuple[str, ...]:
        assert go_on.wait(60)
        return ("Who is Thomas West?",)

    at = opened()
    monkeypatch.setattr(Assistant, "suggestions", slow)
    ask(at, "Who replaced Zalmay Khalilzad?")
    assert not offered(at)
    go_on.set()
    assert [found.label for found in offered(suggested(at))] == ["Who is Thomas West\\?"]


def test_what_fails_beside_the_page_leaves_the_page_whole(
    articles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> tuple[str, ...]:
        raise RuntimeError("unforeseen")

    at = opened()
    monkeypatch.setattr(Assistant, "suggestions", fail)
    suggested(ask(at, "Who replaced Zalmay Khalilzad?"))
    assert turns(at)[0].answer.citations
    assert not offered(at)
    assert "unforeseen" in capsys.readouterr().err


def test_the_next_question_stops_the_search(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()
    stopped: list[Callable[[], bool]] = []

    def watching(*given: Any) -> tuple[str, ...]:
        stopped.append(given[-1])
        began.set()
        return ()

    at = opened()
    monkeypatch.setattr(Assistant, "suggestions", watching)
    ask(at, "Who replaced Zalmay Khalilzad?")
    assert began.wait(60)
    assert not stopped[0]()
    [conversation] = remembered(at).conversations.values()
    monkeypatch.setattr(answering(), "unkept", lambda id_: ["on its way"] if id_ == conversation else [])
    assert stopped[0]()


def test_questions_to_begin_with_are_ready_before_the_page_is_opened_again(articles: Path) -> None:
    at = opened()
    starters = [found.label for found in at.button if (found.key or "").startswith("starter-")]
    assert starters
    desk.clear()
    answering.clear()
    suggesting.clear()
    again = settled(AppTest.from_file(str(APP), default_timeout=120).run())
    assert [found.label for found in again.button if (found.key or "").startswith("starter-")] == starters
    assert suggesting().all() == []


def test_what_was_stopped_is_looked_for_again() -> None:
    ours = Suggesting()
    first = ours.find(("a",), lambda stopped: ("too early",), lambda: True)
    assert first.finished.wait(10)
    assert first.questions == ()
    second = ours.find(("a",), lambda stopped: ("found",), lambda: False)
    assert second.finished.wait(10)
    assert second.questions == ("found",)
    assert ours.find(("a",), lambda stopped: ("never",), lambda: False) is second
