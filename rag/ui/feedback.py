"""The page of feedback: what was thought of which answer, in a table, as files, and back to the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from rag.export.judgements import judgements_as_csv, judgements_as_json
from rag.export.transcript import remarks
from rag.feedback import Judged, Judgement
from rag.ingest.library import DocumentSet
from rag.ui import words
from rag.ui.conversations import open_conversation
from rag.ui.navigation import ask_address
from rag.ui.session import attempt, choose_set, current_set, desk, guarded, session, tell_problems
from rag.ui.text import counted, excerpt, sendable
from rag.ui.verbatim import Block, block, verbatim

_FILTERS: Final[dict[str, bool | None]] = {words.ALL: None, words.GOOD: True, words.BAD: False}
_THUMBS: Final = {True: words.THUMB_GOOD, False: words.THUMB_BAD}
_PLACE: Final = "feedback"  # under which problems are told
_TAKEN: Final = "feedback_removed"
_CHAT: Final = "rag/ui/chat.py"


def draw() -> None:
    """The whole page."""
    st.title(words.FEEDBACK_PAGE, anchor=False)
    tell_problems(_PLACE)
    _offer_undo()
    judged = desk().assistant.feedback.list()
    if not judged:
        st.info(words.NOTHING_JUDGED)
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        filters = list(_FILTERS)
        wanted = _FILTERS[st.segmented_control(words.SHOW, filters, default=words.ALL, key="feedback_filter",
                                               label_visibility="collapsed", required=True) or words.ALL]  # fmt: skip
        shown = [each for each in judged if wanted is None or each.judgement.good == wanted]
        names = desk().assistant.set_names()
        _offer_files(shown, names)
    good = sum(each.judgement.good for each in judged)
    answers = counted(len(judged), words.ANSWER, words.ANSWERS)
    st.caption(words.JUDGED.format(answers=answers, good=good, bad=len(judged) - good))
    if not shown:
        st.info(words.NONE_JUDGED_SO)
        return
    picked = _draw_table(shown, names)
    if picked is None:
        st.caption(words.JUDGED_HINT)
    else:
        _draw_one(picked)


def _offer_files(shown: Sequence[Judged], names: Mapping[str, str]) -> None:
    with st.container(horizontal=True, width="content"):
        st.download_button(
            words.CSV,
            data=lambda: judgements_as_csv(shown, names).encode("utf-8", "replace"),
            file_name="feedback.csv",
            mime="text/csv",
            key="feedback_csv",
            icon=":material/download:",
            help=words.CSV_HELP,
            on_click="ignore",
            disabled=not shown,
        )
        st.download_button(
            words.JSON,
            data=lambda: judgements_as_json(shown, names).encode("utf-8", "replace"),
            file_name="feedback.json",
            mime="application/json",
            key="feedback_json",
            icon=":material/download:",
            help=words.JSON_HELP,
            on_click="ignore",
            disabled=not shown,
        )


def _draw_table(shown: Sequence[Judged], names: Mapping[str, str]) -> Judged | None:
    """The table; returns the answer of the row that is selected."""
    columns = {
        words.COLUMN_WHEN: [each.judgement.updated.astimezone().replace(tzinfo=None) for each in shown],
        words.COLUMN_THUMB: [_THUMBS[each.judgement.good] for each in shown],
        words.COLUMN_QUESTION: [sendable(excerpt(each.turn.question)) for each in shown],
        words.COLUMN_COMMENT: [sendable(excerpt(each.judgement.comment)) for each in shown],
        words.COLUMN_ANSWER: [sendable(excerpt(_said(each))) for each in shown],
        words.COLUMN_SET: [sendable(names.get(each.key, each.key)) for each in shown],
    }
    # rows are selected by position, so that another list must be another table
    identity = hash(tuple((each.conversation, each.number, each.judgement.updated) for each in shown))
    event = st.dataframe(
        columns,
        hide_index=True,
        key=f"feedback-{identity}",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_COLUMNS,
        alt=words.JUDGED_TABLE,
    )
    rows: list[int] = event["selection"]["rows"]
    return shown[rows[0]] if rows and rows[0] < len(shown) else None


_COLUMNS = {
    words.COLUMN_WHEN: st.column_config.DatetimeColumn(format=words.TIME_IN_TABLE, width=140),
    words.COLUMN_THUMB: st.column_config.TextColumn(width=65),
    words.COLUMN_QUESTION: st.column_config.TextColumn(width=200),
    words.COLUMN_COMMENT: st.column_config.TextColumn(width=150),
    words.COLUMN_ANSWER: st.column_config.TextColumn(width=145),
    words.COLUMN_SET: st.column_config.TextColumn(width=90),
}


def _draw_one(judged: Judged) -> None:
    """The answer whole, with what was thought of it, and the way to its conversation."""
    answer = judged.turn.answer
    thought = [block("answer", _THUMBS[judged.judgement.good])]
    thought += [block("quote", judged.judgement.comment)] if judged.judgement.comment else []
    notes = [block("note", remark) for remark in remarks(answer)] if answer else []
    about = _set_of(judged.key)
    with st.container(border=True, key="judged"):
        verbatim("judged_text", [block("heading", judged.turn.question), *map(_line, _said(judged).split("\n")),
                                 *notes, *thought])  # fmt: skip
        with st.container(horizontal=True):
            opened = st.button(
                words.OPEN_CONVERSATION,
                key="feedback_open",
                icon=":material/forum:",
                type="primary",
                disabled=about is None,
                help=words.SET_ELSEWHERE if about is None else None,
                on_click=_open if about else None,
                args=(about, judged.conversation),
            )
            st.button(
                words.REMOVE_FEEDBACK,
                key="feedback_remove",
                icon=":material/delete:",
                on_click=_remove,
                args=(judged,),
            )
    if opened and about is not None and session().conversations.get(judged.key) == judged.conversation:
        st.switch_page(_CHAT, query_params=ask_address(current_set()))


def _line(text: str) -> Block:
    return block("answer", text)


def _said(judged: Judged) -> str:
    return judged.turn.answer.text if judged.turn.answer else judged.turn.error


def _set_of(key: str) -> DocumentSet | None:
    assistant = desk().assistant
    return next((known for known in assistant.library.sets() if assistant.key(known) == key), None)


def _open(document_set: DocumentSet, conversation: str) -> None:
    choose_set(document_set)
    open_conversation(document_set, conversation)


def _remove(judged: Judged) -> None:
    def act() -> None:
        desk().assistant.feedback.withdraw(judged.conversation, judged.number)
        st.session_state[_TAKEN] = judged

    attempt(_PLACE, act)


def _offer_undo() -> None:
    removed: Judged | None = st.session_state.get(_TAKEN)
    if removed is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="feedback_undo_bar"):
            st.text(words.FEEDBACK_REMOVED, width="content")
            st.button(words.UNDO, key="feedback_undo", icon=":material/undo:", on_click=_undo, args=(removed,))


def _undo(removed: Judged) -> None:
    def act() -> None:
        st.session_state.pop(_TAKEN, None)
        kept: Judgement = removed.judgement
        desk().assistant.feedback.judge(removed.conversation, removed.number, kept.good, kept.comment)

    attempt(_PLACE, act)


if __name__ == "__main__":
    guarded(draw)
