"""Numbering evidence."""

from __future__ import annotations

import re

import pytest

from rag.answer.citations import Evidence, as_prose, cite, with_marks
from rag.types import Passage

TEXT = "The bridge is old. It closed in 2024 [3]. Nobody\nminded."


def passage(document: str = "a.txt", start: int = 100) -> Passage:
    return Passage(document, start, start + len(TEXT), TEXT, 1.0, "Bridge")


def test_a_quote_is_the_words_at_its_span_of_the_document() -> None:
    document = "x" * 100 + TEXT
    evidence = Evidence(passage(), 119, 141)
    assert evidence.quote == document[119:141] == "It closed in 2024 [3]."


def test_evidence_outside_its_passage_cannot_be_made() -> None:
    for start, end in ((99, 120), (110, 110), (120, 110), (110, 101 + len(TEXT))):
        with pytest.raises(ValueError, match="is not within"):
            Evidence(passage(), start, end)


def test_a_citation_is_on_the_page_of_its_words_not_on_that_of_its_passage() -> None:
    two_pages = Passage("a.pdf", 100, 100 + len(TEXT), TEXT, 1.0, "Bridge", pages=(0, 119))
    _, citations = cite([("a", [Evidence(two_pages, 100, 118)], 1.0), ("b", [Evidence(two_pages, 119, 141)], 1.0)])
    assert [citation.page for citation in citations] == [1, 2]


def test_numbers_come_in_order_of_use_and_the_same_words_of_a_document_share_one() -> None:
    one, two = Evidence(passage(), 119, 141), Evidence(passage("b.txt"), 119, 141)
    sentences, citations = cite([("First.", [two], 1.0), ("Second.", [one, two], 0.5), ("Third.", [one], 1.0)])
    assert [s.citations for s in sentences] == [(1,), (2, 1), (2,)]
    assert [(c.number, c.document) for c in citations] == [(1, "b.txt"), (2, "a.txt")]


def test_a_sentence_without_evidence_is_not_supported() -> None:
    (sentence,), citations = cite([("Made up.", [], 0.0)])
    assert not sentence.supported
    assert citations == ()


def test_a_mark_of_the_documents_own_never_looks_like_a_citation() -> None:
    evidence = Evidence(passage(), 119, 141)
    sentences, citations = cite([(as_prose(evidence.quote), [evidence], 1.0)])
    assert with_marks(sentences) == "It closed in 2024 (3). [1]"
    assert re.findall(r"\[(\d+)\]", with_marks(sentences)) == [str(c.number) for c in citations]
    assert citations[0].quote == "It closed in 2024 [3]."


def test_prose_is_on_one_line() -> None:
    assert as_prose("Nobody\nminded.") == "Nobody minded."
