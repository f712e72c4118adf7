"""Passages -> an answer. Without a language model it is made of the documents' own sentences."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from rag.answer.citations import Evidence, as_prose, cite, with_marks
from rag.models.reader import Reader
from rag.types import Answer, Passage

ABSTENTION: Final = "The documents do not answer this."
_MOST_SENTENCES: Final = 4
_SAME_WORDS: Final = 0.85


class AnswerWriter(Protocol):
    """Writes the answer to a question from passages, every sentence with its evidence."""

    def write(self, question: str, searched: str, passages: Sequence[Passage]) -> Answer:
        """`searched` is the standalone question; the answer abstains where the passages do not answer it."""
        ...


class QuoteWriter:
    """Answers with one to four verbatim sentences, the one that answers best first."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def write(self, question: str, searched: str, passages: Sequence[Passage]) -> Answer:
        """See `AnswerWriter`. `seconds` of the answer has the keys read and write."""
        began = time.perf_counter()
        reading = self._reader.read(searched, passages)
        read = time.perf_counter() - began
        chosen: list[Evidence] = []
        if reading.answers:
            for quote in reading.quotes:
                evidence = Evidence(passages[quote.passage], quote.start, quote.end)
                if not any(_says_the_same(evidence.quote, other.quote) for other in chosen):
                    chosen.append(evidence)
                if len(chosen) == _MOST_SENTENCES:
                    break
        seconds = {"read": read, "write": time.perf_counter() - began - read}
        if not chosen:
            return abstention(question, searched, passages, "quotes", seconds)
        sentences, citations = cite([(as_prose(evidence.quote), [evidence], 1.0) for evidence in chosen])
        return Answer(
            question, searched, with_marks(sentences), False, sentences, citations, tuple(passages), "quotes", seconds
        )


def abstention(
    question: str, searched: str, passages: Sequence[Passage], model: str, seconds: Mapping[str, float]
) -> Answer:
    """The answer that says that there is none; the passages are the nearest that were found."""
    return Answer(question, searched, ABSTENTION, True, (), (), tuple(passages), model, seconds)


def _says_the_same(one: str, other: str) -> bool:
    """True for near-identical sentences; never where their numbers differ."""
    a, b = set(re.findall(r"\w+", one.casefold())), set(re.findall(r"\w+", other.casefold()))
    numbers = {word for word in a ^ b if any(character.isdigit() for character in word)}
    return not numbers and len(a & b) >= _SAME_WORDS * len(a | b)
