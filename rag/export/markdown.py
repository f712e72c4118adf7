"""A conversation as Markdown with footnotes, as GitHub, Pandoc and Obsidian understand them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.citations import UNSUPPORTED
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
from rag.types import Answer, Citation, Sentence, Turn

# signs of Markdown, and what some readers make of a : or an @ or an address: pictures, mentions, links
_SIGN = re.compile(r"[\\`*_\[\]<>&|~$#^@]|:(?=//)|(?<!\d):(?=[\w+-]+:)|(?<=www)\.", re.IGNORECASE)
_LIST = re.compile(r"^(\d{0,9})([-+.)])(?=\s|$|-)")


def as_markdown(transcript: Transcript) -> str:
    """The conversation: a heading for each question, the answer with marks, and the footnotes of all at the end."""
    about = f"{shown_date(transcript.began.astimezone().date())}, about “{transcript.document_set}”"
    blocks = [f"# {_safe(transcript.title)}", f"*{_safe(about)}*"]
    footnotes: list[str] = []
    for number, turn in enumerate(transcript.turns, 1):
        blocks += _turn(number, turn)
        if turn.answer is not None:
            footnotes += [_footnote(number, citation, transcript) for citation in turn.answer.citations]
    return "\n\n".join(block for block in [*blocks, "\n".join(footnotes)] if block) + "\n"


def _turn(number: int, turn: Turn) -> list[str]:
    question = f"## {_safe(turn.question)}"
    if turn.answer is None:
        return [question, f"*{_safe(turn.error)}*" if turn.error else ""]
    answer = turn.answer
    said = [_paragraph(number, paragraph) for paragraph in paragraphs(answer.sentences)] or [_safe(answer.text)]
    notes = [f"*{_safe(remark)}*" for remark in remarks(answer)]
    return [question, *said, *notes, *(_nearest(answer) if answer.abstained else [])]


def _paragraph(turn: int, sentences: Sequence[Sentence]) -> str:
    parts = []
    for sentence in sentences:
        words = _safe(sentence.text)
        words = f"**{words}**" if sentence.short else words
        marks = "".join(f"[^{turn}-{number}]" for number in sentence.citations)
        parts.append(f"{words}{marks}" if sentence.supported else f"{words} *({UNSUPPORTED})*")
    return " ".join(parts)


def _nearest(answer: Answer) -> list[str]:
    nearest = answer.passages[:NEAREST_SHOWN]
    return ([f"*{NEAREST}*"] if nearest else []) + [
        f"> {_safe(passage_words(passage))}\n>\n> — {_source(passage.title, facts(passage))}" for passage in nearest
    ]


def _footnote(turn: int, citation: Citation, transcript: Transcript) -> str:
    url = transcript.url(citation.document)
    link = f" <{url}>" if url and not re.search("[<>]", url) else ""
    source = _source(citation.title, facts(citation))
    return f"[^{turn}-{citation.number}]: {_safe(quoted(citation))} — {source}{link}"


def _source(title: str, known: Sequence[str]) -> str:
    *rest, document = known
    return f"*{_safe(title)}*{''.join(f', {_safe(fact)}' for fact in rest)} ({_safe(document)})"


def _safe(text: str) -> str:
    """The text on one line, as Markdown that shows exactly these characters."""
    return _LIST.sub(r"\1\\\2", _SIGN.sub(r"\\\g<0>", one_line(text)))
