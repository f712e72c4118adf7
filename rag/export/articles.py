"""The cited articles as HTML: whole, or in the passages around what is cited, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from rag.export.transcript import Article, Transcript, clean, one_line, place, shown_date

_WHOLE: Final = 12_000
"""Characters up to which an article is given whole."""
_AROUND: Final = 1_200  # characters before and after what is cited
_GAP: Final = '<p class="gap">[…]</p>\n'
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the words of a citation stand in the text of its document now, and the short answer within them."""

    document: str
    turn: int
    number: int
    start: int
    end: int
    short: tuple[int, int] | None = None

    @property
    def anchor(self) -> str:
        """The id of the place in the page."""
        return f"words-{self.turn}-{self.number}"


def cited_spots(transcript: Transcript) -> dict[tuple[int, int], Spot]:
    """(question, number of the citation) -> where its words stand, for those that still do; in order of use."""
    spots = {}
    for number, turn in enumerate(transcript.turns, 1):
        for citation in turn.answer.citations if turn.answer else ():
            article = transcript.articles.get(citation.document)
            found = place(article.document.text, citation) if article else None
            if found is None:
                continue
            moved = found[0] - citation.start
            short = (citation.short[0] + moved, citation.short[1] + moved) if citation.short else None
            spots[number, citation.number] = Spot(citation.document, number, citation.number, *found, short)
    return spots


def draw_article(article: Article, spots: Sequence[Spot]) -> str:
    """The article with those words marked; after each stands a way back to its footnote."""
    document = article.document
    page = None if len(spots) > 1 else document.page_at(spots[0].start)
    known = (
        document.outlet,
        document.author,
        document.published and shown_date(document.published),
        f"page {page}" if page else None,
        document.name,
    )
    told = " · ".join(f"<bdi>{_line(fact)}</bdi>" for fact in known if fact)
    windows = _windows(article, spots)
    first, last = windows[0][0] > article.begins, windows[-1][1] < len(document.text)
    drawn = _GAP.join(_window(document.text, window, spots) for window in windows)
    language = document.language or ""
    lang = f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""
    return (
        f'<article><h2 dir="auto">{_line(document.title)}</h2>\n<p class="soft">{told}</p>\n'
        f"<div{lang}>\n{_GAP if first else ''}{drawn}{_GAP if last else ''}</div></article>\n"
    )


def _windows(article: Article, spots: Sequence[Spot]) -> list[tuple[int, int]]:
    """The parts of the text that are given, in order: all of it, or what stands around each of the spots."""
    text, begins = article.document.text, min(article.begins, *(spot.start for spot in spots))
    if len(text) - begins <= _WHOLE:
        return [(begins, len(text))]
    windows: list[tuple[int, int]] = []
    for spot in sorted(spots, key=lambda spot: spot.start):
        start, end = _widened(text, begins, spot)
        if windows and start <= windows[-1][1]:
            windows[-1] = windows[-1][0], max(windows[-1][1], end)
        else:
            windows.append((start, end))
    return windows


def _widened(text: str, begins: int, spot: Spot) -> tuple[int, int]:
    """What stands around the spot, from and to the end of a line or, in long lines, of a word."""
    start, end = max(begins, spot.start - _AROUND), min(len(text), spot.end + _AROUND)
    if start > begins:
        cut = text.find("\n", start, spot.start)
        cut = cut if cut >= 0 else text.find(" ", start, spot.start)
        start = cut + 1 if cut >= 0 else start
    if end < len(text):
        cut = text.rfind("\n", spot.end, end)
        cut = cut if cut >= 0 else text.rfind(" ", spot.end, end)
        end = cut if cut >= 0 else end
    return start, end


def _window(text: str, window: tuple[int, int], spots: Sequence[Spot]) -> str:
    inside = [spot for spot in spots if window[0] <= spot.start and spot.end <= window[1]]
    edges = {*window, *(spot.start for spot in inside), *(spot.end for spot in inside)}
    edges |= {edge for spot in inside for edge in spot.short or ()}
    parts = []
    for left, right in pairwise(sorted(edges)):
        parts += [f'<span class="spot" id="{spot.anchor}"></span>' for spot in inside if spot.start == left]
        covering = [spot for spot in inside if spot.start <= left and right <= spot.end]
        key = any(spot.short and spot.short[0] <= left and right <= spot.short[1] for spot in covering)
        words = escape(clean(text[left:right]))
        mark = '<mark class="key">' if key else "<mark>"
        parts.append(f"{mark}{words}</mark>" if covering else words)
        parts += [_back(spot) for spot in inside if spot.end == right]
    return f'<div class="text">{"".join(parts).strip()}</div>\n'


def _back(spot: Spot) -> str:
    label = f"Back to footnote {spot.number} of question {spot.turn}"
    return f'<a class="back" href="#note-{spot.turn}-{spot.number}" aria-label="{label}" title="{label}">↩</a>'


def _line(text: str) -> str:
    return escape(one_line(text))
