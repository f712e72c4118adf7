"""The page to ask on: the conversation about the chosen set, and a greeting before its first question."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from datetime import date

import streamlit as st

from rag.errors import FootnoteError, IndexUnusable
from rag.ingest.library import DocumentSet
from rag.types import Answer, Citation, Sentence
from rag.ui.drawer import draw_drawer
from rag.ui.jobs import UNEXPECTED, Job
from rag.ui.session import Shown, Turn, current_set, desk, guarded, open_drawer, session, tell_problems, watch_sync
from rag.ui.text import counted, described, excerpt, plain, shown_date, source_label
from rag.ui.verbatim import Block, block, verbatim

_TITLES = 5
_NEAREST = 3


def draw() -> None:
    """The whole page."""
    document_set = current_set()
    job = watch_sync(document_set)
    tell_problems(desk().key(document_set))
    turns = session().turns.setdefault(desk().key(document_set), [])
    empty = not desk().assistant.entries(document_set)
    # each has its own place, which is emptied at once: what is stale would stay until the script ends
    if turns:
        st.empty()
        with st.container():
            _draw_turns(document_set, turns, job)
    else:
        with st.container():
            _greet(document_set, job)
        st.empty()
    placeholder = "Ask about these documents"
    if empty:
        placeholder = "There is nothing to ask about yet" if job.finished.is_set() else "The documents are being read"
    st.chat_input(
        placeholder,
        key="question",
        max_chars=2_000,
        submit_mode="disable",
        disabled=empty,
        on_submit=_submitted,
        args=(document_set,),
    )
    draw_drawer(document_set)


# -- the greeting ---------------------------------------------------------------------------------------------------


def _greet(document_set: DocumentSet, job: Job) -> None:
    assistant = desk().assistant
    st.title("Footnote", anchor=False)
    st.markdown("Answers from your documents, with the exact words they rest on.")
    entries = assistant.entries(document_set)
    if not entries:
        if job.finished.is_set():
            _say_empty()
        return
    dates = assistant.dates(document_set)
    titles = [block("item", described(entry.title, entry.published)) for entry in entries[:_TITLES]]
    more = len(entries) - _TITLES
    rest = [block("note", f"and {more:,} more")] if more > 0 else []
    count = f"{counted(len(entries), 'article')} in “{document_set.name}”{_when(dates)}:"
    verbatim(f"greeting-{desk().key(document_set)}", [block("answer", count), *titles, *rest])
    _offer_starters(document_set)


def _when(dates: tuple[date, date] | None) -> str:
    if dates is None:
        return ""
    first, last = (shown_date(day) for day in dates)
    return f", of {first}" if first == last else f", from {first} to {last}"


def _say_empty() -> None:
    st.info("This set has no documents yet. Go to Documents and drop some files there.")
    st.page_link("rag/ui/documents.py", label="Go to Documents", icon=":material/description:")


def _offer_starters(document_set: DocumentSet) -> None:
    place = st.empty()
    with place.container(), st.spinner("Looking for questions that these documents answer"):
        starters = desk().assistant.starters(document_set)
    with place.container():
        if starters:
            st.caption("For example:")
        for number, question in enumerate(starters):
            st.button(
                plain(question), key=f"starter-{number}", width="stretch", on_click=_ask, args=(document_set, question)
            )


# -- the conversation -------------------------------------------------------------------------------------------------


def _submitted(document_set: DocumentSet) -> None:
    question = st.session_state["question"]
    if question:
        _ask(document_set, str(question))


def _ask(document_set: DocumentSet, question: str) -> None:
    session().turns.setdefault(desk().key(document_set), []).append(Turn(question))


def _clear(document_set: DocumentSet) -> None:
    session().turns.pop(desk().key(document_set), None)


def _draw_turns(document_set: DocumentSet, turns: list[Turn], job: Job) -> None:
    with st.sidebar:
        st.button(
            "Clear conversation", key="clear", icon=":material/delete_sweep:", on_click=_clear, args=(document_set,)
        )  # fmt: skip
    key = desk().key(document_set)
    for number, turn in enumerate(turns):
        with st.chat_message("user", avatar=":material/person:"):
            verbatim(f"question-{key}-{number}", [block("question", turn.question)])
        with st.chat_message("assistant", avatar=":material/format_quote:"):
            if turn.answer is not None:
                _draw_answer(f"{key}-{number}", turn.answer)
            elif turn.error:
                st.warning(plain(turn.error))
            else:
                turns[number] = _answered(document_set, turn.question, turns[:number], job)
                st.rerun()


def _answered(document_set: DocumentSet, question: str, before: list[Turn], job: Job) -> Turn:
    after = [turn.question for turn in before if turn.answer is not None]
    with st.status("Thinking about the question", type="compact") as status:

        def step(words: str) -> None:
            status.update(label=plain(words))
            status.text(words)

        try:
            desk().wait_for_removals(document_set, step)
            answer = desk().assistant.ask(document_set, question, after, step)
        except IndexUnusable as error:
            job.error, job.unusable = str(error), True
            return Turn(question, error=str(error))
        except FootnoteError as error:
            return Turn(question, error=str(error))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Turn(question, error=UNEXPECTED)
    return Turn(question, answer)


def _draw_answer(key: str, answer: Answer) -> None:
    told = answer.abstained or answer.searched != answer.question
    searched = [block("note", f"Searched for: {answer.searched}")] if told else []
    if answer.abstained:
        _draw_silence(key, answer, searched)
        return
    short = [sentence for sentence in answer.sentences if sentence.short]
    rest = [sentence for sentence in answer.sentences if not sentence.short]
    blocks = [Block("answer", _parts(sentences)) for sentences in (short, rest) if sentences]
    verbatim(f"answer-{key}", [*blocks, *searched])
    with st.container(key=f"sources-{key}", gap="xsmall"):
        for citation in answer.citations:
            _source_button(key, citation)


def _draw_silence(key: str, answer: Answer, searched: list[Block]) -> None:
    nearest = answer.passages[:_NEAREST]
    lead = [block("note", "The nearest passages:")] if nearest else []
    verbatim(f"answer-{key}", [block("answer", answer.text), *searched, *lead])
    for number, passage in enumerate(nearest):
        with st.container(key=f"nearest-{key}-{number}", gap="xxsmall"):
            verbatim(f"passage-{key}-{number}", [block("quote", excerpt(passage.text))])
            shown = Shown(passage.document, passage.start, passage.end, passage.text)
            label = source_label(passage.title, passage.outlet, passage.published, passage.page)
            st.button(
                plain(label),
                key=f"open-{key}-{number}",
                type="tertiary",
                icon=":material/article:",
                on_click=open_drawer,
                args=(shown,),
            )


def _parts(sentences: Sequence[Sentence]) -> tuple[tuple[str, str], ...]:
    parts: list[tuple[str, str]] = []
    for sentence in sentences:
        numbers = "".join(f"[{number}]" for number in sentence.citations)
        parts += [(" ", "")] if parts else []
        parts += [(sentence.text, "short" if sentence.short else ""), (" ", ""), (numbers, "number")]
    return tuple(parts)


def _source_button(key: str, citation: Citation) -> None:
    label = f"[{citation.number}] " + source_label(citation.title, citation.outlet, citation.published, citation.page)
    st.button(
        plain(label),
        key=f"source-{key}-{citation.number}",
        type="secondary",
        on_click=open_drawer,
        args=(Shown(citation.document, citation.start, citation.end, citation.quote, citation.short),),
    )


if __name__ == "__main__":
    guarded(draw)
