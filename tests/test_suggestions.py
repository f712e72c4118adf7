"""Questions to go on with: answered by the documents, new, and about what is spoken of."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer.starters import keep_starters, kept_starters
from rag.assistant import Assistant
from rag.history import exchanges
from rag.ingest.library import DocumentSet
from rag.models.embedding import LocalEmbedder
from rag.settings import ROOT, Settings
from rag.types import Answer, Turn

Shipped = tuple[Assistant, DocumentSet]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, embedder: LocalEmbedder) -> Shipped:
    home: Path = tmp_path_factory.mktemp("home")
    assistant = Assistant(Settings(documents=ROOT / "documents", home=home), embedder=embedder)
    assistant.sync(assistant.library.first)
    return assistant, assistant.library.first


def test_every_suggestion_is_answered_and_was_neither_asked_nor_quoted(shipped: Shipped) -> None:
    assistant, documents = shipped
    answer = assistant.ask(documents, "Who replaced Zalmay Khalilzad?")
    suggestions = assistant.suggestions(documents, answer)
    assert suggestions
    assert "Who is Zalmay Khalilzad’s successor?" not in suggestions
    for question in suggestions:
        assert not assistant.ask(documents, question, quotes=True).abstained


def test_an_earlier_question_of_the_conversation_is_not_suggested(shipped: Shipped) -> None:
    assistant, documents = shipped
    asked = Turn("Who is Khalilzad's wife?", assistant.ask(documents, "Who is Khalilzad's wife?"))
    answer = assistant.ask(documents, "When did Khalilzad resign?", exchanges([asked]))
    assert not any("wife" in question for question in assistant.suggestions(documents, answer, exchanges([asked])))


def test_silence_is_followed_by_what_the_documents_do_answer(shipped: Shipped) -> None:
    assistant, documents = shipped
    answer = assistant.ask(documents, "Which university did Khalilzad attend?")
    assert answer.abstained
    suggestions = assistant.suggestions(documents, answer)
    assert suggestions
    assert all("Khalilzad" in question for question in suggestions)


def test_what_has_nothing_to_do_with_the_documents_gets_no_suggestion(shipped: Shipped) -> None:
    assistant, documents = shipped
    answer = assistant.ask(documents, "How do I bake bread?")
    assert assistant.suggestions(documents, answer) == ()


def test_what_is_stopped_is_not_taken_for_all_there_is(shipped: Shipped) -> None:
    assistant, documents = shipped
    answer = assistant.ask(documents, "When did Khalilzad resign?")
    assert assistant.suggestions(documents, answer, stopped=lambda: True) == ()
    assert assistant.suggestions(documents, answer) != ()


def test_suggestions_are_looked_for_once(shipped: Shipped, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant, documents = shipped
    answer = assistant.ask(documents, "Who thanked Khalilzad?")
    first = assistant.suggestions(documents, answer)

    def fail(*_: object, **__: object) -> Answer:
        raise AssertionError("asked again")

    monkeypatch.setattr(Assistant, "_retrieve", fail)
    assert assistant.suggestions(documents, answer) == first


def test_starters_are_kept_for_the_documents_they_were_made_from(documents: Path, tmp_path: Path) -> None:
    settings = Settings(documents=documents, home=tmp_path / "home")
    assistant = Assistant(settings)
    first = assistant.library.first
    assert assistant.known_starters(first) == ()
    assistant.sync(first)
    assert assistant.known_starters(first) is None
    starters = assistant.starters(first)
    assert starters
    assert Assistant(settings).known_starters(first) == starters
    (documents / "tower.txt").write_text("Tower falls\n\nThe tower of Varnholm fell on 3 May 2024.\n", encoding="utf-8")
    assistant.sync(first)
    assert assistant.known_starters(first) is None


@pytest.mark.parametrize("content", ["", "[]", '{"stamp": "1 x"}', '{"stamp": "1 x", "questions": [1]}', "\x00"])
def test_a_damaged_file_of_starters_counts_as_none(content: str, tmp_path: Path) -> None:
    path = tmp_path / "starters.json"
    path.write_text(content, encoding="utf-8")
    assert kept_starters(path, "x") is None
    keep_starters(path, "x", ["Who opened the bridge?"])
    assert kept_starters(path, "x") == ("Who opened the bridge?",)
    assert kept_starters(path, "y") is None
