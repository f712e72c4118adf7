"""Making, renaming and deleting document sets, and having a deleted one back."""

from __future__ import annotations

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.ingest.trash import DeletedSet
from rag.ui.session import Undo, attempt, choose_set, close_drawer, desk, session, tell_problems
from rag.ui.text import plain, shown_date

_NEW_SET = "new_set"
_THIS_SET = "this_set"
_FIRST = "holds the files that lie directly in the folder of all sets, so it cannot be renamed or deleted."
_BUSY = "The set is being read: it can be renamed or deleted when that is done."
_KEPT = "Its files and conversations are kept for a month."
_MOST_DELETED = 8


def offer_sets(document_set: DocumentSet, *, busy: bool) -> None:
    """What can be done with sets, beside the page's title; `busy` while this one is being read."""
    with st.container(horizontal=True, width="content", gap="small", key="sets"):
        with st.popover("New set", icon=":material/create_new_folder:"):
            _offer_new()
        with st.popover("This set", icon=":material/folder_managed:"):
            _offer_changes(document_set, busy)


def _offer_new() -> None:
    with st.form(_NEW_SET, border=False):
        st.text_input("Name of the new set", key="new_set_name", max_chars=60, placeholder="Annual reports")
        tell_problems(_NEW_SET)
        st.form_submit_button("Make the set", on_click=_make)
    deleted = desk().assistant.library.deleted()[:_MOST_DELETED]
    if deleted:
        st.caption("Deleted sets, kept for a month")
    for number, each in enumerate(deleted):
        label = plain(f"Bring back “{each.name}”, deleted on {shown_date(each.deleted.date())}")
        icon = ":material/undo:"
        st.button(label, key=f"restore-{number}", icon=icon, width="stretch", on_click=restore_set, args=(each,))


def _offer_changes(document_set: DocumentSet, busy: bool) -> None:
    if not document_set.recursive:
        st.caption(f"“{plain(document_set.name)}” {_FIRST}")
        return
    field = f"set_name-{desk().key(document_set)}"
    # an empty field is none that another tab's renaming could leave behind
    st.text_input("New name", key=field, max_chars=60, placeholder=document_set.name, disabled=busy)
    tell_problems(_THIS_SET)
    st.button("Rename", key="rename_set", disabled=busy, on_click=_rename, args=(document_set, field))
    st.button(
        plain(f"Delete “{document_set.name}”"),
        key="delete_set",
        icon=":material/delete:",
        disabled=busy,
        on_click=_delete,
        args=(document_set,),
    )
    st.caption(_BUSY if busy else _KEPT)


def _make() -> None:
    def make() -> None:
        made = desk().assistant.library.create(str(st.session_state["new_set_name"]))
        st.session_state["new_set_name"] = ""
        close_drawer()
        choose_set(made)

    attempt(_NEW_SET, make)


def _rename(document_set: DocumentSet, field: str) -> None:
    def rename() -> None:
        renamed = desk().assistant.rename_set(document_set, str(st.session_state[field]))
        st.session_state[field] = ""
        choose_set(renamed)

    attempt(_THIS_SET, rename)


def _delete(document_set: DocumentSet) -> None:
    def delete() -> None:
        key = desk().key(document_set)
        deleted = desk().assistant.delete_set(document_set)
        first = desk().assistant.library.first
        session().conversations.pop(key, None)
        session().jobs.pop(key, None)
        session().undo[desk().key(first)] = Undo(f"Deleted the set “{deleted.name}”.", deleted)
        close_drawer()
        choose_set(first)

    attempt(_THIS_SET, delete)


def restore_set(deleted: DeletedSet) -> None:
    """Bring a deleted set back and look at it."""

    def restore() -> None:
        first = desk().key(desk().assistant.library.first)
        undo = session().undo.get(first)
        if undo is not None and undo.removal == deleted:
            del session().undo[first]
        close_drawer()
        choose_set(desk().assistant.restore_set(deleted))

    attempt(_NEW_SET, restore)
