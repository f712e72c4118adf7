"""What the browser's window does on every page: it stays still while more comes, and makes room where it is narrow."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "footnote_window", js=(Path(__file__).parent / "window.js").read_text(encoding="utf-8")
)


def keep_window(place: str) -> None:
    """Let the window be kept; draws nothing. `place` is another one when the tab has gone elsewhere."""
    with st.sidebar:
        _mount(key="window", data={"place": place})
