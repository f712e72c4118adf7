"""The list of a set's documents is made anew whenever something has changed, and only then."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.ingest import hashes, listing
from rag.ingest.changes import Changes, find_changes
from rag.ingest.hashes import KnownHashes, file_hash


def _states(assistant: Assistant, *, quick: bool = False) -> dict[str, str]:
    return {info.name: info.state for info in assistant.documents(assistant.library.first, quick=quick)}


@pytest.fixture
def old(assistant: Assistant, documents: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """A synced set whose files count as old enough to be certain of at once."""
    monkeypatch.setattr(hashes, "_CERTAIN", -60_000_000_000)
    assistant.sync(assistant.library.first)
    return assistant


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    compared: list[int] = []

    def counting(*given: Any) -> Changes:
        compared.append(1)
        return find_changes(*given)

    monkeypatch.setattr(listing, "find_changes", counting)
    return compared


def test_nothing_is_read_while_nothing_changes(
    old: Assistant, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = _counted(monkeypatch)
    read: list[Path] = []

    def reading(path: Path) -> str:
        read.append(path)
        return file_hash(path)

    monkeypatch.setattr(hashes, "file_hash", reading)
    first = old.documents(old.library.first)
    assert old.documents(old.library.first) is first
    assert len(compared) == 1
    assert read == []


@pytest.mark.parametrize("change", ["longer", "same size", "same size and time", "new", "gone", "renamed"])
def test_every_change_is_seen(old: Assistant, documents: Path, change: str) -> None:
    assert set(_states(old).values()) == {"ready"}
    ferry, times = documents / "ferry.txt", os.stat(documents / "ferry.txt")
    text = ferry.read_text()
    if change == "longer":
        ferry.write_text(text + " More.")
    elif change in ("same size", "same size and time"):
        ferry.write_text(text.replace("six", "ten"))
    elif change == "new":
        (documents / "new.txt").write_text("New.")
    elif change == "gone":
        ferry.unlink()
    else:
        ferry.rename(documents / "boat.txt")
    if change == "same size and time":
        os.utime(ferry, ns=(times.st_atime_ns, times.st_mtime_ns))
    expected = {
        "new": {"new.txt": "new"},
        "gone": {"ferry.txt": "removed"},
        "renamed": {"ferry.txt": "removed", "boat.txt": "new"},
    }
    states = {name: state for name, state in _states(old).items() if state != "ready"}
    assert states == expected.get(change, {"ferry.txt": "changed"})


def test_a_sync_by_anybody_is_seen(old: Assistant, documents: Path) -> None:
    (documents / "ferry.txt").write_text("The ferry is blue.")
    assert _states(old)["ferry.txt"] == "changed"
    Assistant(old.settings, embedder=old.embedder).sync(old.library.first)
    assert _states(old)["ferry.txt"] == "ready"


def test_a_file_that_was_just_written_is_read_each_time(documents: Path) -> None:
    """A second change in the same tick of the clock would leave its times as they are."""
    known, path = KnownHashes(), documents / "ferry.txt"
    path.write_text("one")
    assert known.of(path) == file_hash(path)
    assert known.known(path) is None


def test_while_a_sync_runs_no_file_is_read(old: Assistant, documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (documents / "ferry.txt").write_text("The ferry is blue.")
    (documents / "new.jsonl").write_text('{"id": "1", "title": "T", "body": "B"}\n')
    monkeypatch.setattr(hashes, "file_hash", lambda _: pytest.fail("a file was read"))
    states = _states(old, quick=True)
    assert states == {"ferry.txt": "ready", "harbour.md": "ready", "museum.txt": "ready", "new.jsonl": "new"}
    monkeypatch.undo()
    known = _states(old)
    assert (known["ferry.txt"], known["new.jsonl#1"]) == ("changed", "new")
