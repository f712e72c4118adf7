"""Passages -> an answer. Without a language model it is made of the documents' own sentences."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from rag.answer.citations import Evidence, as_prose, cite, with_marks
from rag.models.reader import Reader
from rag.types import Answer, Passage, Quote, Sentence
from rag.words import near_identical, word_set

ABSTENTION: Final = "The documents do not answer this."
_MOST_SENTENCES: Final = 4


class QuoteWriter:
    """Answers with one to four verbatim sentences, the one that answers best first.

    Before them stands the short answer, in the document's words, where the reader is sure of one.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def write(self, question: str, searched: str, passages: Sequence[Passage]) -> Answer:
        """The answer to a question from the candidates that retrieval found, best first.

        `searched` is the standalone question. The answer abstains where the reader finds none, keeps the passages
        that the reader keeps, and has the seconds of read and write.
        """
        began = time.perf_counter()
        reading = self._reader.read(searched, passages)
        read = time.perf_counter() - began
        chosen = _chosen(reading.quotes, passages) if reading.answers else []
        kept = tuple(passages[number] for number in reading.order)
        seconds = {"read": read, "write": time.perf_counter() - began - read}
        if not chosen:
            return abstention(question, searched, kept, "quotes", seconds)
        sentences, citations = cite([(as_prose(evidence.quote), [evidence], 1.0) for evidence in chosen])
        if chosen[0].short:
            short = Sentence(
                as_prose(chosen[0].answer), sentences[0].citations, True, reading.quotes[0].score, short=True
            )
            sentences = (short, *sentences)
        return Answer(question, searched, with_marks(sentences), False, sentences, citations, kept, "quotes", seconds)


def abstention(
    question: str, searched: str, passages: Sequence[Passage], model: str, seconds: Mapping[str, float]
) -> Answer:
    """The answer that says that there is none; the passages are the nearest that were found."""
    return Answer(question, searched, ABSTENTION, True, (), (), tuple(passages), model, seconds)


def _chosen(quotes: Sequence[Quote], passages: Sequence[Passage]) -> list[Evidence]:
    """The best sentence, then the best of each other document, then the rest; what repeats one is left out."""
    chosen: list[Evidence] = []
    documents = {passages[quote.passage].document: quote for quote in reversed(quotes)}
    firsts = [quote for quote in quotes if documents[passages[quote.passage].document] is quote]
    for quote in [*firsts, *(quote for quote in quotes if quote not in firsts)]:
        evidence = Evidence(passages[quote.passage], quote.start, quote.end, quote.short)
        if not any(near_identical(word_set(evidence.quote), word_set(other.quote)) for other in chosen):
            chosen.append(evidence)
        if len(chosen) == _MOST_SENTENCES:
            break
    return chosen
