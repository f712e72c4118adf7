"""Adding files to a set, and letting files take the place of a whole set: planned first, then done in one step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rag.errors import LibraryError
from rag.ingest.incoming import Incoming
from rag.ingest.library import DocumentSet
from rag.ingest.readers import READERS
from rag.types import Plan, SyncReport
from rag.ui import words
from rag.ui.changes import documents_held, file_changes, files_named, left_out_blocks, named_blocks
from rag.ui.jobs import Job, Taken
from rag.ui.overview import show_everything
from rag.ui.session import Undo, attempt, begin_sync, desk, draw_progress, session
from rag.ui.text import counted, listed, plain
from rag.ui.verbatim import block, verbatim

_KINDS = [*sorted(READERS), ".zip"]


def offer_uploads(document_set: DocumentSet) -> None:
    """The field for files, and the plan of a replacement once its files are here."""
    key = desk().key(document_set)
    if f"mode-{key}" not in st.session_state:  # a default of its own would not go with what a replacement sets
        st.session_state[f"mode-{key}"] = words.ADD_FILES
    mode = st.segmented_control(
        words.WHAT_TO_DO, (words.ADD_FILES, words.REPLACE_SET), key=f"mode-{key}",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    adding = mode != words.REPLACE_SET
    if not adding and key in session().arriving:
        _draw_arriving(document_set)
        return
    field = f"{'upload' if adding else 'replace'}-{key}-{session().uploads}"
    st.file_uploader(
        words.UPLOAD,
        type=_KINDS,
        accept_multiple_files=True,
        key=field,
        on_change=_add if adding else _receive,
        args=(document_set, field),
        label_visibility="collapsed",
    )
    if not adding:
        st.caption(words.REPLACE_HELP)


def note_taken(document_set: DocumentSet, job: Job) -> None:
    """Let what a job has taken in be undone; what became of it is said once it is read."""
    key, taken = desk().key(document_set), job.taken
    if taken is None or taken.plan.idle:
        return
    undo = session().undo.get(key)
    if session().told.get(key) is not job or (undo is not None and undo.removal is taken.removal):
        session().told[key] = job
        session().undo[key] = Undo(_taken_words(document_set, taken, job.report), taken.removal)


def _taken_words(document_set: DocumentSet, taken: Taken, report: SyncReport | None) -> str:
    plan = taken.plan
    if report is None:
        return words.FILES_SAVED.format(names=listed((*plan.added, *plan.changed), 3))
    held, failed = documents_held(document_set), {failure.name for failure in report.plan.failed}
    added = [name for name in plan.added if held[name]]
    replaced = [name for name in plan.changed if name not in failed]
    unread = sorted({*plan.added, *plan.changed} - {*added, *replaced})
    first, second = files_named(added, held), files_named(replaced, held)
    said = []
    if added and replaced:
        said.append(words.FILES_ADDED_REPLACED.format(added=first, replaced=second))
    elif added or replaced:
        said.append(words.FILES_ADDED.format(added=first) if added else words.FILES_REPLACED.format(replaced=second))
    if unread:
        said.append(words.FILES_UNREAD.format(names=listed(unread, 3)))
    return " ".join(said)


def _uploads(field: str) -> list[tuple[str, UploadedFile]]:
    if not field.endswith(f"-{session().uploads}"):
        return []  # a busy browser can tell of a field once more after its files were taken
    session().uploads += 1  # an empty field for the next files
    return [(file.name, file) for file in st.session_state[field] or ()]


def _add(document_set: DocumentSet, field: str) -> None:
    if uploads := _uploads(field):
        key = desk().key(document_set)
        session().undo.pop(key, None)
        session().jobs[key] = desk().add(document_set, uploads)


# -- replacing ----------------------------------------------------------------------------------------------------


def _receive(document_set: DocumentSet, field: str) -> None:
    if uploads := _uploads(field):
        session().arriving[desk().key(document_set)] = desk().receive(document_set, uploads)


def _draw_arriving(document_set: DocumentSet) -> None:
    arriving = session().arriving[desk().key(document_set)]
    if not arriving.finished.is_set():
        draw_progress(arriving)
        return
    plan, incoming = arriving.plan, arriving.incoming
    if plan is None or incoming is None:
        st.warning(plain(arriving.error))
        st.button(words.OTHER_FILES, key="cancel_replace", on_click=_cancel, args=(document_set,))
        return
    with st.container(border=True, key="replacement"):
        nothing = words.REPLACE_NOTHING if not incoming.files else words.REPLACE_SAME if plan.idle else ""
        lead = nothing or words.REPLACE_PLAN.format(changes=file_changes(plan, documents_held(document_set)))
        verbatim("replacement_text", [block("answer", lead), *named_blocks(plan), *left_out_blocks(incoming.skipped)])
        with st.container(horizontal=True):
            if not nothing:
                label = counted(len(incoming.files), words.REPLACE_WITH, words.REPLACE_WITH_FILES)
                st.button(label, key="replace", type="primary", on_click=_replace, args=(document_set, incoming, plan))
            st.button(words.CANCEL, key="cancel_replace", on_click=_cancel, args=(document_set,))


def _replace(document_set: DocumentSet, incoming: Incoming, planned: Plan) -> None:
    key = desk().key(document_set)

    def replace() -> None:
        library = desk().assistant.library
        plan = library.plan(document_set, incoming, whole=True)
        if plan != planned:
            session().arriving[key].plan = plan
            raise LibraryError(words.CHANGED_MEANWHILE)
        changes = file_changes(plan, documents_held(document_set))
        removal = library.take_in(document_set, incoming, whole=True)
        del session().arriving[key]
        session().undo[key] = Undo(words.REPLACED_SET.format(changes=changes), removal)
        show_everything(key)  # what was chosen among the old documents says nothing of the new ones
        begin_sync(document_set, exclusive=bool(removal.moved))
        st.session_state[f"mode-{key}"] = words.ADD_FILES

    attempt(key, replace)


def _cancel(document_set: DocumentSet) -> None:
    arriving = session().arriving.pop(desk().key(document_set), None)
    if arriving is not None and arriving.incoming is not None:
        arriving.incoming.discard()


# -- taking back --------------------------------------------------------------------------------------------------


def remove_files(document_set: DocumentSet, files: Sequence[str]) -> None:
    """Move files of the set to the trash, and let questions wait until they are not cited any more."""
    key = desk().key(document_set)

    def remove() -> None:
        named = files_named(files, documents_held(document_set))
        removal = desk().assistant.library.remove(document_set, files)
        session().undo[key] = Undo(words.FILES_REMOVED.format(names=named), removal)
        begin_sync(document_set, exclusive=True)

    attempt(key, remove)
