"""The whole way from a folder to a cited answer, without the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.answer.followups import standalone
from rag.answer.writing import Listener
from rag.assistant import Assistant
from rag.errors import InputError, LibraryError
from rag.models.embedding import LocalEmbedder
from rag.models.similarity import SimilarityReader
from rag.settings import Settings
from rag.types import Exchange, Filter


def test_every_citation_is_the_documents_own_words_in_every_state_of_the_set(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    for question in (
        "Who drew the oldest sea map?",
        "When will the harbour bridge be closed?",
        "What will the ferry company Nordlink add?",
    ):
        answer = assistant.ask(documents, question)
        assert not answer.abstained
        for citation in answer.citations:
            assert (
                assistant.document(documents, citation.document).text[citation.start : citation.end] == citation.quote
            )
    (documents.folder / "museum.txt").unlink()
    assistant.sync(documents)
    after = assistant.ask(documents, "Who drew the oldest sea map?")
    assert "museum.txt" not in {c.document for c in after.citations} | {p.document for p in after.passages}


def test_an_answer_says_how_long_each_step_took_and_each_step_is_told(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    steps: list[str] = []

    class Noting(Listener):
        def step(self, words: str) -> None:
            steps.append(words)

    answer = assistant.ask(documents, "Who drew the oldest sea map?", (), Noting())
    assert set(answer.seconds) == {"retrieve", "read", "write", "total"}
    assert steps[0] == "Searching 3 articles"
    assert steps[1].startswith("Reading ")


def test_a_follow_up_is_searched_with_what_it_leaves_unsaid(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    answer = assistant.ask(documents, "And when did she draw it?", [Exchange("What did Anna Brekke draw?")])
    assert "Anna Brekke" in answer.searched
    assert answer.passages[0].document == "museum.txt"


def test_a_set_that_was_never_read_says_so(assistant: Assistant) -> None:
    with pytest.raises(LibraryError, match="have not been read yet"):
        assistant.ask(assistant.library.first, "Who?")


@pytest.mark.parametrize("question", ["", "  ", "?!"])
def test_a_question_without_words_is_refused(assistant: Assistant, question: str) -> None:
    assistant.sync(assistant.library.first)
    with pytest.raises(InputError):
        assistant.ask(assistant.library.first, question)


def test_an_empty_set_abstains(assistant: Assistant) -> None:
    empty = assistant.library.create("empty")
    assistant.sync(empty)
    assert assistant.ask(empty, "Who drew the map?").abstained
    assert assistant.starters(empty) == ()
    assert assistant.dates(empty) is None


def test_sets_never_mix(assistant: Assistant) -> None:
    first, second = assistant.library.first, assistant.library.create("second")
    (second.folder / "tower.txt").write_text("Tower falls\n\nThe tower of Varnholm fell on Monday night.\n")
    assistant.sync(first)
    assistant.sync(second)
    assert {p.document for p in assistant.search(first, "Varnholm tower")}.isdisjoint({"tower.txt", "second/tower.txt"})
    assert {p.document for p in assistant.search(second, "Varnholm bridge")} == {"tower.txt"}


def test_starter_questions_are_answered_by_the_set(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    starters = assistant.starters(documents)
    assert starters
    assert all(not assistant.ask(documents, question).abstained for question in starters)


def test_dates_are_those_that_the_documents_state(assistant: Assistant) -> None:
    assistant.sync(assistant.library.first)
    dates = assistant.dates(assistant.library.first)
    assert dates is not None
    assert [day.isoformat() for day in dates] == ["2024-03-05", "2024-03-09"]


def test_a_question_that_could_stand_alone_is_tried_as_it_is_where_its_rewriting_finds_nothing(
    assistant: Assistant,
) -> None:
    about = assistant.library.first
    assistant.sync(about)
    before = [Exchange("Who is Anna Brekke?", answer="The oldest sea map was drawn by the pilot Anna Brekke.")]
    question = "Who is the director of the ferry company?"
    narrowed = standalone(question, before)
    assert "Anna Brekke" in narrowed
    assert assistant.ask(about, question, searched=narrowed).abstained
    answer = assistant.ask(about, question, before)
    assert (answer.searched, answer.sentences[0].text) == (question, "Peter Aalto")


def test_the_answer_opens_with_the_short_answer_and_its_citation_says_where_that_stands(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    answer = assistant.ask(documents, "Who drew the oldest sea map?")
    first = answer.sentences[0]
    assert first.short
    assert "Anna Brekke" in first.text
    citation = answer.citations[0]
    assert citation.short is not None
    assert assistant.document(documents, citation.document).text[slice(*citation.short)] == first.text


def test_the_trained_reader_can_be_switched_off(documents: Path, tmp_path: Path, embedder: LocalEmbedder) -> None:
    settings = Settings(documents=documents, home=tmp_path / "home", reader="similarity")
    assistant = Assistant(settings, embedder=embedder)
    assert isinstance(assistant.reader, SimilarityReader)
    assistant.sync(assistant.library.first)
    answer = assistant.ask(assistant.library.first, "Who drew the oldest sea map?")
    assert "Anna Brekke" in answer.text
    assert not any(sentence.short for sentence in answer.sentences)


@pytest.mark.parametrize("caution", ["cautious", "balanced", "eager"])
def test_caution_is_a_setting(caution: str, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CAUTION", caution)
    reader = Assistant(Settings(documents=documents, home=tmp_path / "home")).reader
    assert getattr(reader, "_caution") == caution  # noqa: B009


def test_a_filter_that_lets_no_document_through_gives_an_abstention_that_says_so(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    answer = assistant.ask(documents, "Who drew the oldest sea map?", within=Filter(until=date(1990, 1, 1)))
    assert answer.abstained
    assert answer.notes == (
        "No article matches the filter, so nothing was searched.",
        "1 article carries no date and was left out.",
    )
    assert (answer.documents_searched, answer.documents_held, answer.passages_read) == (0, 3, 0)
    assert set(answer.seconds) == {"retrieve", "read", "write", "total"}


def test_only_what_the_filter_lets_through_is_read_also_after_the_documents_changed(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    within = Filter(since=date(2024, 3, 1))
    assert {p.document for p in assistant.search(documents, "Varnholm", within=within)} == {"ferry.txt", "harbour.md"}
    (documents.folder / "ferry.txt").unlink()
    (documents.folder / "tram.txt").write_text("Published: 10 March 2024\n\nA tram will cross the river in Varnholm.")
    assistant.sync(documents)
    assert {p.document for p in assistant.search(documents, "Varnholm", within=within)} == {"tram.txt", "harbour.md"}
    answer = assistant.ask(documents, "How much will the repair cost?", within=within)
    assert (answer.within, answer.documents_searched, answer.documents_held) == (within, 2, 3)
    assert answer.passages_read == len(assistant.search(documents, "How much will the repair cost?", 24, within))


def test_names_of_a_filter_that_are_not_there_are_told_apart_from_those_that_are(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    assert assistant.outlets(documents) == ("Port Gazette",)
    within = Filter(("gone.txt", "ferry.txt"), ("Port Gazette", "Nobody"), since=date(2024, 1, 1))
    kept, gone = assistant.existing(documents, within)
    assert kept == Filter(("ferry.txt",), ("Port Gazette",), since=date(2024, 1, 1))
    assert gone == ("gone.txt", "Nobody")
    assert assistant.checked_filter(documents, Filter(("FERRY.TXT",))) == Filter(("ferry.txt",))
    with pytest.raises(InputError, match="comes after the last"):
        assistant.checked_filter(documents, Filter(since=date(2024, 1, 2), until=date(2024, 1, 1)))
