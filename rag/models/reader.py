"""Readers: given a question and passages, do they answer it, and where?

`Reader` is the seam. `LocalReader` is the cross-encoder that ships with Footnote: it reads a question and a window
of a passage together. What its numbers mean, as probabilities, stands beside its weights in `reader.json`.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError
from rag.models.embedding import WEIGHTS
from rag.models.inference import Encoder
from rag.sentences import Span, sentence_spans
from rag.types import Caution, Passage, Quote, Reading
from rag.words import Kind, asked_kind, content_words, decides, holds_kind, names, subject_words

if TYPE_CHECKING:
    from tokenizers import Encoding

LIMIT: Final = 256
"""The tokens of a question and a window together that are read; the length the model was trained on."""

WINDOW: Final = 180
"""A passage of more tokens is read in windows of about equal length that share a sentence."""

_TITLE_WORDS: Final = 24
_TITLE_LETTERS: Final = 160
KEPT: Final = 8
"""The passages that an answer keeps."""

_LONGEST_SPAN: Final = 24  # tokens
_CHANGE = re.compile(
    r"(?i)\b(?:grow|grew|rise|rose|risen|increas|fall|fell|drop|declin|decreas|shrink|shrank|chang|climb|jump|cut)\w*"
)
_AMOUNT = r"[$€£]?\d[\d.,]*(?:%| (?:percent|per cent|thousand|million|billion|trillion)\b)?"
_FROM_TO = re.compile(rf"\bfrom (?:about |some |nearly )?{_AMOUNT} to (?:about |some |nearly )?{_AMOUNT}")
_READABLE: Final = 90  # characters of a short answer

Floats = npt.NDArray[np.float32]


class Reader(Protocol):
    """Judges passages: whether and where they answer a question."""

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """`passages` are the candidates of retrieval, best first; quotes are sentences of them, by document offsets."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns the reader's numbers into decisions; made by `training/fit_reader.py`, kept beside the weights.

    `sentence` weighs `Found.features` and `answerable` weighs `whole_features`: both are logistic, with the bias last.
    `passage` weighs the odds of a passage's best sentence and its score in retrieval.
    `thresholds` are the least probabilities of an answer by caution. A further sentence is quoted while its odds are at
    least `next_best` times the best one's; a short answer is given from the margin `sure` on.
    """

    sentence: tuple[float, ...]
    answerable: tuple[float, ...]
    passage: tuple[float, ...]
    thresholds: dict[str, float]
    next_best: float
    sure: float


@dataclass(frozen=True, slots=True)
class Window:
    """A run of whole sentences of passage number `passage`, by offsets in its document, below the title.

    `sentences` are their spans in `text`.
    """

    passage: int
    start: int
    text: str
    head: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of passage number `passage` and what the reader makes of it; offsets in the document.

    `relevance` is the logit of its window, `answers` the mean logit of its tokens, `margin` how far the best span in
    it, `span`, is above "nowhere".
    """

    passage: int
    start: int
    end: int
    text: str
    relevance: float
    answers: float
    margin: float
    span: Span
    score: float
    covered: float
    kind: float

    @property
    def features(self) -> tuple[float, ...]:
        """What the sentence model sees."""
        return (self.relevance, self.answers, self.margin, self.score, self.covered, self.kind, 1.0)


