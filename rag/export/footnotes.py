"""An answer with its footnotes, to be pasted elsewhere: as plain text and as text with formatting."""

from __future__ import annotations

from html import escape

from rag.answer.citations import UNSUPPORTED, with_marks
from rag.answer.scope import scope_words
from rag.export.transcript import clean, facts, one_line, paragraphs, quoted, remarks
from rag.types import Answer, Citation, Sentence


def footnoted_text(answer: Answer, *, hide: bool = False) -> str:
    """The answer with its marks, then the numbered footnotes; `hide` leaves out what was not found."""
    footnotes = [f"[{c.number}] {quoted(c)} — {footnote_source(c)}" for c in answer.citations]
    said = clean(with_marks(_shown(answer, hide)) or answer.text)
    blocks = [said, *_told(answer), "\n".join(footnotes)]
    return "\n\n".join(block for block in blocks if block)


def footnoted_html(answer: Answer, *, hide: bool = False) -> str:
    """As `footnoted_text`, as a piece of HTML; everything in it is escaped."""
    said = ["".join(map(_sentence, paragraph)) for paragraph in paragraphs(_shown(answer, hide))] or [
        _safe(answer.text)
    ]
    said += [_safe(remark) for remark in _told(answer)]
    text = "".join(f"<p>{words.strip()}</p>" for words in said)
    footnotes = "".join(f'<li value="{c.number}">{_footnote(c)}</li>' for c in answer.citations)
    return text + (f"<ol>{footnotes}</ol>" if footnotes else "")


def footnote_source(citation: Citation) -> str:
    """Title, outlet, date, page and document, as a footnote gives them: `The bridge, Port Gazette (bridge.md)`."""
    *known, document = facts(citation)
    return f"{', '.join([one_line(citation.title), *known])} ({document})"


def _told(answer: Answer) -> list[str]:
    """All that is to be said of a silence; of an answer, in what part of the documents it was looked for."""
    if answer.abstained:
        return remarks(answer)
    scope = scope_words(answer)
    return [one_line(scope)] if scope else []


def _shown(answer: Answer, hide: bool) -> list[Sentence]:
    return [sentence for sentence in answer.sentences if sentence.supported or not hide]


def _sentence(sentence: Sentence) -> str:
    words = f"<strong>{_safe(sentence.text)}</strong>" if sentence.short else _safe(sentence.text)
    marks = "".join(f"[{number}]" for number in sentence.citations) if sentence.supported else f"[{UNSUPPORTED}]"
    return f" {words}<sup>{marks}</sup>"


def _footnote(citation: Citation) -> str:
    title = one_line(citation.title)
    return f"{_safe(quoted(citation))} — <cite>{_safe(title)}</cite>{_safe(footnote_source(citation)[len(title) :])}"


def _safe(text: str) -> str:
    return escape(clean(text))
