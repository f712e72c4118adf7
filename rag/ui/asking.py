"""Answers that are made beside the page: no click on it, no reload and no second tab ends one."""

from __future__ import annotations

import sys
import threading
import traceback
from collections import defaultdict
from collections.abc import Sequence

from rag.answer.writing import Listener
from rag.errors import FootnoteError, IndexUnusable
from rag.history import exchanges
from rag.ingest.library import DocumentSet
from rag.types import Citation, Sentence, Turn
from rag.ui.jobs import UNEXPECTED, Desk


class Asking(Listener):
    """A question on its way to an answer; the page reads it while a thread of its own does the work.

    `number` is the turn whose place the answer takes, None for a new one. Once `finished` is set, `turn` holds the
    answer, and `unsaved` why it could not be kept.
    """

    def __init__(self, question: str, searched: str = "", *, quotes: bool = False, number: int | None = None) -> None:
        self.question = question
        self.searched = searched
        self.quotes = quotes
        self.number = number
        self.finished = threading.Event()
        self.doing = "Waiting for the answer above"
        self.sentences: tuple[Sentence, ...] = ()
        self.rest = ""
        self.turn = Turn(question)
        self.unsaved = ""
        self._halted = threading.Event()

    def step(self, words: str) -> None:
        """See `Listener`."""
        self.doing = words

    def drafted(self, sentences: Sequence[Sentence], citations: Sequence[Citation], rest: str) -> None:
        """See `Listener`."""
        self.sentences, self.rest = tuple(sentences), rest

    def stopped(self) -> bool:
        """See `Listener`."""
        return self._halted.is_set()

    def stop(self) -> None:
        """Let the answer end with what there is."""
        self.doing = "Stopping"
        self._halted.set()


class Answering:
    """The questions of all tabs that are being answered, those of one conversation one after the other."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._assistant = desk.assistant
        self._guard = threading.Lock()
        self._asked: defaultdict[str, list[Asking]] = defaultdict(list)
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def look(self, conversation: str) -> tuple[list[Turn], list[Asking]]:
        """The conversation's turns, and its questions that are not kept there: those on their way, mostly.

        Raises LibraryError if there is no such conversation, StorageError if it cannot be read.
        """
        with self._guard:  # each question is in one of both
            return self._assistant.history.turns(conversation), list(self._asked[conversation])

    def ask(self, document_set: DocumentSet, conversation: str, asking: Asking) -> Asking:
        """Begin to answer; the answer goes into the history by itself."""
        with self._guard:
            self._asked[conversation].append(asking)
        threading.Thread(
            target=self._run, args=(document_set, conversation, asking), daemon=True, name="answer"
        ).start()
        return asking

    def _run(self, document_set: DocumentSet, conversation: str, asking: Asking) -> None:
        try:
            with self._turns[conversation]:
                asking.turn = self._answered(document_set, conversation, asking)
                self._keep(conversation, asking)
        finally:
            asking.finished.set()

    def _answered(self, document_set: DocumentSet, conversation: str, asking: Asking) -> Turn:
        try:
            asking.step("Thinking about the question")
            self._desk.wait_for_removals(document_set, asking.step)
            turns = self._assistant.history.turns(conversation)
            answer = self._assistant.ask(
                document_set,
                asking.question,
                exchanges(turns[: asking.number]),
                asking,
                searched=asking.searched,
                quotes=asking.quotes,
            )
            return self._assistant.turn(document_set, answer)
        except FootnoteError as error:
            if isinstance(error, IndexUnusable):
                self._desk.tell_unusable(document_set, str(error))
            return Turn(asking.question, error=str(error))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Turn(asking.question, error=UNEXPECTED)

    def _keep(self, conversation: str, asking: Asking) -> None:
        with self._guard:
            try:
                if asking.number is None:
                    self._assistant.history.append(conversation, asking.turn)
                else:
                    self._assistant.history.replace(conversation, asking.number, asking.turn)
                self._asked[conversation].remove(asking)
            except FootnoteError as error:
                asking.unsaved = str(error)
