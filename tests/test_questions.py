"""Questions made from sentences: natural ones, that stand alone, or none."""

from __future__ import annotations

import re

import pytest

from rag.answer.questions import People, questions_of


def asked(sentence: str, text: str = "", meant: str = "") -> list[str]:
    return [made.question for made in questions_of(sentence, People(f"{text} {sentence}"), meant)]


CASES = """
Mayor Alma Rydell opened the Lindgate bridge on Tuesday.
  Who opened the Lindgate bridge?
Forty-two whales swam into the harbour of Ostmark.
  How many whales swam into the harbour of Ostmark?
Anna Brekke drew the map of Varnholm in 1571.
  When did Anna Brekke draw the map of Varnholm?
Peter Aalto was born in Helsinki in 1950.
  When was Peter Aalto born in Helsinki?
The treaty of Tamsin was signed in Geneva on 4 May 1999.
  Where was the treaty of Tamsin signed on 4 May 1999?
The ferry company Nordlink will buy six boats from Ostmark.
  Which ferry company will buy six boats from Ostmark?
The Varnholm bridge will cost 8.5 million crowns, the city council said.
  How much will the Varnholm bridge cost?
Henrik Osei, who leads the union of Tamsin growers, asked for help.
  Who leads the union of Tamsin growers?
Ingrid Solheim, the mayor of Varnholm, spoke first.
  Who is the mayor of Varnholm?
Ingrid Solheim, a painter of ships and harbours, spoke first.
  Who is Ingrid Solheim?
Ingrid Solheim, 61, left the room.
  How old is Ingrid Solheim?
Ingrid Solheim is accused of selling the old harbour.
  What is Ingrid Solheim accused of?
Nordlink closed its office in Varnholm because nobody bought tickets there.
  Why did Nordlink close its office in Varnholm?
Donald Trump appointed Thomas West as envoy to Varnholm.
  Who did Donald Trump appoint as envoy to Varnholm?
Ingrid Solheim said that the Lindgate bridge was safe.
  What did Ingrid Solheim say about the Lindgate bridge?
The Secretary of State, Antony Blinken, thanked Peter Aalto for his boats.
  Who thanked Peter Aalto for his boats?
"""


@pytest.mark.parametrize(("sentence", "question"), re.findall(r"(?m)^(\S.*)\n  (.*)$", CASES))
def test_a_sentence_gives_a_natural_question(sentence: str, question: str) -> None:
    assert question in asked(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "He opened the Lindgate bridge in 1999.",  # who?
        "Mayor Alma Rydell also paid tribute to Peter Aalto in a statement on Tuesday.",  # "… to Peter Aalto on?"
        "The company bought six boats in May 2020.",  # which company?
        "“We opened the bridge,” Alma Rydell said.",
        "The man arrested in Doha was a friend of Alma Rydell.",  # two readings
        "Alma Rydell did not open the Lindgate bridge.",
        "Alma Rydell opened it in 1999.",
        "Picture 3 of 12",
        "Read moreThese nine pilots of Ostmark sailed to Varnholm in 1999.",
        "Did Alma Rydell open the Lindgate bridge in 1999?",
        "部长说仓库将于秋季开放。",
        "",
    ],
)
def test_a_sentence_that_is_not_understood_gives_none(sentence: str) -> None:
    assert asked(sentence) == []


def test_a_last_name_becomes_the_full_name_that_the_text_knows() -> None:
    assert asked("Rydell opened the bridge of Lindgate in 1999.", "Alma Rydell is the mayor.") == [
        "When did Alma Rydell open the bridge of Lindgate?",
        "Who opened the bridge of Lindgate in 1999?",
    ]


def test_a_last_name_that_two_persons_share_is_left_alone() -> None:
    questions = asked("Rydell opened the bridge of Lindgate in 1999.", "Alma Rydell met Peter Rydell.")
    assert not any("Alma" in question or "Peter" in question for question in questions)


def test_a_pronoun_is_asked_about_and_never_asked_for() -> None:
    sentence = "She opened the bridge of Lindgate in 1999."
    assert asked(sentence, "Alma Rydell is the mayor.", "Alma Rydell") == [
        "When did Alma Rydell open the bridge of Lindgate?"
    ]


def test_the_answer_is_part_of_the_sentence() -> None:
    sentence = "Anna Brekke drew the map of Varnholm in 1571."
    for made in questions_of(sentence, People(sentence)):
        assert made.answer in sentence
