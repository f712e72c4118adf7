"""An answer survives being kept: what comes back is equal to what was stored, or there is a sentence about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.records import answer_from_json, answer_record, answer_to_json
from rag.errors import InputError
from rag.types import EVERYTHING, Answer, Citation, Filter, Passage, Sentence

TEXT = st.text(st.characters(codec=None, exclude_categories=()))  # half characters and NUL among them
NUMBER = st.floats(allow_nan=False)
WHOLE = st.integers(min_value=0)
SPAN = st.tuples(WHOLE, WHOLE)
PUBLISHED = st.none() | st.dates()
SENTENCES = st.builds(Sentence, TEXT, st.tuples(WHOLE), st.booleans(), NUMBER, st.booleans(), st.booleans())
CITATIONS = st.builds(
    Citation, WHOLE, TEXT, TEXT, st.none() | TEXT, PUBLISHED, st.none() | WHOLE, WHOLE, WHOLE, TEXT, st.none() | SPAN
)
PASSAGES = st.builds(
    Passage, TEXT, WHOLE, WHOLE, TEXT, NUMBER, TEXT, st.none() | TEXT, PUBLISHED, st.lists(WHOLE, max_size=3).map(tuple)
)
FILTERS = st.builds(Filter, st.tuples(TEXT), st.tuples(TEXT, TEXT), PUBLISHED, PUBLISHED)
ANSWERS = st.builds(
    Answer,
    question=TEXT,
    searched=TEXT,
    text=TEXT,
    abstained=st.booleans(),
    sentences=st.lists(SENTENCES, max_size=2).map(tuple),
    citations=st.lists(CITATIONS, max_size=2).map(tuple),
    passages=st.lists(PASSAGES, max_size=2).map(tuple),
    model=TEXT,
    seconds=st.dictionaries(TEXT, NUMBER, max_size=3),
    problem=TEXT,
    notes=st.lists(TEXT, max_size=2).map(tuple),
    dropped=WHOLE,
    within=st.just(EVERYTHING) | FILTERS,
    documents_searched=WHOLE,
    documents_held=WHOLE,
    passages_read=WHOLE,
)
ANSWER = Answer(
    "How long was it?",
    "How long was it? (bridge closed)",
    "Nine months [1]\nIt stayed closed for nine months. [1]",
    False,
    (
        Sentence("Nine months", (1,), True, 0.912345678, short=True),
        Sentence("It stayed closed for nine months.", (1,), True, 1.0, opens=True),
    ),
    (Citation(1, "a.pdf", "The bridge", "Port Gazette", date(2024, 3, 5), 2, 10, 43, "It …", short=(27, 38)),),
    (Passage("a.pdf", 0, 60, "The passage.", 0.123456789, "The bridge", "Port Gazette", date(2024, 3, 5), (0, 8)),),
    "a model",
    {"retrieve": 0.123456789, "total": 1.5},
    problem="The model stopped.",
    notes=("It was asked twice.",),
    dropped=2,
    within=Filter(("a.pdf", "b.txt"), ("Port Gazette",), date(2024, 3, 1), None),
    documents_searched=2,
    documents_held=40,
    passages_read=24,
)


@given(ANSWERS)
def test_an_answer_comes_back_exactly_whatever_it_holds(answer: Answer) -> None:
    text = answer_to_json(answer)
    assert answer_from_json(text) == answer
    assert answer_from_json(text.encode("utf-8").decode("utf-8")) == answer


@pytest.mark.parametrize(
    "words",
    [
        "half \udcff and half \ud83d",
        "\ud83d\ude00",
        "\U0001f600",
        r"\ud83d",
        "\\\udcff\\\\\ud83d",
        'a "\x00\u2028\\u0041',
    ],
)
def test_half_characters_come_back_as_they_were_and_what_looks_like_them_too(words: str) -> None:
    answer = Answer(words, words, words, True, (), (), (), "quotes", {words: 0.5}, problem=words, notes=(words, words))
    kept = answer_to_json(answer)
    assert answer_from_json(kept) == answer
    assert json.loads(kept)["question"].encode("utf-16", "surrogatepass") == words.encode("utf-16", "surrogatepass")


def test_tuples_come_back_as_tuples_and_dates_as_dates() -> None:
    answer = answer_from_json(answer_to_json(ANSWER))
    assert answer == ANSWER
    assert hash(answer.sentences) == hash(ANSWER.sentences)
    assert hash(answer.citations) == hash(ANSWER.citations)
    assert hash(answer.passages) == hash(ANSWER.passages)
    assert answer.seconds["retrieve"] == 0.123456789
    assert answer.passages[0].page == 1


def test_seconds_of_any_mapping_are_kept() -> None:
    answer = Answer("q", "q", "t", True, (), (), (), "quotes", MappingProxyType({"total": 0.25}))
    assert answer_from_json(answer_to_json(answer)).seconds == {"total": 0.25}


def test_keys_of_a_later_version_are_ignored_and_missing_optional_ones_get_their_defaults() -> None:
    record = json.loads(answer_to_json(ANSWER))
    record["mood"] = record["sentences"][0]["mood"] = {"good": True}
    counts = ("documents_searched", "documents_held", "passages_read")
    for optional in ("seconds", "problem", "notes", "dropped", "within", *counts):
        del record[optional]
    del record["sentences"][1]["opens"], record["citations"][0]["short"], record["passages"][0]["pages"]
    answer = answer_from_json(json.dumps(record))
    assert (answer.seconds, answer.problem, answer.notes, answer.dropped) == ({}, "", (), 0)
    assert answer.within == EVERYTHING
    assert (answer.documents_searched, answer.documents_held, answer.passages_read) == (0, 0, 0)
    assert (answer.sentences[0], answer.sentences[1].opens) == (ANSWER.sentences[0], False)
    assert (answer.citations[0].short, answer.passages[0].pages) == (None, ())


def _changed(change: Callable[[dict[str, Any]], object]) -> str:
    record = json.loads(answer_to_json(ANSWER))
    change(record)
    return json.dumps(record)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        answer_to_json(ANSWER)[:-20],
        "[" * 100_000,
        "null",
        "[]",
        "{}",
        _changed(lambda record: record.pop("question")),
        _changed(lambda record: record.pop("version")),
        _changed(lambda record: record.update(version="1")),
        _changed(lambda record: record.update(version=True)),
        _changed(lambda record: record.update(version=0)),
        _changed(lambda record: record.update(abstained=0)),
        _changed(lambda record: record.update(text=None)),
        _changed(lambda record: record.update(dropped=0.5)),
        _changed(lambda record: record.update(sentences={})),
        _changed(lambda record: record.update(seconds={"total": "1"})),
        _changed(lambda record: record.update(seconds=[["total", 1]])),
        _changed(lambda record: record["sentences"].append("It was.")),
        _changed(lambda record: record["sentences"][0].pop("support")),
        _changed(lambda record: record["citations"][0].update(published="March")),
        _changed(lambda record: record["citations"][0].update(published=20240305)),
        _changed(lambda record: record["citations"][0].update(short=[1, 2, 3])),
        _changed(lambda record: record["citations"][0].update(start="10")),
        _changed(lambda record: record["passages"][0].update(pages=[0, None])),
    ],
    ids=range(25),
)
def test_a_damaged_answer_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"is damaged: ask the question again\.$"):
        answer_from_json(text)


def test_an_answer_of_a_newer_version_is_told_as_such() -> None:
    with pytest.raises(InputError, match="newer version of Footnote"):
        answer_from_json(_changed(lambda record: record.update(version=2, sentences="of another form")))


def test_the_short_record_says_how_the_answer_came_about() -> None:
    record = answer_record(ANSWER, "7")
    assert (record["problem"], record["notes"], record["dropped"]) == (
        "The model stopped.",
        ["It was asked twice."],
        2,
    )
    assert [sentence["opens"] for sentence in record["sentences"]] == [False, True]
    assert record["sentences"][0]["support"] == 0.9123
    assert record["passages"] == [{"document": "a.pdf", "start": 0, "end": 60, "score": 0.1235}]
    assert json.loads(json.dumps(record)) == record
