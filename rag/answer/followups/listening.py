"""What was said -> the scene: which names were spoken of, how lately, and what the pronouns tell about them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.followups.scene import GROUP, PAREN, Scene, proper_names
from rag.types import Exchange
from rag.words import content_words, names

_MALE = re.compile(r"(?i)\b(?:he|him|his|himself)\b")
_NO_HEADING = re.compile(
    r"(?i)^(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|would|should"
    r"|may|might|must|tell|give|name|list|show|explain|describe|any|and|but|so|or|if|he|she|they|please|in|on|at|hello|hi"
    r"|hey|thanks?|ok|okay|yes|no|good|help)\b|\b(?:is|are|was|were|does|did|do|can|could|would|should|you|we|my)\b"
)
_ASKS_ABOUT = re.compile(
    r"(?i)(?:tell me (?:more |something )?about|what (?:do|does) .{3,40} (?:say|report|write) about|what is known"
    r" about) (?P<name>(?:the )?(?-i:[A-Z]).{1,60}?)[ ?.!]*$"
)
_WHO_IS = re.compile(  # by one who types no capitals
    r"who (?:is|was) ((?!(?:the|a|an|his|her|its|their|my|your|our|this|that|he|she|it|they|there|in|on|at|to|from|not"
    r"|going|being|also)\b)"
    r"[a-z]{2,} (?!(?:of|in|on|at|to|from|the|and|for|with|by|who|that|now)\b)[a-z]{2,})\W*$"
)
_ASKS_FOR_THING = re.compile(
    r"(?i)\b(?:what|which) (?:\w+ ){0,2}(?:company|country|city|state|town|team|band|book|film|movie|song|album|place"
    r"|brand|airline|firm|platform|network|university|school|event|party|agency|museum|newspaper|organi[sz]ation)\b"
)


def scene_of(history: Sequence[Exchange]) -> Scene:
    """The names of a conversation, the later ones weighing more, with what its pronouns tell about them."""
    seen = Scene(history)
    for age, exchange in zip(range(len(history) - 1, -1, -1), history, strict=True):
        fresh = 0.8**age
        title = heading(exchange)
        name = PAREN.sub("", title.rstrip(" .,;:")).strip()
        if age == len(history) - 1 and name:
            seen.label = seen.note(name, 2.0 * fresh + 0.5)
            seen.label.group = seen.label.group or bool(GROUP.search("".join(PAREN.findall(title))))
        else:
            _take_up(exchange, fresh, seen)
            _learn_sex(exchange, seen)
    return seen


def _take_up(exchange: Exchange, fresh: float, seen: Scene) -> None:
    """Note the names of an exchange: those of the question weigh most, those of the whole answer least."""
    if plain := _WHO_IS.match(exchange.searched):
        seen.note(plain[1], 0.0)
    for n, name in enumerate(list(proper_names(exchange.searched, seen))):
        mention = seen.note(name, fresh if n == 0 else 0.6 * fresh)
        mention.central = True
        at_place = rf"\b(?:in|at|near|across|off|outside|the) {re.escape(name)}\b"
        mention.group = mention.group or bool(re.search(at_place, exchange.searched))
    for name in proper_names(exchange.short, seen):
        mention = seen.note(name, 0.3 * fresh)
        mention.central = True
        mention.group = mention.group or bool(_ASKS_FOR_THING.search(exchange.searched) and not mention.sex)
    for name in proper_names(exchange.answer, seen):
        seen.note(name, 0.15 * fresh)


def _learn_sex(exchange: Exchange, seen: Scene) -> None:
    """What the pronouns of an exchange tell of the one that they were replaced by, or of the label."""
    before = {word for name in names(exchange.question) for word in content_words(name)}
    added = [name for name in names(exchange.searched) if not set(content_words(name)) <= before]
    meant = seen.find(added[0]) if len(added) == 1 else None
    meant = meant or seen.label
    if meant is None or meant.sex:
        return
    if _MALE.search(exchange.question):
        meant.sex = "m"
    elif re.search(r"(?i)\b(?:she|her)\b", exchange.question):
        meant.sex = "f"
    elif re.search(r"(?i)\b(?:they|their|them)\b", exchange.question):
        meant.group = True
    elif meant is seen.label and len(seen.history) < 4 and not meant.group:
        he, she = len(_MALE.findall(exchange.answer)), len(re.findall(r"(?i)\b(?:she|her)\b", exchange.answer))
        if he != she and min(he, she) == 0 and meant.person:
            meant.sex = "m" if he else "f"


def heading(exchange: Exchange) -> str:
    """What the exchange names as the topic of all that follows: a bare heading, or “Tell me about …”; else ""."""
    text = exchange.question.strip()
    if title := max((each for each in exchange.titles if each and text.startswith(each)), key=len, default=""):
        return title
    if about := _ASKS_ABOUT.match(text):
        return about["name"]
    bare = len(text.split()) <= 6 and text[:1].isupper() and not text.endswith("?") and not _NO_HEADING.search(text)
    return text if bare else ""
