"""What follows a subject: the verb, and as much behind it as is surely one clause."""

from __future__ import annotations

from typing import Final

from rag.answer.questions.verbs import (
    AUXILIARIES,
    BASES,
    BE,
    JOINING,
    ONLY_FINITE,
    PARTICIPLES,
    PAST,
    PREPOSITIONS,
    PRONOUNS,
    SAME,
    SPEAKS,
    THIRD,
)

_CUTS: Final = frozenset(
    """which who whose whom where when while whereas although though including because since unless according after
    before until so with despite as amid followed citing adding calling saying making leaving bringing giving
    becoming marking ending joining setting taking putting killing allowing forcing
    sparking prompting soon just shortly days weeks months years even especially particularly mostly roughly""".split()
)
_HALTS: Final = frozenset("because although though while whereas unless if when".split())
_DASHES: Final = frozenset(("—", "–", "-", "--"))


def verb_at(words: list[str], place: int) -> tuple[str, str, str, int]:
    """(auxiliary, main verb, its infinitive, where what follows begins)."""
    word = words[place]
    if word not in AUXILIARIES:
        return "", word, PAST.get(word) or THIRD[word], place + 1
    following = words[place + 1] if place + 1 < len(words) else ""
    if following == "also" and place + 2 < len(words):
        place += 1
        following = words[place + 1]
    if following in ("not", "n’t", "never", "no") or not following:
        return "", "", "", place
    if word in BE:
        return word, "", "be", place + 1
    if word in ("has", "have", "had"):
        base = PARTICIPLES.get(following)
        return (word, following, base, place + 2) if base else ("", word, "have", place + 1)
    if word in ("does", "do"):
        return "", "", "", place
    if word == "did":
        return (word, following, following, place + 2) if following in BASES else ("", "", "", place)
    return (word, following, following, place + 2) if following in BASES else (word, "", "", place + 1)


def kept(words: list[str]) -> tuple[list[str] | None, str]:
    """The words after the verb as far as they are surely one clause, and a reason that follows them."""
    taken: list[str] = []
    for n, word in enumerate(words):
        if n >= 2 and (word in _DASHES or "—" in word):
            return (_unbroken(taken) if word in _DASHES else None), ""
        if word == "because" and n:
            return taken, " ".join(words[n:])
        if word in _HALTS and n >= 2:
            return taken, ""
        if word in ("and", "but", "or") and n + 1 < len(words) and n:
            following = words[n + 1]
            if following in PAST or following in AUXILIARIES or following in THIRD or following in PRONOUNS:
                return (None, "") if following in PAST and following in SAME else (taken, "")
            if any(other in PAST or other in AUXILIARIES for other in words[n + 2 : n + 7]):
                joined = n >= 3 and following[0].isupper() and not JOINING & set(taken)
                return (taken, "") if joined else (None, "")
        taken.append(word.rstrip(","))
        if word.endswith(","):
            return _cut_at_comma(taken, words[n + 1 :])
    return taken, ""


def _cut_at_comma(taken: list[str], after: list[str]) -> tuple[list[str] | None, str]:
    whole = _unbroken(taken)
    if whole is None or len(whole) < len(taken):
        return whole, ""
    first, second = (*after, "", "")[:2]
    if first == "because":
        return taken, " ".join(after)
    if first in _CUTS or (first.endswith("ing") and first.islower()):
        return taken, ""
    if first in ("and", "but") and second:
        goes_on = second in PAST or second in AUXILIARIES or second in PRONOUNS or second in THIRD
        return (taken, "") if goes_on or first == "but" else (None, "")
    listing = any(word in ("and", "or") for word in after[:8])
    return (taken, "") if first in ("a", "an", "the") and not listing else (None, "")


def _unbroken(taken: list[str]) -> list[str] | None:
    """The words without a clause at their end that a comma has broken off: "a letter which demands that Smith"."""
    for n in range(len(taken) - 1, -1, -1):
        if taken[n] not in ("which", "who", "that", "where"):
            continue
        told = next((m for m in range(n + 1, len(taken)) if taken[m] == "that"), None)
        broken = told is not None and not any(w in PAST or w in AUXILIARIES for w in taken[told + 2 :])
        if not broken and any(w in PAST or w in AUXILIARIES or w in THIRD for w in taken[n + 2 :]):
            return taken
        if taken[n] != "that":
            return taken[:n] if n > 1 else None
        if not any(word in ("which", "who") for word in taken[1:n]):
            return None
    return taken


def two_readings(finite: str, rest: list[str]) -> bool:
    """True if another word could be the clause's verb: "The man arrested in Doha was …"."""
    free = finite in SPEAKS  # what was said has a verb of its own
    sure = finite in AUXILIARIES or finite in ONLY_FINITE
    participle = not sure and bool(rest) and rest[0] in PREPOSITIONS
    for word in rest:
        if word in JOINING:
            free = True
        elif not free and (word in AUXILIARIES or word in ONLY_FINITE or (participle and word in PAST)):
            return True
    return False
