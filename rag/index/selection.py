"""The chunks that a filter lets through, searched so that the best of them are found however few or many they are.

Chroma's own filters lose neighbours, and a list of names in one is limited. So the vectors of a small selection are
compared one by one, and for a large one the whole index is asked for so many hits that enough of them count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from rag.errors import IndexUnusable
from rag.index.catalog import Catalog
from rag.index.faults import DAMAGED
from rag.index.lexical import Lexical
from rag.index.vectors import Vector, Vectors
from rag.types import Filter

FEW: Final = 20_000
"""Chunks, of which all vectors are read (0.5 s) and kept (30 MB) for the next question within the same filter."""

_FEW_TERMS: Final = 2_000  # ids that tantivy finds faster than it finds more hits
_MOST_HITS: Final = 16_000  # asked of Chroma, 0.07 s among 100,000; with more it is no faster than to read the vectors
# times the hits that would be enough if those that count lay evenly among them; Chroma loses fewer of more
_SPARE: Final = 8

Hits = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a filter lets through in one version of an index, which holds `total` chunks.

    `few` are the ids and unit vectors, shape (len(ids), dimension), of a selection of at most `FEW` chunks.
    """

    within: Filter
    ids: frozenset[str]
    total: int
    few: tuple[list[str], Vector] | None

    @classmethod
    def of(cls, within: Filter, catalog: Catalog, vectors: Vectors) -> Selection:
        """Select; raises IndexUnusable where vectors cannot be read."""
        ids = catalog.chunk_ids_within(within)
        few = _units(ids, vectors) if len(ids) <= FEW else None
        return cls(within, frozenset(ids), catalog.counts()[1], few)

    def nearest(self, vector: Vector, vectors: Vectors, k: int) -> Hits:
        """The best `k` by cosine similarity to `vector`, shape (dimension,), as (id, similarity), best first."""
        if self.few is None:
            hits = self._best(lambda n: vectors.query(vector[None, :], n)[0], k, _MOST_HITS)
            if len(hits) == k:
                return hits
        ids, units = self.few or _units(sorted(self.ids), vectors)
        if not ids:
            return []
        similarities = units @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
        best = np.argsort(-similarities, kind="stable")[:k]
        return [(ids[row], float(similarities[row])) for row in best]

    def ranked(self, words: str, lexical: Lexical, k: int) -> Hits:
        """The best `k` by BM25 as (id, score), best first, with the scores that they have among all chunks."""
        if len(self.ids) > _FEW_TERMS:
            return self._best(lambda n: lexical.query(words, n), k, None)
        return lexical.query(words, k, sorted(self.ids)) if self.ids else []

    def _best(self, query: Callable[[int], Hits], k: int, most: int | None) -> Hits:
        """The best `k` of all hits that are selected, fewer where there are no more or `most` hits have no more."""
        wanted = _SPARE * k * self.total // max(1, len(self.ids)) + k
        while True:
            hits = query(wanted if most is None else min(wanted, most))
            kept = [(id_, score) for id_, score in hits if id_ in self.ids]
            if len(kept) >= k or len(hits) < wanted:
                return kept[:k]
            wanted *= 4


def _units(ids: list[str], vectors: Vectors) -> tuple[list[str], Vector]:
    """The ids whose vectors are there, with the vectors at length 1."""
    found = vectors.get(ids)
    if ids and not found:
        raise IndexUnusable(DAMAGED)
    known = [id_ for id_ in ids if id_ in found]
    if not known:
        return [], np.zeros((0, 0), dtype=np.float32)
    rows = np.stack([found[id_] for id_ in known])
    return known, rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
