"""A follow-up and what was asked before it -> a question that can be searched for by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.words import content_words, names

_PERSON = re.compile(r"(?i)\b(?:he|she|him|her|his|hers|they|them|their|theirs)\b")
_THING = re.compile(
    r"(?i)\b(?:it|its|itself|there|then|do so|the same"
    r"|(?:about|for|to|of|by|with|after|before|did|does|is|was|were|are) "
    r"(?:that|this|those|these))\b|^(?:this|that|these|those)\b"
)
_ELLIPSIS = re.compile(
    r"(?i)^(?:and|but|or|so|also|what about|how about|why|why not|how|when|where|who|which one)\b[^?]{0,24}\??$"
)


def standalone(question: str, after: Sequence[str]) -> str:
    """The question, with what it leaves unsaid added in brackets from the questions before it (oldest first).

    A question that names its own subject is returned as it is.
    """
    if not after:
        return question
    subject = _subject(question, standalone(after[-1], after[:-1]))
    return f"{question} ({subject})" if subject else question


def _subject(question: str, before: str) -> str:
    named = [name for name in names(before) if not set(content_words(name)) <= set(content_words(question))]
    if _PERSON.search(question) and not names(question):
        return ", ".join(named) or _topic(before)
    if _PERSON.search(question) and named:
        return ", ".join(named)
    if _THING.search(question) or (_ELLIPSIS.match(question) and len(content_words(question)) <= 2):
        return _topic(before)
    return ""


def _topic(before: str) -> str:
    """The earlier question less its question words."""
    words = re.sub(r"[?!.()]", " ", before).split()
    return " ".join(word for word in words if content_words(word))
