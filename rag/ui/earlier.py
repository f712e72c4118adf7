"""Which turns of a long conversation are drawn: the latest ones, and those before them when they are asked for.

Each turn that is drawn costs time whenever anything on the page is clicked, whether one looks at it or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from rag.ui import words

_AT_FIRST: Final = 10  # turns of a conversation that is opened
_MORE: Final = 20  # that one click adds
_MOST: Final = 20  # that stay when another question is asked
_STATE: Final = "earlier_turns"


@dataclass(slots=True)
class _Window:
    """What this tab shows of a conversation of so many turns: those from `first` on.

    `held` is the one that stays in view while those before it are drawn for the first time.
    """

    conversation: str
    turns: int
    first: int
    held: int | None = None


def first_drawn(conversation: str, turns: int) -> int:
    """The number of the first turn to draw, of so many; to be called once each time that the page is drawn."""
    window: _Window | None = st.session_state.get(_STATE)
    fits = window is not None and window.conversation == conversation and window.first <= turns
    if window is None or not fits or (turns > window.turns and turns - window.first > _MOST):
        window = _Window(conversation, turns, max(0, turns - _AT_FIRST))
    if turns > window.turns:
        window.held = None
    window.turns = turns
    st.session_state[_STATE] = window
    return window.first


def offer_earlier(first: int) -> None:
    """A button for the turns before `first`; nothing where there are none."""
    if first == 0:
        st.empty()  # what follows keeps its place in the page
        return
    st.button(
        words.SHOW_EARLIER.format(number=first),
        key="earlier",
        type="tertiary",
        icon=":material/expand_less:",
        on_click=_show_earlier,
    )


def held_in_view(number: int) -> bool:
    """True for the turn that was the first one when those before it were asked for, until something else is asked."""
    window: _Window | None = st.session_state.get(_STATE)
    return window is not None and window.held == number


def _show_earlier() -> None:
    window: _Window | None = st.session_state.get(_STATE)
    if window is not None:
        window.held, window.first = window.first, max(0, window.first - _MORE)
