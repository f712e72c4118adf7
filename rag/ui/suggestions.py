"""Questions that the documents answer, offered as buttons: on the greeting, and to go on with after an answer.

They are looked for beside the page, which never waits for them.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable

import streamlit as st

from rag.errors import FootnoteError
from rag.history import exchanges
from rag.ingest.library import DocumentSet
from rag.types import Turn
from rag.ui import words
from rag.ui.asking import Asking
from rag.ui.session import answering, attempt, desk
from rag.ui.text import plain

_EVERY = 0.4  # seconds
_REMEMBERED = 100


class Finding:
    """Questions that are looked for; once `finished` is set, `questions` holds them."""

    def __init__(self) -> None:
        self.finished = threading.Event()
        self.questions: tuple[str, ...] = ()
        self.stopped = False


class Suggesting:
    """What is looked for and was found for all tabs, one after the other."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._found: OrderedDict[tuple[str, ...], Finding] = OrderedDict()

    def find(
        self, key: tuple[str, ...], look: Callable[[Callable[[], bool]], tuple[str, ...]], stopped: Callable[[], bool]
    ) -> Finding:
        """What was found for `key`, or is being looked for; begins where nobody has, or where it was stopped.

        `look` is given `stopped`, by which it knows that nobody waits for it any more.
        """
        with self._guard:
            known = self._found.get(key)
            if known is not None and not known.stopped:
                self._found.move_to_end(key)
                return known
            finding = self._found[key] = Finding()
            if len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
        threading.Thread(target=self._run, args=(finding, look, stopped), daemon=True, name="suggestions").start()
        return finding

    def all(self) -> list[Finding]:
        """All that is known, oldest first."""
        with self._guard:
            return list(self._found.values())

    def _run(
        self, finding: Finding, look: Callable[[Callable[[], bool]], tuple[str, ...]], stopped: Callable[[], bool]
    ) -> None:
        try:
            with self._turn:
                if not stopped():
                    finding.questions = look(stopped)
                finding.stopped = stopped()
        except FootnoteError:
            pass  # whoever asks is told; here nothing is offered
        except Exception:
            traceback.print_exc(file=sys.stderr)
        finally:
            finding.finished.set()


@st.cache_resource(show_spinner=False)
def suggesting() -> Suggesting:
    """The process's one."""
    return Suggesting()


def draw_starters(document_set: DocumentSet, ask: Callable[[DocumentSet, str], None]) -> None:
    """Questions to begin with, as soon as they are known; a click on one calls `ask`."""
    assistant = desk().assistant
    questions = assistant.known_starters(document_set)
    if questions is None:
        key = ("starters", desk().key(document_set), assistant.stamp(document_set))
        finding = suggesting().find(key, lambda stopped: assistant.starters(document_set, stopped), lambda: False)
        if not finding.finished.is_set():
            _wait_for_starters(finding)
            return
        questions = finding.questions
    if questions:
        st.caption(words.FOR_EXAMPLE)
    for number, question in enumerate(questions):
        st.button(
            plain(question), key=f"starter-{number}", width="stretch", on_click=ask, args=(document_set, question)
        )


def draw_suggestions(document_set: DocumentSet, conversation: str, number: int, turn: Turn) -> None:
    """Questions to go on with below the last answer, `number` of its conversation, once they are found."""
    if turn.answer is None:
        return
    answer, assistant, asked = turn.answer, desk().assistant, answering()  # these: the work may outlive the page

    def look(stopped: Callable[[], bool]) -> tuple[str, ...]:
        before = assistant.history.turns(conversation)[:number]
        return assistant.suggestions(document_set, answer, exchanges(before), stopped)

    finding = suggesting().find(
        (conversation, str(number), assistant.stamp(document_set), answer.searched, answer.text),
        look,
        lambda: bool(asked.unkept(conversation)),  # the next question is asked, and comes first
    )
    with st.container(key=f"suggestions-{conversation}", gap="xsmall"):  # has its room before they are there
        if not finding.finished.is_set():
            _wait(finding)
            return
        if finding.questions:
            st.caption(words.INSTEAD if answer.abstained else words.GO_ON)
        else:
            st.space()  # else nothing is drawn, the room goes, and what is read moves
        for place, question in enumerate(finding.questions):
            st.button(
                plain(question),
                key=f"suggestion-{conversation}-{number}-{place}",
                width="stretch",
                on_click=_ask,
                args=(document_set, conversation, question),
            )


def _ask(document_set: DocumentSet, conversation: str, question: str) -> None:
    # it stands alone and is searched for as it is: that is how it was tried
    asking = Asking(question, question)
    attempt(desk().key(document_set), lambda: answering().ask(document_set, conversation, asking))


@st.fragment(run_every=_EVERY)
def _wait(finding: Finding) -> None:
    st.empty()  # drawing lets a click that waits go first
    if finding.finished.is_set():
        st.rerun()


@st.fragment(run_every=_EVERY)
def _wait_for_starters(finding: Finding) -> None:
    st.caption(words.LOOKING_FOR_QUESTIONS)
    if finding.finished.is_set():
        st.rerun()
