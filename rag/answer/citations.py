"""What an answer rests on: exact spans, numbered in order of use, and whether they say what the answer says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from operator import itemgetter
from typing import Final

from rag.answer.checks import has_name, missing_facts
from rag.models.checker import Checker
from rag.sentences import sentence_spans
from rag.types import Citation, Passage, Sentence, Verdict
from rag.words import content_words, names

_MARK = re.compile(r"\[(\d{1,3})\]")
_PRONOUN = re.compile(r"(He|She|His|Her)\b")
CITED: Final = 0.65
"""The support from which one or two sentences of a passage that a model cites carry what it writes."""
FOUND: Final = 0.88
"""The same of passages that it does not cite: of so many sentences, one is easily taken for what it is not."""
_ABOUT_THE_PROMPT = re.compile(
    r"(?i)(?:the )?(?:title|outlet|date|passage|answer|question|source)s?(?: is)?:"
    r"|the (?:question|passages?) (?:is|are)\b"
)
_REPEATS = 3
_COPIED_WORDS = 8
_LONG = 20  # words
_CALENDAR = frozenset(
    content_words(
        "January February March April in May June July August September October November December"
        " Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    )
)
UNSUPPORTED: Final = "not found in the documents"
"""What is written beside a sentence that no passage supports."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a passage's document, by span in the document's text, within the passage; else ValueError.

    `short` is the span of the short answer in these words, where there is one.
    """

    passage: Passage
    start: int
    end: int
    short: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise ValueError(f"{self.start} to {self.end} is not within the passage {self.passage}")
        if self.short is not None and not self.start <= self.short[0] < self.short[1] <= self.end:
            raise ValueError(f"{self.short} is not within {self.start} to {self.end}")

    @property
    def quote(self) -> str:
        """The words themselves."""
        return self._words(self.start, self.end)

    @property
    def answer(self) -> str:
        """The short answer's words; empty where there is none."""
        return self._words(*self.short) if self.short else ""

    def _words(self, start: int, end: int) -> str:
        offset = self.passage.start
        return self.passage.text[start - offset : end - offset]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer before it is numbered, with what it rests on; unsupported without evidence.

    `support` is in [0, 1]; `short` and `opens` are as in `Sentence`.
    """

    text: str
    evidence: tuple[Evidence, ...]
    support: float
    short: bool = False
    opens: bool = False


def cite(statements: Sequence[Statement]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The sentences with the numbers of their citations, in order of use, and the citations."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for made in statements:
        used = []
        for item in made.evidence:
            identity = (item.passage.document, item.start, item.end)
            if identity not in numbers:
                numbers[identity] = len(citations) + 1
                citations.append(_citation(numbers[identity], item))
            used.append(numbers[identity])
        marks = tuple(dict.fromkeys(used))
        sentences.append(Sentence(made.text, marks, bool(marks), made.support, made.short, made.opens))
    return tuple(sentences), tuple(citations)


def verify(sentence: str, passages: Sequence[Passage], checker: Checker) -> Verdict:
    """Whether the cited passages, together, support the sentence.

    Supported without a model where it is, word for word, a sentence of a passage. Else the checker must find it
    supported, and every number, date and name of it must be in the passages, their titles or their dates.
    """
    claim = " ".join(_MARK.sub("", sentence).split())
    if not passages or not _folded(claim):
        return Verdict(False, 0.0)
    if any(_verbatim(claim, passage) for passage in passages):
        return Verdict(True, 1.0)
    missing = missing_facts(claim, "\n".join(_known(passage, passage.text) for passage in passages))
    texts = [passage.text for passage in passages] + (["\n".join(p.text for p in passages)] if passages[1:] else [])
    score = max(checker.support([(claim, text) for text in texts]))
    return Verdict(score >= checker.threshold and not missing, score, missing)


def check(
    claim: str,
    cited: Sequence[int],
    passages: Sequence[Passage],
    checker: Checker,
    *,
    before: str = "",
    asked: str = "",
) -> tuple[list[Evidence], float]:
    """The words that support a model's sentence, which cites passages by their places in `passages`, and how surely.

    Stricter than `verify`, which takes passages as a whole: one or two sentences must carry the claim by themselves.
    They are sought in what it cites, and if they are not there, in the other passages, which must carry it more surely:
    that a model cites a passage speaks for it, and the more sentences are tried, the likelier one only seems right. A
    sentence that opens with a pronoun is also tried with the name that it takes up from the sentence `before`, and a
    bare answer, "Thomas West", with the question `asked`. No evidence where there is none; the support, in [0, 1], is
    then the best that was found.
    """
    if _states_nothing(claim):
        return [], 0.0
    own = [passages[place] for place in cited]
    others = [passage for place, passage in enumerate(passages) if place not in cited]
    forms = [f"{asked} {claim}"] if asked and is_fragment(claim) else [claim, named_subject(claim, before)]
    best = 0.0
    for form in dict.fromkeys(forms):
        found = locate(form, own, checker, facts=claim)
        best = max([best, *(score for score, _ in found)])
        certain = [(score, evidence) for score, evidence in found if score >= CITED]
        if certain:
            return [evidence for _, evidence in certain], max(score for score, _ in certain)
        if own[1:] and (together := _together(form, own, checker)):
            return together
        for score, evidence in sorted(locate(form, others, checker, facts=claim), key=itemgetter(0), reverse=True)[:1]:
            best = max(best, score)
            if score >= FOUND:
                return [evidence], score
    return [], best


def _states_nothing(text: str) -> bool:
    """True for a question, what only leads up to something, "No, no.", what is about the prompt itself,
    and words that a model repeats on and on."""
    words = text.casefold().split()
    runs = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    leads = text.rstrip('”"’)').endswith(("?", ":")) or bool(_ABOUT_THE_PROMPT.match(text))
    return leads or not content_words(text) or max(runs.values(), default=0) >= _REPEATS


def locate(
    claim: str, passages: Sequence[Passage], checker: Checker, *, facts: str = ""
) -> list[tuple[float, Evidence]]:
    """For each passage the one or two sentences that support the claim best by themselves, and how surely, in [0, 1].

    A passage in which no such sentences have the numbers, dates and names of the claim, or of `facts` in its stead, and
    most of its words, is left out.
    """
    verbatim = [(1.0, evidence) for passage in passages for evidence in _verbatim(claim, passage)[:1]]
    if verbatim:
        return verbatim
    runs = [run for passage in passages for run in _runs(facts or claim, passage)]
    scores = checker.support([(claim, read) for _, read in runs])
    best: dict[int, tuple[float, Evidence]] = {}
    for score, (run, _) in zip(scores, runs, strict=True):  # single sentences first: with one, no second is needed
        known = best.get(id(run.passage), (0.0, run))
        if score > known[0] and known[0] < CITED:
            best[id(run.passage)] = score, run
    return list(best.values())


def _runs(facts: str, passage: Passage) -> list[tuple[Evidence, str]]:
    """The sentences of the passage, and then the pairs of them, that may carry a claim with these facts.

    With each what is to be read: a heading right before them, which states nothing and is not quoted, helps.
    """
    if missing_facts(facts, _known(passage, passage.text)):
        return []
    spans = list(sentence_spans(passage.text))
    heads = [passage.text.startswith("#", start) for start, _ in spans]
    sizes = (1,) if is_fragment(facts) else (1, 2)  # two sentences together have too many names and dates
    found = []
    for first, last in [(n, n + size - 1) for size in sizes for n in range(len(spans) - size + 1)]:
        start, end = spans[first][0], spans[last][1]
        read = passage.text[spans[first - 1][0] if first and heads[first - 1] else start : end]
        if any(heads[first : last + 1]) or _goes_beyond(facts, read) or missing_facts(facts, _known(passage, read)):
            continue
        if _swaps_a_name(facts, read):
            continue
        found.append((Evidence(passage, passage.start + start, passage.start + end), read))
    return found


def _goes_beyond(claim: str, quote: str) -> bool:
    """True for a claim most of whose words are its own, or many of a long one: a small model loses sight of them."""
    said = set(content_words(claim))
    own_words = len(said - set(content_words(quote))) / max(1, len(said))
    return own_words > (0.3 if len(claim.split()) > _LONG else 0.5)


def _swaps_a_name(claim: str, quote: str) -> bool:
    """True for what copies the quote but for a name or number, in whose place it has another one."""
    said, known = claim.split(), quote.split()
    alike = SequenceMatcher(None, said, known, autojunk=False)
    if sum(size for *_, size in alike.get_matching_blocks()) < _COPIED_WORDS:
        return False
    for kind, a, b, c, d in alike.get_opcodes():
        mine, theirs = _named(said[a:b]), _named(known[c:d])
        if kind == "replace" and mine and theirs and not has_name(mine, theirs) and not has_name(theirs, mine):
            return True
    return False


def _named(words: Sequence[str]) -> str:
    """The names and numbers among these words."""
    return " ".join(word.strip('.,;:!?“”"()') for word in words if word[:1].isupper() or word[:1].isdigit())


def is_fragment(text: str) -> bool:
    """True for a name, a number or a date, with nothing that is said of it."""
    named = {word for name in names(text) for word in content_words(name)}
    return all(word in named or word[0].isdigit() or word in _CALENDAR for word in content_words(text))


def _together(claim: str, passages: Sequence[Passage], checker: Checker) -> tuple[list[Evidence], float] | None:
    """The sentence nearest to the claim in each passage, where only all of them support it."""
    parts = [_nearest(claim, passage) for passage in passages]
    if missing_facts(claim, "\n".join(_known(part.passage, part.quote) for part in parts)):
        return None
    (score,) = checker.support([(claim, "\n".join(part.quote for part in parts))])
    return (parts, score) if score >= CITED else None


def _nearest(claim: str, passage: Passage) -> Evidence:
    """The sentence of the passage with most of the claim's words."""
    said = set(content_words(claim))
    spans = list(sentence_spans(passage.text))
    a, b = max(spans, key=lambda span: len(said & set(content_words(passage.text[slice(*span)]))))
    return Evidence(passage, passage.start + a, passage.start + b)


