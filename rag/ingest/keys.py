"""Which index and conversations belong to which folder, so that a renamed set keeps its own and a new one has none.

A set's key comes from its folder's path until the set is renamed or deleted. From then on a file says which folder has
which key. What it says of a folder that is about to go counts from the moment in which that folder is gone, so that
folder and key change together whenever the process dies.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rag.errors import LibraryError
from rag.ingest.names import readable


@dataclass(slots=True)
class _State:
    """By folder: its key, and for one that is gone the folder that it became.

    Of the folder `leaving`, which is about to go, `becomes` gets the `key`; a new folder in its place gets `next`.
    """

    keys: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    leaving: str = ""
    becomes: str = ""
    key: str = ""
    next: str = ""

    def settled(self) -> _State:
        """The state once the folder that was about to go is gone."""
        if not self.leaving:
            return self
        keys = {**self.keys, self.leaving: self.next}
        renamed = {old: new for old, new in self.renamed.items() if old != self.becomes}
        if self.becomes:
            keys[self.becomes] = self.key
            renamed[self.leaving] = self.becomes
        return _State(keys, renamed)

    def followed(self, folder: Path) -> Path:
        """What a folder that is gone became, through all its names."""
        place, seen = str(folder), {str(folder)}
        while not Path(place).exists() and (now := self.renamed.get(place)) is not None and now not in seen:
            place = now
            seen.add(place)
        return Path(place)


class Keys:
    """The keys of all folders, kept in `file`. Threads and processes may share it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def key(self, folder: Path, recursive: bool) -> str:
        """The key of the set that has this folder; that of a folder which was renamed is the new one's."""
        folder = folder.resolve()
        if not recursive:  # the first set, which is never renamed
            return _key(folder, f"{folder}\0{recursive}")
        state = self._read()
        folder = state.followed(folder)
        return state.keys.get(str(folder)) or _key(folder, f"{folder}\0{recursive}")

    def successor(self, folder: Path) -> Path:
        """What the folder, a resolved path, is called now, if it was renamed."""
        return self._read().followed(folder)

    def settle(self) -> None:
        """Write down what became of a folder that a process which died was moving: it may be made anew now."""
        if self._file.exists():
            with self._changing() as state:
                self._write(state)

    def give(self, folder: Path, key: str) -> None:
        """Let a folder that is about to come have that key."""
        with self._changing() as state:
            state.keys[str(folder.resolve())] = key
            state.renamed.pop(str(folder.resolve()), None)
            self._write(state)

    @contextmanager
    def leaving(self, folder: Path, becomes: Path | None = None) -> Iterator[None]:
        """Within the block the folder is moved away, and `becomes` is where its key goes, None for nowhere."""
        key, gone = self.key(folder, True), folder.resolve()
        with self._changing() as state:
            state.leaving, state.key, state.next = str(gone), key, _key(gone, uuid.uuid4().hex)
            state.becomes = str(becomes.resolve()) if becomes else ""
            self._write(state)
            try:
                yield
            finally:
                self._write(state.settled() if not gone.exists() else _State(state.keys, state.renamed))

    @contextmanager
    def _changing(self) -> Iterator[_State]:
        from filelock import FileLock

        self._file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._file.with_suffix(".lock")):
            yield self._read()

    def _read(self) -> _State:
        try:
            state = _State(**json.loads(self._file.read_text()))
        except FileNotFoundError:
            return _State()
        except (OSError, ValueError, TypeError) as error:
            raise LibraryError(
                f"The names of renamed sets in {self._file} cannot be read: move that file away to go on without them."
            ) from error
        if not state.leaving:
            return state
        gone = not Path(state.leaving).exists()
        return state.settled() if gone else _State(state.keys, state.renamed)

    def _write(self, state: _State) -> None:
        new = self._file.with_suffix(".new")
        with new.open("w") as file:
            json.dump(asdict(state), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)


def _key(folder: Path, identity: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", readable(folder.name).lower()).strip("-")[:40] or "set"
    return f"{slug}-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:12]}"
