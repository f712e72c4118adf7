"""The people whom “he”, “she” and “they” mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.followups.english import ROLE, lower, possessive, within
from rag.answer.followups.first_names import KIN, kin_sex
from rag.answer.followups.phrases import BARE_THING, idle, phrases, subject
from rag.answer.followups.scene import Mention, Scene, names_person, proper_names, short_answer
from rag.types import Exchange
from rag.words import names

_ASKS_FOR_PERSON = re.compile(
    r"(?i)\W*(?:and )?(?:who\b|what (?:is|was) (?:the name of )?(?:his|her|their|[\w’' ]+['’]s?|the) (?:\w+ )?"
    r"(?:wife|husband|mother|father|sister|brother|son|daughter|partner|boss|manager|coach|successor|predecessor)\b)"
)


def person_meant(sex: str, text: str, seen: Scene) -> str:
    """The one whom the last question asked for, else the one it asked about, else the one who was named last."""
    last, label = seen.history[-1], seen.label
    again = re.search(r"(?i)\b(?:his|her)\b", last.question) and re.search(r"(?i)\b(?:his|her) \w", text)
    if not again and (named := _asked_for(sex, seen) or _relative(sex, seen)):
        return named
    if label is not None and _fits(label, sex, seen):
        return next((each.name for each in _named_in(last, seen) if each.sex == sex), label.name)
    for age, exchange in enumerate(reversed(seen.history)):
        if named := _person_in(exchange, age, sex, seen):
            return named
    return label.name if label else ""


def _asked_for(sex: str, seen: Scene) -> str:
    """The one who answered the last question: the mayor, her husband."""
    last, label = seen.history[-1], seen.label
    kin = kin_sex(last.searched)
    if label is not None and _fits(label, sex, seen) and (label.sex == sex or not kin):
        return ""
    if not _ASKS_FOR_PERSON.match(last.searched) or kin not in (sex, ""):
        return ""
    answered = [name for name in proper_names(short_answer(last, 5), seen) if not within(name, last.searched)]
    return _best([seen.find(name) for name in answered], sex, seen)


def _relative(sex: str, seen: Scene) -> str:
    """“Anna's husband”, where the last question asked about him."""
    searched = seen.history[-1].searched
    kin = re.search(rf"(?i)\b(?:{KIN[sex]})\b", searched)
    whose = next((each for each in seen.mentions if within(each.name, searched)), None)
    if kin is None or whose is None or whose.sex == sex:
        return ""
    return f"{possessive(whose.name)} {kin.group().lower()}"


def _person_in(exchange: Exchange, age: int, sex: str, seen: Scene) -> str:
    """The man or woman of an exchange, `age` exchanges before the last."""
    label = seen.label
    known = _named_in(exchange, seen)
    if sure := next((each.name for each in known if each.sex == sex), ""):
        return sure
    if age < 2 and (named := _best(known, sex, seen)):  # who is no sure man or woman is soon forgotten
        return named
    heard = [seen.find(name) for name in proper_names(f"{exchange.short}. {exchange.answer}", seen)]
    heard = [each for each in heard if each and (each.sex or (label.group if label else each.central))]
    if named := _best(heard, sex, seen):
        return named
    if label is not None or age:
        return ""
    offices = [subject(exchange.searched), *phrases(exchange.searched)]
    return next((each for each in offices if ROLE.search(each)), "")


def _named_in(exchange: Exchange, seen: Scene) -> list[Mention]:
    """Whom and what the exchange asked about."""
    if seen.label is not None and seen.opens(exchange):
        return [seen.label]
    return [each for name in proper_names(exchange.searched, seen) if (each := seen.find(name)) is not None]


def _best(named: Sequence[Mention | None], sex: str, seen: Scene) -> str:
    """The first who is surely a man, or a woman, else the first who may be."""
    fitting = [each for each in named if each is not None and _fits(each, sex, seen)]
    return next((each.name for each in fitting if each.sex == sex), fitting[0].name if fitting else "")


def _fits(mention: Mention, sex: str, seen: Scene) -> bool:
    return mention.sex in (sex, "") and (mention.person or (mention is seen.label and not mention.group))


def people_meant(text: str, seen: Scene) -> str:
    """Those whom "they" means: a group that is the topic, two people, or the many that were asked about last."""
    topic, last = seen.topic, seen.history[-1]
    if topic is not None and topic is seen.label and not topic.sex and (topic.group or not topic.person):
        return topic.name
    if topic is not None and (couple := _couple(text, topic, seen)):
        return couple
    if topic is not seen.label and (both := _two_people(seen)):
        return both
    if many := _many(text, seen):
        return many
    return topic.name if topic and (topic is seen.label or within(topic.name, last.searched)) else ""


def _couple(text: str, topic: Mention, seen: Scene) -> str:
    """“A and B” for “Did they meet?”, where the last answer named B."""
    if not re.search(r"(?i)\b(?:marr|met\b|meet|divorc|together|wed|date|dating)", text):
        return ""
    last = seen.history[-1]
    others = (seen.find(name) for name in proper_names(f"{last.short}. {last.answer}", seen))
    other = next((each for each in others if each is not None and each is not topic and each.person), None)
    return f"{topic.name} and {other.name}" if other else ""


def _two_people(seen: Scene) -> str:
    """“A and B” where the last exchanges named just these two people."""
    found: dict[str, None] = {}
    for exchange in seen.history[-3:]:
        for name in [*proper_names(exchange.searched, seen), *proper_names(exchange.short, seen)]:
            mention = seen.find(name)
            if mention is not None and mention.person:
                found[mention.name] = None
    return " and ".join(found) if len(found) == 2 else ""


def _many(text: str, seen: Scene) -> str:
    """The plural that the last short answer is, or that its question speaks of."""
    last = seen.history[-1]
    answer = short_answer(last, 4)
    if re.search(r"[a-z][^s'’\W]s$", answer) and not names(lower(answer)):
        return "the " + re.sub(r"(?i)^the ", "", lower(answer))
    asked = last.searched.rstrip(" ?.!")
    for phrase in [asked] if BARE_THING.match(asked) else [subject(asked), *phrases(asked)]:
        some = re.match(r"(?i)(?:any|some|an?|their|his|her)\b", phrase)
        many = re.search(r"[^s'’]s(?: of .*)?$", phrase) and not some
        if many and not (idle(phrase) or within(phrase, text) or names_person(phrase, seen)):
            return phrase
    return ""
