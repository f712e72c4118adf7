"""Answers from quotes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.citations import Statement
from rag.answer.writing import ABSTENTION, Listener, QuoteWriter, _continued, _is_heading, quoted
from rag.sentences import sentence_spans
from rag.types import Passage, Quote, Reading

TEXTS = [
    "The bridge closed in 2024. It cost 8 million crowns. Nobody was hurt there.",
    "The bridge closed in 2024. It cost 9 million crowns.",
]
PASSAGES = [Passage(f"{n}.txt", 0, len(text), text, 1.0, "Bridge") for n, text in enumerate(TEXTS)]


class Fixed:
    """A reader that offers every sentence, in order, and decides as told; `short` is the short answer in each."""

    def __init__(self, answers: bool, short: str = "") -> None:
        self._answers = answers
        self._short = short

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        quotes = [
            Quote(n, a, b, 0.9, self._place(p.text[a:b], a))
            for n, p in enumerate(passages)
            for a, b in sentence_spans(p.text)
        ]
        return Reading(0.9 if self._answers else 0.1, self._answers, tuple(range(len(passages)))[::-1], tuple(quotes))

    def _place(self, sentence: str, start: int) -> tuple[int, int] | None:
        at = sentence.find(self._short) if self._short else -1
        return (start + at, start + at + len(self._short)) if at >= 0 else None


def test_sentences_are_verbatim_at_most_four_and_the_best_of_each_document_first() -> None:
    answer = QuoteWriter(Fixed(True)).write("q", "q", PASSAGES, Listener())
    assert [s.text for s in answer.sentences] == [
        "The bridge closed in 2024.",
        "It cost 8 million crowns.",
        "Nobody was hurt there.",
        "It cost 9 million crowns.",
    ]
    assert all(TEXTS[int(c.document[0])][c.start : c.end] == c.quote for c in answer.citations)
    other = Passage("2.txt", 0, 20, "The bridge is tired.", 1.0, "Bridge")
    of_three = QuoteWriter(Fixed(True)).write("q", "q", [*PASSAGES, other], Listener())
    assert [c.document for c in of_three.citations] == ["0.txt", "0.txt", "0.txt", "2.txt"]


def test_the_sentences_of_each_document_are_a_paragraph() -> None:
    other = Passage("2.txt", 0, 20, "The bridge is tired.", 1.0, "Bridge")
    answer = QuoteWriter(Fixed(True, "in 2024")).write("q", "q", [PASSAGES[0], other], Listener())
    assert [(s.citations, s.opens) for s in answer.sentences] == [
        ((1,), False),
        ((1,), True),
        ((2,), False),
        ((3,), False),
        ((4,), True),
    ]
    plain = QuoteWriter(Fixed(True)).write("q", "q", [PASSAGES[0], other], Listener())
    assert [s.opens for s in plain.sentences] == [False, False, False, True]


def test_what_follows_a_models_broken_answer_has_its_paragraphs_too() -> None:
    other = Passage("2.txt", 0, 20, "The bridge is tired.", 1.0, "Bridge")
    reading = Fixed(True).read("q", [PASSAGES[0], other])
    quotes = quoted(reading, [PASSAGES[0], other])
    said = Statement("It closed.", quotes[0].evidence, 0.9)
    assert [(made.text, made.opens) for made in _continued([said], quotes)] == [
        ("It closed.", False),
        ("It cost 8 million crowns.", True),
        ("Nobody was hurt there.", False),
        ("The bridge is tired.", True),
    ]


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("# Ferry times", True),
        ("Published by the Post", True),
        ("The bridge opened in 1999.[3]", False),
        ("It opened.[citation needed]", False),
        ("„Das Spiel ist aus.“", False),
        ("« La gare est fermée. »", False),
        ("यह एक पुल है।", False),
        ("桥已经开了", False),
        ("Price: 30 crowns", False),
        ("2. The second crossing", False),
        ("a ." + "[!]" * 200 + "x", True),  # at once, whatever a document holds
    ],
)
def test_a_heading_is_told_from_a_sentence_in_other_scripts_and_with_footnotes_too(line: str, heading: bool) -> None:
    assert _is_heading(line) == heading


def test_headings_and_bylines_go_with_no_answer_but_items_of_lists_do() -> None:
    lines = ["The ferry sails at noon.", "# Ferry times", "Annex: dredging", "By Anna Brekke", "- every Sunday at nine"]
    text = "\n\n".join(lines)
    passages = [Passage("ferry.txt", 0, len(text), text, 1.0, "Ferry")]
    answer = QuoteWriter(Fixed(True)).write("q", "q", passages, Listener())
    assert [s.text for s in answer.sentences] == ["The ferry sails at noon.", "- every Sunday at nine"]
    heading = [Passage("annex.txt", 0, 15, "Annex: dredging", 1.0, "Annex")]
    assert QuoteWriter(Fixed(True)).write("q", "q", heading, Listener()).text == "Annex: dredging [1]"


def test_near_identical_sentences_come_once_but_never_where_their_numbers_differ() -> None:
    quotes = [c.quote for c in QuoteWriter(Fixed(True)).write("q", "q", PASSAGES, Listener()).citations]
    assert quotes.count("The bridge closed in 2024.") == 1
    assert {"It cost 8 million crowns.", "It cost 9 million crowns."} <= set(quotes)


def test_where_the_reader_finds_no_answer_nothing_is_cited_and_the_passages_are_in_the_readers_order() -> None:
    answer = QuoteWriter(Fixed(False)).write("q", "searched", PASSAGES, Listener())
    assert (answer.text, answer.abstained, answer.sentences, answer.citations) == (ABSTENTION, True, (), ())
    assert answer.passages == tuple(PASSAGES[::-1])
    assert answer.searched == "searched"


def test_the_short_answer_stands_first_in_the_documents_words_and_shares_the_citation_of_its_sentence() -> None:
    answer = QuoteWriter(Fixed(True, "in 2024")).write("q", "q", PASSAGES[:1], Listener())
    first, second = answer.sentences[:2]
    assert (first.text, first.short, first.citations) == ("in 2024", True, (1,))
    assert (second.text, second.short, second.citations) == ("The bridge closed in 2024.", False, (1,))
    assert answer.text.startswith("in 2024 [1]\nThe bridge closed in 2024. [1] It cost")
    citation = answer.citations[0]
    assert citation.short is not None
    assert TEXTS[0][slice(*citation.short)] == "in 2024"
    assert all(c.short is None for c in answer.citations[1:])


def test_without_a_short_answer_every_sentence_is_a_whole_one() -> None:
    assert not any(s.short for s in QuoteWriter(Fixed(True)).write("q", "q", PASSAGES, Listener()).sentences)
