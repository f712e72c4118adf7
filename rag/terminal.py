"""How the command line talks: answers and JSON on stdout, progress and failures on stderr."""

from __future__ import annotations

import io
import json
import re
import sys
import time
from typing import Any

from rag.types import Answer, Plan, Progress

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def prepare_streams() -> None:
    """Make both streams write a question mark for what their encoding lacks, where they would raise an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def one_line(text: str) -> str:
    """`text` with blanks for line ends and all other control characters, which could steer the terminal."""
    return _CONTROLS.sub(" ", text)


def say(text: str = "") -> None:
    """One line on stdout, whatever the text is."""
    print(one_line(text))


def tell(text: str) -> None:
    """One line on stderr, whatever the text is."""
    print(one_line(text), file=sys.stderr)


def print_json(value: object) -> None:
    """JSON, indented; characters that the stream's encoding lacks are escaped, so that none is lost."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    print(text)


def print_answer(answer: Answer, *, hide: bool = False) -> None:
    """The answer, then its sources or the nearest passages; `hide` leaves out sentences that nothing supports."""
    from rag.answer.citations import with_marks  # imports the models' runtime, which `--help` does not need

    text = with_marks([sentence for sentence in answer.sentences if sentence.supported]) if hide else ""
    for line in (text or answer.text).split("\n"):
        say(line)
    print_sources(answer)


def print_sources(answer: Answer) -> None:
    """What stands below an answer: what happened, what was searched, the sources or the nearest passages."""
    from rag.answer.scope import scope_words

    for words in (answer.problem, *answer.notes, scope_words(answer)):
        if words:
            say()
            say(words)
    if answer.abstained or answer.searched != answer.question:
        say()
        say(f"Searched for: {answer.searched}")
    if answer.abstained and answer.passages:
        say()
        say("Nearest passages:")
        for passage in answer.passages[:3]:
            say(f"  {passage.title} ({where(passage.document, passage.outlet, passage.published, passage.page)})")
            say(f"    {' '.join(passage.text.split())[:200]}…")
    if answer.citations:
        say()
    for c in answer.citations:
        place = where(c.document, c.outlet, c.published, c.page)
        say(f"[{c.number}] {c.title} ({place}), characters {c.start}-{c.end}")
        say(f"    “{' '.join(c.quote.split())}”")


def where(document: str, outlet: str | None, published: object, page: int | None) -> str:
    """Outlet, date, page and name of a source, as far as they are known."""
    parts = [outlet, str(published) if published else None, f"page {page}" if page else None, document]
    return ", ".join(part for part in parts if part)


def tell_failures(plan: Plan) -> None:
    """What could not be read and why, on stderr."""
    for failure in plan.failed:
        tell(f"not read: {failure.name}: {failure.reason}")


class Bar:
    """Progress on stderr, with the time left; silent where stderr is no terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._doing = ""
        self._last = 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def __call__(self, progress: Progress) -> None:
        """As `show`."""
        self.show(progress.doing, progress.done, progress.total)

    def show(self, doing: str, done: int, total: int) -> None:
        """Draw at most ten times a second."""
        if not sys.stderr.isatty():
            return
        now = time.monotonic()
        if doing == self._doing and done < total and now - self._last < 0.1:
            return
        from tqdm import tqdm

        if self._bar is None or doing != self._doing:
            self._close()
            self._bar = tqdm(total=total, desc=doing, file=sys.stderr, leave=False, unit="")
            self._doing = doing
        self._last = now
        self._bar.total = total
        self._bar.n = done
        self._bar.refresh()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
