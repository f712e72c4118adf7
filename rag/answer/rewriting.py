"""A follow-up made standalone by a language model, held against the conversation that it was made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answer.checks import missing_facts
from rag.answer.prompts import rewrite_messages
from rag.models.language import LanguageModel, stoppable
from rag.types import Exchange
from rag.words import content_words

_LONGEST = 400
_LABEL = re.compile(r"(?i)^(?:rewritten |standalone |last )*question\s*:\s*")
_THOUGHT = re.compile(r"(?is)<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)")


def rewritten(
    question: str, history: Sequence[Exchange], model: LanguageModel, stopped: Callable[[], bool]
) -> str | None:
    """The standalone form that the model gives; None where what it writes is none. Raises ModelError if it fails.

    One with a name, number or date that was never said in the conversation is none: it would be searched for.
    """
    reply = ""
    for piece in stoppable(lambda: model.stream(rewrite_messages(question, history)), stopped):
        reply += piece
        if len(_THOUGHT.sub("", reply)) > 2 * _LONGEST:
            break
    said = [part for each in history for part in (each.question, each.searched, each.answer, each.short, *each.titles)]
    known = "\n".join([question, *said])
    lines = (_LABEL.sub("", line).strip(" \"“”'*`") for line in _THOUGHT.sub("", reply).splitlines())
    made = next((line for line in lines if _asks(line, question)), "")
    if stopped() or len(made) > _LONGEST or missing_facts(made, known):
        return None
    return made or None


def _asks(line: str, question: str) -> bool:
    """True for a line that asks: with a question mark, or as the question begins, "tell me …"."""
    if not content_words(line):
        return False
    return line.endswith("?") or (not question.rstrip().endswith("?") and line.split()[0] == question.split()[0])
