"""Words of questions and sentences: content words, names, and the kind of thing a question asks for."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

_STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her here hers
    herself him himself his how i if in into is it its itself just may me might more most must my myself no nor not now
    of off on once only or other our ours out over own same shall she should so some such than that the their theirs
    them themselves then there these they this those through to too under until up upon us very was we were what when
    where which while who whom whose why will with would you your yours according article articles document documents
    say said says tell happen happened happens""".split()
)
_QUESTION_WORDS = frozenset(
    """who whom whose what which when where why how is are was were did does do has have had can could will would
    should in on at for according under from to and but the a an of by with name tell give list if after before
    during""".split()
)
_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen"
    " dozens hundreds thousands millions half both several"
).replace(" ", "|")
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan\.|feb\.|mar\.|apr\.|jun\.|jul\.|aug\.|sept?\.|oct\.|nov\.|dec\."
)
_CALENDAR = frozenset(
    """january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday""".split()
)
_NUMBER = re.compile(rf"(?i)\d|\b(?:{_NUMBER_WORDS})\b")
_DATE = re.compile(
    r"(?i)\b(?:1[5-9]|20)\d\d\b"
    rf"|\b(?:in|on|by|until|since|last|this|next|early|late|mid|of|earlier in)[\s-]+(?:{_MONTHS})\b"
    rf"|\b(?:{_MONTHS})\s+\d|\d\s+(?:{_MONTHS})|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:yesterday|today|tomorrow)\b"
    r"|\b(?:last|next|this|earlier this) (?:week|month|year|spring|summer|autumn|fall|winter)\b"
    r"|\b\d+ (?:days|weeks|months|years|decades) (?:ago|later|earlier)\b"
)
_NAME = re.compile(
    r"(?:[^\W\d_a-z][\w’'.-]*\w|[A-Z]\b)(?:\s+(?:(?:of|the|de|la|al|bin|van|von|for|and)\s+){0,2}(?:[^\W\d_a-z][\w’'-]+))*"
)


class Kind(Enum):
    """What a question asks for, as far as its first words tell."""

    ANY = "any"
    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"


def content_words(text: str) -> list[str]:
    """Lower-case words that carry meaning, without accents and cut to a crude stem, in order."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    words = re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", re.sub(r"'s\b|(?<=\b[a-z])\.(?=[a-z]\b)", "", folded))
    return [_stem(word) for word in words if word not in _STOPWORDS and (len(word) > 1 or not word.isascii())]


def names(text: str) -> list[str]:
    """Proper names, by their capitals, less a question word that opens the text; no months and no days."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and words[0].lower() in _QUESTION_WORDS | _STOPWORDS:
            words = words[1:]
        if words and not {word.lower() for word in words} <= _CALENDAR:
            found.append(" ".join(words))
    return found


def asked_kind(question: str) -> Kind:
    """The kind of thing that would answer the question."""
    q = f" {' '.join(question.lower().split())} "
    if re.search(
        r" how (?:many|much|old|long|often|far|tall|high|big|large) |what (?:number|percentage|share|age|amount)", q
    ):
        return Kind.NUMBER
    if re.search(r" when |(?:what|which) (?:year|month|day|date|time|century|decade) ", q):
        return Kind.TIME
    if re.search(r" (?:who|whom|whose) ", q):
        return Kind.PERSON
    if re.search(
        r" where |(?:what|which) (?:us |american )?(?:city|country|state|town|place|nation|province|island) ", q
    ):
        return Kind.PLACE
    return Kind.ANY


def holds_kind(sentence: str, kind: Kind, question: str) -> bool:
    """True if the sentence holds something of that kind that the question did not name itself."""
    if kind is Kind.NUMBER:
        return bool(_NUMBER.search(sentence))
    if kind is Kind.TIME:
        return bool(_DATE.search(sentence))
    if kind in (Kind.PERSON, Kind.PLACE):
        asked = set(content_words(question))
        return any(not set(content_words(name)) <= asked for name in names(sentence))
    return True


def _stem(word: str) -> str:
    for ending in (
        "ations",
        "ation",
        "ingly",
        "ments",
        "ment",
        "ings",
        "ing",
        "edly",
        "ied",
        "ies",
        "ed",
        "es",
        "ly",
        "s",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("i")
    return word.rstrip("i") if len(word) > 4 else word
