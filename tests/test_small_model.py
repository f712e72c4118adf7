"""A real language model, far too small to write well, and just right to be checked; see small_model.sh."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag.answer.citations import UNSUPPORTED
from rag.answer.writing import Listener
from rag.assistant import Assistant
from rag.settings import ROOT, Settings
from rag.types import Citation, Sentence

pytestmark = pytest.mark.small_model
QUESTIONS = [
    "Who is Khalilzad's successor?",
    "Which court do the signatories want to take up his case?",
    "Who is Khalilzad's wife?",
    "When did Khalilzad resign?",
    "Where was the peace deal with the Taliban signed?",
    "Who brought Khalilzad in to lead the negotiations?",
    "What did Blinken say about Khalilzad?",
    "Which planet is the largest of the solar system?",
]


class Watching(Listener):
    """Counts what it is shown before the answer stands."""

    def __init__(self) -> None:
        self.unchecked = 0

    def drafted(self, sentences: Sequence[Sentence], citations: Sequence[Citation], rest: str) -> None:
        self.unchecked += bool(rest)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    url = os.environ.get("FOOTNOTE_SMALL_MODEL")
    if not url:
        pytest.skip("FOOTNOTE_SMALL_MODEL is not the address of a small model's server")
    home: Path = tmp_path_factory.mktemp("home")
    settings = Settings(
        documents=ROOT / "documents", home=home, llm_url=url, llm_model="smollm2", llm_context=2048, llm_timeout=300
    )
    assistant = Assistant(settings)
    assistant.sync(assistant.library.first)
    yield assistant


@pytest.mark.parametrize("question", QUESTIONS)
def test_whatever_it_writes_is_streamed_cited_checked_or_marked(assistant: Assistant, question: str) -> None:
    watching = Watching()
    answer = assistant.ask(assistant.library.first, question, (), watching)
    assert watching.unchecked > 1
    for c in answer.citations:
        assert assistant.document(assistant.library.first, c.document).text[c.start : c.end] == c.quote
    for sentence in answer.sentences:
        assert bool(sentence.citations) == sentence.supported
        assert sentence.supported or f"{sentence.text} [{UNSUPPORTED}]" in answer.text
    assert answer.abstained == (not answer.citations)
