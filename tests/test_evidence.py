"""What of a long text a claim is held against."""

from __future__ import annotations

from rag.models.evidence import condensed

FILLER = " ".join(f"Filler sentence number {n} says nothing of interest at all." for n in range(60))
TEXT = f"{FILLER} Anna Brekke was a pilot. She drew the oldest sea map in 1571. {FILLER}"


def test_a_short_text_is_taken_whole() -> None:
    assert condensed("anything", "One thing. Another thing.", 10) == [(0, 10), (11, 25)]


def test_of_a_long_text_the_sentences_with_the_claims_words_are_taken_in_their_order() -> None:
    spans = condensed("Anna Brekke drew the oldest sea map in 1571.", TEXT, 40)
    words = [TEXT[a:b] for a, b in spans]
    assert spans == sorted(spans)
    assert "She drew the oldest sea map in 1571." in words
    assert "Anna Brekke was a pilot." in words
    assert sum(len(each.split()) for each in words) <= 40


def test_one_sentence_is_taken_even_where_it_is_too_long() -> None:
    assert len(condensed("word", "word " * 500, 20)) == 1
    assert condensed("word", "", 20) == []
