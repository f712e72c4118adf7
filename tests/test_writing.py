"""Answers from quotes."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.writing import ABSTENTION, QuoteWriter
from rag.models.embedding import LocalEmbedder
from rag.models.reader import SimilarityReader, sentence_candidates
from rag.sentences import sentence_spans
from rag.types import Passage, Quote, Reading

TEXTS = [
    "The bridge closed in 2024. It cost 8 million crowns. Nobody was hurt there.",
    "The bridge closed in 2024. It cost 9 million crowns.",
]
PASSAGES = [Passage(f"{n}.txt", 0, len(text), text, 1.0, "Bridge") for n, text in enumerate(TEXTS)]


class Fixed:
    """A reader that offers every sentence, in order, and decides as told."""

    def __init__(self, answers: bool) -> None:
        self._answers = answers

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        quotes = [Quote(n, a, b, 0.9) for n, p in enumerate(passages) for a, b in sentence_spans(p.text)]
        return Reading(0.9 if self._answers else 0.1, self._answers, tuple(range(len(passages)))[::-1], tuple(quotes))


def test_sentences_are_verbatim_in_the_readers_order_and_at_most_four() -> None:
    answer = QuoteWriter(Fixed(True)).write("q", "q", PASSAGES)
    assert [s.text for s in answer.sentences] == [
        "The bridge closed in 2024.",
        "It cost 8 million crowns.",
        "Nobody was hurt there.",
        "It cost 9 million crowns.",
    ]
    assert all(TEXTS[int(c.document[0])][c.start : c.end] == c.quote for c in answer.citations)


def test_near_identical_sentences_come_once_but_never_where_their_numbers_differ() -> None:
    quotes = [c.quote for c in QuoteWriter(Fixed(True)).write("q", "q", PASSAGES).citations]
    assert quotes.count("The bridge closed in 2024.") == 1
    assert {"It cost 8 million crowns.", "It cost 9 million crowns."} <= set(quotes)


def test_where_the_reader_finds_no_answer_nothing_is_cited_and_the_passages_are_in_the_readers_order() -> None:
    answer = QuoteWriter(Fixed(False)).write("q", "searched", PASSAGES)
    assert (answer.text, answer.abstained, answer.sentences, answer.citations) == (ABSTENTION, True, (), ())
    assert answer.passages == tuple(PASSAGES[::-1])
    assert answer.searched == "searched"


def test_the_similarity_reader_ranks_the_answering_sentence_first(embedder: LocalEmbedder) -> None:
    text = "The museum was opened long ago. Its oldest map was drawn by Anna Brekke in 1571. Entry is free on Sundays."
    reading = SimilarityReader(embedder).read(
        "Who drew the oldest map?", [Passage("m", 50, 50 + len(text), text, 1.0, "")]
    )
    first = reading.quotes[0]
    assert text[first.start - 50 : first.end - 50] == "Its oldest map was drawn by Anna Brekke in 1571."
    assert [q.score for q in reading.quotes] == sorted((q.score for q in reading.quotes), reverse=True)


def test_list_items_and_slides_can_be_quoted_and_headings_cannot(embedder: LocalEmbedder) -> None:
    text = "# The new harbour master\n\n- The new harbour master is Ingrid Solheim\n- Founded in 1931\n\nHarbour news"
    passage = Passage("slides.pptx", 0, len(text), text, 1.0, "Harbour news")
    quotes = [text[c.start : c.end] for c in sentence_candidates([passage])]
    assert quotes == ["- The new harbour master is Ingrid Solheim", "- Founded in 1931"]
    assert SimilarityReader(embedder).read("Who is the new harbour master?", [passage]).answers


def test_the_similarity_reader_finds_nothing_in_nothing(embedder: LocalEmbedder) -> None:
    assert not SimilarityReader(embedder).read("Who?", []).answers
