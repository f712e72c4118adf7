"""Questions to go on with after an answer, made from the passages it was found among and tried by asking them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from rag.answer.questions.gazetteer import PLACES, TITLES
from rag.answer.questions.people import People
from rag.answer.questions.trying import Candidate, alike, candidates, chosen
from rag.types import Answer, Document, Exchange
from rag.words import content_words, names

COUNT: Final = 3
TRIES: Final = 6
"""The most questions that are asked to find those to offer; each costs a whole answer."""

_MOST: Final = 3  # words that make a question of another document one about the same
_LONGEST: Final = 40_000  # characters of a document that are read beyond its passages
_CITED: Final = 0.3
_SHARE: Final = 0.35  # for each word that is spoken of
_NAMED: Final = 0.5  # for each name that is spoken of
_TOLD: Final = 0.15  # for each word of the answer


def suggested(
    answer: Answer,
    history: Sequence[Exchange],
    document: Callable[[str], Document | None],
    ask: Callable[[str], Answer],
    stopped: Callable[[], bool],
) -> tuple[str, ...]:
    """Up to three questions about what the conversation is about, new in it, each answered by its own sentence.

    `history` is the conversation before the answer; `document` gives a document whole, None if it is gone.
    """
    found = list(_fresh(_found(answer, document), answer, history))
    return chosen(_about(found, answer, history), ask, COUNT, TRIES, stopped)


def _found(answer: Answer, document: Callable[[str], Document | None]) -> Iterable[Candidate]:
    """The candidates of the passages and of the documents that they are from."""
    known: dict[str, tuple[Document, People] | None] = {}

    def read(name: str) -> tuple[Document, People] | None:
        if name not in known:
            text = document(name)
            known[name] = (text, People(f"{text.title}. {text.text}")) if text else None
        return known[name]

    found: dict[tuple[str, str, int], Candidate] = {}
    for rank, passage in enumerate(answer.passages):
        whole = read(passage.document)
        if whole is None or whole[0].text[passage.start : passage.end] != passage.text:
            continue  # it changed since
        for one in candidates(passage.document, passage.text, passage.start, passage.title, whole[1]):
            nearer = replace(one, worth=one.worth + 0.6 / (1 + rank))
            found.setdefault((one.question, one.document, one.start), nearer)
    cited = {citation.document for citation in answer.citations}
    for name in dict.fromkeys([*(each.document for each in answer.citations), *(p.document for p in answer.passages)]):
        if (whole := read(name)) is not None:
            for one in candidates(name, whole[0].text[:_LONGEST], 0, whole[0].title, whole[1]):
                worth = one.worth + (_CITED if name in cited else 0.0)
                found.setdefault((one.question, one.document, one.start), replace(one, worth=worth))
    return found.values()


def _fresh(found: Iterable[Candidate], answer: Answer, history: Sequence[Exchange]) -> Iterable[Candidate]:
    """Those that neither were asked nor are answered by what was said."""
    asked = [text for each in history for text in (each.question, each.searched) if text]
    asked = list(dict.fromkeys([*asked, answer.question, answer.searched]))
    said = " ".join(" ".join(text.split()) for text in (*(each.answer for each in history), answer.text))
    quoted = [(each.document, each.start, each.end) for each in answer.citations]
    for one in found:
        told = one.sentence in said or any(
            name == one.document and start < one.end and one.start < end for name, start, end in quoted
        )
        if not told and not any(alike(one.question, text) for text in asked):
            yield one


def _about(found: Iterable[Candidate], answer: Answer, history: Sequence[Exchange]) -> list[Candidate]:
    """Those that share something with what is spoken of, worth more the more they share.

    The document of the first quote is about it; what is from another must name it, or share most of its words.
    """
    spoken = " ".join([answer.question, answer.searched, *(each.searched for each in history[-2:])])
    topic = set(content_words(spoken))
    named = [set(content_words(name)) for name in dict.fromkeys(names(spoken)) if not _common_name(name)]
    first = answer.citations[:1]
    told = {word for each in first for word in content_words(f"{each.title} {each.quote}")} - topic
    kept = []
    for one in found:
        shared, around = len(one.words & topic), len(one.words & told)
        same = sum(2 * len(one.words & name) >= max(1, len(name)) for name in named)
        near = any(one.document == each.document for each in first) and shared + around >= 2
        if (same and one.kind == "age") or (one.kind != "age" and (same or near or shared >= _MOST)):
            extra = _SHARE * min(2, shared) + _NAMED * min(2, same) + _TOLD * min(3, around)
            kept.append(replace(one, worth=one.worth + extra))
    return kept


def _common_name(name: str) -> bool:
    """True for names that too much is spoken of with: countries, offices, parties."""
    return name in PLACES or f"the {name}" in PLACES or name.isupper() or all(w in TITLES for w in name.split())
