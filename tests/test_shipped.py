"""What a stranger asks first about the two articles that ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.ingest.library import DocumentSet
from rag.models.embedding import LocalEmbedder
from rag.settings import ROOT, Settings

Shipped = tuple[Assistant, DocumentSet]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, embedder: LocalEmbedder) -> Shipped:
    home: Path = tmp_path_factory.mktemp("home")
    assistant = Assistant(Settings(documents=ROOT / "documents", home=home), embedder=embedder)
    assistant.sync(assistant.library.first)
    return assistant, assistant.library.first


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many organizations signed the open letter?", "Seventy-six"),
        ("How many organizations signed the letter?", "Seventy-six"),
        ("What does the letter accuse Khalilzad of?", "giving the Taliban legitimacy"),
        ("Which outlet reported the letter?", "Khaama"),
        ("Who is Cheryl Benard?", "Khalilzad's wife"),
        ("What is Cheryl Benard accused of?", "justified the Taliban's policies"),
        ("How old is Khalilzad?", "74"),
        ("Where was the peace deal signed?", "Doha"),
        ("When did Khalilzad resign?", "October 2021"),
        ("Who replaced Zalmay Khalilzad?", "Thomas West"),
        ("Who is Khalilzad's successor?", "Thomas West"),
        ("Who thanked Khalilzad for his work?", "Antony Blinken"),
        ("Why will the United States not take part in the talks in Moscow?", "logistics"),
        ("Was Khalilzad ambassador to the United Nations?", "United Nations"),
        ('Who "replaced" $Khalilzad* 😀?', "Thomas West"),
    ],
)
def test_a_plain_question_is_answered_with_the_words_that_answer_it(
    shipped: Shipped, question: str, words: str
) -> None:
    assistant, documents = shipped
    answer = assistant.ask(documents, question)
    assert words in " ".join(citation.quote for citation in answer.citations), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who won the World Cup in 2022?",
        "How do I bake bread?",
        "Which university did Khalilzad attend?",
        "How many children does Thomas West have?",
    ],
)
def test_what_the_articles_do_not_say_is_not_answered(shipped: Shipped, question: str) -> None:
    assistant, documents = shipped
    assert assistant.ask(documents, question).abstained


def test_three_starter_questions_are_offered(shipped: Shipped) -> None:
    assistant, documents = shipped
    assert len(assistant.starters(documents)) == 3
