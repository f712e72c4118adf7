"""What every rule that asks shares: the question it makes, and what it wants to know about a clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.answer.questions.clauses import Clause
from rag.answer.questions.gazetteer import FIRST_NAMES, OFFICES, PLACES
from rag.answer.questions.people import People
from rag.answer.questions.verbs import AUXILIARIES, BASES, BE, FINITE, PAST, SPEAKS
from rag.words import content_words, names

_VAGUE: Final = frozenset(
    """have include become make go get do continue remain seem appear need want try start begin help keep let put come
    take mean add note like love know""".split()
)
_TELLS_LITTLE: Final = re.compile(r"(?:an?|not|the|among|part|in|at|on|\w+ly)\b|[\d$]")
_NO_PREDICATE: Final = re.compile(r"(?:although|though|if|when|while|because|what|how|whether|there|so)\b|\w{3,4}\. \d")
_HEAD_ENDS: Final = re.compile(r" (?:of|for|at|in|from|who|that|which|to|with|on|and|since|not|ever|between) ")
_JOINS: Final = frozenset("that which who where when and but whether how as than before after while if".split())


@dataclass(frozen=True, slots=True)
class Made:
    """A question, the kind of thing that it asks for, and the words of its sentence that answer it."""

    question: str
    kind: str
    answer: str


def predicate(clause: Clause) -> str:
    """All but the subject."""
    return " ".join(part for part in (clause.auxiliary, clause.verb, clause.rest, clause.time) if part)


def telling(clause: Clause) -> bool:
    """True if what is said of the subject tells it from others: it names something."""
    if clause.base in _VAGUE - {"take", "become"} and clause.auxiliary not in ("is", "was"):
        return False
    if (clause.base == "be" and not clause.verb and _TELLS_LITTLE.match(clause.rest)) or _NO_PREDICATE.match(
        clause.rest
    ):
        return False
    if clause.verb in SPEAKS and not any(word in FINITE for word in clause.rest.split()[1:]):
        return False
    said = len(content_words(clause.rest))
    return said >= 2 if names(f"x {clause.rest}") else said >= 4


def single(clause: Clause, people: People) -> bool:
    """True for a clause that names what it is about."""
    return bool(names(f"x {inside(clause.subject, people)} {clause.rest}"))


def inside(subject: str, people: People) -> str:
    """The subject as it stands inside a sentence: "The bridge" as "the bridge", a person by the name alone."""
    if person := people.person(subject):
        return person
    first, blank, rest = subject.partition(" ")
    capital = first in PLACES or rest[:1].isupper() or not first.isalpha() or first.isupper()
    capital = capital or (not rest and people.proper(first))
    lower = first.lower() in ("the", "a", "an", "about", "more", "some") or (not capital and people.common(first))
    return first.lower() + blank + rest if lower else subject


def named(subject: str) -> bool:
    """True for the name of something that is neither a person nor a place."""
    bare = subject.removeprefix("The ").removeprefix("the ")
    if bare.split()[0] in FIRST_NAMES or bare in PLACES or f"the {bare}" in PLACES:
        return False
    return bool(re.fullmatch(r"[A-Z][\w’-]+(?: (?:of |for |the )?[A-Z][\w’-]+)*", bare))


def office(phrase: str) -> bool:
    """True for words that say what a person is."""
    return any(word.lower().rstrip(",") in OFFICES for word in phrase.replace("’s", "").split())


def human(stated: str) -> bool:
    """True for what only somebody can be: "a reporter for …"."""
    head = _HEAD_ENDS.split(f"{stated} of ")[0].split()[-1].lower()
    return head in OFFICES or bool(re.search(r"(?:[eo]r|ist|ian|ive|man|woman|mother|father|-old|-olds)$", head))


def other_clause(rest: str) -> bool:
    """True if a time or a place behind the words may belong to something else than the clause's verb."""
    words = rest.split()
    return any(
        word in _JOINS
        or word in AUXILIARIES - BE
        or (word == "to" and words[n + 1 : n + 2] and words[n + 1] in BASES)
        or (n > 0 and (word in PAST or (word.endswith("ing") and len(word) > 5)))
        for n, word in enumerate(words)
    )
