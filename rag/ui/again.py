"""Asking once more below an answer: for something else, in all documents, of quotes alone, or the model again."""

from __future__ import annotations

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.models.language import QUOTES
from rag.types import Answer, Turn
from rag.ui import words
from rag.ui.asking import Asking
from rag.ui.filters import filter_in_force
from rag.ui.session import answering


def offer_again(document_set: DocumentSet, conversation: str, number: int, turn: Turn) -> None:
    """Ask a question that got no answer once more, within the filter in force now: it kept none."""
    asking = Asking(turn.question, number=number, within=filter_in_force(document_set))
    _again_button(document_set, conversation, number, asking, words.TRY_AGAIN)


def offer_more(document_set: DocumentSet, conversation: str, number: int, answer: Answer) -> None:
    """What else can be done with an answer: search for something else, do without the model, or ask it again."""
    told = answer.abstained or answer.searched != answer.question
    by_model = answer.model != QUOTES
    if not (told or answer.problem or by_model):
        return
    with st.container(horizontal=True, gap="small", key=f"more-{conversation}-{number}"):
        if told:
            _searched(document_set, conversation, number, answer)
        if answer.abstained and not answer.within.empty:
            everywhere = Asking(answer.question, answer.searched)
            _again_button(document_set, conversation, number, everywhere, words.SEARCH_EVERYWHERE)
        if by_model:
            quotes = Asking(answer.question, answer.searched, quotes=True, within=answer.within)
            _again_button(document_set, conversation, number, quotes, words.QUOTES_INSTEAD)
        if answer.problem:
            again = Asking(answer.question, answer.searched, number=number, within=answer.within)
            _again_button(document_set, conversation, number, again, words.TRY_MODEL_AGAIN)


def _searched(document_set: DocumentSet, conversation: str, number: int, answer: Answer) -> None:
    """What was searched for, which the user may put better."""
    field = f"searched-{conversation}-{number}"
    edit = f"edit-{conversation}-{number}"
    with st.popover(words.CHANGE_SEARCH, type="tertiary", icon=":material/edit:", key=edit):
        st.text_input(words.SEARCH_FOR, value=answer.searched, key=field, max_chars=2_000)
        st.button(
            words.SEARCH_INSTEAD,
            key=f"search-{conversation}-{number}",
            on_click=_search_instead,
            args=(document_set, conversation, answer, field),
        )


def _search_instead(document_set: DocumentSet, conversation: str, answer: Answer, field: str) -> None:
    searched = str(st.session_state[field])
    if searched.strip():
        _ask_again(document_set, conversation, Asking(answer.question, searched, within=answer.within))


def _again_button(document_set: DocumentSet, conversation: str, number: int, asking: Asking, label: str) -> None:
    st.button(
        label,
        key=f"again-{label}-{conversation}-{number}",
        type="tertiary",
        icon=":material/refresh:",
        on_click=_ask_again,
        args=(document_set, conversation, asking),
    )


def _ask_again(document_set: DocumentSet, conversation: str, asking: Asking) -> None:
    answering().ask(document_set, conversation, asking)
