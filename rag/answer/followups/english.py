"""Words and turns of English that several rules look for."""

from __future__ import annotations

import re

from rag.words import content_words

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must"
    r"|(?:is|are|was|were|do|does|did|has|have|had|could|would|should|wo)n['’]t|can['’]t)"
)
LEAD = re.compile(r"(?i)^(?:(?:and|but|so|or|then|ok|okay|well|also)\b[ ,]*)+")
OPENS = re.compile(
    rf"(?i)^(?:\W*(?:and|but|so|or|then|also|ok|okay|well|wow|oh|yes|no|please|thanks|besides)\b[ ,]*)*"
    rf"(?:(?:in|at|on|by|for|from|to|with|under|of|after|before|during|about) )?"
    rf"(?:{WH}(?:['’]s)?|{AUX}|any|tell|give|name|list|explain|describe|show|he|she|it|they|this|that|these|those"
    r"|his|her|their|its|i|you|we|anything|anyone)\b"
)
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
ROLE = re.compile(
    r"(?i)\b(?:mayor|president|director|author|chief|minister|king|envoy|leader|coach|captain|ceo|spokes(?:wo)?man|boss"
    r"|founder|owner|chair(?:wo)?man|secretary|manager|successor|predecessor|governor|ambassador|judge|lawyer|architect"
    r"|writer|singer|actor|player|artist|pilot|editor|candidate|man|woman|boy|girl|partner|deputy|senator|professor)\b"
)
EMPTY_IT = re.compile(
    r"(?i)\bit (?:is |was |be )?(?:true|possible|clear|likely|important|necessary|ok|okay|safe|legal|better|best|easy"
    r"|hard|difficult|known|said|say|state|mention|seems?|take|free|rain|cost)\b.*\b(?:that|to|if|when|whether|for|how)\b"
    r"|\bit (?:is|was) (?:better|best)\b|\bdoes it makes?\b|\bwhat time is it\b"
    r"|\b(?:is|was|does|did) it (?:true|possible|clear|likely|ok|okay|important|better|say|state|mention|take|mean)\b"
)


def lower(text: str) -> str:
    """The text with a small first letter."""
    return text[:1].lower() + text[1:]


def possessive(name: str) -> str:
    """The name with its "'s"."""
    return name + ("'" if name.endswith("s") else "'s")


def within(name: str, text: str) -> bool:
    """True if the text has all content words of the name."""
    return set(content_words(name)) <= set(content_words(text))
