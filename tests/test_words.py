"""Words, names and kinds of questions."""

from __future__ import annotations

import pytest

from rag.words import Kind, asked_kind, content_words, holds_kind, names


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many maps are there?", Kind.NUMBER),
        ("When did it close?", Kind.TIME),
        ("In which year was it drawn?", Kind.TIME),
        ("Who drew it?", Kind.PERSON),
        ("Where is the bridge?", Kind.PLACE),
        ("Which country won?", Kind.PLACE),
        ("Why did it close?", Kind.ANY),
        ("What happened?", Kind.ANY),
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


def test_a_month_or_a_day_is_no_name() -> None:
    assert names("What happened in October 2021?") == []
    assert names("Did Anna Brekke leave on Monday?") == ["Anna Brekke"]
