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
        said = _THOUGHT.sub("", reply)
        if len(said) > 2 * _LONGEST or "\n" in said.strip():
            break
    lines = _THOUGHT.sub("", reply).strip().splitlines()
    made = _LABEL.sub("", lines[0]).strip(" \"“”'*`") if lines else ""
    known = [question, *(part for each in history for part in (each.question, each.searched, each.answer, each.short))]
    known += [title for each in history for title in each.titles]
    if stopped() or not content_words(made) or len(made) > _LONGEST or missing_facts(made, "\n".join(known)):
        return None
    return made if made.endswith("?") or not question.rstrip().endswith("?") else None