class LocalReader:
    """The reader that ships with Footnote (see weights/MODEL_CARD.md); needs no network.

    `caution` is how sure it must be to answer. `threads` is 0 for all cores. The files are opened at first use; every
    method raises `ModelError` when they are missing or damaged.
    """

    def __init__(self, caution: Caution = "balanced", threads: int = 0, weights: Path = WEIGHTS) -> None:
        self._caution = caution
        self._calibration_file = weights / "reader.json"
        self._encoder = Encoder(weights / "reader.onnx", weights / "tokenizer.json", limit=LIMIT, threads=threads)

    @cached_property
    def calibration(self) -> Calibration:
        """What stands in reader.json."""
        try:
            return Calibration(**json.loads(self._calibration_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"The model file {self._calibration_file} is missing or damaged; fetch it again from Footnote's"
                " repository."
            ) from error

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """See `Reader`. Reads every passage, and keeps the best 8 in the order of its judgement."""
        if not passages:
            return Reading(0.0, False, (), ())
        fitted = self.calibration
        relevance, found = self.judge(question, passages)
        odds = [_dot(each.features, fitted.sentence) for each in found]
        scores = [passage.score for passage in passages]
        order = passage_order(best_odds(found, odds, len(passages)), scores, fitted.passage)[:KEPT]
        if not found:
            return Reading(0.0, False, order, ())
        best = int(np.argmax(odds))
        answerable = sigmoid(
            _dot(whole_features(question, passages, relevance, found[best], odds[best]), fitted.answerable)
        )
        quotes = []
        for n in np.argsort(-np.asarray(odds), kind="stable"):
            # beside a sure short answer only what holds one, too; a margin above 0 is likelier than "nowhere"
            holds = n == best or found[n].margin > 0 or found[best].margin < fitted.sure
            if holds and odds[n] >= odds[best] + math.log(fitted.next_best):
                quotes.append(quote_of(question, found[n], sigmoid(odds[n]), fitted.sure))
        return Reading(answerable, answerable >= fitted.thresholds[self._caution], order, tuple(quotes))

    def judge(self, question: str, passages: Sequence[Passage]) -> tuple[list[float], list[Found]]:
        """The relevance logit of each passage, that of its best window, and what was found in their sentences."""
        tokens = self._encoder.token_spans([passage.text for passage in passages])
        windows = [
            window
            for n, (passage, offsets) in enumerate(zip(passages, tokens, strict=True))
            for window in windows_of(n, passage, offsets)
        ]
        relevance = [-20.0] * len(passages)
        found: dict[tuple[int, int], Found] = {}
        coverage = Coverage(question, passages)
        for batch in self._encoder.run([(question, window.head + window.text) for window in windows]):
            for row, encoding, whole, tokens in zip(
                batch.rows, batch.encodings, batch.outputs["whole"], batch.outputs["tokens"], strict=True
            ):
                window = windows[row]
                logit = float(whole[0])
                relevance[window.passage] = max(relevance[window.passage], logit)
                for each in _in_window(window, encoding, logit, tokens, passages[window.passage], coverage):
                    other = found.get((each.passage, each.start))
                    if other is None or other.answers < each.answers:
                        found[each.passage, each.start] = each
        return relevance, sorted(found.values(), key=lambda each: (each.passage, each.start))


class Coverage:
    """How much of a question's words a text has, rare ones among the passages counting more."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self.question = question
        self.kind = asked_kind(question)
        texts = [set(content_words(f"{passage.title} {passage.text}")) for passage in passages]
        asked = set(subject_words(question))
        self._weights = {word: math.log(1 + len(texts) / (0.5 + sum(word in text for text in texts))) for word in asked}

    def of(self, text: str) -> float:
        """The covered share, from 0 to 1."""
        total = sum(self._weights.values())
        words = set(content_words(text))
        return sum(weight for word, weight in self._weights.items() if word in words) / total if total else 0.0

    def lacks_kind(self, sentence: str) -> float:
        """1.0 where the sentence has nothing of the kind that is asked for, else 0.0."""
        return float(self.kind is not Kind.ANY and not holds_kind(sentence, self.kind, self.question))


def windows_of(number: int, passage: Passage, tokens: Sequence[Span]) -> list[Window]:
    """The passage in windows of whole sentences, of about `WINDOW` tokens at most; a longer sentence has its own.

    `tokens` are the spans of the passage's tokens in its text.
    """
    head = " ".join(passage.title.split()[:_TITLE_WORDS])[:_TITLE_LETTERS]
    head = f"{head}\n" if head else ""
    spans = list(sentence_spans(passage.text))
    starts = [start for start, _ in tokens]
    lengths = [bisect_left(starts, end) - bisect_left(starts, start) for start, end in spans]
    room = sum(lengths) / max(1, math.ceil(sum(lengths) / WINDOW))
    made: list[Window] = []
    first = 0
    while first < len(spans):
        last, size = first, lengths[first]
        while last + 1 < len(spans) and size + lengths[last + 1] / 2 <= room:
            if size + lengths[last + 1] > 1.15 * WINDOW:
                break
            last += 1
            size += lengths[last]
        start, end = spans[first][0], spans[last][1]
        sentences = tuple((a - start, b - start) for a, b in spans[first : last + 1])
        made.append(Window(number, passage.start + start, passage.text[start:end], head, sentences))
        if last == len(spans) - 1:
            break
        first = last if last > first and lengths[last] <= room / 2 else last + 1
    return made


def best_odds(found: Sequence[Found], odds: Sequence[float], count: int) -> list[float]:
    """For each of `count` passages the odds of its best sentence; very low where nothing was found in it."""
    best = [-20.0] * count
    for each, value in zip(found, odds, strict=True):
        best[each.passage] = max(best[each.passage], value)
    return best


def passage_order(odds: Sequence[float], scores: Sequence[float], weights: Sequence[float]) -> tuple[int, ...]:
    """The numbers of the passages, best first, by the odds of their best sentence and their score in retrieval."""
    mixed = [weights[0] * value + weights[1] * score for value, score in zip(odds, scores, strict=True)]
    return tuple(int(n) for n in np.argsort(-np.asarray(mixed), kind="stable"))


def whole_features(
    question: str, passages: Sequence[Passage], relevance: Sequence[float], best: Found, odds: float
) -> tuple[float, ...]:
    """What the model of answerability sees: the best sentence, the best passages, names that are nowhere.

    `odds` are those of the best sentence, by the sentence model.
    """
    top = sorted(relevance, reverse=True)
    here = passages[best.passage]
    everywhere = " ".join(f"{passage.title} {passage.text}" for passage in passages)
    return (
        best.relevance,
        best.answers,
        best.margin,
        top[0],
        sum(top[:3]) / len(top[:3]),
        best.covered,
        best.kind,
        missing_names(question, f"{here.title} {here.text}"),
        missing_names(question, everywhere),
        odds,
        1.0,
    )


def missing_names(question: str, text: str) -> float:
    """The share of the question's names that the text never mentions."""
    asked = [word for name in names(question) for word in content_words(name)]
    known = set(content_words(text))
    return sum(word not in known for word in asked) / len(asked) if asked else 0.0


def quote_of(question: str, found: Found, chance: float, sure: float) -> Quote:
    """The sentence as a quote, with the short answer in it where the reader is sure of one."""
    start, end = _both_ends(question, found)
    short = found.margin >= sure and not decides(question) and end - start <= _READABLE
    whole = end - start > 0.8 * (found.end - found.start)
    return Quote(found.passage, found.start, found.end, chance, (start, end) if short and not whole else None)


def _both_ends(question: str, found: Found) -> Span:
    """The short answer's span, grown to "from 5 to 6" where the question asks for a change and it is an end of that."""
    a, b = (place - found.start for place in found.span)
    if _CHANGE.search(question):
        for way in _FROM_TO.finditer(found.text):
            if way.start() <= a and b <= way.end():
                return found.start + way.start(), found.start + way.end()
    return found.span


def says_something(sentence: str, title: str) -> bool:
    """False for headings, the title, and what has no words."""
    if sentence.startswith("#") or " ".join(sentence.split()).casefold() == title.casefold():
        return False
    return len(content_words(sentence)) >= 2


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, x))))


