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
_CLAUSE = re.compile(r"(?i)\b(?:and|when|while|after|before|because|since)\b")
_REMEMBERED = 8
_ELLIPSIS = re.compile(
    r"(?i)^(?:(?:and|but|so|or|then)[ ,]+)?(?:why|how|when|where|who|which|what|how so|what else|who else|why not)"
    r"(?: (?:exactly|then|so|not|now))?\W*$"
)


def standalone(question: str, after: Sequence[str]) -> str:
    """The question, with what it leaves unsaid added in brackets from the questions before it (oldest first).

    A question that names its own subject is returned as it is. Only the last few of the earlier ones count.
    """
    before = ""
    for each in [*after[-_REMEMBERED:], question]:
        subject = _subject(each, before) if before else ""
        before = f"{each} ({subject})" if subject else each
    return before


def _subject(question: str, before: str) -> str:
    named = [name for name in names(before) if not set(content_words(name)) <= set(content_words(question))]
    person, thing = _PERSON.search(question), _THING.search(question)
    if person and not _settled(question[: person.start()]):
        return ", ".join(named) or _topic(before)
    if (thing and not _settled(question[: thing.start()])) or _ELLIPSIS.match(question):
        return _topic(before)
    return ""


def _settled(said: str) -> bool:
    """True if a pronoun after these words can mean what the question itself has named in them."""
    clause = _CLAUSE.search(said)
    return bool(names(said)) or (clause is not None and bool(content_words(said[: clause.start()])))


def _topic(before: str) -> str:
    """The earlier question less its question words."""
    words = re.sub(r"[?!.()]", " ", before).split()
    return " ".join(word for word in words if content_words(word))
