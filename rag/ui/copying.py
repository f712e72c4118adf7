"""A button that puts an answer with its footnotes on the clipboard; where that is refused, it shows the text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from rag.export.footnotes import footnoted_html, footnoted_text
from rag.types import Answer
from rag.ui import words
from rag.ui.session import session
from rag.ui.text import sendable

_WORDS: Final = {
    "copy": words.COPY,
    "title": words.COPY_ANSWER,
    "copied": words.COPIED,
    "refused": words.COPY_REFUSED,
}
_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "footnote_copying",
    html="<div class=\"root\"><button type='button'></button><span class='said' role='status'></span></div>",
    css=(_HERE / "copying.css").read_text(encoding="utf-8"),
    js=(_HERE / "copying.js").read_text(encoding="utf-8"),
)


def offer_copy(key: str, answer: Answer) -> None:
    """The button; what is copied is what is shown. `key` must be the page's only one."""
    hide = session().hiding
    text, html = footnoted_text(answer, hide=hide), footnoted_html(answer, hide=hide)
    _mount(key=f"copy-{key}", data={"text": sendable(text), "html": sendable(html), "words": _WORDS}, width="content")
