"""Questions that were made are tried before they are offered: the answer must be where the question came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from rag.answer.questions.patterns import names_in, questions_of, spoken_of
from rag.answer.questions.people import People
from rag.sentences import sentence_spans
from rag.types import Answer, Citation
from rag.words import content_words, names

_WEIGHTS: Final = {
    "why": 1.2, "how many": 1.1, "how much": 1.1, "who": 1.0, "where": 1.0, "when": 0.9, "which": 0.9, "what": 0.9,
    "saying": 0.9, "what is": 0.8, "who is": 0.7, "age": 0.2,
}  # fmt: skip
_OVERLAP: Final = 0.6
_NAMELESS: Final = 0.5  # less for a question without a name
_COMMONER: Final = 0.5  # less for a kind of question that is there already


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the sentence that it was made from: words `start` to `end` of `document`, `answer` among them.

    `worth` is what speaks for it, higher is better.
    """

    question: str
    kind: str
    answer: str
    document: str
    start: int
    end: int
    sentence: str
    worth: float

    @property
    def words(self) -> frozenset[str]:
        """The content words of the question."""
        return frozenset(content_words(self.question))


def candidates(document: str, text: str, offset: int, title: str, people: People) -> Iterator[Candidate]:
    """The questions made from a text that stands at `offset` of a document; what its title names is worth more."""
    heading = set(content_words(title))
    meant = ""
    for start, end in sentence_spans(text):
        sentence = " ".join(text[start:end].split())
        found = questions_of(sentence, people, meant)
        meant = spoken_of(sentence, people, meant)
        for made in found:
            words = set(content_words(made.question))
            worth = _WEIGHTS[made.kind] + min(1.0, 0.4 * len(words & heading)) - max(0.0, 0.05 * (len(words) - 8))
            worth -= 0.0 if names_in(made.question) else _NAMELESS
            yield Candidate(
                made.question, made.kind, made.answer, document, offset + start, offset + end, sentence, worth
            )


def alike(one: str, other: str) -> bool:
    """True for questions that ask nearly the same of the same."""
    names_of = [{word for name in names(text) for word in content_words(name)} for text in (one, other)]
    asked = [set(content_words(text)) - names_of[0] - names_of[1] for text in (one, other)]
    if all(names_of) and not names_of[0] & names_of[1]:
        return False
    if not all(asked):
        return not any(asked) and one.split()[:2] == other.split()[:2]
    return len(asked[0] & asked[1]) >= _OVERLAP * min(map(len, asked))


def chosen(
    found: list[Candidate], ask: Callable[[str], Answer], count: int, tries: int, stopped: Callable[[], bool]
) -> tuple[str, ...]:
    """Up to `count` of the questions, best first, that differ and are answered; at most `tries` are asked."""
    kept: list[Candidate] = []
    left = list(found)
    for _ in range(tries):
        left = [one for one in left if not any(_same(one, other) for other in kept)]
        if not left or len(kept) == count or stopped():
            break
        kinds = [one.kind for one in kept]
        places = [one.document for one in kept]
        best = max(
            left, key=lambda one: one.worth - _COMMONER * kinds.count(one.kind) - 0.2 * places.count(one.document)
        )
        left.remove(best)
        if answers(ask(best.question), best):
            kept.append(best)
    return tuple(one.question for one in kept)


def answers(answer: Answer, candidate: Candidate) -> bool:
    """True if the answer quotes the candidate's sentence; a short answer must be what the candidate expects."""
    if answer.abstained or not answer.citations:
        return False
    if not any(_within(citation, candidate) for citation in answer.citations):
        return False
    first = answer.citations[0]
    expected = set(content_words(candidate.answer))
    if first.short is not None:
        short = first.quote[first.short[0] - first.start : first.short[1] - first.start]
        return bool(set(content_words(short)) & expected)
    return _within(first, candidate) or expected <= set(content_words(first.quote))


def _within(citation: Citation, candidate: Candidate) -> bool:
    return citation.document == candidate.document and citation.start < candidate.end and candidate.start < citation.end


def _same(one: Candidate, other: Candidate) -> bool:
    return (one.document, one.start) == (other.document, other.start) or alike(one.question, other.question)
