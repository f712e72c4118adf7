"""The reader that judges by likeness, which the trained one is compared with."""

from __future__ import annotations

from rag.models.embedding import LocalEmbedder
from rag.models.similarity import SimilarityReader, sentence_candidates
from rag.types import Passage


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
