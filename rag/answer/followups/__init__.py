"""A follow-up and what was said before it -> a question that can be searched for by itself.

Rules, no model. `listening` takes from what was said a `scene`: the names and what they are. `ellipsis` completes
fragments; `pronouns` puts in what other words stand for, as found by `people` (he, she, they), `things` (it),
`that_and_there`, `known_things` (the album), `short_names` and, if a question names nothing, `topic`. Each rule would
rather leave a question alone than guess: what is searched for is shown, and a wrong name finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rag.answer.followups.ellipsis import completed
from rag.answer.followups.english import LEAD, OPENS
from rag.answer.followups.listening import heading, scene_of
from rag.answer.followups.pronouns import resolved
from rag.types import Exchange
from rag.words import content_words

__all__ = ["standalone", "stands_alone"]

_POINTS: Final = re.compile(
    r"(?i)\b(?:he|she|it|they|him|her|hers|his|them|its|their|theirs|this|that|these|those|there|then|so|ones?|else"
    r"|same|such|others?|another|former|latter|first|second|next|last)\b"
)
_REMEMBERED: Final = 8
_LONGEST: Final = 500  # characters; a longer question speaks for itself, and an answer begins with what it is about


def standalone(question: str, history: Sequence[Exchange]) -> str:
    """The question with what it leaves unsaid put in from what was said before (`history`, oldest first).

    A question that names its own subject is returned as it is. Only the last few exchanges count, and a heading that
    opened the conversation.
    """
    if not history or not question.strip() or len(question) > _LONGEST:
        return question
    past = _remembered(history)
    seen = scene_of(past)
    for rule in (completed, resolved):
        changed = rule(question, seen)
        if changed and changed != question:
            return _tidy(changed, question)
    return question


def stands_alone(question: str) -> bool:
    """True for a question that may be asked as it is, whatever was said before: it is whole and points to nothing."""
    whole = OPENS.match(question) and not LEAD.match(question) and len(content_words(question)) > 1
    return bool(whole) and not _POINTS.search(question)


def _remembered(history: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges that count, each with the question it was searched for by; worked out where it is not known."""
    kept = list(history[-_REMEMBERED:])
    if len(history) > _REMEMBERED and heading(history[0]):
        kept[0] = history[0]
    past: list[Exchange] = []
    for each in kept:
        searched = each.searched or standalone(each.question, past)
        past.append(replace(each, searched=searched[:_LONGEST], answer=each.answer[: 2 * _LONGEST]))
    return past


def _tidy(text: str, question: str) -> str:
    text = " ".join((LEAD.sub("", text) if LEAD.match(question) else text).split())
    return text[:1].upper() + text[1:] if question[:1].isupper() else text
