"""Questions to begin with, made from the documents' own sentences and offered only if they are really answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from rag.sentences import sentence_spans
from rag.types import Answer
from rag.words import content_words, names

_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_PERSON: Final = (
    r"(?!(?:What|Who|Why|When|Where|How|In|On|At|The|But|And)\b)"
    r"[A-Z][\w’'-]+(?: of(?= [A-Z]))?(?: [A-Z]\.)?(?: (?:bin|al|van|von|de|del|la))?(?: [A-Z][\w’'-]+){1,3}"
)
_SPEAKS: Final = "(?:said|says|told|argued|warned|announced|added|acknowledged|noted|conceded|thanked|pointed out)"
_SAID: Final = re.compile(rf"(?<![Tt]he )\b({_PERSON}) {_SPEAKS}\b")
_APPOSED: Final = re.compile(rf"(?<![Tt]he )\b({_PERSON}),(?: (?:an?|the|who|whose|his|her) | (?:aged )?\d\d\b)")
_MONTH: Final = re.compile(rf"\bin ((?:{_MONTHS}) (?:19|20)\d\d)\b")
_DOCUMENTS: Final = 60
_CANDIDATES: Final = 4
_TRIES: Final = 12  # each is a whole answer


def starter_questions(texts: Iterable[str], ask: Callable[[str], Answer], count: int = 3) -> tuple[str, ...]:
    """Up to `count` questions, of different kinds where possible, whose answer quotes the sentence they came from."""
    kinds = _candidates([sentence for text in islice(texts, _DOCUMENTS) for sentence in _sentences(text)])
    chosen: dict[str, str] = {}  # subject -> question
    tries = iter(range(_TRIES))
    for _ in range(count):
        for kind in kinds:
            tried = islice((each for each in kind if each[1] not in chosen), _CANDIDATES)
            found = next((e for e in tried if next(tries, None) is not None and _answered(ask(e[0]), e[1])), None)
            if found is not None:
                chosen[found[1]] = found[0]
            if len(chosen) == count:
                return tuple(chosen.values())
    return tuple(chosen.values())


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def _candidates(sentences: list[str]) -> list[Iterator[tuple[str, str]]]:
    """(question, what its answer must mention), most mentioned first, for each kind of question."""
    text = " ".join(sentences)

    def found(pattern: re.Pattern[str]) -> list[str]:
        subjects = Counter(match.group(1) for match in pattern.finditer(text))
        return sorted(subjects, key=lambda subject: (-text.count(subject), subject))

    people = (name for name in found(_APPOSED) if _is_person(name, text))
    return [
        ((f"Who is {name}?", name) for name in people),
        ((f"What did {name} say?", name) for name in found(_SAID)),
        ((f"What happened in {month}?", month) for month in found(_MONTH)),
        ((f"What do the documents say about {_with_article(name, text)}?", name) for name in _most_named(sentences)),
    ]


def _most_named(sentences: list[str]) -> list[str]:
    counts = Counter(name for sentence in sentences for name in names(sentence.partition(" ")[2]) if " " in name)
    return sorted(counts, key=lambda name: (-counts[name], name))


def _with_article(name: str, text: str) -> str:
    return f"the {name}" if 2 * text.count(f"the {name}") > text.count(name) else name


def _is_person(name: str, text: str) -> bool:
    """True for a name that speaks, has an age, or is a who somewhere; places and companies do not."""
    shapes = rf"{re.escape(name)},(?: who\b| (?:aged )?\d\d\b)|\b{re.escape(name.split()[-1])} {_SPEAKS}\b"
    return re.search(shapes, text) is not None


def _answered(answer: Answer, subject: str) -> bool:
    if answer.abstained:
        return False
    wanted = set(content_words(subject))
    return wanted <= set(content_words(" ".join(citation.quote for citation in answer.citations[:2])))
