"""What the keyboard does on every page, and the list of it behind "?"."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_TITLE = "Keyboard shortcuts"
_CLOSE = "Close"
_KEYS = (
    ("/", "Write a question"),
    ("n", "Next citation"),
    ("p", "Previous citation"),
    ("Enter", "Open the citation in its article"),
    ("Esc", "Close the article"),
    ("?", "Show these shortcuts"),
)
_mount = st.components.v2.component(
    "footnote_keyboard",
    html=f'<button class="open" type="button">{_TITLE}</button>'
    f'<dialog><h2></h2><dl></dl><button class="close" type="button">{_CLOSE}</button></dialog>',
    css=(_HERE / "keyboard.css").read_text(encoding="utf-8"),
    js=(_HERE / "keyboard.js").read_text(encoding="utf-8"),
)


def listen() -> None:
    """Let the keys work; draws, at the foot of the sidebar, what opens the list."""
    with st.sidebar:
        _mount(key="keyboard", data={"title": _TITLE, "keys": _KEYS})
