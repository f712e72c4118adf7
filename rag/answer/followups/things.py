"""The thing that “it” means: answered, defined or asked about last."""

from __future__ import annotations

import re

from rag.answer.followups.english import ROLE, YEAR, within
from rag.answer.followups.phrases import BARE_THING, definite, extended, idle, phrases, subject
from rag.answer.followups.scene import Scene, names_person, short_answer
from rag.types import Exchange
from rag.words import content_words, names

_DEFINED = re.compile(r"(?i)\W*what(?: is| are| was| were|['’]s) ((?-i:the|[A-Z][\w’'-]*)(?: \S+){0,11})$")
_OPENING = re.compile(
    r"[\"“]?((?:[A-Z][\w’'.:&-]*)(?: (?:(?:of|the|and|for|in|to|a) )*[A-Z][\w’'&-]*)*)[\"”]?"
    r"(?= (?:was|is|has|had|went|reached|became|sold|earned|won|received|debuted|peaked|\()|\.?$)"
)
_QUOTED = re.compile(r"[\"“]([A-Z][^\"”]{2,50})[\"”]")
_NO_NAMES = frozenset("he she it they his her their its this that in on at the a an upon after one two while".split())


def thing_meant(text: str, seen: Scene) -> str:
    """The thing that was answered, defined or asked about last; the topic, if that is no person."""
    for exchange in list(reversed(seen.history))[:3]:
        if seen.opens(exchange):
            break
        if answered := answered_thing(exchange, seen, quoted=seen.label is None or seen.label.person):
            return answered
        if asked_about := _asked_thing(exchange.searched.rstrip(" ?.!"), text, seen):
            return asked_about
    topic = seen.topic
    return topic.name if topic and topic is seen.label and not topic.sex and not topic.person else ""


def _asked_thing(asked: str, text: str, seen: Scene) -> str:
    """The thing that an earlier question, `asked`, is about and `text` does not name itself."""
    if BARE_THING.match(asked):
        return asked
    defined = _defined(asked)
    known = not defined or idle(defined) or within(defined, text)
    if not known and (seen.label is None or not within(seen.label.name, defined)):
        return re.sub(r"^the \w+ of (?=[A-Z])", "", defined) if re.search(r"(?i)\bits\b", text) else defined
    for thing in [each for each in [subject(asked), *phrases(asked)[::-1]] if each]:
        fuller = definite(extended(thing, asked))
        passing = within(fuller, text) or idle(fuller) or ROLE.search(fuller)
        if not passing and not names_person(fuller, seen):
            return fuller
    return ""


def _defined(asked: str) -> str:
    """What “What was the treaty that they made?” is about: all that follows the verb, if nothing else is said of it."""
    found = _DEFINED.match(asked)
    if not found or re.search(r"(?i)\b(?:like|called|about|after|next)$", found[1]):
        return ""
    plain = re.split(r" (?:that|which|who|whom|whose) ", found[1])[0]
    return "" if re.search(r"\b[a-z]+ed\b|['’]s\b", plain) else found[1]


def answered_thing(exchange: Exchange, seen: Scene, *, quoted: bool) -> str:
    """What the exchange asked for, the thing its answer begins with, or, if `quoted`, the one it puts in quotes."""
    if re.match(r"(?i)\W*(?:and )?(?:what|which)\b", exchange.searched):
        answer = short_answer(exchange, 6)
        if names(answer) and not YEAR.search(answer) and not re.match(r"(?i)(?:he|she|it|they|his|her|in)\b", answer):
            return answer
    opening = _OPENING.match(exchange.answer)
    if opening and content_words(opening[1]) and opening[1].lower() not in _NO_NAMES:
        mention = seen.find(opening[1])
        if mention is None or not (mention.person or mention is seen.label):
            return opening[1]
    works = set(_QUOTED.findall(exchange.answer)) if quoted else set()
    return str(works.pop()) if len(works) == 1 else ""
