"""The nouns of Footnote: frozen values that every part may hold and none may change.

All offsets count Unicode code points of `Document.text`; spans are half-open, `text[start:end]`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Caution = Literal["cautious", "balanced", "eager"]
"""How sure a reader must be before the documents count as answering a question."""

_FEW_NAMES = 3


def _page_at(pages: Sequence[int], offset: int) -> int | None:
    return max(1, bisect_right(pages, offset)) if pages else None


@dataclass(frozen=True, slots=True)
class Document:
    """One readable text of a document set.

    `name` is the path below the set's folder with forward slashes; a record of a `.jsonl` file is `file.jsonl#id`.
    `sha256` is the hash of what the document was read from (the file's bytes, or the record). `published` is only
    ever what the document says of itself. `pages` holds the offset at which each page starts; empty without pages.
    """

    name: str
    text: str
    title: str
    sha256: str
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    url: str | None = None
    pages: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page, counted from 1, on which the character at `offset` stands; None for a text without pages."""
        return _page_at(self.pages, offset)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents may answer: those of these names, of these outlets, published from `since` to `until`, inclusive.

    What is empty or None restricts nothing; the four together let through what all of them do. A document without an
    outlet, or without a date, is not let through where one is asked for.
    """

    documents: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def empty(self) -> bool:
        """True where it restricts nothing."""
        return not (self.documents or self.outlets or self.dated)

    @property
    def dated(self) -> bool:
        """True where it asks for a date."""
        return self.since is not None or self.until is not None

    def allows(self, name: str, outlet: str | None, published: date | None) -> bool:
        """Whether a document that says this of itself may answer."""
        if self.dated and (
            published is None
            or (self.since is not None and published < self.since)
            or (self.until is not None and published > self.until)
        ):
            return False
        return (not self.documents or name in self.documents) and (not self.outlets or outlet in self.outlets)

    def words(self) -> str:
        """What it restricts to: `The Wire or CNN, from 1 March 2021, a.txt, b.txt and 3 more`; "" for nothing."""
        parts = [" or ".join(self.outlets), self.days(), _first_of(self.documents)]
        return ", ".join(part for part in parts if part)

    def days(self) -> str:
        """Its dates alone: `from 1 March 2021 to 3 May 2021`; "" without any."""
        if self.since and self.since == self.until:
            return f"of {day_words(self.since)}"
        parts = [f"from {day_words(self.since)}"] if self.since else []
        parts += [f"{'to' if parts else 'until'} {day_words(self.until)}"] if self.until else []
        return " ".join(parts)


EVERYTHING = Filter()
"""The filter that restricts nothing."""


def day_words(day: date) -> str:
    """For example 4 March 2021."""
    return f"{day.day} {day:%B} {day.year}"


def _first_of(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_FEW_NAMES])
    return shown if len(names) <= _FEW_NAMES else f"{shown} and {len(names) - _FEW_NAMES:,} more"


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or a record of one, that could not be read, and why, in one sentence for its owner."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one document: `document.text[start:end] == text`."""

    document: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as retrieval returns it: with what its document says of itself, and a score (higher is better).

    `pages` are the page starts of the whole document.
    """

    document: str
    start: int
    end: int
    text: str
    score: float
    title: str
    outlet: str | None = None
    published: date | None = None
    pages: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """As `Document.page_at`; `offset` counts in the document."""
        return _page_at(self.pages, offset)

    @property
    def page(self) -> int | None:
        """The page on which the passage begins."""
        return self.page_at(self.start)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage that a reader offers as an answer; offsets in the document; score in [0, 1].

    `short` is the span of the short answer within it, None where the reader is not sure of one.
    """

    passage: int
    start: int
    end: int
    score: float
    short: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a question and its passages.

    `answerable` is the reader's probability, in [0, 1], that the passages answer the question at all, and `answers`
    its decision. `order` numbers the passages that are worth keeping, best first. `quotes` are the sentences that
    answer best, best first.
    """

    answerable: float
    answers: bool
    order: tuple[int, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """Numbered words of one document: `document.text[start:end] == quote`.

    `short` is the span, within `start` to `end`, of the short answer that they hold, if there is one.
    """

    number: int
    document: str
    title: str
    outlet: str | None
    published: date | None
    page: int | None
    start: int
    end: int
    quote: str
    short: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations it rests on; `support` is in [0, 1].

    A sentence that is not `supported` has no citations: it was not found in the documents. `short` is true for the
    short answer that an answer may open with, `opens` for a sentence that begins on a new line.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool
    support: float
    short: bool = False
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether cited words support a sentence, and how probable it is, in [0, 1].

    `missing` are the numbers, dates and names of the sentence that the cited words do not have; with any of them it
    is not supported, whatever the score.
    """

    supported: bool
    score: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence. `searched` is the standalone question that was searched for.

    An answer that abstains has no sentences and no citations; its passages are the nearest that were found.
    `model` is "quotes" or the name of the language model that wrote it. `problem` says, in a sentence, why a language
    model that should have written it did not, or not to the end; `notes` are further sentences about how it came
    about. `dropped` counts the citations of passages that do not exist. `hashes` holds the `Document.sha256` of each
    document of the passages, as it was when they were retrieved. `seconds` has the keys retrieve, read, write and
    total, and first where a language model wrote: until its first words. `within` is the filter it was asked with:
    `documents_searched` of the set's `documents_held` were searched, and `passages_read` of their passages read; all
    three are 0 for an answer kept before they were counted.
    """

    question: str
    searched: str
    text: str
    abstained: bool
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    model: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    notes: tuple[str, ...] = ()
    dropped: int = 0
    hashes: Mapping[str, str] = field(default_factory=dict)
    within: Filter = EVERYTHING
    documents_searched: int = 0
    documents_held: int = 0
    passages_read: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of a conversation, as it was asked and as it was searched for, and what was answered.

    `answer` is the answer's words without marks, "" where there was none; `short` its short answer, if it had one.
    `titles` are those of the documents that it cites.
    """

    question: str
    searched: str = ""
    answer: str = ""
    short: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, or with what went wrong; with neither while it waits for its answer."""

    question: str
    answer: Answer | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: `done` of `total` units of what `doing` says; `item` is the one at hand, if named."""

    doing: str
    done: int
    total: int
    item: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do, by document name; `renamed` holds (old name, new name)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()

    @property
    def idle(self) -> bool:
        """True when there is nothing to do."""
        return not (self.added or self.changed or self.renamed or self.removed)

    def summary(self) -> str:
        """For example `+3 ~1 -2 =1198`; renamed as `>1` and failed as `!1` where there are any."""
        parts = [f"+{len(self.added)}", f"~{len(self.changed)}", f"-{len(self.removed)}", f"={len(self.unchanged)}"]
        parts += [f">{len(self.renamed)}"] if self.renamed else []
        parts += [f"!{len(self.failed)}"] if self.failed else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did: the plan as carried out, chunks embedded and reused, tokens embedded, seconds it took."""

    plan: Plan
    embedded: int
    reused: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One line of a set's list of documents.

    `state` is "ready", "new" (not read yet), "changed" (the file differs from what is indexed), "removed" (the file
    is gone, the index not yet told), "outdated" (the file can no longer be read; the version read earlier answers)
    or "failed" (never read; `reason` says why). `file` is the name of the file it was read from, below the set's
    folder, and `size` that file's size in bytes. `was` is the name that a "new" document, which is an old one renamed,
    is still indexed under.
    """

    name: str
    file: str
    title: str
    outlet: str | None
    published: date | None
    size: int
    words: int
    chunks: int
    state: str
    reason: str = ""
    was: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found and repaired.

    `lost` counts chunks that were not found by their own embedding at first; `repaired` is True when something was
    repaired and all is found now.
    """

    chunks: int
    lost: int
    missing: int
    stray: int
    repaired: bool

    @property
    def sound(self) -> bool:
        """True when the index needed no repair."""
        return not (self.lost or self.missing or self.stray)
