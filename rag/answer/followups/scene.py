"""The scene of a conversation: the names it has spoken of, which of them are people, and which is the topic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rag.answer.followups.english import AUX, WH
from rag.answer.followups.first_names import sex_of
from rag.types import Exchange
from rag.words import content_words, names

GROUP = re.compile(
    r"(?i)\b(?:the|and|&|of|inc|corp|company|group|band|club|party|council|university|college|school|records|team"
    r"|association|society|union|league|court|people|family|brothers|sisters|office|department|ministry|agency|bank"
    r"|committee|commission|congress|senate|house|parliament|cup|games|international|national|united|states|news|today"
    r"|business|press|times|post|hospital|museum|war|act|award|awards|song|film|show|album|series)\b|\d"
)
_TITLES = (
    "former|vice|prime|president|minister|mr|mrs|ms|dr|sir|lord|lady|senator|secretary|mayor|king|queen|prince|princess"
    "|pope|judge|justice|general|captain|professor|governor|chancellor"
)
_TITLE = re.compile(rf"(?i)^.*\b(?:{_TITLES})\b[. -]*(?=(?-i:[A-Z]\w+ [A-Z]))")
_AND = re.compile(r" and (?!the )")
PAREN = re.compile(r"\s*\([^)]*\)")


@lru_cache(maxsize=10_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(content_words(name))


@dataclass(slots=True)
class Mention:
    """A name that was spoken of; `sex` is "m", "f" or "" while unknown, `weight` how much the talk is about it.

    `group` is true for what is no person: a band, a place. `central` is what a question or a short answer has named,
    and not only the words around it.
    """

    name: str
    weight: float = 0.0
    sex: str = ""
    group: bool = False
    central: bool = False

    @property
    def words(self) -> frozenset[str]:
        """The name's content words."""
        return _words(self.name)

    @property
    def person(self) -> bool:
        """True if this is known, or by its form likely, to be a person."""
        if self.sex or self.name.islower():
            return True
        parts = self.name.split()
        capital = all(part[0].isupper() for part in parts)
        return not self.group and len(parts) in (2, 3) and not GROUP.search(self.name) and capital


@dataclass(slots=True)
class Scene:
    """What was said, and the names in it: `label` is the topic that opened the talk without being asked about."""

    history: Sequence[Exchange]
    mentions: list[Mention] = field(default_factory=list)
    label: Mention | None = None

    def find(self, name: str) -> Mention | None:
        """The mention that the name, or a part of it, means; the weightiest if several can be meant."""
        words = _words(name)
        fitting = [each for each in self.mentions if words and (words <= each.words or each.words <= words)]
        return max(fitting, key=lambda each: each.weight, default=None)

    def note(self, name: str, weight: float) -> Mention:
        """Take up a name; a fuller form replaces a shorter one."""
        known = self.find(name)
        if known is None:
            known = Mention(name, sex=sex_of(name), group=bool(re.match(r"(?i)the ", name)))
            self.mentions.append(known)
        elif len(name) > len(known.name) and known is not self.label and not GROUP.search(name):
            known.name = name
            known.sex = known.sex or sex_of(name)
        known.weight += weight
        return known

    def opens(self, exchange: Exchange) -> bool:
        """True for the exchange that named the label."""
        return self.label is not None and exchange is self.history[0]

    @property
    def topic(self) -> Mention | None:
        """What the conversation is about most; what opened it as long as it is still spoken of."""
        lately = {word for each in self.history[-3:] for word in content_words(each.searched)}
        if self.label is not None and self.label.words & lately:
            return self.label
        return max(self.mentions, key=lambda each: each.weight, default=None)

    @property
    def last_asked(self) -> str:
        """The last question without what an ellipsis after it had added; "" where nothing was asked."""
        asked = re.split(r"(?<=[?])\s+", self.history[-1].searched.strip())[-1].rstrip(" ?.!")
        asked = re.sub(rf"(?i), and (?:\w+ )?{WH}(?: \w+)?$", "", asked)
        return asked if re.match(rf"(?i)(?:\w+ )?(?:{WH}|{AUX})\b", asked) else ""


def proper_names(text: str, seen: Scene | None = None) -> Iterator[str]:
    """Names without their "'s", less a lone capital that only opens a sentence."""
    if seen is not None:
        yield from (each.name for each in seen.mentions if each.name.islower() and each.name in text)
    for name in [part for joined in names(PAREN.sub("", text)) for part in _AND.split(joined)]:
        bare = _TITLE.sub("", re.sub(r"^(?:What|Who|Where|When|How)['’]s\s*|['’]s?$", "", name))
        start = text.find(bare)
        opens = start == 0 or text[:start].rstrip()[-1:] in '.?!:"“'
        known = seen is not None and seen.find(bare) is not None
        if opens and " " not in bare and not known and not bare.isupper() and len(text.split()) > 2:
            continue
        if bare and content_words(bare) and not re.match(r"\w+-[a-z]", bare):
            yield bare


def names_person(phrase: str, seen: Scene) -> bool:
    """True for a phrase that names a person, and not only what is theirs."""
    for name in proper_names(phrase, seen):
        mention = seen.find(name)
        if mention is not None and (mention.person or mention is seen.label) and not phrase.lower().startswith("the "):
            return not re.search(r"['’]s? \w", phrase)
    return False


def is_title(word: str) -> bool:
    """True for what stands before a name and is no part of it: president, mayor."""
    return re.fullmatch(rf"(?i)(?:{_TITLES})\.?", word) is not None


def short_answer(exchange: Exchange, most: int) -> str:
    """The short answer, or the whole where it is short itself."""
    return (exchange.short or (exchange.answer if len(exchange.answer.split()) <= most else "")).strip(' .,;"“”')
