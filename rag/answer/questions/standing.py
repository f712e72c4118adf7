"""Whether a question can be understood by itself: by somebody who has not read the text that it was made from."""

from __future__ import annotations

import re
from typing import Final

from rag.answer.questions.verbs import BASES, PARTICIPLES, PAST

_POINTS: Final = re.compile(
    r"(?i)\b(?:he|she|it|they|we|i|you|him|us|them|me|this|these|those|here|there|our|your|my|such|another|other|others"
    r"|same|latter|again|already|also|too|now|today|yesterday|tomorrow|ago|then|for comment|at the time|comment to"
    r"|(?:to|at|of|in|on) that"
    r"|earlier|later|so far|currently|recently"
    r"|(?:last|next|past) (?:week|month|year|cycle|\w+day|season|spring|summer|fall|winter)|like|himself|herself|itself"
    r"|themselves|both|one|ones|else|meanwhile|additional|further|remaining|respectively|either|above|below"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|pictured|photo)\b"
)
_OWNERS: Final = re.compile(r"\b(?:his|her|its|their)\b")
_DEFINITE: Final = re.compile(r"(?<![\w’])(?:the|The) ((?:[^\s,?]+ ?)+)")
_WEAK: Final = frozenset(
    """new first second third last final latest old whole entire two three four five next recent current previous
    original main full early other big small major second-largest""".split()
)
_BOUND: Final = frozenset("of in for at to on between from that who which with about against over near by into".split())
_NOT_NOUNS: Final = _BOUND | frozenset(
    """and or but as when while after before until since because if than is are was were be been has have had will would
    can could may might under during through per without within""".split()
)
_KNOWN: Final = frozenset(
    """world public internet economy sun moon earth planet ocean pandemic coronavirus media poor rich elderly most least
    best worst top military environment climate future past way air sea ground right left""".split()
)
_SUPERLATIVE: Final = re.compile(r"\w+est$|most$|least$|only$|\d+(?:st|nd|rd|th)$")


def stands_alone(question: str, *, owner: bool, known: bool = False) -> bool:
    """True if nothing in the question points to something outside it.

    With `owner` it has, or asks for, somebody whom "his", "her", "its" and "their" can mean; with `known`, somebody
    who makes clear which thing "the" means.
    """
    if _POINTS.search(question.partition(" ")[2]) or (not owner and _OWNERS.search(question)):
        return False
    return known or not any(_bare(found[1]) for found in _definite(question))


def _definite(question: str) -> list[re.Match[str]]:
    return [
        found
        for place in re.finditer(r"(?<!\S)[Tt]he (?=\S)", question)
        if (found := _DEFINITE.match(question, place.start()))
    ]


def _bare(phrase: str) -> bool:
    """True for what follows "the" where nothing says which one is meant: "company to close"."""
    words = phrase.rstrip("?").split()
    inside: list[str] = []
    for n, word in enumerate(words):
        if (
            word in _NOT_NOUNS
            or (inside and (word in BASES or word in PAST or word in PARTICIPLES))
            or word.endswith("n’t")
            or (n and word in ("the", "a", "an"))
        ):
            if word == "of" or (word in _BOUND and any(w[:1].isupper() for w in words[n + 1 : n + 4])):
                return False
            break
        inside.append(word)
    if any(word[0].isupper() or word[0].isdigit() or _SUPERLATIVE.match(word) for word in inside):
        return False
    telling = [word for word in inside if word not in _WEAK]
    if telling and telling[0].endswith(("’s", "s’")) and telling[0].rstrip("’s") not in _KNOWN:
        return True
    return len(telling) < 2 and not (telling and telling[0] in _KNOWN)
