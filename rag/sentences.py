"""Sentences as spans of the text they stand in.

Both cutting a document into chunks and quoting from it need the same sentences, with exact offsets, for text of any
origin: prose, hard-wrapped lines, lists, tables, scripts without spaces. Rules, because a span must never move.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_ABBREVIATIONS = frozenset(
    """mr mrs ms mx dr prof rev hon fr sr jr st mt ft gen col lt maj capt cmdr adm sgt cpl pvt sen rep gov pres supt
    vs etc al approx est dept inc ltd co corp bros assn univ
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    e.g i.e cf viz ca a.m p.m ph.d m.d b.a m.a d.c u.s u.k u.n e.u u.s.a""".split()
)
_BEFORE_NUMBERS = frozenset("fig figs no nos vol vols p pp ch sec art".split())
_MAY_END = frozenset("etc inc ltd co corp a.m p.m jr sr ph.d m.d u.s u.k u.n e.u u.s.a d.c st al".split())
_STARTERS = frozenset(
    """the a an he she it they we i you his her its their this that these those there in on at as but and or if when
    while after before since for from with by to however meanwhile who what which no not one two so then also""".split()
)
_CLOSERS = "\"'”’»)]}*_"
_BOUNDARY = re.compile(  # possessive, and from the first mark on only: long runs of marks are read once
    rf"(?:(?<![.!?…؟۔])[.!?…؟۔]++[{re.escape(_CLOSERS)}]*+(?=\s)|[。！？｡।]++[」』”’）]*+)"
)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*•·▪‣–—]|\(?\d{1,3}[.)]|#{1,6}|\||>)\s*\S")
_INITIAL = re.compile(r"(?:^|[\s(“\"'])([^\W\d_])$")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The spans of the sentences in `text[start:end]`, in order, without the blanks around them.

    A blank line always ends a sentence; so does the end of a line that is no soft wrap (a heading, a list item, a
    table row). Offsets are those of `text`.
    """
    for line_start, line_end in _blocks(text, start, len(text) if end is None else end):
        position = line_start
        for match in _BOUNDARY.finditer(text, line_start, line_end):
            if match.end() < line_end and _ends_sentence(text, position, match, line_end):
                yield from _trimmed(text, position, match.end())
                position = match.end()
        yield from _trimmed(text, position, line_end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of running text: lines, joined where a line break is only a soft wrap."""
    block = position = start
    while position < end:
        newline = text.find("\n", position, end)
        if newline < 0:
            break
        following = newline + 1
        if not _soft_wrap(text, position, newline, following, end):
            yield block, newline
            block = following
        position = following
    if block < end:
        yield block, end


def _soft_wrap(text: str, line_start: int, newline: int, following: int, end: int) -> bool:
    line = text[line_start:newline].strip()
    next_end = text.find("\n", following, end)
    next_line = text[following : end if next_end < 0 else next_end].strip()
    if not line or not next_line or _LIST_ITEM.match(next_line) or line.startswith(("#", "|")):
        return False
    if next_line[0].islower() or line.endswith((",", "-", ";")):
        return True
    return len(line) >= 45 and line[-1] not in '.!?…:。！？؟"”' and len(next_line) > 20


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    if mark[0] in "。！？｡।":
        return True
    after = text[match.end() : min(end, match.end() + 60)].lstrip()
    if not after:
        return True
    opening = after.lstrip("\"'“‘«([*_¿¡—–- ")
    first = opening[:1]
    if first.islower():
        return False
    if mark[0] != ".":
        return True
    before = text[max(start, match.start() - 20) : match.start()]
    word = re.split(r"[\s(“\"'‘]", before)[-1].lower()
    next_word = re.split(r"\W", opening, maxsplit=1)[0].lower()
    if word in _BEFORE_NUMBERS:
        return not first.isdigit()
    if word in _ABBREVIATIONS:
        return word in _MAY_END and next_word in _STARTERS
    if _INITIAL.search(before):
        return next_word in _STARTERS and len(next_word) > 1
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word):
        return next_word in _STARTERS
    return True
