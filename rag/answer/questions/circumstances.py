"""Questions for what surrounds a clause: when, where and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.answer.questions.asking import Made, inside, other_clause, single
from rag.answer.questions.clauses import Clause, inverted
from rag.answer.questions.gazetteer import PLACES
from rag.answer.questions.people import People
from rag.answer.questions.verbs import PARTICIPLES, PAST, SPEAKS, THIRD

_UNTIMED: Final = frozenset("come go get put keep seem appear remain continue need want".split())
_COMPLETE: Final = frozenset("resign retire die arrive".split())
_SITED: Final = frozenset(
    """sign open hold meet die kill find arrest crash land live perform host build discover bury premiere bear
    marry launch attend appear capture detain celebrate kidnap shoot grow educate play""".split()
)
_PLACE: Final = re.compile(
    r" (?:in|at) ((?:the )?[A-Z][\w’-]+(?: [A-Z][\w’-]+)*(?:,\s[A-Z][\w’-]+(?:\s[A-Z][\w’-]+)*)?)$"
)
_MOST_BEFORE_PLACE: Final = 9  # words
_SHORTEST_REASON: Final = 4


def when(clause: Clause, people: People) -> Iterator[Made]:
    """When it happened, where the sentence gives a date."""
    if clause.auxiliary in ("has", "have"):
        return
    if not clause.time or _present(clause) or clause.verb in SPEAKS or clause.base in _UNTIMED:
        return
    if other_clause(clause.rest) or not single(clause, people) or not _happens(clause):
        return
    rest = "" if clause.base in _COMPLETE and re.fullmatch(r"(?:from|as) the [a-z]+", clause.rest) else clause.rest
    if asked := inverted(clause, inside(clause.subject, people), rest):
        yield Made(f"When {asked}", "when", clause.time)


def where(clause: Clause, people: People) -> Iterator[Made]:
    """Where it happened, where the sentence ends with a place that is known to be one."""
    found = _PLACE.search(" " + clause.rest)
    if not found or other_clause(clause.rest) or not single(clause, people):
        return
    if _present(clause) or not _is_place(found[1]) or _happens(clause) not in _SITED:
        return
    rest = (" " + clause.rest)[: found.start()].strip()
    asked = inverted(clause, inside(clause.subject, people), rest)
    if asked and len(rest.split()) <= _MOST_BEFORE_PLACE:
        yield Made(f"Where {asked} {clause.time}", "where", found[1])


def why(clause: Clause, people: People) -> Iterator[Made]:
    """Why it happened, where the sentence goes on with "because"."""
    if len(clause.reason.split()) < _SHORTEST_REASON or other_clause(clause.rest):
        return
    if asked := inverted(clause, inside(clause.subject, people)):
        yield Made(f"Why {asked} {clause.time}", "why", clause.reason)


def _present(clause: Clause) -> bool:
    """True for what a picture shows, mostly."""
    return clause.verb in THIRD and clause.verb not in PAST and not clause.auxiliary


def _happens(clause: Clause) -> str:
    """The verb of what happens: "sign" of "was signed"."""
    return clause.base if clause.base != "be" else PARTICIPLES.get(clause.rest.split(" ")[0], "")


def _is_place(name: str) -> bool:
    bare = re.split(r",\s", name.removeprefix("the "))[0]
    return bare in PLACES or f"the {bare}" in PLACES or "," in name
