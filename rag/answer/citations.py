"""Numbering what an answer rests on: exact spans, in order of use, the same words in the same document once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Citation, Passage, Sentence

_MARK = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a passage's document, by span in the document's text, within the passage; else ValueError."""

    passage: Passage
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise ValueError(f"{self.start} to {self.end} is not within the passage {self.passage}")

    @property
    def quote(self) -> str:
        """The words themselves."""
        offset = self.passage.start
        return self.passage.text[self.start - offset : self.end - offset]


def cite(
    statements: Sequence[tuple[str, Sequence[Evidence], float]],
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """(text, evidence, support in [0, 1]) of each sentence -> the sentences with their numbers, and the citations."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for text, evidence, support in statements:
        used = []
        for item in evidence:
            identity = (item.passage.document, item.start, item.end)
            if identity not in numbers:
                numbers[identity] = len(citations) + 1
                citations.append(_citation(numbers[identity], item))
            used.append(numbers[identity])
        sentences.append(Sentence(text, tuple(dict.fromkeys(used)), bool(used), support))
    return tuple(sentences), tuple(citations)


def with_marks(sentences: Sequence[Sentence]) -> str:
    """The answer as text, each sentence followed by its [n]."""
    return " ".join(sentence.text + "".join(f" [{n}]" for n in sentence.citations) for sentence in sentences)


def as_prose(quote: str) -> str:
    """A quote as it reads in a sentence: on one line, and with a [7] of the document's own as (7), which is no mark."""
    return _MARK.sub(r"(\1)", " ".join(quote.split()))


def _citation(number: int, evidence: Evidence) -> Citation:
    passage = evidence.passage
    return Citation(
        number,
        passage.document,
        passage.title,
        passage.outlet,
        passage.published,
        passage.page_at(evidence.start),
        evidence.start,
        evidence.end,
        evidence.quote,
    )
