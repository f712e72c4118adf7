"""Files to Documents: one reader per format, and a process of its own for the formats that can crash or hang."""

from __future__ import annotations

import base64
import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType, TracebackType
from typing import Any, Self, cast

from rag.errors import ReadError
from rag.ingest.epub import read_epub
from rag.ingest.frames import read_frame, unpack, write_frame
from rag.ingest.html import read_html
from rag.ingest.metadata import front_matter
from rag.ingest.office import read_docx, read_pptx, read_rtf
from rag.ingest.pdf import read_pdf
from rag.ingest.plain import read_csv, read_jsonl, read_markdown, read_text
from rag.types import Document, Failure

__all__ = ["READERS", "READERS_VERSION", "FileReader", "Reader", "front_matter", "read_file"]

Reader = Callable[[bytes, str], list[Document | Failure]]
"""Takes a file's bytes and its name; raises ReadError, or anything at all for a damaged file."""

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".txt": read_text,
        ".md": read_markdown,
        ".markdown": read_markdown,
        ".html": read_html,
        ".htm": read_html,
        ".pdf": read_pdf,
        ".docx": read_docx,
        ".epub": read_epub,
        ".rtf": read_rtf,
        ".pptx": read_pptx,
        ".csv": read_csv,
        ".jsonl": read_jsonl,
    }
)
READERS_VERSION = 1
"""Raised when a reader makes another text of the same bytes, so that indexes know to read again."""

SIZE_LIMIT = 500 * 1024 * 1024  # bytes
_PLAIN = frozenset({".txt", ".md", ".markdown", ".jsonl"})  # can neither crash nor hang a process
_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0


def read_file(path: Path, name: str) -> list[Document | Failure]:
    """The documents in the file at `path`, in this process; a file that cannot be read is a Failure, never an error.

    `name` is the file's path below its set's folder, with forward slashes.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in READERS:
        return [Failure(name, f"Files that end in {suffix or 'nothing'} are not a kind that can be read.")]
    try:
        return READERS[suffix](_file_bytes(path), name)
    except ReadError as error:
        return [Failure(name, str(error))]
    except ImportError as error:
        library = error.name or "a library"
        reason = f"What reads it could not be loaded ({library}): install requirements.txt, then sync with --rebuild."
        return [Failure(name, reason)]
    except MemoryError:
        return [Failure(name, "It needs more memory than there is and was left out.")]
    except Exception:  # parsers meet damaged files with errors of every kind
        return [Failure(name, f"It is not a valid {suffix[1:].upper()} file; it may be damaged.")]


def _file_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ReadError("It is no longer there." if not path.exists() else "It is not a file.")
        if path.stat().st_size > SIZE_LIMIT:
            raise ReadError("It is larger than 500 MB and was left out.")
        data = path.read_bytes()
    except PermissionError:
        raise ReadError("We have no permission to open it.") from None
    except OSError:
        raise ReadError("It could not be opened.") from None
    if not data.strip():
        raise ReadError("It is empty.")
    return data


class FileReader:
    """Reads files within `seconds` each, in a process of its own where a format can crash or hang one.

    A context manager, for one thread at a time; the process starts with the first file that needs it. One that cannot
    be started is not tried again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: _Process | None = None
        self._unstartable = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def read(self, path: Path, name: str) -> list[Document | Failure]:
        """As `read_file`; a file that takes too long or ends the reading process is a Failure.

        Raises ReadError when that process cannot be started, which says nothing about the file.
        """
        if PurePosixPath(name).suffix.lower() in _PLAIN or PurePosixPath(name).suffix.lower() not in READERS:
            return read_file(path, name)
        try:
            return unpack(self._ask({"path": str(path.absolute()), "name": name}))
        except TimeoutError:
            return [Failure(name, f"It took longer than {self._seconds:g} seconds to read and was left out.")]
        except (EOFError, OSError):
            return [Failure(name, "It made the program that reads it stop and was left out; it may be damaged.")]

    def picture(self, path: Path, page: int, quote: str) -> bytes | None:
        """As `rag.ingest.pdf.page_picture`; None, too, for a page that takes too long or ends the process.

        Raises ReadError when the process cannot be started.
        """
        try:
            drawn = self._ask({"path": str(path.absolute()), "page": page, "quote": quote})
        except (EOFError, OSError):  # TimeoutError is one
            return None
        return base64.b64decode(drawn) if drawn else None

    def _ask(self, request: dict[str, Any]) -> Any:
        """The process's answer; TimeoutError, EOFError or OSError when there is none, and the process is ended."""
        process = self._running()
        try:
            return process.ask({**request, "seconds": self._seconds}, self._seconds)["answer"]
        except BaseException:
            self._end()  # an answer that nobody waited for must not be taken for the next one
            raise

    def _running(self) -> _Process:
        if self._process is None or not self._process.alive:
            self._end()
            if not self._unstartable:
                try:
                    self._process = _Process()
                except (EOFError, OSError):  # TimeoutError is one
                    self._unstartable = (
                        "The program that reads such files could not be started: see that Footnote is installed whole"
                        " and that memory is free, then sync again."
                    )
        if self._process is None:
            raise ReadError(self._unstartable)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


class _Process:
    """A running `rag.ingest.worker` and the thread that takes its answers (Windows cannot wait on a pipe)."""

    def __init__(self) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "rag.ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
        )
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._take_answers, daemon=True)
        self._thread.start()
        try:
            self._answer(_START_SECONDS)
        except BaseException:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The worker's answer; TimeoutError after `seconds`, EOFError or OSError when it has died."""
        assert self._popen.stdin is not None
        write_frame(cast("Any", self._popen.stdin), request)
        return cast("dict[str, Any]", self._answer(seconds))

    def kill(self) -> None:
        self._popen.kill()
        self._popen.wait()
        self._thread.join()
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # a request that the dead worker never took
                    stream.close()

    def _answer(self, seconds: float) -> Any:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if answer is None:
            raise EOFError
        return answer

    def _take_answers(self) -> None:
        assert self._popen.stdout is not None
        try:
            while True:
                self._answers.put(read_frame(cast("Any", self._popen.stdout)))
        except (EOFError, OSError, ValueError):
            self._answers.put(None)