def _in_window(
    window: Window, encoding: Encoding, relevance: float, tokens: Floats, passage: Passage, coverage: Coverage
) -> list[Found]:
    """What the reader found in each sentence of a window."""
    shift = len(window.head)
    offsets = [(a - shift, b - shift) for a, b in encoding.offsets]
    places = [n for n, (a, b) in enumerate(offsets) if encoding.type_ids[n] == 1 and 0 <= a < b]
    nowhere = float(tokens[0, 0] + tokens[0, 1])
    around = coverage.of(f"{passage.title} {window.text}")
    found = []
    for start, end in window.sentences:
        text = window.text[start:end]
        inside = [n for n in places if start <= offsets[n][0] and offsets[n][1] <= end]
        if not inside or not says_something(text, passage.title):
            continue
        rows = tokens[inside[0] : inside[-1] + 1]
        a, b, top = best_span(rows[:, 0], rows[:, 1])
        span = whole_words(window.text, offsets[inside[0] + a][0], offsets[inside[0] + b][1], end)
        covered = 0.5 * coverage.of(text) + 0.5 * around
        found.append(
            Found(
                window.passage,
                window.start + start,
                window.start + end,
                text,
                relevance,
                float(rows[:, 2].mean()),
                top - nowhere,
                (window.start + span[0], window.start + span[1]),
                passage.score,
                covered,
                coverage.lacks_kind(text),
            )
        )
    return found


def best_span(start: Floats, end: Floats, longest: int = _LONGEST_SPAN) -> tuple[int, int, float]:
    """First and last place, and score, of the span with the highest sum of its first start and last end logit."""
    size = len(start)
    table = start[:, None] + end[None, :]
    above = np.triu(np.ones((size, size), dtype=bool)) & ~np.triu(np.ones((size, size), dtype=bool), longest)
    place = int(np.where(above, table, -np.inf).argmax())
    return place // size, place % size, float(table.flat[place])


def whole_words(text: str, start: int, end: int, limit: int) -> Span:
    """The span grown to whole words, and to the closing mark of a quotation or bracket that it opens."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < limit and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    pairs = {"“": "”", "(": ")", "«": "»", "[": "]"}
    for opening, closing in pairs.items():
        if text.count(opening, start, end) > text.count(closing, start, end) and end < limit and text[end] == closing:
            end += 1
    while end > start and text[end - 1] in " ,;:":
        end -= 1
    return start, end


def _dot(values: Sequence[float], weights: Sequence[float]) -> float:
    return float(sum(a * b for a, b in zip(values, weights, strict=True)))
