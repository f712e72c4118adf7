"""What the judgement of a claim rests on beside the reader's own numbers: shared words, opposites, negation.

All of it is seen without a model. `contradicts` looks for the few flips that a small model reads over: the words of
the claim and of the sentence nearest to it are much the same, but one has "before" for "after", or a "not" too many.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Final

from rag.sentences import sentence_spans
from rag.words import content_words, names, stem

DOUBT: Final = 0.5
"""A rule and no fitted weight: of 7,600 judged claims it doubts one in eighty, and of these one in four is true."""

_OPPOSITES = """before:after first:last more:less more:fewer most:least little:much increase:decrease increase:fall
    increase:drop rise:fall rise:drop rose:fell grew:shrank gain:lose win:lose won:lost victory:defeat accept:reject
    accept:refuse agree:refuse agree:disagree approve:reject support:oppose support:criticize defend:accuse
    defend:criticize praise:criticize praise:condemn praise:fault confirm:deny admit:deny concede:deny begin:end
    began:ended start:end start:stop open:close arrive:leave return:leave remain:leave stay:leave join:leave
    enter:leave strengthen:weaken strengthen:undermine success:failure succeed:fail allow:ban allow:forbid permit:ban
    legal:illegal guilty:innocent convict:acquit live:die alive:dead born:died up:down high:low higher:lower
    large:small larger:smaller big:small old:new older:younger oldest:youngest long:short early:late earlier:later
    north:south east:west northern:southern eastern:western male:female man:woman father:mother son:daughter
    brother:sister husband:wife buy:sell bought:sold lend:borrow teacher:student hire:fire appoint:dismiss
    appoint:remove resign:dismiss best:worst better:worse good:bad positive:negative increase:reduce expand:reduce
    add:remove inside:outside include:exclude same:different always:never all:none everyone:nobody former:current
    previous:current public:private rich:poor hot:cold fast:slow strong:weak safe:dangerous attack:defend friend:enemy
    left:right majority:minority minimum:maximum over:under above:below peace:war love:hate like:dislike import:export
    domestic:foreign""".split()
_NEGATORS = frozenset("not no never none nobody nothing neither nor without cannot hardly".split())
_TURNING = re.compile(
    r"(?i)\b(?:den(?:y|ies|ied|ying)|refus\w+|fail\w*|reject\w*|lack\w*|skip\w*|avoid\w*|without|unlikely|unable"
    r"|rather than|instead of|false\w*|stop\w*|prevent\w*|miss\w*|only|until|but)\b"
)
"""Words that turn what follows round as "not" does, or half of it."""

_TOKEN = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
_REACH = 3  # words that a "not" counts for
_LIKE = 0.4
_VERY_LIKE = 0.6  # a "not" may belong to another thing that the sentence says, an opposite rarely does


def text_features(claim: str, text: str) -> tuple[float, ...]:
    """Of a claim and the text it is held against, what the model of support sees beside the reader's numbers.

    The shares of the claim's content words, and of its pairs of neighbouring ones, that the text has; the same for the
    words of names, for numbers, and for the rest, each 1 where the claim has none; whether it has names, and numbers;
    the lengths of both, as logarithms; whether the text contradicts the claim.
    """
    said, known = content_words(claim), content_words(text)
    pairs = set(pairwise(said))
    of_names = {word for name in names(claim) for word in content_words(name)}
    numbers = {word for word in said if word[0].isdigit()} - of_names
    words = set(known)
    return (
        _share(set(said), words, 0.0),
        len(pairs & set(pairwise(known))) / max(1, len(pairs)),
        _share(of_names, words, 1.0),
        _share(numbers, words, 1.0),
        _share(set(said) - of_names - numbers, words, 1.0),
        float(bool(of_names)),
        float(bool(numbers)),
        math.log(1 + len(claim.split())),
        math.log(1 + len(text.split())),
    )


def shared_words(claim: str, text: str) -> float:
    """The share of the claim's content words that the text has."""
    return _share(set(content_words(claim)), set(content_words(text)), 0.0)


def _share(asked: set[str], known: set[str], empty: float) -> float:
    return len(asked & known) / len(asked) if asked else empty


def doubt(claim: str, text: str) -> float:
    """What the chance that the text supports the claim is to be multiplied with: `DOUBT` where it contradicts it."""
    return DOUBT if contradicts(claim, text) else 1.0


def contradicts(claim: str, text: str) -> bool:
    """True if the sentence of the text nearest to the claim says the same of it with an opposite word or a "not"."""
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    shares = [shared_words(claim, sentence) for sentence in sentences]
    share = max(shares, default=0.0)
    if share < _LIKE:
        return False
    nearest = sentences[shares.index(share)]
    return has_opposite(claim, nearest) or (share >= _VERY_LIKE and differs_in_negation(claim, nearest))


def has_opposite(claim: str, sentence: str) -> bool:
    """True if one has an opposite of a word of the other, and the rest of both is negated or of neither."""
    said, known = _stems(claim), _stems(sentence)
    return any(
        _turned(claim, {word, other}) == _turned(sentence, {word, other})
        for word in sorted(said - known)
        for other in sorted(_OPPOSED.get(word, set()) & known - said)
    )


def _turned(text: str, apart: set[str]) -> bool:
    """True if the text has a negation, words with the stems `apart` aside."""
    tokens = [match.group() for match in _TOKEN.finditer(text)]
    kept = [token for token in tokens if stem(token.casefold()) not in apart]
    return bool(_TURNING.search(" ".join(kept))) or any(_negates(token.casefold()) for token in kept)


def differs_in_negation(claim: str, sentence: str) -> bool:
    """True if a word, not a name or a number, stands shortly behind a "not" in one and never in the other."""
    if _TURNING.search(claim) or _TURNING.search(sentence):
        return False
    one, other = _negations(claim), _negations(sentence)
    named = {word for name in names(claim) for word in content_words(name)}
    both = [word for word in one.keys() & other.keys() - named if not word[0].isdigit()]
    return any(one[word] ^ other[word] == {True, False} for word in both)


def _negations(text: str) -> dict[str, set[bool]]:
    """For each content word whether a negator stands shortly before it, wherever it occurs."""
    found: dict[str, set[bool]] = {}
    last = -_REACH - 1
    for place, token in enumerate(match.group().casefold() for match in _TOKEN.finditer(text)):
        if not token[0].isalnum():
            last = -_REACH - 1  # a "not" does not reach over a comma
        elif _negates(token):
            last = place
        else:
            for word in content_words(token):
                found.setdefault(word, set()).add(place - last <= _REACH)
    return found


def _negates(token: str) -> bool:
    return token in _NEGATORS or token.endswith(("n't", "n’t"))


def _stems(text: str) -> set[str]:
    """Stems of all words, those too that `content_words` leaves out: "before", "more"."""
    return {stem(word) for word in re.findall(r"[^\W\d_]+", text.casefold())}


def _both_ways() -> dict[str, set[str]]:
    opposed: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        one, _, other = pair.partition(":")
        opposed.setdefault(stem(one), set()).add(stem(other))
        opposed.setdefault(stem(other), set()).add(stem(one))
    return opposed


_OPPOSED = _both_ways()
