"""Follow-ups as questions that stand alone."""

from __future__ import annotations

import time

import pytest

from rag.answer.followups import standalone, stands_alone
from rag.types import Exchange

Turn = str | tuple[str, str]


def talk(*turns: Turn) -> list[Exchange]:
    """A conversation of questions, each alone or with its short answer, and searched for as it would have been."""
    history: list[Exchange] = []
    for turn in turns:
        question, answer = (turn, "") if isinstance(turn, str) else turn
        short = answer if len(answer.split()) <= 5 else ""
        history.append(Exchange(question, standalone(question, history), answer, short))
    return history


HEADING = Exchange("Anna Brekke", "Anna Brekke", titles=("Anna Brekke",))


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (["Why did Anna Brekke resign as mayor?"], "And who is her successor?", "Who is Anna Brekke's successor?"),
        (["Who is Anna Brekke?", "How old is she?"], "What did she say?", "What did Anna Brekke say?"),
        ([("Who is the mayor?", "Ingrid Solheim")], "When was she born?", "When was Ingrid Solheim born?"),
        ([("Who is Peter Aalto's wife?", "Marta Lind")], "How old is she?", "How old is Marta Lind?"),
        ([("Who is Peter Aalto's wife?", "Marta Lind")], "How old is he?", "How old is Peter Aalto?"),
        ([("Who is Peter Aalto's wife?", "Marta Lind")], "Did they meet?", "Did Peter Aalto and Marta Lind meet?"),
        (["Does Anna Brekke have a husband?"], "What is his name?", "What is Anna Brekke's husband's name?"),
        (["Did the mayor of Varnholm apologise?"], "Who is he?", "Who is the mayor of Varnholm?"),
        (["Is Anna Brekke a pilot?", "Who is Peter Aalto?"], "Did he thank her?", "Did Peter Aalto thank Anna Brekke?"),
        (["who is anna brekke"], "how old is she", "how old is anna brekke"),
        ([HEADING, ("Who taught her?", "Peter Aalto taught her.")], "What did she draw?", "What did Anna Brekke draw?"),
    ],
)  # fmt: skip
def test_he_and_she_give_way_to_a_name(before: list[Turn | Exchange], question: str, whole: str) -> None:
    turns = [turn for turn in before if not isinstance(turn, Exchange)]
    history = [turn for turn in before if isinstance(turn, Exchange)] + talk(*turns)
    assert standalone(question, history) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (
            ["What was the treaty that Varnholm made with Nordlink?"],
            "When was it signed?",
            "When was the treaty that Varnholm made with Nordlink signed?",
        ),
        (["What is Nordlink?"], "Who are its competitors?", "Who are Nordlink's competitors?"),
        (["Who closed the harbour bridge?"], "How much did it cost?", "How much did the harbour bridge cost?"),
        (["Who designed the old museum?", "And who paid?"], "Where is it?", "Where is the old museum?"),
        ([("What is the first book of Anna Brekke?", "Seven Maps")], "Was it popular?", "Was Seven Maps popular?"),
        (["Who are the owners of Nordlink?"], "Where do they live?", "Where do the owners of Nordlink live?"),
        ([("Who lives in the lighthouse?", "Two families")], "How old are they?", "How old are the two families?"),
        ([("Which country won the cup?", "Norvania")], "Who leads that country?", "Who leads Norvania?"),
        ([("Where was the cup held?", "Norvania")], "How many people live there?", "How many people live in Norvania?"),
        (["Who wrote the letter about Aalto?"], "Who signed the letter?", "Who signed the letter about Aalto?"),
        (["When was Nordlink founded?"], "Who owns the company?", "Who owns the company Nordlink?"),
        (
            ["Who called for a closure of the bridge?"],
            "How many organizations called for that?",
            "How many organizations called for a closure of the bridge?",
        ),
        (["When did Anna Brekke retire?"], "What happened next?", "What happened to Anna Brekke next?"),
    ],
)  # fmt: skip
def test_it_they_and_that_give_way_to_what_was_spoken_of(before: list[Turn], question: str, whole: str) -> None:
    assert standalone(question, talk(*before)) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("Who closed the harbour bridge?", "Why?", "Who closed the harbour bridge, and why?"),
        ("Did Anna Brekke resign?", "Why?", "Why did Anna Brekke resign?"),
        ("When did Anna Brekke resign?", "And why?", "Why did Anna Brekke resign?"),
        ("Did Anna Brekke resign?", "When was that?", "When did Anna Brekke resign?"),
        ("Did Anna Brekke apologise?", "To whom?", "To whom did Anna Brekke apologise?"),
        ("Who called for a closure?", "who else?", "Who else called for a closure?"),
        ("How many ferries sailed in 2019?", "And in 2020?", "How many ferries sailed in 2020?"),
        ("How many ferries sailed in 2019?", "What about 2021?", "How many ferries sailed in 2021?"),
        ("Why did Nordlink raise its prices?", "What about Seacat?", "Why did Seacat raise its prices?"),
        ("Why did Nordlink raise its prices?", "And Seacat?", "Why did Seacat raise its prices?"),
        ("What did Anna Brekke say about the bridge?", "And the ferry?", "What did Anna Brekke say about the ferry?"),
        ("Where does Anna Brekke live?", "And her husband?", "Who is Anna Brekke's husband?"),
        ("Is the ferry better than the train?", "Which is cheaper?", "Which is cheaper, the ferry or the train?"),
    ],
)
def test_an_ellipsis_takes_over_the_earlier_question(before: str, question: str, whole: str) -> None:
    assert standalone(question, talk(before)) == whole


