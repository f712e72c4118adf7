"""A search within a filter finds what a comparison with every allowed chunk finds, however few or many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from rag.index import selection
from rag.index.catalog import StoredChunk
from rag.index.index import Index
from rag.index.version import Version
from rag.types import Document, Filter

DOCUMENTS, CHUNKS, DIMENSION, BEST = 400, 5, 16, 50
WORDS = [f"word{number}" for number in range(60)]
OUTLETS = ("The Wire", "Port Gazette", "O'Hara's “Post”", None)
FIRST = date(2020, 1, 1)
HALF = tuple(f"a/{number:03}.txt" for number in range(0, DOCUMENTS, 2))
FILTERS = {
    "one document": Filter(documents=("a/007.txt",)),
    "half of the documents": Filter(documents=HALF),
    "an outlet whose name needs quoting": Filter(outlets=("O'Hara's “Post”",)),
    "two outlets": Filter(outlets=("The Wire", "Port Gazette")),
    "from a day on": Filter(since=FIRST + timedelta(days=300)),
    "until a day": Filter(until=FIRST + timedelta(days=90)),
    "one day": Filter(since=FIRST + timedelta(days=8), until=FIRST + timedelta(days=8)),
    "all but one": Filter(documents=tuple(f"a/{number:03}.txt" for number in range(1, DOCUMENTS))),
    "all four": Filter(HALF, ("The Wire",), FIRST, FIRST + timedelta(days=200)),
    "nothing": Filter(outlets=("nobody",)),
}


def _document(number: int, text: str) -> Document:
    published = None if number % 5 == 0 else FIRST + timedelta(days=number)
    name = f"a/{number:03}.txt"
    return Document(name, text, f"Title {number}", name, outlet=OUTLETS[number % 4], published=published)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """400 documents with five chunks each; their words and vectors are random, but the same in every run."""
    rng = np.random.default_rng(7)
    made = Index(tmp_path_factory.mktemp("index"))
    batch, vectors = [], []
    for number in range(DOCUMENTS):
        parts = [" ".join(rng.choice(WORDS, 12)) for _ in range(CHUNKS)]
        size = [len(part) + 1 for part in parts]
        starts = [sum(size[:n]) for n in range(CHUNKS)]
        chunks = [
            StoredChunk(f"{number:03}-{n}", start, start + len(part), f"{number}-{n}")
            for n, (start, part) in enumerate(zip(starts, parts, strict=True))
        ]
        batch.append((f"a/{number:03}.txt", _document(number, "\n".join(parts)), chunks))
        vectors.append(rng.normal(size=(CHUNKS, DIMENSION)))
    with made.writing("random", DIMENSION) as writer:
        writer.stage(batch, np.concatenate(vectors).astype(np.float32))
        writer.publish([], {}, [], "1")
    yield made
    made.close()


@pytest.fixture
def version(index: Index) -> Version:
    """What answers."""
    opened = index._fresh(index._version())
    assert opened is not None
    return opened


def _allowed(version: Version, within: Filter) -> list[str]:
    """The ids of the chunks that the filter allows, worked out by hand."""
    ids = []
    for entry in version.catalog.entries():
        wanted = not within.documents or entry.name in within.documents
        wanted &= not within.outlets or entry.outlet in within.outlets
        if within.since or within.until:
            day = entry.published
            wanted &= day is not None and (within.since or date.min) <= day <= (within.until or date.max)
        ids += [f"{entry.name[2:5]}-{n}" for n in range(CHUNKS)] if wanted else []
    return ids


@pytest.mark.parametrize("few", [0, selection.FEW], ids=["over many hits", "by every vector"])
@pytest.mark.parametrize("case", FILTERS)
def test_both_rankings_within_a_filter_are_those_of_a_comparison_with_every_allowed_chunk(
    version: Version, case: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "FEW", few)
    monkeypatch.setattr(selection, "_FEW_TERMS", few)
    within = FILTERS[case]
    allowed = _allowed(version, within)
    stored = version.vectors.get(allowed)
    everything = dict(version.lexical.query(" ".join(WORDS[:4]), DOCUMENTS * CHUNKS))
    rng = np.random.default_rng(11)
    for _ in range(4):
        vector = rng.normal(size=DIMENSION).astype(np.float32)
        hits = version.search(vector, " ".join(WORDS[:4]), BEST, version.selection(within))
        cosine = {
            id_: float(row @ vector / np.linalg.norm(row) / np.linalg.norm(vector)) for id_, row in stored.items()
        }
        best = sorted(cosine, key=lambda id_: -cosine[id_])[:BEST]
        dense = {hit.id: hit.dense for hit in hits if hit.dense is not None}
        assert dense == pytest.approx({id_: cosine[id_] for id_ in best}, abs=1e-5)
        scores = sorted((score for id_, score in everything.items() if id_ in stored), reverse=True)[:BEST]
        lexical = {hit.id: hit.lexical for hit in hits if hit.lexical is not None}
        assert sorted(lexical.values(), reverse=True) == pytest.approx(scores)
        assert all(everything[id_] == pytest.approx(score) for id_, score in lexical.items())
        assert {hit.id for hit in hits} <= set(allowed)


def test_the_hits_that_were_asked_for_in_vain_are_made_up_for_by_every_vector(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "FEW", 0)
    monkeypatch.setattr(selection, "_MOST_HITS", 60)
    within = FILTERS["one day"]
    vector = np.ones(DIMENSION, dtype=np.float32)
    hits = version.selection(within).nearest(vector, version.vectors, BEST)
    assert sorted(id_ for id_, _ in hits) == sorted(_allowed(version, within))


def test_chunks_that_do_not_live_any_more_are_not_selected(version: Version) -> None:
    with sqlite3.connect(version.catalog.path) as db:
        db.execute("UPDATE documents SET live = 0 WHERE name = 'a/007.txt'")
    try:
        assert not version.selection(FILTERS["one document"]).ids
    finally:
        with sqlite3.connect(version.catalog.path) as db:
            db.execute("UPDATE documents SET live = 1 WHERE name = 'a/007.txt'")


def test_a_filter_says_in_words_what_it_restricts_to() -> None:
    spring, summer = date(2021, 3, 1), date(2021, 6, 2)
    assert Filter().empty
    assert Filter().words() == ""
    assert Filter(outlets=("The Wire", "CNN"), since=spring).words() == "The Wire or CNN, from 1 March 2021"
    assert Filter(since=spring, until=summer).words() == "from 1 March 2021 to 2 June 2021"
    assert Filter(until=summer).words() == "until 2 June 2021"
    assert Filter(since=spring, until=spring).words() == "of 1 March 2021"
    assert Filter(documents=tuple("abcde")).words() == "a, b, c and 2 more"


def test_a_document_that_does_not_say_what_is_asked_for_is_not_let_through() -> None:
    assert not Filter(since=date.min).allows("a.txt", "The Wire", None)
    assert not Filter(outlets=("The Wire",)).allows("a.txt", None, FIRST)
    assert Filter(documents=("a.txt",)).allows("a.txt", None, None)
    assert Filter(since=FIRST, until=FIRST).allows("a.txt", None, FIRST)
