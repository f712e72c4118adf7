"""What is done beside the page once a set was read."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from rag.assistant import Assistant
from rag.models.reader import Reader
from rag.types import Passage, Reading
from rag.ui.jobs import Desk


class Watched:
    """The real reader, which tells when it was used."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.used = threading.Event()

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        reading = self._reader.read(question, passages)
        self.used.set()
        return reading


def test_what_answers_is_opened_before_the_first_question_even_if_nothing_is_left_to_read(assistant: Assistant) -> None:
    """With the questions to begin with known already, nothing but this would open it."""
    about = assistant.library.first
    assistant.sync(about)
    assistant.starters(about)
    again = Assistant(assistant.settings, embedder=assistant.embedder, reader=Watched(assistant.reader))
    assert again.known_starters(about) is not None
    assert isinstance(again.reader, Watched)
    job = Desk(again).sync(about)
    assert again.reader.used.wait(60)
    assert job.report is not None and job.report.plan.idle


def test_what_was_removed_is_kept_for_undo_whichever_sync_sees_it_first(assistant: Assistant, documents: Path) -> None:
    """An upload's sync, which waited, lists the files after others of them were removed."""
    about, desk = assistant.library.first, Desk(assistant)
    assert desk.sync(about).finished.wait(60)
    with desk._turns[desk.key(about)]:
        earlier = desk.sync(about)
        removal = assistant.library.remove(about, ["ferry.txt"])
        later = desk.sync(about, exclusive=True)
    assert earlier.finished.wait(60) and later.finished.wait(60)
    assistant.library.undo(removal)
    back = desk.sync(about, restoring=True)
    assert back.finished.wait(60)
    assert back.report is not None
    assert (back.report.plan.added, back.report.embedded) == (("ferry.txt",), 0)


def test_an_empty_set_leaves_nothing_to_open(assistant: Assistant) -> None:
    for file in assistant.settings.documents.iterdir():
        file.unlink()
    watched = Watched(assistant.reader)
    desk = Desk(Assistant(assistant.settings, embedder=assistant.embedder, reader=watched))
    job = desk.sync(assistant.library.first)
    assert job.finished.wait(60)
    for thread in threading.enumerate():
        if thread.name.startswith("sync "):
            thread.join(60)
    assert not watched.used.is_set()
