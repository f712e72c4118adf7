"""What an answer rests on: exact spans, numbered in order of use, and whether they say what the answer says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.checks import missing_facts
from rag.models.reader import Reader
from rag.sentences import sentence_spans
from rag.types import Citation, Passage, Sentence, Verdict

_MARK = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a passage's document, by span in the document's text, within the passage; else ValueError.

    `short` is the span of the short answer in these words, where there is one.
    """

    passage: Passage
    start: int
    end: int
    short: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise ValueError(f"{self.start} to {self.end} is not within the passage {self.passage}")
        if self.short is not None and not self.start <= self.short[0] < self.short[1] <= self.end:
            raise ValueError(f"{self.short} is not within {self.start} to {self.end}")

    @property
    def quote(self) -> str:
        """The words themselves."""
        return self._words(self.start, self.end)

    @property
    def answer(self) -> str:
        """The short answer's words; empty where there is none."""
        return self._words(*self.short) if self.short else ""

    def _words(self, start: int, end: int) -> str:
        offset = self.passage.start
        return self.passage.text[start - offset : end - offset]


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


def verify(sentence: str, passages: Sequence[Passage], reader: Reader) -> Verdict:
    """Whether the cited passages, together, support the sentence.

    Supported without a model where it is, word for word, a sentence of a passage. Else the reader must find it
    supported, and every number, date and name of it must be in the passages, their titles or their dates.
    """
    claim = " ".join(_MARK.sub("", sentence).split())
    if not passages or not _folded(claim):
        return Verdict(False, 0.0)
    if any(_folded(claim) == _folded(p.text[a:b]) for p in passages for a, b in sentence_spans(p.text)):
        return Verdict(True, 1.0)
    missing = missing_facts(claim, "\n".join(f"{p.title}\n{p.published or ''}\n{p.text}" for p in passages))
    texts = [passage.text for passage in passages] + (["\n".join(p.text for p in passages)] if passages[1:] else [])
    score = max(reader.support([(claim, text) for text in texts]))
    return Verdict(score >= reader.support_threshold and not missing, score, missing)


def _folded(text: str) -> str:
    """The words of the text in lower case, without accents, outer stops and the shape of quotation marks."""
    text = unicodedata.normalize("NFKD", text).casefold().translate(str.maketrans("’‘“”", "''\"\""))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split()).strip(" .")


def with_marks(sentences: Sequence[Sentence]) -> str:
    """The answer as text, each sentence followed by its [n], a short answer on a line of its own."""
    marked = [sentence.text + "".join(f" [{n}]" for n in sentence.citations) for sentence in sentences]
    ends = ["\n" if sentence.short else " " for sentence in sentences]
    return "".join(text + end for text, end in zip(marked, ends, strict=True)).rstrip()


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
        evidence.short,
    )
