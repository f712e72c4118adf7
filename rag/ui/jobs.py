"""Work that runs beside the page: no click on it, no reload and no second tab stops a sync or starts it twice."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.assistant import Assistant
from rag.errors import FootnoteError, IndexUnusable
from rag.ingest.incoming import Incoming, Upload
from rag.ingest.library import DocumentSet, Removal
from rag.ingest.sync import EMBEDDING
from rag.types import Failure, Plan, Progress, SyncReport
from rag.ui import words

_BACK = {EMBEDDING: words.BRINGING_BACK_PASSAGE}


@dataclass(frozen=True, slots=True)
class Taken:
    """What uploaded files did to a set, how that is taken back, and which were left out, and why."""

    plan: Plan
    removal: Removal
    skipped: tuple[Failure, ...]


class Work:
    """Something that takes a while; the page reads it while a thread of its own does it."""

    def __init__(self) -> None:
        self.finished = threading.Event()
        self.error = ""
        self.began = time.monotonic()
        self.progress = Progress(words.LOOKING_FOR_CHANGES, 0, 0)
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


class Job(Work):
    """One sync of one set, and the uploaded files that it begins with, if there are any.

    `exclusive` asks questions to wait for it: something was removed and must not be cited any more. One that is
    `restoring` brings back what was removed or replaced before.
    """

    def __init__(self, *, exclusive: bool = False, restoring: bool = False) -> None:
        super().__init__()
        self.exclusive = exclusive
        self.restoring = restoring
        if restoring:
            self.told(Progress(words.BRINGING_BACK, 0, 0))
        self.taken: Taken | None = None
        self.report: SyncReport | None = None
        self.unusable = False

    def told(self, progress: Progress) -> None:
        """See `Work`."""
        if self.restoring:
            counts = words.BRINGING_BACK_FILE if progress.total else words.BRINGING_BACK
            progress = replace(progress, doing=_BACK.get(progress.doing, counts))
        super().told(progress)


class Receiving(Work):
    """Uploaded files on their way to where they can be compared with a set; `incoming` and `plan` once finished."""

    def __init__(self) -> None:
        super().__init__()
        self.incoming: Incoming | None = None
        self.plan: Plan | None = None


class Desk:
    """The one Assistant of the process and the syncs it does, one at a time for each set."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._guard = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._latest: dict[str, Job] = {}
        self._latest_exclusive: dict[str, Job] = {}
        self._warm = threading.Event()

    def key(self, document_set: DocumentSet) -> str:
        """A short name for the set that no other set has."""
        return self.assistant.key(document_set)

    def join(self, document_set: DocumentSet) -> Job:
        """The sync that runs for this set, or else a new one."""
        with self._guard:
            latest = self._latest.get(self.key(document_set))
        return latest if latest and not latest.finished.is_set() else self.sync(document_set)

    def sync(
        self, document_set: DocumentSet, *, rebuild: bool = False, exclusive: bool = False, restoring: bool = False
    ) -> Job:
        """Start a sync that sees the files as they are now; it waits its turn if one runs already."""
        job = Job(exclusive=exclusive, restoring=restoring)
        self._begin(job, document_set, lambda: self._sync(job, document_set, rebuild))
        return job

    def add(self, document_set: DocumentSet, uploads: Sequence[Upload]) -> Job:
        """Let uploaded files into the set, and sync it; questions wait if that replaces a file."""
        job = Job()
        self._begin(job, document_set, lambda: self._add(job, document_set, uploads))
        return job

    def receive(self, document_set: DocumentSet, uploads: Sequence[Upload]) -> Receiving:
        """Have uploaded files ready that are to take the place of all that is in the set."""
        work = Receiving()

        def act() -> None:
            library = self.assistant.library
            work.incoming = library.receive(document_set, uploads, work.told)
            work.told(Progress(words.COMPARING, 0, 0))
            work.plan = library.plan(document_set, work.incoming, whole=True)

        threading.Thread(target=_guarded, args=(work, act), daemon=True, name="receive").start()
        return work

    def reading(self, document_set: DocumentSet) -> str:
        """What asking a question meets now: "" for nothing, "reading" or "returning" while a sync runs, "removing" or
        "restoring" while the question would wait for it. What is "returning" or "restoring" was there before.
        """
        with self._guard:
            key = self.key(document_set)
            latest, exclusive = self._latest.get(key), self._latest_exclusive.get(key)
        if exclusive is not None and not exclusive.finished.is_set():
            return "restoring" if exclusive.restoring else "removing"
        if latest is not None and not latest.finished.is_set():
            return "returning" if latest.restoring else "reading"
        return ""

    def wait_for_removals(self, document_set: DocumentSet, step: Callable[[str], None]) -> None:
        """Return once no exclusive sync of the set runs, whichever tab began it; `step` is told if that takes time."""
        with self._guard:
            job = self._latest_exclusive.get(self.key(document_set))
        # the latest is enough: each sees what was removed before any of them
        if job is not None and not job.finished.is_set():
            step(words.WAITING_FOR_DOCUMENTS)
            job.finished.wait()

    def tell_unusable(self, document_set: DocumentSet, words: str) -> None:
        """Let every tab that looks at the set offer to rebuild its index, and say why."""
        with self._guard:
            job = self._latest.get(self.key(document_set))
        if job is not None:
            job.error, job.unusable = words, True

    def _begin(self, job: Job, document_set: DocumentSet, act: Callable[[], None]) -> None:
        key = self.key(document_set)
        with self._guard:
            self._latest[key] = job
            if job.exclusive:
                self._latest_exclusive[key] = job
        work = (job, document_set, act)
        threading.Thread(target=self._run, args=work, daemon=True, name=f"sync {key}").start()

    def _run(self, job: Job, document_set: DocumentSet, act: Callable[[], None]) -> None:
        _guarded(job, act)
        if job.report is not None:
            self._prepare(job, document_set)

    def _sync(self, job: Job, document_set: DocumentSet, rebuild: bool = False) -> None:
        key = self.key(document_set)
        with self._guard:
            turn = self._turns[key]
        with turn:
            with self._guard:  # whichever job is the first to see what was removed keeps it
                removing = self._latest_exclusive.get(key)
            keep = removing is not None and not removing.finished.is_set() and not removing.restoring
            job.report = self.assistant.sync(document_set, job.told, rebuild=rebuild, keep=keep)

    def _add(self, job: Job, document_set: DocumentSet, uploads: Sequence[Upload]) -> None:
        library = self.assistant.library
        incoming = library.receive(document_set, uploads, job.told)
        try:
            plan = library.plan(document_set, incoming)
            if plan.changed:
                with self._guard:
                    job.exclusive = True
                    self._latest_exclusive[self.key(document_set)] = job
            job.taken = Taken(plan, library.take_in(document_set, incoming), incoming.skipped)
        finally:
            incoming.discard()
        if not plan.idle:
            self._sync(job, document_set)

    def _prepare(self, job: Job, document_set: DocumentSet) -> None:
        """Have at hand, before somebody asks, what the first question needs, and questions to begin with.

        The questions give way to the next sync.
        """
        try:
            if not self._warm.is_set() and self.assistant.entries(document_set):
                self._warm.set()
                self.assistant.warm_up(document_set)
            self.assistant.starters(document_set, lambda: self._latest[self.key(document_set)] is not job)
        except FootnoteError:
            pass  # whoever asks is told
        except Exception:
            traceback.print_exc(file=sys.stderr)


def _guarded(work: Work, act: Callable[[], None]) -> None:
    """Act; whatever goes wrong is a sentence in `work`."""
    try:
        act()
    except FootnoteError as error:
        work.error = str(error)
        if isinstance(work, Job):
            work.unusable = isinstance(error, IndexUnusable)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        work.error = words.UNEXPECTED
    finally:
        work.finished.set()
