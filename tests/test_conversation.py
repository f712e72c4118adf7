"""Follow-ups as questions that stand alone."""

from __future__ import annotations

import pytest

from rag.answer.conversation import standalone


@pytest.mark.parametrize(
    ("question", "after", "added"),
    [
        ("And who is his successor?", ["Why did Anna Brekke resign as mayor?"], "Anna Brekke"),
        ("When was it signed?", ["What was the treaty that Varnholm made with Nordlink?"], "treaty"),
        ("How many organizations called for that?", ["Who called for a closure of the bridge?"], "closure"),
        ("Why?", ["Who closed the harbour bridge?"], "harbour bridge"),
        ("What did she say?", ["Who is Anna Brekke?", "How old is she?"], "Anna Brekke"),
    ],
)
def test_what_a_follow_up_leaves_unsaid_is_added(question: str, after: list[str], added: str) -> None:
    assert standalone(question, after).startswith(question)
    assert added in standalone(question, after)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the director of Nordlink?",
        "How much does the repair of the harbour bridge cost?",
        "When was the oldest map drawn?",
        "Which country won the World Cup in 2022?",
        "Who is Ned Price?",
        "Who designed the bridge?",
        "How long is the bridge?",
        "What did Peter Aalto say when he thanked her?",
        "Who drew the map and when did they finish it?",
    ],
)
def test_a_question_that_names_its_subject_is_left_alone(question: str) -> None:
    assert standalone(question, ["Who is Anna Brekke?"]) == question
    assert standalone(question, []) == question


def test_only_the_last_few_questions_count_however_long_the_conversation() -> None:
    assert standalone("And why?", ["Who is he?"] * 2_000 + ["Who closed the harbour bridge?"]).startswith("And why? (")
