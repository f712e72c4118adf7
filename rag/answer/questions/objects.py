"""Questions for what a verb is about: whom, what, how many, how much, and what somebody said of something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.answer.questions.asking import Made, inside, other_clause, single
from rag.answer.questions.clauses import Clause, inverted
from rag.answer.questions.people import People
from rag.answer.questions.subjects import COUNT, NO_COUNT
from rag.answer.questions.verbs import FINITE, PAST, SPEAKS
from rag.words import names

_MONEY: Final = (
    r"(?:[$€£]\d[\d,.]*(?<=\d)(?: (?:million|billion|trillion))?"
    r"|\d[\d,.]* (?:(?:million|billion) )?(?:crowns|dollars|euros|pounds))"
)
_PAYS: Final = frozenset("cost pay raise donate spend lose receive earn invest".split())
_MONEY_TOO: Final = frozenset("raise lose donate receive".split())  # of what is not money, as well
_CHOOSES: Final = frozenset("appoint name nominate marry replace defeat beat endorse succeed interview hire".split())
_GIVES: Final = frozenset(
    """find announce launch sign win release propose introduce build create discover offer receive hold host suffer
    impose issue file donate publish lose remove seize buy sell send promise face demand deliver design develop direct
    earn establish found give install inherit invent join order pass perform play present produce purchase
    recommend record reject restore reveal see set show study support survive teach test threaten use veto visit
    write bring ban approve cancel claim condemn criticize deny describe defend blame""".split()
)
_THING: Final = re.compile(
    r"((?:an?|the|its|his|her|their|\d+|two|three|four|five|several|new) "
    r"(?:(?!to |with |for |against |about )[\w’-]+ ){0,4}?[\w’-]+?"
    r"(?: of (?:the )?[\w’-]+(?: [A-Z][\w’-]+)*)?)(?= (?:in|at|from|during|on|after) |$)"
)
_UNDERGOES: Final = {
    "accused": "of", "charged": "with", "credited": "with", "convicted": "of", "known": "for", "sentenced": "to",
    "diagnosed": "with", "suspected": "of", "acquitted": "of", "linked": "to", "blamed": "for", "criticized": "for",
    "praised": "for", "arrested": "for", "treated": "for", "remembered": "for",
}  # fmt: skip
_TOPIC: Final = re.compile(
    r"(?:the )?[A-Z][\w’-]*\w(?: [A-Z][\w-]*\w)*(?:’s [a-z]+| [a-z]+(?<!s))?|the [a-z]+(?: [a-z]+)?"
)


def how_many(clause: Clause, people: People) -> Iterator[Made]:
    """How many of something somebody won, replaced, lost."""
    found = COUNT.match(clause.rest)
    if not found or NO_COUNT.search(found[2]) or clause.verb in SPEAKS or not _acting(clause):
        return
    rest = clause.rest[found.end() :].strip()
    if not (rest or clause.time) or re.match(r"(?:of|to|who|that|which|and|or|from)\b", rest) or other_clause(rest):
        return
    if asked := inverted(clause, inside(clause.subject, people), rest):
        yield Made(f"How many {found[2]} {asked} {clause.time}", "how many", found[1])


def how_much(clause: Clause, people: People) -> Iterator[Made]:
    """How much something costs, and how much somebody paid."""
    subject = inside(clause.subject, people)
    found = re.match(_MONEY, clause.rest)
    if not found or clause.base not in _PAYS or not _acting(clause):
        return
    rest = clause.rest[found.end() :].strip()
    if re.match(r"(?:for|to|in|from|at)\b|$", rest) and not other_clause(rest):
        much = "How much money" if clause.base in _MONEY_TOO else "How much"
        yield Made(f"{much} {inverted(clause, subject, rest)} {clause.time}", "how much", found.group())


def whom(clause: Clause, people: People) -> Iterator[Made]:
    """Whom a person or an organisation appointed, married, succeeded."""
    found = re.match(r"((?:[A-Z][\w’.-]*(?: |$))+)", clause.rest)
    person = people.person(found[1].strip()) if found else ""
    if not found or not person or clause.base not in _CHOOSES or not _acting(clause):
        return
    rest = clause.rest[found.end() :]
    if (not rest or re.match(r"(?:as|to|in|for|at|on) ", rest)) and not other_clause(rest.removeprefix("as ")):
        yield Made(f"Who {inverted(clause, inside(clause.subject, people), rest)} {clause.time}", "who", person)


def what(clause: Clause, people: People) -> Iterator[Made]:
    """What somebody or something named found, signed, won, where a time or a name tells which occasion is meant."""
    if not _acting(clause) or clause.base not in _GIVES or not single(clause, people):
        return
    found = _THING.match(clause.rest)
    if (
        not found
        or " same " in found[1]
        or people.person(found[1])
        or len(found[1].split()) < (3 if found[1].startswith("the ") else 2)
    ):
        return
    rest = clause.rest[found.end() :].strip()
    if other_clause(rest) or len(rest.split()) > 8 or not (names(f"x {rest}") or clause.time):
        return
    yield Made(f"What {inverted(clause, inside(clause.subject, people), rest)} {clause.time}", "what", found[1])


def _acting(clause: Clause) -> bool:
    """True for a verb that has its object behind it: in the past, the perfect or the future."""
    if not clause.auxiliary and clause.verb not in PAST:
        return False  # below a picture, mostly
    return bool(clause.verb) and clause.auxiliary in ("", "will", "would", "has", "did") and clause.base != "be"


def of_what(clause: Clause, people: People) -> Iterator[Made]:
    """What somebody was accused of, is known for, was sentenced to."""
    found = re.match(r"(\w+) (of|with|for|to) (?=\w)", clause.rest)
    if not found or _UNDERGOES.get(found[1]) != found[2] or not single(clause, people):
        return
    if clause.auxiliary in ("is", "was") or (clause.auxiliary == "has" and clause.verb == "been"):
        been = "been " if clause.verb else ""
        asked = f"What {clause.auxiliary} {inside(clause.subject, people)} {been}{found[1]} {found[2]}"
        yield Made(asked, "what", clause.rest[found.end() :])


def what_about(clause: Clause, people: People) -> Iterator[Made]:
    """What somebody said about somebody or something named."""
    person = people.person(clause.subject)
    if not person or clause.auxiliary or clause.base not in ("say", "argue", "warn"):
        return
    said = clause.rest.removeprefix("that ").split()
    verb = next((n for n in range(1, min(len(said), 6)) if said[n] in FINITE), 0)
    topic = " ".join(said[:verb])
    if _TOPIC.fullmatch(topic) and people.person(topic) != person:
        yield Made(f"What did {person} say about {topic}", "saying", clause.rest)
