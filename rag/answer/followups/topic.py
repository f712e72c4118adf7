"""A short question that names nothing gets the topic of the conversation."""

from __future__ import annotations

import re

from rag.answer.followups.english import EMPTY_IT, OPENS, within
from rag.answer.followups.scene import Mention, Scene, proper_names
from rag.answer.followups.settled import settled
from rag.words import content_words

_ANAPHOR = re.compile(
    r"(?i)\b(?:it|they|them|their|its|he|she|him|his|her)\b"
    r"|\b(?:this|that|these|those)(?= (?!week|month|year|time)|\W*$)"
)
_OWN_SUBJECT = re.compile(r"(?i)(?:i|we|you)\b|what (?:is|are|was|were) (?:an? )?[\w-]+\W*$")
_MORE = re.compile(r"(?i)\b(?:other|others|else|more|any|next|then|anymore|another)\b")
_HAPPENED = re.compile(r"(?i)^(?:what|when|how|where|did)\b.{0,12}?\bhappen(?:ed|s)?\b")
_TOLD = re.compile(r"(?i)\b(?:interesting|know|tell|said|information|learn|facts?)\b")


def with_topic(text: str, seen: Scene) -> str:
    """A short question that names nothing, with what the conversation is about at its end; else ""."""
    topic = seen.topic
    if topic is None or not _names_nothing(text) or within(topic.name, text) or not _goes_on(text, topic, seen):
        return ""
    if re.search(r"(?i)\b(?:this|the) article\b", text):
        return re.sub(r"(?i)\barticle\b", f"article about {topic.name}", text, count=1) if topic is seen.label else ""
    if _asks_what_happened(text):
        return re.sub(r"(?i)\bhappen(?:ed|s)?\b", lambda found: f"{found.group()} to {topic.name}", text, count=1)
    if pointed := re.search(r"(?i)\babout (?=(?:this|that|it)\W*$)", text):
        return text[: pointed.end()] + topic.name + "?"
    return re.sub(r"\W*$", "", text) + f" {'about' if _TOLD.search(text) else 'for'} {topic.name}?"


def _names_nothing(text: str) -> bool:
    """True for one short question without names and quotes, not about the speakers and not about a word's meaning."""
    if list(proper_names(text)) or len(content_words(text)) > 4 or len(text.split()) > 11:
        return False
    if _OWN_SUBJECT.match(text) and not _ANAPHOR.search(text):
        return False
    return bool(OPENS.match(text)) and not re.search(r"[“”\"]|[.!?]\s+\w", text)


def _goes_on(text: str, topic: Mention, seen: Scene) -> bool:
    """True if the question goes on about the topic: by a pronoun, by asking for more, by a word that was heard."""
    points = not EMPTY_IT.search(text) and any(not settled(text, found) for found in _ANAPHOR.finditer(text))
    asks_on = bool(points or _asks_what_happened(text) or _MORE.search(text))
    if topic is not seen.label:  # without a heading the topic is less sure
        ours = re.search(r"(?i)\b(?:i|my|we|(?<!tell )me)\b", text)
        stated = re.search(r"(?i)\b(?:this|that|these|those) \w", text)
        return asks_on and not ours and not stated and within(topic.name, seen.history[-1].searched)
    heard = {word for each in seen.history for word in content_words(f"{each.searched} {each.answer}")}
    return asks_on or bool(set(content_words(text)) & heard)


def _asks_what_happened(text: str) -> bool:
    return bool(_HAPPENED.match(text) and re.search(r"(?i)\b(?:\d{4}|next|then|after|later)\b", text))
