"""What one browser tab has on its page: the set it looks at, its conversations, its syncs, and what it can undo."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from rag.assistant import Assistant
from rag.errors import FootnoteError
from rag.ingest.library import DocumentSet, Removal
from rag.ingest.trash import DeletedSet
from rag.settings import load_settings
from rag.types import Citation
from rag.ui import words
from rag.ui.asking import Answering
from rag.ui.jobs import Desk, Job, Receiving, Work
from rag.ui.text import plain, progress_words

_WHILE = {
    "reading": words.WHILE_READING,
    "removing": words.WHILE_REMOVING,
    "returning": words.WHILE_RETURNING,
    "restoring": words.WHILE_RESTORING,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the drawer shows: a document, and the citations that one can go through, `at` the place of the current one.

    Without citations it is the document alone. A citation with the number 0 is a passage that no sentence rests on.
    """

    document: str
    citations: tuple[Citation, ...] = ()
    at: int = 0

    @property
    def citation(self) -> Citation | None:
        """The current one."""
        return self.citations[self.at] if self.citations else None


@dataclass(frozen=True, slots=True)
class Undo:
    """Something that can be taken back, in words."""

    words: str
    removal: Removal | DeletedSet


@dataclass(slots=True)
class Session:
    """All that a tab remembers; everything that belongs to a set is kept by that set's key.

    `document_set` is the name of the set that it looks at, "" before it looked at any. `conversations` are the ids of
    those that are open, `deleted` of those that were deleted last. `hiding` is true while sentences that were not found
    in the documents are left out, `opening` from when an answer that is still being written was left for an article
    until that is shown. `told` are the jobs whose uploads can be undone already, `arriving` the files that are to
    replace a whole set, and `charts` counts how often all was shown again. `address` is what the page's address named
    when this tab saw or wrote it last, None before that, and `left` what it named when that was last written over;
    `filter_named` are the values in it that name a filter, with the key of its set, until that is in force.
    """

    document_set: str = ""
    conversations: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    hiding: bool = False
    jobs: dict[str, Job] = field(default_factory=dict)
    undo: dict[str, Undo] = field(default_factory=dict)
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    drawer: Shown | None = None
    opening: bool = False
    uploads: int = 0
    told: dict[str, Job] = field(default_factory=dict)
    arriving: dict[str, Receiving] = field(default_factory=dict)
    charts: dict[str, int] = field(default_factory=dict)
    address: dict[str, tuple[str, ...]] | None = None
    left: dict[str, tuple[str, ...]] | None = None
    filter_named: tuple[str, tuple[tuple[str, ...], ...]] | None = None


@st.cache_resource(show_spinner=words.STARTING)
def desk() -> Desk:
    """The process's one desk."""
    assistant = Assistant(load_settings())
    # else the first question would wait for what a language model's client imports
    threading.Thread(target=assistant.open_model, daemon=True, name="open the language model").start()
    return Desk(assistant)


@st.cache_resource(show_spinner=False)
def answering() -> Answering:
    """The process's questions on their way."""
    return Answering(desk())


def session() -> Session:
    """This tab's session."""
    if "footnote" not in st.session_state:
        st.session_state["footnote"] = Session()
    found: Session = st.session_state["footnote"]
    return found


def current_set() -> DocumentSet:
    """The set that this tab looks at."""
    library = desk().assistant.library
    return next((known for known in library.sets() if known.name == session().document_set), library.first)


def choose_set(document_set: DocumentSet) -> None:
    """Look at another set, from when the page is drawn next."""
    session().document_set = document_set.name


def guarded(draw: Callable[[], None]) -> bool:
    """Draw; true if all went well.

    Whatever goes wrong becomes one sentence on the page and, if nobody foresaw it, a traceback on stderr.
    """
    try:
        draw()
    except FootnoteError as error:
        st.error(plain(str(error)))
        return False
    except Exception:
        traceback.print_exc(file=sys.stderr)
        st.error(words.UNEXPECTED)
        return False
    return True


def attempt(key: str, act: Callable[[], None]) -> None:
    """Do what a button asks for; what goes wrong is told when the page is drawn next."""
    problems: tuple[str, ...] = ()
    try:
        act()
    except FootnoteError as error:
        problems = (str(error),)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        problems = (words.UNEXPECTED,)
    if problems:
        session().problems[key] = problems


def tell_problems(key: str) -> None:
    """Say once what went wrong with the last thing that was asked for."""
    for problem in session().problems.pop(key, ()):
        st.error(plain(problem))


def close_drawer() -> None:
    """Show no document any more."""
    session().drawer = None


def open_drawer(shown: Shown) -> None:
    """Show a document beside the page."""
    session().drawer = shown


def watch_sync(document_set: DocumentSet, *, asking: bool = False) -> Job:
    """The sync of the set that this tab last began or joined, drawn with its progress or its error.

    With `asking`, what it means for questions is said too. The first look at a set begins one: what changed in the
    folder since the last time is read without being asked.
    """
    key = desk().key(document_set)
    job = session().jobs.get(key) or session().jobs.setdefault(key, desk().join(document_set))
    with st.container(key="sync"):
        if not job.finished.is_set():
            draw_progress(job, document_set if asking else None)
        elif job.error:
            _tell_failed(job, document_set)
    return job


@st.fragment(run_every=0.4)
def draw_progress(work: Work, asking: DocumentSet | None = None) -> None:
    """A bar that follows the work, and draws the page anew when it is done; what it means for questions about a set."""
    finished = work.finished.is_set()
    progress = work.progress
    done = min(1.0, progress.done / progress.total) if progress.total > 0 else 0.0
    # Drawing lets a click that waits go first. `st.rerun` would put this page in the place of the one clicked on.
    st.progress(done, text=plain(progress_words(progress, work.doing_seconds)))
    if asking is not None and (says := _WHILE.get(desk().reading(asking))) and desk().assistant.synced(asking):
        st.caption(says)
    if finished:
        st.rerun()


def _tell_failed(job: Job, document_set: DocumentSet) -> None:
    st.warning(plain(job.error))
    if job.unusable:
        st.button(words.REBUILD, on_click=begin_sync, args=(document_set, True), key="rebuild", type="primary")
    else:
        st.button(words.TRY_AGAIN, on_click=begin_sync, args=(document_set,), key="try_again")


def begin_sync(
    document_set: DocumentSet, rebuild: bool = False, *, exclusive: bool = False, restoring: bool = False
) -> None:
    """Bring the set up to its files, or make its index anew; `exclusive` makes questions wait until it is done.

    `restoring` says that it brings back what was there before.
    """
    key = desk().key(document_set)
    session().jobs[key] = desk().sync(document_set, rebuild=rebuild, exclusive=exclusive, restoring=restoring)
