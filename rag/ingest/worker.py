"""The process that reads files which may crash or hang it: `python -m rag.ingest.worker`, started by FileReader.

Takes frames on standard input. `{"path", "name", "seconds"}` is answered with what was read, and
`{"path", "page", "quote", "seconds"}` with a picture of that page in base64, None if it cannot be drawn.
"""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from rag.ingest.frames import pack, read_frame, write_frame
from rag.ingest.pdf import page_picture
from rag.ingest.readers import read_file

MEMORY_LIMIT = 4 * 1024**3  # bytes of address space, where the system can hold a process to it
_GRACE = 10.0  # seconds after the limit at which a process whose parent is gone ends itself


def main() -> None:
    """Answers requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then closes the pipe
    replies = _quiet_replies()
    _limit_memory()
    write_frame(replies, "ready")
    while True:
        try:
            request = read_frame(sys.stdin.buffer)
        except EOFError:
            return
        # a watchdog in C: it needs neither the parent nor the interpreter's lock
        faulthandler.dump_traceback_later(request["seconds"] + _GRACE, exit=True)
        answer = _picture(request) if "page" in request else pack(read_file(Path(request["path"]), request["name"]))
        faulthandler.cancel_dump_traceback_later()
        write_frame(replies, {"answer": answer})


def _picture(request: dict[str, Any]) -> str | None:
    try:
        drawn = page_picture(Path(request["path"]).read_bytes(), request["page"], request["quote"])
    except (OSError, MemoryError):
        return None
    return base64.b64encode(drawn).decode("ascii") if drawn else None


def _quiet_replies() -> BinaryIO:
    """The pipe to the parent; whatever else libraries write goes nowhere."""
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return replies


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each of its threads reserves address space
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    main()
