"""Whether the question itself names what its pronoun means, so that nothing is to be put in."""

from __future__ import annotations

import re

from rag.answer.followups.english import AUX, OPENS
from rag.answer.followups.phrases import idle, phrases, subject
from rag.answer.followups.scene import proper_names
from rag.words import content_words

_POSSESSIVE = ("his", "her", "its", "their", "hers", "theirs")
_NOT_HERS = re.compile(  # what can follow "her" when it stands for a person and not before what she owns
    r"\W*$|\W*[?.,;!]|\s+(?:in|on|at|to|for|from|with|by|about|after|before|and|or|as|when|while|during|of|the|a|an"
    r"|because|into|over|who|that|this|there|so)\b"
)
_CLAUSE = re.compile(r"(?i)\b(?:and|when|while|after|before|because|since|if|that)\b|,(?=\s)")
_INVERTED = re.compile(
    rf"(?i)^\W*(?:\w+ )?(?:which|what|how many|how much) (?:[\w’'-]+ ){{1,5}}?(?:{AUX}) "
    r"(?:he|she|it|they|the|this|that|his|her|their|its|(?-i:[A-Z]))"
)
_COUNTED = re.compile(
    rf"(?i)^\W*(?:\w+ )?(?:which|what|how many|how much) (?!(?:{AUX}|else|of|\w+ed|made|got|led"
    r"|lead|kept|gave|brought|took|came|went|caused?|makes?)\b)\w"
)
_ENDS = re.compile(r"(?i)\W*(?:$|[?.,;!]|(?:in|on|at|to|from|with|by|for|about|as|after|before|during|until|and|or)\b)")
_AFTER_AUX = re.compile(rf"(?i)\b{AUX}\s*$")
_HAS_SUBJECT = re.compile(r"(?i)\b(?:do|does|did|have|has|had|can|will)\b")


def settled(text: str, found: re.Match[str]) -> bool:
    """True if the pronoun can mean what the question itself names before it.

    Within a clause "him" and "it" are never its subject, "his" and "its" can be; in a later clause all can.
    """
    said, after, word = text[: found.start()], text[found.end() :], found.group().lower()
    if re.match(r"(?i)(?:it|this|that|he|she|they)\b", text) and not text.rstrip().endswith("?"):
        return True  # a remark, no question
    sentences = re.split(r"(?<=[.!?])\s+", said)
    if len(sentences) > 1 and len(content_words(sentences[0])) > 1:
        return True
    if not OPENS.match(text):
        return bool(content_words(said))
    clause = _CLAUSE.search(said, 4)
    before = said[: clause.start()] if clause else said
    named = bool(list(proper_names(before)))
    counted = bool(_COUNTED.match(text)) and not _INVERTED.match(text)
    if clause:
        spoken = clause.group().lower() != "that" and any(not idle(each) for each in phrases(before))
        return named or counted or spoken
    if _AFTER_AUX.search(said):
        return False
    if word in ("their", "its"):
        return named or counted or bool(subject(before) and _HAS_SUBJECT.search(before))
    if owns(word, after):
        return named or counted
    return counted and not _ENDS.match(after)


def owns(word: str, after: str) -> bool:
    """True if the pronoun, before `after`, says whose something is."""
    return word.lower() in _POSSESSIVE and not (word.lower() == "her" and _NOT_HERS.match(after))
