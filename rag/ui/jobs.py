"""Syncs that run beside the page: no click on it, no reload and no second tab stops one or starts it twice."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable

from rag.assistant import Assistant
from rag.errors import FootnoteError, IndexUnusable
from rag.ingest.library import DocumentSet
from rag.types import Progress, SyncReport

UNEXPECTED = "Something went wrong that should not have; the details are in the terminal that Footnote runs in."


class Job:
    """One sync of one set; the page reads it while a thread of its own does the work.

    `exclusive` asks questions to wait for it: something was removed and must not be cited any more.
    """

    def __init__(self, *, exclusive: bool = False) -> None:
        self.exclusive = exclusive
        self.finished = threading.Event()
        self.report: SyncReport | None = None
        self.error = ""
        self.unusable = False
        self.began = time.monotonic()
        self.progress = Progress("Looking for changes", 0, 0)
        self._doing_since = self.began

    def told(self, progress: Progress) -> None:
        """Take note of how far the work has come."""
        if progress.doing != self.progress.doing:
            self._doing_since = time.monotonic()
        self.progress = progress

    @property
    def doing_seconds(self) -> float:
        """Seconds since what `progress` tells of began."""
        return time.monotonic() - self._doing_since


class Desk:
    """The one Assistant of the process and the syncs it does, one at a time for each set."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._guard = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._latest: dict[str, Job] = {}
        self._latest_exclusive: dict[str, Job] = {}

    def key(self, document_set: DocumentSet) -> str:
        """A short name for the set that no other set has."""
        return self.assistant.key(document_set)

    def join(self, document_set: DocumentSet) -> Job:
        """The sync that runs for this set, or else a new one."""
        with self._guard:
            latest = self._latest.get(self.key(document_set))
        return latest if latest and not latest.finished.is_set() else self.sync(document_set)

    def sync(self, document_set: DocumentSet, *, rebuild: bool = False, exclusive: bool = False) -> Job:
        """Start a sync that sees the files as they are now; it waits its turn if one runs already."""
        key, job = self.key(document_set), Job(exclusive=exclusive)
        with self._guard:
            turn = self._turns[key]
            self._latest[key] = job
            if exclusive:
                self._latest_exclusive[key] = job
        work = (job, turn, document_set, rebuild)
        threading.Thread(target=self._run, args=work, daemon=True, name=f"sync {key}").start()
        return job

    def wait_for_removals(self, document_set: DocumentSet, step: Callable[[str], None]) -> None:
        """Return once no exclusive sync of the set runs, whichever tab began it; `step` is told if that takes time."""
        with self._guard:
            job = self._latest_exclusive.get(self.key(document_set))
        # the latest is enough: each sees what was removed before any of them
        if job is not None and not job.finished.is_set():
            step("Waiting until the documents are up to date")
            job.finished.wait()

    def tell_unusable(self, document_set: DocumentSet, words: str) -> None:
        """Let every tab that looks at the set offer to rebuild its index, and say why."""
        with self._guard:
            job = self._latest.get(self.key(document_set))
        if job is not None:
            job.error, job.unusable = words, True

    def _run(self, job: Job, turn: threading.Lock, document_set: DocumentSet, rebuild: bool) -> None:
        try:
            with turn:
                job.report = self.assistant.sync(document_set, job.told, rebuild=rebuild)
        except FootnoteError as error:
            job.error = str(error)
            job.unusable = isinstance(error, IndexUnusable)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            job.error = UNEXPECTED
        finally:
            job.finished.set()
        if job.report is not None:
            self._prepare(job, document_set)

    def _prepare(self, job: Job, document_set: DocumentSet) -> None:
        """Have questions to begin with at hand before somebody looks; the next sync comes first."""
        try:
            self.assistant.starters(document_set, lambda: self._latest[self.key(document_set)] is not job)
        except FootnoteError:
            pass  # whoever asks is told
        except Exception:
            traceback.print_exc(file=sys.stderr)
