"""The drawer on the right: an article, whole, with the cited words marked where they stand."""

from __future__ import annotations

import streamlit as st

from rag.errors import FootnoteError
from rag.ingest.library import DocumentSet
from rag.ingest.readers import front_matter
from rag.types import Document
from rag.ui.session import Shown, close_drawer, desk, guarded, session
from rag.ui.text import described
from rag.ui.verbatim import Block, block, verbatim

_WIDTH = 760
_WITH_FRONT_MATTER = (".md", ".markdown", ".txt")


def draw_drawer(document_set: DocumentSet) -> None:
    """Open the drawer if a document is to be shown; it stays through reruns until it is closed."""
    shown = session().drawer
    if shown is not None:
        _drawer(document_set, shown)


@st.dialog("Source", width=_WIDTH, position="right", icon=":material/article:", on_dismiss=close_drawer)
def _drawer(document_set: DocumentSet, shown: Shown) -> None:
    guarded(lambda: _article(document_set, shown))


def _article(document_set: DocumentSet, shown: Shown) -> None:
    try:
        document = desk().assistant.document(document_set, shown.document)
    except FootnoteError as error:
        quote = [block("quote", shown.quote)] if shown.quote else []
        verbatim("drawer", [block("note", str(error)), *quote])
        return
    page = f"page {page}" if shown.quote and (page := document.page_at(shown.start)) else None
    facts = described(document.outlet, document.author, document.published, page, document.name)
    start, end = _place(document, shown)
    head = [block("heading", document.title), block("note", facts)]
    if shown.quote and start == end:
        head.append(block("note", "The article has changed since; these words are not in it any more:"))
        head.append(block("quote", shown.quote))
    verbatim(
        "drawer", [*head, Block("article", _parts(document, start, end, _moved(shown, start)))], scroll=start < end
    )


def _parts(
    document: Document, start: int, end: int, short: tuple[int, int] | None = None
) -> tuple[tuple[str, str], ...]:
    """The whole text, in order: front matter faint, `text[start:end]` marked, the short answer in it more strongly."""
    text = document.text
    edge = front_matter(text)[1] if document.name.lower().endswith(_WITH_FRONT_MATTER) else 0
    edge = min(edge, start) if start < end else edge
    if start == end:
        return tuple(part for part in ((text[:edge], "faint"), (text[edge:], "")) if part[0])
    a, b = short or (start, start)
    parts = (
        (text[:edge], "faint"),
        (text[edge:start], ""),
        (text[start:a], "mark"),
        (text[a:b], "key"),
        (text[b:end], "mark"),
        (text[end:], ""),
    )
    return tuple(part for part in parts if part[0])


def _moved(shown: Shown, start: int) -> tuple[int, int] | None:
    """Where the short answer stands now that the words stand at `start`."""
    if shown.short is None:
        return None
    return shown.short[0] - shown.start + start, shown.short[1] - shown.start + start


def _place(document: Document, shown: Shown) -> tuple[int, int]:
    """Where the words stand now: where they did, or where they moved to in a changed article; (0, 0) if nowhere."""
    if not shown.quote:
        return 0, 0
    if document.text[shown.start : shown.end] == shown.quote:
        return shown.start, shown.end
    start = document.text.find(shown.quote)
    return (start, start + len(shown.quote)) if start >= 0 else (0, 0)
