"""Questions to begin with, made from the documents' own sentences and offered only if they are really answered."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from rag.answer.questions.people import People
from rag.answer.questions.trying import candidates, chosen
from rag.types import Answer, Document

READ: Final = 40
"""The documents that starters are made from, at most."""

_COUNT: Final = 3
_TRIES: Final = 12  # each is a whole answer
_RULES: Final = 1  # goes up with every change of what is made of the same documents


def starter_questions(
    documents: Iterable[Document], ask: Callable[[str], Answer], stopped: Callable[[], bool]
) -> tuple[str, ...]:
    """Up to three questions, of different kinds and documents where possible, each answered by its own sentence."""
    found = [
        one
        for document in islice(documents, READ)
        for one in candidates(
            document.name, document.text, 0, document.title, People(f"{document.title}. {document.text}")
        )
    ]
    return chosen(found, ask, _COUNT, _TRIES, stopped)


def kept_starters(path: Path, stamp: str) -> tuple[str, ...] | None:
    """The questions in the file, None where it is not there or was made for another `stamp`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        questions = found["questions"]
        if found["stamp"] == f"{_RULES} {stamp}" and all(isinstance(question, str) for question in questions):
            return tuple(questions)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return None


def keep_starters(path: Path, stamp: str, questions: Iterable[str]) -> None:
    """Put the questions into the file; where that cannot be done they are made again another time."""
    own = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        own.write_text(json.dumps({"stamp": f"{_RULES} {stamp}", "questions": list(questions)}), encoding="utf-8")
        own.replace(path)
