"""Words of questions and sentences: content words, names, and the kind of thing a question asks for."""

from __future__ import annotations

import re
import threading
import unicodedata
from enum import Enum
from functools import lru_cache

import snowballstemmer

_STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her here hers
    herself him himself his how i if in into is it its itself just may me might more most must my myself no nor not now
    of off on once only or other our ours out over own same shall she should so some such than that the their theirs
    them themselves then there these they this those through to too under until up upon us very was we were what when
    where which while who whom whose why will with would you your yours according article articles document documents
    say said says tell happen happened happens""".split()
)
_STEMMERS = threading.local()
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
_AGE = re.compile(r"(?i)\baged?\b.{0,12}\d|\d[ -]years?[ -]old\b|, \d{1,3},")
_WORD = re.compile(r"[^\W\d_](?:[\w’'.-]*\w)?")
_JOINERS = frozenset("of the for and de la del al bin ibn van von der du".split())
_WH = re.compile(r"(?i)\b(?:who|whom|whose|when|where|how|what|which|why)\b(?: [\w’'-]+){0,3}")

_DECIDES = re.compile(
    r"(?i)(?:(?:and|but|so|or) )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must"
    r"|(?:is|are|was|were|do|does|did|has|have|had|could|would|should|must|wo)n['’]t|can['’]t)\b"
)


class Kind(Enum):
    """What a question asks for, as far as its first words tell."""

    ANY = "any"
    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    AGE = "age"


_ASKED = (
    (Kind.AGE, re.compile(r"how old\b|what age\b")),
    (Kind.NUMBER, re.compile(r"how (?:many|much|long|often|far|tall|high|big|large)\b")),
    (Kind.NUMBER, re.compile(r"what (?:number|percentage|share|amount)\b")),
    (Kind.TIME, re.compile(r"when\b|(?:what|which) (?:year|month|day|date|time|century|decade)\b")),
    (Kind.PERSON, re.compile(r"(?:who|whom|whose)\b")),
    (
        Kind.PLACE,
        re.compile(
            r"where\b|(?:what|which) (?:us |american )?(?:city|country|state|town|place|nation|province|island)\b"
        ),
    ),
)


def content_words(text: str) -> list[str]:
    """Lower-case stems of the words that carry meaning, without accents, in order; numbers count."""
    text = re.sub(r"\bU\.?S\.?(?:A\.?)?(?=\W|$)", "usa", text.replace("’", "'"))
    text = re.sub(r"(?<=\bin )May\b|(?<=\b[Ss]ince )May\b|(?<=\bof )May\b|\bMay(?= \d)|(?<=\d )May\b", "month5", text)
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    words = re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+\d?", re.sub(r"'s\b", "", folded))
    return [
        stem(word)
        for word in words
        if word not in _STOPWORDS and (len(word) > 1 or word.isdigit() or not word.isascii())
    ]


def names(text: str) -> list[str]:
    """Proper names, by their capitals, less a question word that opens the text; no months and no days."""
    found: list[str] = []
    run: list[re.Match[str]] = []

    def end_run() -> None:
        while run and not run[-1].group()[0].isupper():
            run.pop()
        while run and run[0].group().lower() in _QUESTION_WORDS | _STOPWORDS | _JOINERS and run[0].group() != "US":
            run.pop(0)
        if run and not {match.group().lower() for match in run} <= _CALENDAR:
            found.append(text[run[0].start() : run[-1].end()])
        run.clear()

    for match in _WORD.finditer(text):
        joined = run and not text[run[-1].end() : match.start()].strip()
        if run and not joined:
            end_run()
        if match.group()[0].isupper() or (run and match.group() in _JOINERS):
            run.append(match)
        elif run:
            end_run()
    end_run()
    return found


def searchable(text: str) -> str:
    """The text without emoji, quotation marks and other signs that say nothing about what is asked."""
    kept = (c if unicodedata.category(c)[0] in "LNMZ" or c in "?.,:;!'’-–%/&()+$€£" else " " for c in text)
    return " ".join(re.sub(r"[$€£](?!\d)", " ", "".join(kept)).split())


def word_set(text: str) -> frozenset[str]:
    """All words and numbers of the text, in lower case."""
    return frozenset(re.findall(r"\w+", text.casefold()))


def near_identical(one: frozenset[str], other: frozenset[str]) -> bool:
    """True for the words of texts that say nearly the same; never where their numbers differ."""
    if len(one & other) < 0.9 * len(one | other):
        return False
    return not any(character.isdigit() for word in one ^ other for character in word)


def asked_kind(question: str) -> Kind:
    """The kind of thing that would answer the question, by the first question word of its last sentence."""
    return _asked(question)[0]


def decides(question: str) -> bool:
    """True for a question that asks for a yes or no, and for nothing else."""
    last = re.split(r"(?<=[.!])\s+", question.strip())[-1]
    return bool(_DECIDES.match(last)) and not re.search(
        r"(?i)\bor\b|\b(?:who|whom|what|which|when|where|why|how)\b", last
    )


def subject_words(question: str) -> list[str]:
    """The question's content words, less those that only say what kind of thing is asked for: old, country, year."""
    kind_words = set(content_words(_asked(question)[1]))
    return [word for word in content_words(question) if word not in kind_words]


def _asked(question: str) -> tuple[Kind, str]:
    last = re.split(r"(?<=[.!])\s+", question.strip())[-1]
    asked = _WH.search(last)
    words = asked.group().lower() if asked else ""
    for kind, pattern in _ASKED:
        if found := pattern.match(words):
            return kind, found.group()
    return Kind.ANY, ""


def holds_kind(sentence: str, kind: Kind, question: str) -> bool:
    """True if the sentence holds something of that kind that the question did not name itself."""
    if kind is Kind.NUMBER:
        return bool(_NUMBER.search(sentence))
    if kind is Kind.AGE:
        return bool(_AGE.search(sentence))
    if kind is Kind.TIME:
        return bool(_DATE.search(sentence))
    if kind in (Kind.PERSON, Kind.PLACE):
        asked = set(content_words(question))
        return any(not set(content_words(name)) <= asked for name in names(sentence))
    return True


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The word's English stem, as Snowball has it; the word is in lower case. Threads may share it."""
    if not hasattr(_STEMMERS, "english"):  # a stemmer works on a word in itself: threads on one mix theirs up
        _STEMMERS.english = snowballstemmer.stemmer("english")
    stemmed: str = _STEMMERS.english.stemWord(word)
    return stemmed
