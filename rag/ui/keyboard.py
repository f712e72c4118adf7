"""What the keyboard does on every page, and the list of it behind "?"."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.ui import words

_HERE = Path(__file__).parent
_KEYS = (
    ("/", words.WRITE_QUESTION),
    ("n", words.NEXT_CITATION),
    ("p", words.PREVIOUS_CITATION),
    (words.KEY_ENTER, words.OPEN_CITATION),
    (words.KEY_ESCAPE, words.CLOSE_ARTICLE),
    ("?", words.SHOW_SHORTCUTS),
)
_mount = st.components.v2.component(
    "footnote_keyboard",
    html=f'<button class="open" type="button">{words.SHORTCUTS}</button>'
    f'<dialog><h2></h2><dl></dl><button class="close" type="button">{words.CLOSE}</button></dialog>',
    css=(_HERE / "keyboard.css").read_text(encoding="utf-8"),
    js=(_HERE / "keyboard.js").read_text(encoding="utf-8"),
)


def listen() -> None:
    """Let the keys work; draws, at the foot of the sidebar, what opens the list."""
    with st.sidebar:
        _mount(key="keyboard", data={"title": words.SHORTCUTS, "keys": _KEYS})
