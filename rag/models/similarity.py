"""A reader without a model of its own: it judges by likeness, which is what the trained reader is compared with.

The embedder's cosine, shared rare words, and whether a sentence holds the kind of thing that was asked for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rag.models.embedding import Embedder
from rag.models.reader import missing_names, says_something, sigmoid
from rag.sentences import sentence_spans
from rag.types import Passage, Quote, Reading
from rag.words import Kind, asked_kind, content_words, holds_kind, subject_words

# Coefficients of two logistic models, fitted by `training/fit_similarity.py`, which prints them and how well they do.
# A sentence: cosine, share of the question's words it holds, what its neighbours and title hold beyond that, whether
# it holds the kind of thing asked for, whether it lacks it, the passage's score, 1.
_SENTENCE: Final = np.asarray([2.5, 3.94, -0.69, 0.24, -0.85, 4.78, -8.62])
# A question: the same of its best sentence, less the passage's score, and the share of its names found nowhere.
_ANSWERABLE: Final = np.asarray([2.7, 1.52, 0.44, -0.12, -0.2, -1.1, -2.97])
_READ: Final = 8
_THRESHOLD: Final = 0.28
_NEXT_BEST: Final = 0.2
"""A further sentence is quoted while its odds are at least this share of the best one's."""


Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of passage number `passage`, by offsets in its document; `around` is what stands about it."""

    passage: int
    start: int
    end: int
    text: str
    around: str


class SimilarityReader:
    """Chooses sentences by embedding and shared words. It cannot tell a likeness from an answer; nor can it reason."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """See `Reader`. Reads every sentence of the first few passages, and leaves their order as it is."""
        passages = passages[:_READ]
        order = tuple(range(len(passages)))
        candidates = sentence_candidates(passages)
        if not candidates:
            return Reading(0.0, False, order, ())
        features = self.features(question, passages, candidates)
        odds = features @ _SENTENCE
        best = int(np.argmax(odds))
        answerable = sigmoid(float(self.whole_features(question, passages, features)[best] @ _ANSWERABLE))
        least = float(odds[best]) + math.log(_NEXT_BEST)
        quotes = tuple(
            Quote(candidates[i].passage, candidates[i].start, candidates[i].end, sigmoid(float(odds[i])))
            for i in map(int, np.argsort(-odds, kind="stable"))
            if odds[i] >= least
        )
        return Reading(answerable, answerable >= _THRESHOLD, order, quotes)

    def features(self, question: str, passages: Sequence[Passage], candidates: Sequence[Candidate]) -> Matrix:
        """What the sentence model sees, a row a candidate."""
        vectors = self._embedder.embed([candidate.text for candidate in candidates])
        cosines = vectors @ self._embedder.embed_query(question)
        weights = _rarity(question, passages)
        kind = asked_kind(question)
        rows = []
        for candidate, cosine in zip(candidates, cosines, strict=True):
            own = _covered(weights, candidate.text)
            around = max(own, _covered(weights, candidate.around))
            has = holds_kind(candidate.text, kind, question)
            asked = kind is not Kind.ANY
            score = passages[candidate.passage].score
            rows.append((float(cosine), own, around - own, float(asked and has), float(asked and not has), score, 1.0))
        return np.asarray(rows, dtype=np.float64)

    def whole_features(self, question: str, passages: Sequence[Passage], features: Matrix) -> Matrix:
        """What the model of answerability sees of each candidate, were it the best one; a row a candidate."""
        unknown = missing_names(question, " ".join(f"{passage.title} {passage.text}" for passage in passages))
        n = len(features)
        return np.concatenate([features[:, :5], np.full((n, 1), unknown), np.ones((n, 1))], axis=1)


def sentence_candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """The sentences of the passages that say something: headings and the title do not."""
    found = []
    for number, passage in enumerate(passages):
        spans = [(a, b) for a, b in sentence_spans(passage.text) if says_something(passage.text[a:b], passage.title)]
        for i, (start, end) in enumerate(spans):
            first, last = spans[max(0, i - 1)][0], spans[min(len(spans) - 1, i + 1)][1]
            around = f"{passage.title} {passage.text[first:last]}"
            found.append(Candidate(number, passage.start + start, passage.start + end, passage.text[start:end], around))
    return found


def _rarity(question: str, passages: Sequence[Passage]) -> dict[str, float]:
    """The question's content words, weighted down where many of the passages have them."""
    counts = Counter(word for passage in passages for word in set(content_words(passage.text)))
    return {word: math.log(1 + len(passages) / (0.5 + counts[word])) for word in set(subject_words(question))}


def _covered(weights: dict[str, float], text: str) -> float:
    total = sum(weights.values())
    words = set(content_words(text))
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0.0