def test_ellipses_in_a_row_do_not_pile_up() -> None:
    history = talk("Who closed the harbour bridge?", "Why?", "When?", "Who else?")
    assert history[-1].searched == "Who else closed the harbour bridge?"


def test_a_name_is_given_in_the_full_form_used_before() -> None:
    history = talk("Who is Peter Aalto?")
    assert standalone("Is Aalto rich?", history) == "Is Peter Aalto rich?"
    assert standalone("Is Peter Aalto rich?", history) == "Is Peter Aalto rich?"
    assert standalone("Who is Marta Aalto?", history) == "Who is Marta Aalto?"


def test_a_heading_that_opens_the_conversation_is_its_topic() -> None:
    history = [HEADING, *talk("Where did she live?")]
    assert standalone("Was she married?", history) == "Was Anna Brekke married?"
    assert standalone("Any other maps?", history) == "Any other maps for Anna Brekke?"
    assert standalone("What is this article about?", history) == "What is the article “Anna Brekke” about?"
    told = talk(("Tell me about the Brekke Society.", "It keeps the sea maps."))
    assert standalone("Any other maps?", told) == "Any other maps for the Brekke Society?"
    band = Exchange("Nordlink (band)", titles=("Nordlink (band)",))
    assert standalone("How did the band begin?", [band]) == "How did the band Nordlink begin?"
    assert standalone("Did they tour?", [band]) == "Did Nordlink tour?"


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
        "Which town lost its harbour this week?",
        "A dog was found after nine days. How old is it?",
        "How many ferries raised their prices?",
        "Is it true that ferries are late?",
        "Why are there two bridges?",
        "What is a lighthouse?",
        "It is raining.",
        "FERRY?",
        "the ferry timetable, please",
        "?",
        "",
    ],
)
def test_a_question_that_names_its_subject_is_left_alone(question: str) -> None:
    assert standalone(question, talk("Who is Anna Brekke?")) == question
    assert standalone(question, talk(("Who drew the first sea chart?", "Anna Brekke"))) == question
    assert standalone(question, []) == question


def test_without_anyone_who_fits_a_pronoun_stays() -> None:
    assert standalone("How old is he?", talk("When was the tunnel dug?")) == "How old is he?"
    assert standalone("How old is he?", talk(("Who is Peter Aalto's wife?", ""), "Why?")) == "How old is Peter Aalto?"


def test_only_the_last_few_questions_count_however_long_the_conversation() -> None:
    history = [Exchange("Who is he?")] * 2_000 + [Exchange("Did the council close the harbour bridge?")]
    assert standalone("And why?", history) == "Why did the council close the harbour bridge?"
    forgotten = [Exchange("Who is Anna Brekke?")] + [Exchange("How deep is the sea?")] * 8
    assert standalone("How old is she?", forgotten) == "How old is she?"


def test_what_earlier_questions_were_searched_for_is_worked_out_where_it_is_not_known() -> None:
    history = [Exchange("Who is Anna Brekke?"), Exchange("How old is she?"), Exchange("Is she a pilot?")]
    assert standalone("Where was she born?", history) == "Where was Anna Brekke born?"


@pytest.mark.parametrize(
    "question", ["is it " * 80, "the " * 120, 'A "' * 150, "Aa " * 160, "\\1 he \\g<0>?", "How old is he?"]
)
def test_long_and_odd_texts_take_no_time(question: str) -> None:
    long = "Anna Brekke and the Council of Varnholm met in the “Old Hall” of Peter Aalto's house, she said. " * 40
    history = [Exchange(long[:1_900], "", long, "Anna \\1 Brekke", ("A title",))] * 8
    began = time.perf_counter()
    assert standalone(question, history)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("title", ["(Untitled)", "…", "?", "", "   "])
def test_a_heading_without_words_is_no_topic(title: str) -> None:
    assert standalone("Did Aalto sing?", [Exchange(title, title, "", "", (title,))]) == "Did Aalto sing?"


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("Who is the director of the ferry company?", True),
        ("When was the bridge in Varnholm closed?", True),
        ("Who is his director?", False),
        ("Who is the director?", False),
        ("What did the mayor say then?", False),
        ("And who drew the sea map?", False),
        ("The ferry company?", False),
        ("Why?", False),
    ],
)
def test_a_question_stands_alone_if_it_is_whole_and_points_to_nothing(question: str, whole: bool) -> None:
    assert stands_alone(question) == whole
