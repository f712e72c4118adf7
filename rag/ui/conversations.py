"""Conversations in the sidebar: begin one, find one, go on with it, rename it, delete it and have it back."""

from __future__ import annotations

import uuid
from collections import Counter

import streamlit as st

from rag.errors import FootnoteError
from rag.history import Conversation
from rag.ingest.library import DocumentSet
from rag.ui import words
from rag.ui.exporting import draw_downloads
from rag.ui.session import answering, attempt, close_drawer, desk, session
from rag.ui.text import plain

_MOST = 30


def begin_conversation(key: str, question: str) -> str:
    """The id of a new conversation about the set of that key; of one that is not kept where that cannot be done."""
    try:
        return desk().assistant.history.begin(key, question).id
    except FootnoteError:
        return uuid.uuid4().hex  # each answer in it says why it is not kept


def open_conversation(document_set: DocumentSet, id_: str) -> None:
    """Go on with a conversation; "" for a new one."""
    session().conversations[desk().key(document_set)] = id_
    close_drawer()


def draw_conversations(document_set: DocumentSet) -> None:
    """The list, in the sidebar."""
    key = desk().key(document_set)
    here = session().conversations.get(key, "")
    with st.sidebar, st.container(key="conversations", gap="xsmall"):
        st.button(
            words.NEW_CONVERSATION,
            key="new_conversation",
            icon=":material/add_comment:",
            width="stretch",
            disabled=not here,
            on_click=open_conversation,
            args=(document_set, ""),
        )
        if here:
            offer_restoring(document_set)
        wanted = st.session_state.get("find_conversation", "")
        try:
            found = desk().assistant.history.list(key, wanted, _MOST + 1)
        except FootnoteError as error:
            st.warning(plain(str(error)))
            return
        if len(found) > 5 or wanted:
            st.text_input(
                words.FIND_CONVERSATION,
                key="find_conversation",
                placeholder=words.FIND,
                label_visibility="collapsed",
            )
        titles = Counter(conversation.title for conversation in found[:_MOST])
        for conversation in found[:_MOST]:
            _line(document_set, conversation, _label(conversation, titles[conversation.title] > 1), here)
        if wanted and not found:
            st.caption(words.NO_CONVERSATION)
        if len(found) > _MOST:
            st.caption(words.OLDER_CONVERSATIONS)


def _label(conversation: Conversation, with_time: bool) -> str:
    """Its title, and when it went on last where others have the same title."""
    if not with_time:
        return conversation.title
    time = words.TIME.format(time=conversation.updated.astimezone())
    return words.CONVERSATION_AT.format(title=conversation.title, time=time)


def _line(document_set: DocumentSet, conversation: Conversation, label: str, here: str) -> None:
    if conversation.id != here:
        st.button(
            plain(label),
            key=f"conversation-{conversation.id}",
            type="tertiary",
            width="stretch",
            on_click=open_conversation,
            args=(document_set, conversation.id),
        )
        return
    with st.popover(plain(label), type="secondary", width="stretch", key=f"here-{conversation.id}"):
        name = f"name-{conversation.id}"
        st.text_input(words.NAME, value=conversation.title, key=name, max_chars=120)
        st.button(words.RENAME, key="rename", on_click=_rename, args=(document_set, conversation.id, name))
        draw_downloads(document_set, conversation.id)
        st.button(
            words.DELETE_CONVERSATION,
            key="delete_conversation",
            icon=":material/delete:",
            on_click=_delete,
            args=(document_set, conversation.id),
        )


def offer_restoring(document_set: DocumentSet) -> None:
    """The way back to the conversation that was deleted last; where none is open, it has its place in the greeting."""
    deleted = session().deleted.get(desk().key(document_set))
    if deleted:
        st.button(
            words.UNDO_DELETION,
            key="restore_conversation",
            icon=":material/undo:",
            width="stretch",
            on_click=_restore,
            args=(document_set, deleted),
        )


def _rename(document_set: DocumentSet, id_: str, field: str) -> None:
    name = str(st.session_state[field])
    attempt(desk().key(document_set), lambda: desk().assistant.history.rename(id_, name))


def _delete(document_set: DocumentSet, id_: str) -> None:
    key = desk().key(document_set)

    def act() -> None:
        desk().assistant.history.delete(id_)
        answering().stop(id_)
        session().deleted[key] = id_
        open_conversation(document_set, "")

    attempt(key, act)


def _restore(document_set: DocumentSet, id_: str) -> None:
    key = desk().key(document_set)

    def act() -> None:
        session().deleted.pop(key, None)
        desk().assistant.history.restore(id_)
        open_conversation(document_set, id_)

    attempt(key, act)
