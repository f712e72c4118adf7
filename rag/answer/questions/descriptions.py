"""Questions for who somebody and what something is, by what a sentence says in passing or outright."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.answer.questions.asking import Made, human, inside, named, office
from rag.answer.questions.clauses import Clause
from rag.answer.questions.people import People
from rag.words import names

_OF_THE_PAPER: Final = re.compile(r"\b(?:reporter|correspondent|columnist|editor|journalist|producer)\b")
_RANKED: Final = re.compile(r"the (?:first|only|last|youngest|oldest|most|\w+est|second-\w+|\w+’s \w+est) ")
_AGE: Final = re.compile(r"([A-Z][\w’.-]*(?: [A-Za-z][\w’.-]*){1,4}), (?:aged )?(\d{1,3})(?=,| at\b)")


def stated(clause: Clause, people: People) -> Iterator[Made]:
    """ "X is the mayor of Y" asks for X; "X is a tower in Y" asks what X is."""
    if clause.base != "be" or clause.auxiliary not in ("is", "was") or _OF_THE_PAPER.search(clause.rest):
        return
    person = people.person(clause.subject)
    if people.person(clause.rest) and re.search(r"’s? \w+$", clause.subject) and office(clause.subject):
        yield Made(f"Who {clause.auxiliary} {clause.subject}", "who", clause.rest)
    elif person and _is_post(clause.rest):
        yield Made(f"Who {clause.auxiliary} {clause.rest} {clause.time}", "who", clause.subject)
    elif person and re.match(r"(?:an?|the) ", clause.rest) and len(clause.rest.split()) >= 4:
        yield Made(f"Who {clause.auxiliary} {person}", "who is", clause.rest)
    elif (
        not person
        and re.match(r"an? (?:\S+ ){4}", f"{clause.rest} ")
        and " " in clause.subject
        and named(clause.subject)
    ):
        if human(clause.rest):
            return
        yield Made(f"What {clause.auxiliary} {inside(clause.subject, people)}", "what is", clause.rest)


def apposed(clause: Clause, people: People) -> Iterator[Made]:
    """ "X, the mayor of Y, …" asks for X; "X, a painter of ships, …" asks who X is."""
    person = people.person(clause.subject)
    apposition = clause.apposition
    if not person or not re.match(r"(?:an?|the) ", apposition) or _OF_THE_PAPER.search(apposition):
        return
    if _is_post(apposition):
        yield Made(f"Who is {apposition}", "who", clause.subject)
    elif len(apposition.split()) >= 3:
        yield Made(f"Who is {person}", "who is", apposition)


def ranked(clause: Clause, people: People) -> Iterator[Made]:
    """ "X is the largest Y of Z" asks for X."""
    if clause.base != "be" or clause.auxiliary not in ("is", "was") or not names(f"x {clause.rest}"):
        return
    if not _RANKED.match(clause.rest) or re.search(r"\b(?:one|time)\b", clause.rest):
        return
    somebody = human(clause.rest.split(" to ")[0])
    if people.person(clause.subject) or (named(clause.subject) and not somebody):
        word = "Who" if people.person(clause.subject) else "What"
        yield Made(f"{word} {clause.auxiliary} {clause.rest} {clause.time}", "who", clause.subject)


def how_old(sentence: str, people: People) -> Iterator[Made]:
    """The age of a person, where it stands behind the name."""
    for found in _AGE.finditer(" ".join(sentence.split())):
        person = people.person(found[1])
        if person and 10 < int(found[2]) < 110:
            yield Made(f"How old is {person}", "age", found[2])


def _is_post(phrase: str) -> bool:
    """True for what one person is at a time: the mayor of Lindgate."""
    one = re.match(r"the (?!first|last|only)", phrase) and re.search(r" (?:of|for|at|to|in) |’s ", phrase)
    if re.search(r" during |\b(?:1[5-9]|20)\d\d\b", phrase):
        return False
    return bool(one and names(phrase) and office(phrase))
