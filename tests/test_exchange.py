"""Files that change places all or none, whatever ends the process on the way."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from rag.ingest import exchange
from rag.ingest.exchange import Exchanges, Move


class _Killed(BaseException):
    """What a process that is killed meets: nothing after it runs."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of a set, and two that wait to come: one in the place of another, one new."""
    for name, text in {
        "set/old.txt": "old",
        "set/kept.txt": "kept",
        "set/both.txt": "before",
        "new/both.txt": "after",
        "new/deep.txt": "deep",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def _moves(folder: Path) -> tuple[list[Move], list[Move]]:
    out = [Move(folder / "set" / name, folder / "bin" / name) for name in ("old.txt", "both.txt")]
    into = [
        Move(folder / "new/both.txt", folder / "set/both.txt"),
        Move(folder / "new/deep.txt", folder / "set/a/deep.txt"),
    ]
    return out, into


def _texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


DONE = {"kept.txt": "kept", "both.txt": "after", "a/deep.txt": "deep"}
BEFORE = {"old.txt": "old", "kept.txt": "kept", "both.txt": "before"}
GONE = {"old.txt": "old", "both.txt": "before"}


def test_files_go_and_others_take_their_places(folder: Path) -> None:
    Exchanges(folder / "home").carry_out(*_moves(folder))
    assert _texts(folder / "set") == DONE
    assert _texts(folder / "bin") == GONE
    assert not (folder / "home" / "moving.json").exists()


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("disks", [1, 2])
def test_a_process_that_dies_on_the_way_is_finished_by_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch, after: int, disks: int
) -> None:
    """It dies after that many moves; on two disks, when the file is copied and not yet deleted."""
    moved = 0
    move = exchange._move

    def dying(each: Move) -> None:
        nonlocal moved
        if moved == after:
            if disks == 2:
                each.target.parent.mkdir(parents=True, exist_ok=True)
                each.target.write_bytes(each.source.read_bytes())
            raise _Killed
        moved += 1
        move(each)

    monkeypatch.setattr(exchange, "_move", dying)
    try:
        Exchanges(folder / "home").carry_out(*_moves(folder))
    except _Killed:
        assert _texts(folder / "set") != DONE or disks == 2
    monkeypatch.setattr(exchange, "_move", move)
    Exchanges(folder / "home").settle()
    assert _texts(folder / "set") == DONE
    assert _texts(folder / "bin") == GONE
    Exchanges(folder / "home").settle()
    assert _texts(folder / "set") == DONE


def test_a_process_that_dies_before_its_journal_is_whole_has_done_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(_: int) -> None:
        raise _Killed

    monkeypatch.setattr(os, "fsync", dying)
    with pytest.raises(_Killed):
        Exchanges(folder / "home").carry_out(*_moves(folder))
    Exchanges(folder / "home").settle()
    assert _texts(folder / "set") == BEFORE


def test_what_cannot_be_moved_leaves_everything_where_it_was(folder: Path) -> None:
    (folder / "set" / "a").write_text("a file where a folder is wanted")
    with pytest.raises(OSError):
        Exchanges(folder / "home").carry_out(*_moves(folder))
    (folder / "set" / "a").unlink()
    assert _texts(folder / "set") == BEFORE
    assert _texts(folder / "new") == {"both.txt": "after", "deep.txt": "deep"}
    Exchanges(folder / "home").settle()
    assert _texts(folder / "set") == BEFORE


def test_a_file_is_copied_whole_where_it_cannot_be_renamed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def other_disk(source: Path, target: Path) -> None:
        if (Path(source).parent == folder / "set") != (Path(target).parent == folder / "set"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(os, "rename", other_disk)
    out, into = _moves(folder)
    Exchanges(folder / "home").carry_out(out, into[:1])
    assert _texts(folder / "set") == {"kept.txt": "kept", "both.txt": "after"}
    assert _texts(folder / "bin") == GONE


def test_a_file_that_somebody_put_there_after_the_crash_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "unlink", _die_at_the_journal(Path.unlink))
    with pytest.raises(_Killed):
        Exchanges(folder / "home").carry_out(*_moves(folder))
    monkeypatch.undo()
    (folder / "set" / "old.txt").write_text("put there by hand")
    Exchanges(folder / "home").settle()
    assert _texts(folder / "set") == DONE | {"old.txt": "put there by hand"}


def _die_at_the_journal(unlink: object) -> object:
    def dying(path: Path, missing_ok: bool = False) -> None:
        if path.name == "moving.json":
            raise _Killed
        unlink(path, missing_ok)  # type: ignore[operator]

    return dying
