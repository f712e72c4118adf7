"""Answers that are made beside the page: no click on it, no reload and no second tab ends one."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Sequence

from rag.answer.writing import Listener
from rag.errors import FootnoteError, IndexUnusable
from rag.history import exchanges
from rag.ingest.library import DocumentSet
from rag.types import EVERYTHING, Citation, Filter, Sentence, Turn
from rag.ui import words
from rag.ui.jobs import Desk


class Asking(Listener):
    """A question on its way to an answer; the page reads it while a thread of its own does the work.

    `doing` says what is being done, `done` what was and how many seconds it took. `within` is the filter that it is
    asked with, and `number` the turn whose place the answer takes, None for a new one. Once `finished` is set, `turn`
    holds the answer, and `kept` its number in the history or `unsaved` why it could not be kept there.
    """

    def __init__(
        self,
        question: str,
        searched: str = "",
        *,
        quotes: bool = False,
        number: int | None = None,
        within: Filter = EVERYTHING,
    ) -> None:
        self.question = question
        self.searched = searched
        self.within = within
        self.quotes = quotes
        self.number = number
        self.finished = threading.Event()
        self.doing = words.WAITING_FOR_ANSWER
        self.done: tuple[tuple[str, float], ...] = ()
        self.sentences: tuple[Sentence, ...] = ()
        self.citations: tuple[Citation, ...] = ()
        self.rest = ""
        self.turn = Turn(question)
        self.kept: int | None = None
        self.unsaved = ""
        self._halted = threading.Event()
        self._since: float | None = None  # when what it does began; it waits until then

    def step(self, words: str) -> None:
        """See `Listener`."""
        now = time.monotonic()
        if self._since is not None:
            self.done = (*self.done, (self.doing, now - self._since))
        self.doing, self._since = words, now

    def drafted(self, sentences: Sequence[Sentence], citations: Sequence[Citation], rest: str) -> None:
        """See `Listener`."""
        self.sentences, self.citations, self.rest = tuple(sentences), tuple(citations), rest

    def stopped(self) -> bool:
        """See `Listener`."""
        return self._halted.is_set()

    def stop(self) -> None:
        """Let the answer end with what there is."""
        self.doing = words.STOPPING
        self._halted.set()


class Answering:
    """The questions of all tabs that are being answered, those of one conversation one after the other."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._assistant = desk.assistant
        self._guard = threading.Lock()  # never held while the history is read or written
        self._asked: dict[str, list[Asking]] = {}

    def look(self, conversation: str) -> tuple[list[Turn], list[Asking]]:
        """The conversation's turns, and its questions that are not kept there: those on their way, mostly.

        Raises LibraryError if there is no such conversation, StorageError if it cannot be read.
        """
        coming = self._coming(conversation)  # first: what is kept meanwhile is then in both, and is left out below
        turns = self._assistant.history.turns(conversation)
        return turns, [asking for asking in coming if asking.kept is None or asking.kept >= len(turns)]

    def unkept(self, conversation: str) -> list[Asking]:
        """The conversation's questions that the history does not hold."""
        return [asking for asking in self._coming(conversation) if asking.kept is None]

    def ask(self, document_set: DocumentSet, conversation: str, asking: Asking) -> None:
        """Begin to answer; the answer goes into the history by itself.

        A turn that is being answered again already is not begun twice.
        """
        with self._guard:
            before = self._asked.setdefault(conversation, [])
            if asking.number is not None and any(other.number == asking.number for other in before):
                return
            waiting = list(before)
            before.append(asking)
        work = (document_set, conversation, asking, waiting)
        threading.Thread(target=self._run, args=work, daemon=True, name="answer").start()

    def stop(self, conversation: str) -> None:
        """Let all that is being answered end with what there is."""
        for asking in self._coming(conversation):
            asking.stop()

    def keep(self, conversation: str, asking: Asking) -> None:
        """Put an answer into the history; why it cannot be put there is in `unsaved`."""
        history = self._assistant.history
        try:
            if asking.number is None:
                asking.kept = history.append(conversation, asking.turn)
            else:
                history.replace(conversation, asking.number, asking.turn)
                asking.kept = asking.number
        except FootnoteError as error:
            asking.unsaved = str(error)
            return
        with self._guard:
            self._asked[conversation].remove(asking)
            if not self._asked[conversation]:
                del self._asked[conversation]

    def _coming(self, conversation: str) -> list[Asking]:
        with self._guard:
            return list(self._asked.get(conversation, ()))

    def _run(self, document_set: DocumentSet, conversation: str, asking: Asking, waiting: list[Asking]) -> None:
        try:
            for other in waiting:
                other.finished.wait()
            asking.turn = self._answered(document_set, conversation, asking, waiting)
            self.keep(conversation, asking)
        finally:
            asking.finished.set()

    def _answered(self, document_set: DocumentSet, conversation: str, asking: Asking, waiting: list[Asking]) -> Turn:
        try:
            asking.step(words.THINKING)
            self._desk.wait_for_removals(document_set, asking.step)
            answer = self._assistant.ask(
                document_set,
                asking.question,
                exchanges([*self._before(conversation, asking), *(other.turn for other in waiting if other.unsaved)]),
                asking,
                searched=asking.searched,
                quotes=asking.quotes,
                within=asking.within,
            )
            return Turn(asking.question, answer)
        except FootnoteError as error:
            if isinstance(error, IndexUnusable):
                self._desk.tell_unusable(document_set, str(error))
            return Turn(asking.question, error=str(error))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Turn(asking.question, error=words.UNEXPECTED)

    def _before(self, conversation: str, asking: Asking) -> list[Turn]:
        try:
            return self._assistant.history.turns(conversation)[: asking.number]
        except FootnoteError:  # it can be answered all the same
            return []
