"""The conversation in a terminal: `python -m rag chat`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from rag.answer.writing import Listener
from rag.errors import FootnoteError, InputError
from rag.history import Conversation, exchanges
from rag.terminal import print_answer, print_sources, say, tell
from rag.types import EVERYTHING, Citation, Filter, Sentence, Turn

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.ingest.library import DocumentSet

_HELP = """\
Ask a question, or:
  /as QUESTION      ask the last question again, searching for this one instead
  /quotes           answer the last question again, with quotes only
  /all              ask the last question again, in all documents, without the filter
  /list [WORDS]     the conversations about these documents that hold the words
  /open N           go on with conversation N of the list
  /new              begin another conversation
  /rename NAME      give this conversation another name
  /delete           delete this conversation
  /undo             bring back the one deleted last
  /hide, /show      leave out sentences that were not found in the documents, or show them again
  /quit             end (or Ctrl-D); Ctrl-C stops an answer"""


class Chat:
    """One user at a terminal, in one conversation at a time; all of them are kept."""

    def __init__(
        self, assistant: Assistant, document_set: DocumentSet, *, quotes: bool = False, within: Filter = EVERYTHING
    ) -> None:
        self._assistant = assistant
        self._set = document_set
        self._key = assistant.key(document_set)
        self._quotes = quotes
        self._within = within
        self._hiding = False
        self._conversation: Conversation | None = None
        self._listed: list[Conversation] = []
        self._deleted = ""

    def run(self) -> None:
        """Until the input ends or /quit."""
        tell(f"{self._set.name}: ask about these documents, or /help")
        if not self._within.empty:
            covered = self._assistant.coverage(self._set, self._within)
            tell(f"only {covered.searched:,} of {covered.held:,} are searched: {self._within.words()}")
        for line in _lines():
            words = line.strip()
            if words in ("/quit", "/exit"):
                return
            if words:
                try:
                    self._command(words) if words.startswith("/") else self._ask(words)
                except FootnoteError as error:
                    tell(f"error: {error}")

    def _command(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        rest = rest.strip()
        if name == "/as" and rest:
            self._again(rest)
        elif name == "/quotes":
            self._again("", quotes=True)
        elif name == "/all":
            self._again("", everywhere=True)
        elif name == "/list":
            self._list(rest)
        elif name == "/open":
            self._open(rest)
        elif name == "/new":
            self._conversation = None
        elif name == "/rename":
            self._assistant.history.rename(self._here().id, rest)
        elif name == "/delete":
            self._delete()
        elif name == "/undo":
            self._undo()
        elif name in ("/hide", "/show"):
            self._hiding = name == "/hide"
        elif name == "/help":
            for each in _HELP.split("\n"):
                say(each)
        else:
            raise InputError(f"{name} is not a command; /help lists them.")

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, question: str, searched: str = "", *, quotes: bool = False, everywhere: bool = False) -> None:
        turns = self._turns()
        within = EVERYTHING if everywhere else self._within
        turn = self._answered(question, turns, searched, within, quotes=quotes or self._quotes)
        if self._conversation is None:
            self._conversation = self._assistant.history.begin(self._key, question)
        self._assistant.history.append(self._conversation.id, turn)

    def _again(self, searched: str, *, quotes: bool = False, everywhere: bool = False) -> None:
        turns = self._turns()
        if not turns:
            raise InputError("Nothing has been asked yet in this conversation.")
        last = turns[-1]
        self._ask(
            last.question,
            searched or (last.answer.searched if last.answer else ""),
            quotes=quotes,
            everywhere=everywhere,
        )

    def _answered(self, question: str, before: Sequence[Turn], searched: str, within: Filter, *, quotes: bool) -> Turn:
        printing = _Printing(self._hiding)
        with _interruptible(printing):
            answer = self._assistant.ask(
                self._set, question, exchanges(before), printing, searched=searched, quotes=quotes, within=within
            )
        if printing.printed and not answer.abstained:
            printing.finish(answer.sentences)
            print_sources(answer)
        else:
            print_answer(answer, hide=self._hiding)
        say()
        return Turn(question, answer)

    # -- conversations ------------------------------------------------------------------------------------------------

    def _turns(self) -> list[Turn]:
        return self._assistant.history.turns(self._conversation.id) if self._conversation else []

    def _here(self) -> Conversation:
        if self._conversation is None:
            raise InputError("Nothing has been asked yet in this conversation.")
        return self._conversation

    def _list(self, words: str) -> None:
        self._listed = self._assistant.history.list(self._key, words)
        for number, each in enumerate(self._listed, 1):
            say(f"{number}. {each.title} ({each.turns}, {each.updated.astimezone():%Y-%m-%d %H:%M})")
        if not self._listed:
            tell("no conversations")

    def _open(self, number: str) -> None:
        if not self._listed:
            self._listed = self._assistant.history.list(self._key)
        if not number.isdecimal() or not 1 <= int(number) <= len(self._listed):
            raise InputError("Give the number of a conversation; /list shows them.")
        self._conversation = self._listed[int(number) - 1]
        for turn in self._turns():
            say(f"> {turn.question}")
            if turn.answer is None:
                say(turn.error)
                continue
            print_answer(turn.answer, hide=self._hiding)
            for document, state in self._assistant.changed_since(self._set, turn.answer).items():
                say(f"{document} {'has changed' if state == 'changed' else 'is gone'} since.")
            say()

    def _delete(self) -> None:
        self._deleted = self._here().id
        self._assistant.history.delete(self._deleted)
        self._conversation, self._listed = None, []
        tell("deleted; /undo brings it back")

    def _undo(self) -> None:
        if not self._deleted:
            raise InputError("There is nothing to bring back.")
        self._assistant.history.restore(self._deleted)
        self._conversation, self._deleted = self._assistant.history.get(self._deleted), ""
        say(f"back in “{self._conversation.title}”")


class _Printing(Listener):
    """Prints each sentence once it is checked; what is not checked yet might have to be taken back."""

    def __init__(self, hiding: bool) -> None:
        self._hiding = hiding
        self._halted = False
        self.printed = 0

    def step(self, words: str) -> None:
        if sys.stderr.isatty():
            tell(f"{words} …")

    def drafted(self, sentences: Sequence[Sentence], citations: Sequence[Citation], rest: str) -> None:
        if any(sentence.supported for sentence in sentences):  # else it may end as an abstention
            self.finish(sentences)

    def finish(self, sentences: Sequence[Sentence]) -> None:
        """Print those that were not printed yet."""
        from rag.answer.citations import with_marks

        for sentence in sentences[self.printed :]:
            if sentence.supported or not self._hiding:
                say(with_marks([sentence]))
        sys.stdout.flush()
        self.printed = len(sentences)

    def stopped(self) -> bool:
        return self._halted

    def stop(self) -> None:
        """Let the answer end with what there is."""
        self._halted = True


@contextmanager
def _interruptible(printing: _Printing) -> Iterator[None]:
    """Ctrl-C stops the answer; a second one ends the program."""

    def interrupted(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        printing.stop()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _lines() -> Iterator[str]:
    """What is typed, line by line; with history and editing in a terminal."""
    asking = sys.stdin.isatty()
    if asking:
        with suppress(ImportError):
            import readline  # noqa: F401
    while True:
        try:
            yield input("> " if asking else "")
        except EOFError:
            return
