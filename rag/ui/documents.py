"""The page of the documents: what the chosen set holds, adding and removing files, and syncing it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.errors import LibraryError
from rag.ingest.library import DocumentSet, Removal
from rag.ingest.readers import READERS
from rag.types import DocumentInfo, Failure, Plan, SyncReport
from rag.ui.drawer import draw_drawer
from rag.ui.jobs import Job
from rag.ui.session import (
    Shown,
    Undo,
    attempt,
    begin_sync,
    choose_set,
    current_set,
    desk,
    done_words,
    guarded,
    open_drawer,
    session,
    tell_problems,
    watch_sync,
)
from rag.ui.text import counted, listed, plain, sendable
from rag.ui.verbatim import Block, block, verbatim

_NAMES = 12
_NEW_SET = "new_set"
_STATES = {
    "ready": "Ready",
    "new": "New, not read yet",
    "changed": "Changed since",
    "removed": "File is gone",
    "outdated": "Earlier version",
    "failed": "Not readable",
}


def draw() -> None:
    """The whole page."""
    document_set = current_set()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Documents", anchor=False, width="content")
        _offer_new_set()
    job = watch_sync(document_set)
    tell_problems(desk().key(document_set))
    _tell_report(job)
    _offer_undo(document_set)
    _offer_upload(document_set)
    guarded(lambda: _draw_list(document_set, job))
    draw_drawer(document_set)


# -- sets -----------------------------------------------------------------------------------------------------------


def _offer_new_set() -> None:
    with st.popover("New set", icon=":material/create_new_folder:"), st.form(_NEW_SET, border=False):
        st.text_input("Name of the new set", key="new_set_name", max_chars=60, placeholder="Annual reports")
        tell_problems(_NEW_SET)
        st.form_submit_button("Make the set", on_click=_make_set)


def _make_set() -> None:
    def make() -> None:
        made = desk().assistant.library.create(str(st.session_state["new_set_name"]))
        st.session_state["new_set_name"] = ""
        choose_set(made)

    attempt(_NEW_SET, make)


# -- adding, removing, undoing ----------------------------------------------------------------------------------------


def _offer_upload(document_set: DocumentSet) -> None:
    key = f"upload-{desk().key(document_set)}-{session().uploads}"
    st.file_uploader(
        "Add documents",
        type=sorted(READERS),
        accept_multiple_files=True,
        key=key,
        on_change=_upload,
        args=(document_set, key),
    )


def _upload(document_set: DocumentSet, key: str) -> None:
    files = st.session_state[key]
    if not files:
        return
    problems: list[str] = []
    moved: list[tuple[str, Removal]] = []
    saved = 0
    for file in files:
        try:
            replaced = desk().assistant.library.add(document_set, file.name, file)
        except LibraryError as error:
            problems.append(str(error))
        else:
            saved += 1
            moved += [(file.name, replaced)] if replaced else []
    session().uploads += 1
    set_key = desk().key(document_set)
    session().problems[set_key] = tuple(problems)
    session().undo.pop(set_key, None)
    if moved:
        removal = Removal(tuple(pair for _, replaced in moved for pair in replaced.moved))
        session().undo[set_key] = Undo(f"Replaced {listed([name for name, _ in moved], 3)}.", removal)
    if saved:
        begin_sync(document_set, exclusive=bool(moved))


def _remove(document_set: DocumentSet, files: Sequence[str]) -> None:
    def remove() -> None:
        removal = desk().assistant.library.remove(document_set, files)
        session().undo[key] = Undo(f"Removed {listed(files, 3)}.", removal)
        begin_sync(document_set, exclusive=True)

    key = desk().key(document_set)
    attempt(key, remove)


def _undo(document_set: DocumentSet) -> None:
    def take_back() -> None:
        undo = session().undo.pop(key, None)
        if undo is not None:
            desk().assistant.library.undo(undo.removal)
            begin_sync(document_set, exclusive=True)

    key = desk().key(document_set)
    attempt(key, take_back)


def _offer_undo(document_set: DocumentSet) -> None:
    undo = session().undo.get(desk().key(document_set))
    if undo is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="undo_bar"):
            st.text(sendable(undo.words), width="content")
            st.button("Undo", key="undo", icon=":material/undo:", on_click=_undo, args=(document_set,))


# -- the list ---------------------------------------------------------------------------------------------------------


def _draw_list(document_set: DocumentSet, job: Job) -> None:
    infos = desk().assistant.documents(document_set)
    if not infos:
        st.info("This set has no documents yet. Drop files above, or put them into its folder.")
        return
    if job.finished.is_set() and any(info.state in {"new", "changed", "removed"} for info in infos):
        _draw_plan(document_set, _plan(infos))
    words = sum(info.words for info in infos)
    st.caption(f"{counted(len(infos), 'document')}, {counted(words, 'word')}")
    picked = _draw_table(document_set, infos)
    _offer_actions(document_set, infos, picked)


def _draw_table(document_set: DocumentSet, infos: list[DocumentInfo]) -> list[DocumentInfo]:
    """The table; returns the documents of the rows that are selected."""
    columns = {
        "Title": [sendable(info.title) for info in infos],
        "Date": [info.published for info in infos],
        "State": [_STATES.get(info.state, info.state) for info in infos],
        "Size": [info.size for info in infos],
        "Words": [info.words for info in infos],
        "Chunks": [info.chunks for info in infos],
        "Outlet": [sendable(info.outlet or "") for info in infos],
        "File": [sendable(info.name) for info in infos],
        "Reason": [sendable(info.reason) for info in infos],
    }
    order = [name for name in columns if name != "Reason" or any(info.reason for info in infos)]
    # rows are selected by position, so that another list must be another table
    identity = hash(tuple((info.name, info.state) for info in infos))
    event = st.dataframe(
        columns,
        hide_index=True,
        column_order=order,
        key=f"table-{desk().key(document_set)}-{identity}",
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_COLUMNS,
        placeholder="",
        alt="The documents of the set",
    )
    rows: list[int] = event["selection"]["rows"]
    return [infos[row] for row in rows if row < len(infos)]


_COLUMNS = {
    "Title": st.column_config.TextColumn(width=260),
    "Date": st.column_config.DateColumn(format="D MMM YYYY"),
    "Size": st.column_config.NumberColumn(format="bytes"),
    "Words": st.column_config.NumberColumn(format="localized"),
    "Chunks": st.column_config.NumberColumn(format="localized"),
    "Reason": st.column_config.TextColumn(width="large"),
}


def _offer_actions(document_set: DocumentSet, infos: list[DocumentInfo], picked: list[DocumentInfo]) -> None:
    if not picked:
        st.caption("Select rows to read or remove documents.")
        return
    files = list(dict.fromkeys(info.file for info in picked if info.state != "removed"))
    with st.container(horizontal=True):
        if len(picked) == 1 and picked[0].chunks:
            shown = Shown(picked[0].name)
            st.button("Read", key="read", icon=":material/article:", on_click=open_drawer, args=(shown,))
        if files:
            st.button(
                plain(_removing(files, infos)),
                key="remove",
                icon=":material/delete:",
                on_click=_remove,
                args=(document_set, files),
            )


def _removing(files: list[str], infos: list[DocumentInfo]) -> str:
    """What will go with the files: all records of a file, whichever of them were selected."""
    going = {info.name for info in infos if info.file in files and info.state not in {"removed", "failed"}}
    records = len(going - set(files))
    words = f"Remove {files[0] if len(files) == 1 else counted(len(files), 'file')}"
    return f"{words} with {'its ' if len(files) == 1 else ''}{counted(records, 'record')}" if records else words


# -- the plan and the report ------------------------------------------------------------------------------------------


def _plan(infos: list[DocumentInfo]) -> Plan:
    """What a sync would do, from the list, so that the files are compared once."""

    def named(*states: str) -> tuple[str, ...]:
        return tuple(info.name for info in infos if info.state in states and not info.was)

    renamed = tuple((info.was, info.name) for info in infos if info.was)
    old = {was for was, _ in renamed}
    return Plan(
        added=named("new"),
        changed=named("changed"),
        renamed=renamed,
        removed=tuple(name for name in named("removed") if name not in old),
        unchanged=named("ready", "outdated"),
        failed=tuple(Failure(info.name, info.reason) for info in infos if info.reason),
    )


def _draw_plan(document_set: DocumentSet, plan: Plan) -> None:
    with st.container(border=True, key="plan"):
        verbatim("plan_text", [block("answer", f"The files have changed: {plan.summary()}"), *_named(plan)])
        st.button("Sync now", key="sync_now", type="primary", on_click=begin_sync, args=(document_set,))


def _tell_report(job: Job) -> None:
    if job.finished.is_set() and job.report is not None and (done_words(job) or job.report.plan.failed):
        with st.container(key="report"):
            verbatim("report_text", _report_blocks(job, job.report))


def _report_blocks(job: Job, report: SyncReport) -> list[Block]:
    done = [block("answer", f"{done_words(job)} {report.plan.summary()}")] if done_words(job) else []
    failed = [block("item", f"{failure.name}: {failure.reason}") for failure in report.plan.failed[:_NAMES]]
    more = len(report.plan.failed) - _NAMES
    lead = [block("answer", f"{counted(len(report.plan.failed), 'file')} could not be read:")] if failed else []
    rest = [block("note", f"and {more:,} more")] if more > 0 else []
    return [*done, *lead, *failed, *rest]


def _named(plan: Plan) -> list[Block]:
    groups = [
        ("Added", plan.added),
        ("Changed", plan.changed),
        ("Renamed", [f"{old} → {new}" for old, new in plan.renamed]),
        ("Removed", plan.removed),
        ("Not readable", [f"{failure.name} ({failure.reason})" for failure in plan.failed]),
    ]
    return [block("item", f"{group}: {listed(names, _NAMES)}") for group, names in groups if names]


if __name__ == "__main__":
    guarded(draw)
