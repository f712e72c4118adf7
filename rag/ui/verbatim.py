"""The one way on which text from documents, questions and answers gets onto the page: as characters alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from rag.types import Citation
from rag.ui import words
from rag.ui.text import sendable, source_label

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "footnote_verbatim",
    html='<div class="root"></div>',
    css=(_HERE / "verbatim.css").read_text(encoding="utf-8"),
    js=(_HERE / "verbatim.js").read_text(encoding="utf-8"),
)

Part = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of text in parts, (text, style); a style is "", "faint", "front" (matter, which is not shown),
    "title" (of a section of an article), "short", "unchecked", "unfound" and "flag" for a sentence that nothing
    supports and for what says so, or "cite" for the number of a citation, which is a button.

    Cited words are (text, style, numbers of the citations) with the style "mark", to which " key" is added for a short
    answer's words and " now" for the citation that is looked at.

    `role` is "answer", "article", "doing", "done", "heading", "item", "note", "question" or "quote".
    """

    role: str
    parts: tuple[Part, ...]


def block(role: str, text: str) -> Block:
    """A block of one part."""
    return Block(role, ((text, ""),))


def verbatim(
    key: str,
    blocks: Sequence[Block],
    *,
    scroll: bool = False,
    citations: Sequence[Citation] = (),
    cited: Callable[[int], None] | None = None,
) -> None:
    """Show the blocks; `key` must be the page's only one.

    `scroll` brings the marked words into view, or all where there are none.

    `citations` are those whose numbers stand in the blocks: each shows its words on hover and on focus, and is told to
    `cited` when it is clicked.
    """
    drawn = [{"role": b.role, "parts": [[sendable(text), *rest] for text, *rest in b.parts]} for b in blocks]
    data = {"blocks": drawn, "scroll": scroll, "cards": {str(c.number): _card(c) for c in citations}}

    def clicked() -> None:
        number = st.session_state[key].get("cited")
        if cited is not None and number is not None:
            cited(int(number))

    _mount(key=key, data=data, on_cited_change=clicked)


def _card(citation: Citation) -> dict[str, object]:
    short = citation.short and [offset - citation.start for offset in citation.short]
    source = source_label(citation.title, citation.outlet, citation.published, citation.page)
    label = words.SOURCE.format(number=citation.number)
    return {"quote": sendable(citation.quote), "short": short, "source": sendable(source), "label": label}
