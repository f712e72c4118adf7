"""A conversation as one HTML file: marks lead to footnotes, footnotes to the article with the words marked.

It opens anywhere and loads nothing; its policy lets nothing run, and every text in it is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rag.answer.citations import UNSUPPORTED
from rag.export.articles import Spot, cited_spots, draw_article
from rag.export.transcript import (
    NEAREST,
    NEAREST_SHOWN,
    Transcript,
    facts,
    one_line,
    paragraphs,
    passage_words,
    quoted,
    remarks,
    shown_date,
)
from rag.types import Answer, Citation, Passage, Sentence, Turn

_STYLE: Final = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
_CONTENTS_FROM: Final = 3  # questions
_CHANGED: Final = "The article has changed since; these words are not in it any more."
_NOT_AT_HAND: Final = "The article was not at hand when this was exported."
_NO_ANSWER: Final = "This was not answered."
_END: Final = (
    "Exported from Footnote. A number leads to the words that a sentence rests on, and from there to the article;"
    " a sentence that nothing in the documents supports is marked as not found in them."
)


def as_html(transcript: Transcript) -> str:
    """The conversation as a whole page."""
    spots = cited_spots(transcript)
    turns = "".join(_turn(number, turn, transcript, spots) for number, turn in enumerate(transcript.turns, 1))
    by_article: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots.values():
        by_article[spot.document].append(spot)
    articles = "".join(draw_article(transcript.articles[name], found) for name, found in by_article.items())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_safe(transcript.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{_head(transcript)}<main>\n{turns}{articles}</main>\n"
        f'<footer class="soft">{escape(_END)}</footer>\n</body>\n</html>\n'
    )


def _head(transcript: Transcript) -> str:
    day = shown_date(transcript.began.astimezone().date())
    contents = ""
    if len(transcript.turns) >= _CONTENTS_FROM:
        lines = [
            f'<li><a href="#question-{number}" dir="auto">{_safe(turn.question)}</a></li>'
            for number, turn in enumerate(transcript.turns, 1)
        ]
        contents = f'<nav aria-label="Questions"><ol>{"".join(lines)}</ol></nav>\n'
    return (
        f'<header><h1 dir="auto">{_safe(transcript.title)}</h1>\n'
        f'<p class="soft">{day}, about “<bdi>{_safe(transcript.document_set)}</bdi>”</p></header>\n{contents}'
    )


# -- questions and answers --------------------------------------------------------------------------------------------


def _turn(number: int, turn: Turn, transcript: Transcript, spots: dict[tuple[int, int], Spot]) -> str:
    head = f'<section>\n<h2 id="question-{number}" dir="auto">{_safe(turn.question)}</h2>\n'
    if turn.answer is None:
        return f'{head}<p class="soft" dir="auto">{_safe(turn.error or _NO_ANSWER)}</p>\n</section>\n'
    answer = turn.answer
    uses: dict[int, int] = defaultdict(int)
    said = [_paragraph(number, paragraph, answer, uses) for paragraph in paragraphs(answer.sentences)]
    said = said or [f'<p dir="auto">{_safe(answer.text)}</p>\n']
    notes = [f'<p class="soft" dir="auto">{_safe(remark)}</p>\n' for remark in remarks(answer)]
    footnotes = [
        _footnote(number, citation, uses[citation.number], transcript, spots.get((number, citation.number)))
        for citation in answer.citations
    ]
    below = f'<ol class="footnotes">\n{"".join(footnotes)}</ol>\n' if footnotes else ""
    nearest = _nearest(answer.passages[:NEAREST_SHOWN]) if answer.abstained else ""
    return f'{head}<div class="answer">\n{"".join(said)}</div>\n{"".join(notes)}{nearest}{below}</section>\n'


def _paragraph(turn: int, sentences: Sequence[Sentence], answer: Answer, uses: dict[int, int]) -> str:
    cited = {citation.number: citation for citation in answer.citations}
    parts = []
    for sentence in sentences:
        words = _safe(sentence.text)
        if not sentence.supported:
            parts.append(f'<span class="unfound">{words}</span> <span class="flag">{UNSUPPORTED}</span>')
            continue
        marks = ""
        for number in sentence.citations:
            uses[number] += 1
            marks += _mark(turn, cited[number], uses[number])
        parts.append((f'<strong class="short">{words}</strong>' if sentence.short else words) + marks)
    return f'<p dir="auto">{" ".join(parts)}</p>\n'


def _mark(turn: int, citation: Citation, use: int) -> str:
    number = citation.number
    return (
        f'<span class="cite"><a href="#note-{turn}-{number}" id="use-{turn}-{number}-{use}">[{number}]</a>'
        f'<span class="hover" aria-hidden="true" dir="auto">{_safe(quoted(citation))}'
        f'<span class="soft">{_source(citation.title, facts(citation)[:-1])}</span></span></span>'
    )


def _footnote(turn: int, citation: Citation, uses: int, transcript: Transcript, spot: Spot | None) -> str:
    number, ways = citation.number, []
    if spot:
        ways.append(f'<a href="#{spot.anchor}">In the article</a>')
    url = transcript.url(citation.document)
    if url:
        host = escape(urlsplit(url).hostname or "")
        ways.append(f'<a href="{escape(url)}" rel="noopener noreferrer" target="_blank">At {host}</a>')
    for use in range(1, uses + 1):
        again = f" {use}" if uses > 1 else ""
        label = f"Back to the answer{f', place {use}' if uses > 1 else ''}"
        ways.append(f'<a href="#use-{turn}-{number}-{use}" aria-label="{label}">↩{again}</a>')
    why = _CHANGED if citation.document in transcript.articles else _NOT_AT_HAND
    lost = "" if spot else f'<p class="soft">{why}</p>\n'
    return (
        f'<li id="note-{turn}-{number}" value="{number}">'
        f'<blockquote dir="auto">{_safe(quoted(citation))}</blockquote>\n'
        f'<p class="soft">{_source(citation.title, facts(citation))}</p>\n'
        f'{lost}<p class="ways">{" ".join(ways)}</p></li>\n'
    )


def _nearest(passages: Sequence[Passage]) -> str:
    lead = f'<p class="soft">{NEAREST}</p>\n' if passages else ""
    return lead + "".join(
        f'<blockquote class="near"><p dir="auto">{_safe(passage_words(passage))}</p>'
        f'<p class="soft">{_source(passage.title, facts(passage))}</p></blockquote>\n'
        for passage in passages
    )


def _source(title: str, known: Iterable[str]) -> str:
    return " · ".join([f"<cite><bdi>{_safe(title)}</bdi></cite>", *(f"<bdi>{_safe(fact)}</bdi>" for fact in known)])


def _safe(text: str) -> str:
    return escape(one_line(text))
