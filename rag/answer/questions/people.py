"""Who is a person in a text, and by what full name."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from rag.answer.questions.gazetteer import FIRST_NAMES, LAST_WORDS, OFFICES, PLACES, TITLES
from rag.words import names

_NAME: Final = re.compile(
    r"[A-Z][\w’'-]*[\w’](?: [A-Z]\.)*(?: (?:bin|al|van|von|de|del|la|der|den|ben|ibn|di|da|dos))*"
    r"(?: [A-Z][\w’'-]*\w)+(?: Jr\.| Sr\.)?"
)
_ORGANISED: Final = frozenset(
    """State Union Association Committee Council Club Group School House Street Center Centre Hall Award Awards Games
    League Cup Open Championship Championships Week Day Act Law Bill News Network Media Press Project Fund Trust
    Party Court County City Island Islands River Lake Mountain Park Stadium Airport Station Bridge Hospital Church
    Army Navy Force Guard Police States Kingdom Union Nations Republic Series Show Movie Band Records Studios
    Pictures Entertainment Sports Brothers Technologies Systems Energy Capital Partners Global International
    National Health Research Review Journal Magazine Institution Society Museum Office Service Services Board
    Federation Organization Organisation Reserve Senate Congress Street Avenue Road Square Valley Beach Bay Town
    Village""".split()
) | frozenset(LAST_WORDS)  # fmt: skip


_ROYAL: Final = frozenset("King Queen Prince Princess Pope".split())
_NO_NAMES: Final = frozenset(
    """The A An Who What When Where Why How And Or But In On At For From With To By Of Like Unlike Including Late
    Editor Photo""".split()
) | {title.rstrip(".") for title in TITLES if title.endswith(".")}
_NUMERALS: Final = re.compile(r"[IVX]+")
_PREPOSITIONS: Final = frozenset("of for to from in at with by and".split())
_SPACED: Final = re.compile(r"(?<![\w’-])([a-z-]+) (" + _NAME.pattern + ")")
_FOLLOWED: Final = re.compile(r"([A-Z][\w’-]*\w), (?:who|whose|(?:aged )?\d\d,)")
_POLITE: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|President|Mayor)\.? ((?:[A-Z][\w’-]*\w ?)+)")
_INSIDE: Final = re.compile(r"(?<=[a-z,] )([A-Z][\w-]*)")


class People:
    """The persons whom some text names, each by what it says of them: a first name, an office, an age, a "who"."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"\n\s*\n|\n(?=#)|^#+ ", " . ", text)
        text = " ".join(text.replace("'", "’").split())
        self._by_last: dict[str, str] = {}
        self._full: set[str] = set()
        told = {_last(found[2]) for found in _SPACED.finditer(text) if found[1] in OFFICES}
        told |= {found[1] for found in _FOLLOWED.finditer(text)}
        told |= {_last(found[1].strip()) for found in _POLITE.finditer(text)}
        self._common = set(re.findall(r"(?<![\w’-])[a-z]+(?![\w’-])", text))
        self._proper = {found[1] for found in _INSIDE.finditer(text)}
        counts = Counter(_untitled(found.removesuffix("’s")) for found in names(text))
        for name, _ in counts.most_common():
            if _NAME.fullmatch(name) and _looks_human(name, told):
                self._full.add(name)
                if _NUMERALS.fullmatch(_last(name)):
                    continue
                self._by_last.setdefault(_last(name), name)
        for name in counts:  # of two who share a last name, nobody is meant by it; one may be no known person
            whole = self._by_last.get(_last(name), "")
            if " " in name and whole and name.split()[-2] not in whole.split():
                self._by_last[_last(name)] = ""

    def proper(self, word: str) -> bool:
        """True if the word has its capital within sentences, too."""
        return word.removesuffix("’s") in self._proper

    def common(self, word: str) -> bool:
        """True if the word is also written small, or looks like a plural."""
        return (
            word == "Police" or word.lower() in self._common or (word[-2:] not in ("ss", "us") and word.endswith("s"))
        )

    def person(self, phrase: str) -> str:
        """The full name of the person whom the phrase names, less office and title; "" if it names none."""
        name = _untitled(phrase.replace("'", "’"))
        if name in self._full:
            return name
        if " " not in name:
            return self._by_last.get(name, "")
        words = name.split()
        for n in range(1, len(words) - 1):
            if words[n - 1] in _PREPOSITIONS:
                return ""
            if " ".join(words[n:]) in self._full:
                return " ".join(words[n:])
        return ""

    def in_full(self, text: str) -> str:
        """The text with the first mention of a person by the last name alone made whole."""
        for found in re.finditer(r"(?<![\w’-])[A-Z][\w-]*\w(?![\w-])", text):
            full = self._by_last.get(found.group(), "")
            before, after = text[: found.start()].split(" "), text[found.end() :].removeprefix("’s").split(" ")
            beside = before[-2] if len(before) > 2 else ""
            following = after[1] if len(after) > 1 and not after[0] else ""
            if len(before) > 1 and before[-2] == "the":
                continue  # the Biden administration
            if full and full not in text and not beside[:1].isupper() and not following[:1].isupper():
                return text[: found.start()] + full + text[found.end() :]
        return text


def _last(name: str) -> str:
    return name.removesuffix(" Jr.").removesuffix(" Sr.").split()[-1]


def _untitled(name: str) -> str:
    words = name.split()
    while (
        len(words) > 1
        and words[0] not in _ROYAL
        and (words[0] in TITLES or words[0].lower() in OFFICES or "-elect" in words[0])
    ):
        words.pop(0)
    return " ".join(words)


def _looks_human(name: str, told: set[str]) -> bool:
    """True for a name with a first name, or one whose last name is `told` to be somebody's."""
    words = name.split()
    if len(words[0]) > 1 and words[0].isupper():
        return False  # an agency before a name, for one
    if set(words) & (_NO_NAMES | _ORGANISED | TITLES - _ROYAL) or "’s " in name:
        return False
    if name in PLACES or _last(name) in PLACES or words[0] in PLACES - FIRST_NAMES:
        return False
    if words[0] in _ROYAL:
        return words[1] in FIRST_NAMES or words[-1] == "II" or words[-1] == "III"
    return words[0] in FIRST_NAMES or (_last(name) in told and not words[-1].endswith("s"))
