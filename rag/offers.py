"""The questions that a document set can offer: found once, and remembered for as long as its documents stay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from rag.answer.starters import READ, keep_starters, kept_starters, starter_questions
from rag.answer.suggestions import suggested
from rag.index.index import Index
from rag.types import EVERYTHING, Answer, Exchange, Filter

_REMEMBERED: Final = 100  # answers


def never() -> bool:
    """For work that nobody stops."""
    return False


class Offers:
    """Questions over one index. Threads may share it.

    `ask` answers a question from quotes, within a filter; `made_by` changes when other questions would be answered.
    """

    def __init__(self, index: Index, made_by: str, ask: Callable[[str, Filter], Answer]) -> None:
        self._index = index
        self._made_by = made_by
        self._ask = ask
        self._file = index.home / "starters.json"
        self._starting = threading.Lock()
        self._guard = threading.Lock()
        self._suggested: OrderedDict[tuple[object, ...], tuple[str, ...]] = OrderedDict()

    def known_starters(self) -> tuple[str, ...] | None:
        """See `Assistant.known_starters`."""
        catalog = self._index.catalog()
        return kept_starters(self._file, f"{catalog.stamp} {self._made_by}") if catalog else ()

    def starters(self, stopped: Callable[[], bool]) -> tuple[str, ...]:
        """See `Assistant.starters`."""
        with self._starting:  # who comes second finds what the first has found
            known, catalog = self.known_starters(), self._index.catalog()
            if known is not None or catalog is None:
                return known or ()
            stamp = catalog.stamp
            names = [entry.name for entry in catalog.entries()]
            sample = names[:: max(1, len(names) // READ)]
            documents = (document for name in sample if (document := catalog.document(name)))
            questions = starter_questions(documents, lambda question: self._ask(question, EVERYTHING), stopped)
            if not stopped():
                keep_starters(self._file, f"{stamp} {self._made_by}", questions)
            return questions

    def suggestions(self, answer: Answer, history: Sequence[Exchange], stopped: Callable[[], bool]) -> tuple[str, ...]:
        """See `Assistant.suggestions`."""
        catalog = self._index.catalog()
        if catalog is None:
            return ()
        said = tuple((each.question, each.answer) for each in history)
        key = (catalog.stamp, answer.question, answer.searched, answer.text, answer.within, said)
        with self._guard:
            if key in self._suggested:
                self._suggested.move_to_end(key)
                return self._suggested[key]
        found = suggested(answer, history, catalog.document, lambda asked: self._ask(asked, answer.within), stopped)
        if not stopped():
            with self._guard:
                self._suggested[key] = found
                if len(self._suggested) > _REMEMBERED:
                    self._suggested.popitem(last=False)
        return found
