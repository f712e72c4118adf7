"""A declarative sentence -> its clauses: subject, verb, what follows, when and why.

Words are looked up (`verbs`), never tagged: what has quotation marks, two readings, or a subject that stands for
something else gives no clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.answer.questions.predicates import kept, two_readings, verb_at
from rag.answer.questions.tidying import (
    NAME,
    lead_time,
    parts_of,
    prepared,
    without_lead,
    without_passing,
    without_time,
)
from rag.answer.questions.verbs import AUXILIARIES, BASES, JOINING, PAST, PREPOSITIONS, PRONOUNS, THIRD

_NEVER: Final = re.compile(r"[“”\"?!:;—–()\[\]{}…*_#|/\\<>@~=^]|(?<!\w)['‘]|\s-\s|https?:|www\.|\.\.")
_PASSING: Final = frozenset("also then now already still".split())
_INFINITE: Final = frozenset("to be been being into".split())
_APPOSED: Final = re.compile(r"(?:an?|the|who|whose|aged|\d{1,3}|one|which|formerly|[a-z]+)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """The main clause of a sentence.

    `apposition` is what stands between commas after the subject. `auxiliary` opens the verb, "" where the verb stands
    alone; `verb` is the main verb as it stands there and `base` its infinitive, both "" after a form of be that is the
    verb itself. `rest` is what follows, without `time`. `reason` begins with "because".
    """

    subject: str
    apposition: str
    auxiliary: str
    verb: str
    base: str
    rest: str
    time: str = ""
    reason: str = ""


def clauses_of(sentence: str) -> list[Clause]:
    """The clauses of a sentence that can stand as sentences: the main one, and those joined to it or told in it."""
    text = prepared(sentence)
    found = [clause for part in parts_of(text) if (clause := _clause(part)) is not None] if text else []
    return list(dict.fromkeys(found))


def subject_of(sentence: str) -> str:
    """The subject of the sentence, whatever is said of it; "" where it is not sure."""
    text = prepared(sentence)
    found = _verb_place(without_lead(text).split(" ")) if text else None
    return found[0] if found else ""


def inverted(clause: Clause, subject: str, rest: str | None = None) -> str:
    """The clause as it stands after "when" or "where": "did Anna Brekke draw the map"; "" where that is not sure."""
    rest = clause.rest if rest is None else rest
    if clause.auxiliary:
        return " ".join(part for part in (clause.auxiliary, subject, clause.verb, rest) if part)
    if clause.base not in BASES:
        return ""
    does = "does" if clause.verb in THIRD and clause.verb not in PAST else "did"
    does = "does" if clause.verb == "has" else does
    return " ".join(part for part in (does, subject, clause.base, rest) if part)


def _clause(text: str) -> Clause | None:
    opening, text = lead_time(text)
    words = (text if opening else without_lead(text)).split(" ")
    found = _verb_place(words)
    if found is None:
        return None
    subject, apposition, place = found
    auxiliary, verb, base, after = verb_at(words, place)
    if not auxiliary and not verb:
        return None
    rest, reason = kept(words[after:])
    if rest is None or two_readings(words[place], rest) or _NEVER.search(f"{subject} {' '.join(rest)}"):
        return None
    timed = without_time(without_passing(f"{words[after - 1]} {' '.join(rest)}").partition(" ")[2])
    if timed is None or (opening and timed[1]):
        return None
    whole, time = timed
    apposition, reason = ("" if _NEVER.search(part) else part for part in (apposition, reason))
    return Clause(subject, apposition, auxiliary, verb, base, whole, opening or time, reason)


def _verb_place(words: list[str]) -> tuple[str, str, int] | None:
    """(subject, apposition, place of its finite verb)."""
    place = 0
    while place < len(words) and not words[place].endswith(","):
        if place and _finite(words, place):
            break
        place += 1
    if place == len(words):
        return None
    if not words[place].endswith(","):
        until = place - 1 if words[place - 1] in _PASSING else place
        subject = " ".join(words[:until])
        return (subject, "", place) if _may_be_subject(subject) else None
    end = place + 1
    while end < len(words) and not words[end].endswith(","):
        end += 1
    if (
        end >= len(words) - 1
        or not _finite(words, end + 1)
        or not (_APPOSED.match(words[place + 1]) or words[0] == "The")
    ):
        return None
    subject = " ".join(words[: place + 1])[:-1]
    apposition = " ".join(words[place + 1 : end + 1])[:-1]
    if re.fullmatch(NAME, apposition):
        subject, apposition = apposition, subject[:1].lower() + subject[1:]  # "The mayor, Alma Rydell, …"
    return (subject, apposition, end + 1) if _may_be_subject(subject) else None


def _finite(words: list[str], place: int) -> bool:
    """True if the word can be the finite verb of what stands before it."""
    word, before = words[place], words[place - 1]
    if word in AUXILIARIES:
        return True
    adjective = before.lower() in {
        "the",
        "a",
        "an",
        "and",
        "or",
        "be",
        "been",
        "being",
        "not",
        *PREPOSITIONS,
    } or before.endswith("’s")
    if word in PAST:
        return not adjective
    following = words[place + 1] if place + 1 < len(words) else ""
    plural_before = before.endswith("s") and before[0].islower()
    return word in THIRD and not adjective and not plural_before and following not in ("and", "of", "or")


def _may_be_subject(subject: str) -> bool:
    words = subject.split(" ")
    lower = [word.lower() for word in words]
    if (
        "reason" in lower
        or lower[0] in ("part", "read", "photo")
        or set(lower) & (AUXILIARIES | _INFINITE | PRONOUNS | (JOINING - {"and", "as"}))
        or lower[0] in PREPOSITIONS | {"not", "no", "as"}
    ):
        return False
    for n in range(1, len(words)):
        joined = lower[n - 1] in PREPOSITIONS | {"and", "or"}
        if (lower[n] in ("the", "a", "an") and not joined) or (
            words[n].endswith(("ed", "ly")) and words[n][0].islower() and n > 1
        ):
            return False  # it holds a verb that is not known
    return len(words) <= 14 and not any(word.endswith(("ing", "ly")) for word in lower[:1]) and lower[-1] != "and"