def named_subject(sentence: str, before: str) -> str:
    """The sentence with the first name of the sentences before it in the place of a pronoun that it opens with."""
    pronoun = _PRONOUN.match(sentence)
    known = names(before)
    if pronoun is None or not known:
        return sentence
    return known[0] + ("’s" if pronoun[1].lower() in ("his", "her") else "") + sentence[pronoun.end(1) :]


def _verbatim(claim: str, passage: Passage) -> list[Evidence]:
    """The sentences of the passage that are, word for word, the claim."""
    return [
        Evidence(passage, passage.start + a, passage.start + b)
        for a, b in sentence_spans(passage.text)
        if _folded(passage.text[a:b]) == _folded(claim)
    ]


def _known(passage: Passage, text: str) -> str:
    """Words of a passage with what its document says of itself, in which a sentence's facts are looked for."""
    return f"{passage.title}\n{passage.outlet or ''}\n{passage.published or ''}\n{text}"


def _folded(text: str) -> str:
    """The words of the text in lower case, without accents, outer stops and the shape of quotation marks."""
    text = unicodedata.normalize("NFKD", text).casefold().translate(str.maketrans("’‘“”", "''\"\""))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split()).strip(" .")


def with_marks(sentences: Sequence[Sentence]) -> str:
    """The answer as text, each sentence followed by its [n], or by words where nothing supports it."""
    text = ""
    for sentence in sentences:
        text += ("\n" if sentence.opens else " ") if text else ""
        text += sentence.text + "".join(f" [{number}]" for number in sentence.citations)
        text += "" if sentence.supported else f" [{UNSUPPORTED}]"
    return text


def as_prose(quote: str) -> str:
    """A quote as it reads in a sentence: on one line, and with a [7] of the document's own as (7), which is no mark."""
    return _MARK.sub(r"(\1)", " ".join(quote.split()))


def _citation(number: int, evidence: Evidence) -> Citation:
    passage = evidence.passage
    return Citation(
        number,
        passage.document,
        passage.title,
        passage.outlet,
        passage.published,
        passage.page_at(evidence.start),
        evidence.start,
        evidence.end,
        evidence.quote,
        evidence.short,
    )
