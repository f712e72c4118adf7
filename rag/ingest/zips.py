"""Zip archives, which come from anywhere: unpacked into one folder and never out of it, within limits."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from rag.errors import LibraryError
from rag.ingest.names import parts_within, refusal
from rag.ingest.readers import SIZE_LIMIT
from rag.types import Failure, Progress

_BLOCK = 1 << 20
_ENCRYPTED = 0x1
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: files of any kind, and bytes once they are unpacked."""

    files: int = 50_000
    bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Name, with folders and forward slashes -> where the file lies now; what was left out, and why."""

    files: dict[str, Path]
    skipped: tuple[Failure, ...]


class _TooLarge(Exception):
    """A file that is larger than what can be read."""


def unpack(
    data: BinaryIO,
    archive_name: str,
    folder: Path,
    progress: Callable[[Progress], None],
    *,
    join: str = "/",
    limits: Limits | None = None,
) -> Unpacked:
    """Unpack what can be a document into `folder`, which is new; `join` is what stands between folders in a name.

    Raises LibraryError, in one sentence, for an archive that is damaged, protected by a password or too large.
    """
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(data) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check(members, archive_name, limits)
            return _unpack(archive, members, archive_name, folder, progress, join, limits)
    except _UNREADABLE as error:
        raise LibraryError(f"“{archive_name}” is damaged or no zip archive; nothing was taken from it.") from error


def _check(members: Sequence[zipfile.ZipInfo], archive_name: str, limits: Limits) -> None:
    if len(members) > limits.files:
        raise LibraryError(
            f"“{archive_name}” holds {len(members):,} files; {limits.files:,} are the most: divide it into several."
        )
    if any(info.flag_bits & _ENCRYPTED for info in members):
        raise LibraryError(f"“{archive_name}” is protected by a password: unpack it and add its files.")


def _unpack(
    archive: zipfile.ZipFile,
    members: Sequence[zipfile.ZipInfo],
    archive_name: str,
    folder: Path,
    progress: Callable[[Progress], None],
    join: str,
    limits: Limits,
) -> Unpacked:
    files: dict[str, Path] = {}
    skipped: list[Failure] = []
    left = limits.bytes
    for done, info in enumerate(members):
        progress(Progress(f"Unpacking {archive_name}", done, len(members), info.filename))
        parts = parts_within(info.filename)
        name = join.join(parts) if parts else info.filename
        reason = _refusal(info, parts) or refusal(tuple(name.split("/")))
        reason = reason or ("It is in the archive twice; the first was taken." if name in files else "")
        if reason or parts is None:
            skipped.append(Failure(info.filename, reason))
            continue
        target = folder / f"{len(files)}"  # the name of the archive is none of the file system's business yet
        try:
            with archive.open(info) as source, target.open("wb") as out:
                left -= _copy(source, out, left)
        except _TooLarge:
            target.unlink()
            skipped.append(Failure(info.filename, "It is larger than 500 MB and was left out."))
            continue
        if left < 0:
            raise LibraryError(
                f"“{archive_name}” has over {limits.bytes >> 20:,} MB when it is unpacked: divide it into several."
            )
        files[name] = target
    return Unpacked(files, tuple(skipped))


def _refusal(info: zipfile.ZipInfo, parts: tuple[str, ...] | None) -> str:
    if parts is None:
        return "Its path leads out of the archive, so it was left out."
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "It is a link and no file, so it was left out."
    return refusal(parts)


def _copy(source: IO[bytes], out: IO[bytes], most: int) -> int:
    """Copy a file and return its bytes; stops when they are over `most`, whatever the archive says of sizes."""
    copied = 0
    while copied <= most and (block := source.read(_BLOCK)):
        copied += len(block)
        if copied > SIZE_LIMIT:
            raise _TooLarge
        out.write(block)
    return copied
