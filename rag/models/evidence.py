"""What of a long text a short claim is held against: the sentences that have most of its words."""

from __future__ import annotations

from rag.sentences import Span, sentence_spans
from rag.words import content_words


def condensed(claim: str, text: str, words: int) -> list[Span]:
    """The spans of the sentences of `text` nearest to `claim` by shared words, in their order, of `words` in all.

    At least one; all of them where they are no more than `words`. A word counts less the more sentences have it, and
    a sentence beside a near one gains from it, because what "he" is stands in the one before.
    """
    spans = list(sentence_spans(text))
    lengths = [len(text[a:b].split()) for a, b in spans]
    if sum(lengths) <= words:
        return spans
    own = [set(content_words(text[a:b])) for a, b in spans]
    asked = set(content_words(claim))
    weights = {word: 1 / (1 + sum(word in each for each in own)) ** 0.5 for word in asked}
    direct = [sum(weights[word] for word in asked & each) for each in own]
    scores = [
        score + 0.3 * max(direct[n - 1] if n else 0.0, direct[n + 1] if n + 1 < len(direct) else 0.0)
        for n, score in enumerate(direct)
    ]
    kept: list[int] = []
    room = words
    for n in sorted(range(len(spans)), key=lambda n: (-scores[n], n)):
        if lengths[n] <= room or not kept:
            kept.append(n)
            room -= lengths[n]
    return [spans[n] for n in sorted(kept)]
