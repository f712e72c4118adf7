"""Making, renaming and deleting document sets, and having a deleted one back."""

from __future__ import annotations

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.ingest.trash import DeletedSet
from rag.ui import words
from rag.ui.session import Undo, attempt, choose_set, close_drawer, desk, session, tell_problems
from rag.ui.text import plain, shown_date

_NEW_SET = "new_set"
_THIS_SET = "this_set"
_MOST_DELETED = 8


def offer_sets(document_set: DocumentSet, *, busy: bool) -> None:
    """What can be done with sets, beside the page's title; `busy` while this one is being read."""
    with st.container(horizontal=True, width="content", gap="small", key="sets"):
        # their state is kept, so that they can be closed once what they are for is done
        with st.popover(words.NEW_SET, icon=":material/create_new_folder:", key=_NEW_SET, on_change="rerun"):
            _offer_new()
        with st.popover(words.THIS_SET, icon=":material/folder_managed:", key=_THIS_SET, on_change="rerun"):
            _offer_changes(document_set, busy)


def _offer_new() -> None:
    with st.form("new_set_form", border=False):
        st.text_input(words.NEW_SET_NAME, key="new_set_name", max_chars=60, placeholder=words.NEW_SET_EXAMPLE)
        tell_problems(_NEW_SET)
        st.form_submit_button(words.MAKE_SET, on_click=_make)
    deleted = desk().assistant.library.deleted()[:_MOST_DELETED]
    if deleted:
        st.caption(words.DELETED_SETS)
    for number, each in enumerate(deleted):
        label = plain(words.BRING_BACK.format(name=each.name, day=shown_date(each.deleted.date())))
        icon = ":material/undo:"
        st.button(label, key=f"restore-{number}", icon=icon, width="stretch", on_click=restore_set, args=(each,))


def _offer_changes(document_set: DocumentSet, busy: bool) -> None:
    if not document_set.recursive:
        st.caption(words.FIRST_SET.format(name=plain(document_set.name)))
        return
    field = f"set_name-{desk().key(document_set)}"
    with st.form("rename_form", border=False):
        # an empty field is none that another tab's renaming could leave behind
        st.text_input(words.NEW_NAME, key=field, max_chars=60, placeholder=document_set.name, disabled=busy)
        tell_problems(_THIS_SET)
        st.form_submit_button(
            words.RENAME, key="rename_set", disabled=busy, on_click=_rename, args=(document_set, field)
        )
    st.button(
        plain(words.DELETE_SET.format(name=document_set.name)),
        key="delete_set",
        icon=":material/delete:",
        disabled=busy,
        on_click=_delete,
        args=(document_set,),
    )
    st.caption(words.SET_BUSY if busy else words.SET_KEPT)


def _make() -> None:
    def make() -> None:
        made = desk().assistant.library.create(str(st.session_state["new_set_name"]))
        st.session_state["new_set_name"] = ""
        _go_to(made, _NEW_SET)

    attempt(_NEW_SET, make)


def _rename(document_set: DocumentSet, field: str) -> None:
    def rename() -> None:
        renamed = desk().assistant.rename_set(document_set, str(st.session_state[field]))
        st.session_state[field] = ""
        _go_to(renamed, _THIS_SET)

    attempt(_THIS_SET, rename)


def _delete(document_set: DocumentSet) -> None:
    def delete() -> None:
        key = desk().key(document_set)
        deleted = desk().assistant.delete_set(document_set)
        first = desk().assistant.library.first
        session().jobs.pop(key, None)
        session().undo[desk().key(first)] = Undo(words.SET_DELETED.format(name=deleted.name), deleted)
        _go_to(first, _THIS_SET)

    attempt(_THIS_SET, delete)


def restore_set(deleted: DeletedSet, problems: str = _NEW_SET) -> None:
    """Bring a deleted set back and look at it; what goes wrong is told where `problems` of that key are."""

    def restore() -> None:
        restored = desk().assistant.restore_set(deleted)
        _go_to(restored, _NEW_SET)

    first = desk().key(desk().assistant.library.first)
    undo = session().undo.get(first)
    if undo is not None and undo.removal == deleted:  # be it that another tab has brought it back
        del session().undo[first]
    attempt(problems, restore)


def _go_to(document_set: DocumentSet, popover: str) -> None:
    """Look at the set, with nothing lying over it: neither what it was chosen in nor an article of another one."""
    st.session_state[popover] = False
    close_drawer()
    choose_set(document_set)
