"""The one way on which text from documents, questions and answers gets onto the page: as characters alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from rag.ui.text import sendable

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "footnote_verbatim",
    html='<div class="root"></div>',
    css=(_HERE / "verbatim.css").read_text(encoding="utf-8"),
    js=(_HERE / "verbatim.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of text in parts, (text, style); a style is "", "faint", "mark", "key" (marked more strongly),
    "short", "number", "unchecked", or "unfound" and "flag" for a sentence that nothing supports and for what says so.

    `role` is "answer", "article", "doing", "heading", "item", "note", "question" or "quote".
    """

    role: str
    parts: tuple[tuple[str, str], ...]


def block(role: str, text: str) -> Block:
    """A block of one part."""
    return Block(role, ((text, ""),))


def verbatim(key: str, blocks: Sequence[Block], *, scroll: bool = False) -> None:
    """Show the blocks; `scroll` brings the first marked words into view. `key` must be the page's only one."""
    drawn = [{"role": b.role, "parts": [[sendable(text), style] for text, style in b.parts]} for b in blocks]
    _mount(key=key, data={"blocks": drawn, "scroll": scroll})
