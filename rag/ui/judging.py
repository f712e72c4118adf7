"""The row below an answer: a button to copy it, a thumb and a comment, kept as soon as they are given."""

from __future__ import annotations

from typing import Final

import streamlit as st

from rag.feedback import LONGEST_COMMENT, Judgement
from rag.types import Answer
from rag.ui import words
from rag.ui.copying import offer_copy
from rag.ui.session import attempt, desk, guarded, tell_problems
from rag.ui.verbatim import block, verbatim

_ASK: Final = {True: words.ASK_GOOD, False: words.ASK_BAD}


def draw_judgement(conversation: str, number: int, answer: Answer) -> None:
    """The row; `number` is the turn's place in the conversation."""
    guarded(lambda: _row(conversation, number, answer))


@st.fragment
def _row(conversation: str, number: int, answer: Answer) -> None:
    key = f"{conversation}-{number}"
    kept = desk().assistant.feedback.get(conversation, number)
    state = st.session_state
    state[_thumbs(key)] = None if kept is None else int(kept.good)  # what is kept is what is shown
    with st.container(key=f"judgement-{key}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"judgement-row-{key}"):
            offer_copy(key, answer)
            st.feedback("thumbs", key=_thumbs(key), on_change=_judge, args=(conversation, number))
            if kept is not None and not state.get(_commenting(key)):
                label = words.CHANGE_COMMENT if kept.comment else words.ADD_COMMENT
                icon = ":material/edit:" if kept.comment else ":material/add_comment:"
                st.button(label, key=f"comment-{key}", type="tertiary", icon=icon, on_click=_open, args=(key,))
            if kept is not None and state.get(_saved(key)):
                st.caption(words.FEEDBACK_SAVED, width="content")
            withdrawn: Judgement | None = state.get(_taken(key))
            if kept is None and withdrawn is not None:
                st.caption(words.FEEDBACK_REMOVED, width="content")
                st.button(
                    words.UNDO,
                    key=f"unjudge-{key}",
                    type="tertiary",
                    icon=":material/undo:",
                    on_click=_bring_back,
                    args=(conversation, number),
                )
        tell_problems(_place(key))
        if kept is not None and state.get(_commenting(key)):
            _comment_form(conversation, number, kept)
        elif kept is not None and kept.comment:
            verbatim(f"commented-{key}", [block("note", words.YOUR_COMMENT.format(comment=kept.comment))])


def _comment_form(conversation: str, number: int, kept: Judgement) -> None:
    key = f"{conversation}-{number}"
    with st.form(f"commenting-{key}", border=False):
        st.text_area(
            _ASK[kept.good],
            value=kept.comment,
            key=f"words-{key}",
            max_chars=LONGEST_COMMENT,
            height=90,
        )
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                words.SAVE_COMMENT,
                key=f"save-{key}",
                type="primary",
                on_click=_comment,
                args=(conversation, number, kept.good),
            )
            st.form_submit_button(words.NOT_NOW, key=f"later-{key}", type="tertiary", on_click=_close, args=(key,))


def _judge(conversation: str, number: int) -> None:
    """A thumb was given, changed or, by a second click on it, taken back."""
    key, feedback = f"{conversation}-{number}", desk().assistant.feedback
    thumb = st.session_state[_thumbs(key)]

    def act() -> None:
        kept = feedback.get(conversation, number)
        _forget(key)
        if thumb is None:
            feedback.withdraw(conversation, number)
            st.session_state[_taken(key)] = kept
        else:
            feedback.judge(conversation, number, bool(thumb), kept.comment if kept else "")
            st.session_state[_saved(key)] = True
            st.session_state[_commenting(key)] = not (kept and kept.comment)

    attempt(_place(key), act)


def _comment(conversation: str, number: int, good: bool) -> None:
    key = f"{conversation}-{number}"

    def act() -> None:
        desk().assistant.feedback.judge(conversation, number, good, str(st.session_state[f"words-{key}"] or ""))
        _forget(key)
        st.session_state[_saved(key)] = True

    attempt(_place(key), act)


def _bring_back(conversation: str, number: int) -> None:
    key = f"{conversation}-{number}"

    def act() -> None:
        withdrawn: Judgement = st.session_state[_taken(key)]
        desk().assistant.feedback.judge(conversation, number, withdrawn.good, withdrawn.comment)
        _forget(key)

    attempt(_place(key), act)


def _open(key: str) -> None:
    _forget(key)
    st.session_state[_commenting(key)] = True


def _close(key: str) -> None:
    _forget(key)


def _forget(key: str) -> None:
    """Nothing was just done with this answer."""
    for name in (_commenting(key), _saved(key), _taken(key)):
        st.session_state.pop(name, None)


# -- what the session remembers of an answer's row --------------------------------------------------------------------


def _thumbs(key: str) -> str:
    return f"thumbs-{key}"


def _commenting(key: str) -> str:
    return f"is_commenting-{key}"


def _saved(key: str) -> str:
    return f"has_saved-{key}"


def _taken(key: str) -> str:
    return f"has_withdrawn-{key}"


def _place(key: str) -> str:
    """Under which problems are told."""
    return f"judging-{key}"
