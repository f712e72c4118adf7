"""A sentence of a document -> text that can be taken apart: without what only passes by, and in its parts."""

from __future__ import annotations

import re
from typing import Final

from rag.answer.questions.gazetteer import COUNTRIES, STATES
from rag.answer.questions.verbs import AUXILIARIES, JOINING, ONLY_FINITE

GLUE: Final = "\u00a0"
"""Holds together what is one word: a date with a comma, a city with its country."""

NAME: Final = r"[A-Z][\w’-]*(?: (?:[A-Z][\w’.-]*|van|von|de|al|bin))+"
"""A name of several words."""

_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_ANY_MONTH: Final = rf"(?:{_MONTHS}|(?:Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec)\.)"
_WEEKDAYS: Final = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_YEAR: Final = r"(?:1[5-9]|20)\d\d"
_DATE: Final = rf"(?:\d{{1,2}} (?:{_MONTHS})(?: {_YEAR})?|{_ANY_MONTH} \d{{1,2}}(?:,?[ {GLUE}]{_YEAR})?)"
_MONTH: Final = rf"(?:early |late |mid-)?(?:{_MONTHS}) (?:of )?{_YEAR}"
_WHEN: Final = rf"(?:(?:[Oo]n )?{_DATE}|[Ii]n (?:{_MONTH}|{_YEAR})|(?:{_MONTHS}) {_YEAR})"
_TIME: Final = re.compile(
    rf"(?<!\S){_WHEN}(?=$| (?:in|at|to|for|with|from|by|as|against|after|before|over|during|near|under|into|when|where"
    r"|alongside)\b)"
)
_LEAD_TIME: Final = re.compile(rf"({_WHEN}), (?=\S)")
_NO_TIME: Final = re.compile(r"\b(?:until|from|since|through|to|of|by|for|between|and)\s*$")
_LEAD: Final = re.compile(
    r"(?:But|And|However,|Meanwhile,|Still,|Also,|Then,|So|Yet|Later,|Separately,|Instead,) (?=\S)"
)
_LEADING: Final = re.compile(
    r"(?:In|At|On|During|After|Before|With|Despite|For|Since|According to|Under|Among|By|From|Following|Amid|As of"
    r"|Like|Unlike|Along with|As part of|Because of|Besides|Until) (?:[^\s,]+ ){0,11}[^\s,]+, (?=[A-Z0-9]|the )"
)
_SECOND_LEAD: Final = re.compile(r"((?:In|On|At) [A-Z][\w ]{2,20},) (?:before|after|during|at|in|on) [^,]{3,40},(?= )")
_NEXT: Final = re.compile(
    rf"(?:, (?:and|but|while)|;|\b(?:said|says|announced|confirmed|reported)(?: (?:on )?(?:{_WEEKDAYS}))?(?: that)?)"
    r" (?=[A-Z]|the [a-z]* ?[A-Z])"
)
_RELATIVE: Final = re.compile(rf"({NAME}), who ([a-z][^,]+)(?=,|$)")
_PLACED: Final = re.compile(rf"([A-Z]\w+), ({'|'.join(sorted(COUNTRIES | STATES))})(?:,(?= )|(?= |$))")
_PASSING: Final = re.compile(
    rf"(\S+) (?:(?:late |early )?(?:on )?(?:{_WEEKDAYS})(?: (?:morning|afternoon|evening|night))?"
    r"|(?:earlier )?(?:this|last) (?:week|month|year|spring|summer|fall|autumn|winter)|yesterday|today|recently"
    r"|in a statement|already)(?=$| )"
)
_ONE_OF_MANY: Final = frozenset(
    "final first last second third fourth Black Super the a every each of Good Holy Easter Cyber".split()
)
_GLUED: Final = re.compile(r"Read [Mm]ore|(?!Mac)\b[A-Za-z]*[a-z]{2}[A-Z][a-z]{3}|\d[A-Z][a-z]{2}")
_REPORTED: Final = re.compile(r"(?:said|says|told|announced|reported|wrote|added|according|noted|explained)\b")
_WORDS: Final = (4, 55)


def prepared(sentence: str) -> str:
    """The sentence without what can be left out, its full stop included; "" if it is none that can be handled."""
    text = re.sub(r" \([^()]*\)", "", " ".join(sentence.split())).replace("'", "’")
    text = re.sub(r"^\([A-Z]{2,}\) ", "", text)
    if not re.match(r"[A-Z0-9]", text) or not re.search(r"[\w%”\"]\.[”\"]?$|[,.]”$", text) or _GLUED.search(text):
        return ""  # no sentence, or a heading and a sentence without the blank between them
    text = text if re.search(r"\b[A-Z]\.[A-Z]\.$", text) else text.removesuffix(".")
    text = re.sub(rf"({_ANY_MONTH} \d{{1,2}}), ({_YEAR}),?(?= |$)", rf"\1,{GLUE}\2", text)
    text = _PLACED.sub(_glued, text)
    text = _without_reporter(_LEAD.sub("", text, count=1))
    return text if _WORDS[0] <= len(text.split()) <= _WORDS[1] else ""


def _glued(found: re.Match[str]) -> str:
    """ "Paris, France" as one word, but not "Ohio, Texas"."""
    if found[1] in COUNTRIES | STATES:
        return found[0]
    return f"{found[1]},{GLUE}{found[2].replace(' ', GLUE)}"


def parts_of(text: str) -> list[str]:
    """The text, what it joins with "and" or tells, and what it says of somebody in passing: each as a sentence."""
    told = [text[found.end() :] for found in _NEXT.finditer(text)]
    passing = [f"{found[1]} {found[2]}" for found in _RELATIVE.finditer(text)]
    return [part[:1].upper() + part[1:] for part in (text, *told, *passing)]


def lead_time(text: str) -> tuple[str, str]:
    """(the date that opens the text, the text behind it); ("", text) where none does."""
    found = _LEAD_TIME.match(text)
    return (found[1][:1].lower() + found[1][1:], text[found.end() :]) if found else ("", text)


def without_lead(text: str) -> str:
    """ "After the vote, Smith resigned" without the vote."""
    text = _SECOND_LEAD.sub(r"\1", text, count=1) if _SECOND_LEAD.match(text) else text
    found = _LEADING.match(text)
    if found is None or set(found[0].lower().split()[1:]) & (AUXILIARIES | ONLY_FINITE | JOINING):
        return text
    return text[found.end() :]


def without_passing(text: str) -> str:
    """The text without weekdays and other times that tell nothing later."""
    return _PASSING.sub(lambda found: found[0] if found[1] in _ONE_OF_MANY else found[1], text)


def without_time(text: str) -> tuple[str, str] | None:
    """(text without its one date, the date); the date is "" where there is none, None where it is not that simple."""
    times = list(_TIME.finditer(text))
    if not times:
        return text, ""
    before, after = text[: times[0].start()], text[times[0].end() :]
    if len(times) > 1 or _NO_TIME.search(before):
        return None
    return " ".join((before + after).split()), times[0].group()


def _without_reporter(text: str) -> str:
    """ "The bridge is closed, the mayor said" without the mayor."""
    head, comma, tail = text.rpartition(", ")
    if comma and len(tail.split()) <= 9 and _REPORTED.search(tail) and not tail.startswith(("who", "which", "and")):
        return head
    return text
