"""A conversation with the articles that it cites: what every form of export is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from rag.answer.scope import scope_words
from rag.types import Answer, Citation, Document, Passage, Sentence, Turn

Format = Literal["md", "html", "json"]
"""What a conversation can be exported as; also the ending of the file."""
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

SEARCHED: Final = "Searched for: {}"
NEAREST: Final = "The nearest passages:"
NEAREST_SHOWN: Final = 3

_NEW_LINE = re.compile("\r\n?|[\x0b\x0c\x85]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_NAME = re.compile(r"[^\w .,()'-]+")
_LONGEST_NAME = 60
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*\S)[ \t]*$", re.MULTILINE)
_QUOTATION_MARKS = ("“", "„", "«", "»", '"')


@dataclass(frozen=True, slots=True)
class Article:
    """A cited document as it is now; its text begins at the offset `begins`, after what front matter it has."""

    document: Document
    begins: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation about a set; `articles` holds, by name, those of the cited documents that are at hand."""

    title: str
    document_set: str
    began: datetime
    turns: tuple[Turn, ...]
    articles: Mapping[str, Article] = field(default_factory=dict)

    def url(self, document: str) -> str:
        """Where the document comes from, if that is an address of the web; else ""."""
        article = self.articles.get(document)
        return web_address(article.document.url) if article else ""


def file_name(title: str, ending: str) -> str:
    """A name for the exported file, made of the letters, digits and blanks of the title."""
    name = " ".join(_NO_NAME.sub(" ", clean(title)).split())
    if len(name) > _LONGEST_NAME:
        whole = name.rfind(" ", _LONGEST_NAME // 2, _LONGEST_NAME + 1)  # words
        name = name[: whole if whole > 0 else _LONGEST_NAME]
    return f"{name.strip(' .') or 'Conversation'}.{ending}"


def clean(text: str) -> str:
    """The text without control characters and half characters, which no file of text should hold."""
    return _UNPRINTABLE.sub("\ufffd", _NEW_LINE.sub("\n", text))


def one_line(text: str) -> str:
    """As `clean`, on one line."""
    return " ".join(clean(text).split())


def web_address(url: str | None) -> str:
    """The address, if it is one of the web that holds nothing but what an address may; else ""."""
    url = (url or "").strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fit = (
        parts.scheme.lower() in ("http", "https") and parts.hostname and clean(url) == url and not re.search(r"\s", url)
    )
    return url if fit else ""


def facts(source: Citation | Passage) -> list[str]:
    """What is known of a source beside its title: outlet, date, page and the name of the document."""
    page = f"page {source.page}" if source.page else None
    day = shown_date(source.published) if source.published else None
    return [one_line(fact) for fact in (source.outlet, day, page, source.document) if fact]


def shown_date(day: date) -> str:
    """For example 4 March 2021."""
    return f"{day.day} {day:%B} {day.year}"


def remarks(answer: Answer) -> list[str]:
    """What is to be said below an answer: what happened on the way to it, what was searched for, and in what."""
    told = answer.abstained or answer.searched != answer.question
    lines = [answer.problem, *answer.notes, SEARCHED.format(answer.searched) if told else "", scope_words(answer)]
    return [one_line(line) for line in lines if line]


def paragraphs(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """The sentences, those of each paragraph together."""
    found: list[list[Sentence]] = []
    for sentence in sentences:
        if sentence.opens or not found:
            found.append([])
        found[-1].append(sentence)
    return found


def quoted(citation: Citation) -> str:
    """The cited words on one line, in quotation marks unless they begin with one."""
    words = one_line(citation.quote)
    return words if words.startswith(_QUOTATION_MARKS) else f"“{words}”"


def passage_words(passage: Passage) -> str:
    """The words of the passage on one line, a Markdown heading as `Heading:`."""
    return one_line(_HEADING.sub(r"\1:", clean(passage.text)))


def place(text: str, citation: Citation) -> tuple[int, int] | None:
    """Where the cited words stand in the text now: where they did, or where they moved to; None if nowhere."""
    start, end, quote = citation.start, citation.end, citation.quote
    if text[start:end] == quote:
        return start, end
    start = text.find(quote)
    return (start, start + len(quote)) if start >= 0 else None
