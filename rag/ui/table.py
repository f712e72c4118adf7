"""The table of documents: a click on a row opens the article, a tick before it selects it for removal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.types import DocumentInfo
from rag.ui import words
from rag.ui.overview import STATES
from rag.ui.session import Shown, desk, open_drawer, session
from rag.ui.text import counted, plain, sendable
from rag.ui.uploads import remove_files

_HEIGHT = 460
_OPEN = ":material/article:"
# a title has the width that it needs, and what is left over; on a phone its beginning is what is seen at first
_COLUMNS = {
    words.COLUMN_STATE: st.column_config.TextColumn(width=104),
    words.COLUMN_DATE: st.column_config.DateColumn(format=words.DATE_IN_TABLE, width=100),
    words.COLUMN_OUTLET: st.column_config.TextColumn(width=120),
    words.COLUMN_WORDS: st.column_config.NumberColumn(format="localized", width=76),
    words.COLUMN_FILE: st.column_config.TextColumn(width=148),
    words.COLUMN_CHUNKS: st.column_config.NumberColumn(format="localized", width=76),
    words.COLUMN_REASON: st.column_config.TextColumn(width="large"),
}


def draw_table(document_set: DocumentSet, infos: Sequence[DocumentInfo], everything: Sequence[DocumentInfo]) -> None:
    """The table of `infos`, which are chosen from `everything`, and what can be done with its rows."""
    picked = _draw_rows(document_set, infos, everything)
    if not picked:
        st.caption(words.TABLE_HINT)
        return
    files = list(dict.fromkeys(info.file for info in picked if info.state != "removed"))
    with st.container(horizontal=True):
        if len(picked) == 1 and picked[0].chunks:
            shown = Shown(picked[0].name)
            st.button(words.READ, key="read", icon=":material/article:", on_click=open_drawer, args=(shown,))
        if files:
            st.button(
                plain(_removing(files, everything)),
                key="remove",
                icon=":material/delete:",
                on_click=remove_files,
                args=(document_set, files),
            )


def _draw_rows(
    document_set: DocumentSet, infos: Sequence[DocumentInfo], everything: Sequence[DocumentInfo]
) -> list[DocumentInfo]:
    """The table; returns the documents of the rows that are selected."""
    columns = {
        words.COLUMN_OPEN: [_OPEN if info.chunks else None for info in infos],
        words.COLUMN_STATE: [STATES[info.state] for info in infos],
        words.COLUMN_TITLE: [sendable(info.title) for info in infos],
        words.COLUMN_DATE: [info.published for info in infos],
        words.COLUMN_OUTLET: [sendable(info.outlet or "") for info in infos],
        words.COLUMN_WORDS: [info.words for info in infos],
        words.COLUMN_FILE: [sendable(info.name) for info in infos],
        words.COLUMN_CHUNKS: [info.chunks for info in infos],
        words.COLUMN_REASON: [sendable(info.reason) for info in infos],
    }
    hidden = set() if any(info.reason for info in infos) else {words.COLUMN_REASON}
    hidden |= set() if any(info.state != "ready" for info in everything) else {words.COLUMN_STATE}
    order = [name for name in columns if name not in hidden]
    # rows are selected by position, so that another list must be another table
    identity = hash(tuple((info.name, info.state) for info in infos))
    key = f"table-{desk().key(document_set)}-{identity}"
    button = st.column_config.ButtonColumn(
        "", width=44, type="tertiary", key=f"open-{key}", on_click=_pressed, args=(document_set, f"open-{key}", infos)
    )
    event = st.dataframe(
        columns,
        hide_index=True,
        column_order=order,
        key=key,
        height="auto" if len(infos) < 12 else _HEIGHT,
        on_select=partial(_clicked, document_set, key, infos),
        selection_mode=["multi-row", "single-cell"],
        column_config={words.COLUMN_OPEN: button, **_COLUMNS},
        placeholder="",
        alt=words.TABLE,
    )
    rows: list[int] = event["selection"]["rows"]
    return [infos[row] for row in rows if row < len(infos)]


def _pressed(document_set: DocumentSet, key: str, infos: Sequence[DocumentInfo]) -> None:
    _open(document_set, infos, st.session_state[key]["row"])


def _clicked(document_set: DocumentSet, key: str, infos: Sequence[DocumentInfo]) -> None:
    """Open the document of the row that was clicked on, if it was one and no tick.

    The first column tells itself of clicks on it, and is what the table selects whenever the focus comes to it: after a
    click on a heading, by the Tab key, and when the article is closed.
    """
    chosen = st.session_state[key]["selection"]
    if chosen["cells"] and chosen["cells"][0][1] != words.COLUMN_OPEN:
        # the cell is let go of at once: else the next click on it would only do that
        st.session_state[key] = {"selection": {"rows": list(chosen["rows"])}}
        _open(document_set, infos, chosen["cells"][0][0])


def _open(document_set: DocumentSet, infos: Sequence[DocumentInfo], row: int) -> None:
    if row >= len(infos):
        return
    info = infos[row]
    if info.chunks:
        open_drawer(Shown(info.name))
    else:
        says = info.reason and f"{info.name}: {info.reason}"
        session().problems[desk().key(document_set)] = (says or words.NOT_READ_YET.format(name=info.name),)


def _removing(files: Sequence[str], infos: Sequence[DocumentInfo]) -> str:
    """What will go with the files: all records of a file, whichever of them were selected."""
    chosen = set(files)
    going = {info.name for info in infos if info.file in chosen and info.state not in {"removed", "failed"}}
    records = len(going - chosen)
    with_records = counted(records, words.RECORD, words.RECORDS)
    if len(files) == 1:
        form = words.REMOVE_FILE_RECORDS if records else words.REMOVE_FILE
        return form.format(name=files[0], records=with_records)
    form = words.REMOVE_FILES_RECORDS if records else words.REMOVE_FILES
    return form.format(files=counted(len(files), words.FILE, words.FILES), records=with_records)
