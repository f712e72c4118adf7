"""How an answer looks: while it comes, when it stands, and when there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from rag.answer.citations import UNSUPPORTED
from rag.answer.scope import scope_words
from rag.export.transcript import paragraphs
from rag.ingest.library import DocumentSet
from rag.models.language import QUOTES
from rag.types import Answer, Citation, Sentence, Turn
from rag.ui import words
from rag.ui.again import offer_again, offer_more
from rag.ui.asking import Asking
from rag.ui.judging import draw_judgement
from rag.ui.session import Shown, desk, open_drawer, session
from rag.ui.sources import citation_shown, draw_sources
from rag.ui.text import counted, excerpt, listed, plain, source_label
from rag.ui.verbatim import Block, Part, block, verbatim

_NEAREST = 3
_EVERY = 0.25  # seconds
_HIDE = "hide_unsupported"
_WORTH_TELLING = 0.005  # seconds


def draw_question(key: str, question: str, *, scroll: bool = False) -> None:
    """What was asked; with `scroll` it comes into view."""
    with st.chat_message("user", avatar=":material/person:"):
        verbatim(f"question-{key}", [block("question", question)], scroll=scroll)


def draw_turn(document_set: DocumentSet, conversation: str, number: int, turn: Turn, *, scroll: bool = False) -> None:
    """A question and what became of it; `number` is its place in the conversation. With `scroll` it comes into view."""
    key = f"{conversation}-{number}"
    draw_question(key, turn.question, scroll=scroll)
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        if turn.answer is None:
            st.warning(plain(turn.error))
            offer_again(document_set, conversation, number, turn)
            return
        _draw_answer(key, turn.answer)
        _tell_changes(document_set, key, turn.answer)
        offer_more(document_set, conversation, number, turn.answer)
        draw_judgement(conversation, number, turn.answer)


def draw_asking(asking: Asking, key: str) -> None:
    """An answer on its way, or one that could not be kept."""
    draw_question(key, asking.question, scroll=asking.number is None)
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        if not asking.unsaved:
            _coming(asking, key)
            return
        if asking.turn.answer is not None:
            _draw_answer(key, asking.turn.answer)
        else:
            st.warning(plain(asking.turn.error))
        st.warning(plain(words.NOT_KEPT.format(reason=asking.unsaved)))


def offer_to_hide(turns: Sequence[Turn]) -> None:
    """The one switch for sentences that were not found in the documents, where there are any."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    if any(not sentence.supported for answer in answers for sentence in answer.sentences):
        st.session_state[_HIDE] = session().hiding  # which a widget forgets while it is not drawn
        with st.sidebar:
            st.toggle(words.HIDE, key=_HIDE, on_change=_hide)


def _hide() -> None:
    session().hiding = bool(st.session_state[_HIDE])


