"""The page of the documents: what the chosen set holds, changing it, and bringing it up to its files."""

from __future__ import annotations

import streamlit as st

from rag.ingest.library import DocumentSet, Removal
from rag.ui import words
from rag.ui.changes import draw_plan, just_added, plan_of, tell_report
from rag.ui.drawer import draw_drawer
from rag.ui.jobs import Job
from rag.ui.overview import draw_overview
from rag.ui.session import attempt, begin_sync, current_set, desk, guarded, session, tell_problems, watch_sync
from rag.ui.sets import offer_sets, restore_set
from rag.ui.table import draw_table
from rag.ui.text import sendable
from rag.ui.uploads import note_taken, offer_uploads

_CHANGED = {"new", "changed", "removed"}


def draw() -> None:
    """The whole page."""
    document_set = current_set()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(words.DOCUMENTS_PAGE, anchor=False, width="content")
        sets = st.container(width="content")
    job = watch_sync(document_set)
    with sets:
        offer_sets(document_set, busy=not job.finished.is_set())
    tell_problems(desk().key(document_set))
    tell_report(job)
    note_taken(document_set, job)
    _offer_undo(document_set)
    offer_uploads(document_set)
    guarded(lambda: _draw_list(document_set, job))
    draw_drawer(document_set)


def _draw_list(document_set: DocumentSet, job: Job) -> None:
    done = job.finished.is_set()
    with st.spinner(words.COMPARING, show_time=True):
        infos = desk().assistant.documents(document_set, quick=not done)
    if not infos:
        st.info(words.EMPTY_SET)
        return
    if done and any(info.state in _CHANGED for info in infos):
        draw_plan(document_set, plan_of(infos))
    draw_table(document_set, draw_overview(document_set, infos, just_added(job)), infos)


def _offer_undo(document_set: DocumentSet) -> None:
    undo = session().undo.get(desk().key(document_set))
    if undo is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="undo_bar"):
            st.text(sendable(undo.words), width="content")
            st.button(words.UNDO, key="undo", icon=":material/undo:", on_click=_undo, args=(document_set,))


def _undo(document_set: DocumentSet) -> None:
    key = desk().key(document_set)
    undo = session().undo.get(key)
    if undo is None:
        return
    if not isinstance(undo.removal, Removal):
        restore_set(undo.removal, key)
        return
    removal = undo.removal

    def take_back() -> None:
        done = desk().assistant.library.undo(removal)
        session().undo.pop(key, None)
        # questions wait only where something goes that must not be cited any more
        begin_sync(document_set, exclusive=bool(done.moved), restoring=bool(removal.moved))

    attempt(key, take_back)


if __name__ == "__main__":
    guarded(draw)
