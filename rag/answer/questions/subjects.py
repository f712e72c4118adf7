"""Questions for the subject of a clause: who, which company, how many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.answer.questions.asking import Made, named, predicate, telling
from rag.answer.questions.clauses import Clause
from rag.answer.questions.gazetteer import COUNTRIES, KINDS, LAST_WORDS, OFFICES, STATES
from rag.answer.questions.people import People
from rag.answer.questions.verbs import PARTICIPLES, PAST, THIRD

_NUMBER: Final = (
    r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?"
    r"|(?:hundreds|thousands|dozens) of)(?: (?:hundred|thousand|million|billion))?"
)
COUNT: Final = re.compile(
    rf"(?i:(?:(?:about|more than|nearly|at least|almost|some|over|roughly) )?({_NUMBER})) "
    r"((?:[A-Z]?[\w’-]+ ){0,3}?[a-z-]+s|(?:[\w’-]+ )?(?:people|women|men|children))(?= |$)"
)
"""A number and what is counted."""

NO_COUNT: Final = re.compile(
    r"(?i)\b(?:percent|percentage|inch(?:es)?|years?|months?|weeks?|days?|hours?|minutes?|dollars?|pounds?|euros?"
    r"|degrees?|times|thousands|hundreds|millions|miles?|meters?|feet|points?|others|us|crowns|yards|pages|of|series|s"
    r"|and|was|has|is|to|in|on|for|with)\b"
)
"""What is measured rather than counted, or no noun."""

_LONGEST: Final = 14  # words of a question before what is counted is said in fewer
_AGENTIVE: Final = frozenset(
    """accuse acquire address allege announce appeal appoint approve arrest ask award ban blame block buy call cancel
    charge condemn confirm create criticize criticise defend demand deny donate endorse fine fire found fund hire
    impeach impose indict introduce investigate invade invite issue launch negotiate nominate offer organize own pass
    pay praise predict produce promise propose publish purchase raid recommend reject release report reveal sanction
    seize sell sentence settle sponsor sue support suspend urge veto warn withdraw write sign file conduct commission
    evacuate rename discover design build develop""".split()
)
_LASTING: Final = frozenset(
    """argue believe blame call chair claim demand deny expect head lead live oppose own plan represent say suggest
    support think want warn work""".split()
)
_GOVERNS: Final = frozenset("ban pass approve legalize vote require enact become declare execute abolish allow".split())
_COUNTRIES_TOO: Final = frozenset(("United States", "United Kingdom", "Netherlands", "Philippines"))
_PLURAL: Final = ("are", "were", "have")


def who(clause: Clause, people: People) -> Iterator[Made]:
    """Who did it: a person, or an organisation that did what only somebody can do."""
    if clause.auxiliary in _PLURAL or not telling(clause):
        return
    if not people.person(clause.subject) and not _acts(clause, people):
        return
    present = clause.verb in THIRD and clause.verb not in PAST and not clause.auxiliary
    if present and clause.base not in _LASTING:
        return  # below a picture, mostly
    if clause.auxiliary != "is" or not clause.time:  # which is below a picture, too
        yield Made(f"Who {predicate(clause)}", "who", clause.subject)


def which(clause: Clause, people: People) -> Iterator[Made]:
    """Which company, country, court did it."""
    kind = "" if people.person(clause.subject) else _kind_of(clause.subject)
    if not kind or clause.auxiliary in _PLURAL or not telling(clause):
        return
    if kind == "state" and clause.base not in _GOVERNS:
        return  # a team of that name, as likely
    if kind not in clause.rest.lower().split():
        yield Made(f"Which {kind} {predicate(clause)}", "which", clause.subject)


def how_many(clause: Clause, _: People) -> Iterator[Made]:
    """How many did it; what they are is said in few words where the question would be long."""
    found = COUNT.match(clause.subject)
    if not found or NO_COUNT.search(found[2]) or clause.auxiliary in ("is", "was", "has"):
        return
    if clause.verb not in THIRD or clause.verb in PAST:
        counted, did = clause.subject[found.start(2) :], predicate(clause)
        shorter = len(f"{counted} {did}".split()) > _LONGEST
        yield Made(f"How many {found[2] if shorter else counted} {did}", "how many", found[1])


def _acts(clause: Clause, people: People) -> bool:
    if (
        clause.verb not in PAST.keys() | PARTICIPLES.keys()
        or clause.auxiliary not in ("", "has", "had")
        or clause.base not in _AGENTIVE
    ):
        return False
    if clause.subject.removeprefix("The ") in ("Republican", "Democrat"):
        return False  # somebody who was named before
    if " " not in clause.subject and not people.proper(clause.subject):
        return False
    return named(clause.subject) and not _kind_of(clause.subject)


def _kind_of(subject: str) -> str:
    """What the subject is, to be asked with "which"; "" if that is not sure."""
    bare = subject.removeprefix("The ").removeprefix("the ")
    if subject in COUNTRIES or bare in _COUNTRIES_TOO:
        return "country"
    if subject in STATES and subject not in ("Georgia", "New York", "Washington"):
        return "state"
    words = bare.split()
    if all(word[0].isupper() or word in ("of", "for", "and", "the") for word in words):
        if len(words) > 1 and words[-1] in LAST_WORDS:
            return LAST_WORDS[words[-1]]
        return LAST_WORDS.get(words[0], "") if len(words) > 2 and words[1] in ("of", "for") else ""
    first = next((n for n, word in enumerate(words) if word[0].isupper() and n), 0)
    kind = words[:first]
    if not first or not all(word[0].isupper() for word in words[first:]):
        return ""
    plain = all(re.fullmatch(r"[a-z][a-z-]*|[A-Z][a-z]+(?:an|ish|ese|n)", word) for word in kind)
    return " ".join(kind) if plain and kind[-1] in KINDS and kind[-1] not in OFFICES else ""
