"""“That album”, “the album” -> the album that was spoken of, by its title, its owner or its fuller form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.followups.english import OPENS, possessive, within
from rag.answer.followups.people import person_meant
from rag.answer.followups.phrases import definite, extended, idle, phrases
from rag.answer.followups.scene import Scene, proper_names, short_answer
from rag.types import Exchange
from rag.words import content_words, names

_THIS = re.compile(r"(?i)\b(?P<which>this|that|these|those|the) (?=[a-z-])")
_PERSON_NOUN = re.compile(r"(?i)\b(?:man|woman|guy|person|actor|actress|singer|author|politician|player|artist|lady)$")
_PLACE_NOUN = re.compile(
    r"(?i)\b(?:country|city|state|town|place|region|village|island|area|school|college|university)$"
)
_GROUP_NOUN = re.compile(r"(?i)\b(?:band|group|team|company|club|organi[sz]ation|firm|duo|trio|tribe)$")
_WORK_NOUN = re.compile(
    r"(?i)\b(?:film|movie|song|show|album|book|musical|novel|play|game|series|record|single|story|episode|opera|poem)$"
)
_NAME_RUN = r"([A-Z][\w’'-]*(?: (?:of |the |and |for |in )*[A-Z][\w’'-]*)*)"


def with_known_things(text: str, seen: Scene, ours: Sequence[str]) -> str:
    """“That album”, “the album” as the album that was spoken of; nothing within `ours`, which we put in."""
    if len(text.split()) > 14 or not OPENS.match(text):
        return text
    for found in _THIS.finditer(text):
        phrase = next((each for each in phrases(text[found.start() :]) if text.startswith(each, found.start())), "")
        plain = phrase and phrase[1:] == phrase[1:].lower() and not re.search(r"\bof\b", phrase)
        if not plain or any(phrase in name for name in ours):
            continue
        if named := _known_thing(found["which"].lower(), phrase.split(" ", 1)[1], seen, text):
            return text[: found.start()] + named + text[found.start() + len(phrase) :]
    return text


def _known_thing(which: str, noun: str, seen: Scene, text: str) -> str:
    """What “that album” (`which` noun) means; "" if nothing tells."""
    if noun == "article":
        return "" if which == "the" else _article(seen)
    if idle(noun) or not content_words(noun) or list(proper_names(text)):
        return ""
    if which in ("this", "that") and _PERSON_NOUN.search(noun):
        return person_meant("f" if re.search(r"(?i)woman|actress|lady", noun) else "m", text, seen)
    answered = names(short_answer(seen.history[-1], 6))
    if _PLACE_NOUN.search(noun) and which != "the" and answered:
        return answered[0]
    for exchange in seen.history[:-4:-1]:
        if found := _spoken_of(noun, exchange, seen):
            return "" if within(found, text) else found
    return _of_topic(noun, answered, seen)


def _article(seen: Scene) -> str:
    """The article that was cited last, else one about the topic."""
    if titles := next((each.titles for each in reversed(seen.history) if each.titles), ()):
        return f"the article “{titles[0]}”"
    topic = seen.topic
    return f"the article about {topic.name}" if topic is not None and topic is seen.label else ""


def _spoken_of(noun: str, exchange: Exchange, seen: Scene) -> str:
    """The fuller form in which an exchange spoke of a thing: the album “Seven Maps”, the letter about Anna."""
    head = re.escape(noun.split()[-1])
    for said in (exchange.answer, exchange.searched):
        called = re.search(rf"(?i)\b{head},? (?:called |titled |named |was |is )?[\"“]([^\"”]+)[\"”]", said)
        called = called or re.search(rf"\b{head},? (?:called |titled |named )?{_NAME_RUN}", said)
        if called and not (seen.label and within(called[1], seen.label.name)):
            return f"the {noun} {called[1]}"
    for phrase in reversed(phrases(exchange.searched)):
        for part in (phrase, *phrase.split(" of ")[1:]):
            fuller = extended(part, exchange.searched.rstrip(" ?.!"))
            same = part.split(" of ")[0].split()[-1].lower() == noun.split()[-1].lower()
            if same and len(content_words(fuller)) > len(content_words(noun)):
                return definite(fuller)
    return ""


def _of_topic(noun: str, answered: Sequence[str], seen: Scene) -> str:
    """The thing as the topic's own, or as the topic itself: “Anna's album”, “the band Nordlink”."""
    last, topic = seen.history[-1], seen.topic
    if topic is None or not (topic is seen.label or within(topic.name, last.searched)):
        return ""
    near = [each for each in seen.history if topic is seen.label or within(topic.name, each.searched)]
    heard = {word for each in near for word in re.findall(r"\w+", f"{each.searched} {each.answer}".lower())}
    group, work = _GROUP_NOUN.search(noun), _WORK_NOUN.search(noun)
    if not (group or work) and noun.split()[-1].lower() not in heard:
        return ""
    if (group or work) and answered and re.match(r"(?i)\W*(?:what|which)\b", last.searched):
        return f"the {noun} {answered[0]}"
    is_work = work and topic is seen.label and not topic.group and not any(_GROUP_NOUN.match(word) for word in heard)
    if not topic.person and (group or is_work):
        return topic.name if topic.name.lower().startswith("the ") else f"the {noun} {topic.name}"
    return f"{possessive(topic.name)} {noun}" if len(topic.name.split()) <= 4 else f"the {noun} of {topic.name}"
