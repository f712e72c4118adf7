"""Two rankings as one."""

from __future__ import annotations

import pytest

from rag.answer.retrieval import fuse, retrieve
from rag.assistant import Assistant


def test_scores_are_scaled_over_their_own_ranking_and_a_miss_counts_as_the_lowest() -> None:
    assert fuse([0.9, 0.5, None], [None, 10.0, 20.0]) == pytest.approx([0.5, 0.0, 0.5])


def test_a_ranking_with_one_hit_or_none_is_no_error() -> None:
    assert fuse([0.4], [None]) == [0.5]
    assert fuse([], []) == []


def test_the_passage_that_answers_comes_first(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    passages = assistant.search(documents, "Who drew the oldest sea map?")
    assert passages[0].document == "museum.txt"
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    text = assistant.document(documents, "museum.txt").text
    assert text[passages[0].start : passages[0].end] == passages[0].text


def test_a_passage_that_repeats_a_better_one_is_folded_away(assistant: Assistant) -> None:
    documents = assistant.library.first
    copy = documents.folder / "copy of museum.txt"
    copy.write_bytes((documents.folder / "museum.txt").read_bytes())
    assistant.sync(documents)
    passages = retrieve("oldest sea map", assistant.index(documents), assistant.embedder, 8)
    assert len({p.text for p in passages}) == len(passages)


def test_reports_that_differ_in_a_number_are_both_found(assistant: Assistant) -> None:
    documents = assistant.library.create("reports")
    report = "The harbour exchange closed at {} points on a quiet day, the office said in its short report on Monday."
    for number in (104, 97):
        (documents.folder / f"{number}.txt").write_text(report.format(number))
    assistant.sync(documents)
    assert {p.document for p in assistant.search(documents, "harbour exchange")} == {"104.txt", "97.txt"}
