"""Uploaded files that wait in a hidden folder of a set until they go into it, and what that would change."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rag.errors import LibraryError
from rag.ingest.hashes import same
from rag.ingest.names import last_part, refusal
from rag.ingest.zips import unpack
from rag.types import Failure, Plan, Progress

Upload = tuple[str, BinaryIO]
_HIDDEN = ".incoming-"
_LEFT_BEHIND = 86_400.0  # seconds after which a folder that nobody took in or discarded is deleted


@dataclass(frozen=True, slots=True)
class Incoming:
    """Files in `folder`, by the names that they are to have in the set; what was left out, and why."""

    folder: Path
    files: Mapping[str, Path]
    skipped: tuple[Failure, ...]

    def discard(self) -> None:
        """Delete what still lies there."""
        shutil.rmtree(self.folder, ignore_errors=True)


def receive(folder: Path, uploads: Sequence[Upload], progress: Callable[[Progress], None], join: str = "/") -> Incoming:
    """Write uploads, archives unpacked, into a new hidden folder in `folder`; bad ones are told and left out.

    `join` is what stands between the folders of an archive in a name.
    """
    _delete_left_behind(folder)
    place = folder / f"{_HIDDEN}{uuid.uuid4().hex}"
    files: dict[str, Path] = {}
    skipped: list[Failure] = []
    try:
        for number, (name, data) in enumerate(uploads):
            progress(Progress("Saving files", number, len(uploads), name))
            inner = place / str(number)
            try:
                inner.mkdir(parents=True)
                found, left_out = _received(inner, name, data, progress, join)
            except LibraryError as error:
                skipped.append(Failure(name, str(error)))
                continue
            except OSError as error:
                skipped.append(Failure(name, f"It could not be saved: {error.strerror or error}."))
                continue
            skipped += left_out
            twice = sorted(found.keys() & files.keys())
            skipped += [Failure(other, "Two files have this name; the first was taken.") for other in twice]
            files = found | files
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Incoming(place, dict(sorted(files.items())), tuple(skipped))


def _received(
    folder: Path, name: str, data: BinaryIO, progress: Callable[[Progress], None], join: str
) -> tuple[dict[str, Path], Sequence[Failure]]:
    if name.lower().endswith(".zip"):
        unpacked = unpack(data, last_part(name), folder, progress, join=join)
        return unpacked.files, unpacked.skipped
    own = last_part(name)
    reason = refusal((own,))
    if reason:
        return {}, [Failure(name, reason)]
    target = folder / "0"
    with target.open("wb") as out:
        shutil.copyfileobj(data, out)
    return {own: target}, []


def compare(present: Mapping[str, Path], coming: Mapping[str, Path], *, whole: bool) -> Plan:
    """What taking in `coming` would do to the files that are `present`; `whole` lets all others go."""
    changed: list[str] = []
    unchanged: list[str] = []
    for name in sorted(coming.keys() & present.keys()):
        (unchanged if same(present[name], coming[name]) else changed).append(name)
    rest = tuple(sorted(present.keys() - coming.keys()))
    return Plan(
        added=tuple(sorted(coming.keys() - present.keys())),
        changed=tuple(changed),
        removed=rest if whole else (),
        unchanged=tuple(sorted((*unchanged, *(() if whole else rest)))),
    )


def blocked(folder: Path, name: str) -> str:
    """Why no file of that name can lie below `folder`; empty if one can."""
    place = folder
    for part in name.split("/")[:-1]:
        place = place / part
        if place.is_symlink():
            return f"The folder {part} is a link, and nothing is written through it."
        if os.path.lexists(place) and not place.is_dir():
            return f"There is a file where the folder {part} would be."
    target = folder / name
    return "There is a folder of this name." if target.is_dir() and not target.is_symlink() else ""


def _delete_left_behind(folder: Path) -> None:
    for place in folder.glob(f"{_HIDDEN}*"):
        if place.is_dir() and time.time() - place.stat().st_mtime > _LEFT_BEHIND:
            shutil.rmtree(place, ignore_errors=True)