def _to_show(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [sentence for sentence in sentences if sentence.supported or not session().hiding]


@st.fragment(run_every=_EVERY)
def _coming(asking: Asking, key: str) -> None:
    # quotes take less time than the page does to ask again
    finished = asking.finished.wait(0.0 if asking.sentences or asking.rest else 0.4)
    shown = [_parts(paragraph) for paragraph in paragraphs(_to_show(asking.sentences))]
    if asking.rest:
        before = shown.pop() if shown else ()
        shown.append((*before, (" " if before else "", ""), (asking.rest, "unchecked")))
    blocks = [Block("answer", parts) for parts in shown]
    verbatim(
        f"coming-{key}",
        [*blocks, *_steps(asking)],
        citations=asking.citations,
        cited=lambda number: _open_meanwhile(asking, number),
    )
    st.button(
        words.STOP, key=f"stop-{key}", icon=":material/stop_circle:", on_click=asking.stop, disabled=asking.stopped()
    )
    if finished or session().opening:
        session().opening = False
        st.rerun()


def _open_meanwhile(asking: Asking, number: int) -> None:
    open_drawer(citation_shown(asking.citations, number))
    session().opening = True  # the drawer is drawn by the whole page, not by this fragment of it


def _steps(asking: Asking) -> list[Block]:
    done = [block("done", words.STEP_DONE.format(step=step, seconds=seconds)) for step, seconds in asking.done]
    return [*done, block("doing", asking.doing)]


def _tell_checks(answer: Answer) -> None:
    """How many of the sentences were found in the documents, and what took how long."""
    whole = [sentence for sentence in answer.sentences if not sentence.short]
    found = sum(sentence.supported for sentence in whole)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if answer.model == QUOTES:  # of which nothing had to be checked: what they answer is for the user to judge
            quoted = counted(len(whole), words.QUOTED_SENTENCE, words.QUOTED_SENTENCES)
            st.badge(quoted, icon=":material/format_quote:", color="gray")
        else:
            sentences = counted(len(whole), words.SENTENCE, words.SENTENCES)
            st.badge(
                words.SUPPORTED.format(found=found, sentences=sentences),
                icon=":material/verified:" if found == len(whole) else ":material/rule:",
                color="green" if found == len(whole) else "orange",
            )
        st.caption(_times(answer), width="content")


def _times(answer: Answer) -> str:
    """For example `searched 1,494 articles in 0.01 s · read 24 passages in 0.27 s · 0.28 s in all`."""
    took = answer.seconds
    if "total" not in took:
        return ""
    forms = {
        "retrieve": words.TOOK_SEARCH_OF if answer.documents_searched else words.TOOK_SEARCH,
        "read": words.TOOK_READ_OF if answer.passages_read else words.TOOK_READ,
        "write": words.TOOK_WRITE,
    }
    articles = counted(answer.documents_searched, words.ARTICLE, words.ARTICLES)
    passages = counted(answer.passages_read, words.PASSAGE, words.PASSAGES)
    steps = [
        form.format(articles=articles, passages=passages, seconds=took[step])
        for step, form in forms.items()
        if took.get(step, 0.0) >= _WORTH_TELLING
    ]
    return " · ".join([*steps, words.TOOK_TOTAL.format(seconds=took["total"])])


def _draw_answer(key: str, answer: Answer) -> None:
    if answer.problem:
        instead = answer.model == QUOTES and not answer.abstained
        problem = words.QUOTES_THEN.format(problem=answer.problem) if instead else answer.problem
        st.warning(plain(problem), icon=":material/info:")
    if answer.abstained:
        _draw_silence(key, answer)
        return
    shown = _to_show(answer.sentences)
    blocks = [Block("answer", _parts(paragraph)) for paragraph in paragraphs(shown)]
    hidden = len(answer.sentences) - len(shown)
    notes = [*answer.notes, *([counted(hidden, words.HIDDEN, words.ALL_HIDDEN)] if hidden else [])]
    notes += [words.SEARCHED_FOR.format(searched=answer.searched)] if answer.searched != answer.question else []
    notes += [scope] if (scope := scope_words(answer)) else []
    verbatim(
        f"answer-{key}",
        [*blocks, *(block("note", note) for note in notes)],
        citations=answer.citations,
        cited=lambda number: open_drawer(citation_shown(answer.citations, number)),
    )
    draw_sources(key, answer.citations)
    _tell_checks(answer)


def _draw_silence(key: str, answer: Answer) -> None:
    nearest = answer.passages[:_NEAREST]
    lead = [block("note", words.NEAREST)] if nearest else []
    searched = words.SEARCHED_FOR.format(searched=answer.searched)
    told = (*answer.notes, searched, scope_words(answer), words.TO_TRY)
    notes = [block("note", note) for note in told if note]
    verbatim(f"answer-{key}", [block("answer", answer.text), *notes, *lead])
    for number, passage in enumerate(nearest):
        with st.container(key=f"nearest-{key}-{number}", gap="xxsmall"):
            verbatim(f"passage-{key}-{number}", [block("quote", excerpt(passage.text))])
            nearest_words = Citation(
                0,
                passage.document,
                passage.title,
                passage.outlet,
                passage.published,
                passage.page,
                passage.start,
                passage.end,
                passage.text,
            )
            shown = Shown(passage.document, (nearest_words,))
            label = source_label(passage.title, passage.outlet, passage.published, passage.page)
            st.button(
                plain(label),
                key=f"open-{key}-{number}",
                type="tertiary",
                icon=":material/article:",
                on_click=open_drawer,
                args=(shown,),
            )


def _tell_changes(document_set: DocumentSet, key: str, answer: Answer) -> None:
    changes = desk().assistant.changed_since(document_set, answer)
    if not changes:
        return
    titles = {citation.document: citation.title for citation in answer.citations}
    held = {entry.name: entry.title for entry in desk().assistant.entries(document_set)}
    times = Counter((held | titles).values())
    forms = {"changed": words.CHANGED_SINCE, "gone": words.GONE_SINCE}
    told = []
    for state, form in forms.items():
        named = [_named(name, titles[name], times[titles[name]]) for name, other in changes.items() if other == state]
        told += [block("note", form.format(names=listed(named, 5)))] if named else []
    verbatim(f"changes-{key}", told)


def _named(name: str, title: str, times: int) -> str:
    """A document by its title, and by its file too where several have that title."""
    return (words.DOCUMENT_TITLED if times == 1 else words.DOCUMENT_TITLED_TWICE).format(title=title, name=name)


def _parts(sentences: Sequence[Sentence]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for sentence in sentences:
        parts += [(" ", "")] if parts else []
        parts.append((sentence.text, "short" if sentence.short else "" if sentence.supported else "unfound"))
        if sentence.supported:
            parts += [(str(number), "cite") for number in sentence.citations]
        else:
            parts += [(" ", ""), (UNSUPPORTED, "flag")]
    return tuple(parts)
