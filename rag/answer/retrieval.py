"""Question -> passages: the dense and the BM25 ranking, fused by normalised score, near-duplicates folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.index.index import Index
from rag.index.version import Hit
from rag.models.embedding import Embedder
from rag.types import EVERYTHING, Filter, Passage
from rag.words import near_identical, word_set

CANDIDATES: Final = 50
PASSAGES: Final = 24


def retrieve(
    question: str, index: Index, embedder: Embedder, count: int = PASSAGES, within: Filter = EVERYTHING
) -> list[Passage]:
    """The best `count` passages, at most 100, for a standalone question, best first, with scores in [0, 1].

    All of them are of documents that `within` lets through; so are all candidates of both rankings.

    The two rankings are added after each was scaled to [0, 1] over its own candidates (min-max), which keeps how far
    apart the scores lie; adding reciprocal ranks throws that away and measures worse.
    """
    vector = embedder.embed_query(question)
    hits = index.search(vector, question, CANDIDATES, within)
    fused = fuse([hit.dense for hit in hits], [hit.lexical for hit in hits])
    best_first = sorted(
        zip(fused, hits, strict=True), key=lambda pair: (-pair[0], pair[1].located.document, pair[1].id)
    )
    return _folded([_passage(hit, score) for score, hit in best_first], count)


def fuse(dense: Sequence[float | None], lexical: Sequence[float | None]) -> list[float]:
    """The mean of both scores after min-max scaling; what a ranking missed counts as its lowest."""
    return [(a + b) / 2 for a, b in zip(_scaled(dense), _scaled(lexical), strict=True)]


def _scaled(scores: Sequence[float | None]) -> list[float]:
    known = [score for score in scores if score is not None]
    if not known:
        return [0.0] * len(scores)
    low, high = min(known), max(known)
    spread = high - low
    return [0.0 if score is None else (score - low) / spread if spread else 1.0 for score in scores]


def _passage(hit: Hit, score: float) -> Passage:
    where = hit.located
    return Passage(
        where.document,
        where.start,
        where.end,
        where.text,
        score,
        where.title,
        where.outlet,
        where.published,
        where.pages,
    )


def _folded(passages: Sequence[Passage], count: int) -> list[Passage]:
    """The first `count` that do not merely repeat the words of a better one."""
    kept: list[Passage] = []
    seen: list[frozenset[str]] = []
    for passage in passages:
        words = word_set(passage.text)
        if not any(near_identical(words, other) for other in seen):
            kept.append(passage)
            seen.append(words)
        if len(kept) == count:
            break
    return kept
