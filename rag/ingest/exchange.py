"""Files that change places all or none: what a process that dies has begun, the next one finishes from a journal."""

from __future__ import annotations

import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LibraryError
from rag.ingest.hashes import same

_PATIENCE = 60.0  # seconds to wait for another process that moves files


@dataclass(frozen=True, slots=True)
class Move:
    """A file, and where it goes."""

    source: Path
    target: Path


class Exchanges:
    """Moves of many files as one step, with the journal and its lock in `home`. Threads and processes may share it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._journal = home / "moving.json"

    def carry_out(self, out: Sequence[Move], into: Sequence[Move]) -> None:
        """Let every file of `out` go, then every one of `into` come.

        Raises OSError, with everything where it was, if one cannot be moved; LibraryError as `settle`.
        """
        with self._alone():
            self._finish()
            self._write(out, into)
            done: list[Move] = []
            try:
                for move in (*out, *into):
                    _move(move)
                    done.append(move)
            except OSError:
                for move in reversed(done):
                    _move(Move(move.target, move.source))
                self._journal.unlink()
                raise
            self._journal.unlink()

    def settle(self) -> None:
        """Finish what a process that died has left half done, and wait for one that is at it.

        Raises LibraryError if that cannot be done.
        """
        if self._journal.exists():
            with self._alone():
                try:
                    self._finish()
                except OSError as error:
                    raise LibraryError(
                        f"Files that were on the move when Footnote ended cannot be moved: {error.strerror or error}."
                    ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        self._home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._home / "moving.lock", timeout=_PATIENCE):
                yield
        except Timeout:
            raise LibraryError("Another process is moving files; try again when it is done.") from None

    def _write(self, out: Sequence[Move], into: Sequence[Move]) -> None:
        moves = {"out": _pairs(out), "into": _pairs(into)}
        new = self._journal.with_suffix(".new")
        with new.open("w") as file:
            json.dump(moves, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._journal)

    def _finish(self) -> None:
        if not self._journal.exists():
            return
        moves = json.loads(self._journal.read_text())
        out, into = ([Move(Path(a), Path(b)) for a, b in moves[kind]] for kind in ("out", "into"))
        coming = {move.target: move.source for move in into}
        for move in out:
            replaced = move.source in coming and not _there(coming[move.source])
            if not replaced:
                _move_on(move)
        for move in into:
            _move_on(move)
        self._journal.unlink()


def _pairs(moves: Sequence[Move]) -> list[tuple[str, str]]:
    return [(str(move.source), str(move.target)) for move in moves]


def _move(move: Move) -> None:
    """The file arrives whole or not at all, and never in the place of another."""
    move.target.parent.mkdir(parents=True, exist_ok=True)
    if _there(move.target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(move.target))
    try:
        os.rename(move.source, move.target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = move.target.with_name(f".{uuid.uuid4().hex}.part")
        try:
            shutil.copy2(move.source, part, follow_symlinks=False)
            os.rename(part, move.target)
        finally:
            part.unlink(missing_ok=True)
        move.source.unlink()


def _move_on(move: Move) -> None:
    """Move a file that may have been moved already, or copied and not yet deleted."""
    if not _there(move.source):
        return
    if not _there(move.target):
        _move(move)
    elif same(move.source, move.target):
        move.source.unlink()


def _there(path: Path) -> bool:
    return os.path.lexists(path)
