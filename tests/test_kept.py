"""Vectors of what was removed: had back without embedding, erased after a month, never in the way."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from rag.index import kept
from rag.index.kept import Kept
from rag.models.embedding import LocalEmbedder
from tests.shelf import Shelf

MONTH = 31 * 86_400


@pytest.fixture
def shelf(tmp_path: Path, embedder: LocalEmbedder) -> Shelf:
    """Two documents, synced."""
    shelf = Shelf(tmp_path, embedder)
    shelf.write("bridge.txt", "The old bridge was closed for repairs.\n")
    shelf.write("ferry.txt", "The ferry crosses the sound at night.\n")
    shelf.sync()
    return shelf


def _files(shelf: Shelf) -> list[Path]:
    return list(shelf.index.home.glob("kept-*"))


def _vector(*numbers: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array(numbers, dtype=np.float32)


def test_what_was_removed_comes_back_without_being_embedded_and_is_then_kept_no_more(shelf: Shelf) -> None:
    before = shelf.found("bridge ferry")
    (shelf.folder / "bridge.txt").rename(shelf.home / "aside")
    shelf.sync(keep=True)
    assert shelf.cited("bridge") == {"ferry.txt"}
    [file] = _files(shelf)
    assert b"bridge" not in file.read_bytes()
    (shelf.home / "aside").rename(shelf.folder / "bridge.txt")
    report = shelf.sync()
    assert (report.plan.added, report.embedded, report.reused) == (("bridge.txt",), 0, 1)
    assert sorted(shelf.found("bridge ferry")) == sorted(before)
    assert not _files(shelf)
    shelf.assert_whole()
    assert shelf.check().sound


def test_the_old_version_of_what_was_replaced_comes_back_without_being_embedded(shelf: Shelf) -> None:
    shelf.write("bridge.txt", "A tunnel takes its place.\n")
    shelf.sync(keep=True)
    shelf.write("bridge.txt", "The old bridge was closed for repairs.\n")
    assert (shelf.sync().embedded, shelf.cited("bridge")) == (0, {"bridge.txt", "ferry.txt"})
    shelf.assert_whole()


def test_what_went_without_being_put_into_the_trash_is_not_kept(shelf: Shelf) -> None:
    (shelf.folder / "bridge.txt").unlink()
    shelf.sync()
    assert not _files(shelf)


def test_after_a_month_the_next_look_at_the_set_erases_what_was_kept(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shelf.folder / "bridge.txt").unlink()
    shelf.sync(keep=True)
    shelf.sync()
    assert _files(shelf)
    now = time.time()
    monkeypatch.setattr("rag.index.kept.time.time", lambda: now + MONTH)
    assert shelf.sync().plan.idle
    assert not _files(shelf)


def test_the_oldest_go_where_there_are_too_many_and_no_trace_of_them_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_MOST", 2)
    store = Kept(tmp_path / "kept.sqlite")
    store.add({"first": _vector(0.25, 1234.5)})
    assert _vector(0.25, 1234.5).tobytes() in store.path.read_bytes()
    time.sleep(0.01)
    store.add({"second": _vector(1), "third": _vector(2)})
    assert {key: vector.tolist() for key, vector in store.get(["first", "second", "third"]).items()} == {
        "second": [1.0],
        "third": [2.0],
    }
    assert _vector(0.25, 1234.5).tobytes() not in store.path.read_bytes()


def test_a_damaged_file_or_one_that_cannot_be_written_keeps_nobody_from_removing(shelf: Shelf) -> None:
    (shelf.folder / "bridge.txt").rename(shelf.home / "aside")
    shelf.sync(keep=True)
    [file] = _files(shelf)
    file.write_bytes(b"no database" * 1000)
    (shelf.home / "aside").rename(shelf.folder / "bridge.txt")
    assert shelf.sync().embedded == 1
    assert not _files(shelf)
    file.mkdir()
    (shelf.folder / "bridge.txt").unlink()
    assert shelf.sync(keep=True).plan.removed == ("bridge.txt",)
    shelf.assert_whole()
