"""Words, names and kinds of questions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.words import (
    Kind,
    asked_kind,
    content_words,
    decides,
    holds_kind,
    names,
    near_identical,
    searchable,
    stem,
    subject_words,
    word_set,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many maps are there?", Kind.NUMBER),
        ("When did it close?", Kind.TIME),
        ("In which year was it drawn?", Kind.TIME),
        ("Who drew it?", Kind.PERSON),
        ("How old is she?", Kind.AGE),
        ("Where is the bridge?", Kind.PLACE),
        ("Which country won?", Kind.PLACE),
        ("Why did it close?", Kind.ANY),
        ("What happened?", Kind.ANY),
        ("What did she do when it closed?", Kind.ANY),
        ("The bridge was closed. Where is it?", Kind.PLACE),
    ],
)
def test_the_first_words_of_a_question_tell_what_it_asks_for(question: str, kind: Kind) -> None:
    assert asked_kind(question) is kind


@pytest.mark.parametrize(
    ("sentence", "kind", "holds"),
    [
        ("It holds two hundred maps.", Kind.NUMBER, True),
        ("It holds many maps.", Kind.NUMBER, False),
        ("It closed on Monday.", Kind.TIME, True),
        ("It closed in May.", Kind.TIME, True),
        ("It may close.", Kind.TIME, False),
        ("Anna Brekke, 74, drew it.", Kind.AGE, True),
        ("She was aged 74.", Kind.AGE, True),
        ("She drew it in 1571.", Kind.AGE, False),
        ("It was drawn by Anna Brekke.", Kind.PERSON, True),
        ("It was drawn by a pilot.", Kind.PERSON, False),
    ],
)
def test_a_sentence_holds_the_kind_asked_for_or_lacks_it(sentence: str, kind: Kind, holds: bool) -> None:
    assert holds_kind(sentence, kind, "Who drew the map in the hall?") is holds


def test_a_name_that_the_question_gives_is_no_answer_to_who() -> None:
    assert not holds_kind("Anna Brekke was criticized.", Kind.PERSON, "Who criticized Anna Brekke?")


def test_names_are_runs_of_capitals_less_the_question_word() -> None:
    assert names("Who is Anna Brekke of the Port Authority?")[0].startswith("Anna Brekke")
    assert names("Why did Peter Aalto leave?") == ["Peter Aalto"]
    assert names("what is it?") == []


def test_content_words_fold_case_accents_and_endings() -> None:
    assert content_words("The closures were RESIGNED") == content_words("closure resign")
    assert content_words("Élysée") == content_words("elysee")
    assert content_words("the of and") == []
    assert content_words("countries agreed on 5 policies") == content_words("country agree 5 policy")
    assert content_words("the U.S. and us") == content_words("US")
    assert content_words("It may close in May") == content_words("close on May 5")[:1] + content_words("in May")


def test_names_of_other_scripts_are_told_by_their_capitals() -> None:
    assert names("он был в городе Кабул") == ["Кабул"]
    assert names("un été à Paris") == ["Paris"]


def test_near_identical_texts_never_differ_in_a_number() -> None:
    report = "The index closed at 104 points on a quiet day, said the exchange of the harbour town in its report to us."
    assert near_identical(word_set(report), word_set(report.replace("quiet", "calm")))
    assert not near_identical(word_set(report), word_set(report.replace("104", "97")))


def test_signs_that_say_nothing_are_not_searched_for() -> None:
    assert searchable('Who "replaced" $Khalilzad* 😀?') == "Who replaced Khalilzad ?"
    assert searchable("It cost $5.5 million") == "It cost $5.5 million"


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_threads_do_not_mix_up_each_others_words() -> None:
    starts = "gird bridg replac worker nation relat organiz settl".split()
    ends = "ers es ing ed ational ations ly ness fulness ement".split()
    words = [start + end for start in starts for end in ends] * 10
    bare = stem.__wrapped__
    alone = [bare(word) for word in words]
    with ThreadPoolExecutor(4) as threads:
        for together in threads.map(lambda _: [bare(word) for word in words], range(8)):
            assert together == alone


def test_a_month_or_a_day_is_no_name() -> None:
    assert names("What happened in October 2021?") == []
    assert names("Did Anna Brekke leave on Monday?") == ["Anna Brekke"]


def test_a_word_that_says_what_kind_of_thing_is_asked_for_is_not_its_subject() -> None:
    assert subject_words("How old is Anna Brekke?") == content_words("Anna Brekke")
    assert subject_words("Which country bought the old bridge?") == content_words("bought old bridge")


@pytest.mark.parametrize("question", ["Was he there?", "It is late. And did she leave?", "Couldn’t they go?"])
def test_a_question_for_a_yes_or_no_is_known(question: str) -> None:
    assert decides(question)


@pytest.mark.parametrize(
    "question",
    ["Who was there?", "Will Smith won which award?", "Is it the bridge or the ferry?", "May 2021 saw what?"],
)
def test_a_question_for_more_than_a_yes_or_no_is_none(question: str) -> None:
    assert not decides(question)
