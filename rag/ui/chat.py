"""The page to ask on: the conversation about the chosen set, and a greeting before its first question."""

from __future__ import annotations

from datetime import date

import streamlit as st

from rag.assistant import checked_question
from rag.errors import FootnoteError
from rag.ingest.library import DocumentSet
from rag.types import Turn
from rag.ui import words
from rag.ui.answers import draw_asking, draw_turn, offer_to_hide
from rag.ui.asking import Asking
from rag.ui.conversations import begin_conversation, draw_conversations, offer_restoring, open_conversation
from rag.ui.drawer import draw_drawer
from rag.ui.earlier import first_drawn, held_in_view, offer_earlier
from rag.ui.filters import draw_filter, filter_in_force, follow_filter
from rag.ui.jobs import Job
from rag.ui.navigation import ask_address, is_gone, set_address, write_address
from rag.ui.session import (
    answering,
    attempt,
    choose_set,
    current_set,
    desk,
    guarded,
    session,
    tell_problems,
    watch_sync,
)
from rag.ui.suggestions import draw_starters, draw_suggestions
from rag.ui.text import counted, described, plain, shown_date
from rag.ui.verbatim import block, verbatim

_TITLES = 5
_SETS = 8


def draw() -> None:
    """The whole page."""
    document_set = current_set()
    job = watch_sync(document_set, asking=True)
    follow_filter(document_set)
    tell_problems(desk().key(document_set))
    write_address(ask_address(document_set))
    conversation = session().conversations.get(desk().key(document_set), "")
    draw_conversations(document_set)
    turns, coming = _looked_at(document_set, conversation)
    offer_to_hide(turns)
    empty = not desk().assistant.entries(document_set)
    # each has its own place, which is emptied at once: what is stale would stay until the script ends
    if turns or coming:
        st.empty()
        with st.container():
            _draw_conversation(document_set, conversation, turns, coming)
    else:
        with st.container(key="greeting"):
            if not conversation:
                offer_restoring(document_set)
            _greet(document_set, job)
        st.empty()
    placeholder = words.ASK
    if empty:
        placeholder = words.ASK_NOTHING if job.finished.is_set() else words.ASK_READING
    draw_filter(document_set)
    st.chat_input(
        placeholder,
        key="question",
        max_chars=2_000,
        disabled=empty,
        on_submit=_submitted,
        args=(document_set,),
    )
    draw_drawer(document_set)


# -- the greeting ---------------------------------------------------------------------------------------------------


def _greet(document_set: DocumentSet, job: Job) -> None:
    assistant = desk().assistant
    st.title(words.FOOTNOTE, anchor=False)
    st.markdown(words.PROMISE)
    entries = assistant.entries(document_set)
    if not entries:
        if job.finished.is_set():
            _say_empty(document_set)
        return
    titles = [block("item", described(entry.title, entry.published)) for entry in entries[:_TITLES]]
    more = len(entries) - _TITLES
    rest = [block("note", words.AND_MORE.format(number=more))] if more > 0 else []
    holds = _holds(
        counted(len(entries), words.ARTICLE, words.ARTICLES), document_set.name, assistant.dates(document_set)
    )
    verbatim(f"greeting-{desk().key(document_set)}", [block("answer", holds), *titles, *rest])
    if job.finished.is_set() and filter_in_force(document_set).empty:  # they were tried on all documents
        draw_starters(document_set, _ask)


def _holds(articles: str, name: str, dates: tuple[date, date] | None) -> str:
    if dates is None:
        return words.HOLDS.format(articles=articles, name=name)
    first, last = (shown_date(day) for day in dates)
    if first == last:
        return words.HOLDS_OF.format(articles=articles, name=name, day=first)
    return words.HOLDS_FROM_TO.format(articles=articles, name=name, first=first, last=last)


def _say_empty(document_set: DocumentSet) -> None:
    st.info(words.NO_DOCUMENTS)
    address = set_address(document_set)
    st.page_link(
        "rag/ui/documents.py", label=words.GO_TO_DOCUMENTS, icon=":material/description:", query_params=address
    )
    library = desk().assistant.library
    others = [other for other in library.sets() if other != document_set and library.files(other)][:_SETS]
    if others:
        st.caption(words.OTHER_SETS)
        with st.container(horizontal=True, gap="small"):
            for number, other in enumerate(others):
                icon = ":material/folder:"
                st.button(plain(other.name), key=f"other_set-{number}", icon=icon, on_click=choose_set, args=(other,))


# -- the conversation -------------------------------------------------------------------------------------------------


def _submitted(document_set: DocumentSet) -> None:
    question = st.session_state["question"]
    if question:
        _ask(document_set, str(question))


def _ask(document_set: DocumentSet, question: str) -> None:
    if is_gone(document_set):  # deleted in another tab, or its folder was moved away
        told = words.NOT_ASKED.format(name=document_set.name, question=question)
        session().problems[desk().key(desk().assistant.library.first)] = (told,)
        return
    key = desk().key(document_set)

    def act() -> None:
        checked_question(question)
        conversation = session().conversations.get(key) or ""
        if not conversation:
            conversation = begin_conversation(key, question)
            open_conversation(document_set, conversation)
        answering().ask(document_set, conversation, Asking(question, within=filter_in_force(document_set)))

    attempt(key, act)


def _looked_at(document_set: DocumentSet, conversation: str) -> tuple[list[Turn], list[Asking]]:
    if not conversation:
        return [], []
    try:
        return answering().look(conversation)
    except FootnoteError as error:
        unkept = answering().unkept(conversation)  # a history that cannot be used keeps nobody from asking
        if not unkept:
            open_conversation(document_set, "")
            st.info(plain(str(error)))
        return [], unkept


def _draw_conversation(document_set: DocumentSet, conversation: str, turns: list[Turn], coming: list[Asking]) -> None:
    again = {asking.number: asking for asking in coming if asking.number is not None}
    added = [asking for asking in coming if asking.number is None]
    last = len(turns) + len(added) - 1
    first = first_drawn(conversation, last + 1)
    offer_earlier(first)
    for number in range(last + 1):
        if number < first:
            st.empty()  # each turn has its own place: those that are drawn stay as they are when others come
            continue
        key = f"{conversation}-{number}"
        with st.container(key="latest" if number == last else f"turn-{key}"):
            if number >= len(turns):
                draw_asking(added[number - len(turns)], key)
            elif number in again:
                draw_asking(again[number], key)
            else:
                draw_turn(document_set, conversation, number, turns[number], scroll=held_in_view(number))
            if number == last and not coming:
                draw_suggestions(document_set, conversation, number, turns[number])


if __name__ == "__main__":
    guarded(draw)
