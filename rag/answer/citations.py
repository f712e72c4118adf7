"""What an answer rests on: exact spans, numbered in order of use, and whether they say what the answer says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.answer.checks import missing_facts
from rag.models.reader import Reader
from rag.sentences import sentence_spans
from rag.types import Citation, Passage, Sentence, Verdict
from rag.words import content_words, names

_MARK = re.compile(r"\[(\d{1,3})\]")
_PRONOUN = re.compile(r"(He|She|His|Her)\b")
_SURE, _RATHER_SURE, _OWN_WORDS = 0.7, 0.68, 0.3
UNSUPPORTED: Final = "not found in the documents"
"""What is written beside a sentence that no passage supports."""


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


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer before it is numbered, with what it rests on; unsupported without evidence.

    `support` is in [0, 1]; `short` and `opens` are as in `Sentence`.
    """

    text: str
    evidence: tuple[Evidence, ...]
    support: float
    short: bool = False
    opens: bool = False


def cite(statements: Sequence[Statement]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The sentences with the numbers of their citations, in order of use, and the citations."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for made in statements:
        used = []
        for item in made.evidence:
            identity = (item.passage.document, item.start, item.end)
            if identity not in numbers:
                numbers[identity] = len(citations) + 1
                citations.append(_citation(numbers[identity], item))
            used.append(numbers[identity])
        marks = tuple(dict.fromkeys(used))
        sentences.append(Sentence(made.text, marks, bool(marks), made.support, made.short, made.opens))
    return tuple(sentences), tuple(citations)


def verify(sentence: str, passages: Sequence[Passage], reader: Reader) -> Verdict:
    """Whether the cited passages, together, support the sentence.

    Supported without a model where it is, word for word, a sentence of a passage. Else the reader must find it
    supported, and every number, date and name of it must be in the passages, their titles or their dates.
    """
    claim = " ".join(_MARK.sub("", sentence).split())
    if not passages or not _folded(claim):
        return Verdict(False, 0.0)
    if any(_verbatim(claim, passage) for passage in passages):
        return Verdict(True, 1.0)
    missing = missing_facts(claim, "\n".join(_known(passage, passage.text) for passage in passages))
    texts = [passage.text for passage in passages] + (["\n".join(p.text for p in passages)] if passages[1:] else [])
    score = max(reader.support([(claim, text) for text in texts]))
    return Verdict(score >= reader.support_threshold and not missing, score, missing)


def check(
    claim: str, cited: Sequence[int], passages: Sequence[Passage], reader: Reader, before: str = ""
) -> tuple[list[Evidence], float]:
    """The words that support a sentence which cites passages by their places in `passages`, and how surely they do.

    What it cites is tried first. Where that does not support it, or it cites nothing, each of the others is tried, the
    likeliest first. A sentence that opens with a pronoun is also tried with the name that it takes up from `before`.
    No evidence where none supports it; the support, in [0, 1], is then the best that was found.
    """
    if claim.rstrip('”"’)').endswith("?"):
        return [], 0.0  # a question states nothing
    own = [passages[place] for place in cited]
    others = [passage for place, passage in enumerate(passages) if place not in cited]
    forms = list(dict.fromkeys([claim, named_subject(claim, before)]))
    best = 0.0
    for form in forms:
        verdict = verify(form, own, reader)
        best = max(best, verdict.score)
        if verdict.supported and (evidence := _located(form, own, reader)):
            return evidence, verdict.score
    for form in forms:
        for score, passage in _likeliest(form, others, reader):
            best = max(best, score)
            if score < reader.support_threshold:
                break
            if verify(form, [passage], reader).supported and (found := locate(form, passage, reader)):
                return [found], score
    return [], best


def locate(claim: str, passage: Passage, reader: Reader) -> Evidence | None:
    """The one or two sentences of a passage that support the claim by themselves; None where they do not.

    Stricter than `verify`, which takes the passage as a whole: what needs more than a sentence, or says much in words
    of its own, has to be supported more surely: `training/bench_reader.py` prints what that keeps and what it stops.
    """
    spans = list(sentence_spans(passage.text))
    for a, b in spans:
        if _folded(passage.text[a:b]) == _folded(claim):
            return Evidence(passage, passage.start + a, passage.start + b)
    for size in (1, 2):
        runs = [(spans[n][0], spans[n + size - 1][1]) for n in range(len(spans) - size + 1)]
        runs = [(a, b) for a, b in runs if not missing_facts(claim, _known(passage, passage.text[a:b]))]
        scores = reader.support([(claim, passage.text[a:b]) for a, b in runs])
        for score, (a, b) in sorted(zip(scores, runs, strict=True), reverse=True):
            if score >= _needed(claim, passage.text[a:b], size, reader):
                return Evidence(passage, passage.start + a, passage.start + b)
    return None


def _located(claim: str, passages: Sequence[Passage], reader: Reader) -> list[Evidence]:
    """The supporting words in each passage that supports the claim alone, or else in all of them together."""
    alone = [locate(claim, passage, reader) for passage in passages if verify(claim, [passage], reader).supported]
    if evidence := [found for found in alone if found]:
        return evidence
    if not passages[1:]:
        return []
    parts = [_nearest(claim, passage) for passage in passages]
    together = "\n".join(part.quote for part in parts)
    if missing_facts(claim, "\n".join(_known(part.passage, part.quote) for part in parts)):
        return []
    return parts if reader.support([(claim, together)])[0] >= _needed(claim, together, 2, reader) else []


def _needed(claim: str, quote: str, sentences: int, reader: Reader) -> float:
    said = set(content_words(claim))
    own_words = len(said - set(content_words(quote))) / max(1, len(said))
    needed = reader.support_threshold
    needed = max(needed, _SURE) if sentences > 1 else needed
    return max(needed, _RATHER_SURE) if own_words > _OWN_WORDS else needed


def _nearest(claim: str, passage: Passage) -> Evidence:
    """The sentence of the passage with most of the claim's words."""
    said = set(content_words(claim))
    spans = list(sentence_spans(passage.text))
    a, b = max(spans, key=lambda span: len(said & set(content_words(passage.text[slice(*span)]))))
    return Evidence(passage, passage.start + a, passage.start + b)


def named_subject(sentence: str, before: str) -> str:
    """The sentence with the first name of the sentences before it in the place of a pronoun that it opens with."""
    pronoun = _PRONOUN.match(sentence)
    known = names(before)
    if pronoun is None or not known:
        return sentence
    return known[0] + ("’s" if pronoun[1].lower() in ("his", "her") else "") + sentence[pronoun.end(1) :]


def _likeliest(claim: str, passages: Sequence[Passage], reader: Reader) -> list[tuple[float, Passage]]:
    scores = reader.support([(claim, passage.text) for passage in passages])
    scores = [1.0 if _verbatim(claim, p) else score for p, score in zip(passages, scores, strict=True)]
    return sorted(zip(scores, passages, strict=True), key=lambda pair: -pair[0])


def _verbatim(claim: str, passage: Passage) -> bool:
    """True if the claim is, word for word, a sentence of the passage."""
    return any(_folded(claim) == _folded(passage.text[a:b]) for a, b in sentence_spans(passage.text))


def _known(passage: Passage, text: str) -> str:
    """Words of a passage with what its document says of itself, in which a sentence's facts are looked for."""
    return f"{passage.title}\n{passage.outlet or ''}\n{passage.published or ''}\n{text}"


def _folded(text: str) -> str:
    """The words of the text in lower case, without accents, outer stops and the shape of quotation marks."""
    text = unicodedata.normalize("NFKD", text).casefold().translate(str.maketrans("’‘“”", "''\"\""))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split()).strip(" .")


def with_marks(sentences: Sequence[Sentence]) -> str:
    """The answer as text, each sentence followed by its [n], or by words where nothing supports it."""
    text = ""
    for sentence in sentences:
        text += ("\n" if sentence.opens else " ") if text else ""
        text += sentence.text + "".join(f" [{number}]" for number in sentence.citations)
        text += "" if sentence.supported else f" [{UNSUPPORTED}]"
    return text


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
