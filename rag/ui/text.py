"""Words for the page: what comes from documents made safe for Streamlit's labels, and figures made readable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from rag.types import Progress
from rag.ui import words

_WORD_JOINER = "\u2060"
_ISOLATE, _ISOLATE_END = "\u2068", "\u2069"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*\S)[ \t]*$", re.MULTILINE)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Streamlit looks for these after backslashes are gone, so only something invisible between their characters stops it:
# :emoji: :material/icons: user@example https://example www.example and the arrows -> <- >= -- ~=
_FOUND_LATE = re.compile(r"[:@]|(?<=www)(?=\.)|[<>~-](?=[-=>])", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` as a Markdown label that shows exactly these characters on one line, whatever they are."""
    line = _BLANK.sub(" ", sendable(text)).strip()
    return _PUNCTUATION.sub(r"\\\1", _FOUND_LATE.sub(lambda found: found[0] + _WORD_JOINER, line))


def sendable(text: str) -> str:
    """`text` without the halves of characters that a broken file name can hold and that no browser can be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shown_date(day: date) -> str:
    """For example 4 March 2021."""
    return words.DATE.format(day=day)


def described(*facts: str | date | None) -> str:
    """The facts that are known, one after the other: `The Wire · 4 March 2021`."""
    return " · ".join(shown_date(fact) if isinstance(fact, date) else _apart(fact) for fact in facts if fact)


def _apart(text: str) -> str:
    """The text, within marks that keep what is written from right to left from moving what stands beside it."""
    leftwards = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return f"{_ISOLATE}{text}{_ISOLATE_END}" if leftwards else text


def source_label(title: str, outlet: str | None, published: date | None, page: int | None) -> str:
    """How a source is called on the page; not yet safe for a label."""
    return described(title, outlet, published, words.PAGE.format(page=page) if page else None)


def counted(number: int, one: str, many: str) -> str:
    """`1 article`, `1,200 articles`: the form for 1 or that for more, with `{number}` put in."""
    return (one if number == 1 else many).format(number=number)


def listed(names: Sequence[str], most: int) -> str:
    """The first `most` names and how many more there are: `a.txt, b.txt and 3 more`."""
    shown = ", ".join(names[:most])
    more = len(names) - most
    return words.LISTED_AND_MORE.format(names=shown, number=more) if more > 0 else shown


def progress_words(progress: Progress, seconds: float) -> str:
    """For example `Embedding passages 120 of 640, about 20 s left`; `seconds` went by since this work began."""
    if progress.total <= 0:
        return progress.doing
    doing, done, total = progress.doing, progress.done, progress.total
    said = words.PROGRESS.format(doing=doing, done=done, total=total)
    if seconds >= 2 and 0 < done < total:
        time = _duration(seconds * (total - done) / done)
        said = words.PROGRESS_LEFT.format(doing=doing, done=done, total=total, time=time)
    return f"{said}: {excerpt(progress.item, 80)}" if progress.item else said


def excerpt(text: str, most: int = 280) -> str:
    """The beginning of `text` on one line, cut between words, a Markdown heading as `Heading:`."""
    line = _BLANK.sub(" ", _HEADING.sub(r"\1:", text)).strip()
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0] + " …"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return words.SECONDS.format(seconds=max(1, round(seconds)))
    if seconds < 5_400:
        return words.MINUTES.format(minutes=round(seconds / 60))
    return words.HOURS.format(hours=seconds / 3600)
