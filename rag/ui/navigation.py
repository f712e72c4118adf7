"""Where a tab is: its page and set, and the page's address that names the set, the conversation and the filter.

The address leads wherever it changes without the tab's doing, as it does on the way back and forward; else the tab
leads, and writes it. So each link to a page names all that is to be seen there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rag.errors import FootnoteError
from rag.ingest.library import DocumentSet
from rag.ui import words
from rag.ui.filters import FILTER_NAMES, filter_address
from rag.ui.session import choose_set, close_drawer, current_set, desk, session

Address = Mapping[str, tuple[str, ...]]
"""The names in a page's address, with the values of each."""

_SET: Final = "set"
_CONVERSATION: Final = "conversation"
_WIDGET: Final = "set"


def draw_navigation(pages: list[StreamlitPage], current: StreamlitPage) -> None:
    """The links to the pages and the choice of the set, in the sidebar of every page."""
    asking = current == pages[0]
    follow_address(asking=asking)
    _go_to_set(session().document_set)  # which may have been renamed in another tab
    document_set = current_set()
    if not asking:
        write_address(set_address(document_set))
    with st.sidebar:
        with st.container(key="pages", gap="xsmall"):
            for page in pages:
                address = ask_address(document_set) if page == pages[0] else set_address(document_set)
                st.page_link(page, query_params=address)
        names = [known.name for known in desk().assistant.library.sets()]
        st.session_state[_WIDGET] = document_set.name
        st.selectbox(words.DOCUMENT_SET, names, key=_WIDGET, on_change=_choose)


def set_address(document_set: DocumentSet) -> dict[str, tuple[str, ...]]:
    """The address that names the set; the first one needs no name."""
    name, first = document_set.name, desk().assistant.library.first
    return {} if document_set == first else {_SET: (name,)}


def ask_address(document_set: DocumentSet) -> dict[str, tuple[str, ...]]:
    """The address of the page to ask on: the set, its conversation that is open in this tab, and the filter."""
    conversation = session().conversations.get(desk().key(document_set), "")
    chosen = {_CONVERSATION: (conversation,) if conversation else (), **filter_address(document_set)}
    named = {**set_address(document_set), **chosen}
    return {name: values for name, values in named.items() if values}


def follow_address(*, asking: bool) -> None:
    """Go where the page's address leads, if it is another than this tab saw or wrote last.

    A click that comes before the browser has heard of a new address tells the one that was left with it: that one leads
    only where a step of the browser's history led to it. Only on the page to ask on, when `asking`, it names a
    conversation and a filter.
    """
    named = _named()
    if named == session().address or (named == session().left and not _is_step_of_history()):
        return
    session().address = named
    close_drawer()
    _go_to_set(_first(named, _SET))
    if asking:
        key = desk().key(current_set())
        session().conversations[key] = _existing(key, _first(named, _CONVERSATION))
        session().filter_named = key, tuple(named.get(name, ()) for name in FILTER_NAMES)


def write_address(address: Address) -> None:
    """Have the page's address name this, in one go: each message to the browser is a step of its history."""
    named = dict(address)
    if named != _named():
        session().left = _named()
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in _names()}
        st.query_params.from_dict({**others, **named})
    session().address = named


def _choose() -> None:
    session().document_set = st.session_state[_WIDGET]
    close_drawer()


def is_gone(document_set: DocumentSet) -> bool:
    """True for a set whose folder is there no more, under this name or another."""
    return not document_set.folder.is_dir() and desk().assistant.library.successor(document_set.name) is None


def _go_to_set(name: str) -> None:
    """Look at the set of that name, or what it is called now; at the first one, saying so, if there is none."""
    library = desk().assistant.library
    found = next((known for known in library.sets() if known.name == name), None)
    found = found or (library.successor(name) if name else None)
    if found is None and name:
        session().problems.setdefault(desk().key(library.first), (words.SET_GONE.format(name=name),))
    choose_set(found or library.first)


def _existing(key: str, conversation: str) -> str:
    """The conversation's id, if it is there and about the set of that key, or is open already; else ""."""
    if conversation and conversation == session().conversations.get(key):
        return conversation  # though it may not be kept, or the history not be readable now
    try:
        return conversation if conversation and desk().assistant.history.get(conversation).key == key else ""
    except FootnoteError:
        return ""


def _is_step_of_history() -> bool:
    """True while the page is drawn because somebody went back or forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _named() -> dict[str, tuple[str, ...]]:
    found = {name: tuple(st.query_params.get_all(name)) for name in _names()}
    return {name: values for name, values in found.items() if values}


def _names() -> tuple[str, ...]:
    return (_SET, _CONVERSATION, *FILTER_NAMES)


def _first(named: Address, name: str) -> str:
    return next(iter(named.get(name, ())), "")
