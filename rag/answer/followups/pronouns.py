"""Pronouns, and all other words that stand for something said before, give way to what they mean."""

from __future__ import annotations

import re
from functools import partial

from rag.answer.followups.english import EMPTY_IT, possessive
from rag.answer.followups.known_things import with_known_things
from rag.answer.followups.people import people_meant, person_meant
from rag.answer.followups.scene import Scene
from rag.answer.followups.settled import owns, settled
from rag.answer.followups.short_names import with_full_names
from rag.answer.followups.that_and_there import with_that, with_there
from rag.answer.followups.things import thing_meant
from rag.answer.followups.topic import with_topic

_PRONOUNS = (
    (re.compile(r"(?i)\b(?:he|him|his|himself)\b"), partial(person_meant, "m")),
    (re.compile(r"(?i)\b(?:she|her|hers|herself)\b"), partial(person_meant, "f")),
    (re.compile(r"(?i)\b(?:they|them|their|theirs)\b"), people_meant),
    (re.compile(r"(?i)(?<!\bmake )\b(?:it|its)\b"), thing_meant),
)


def resolved(question: str, seen: Scene) -> str:
    """The question with its pronouns, demonstratives and short names replaced by what they stand for."""
    meant = _pronouns_meant(question, seen)
    text = question
    for found, name in sorted(meant, key=lambda pair: -pair[0].start()):
        owner = owns(found.group(), question[found.end() :])
        text = text[: found.start()] + (possessive(name) if owner else name) + text[found.end() :]
    text = with_there(with_that(text, seen), seen)
    text = with_known_things(text, seen, [name for _, name in meant])
    text = with_full_names(text, seen)
    return with_topic(text, seen) if text == question else text


def _pronouns_meant(question: str, seen: Scene) -> list[tuple[re.Match[str], str]]:
    """The first pronoun of each kind that the question does not settle itself, with what it means."""
    meant: list[tuple[re.Match[str], str]] = []
    for pattern, referent in _PRONOUNS:
        spoken = (each for each in pattern.finditer(question) if each.group()[0].islower() or not each.start())
        found = next(spoken, None)
        if found is None or settled(question, found) or (referent is thing_meant and EMPTY_IT.search(question)):
            continue
        if name := referent(question, seen):
            meant.append((found, name))
    return meant
