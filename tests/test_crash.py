"""What other processes may do to an index: die while they write it, write it at the same time, write it unasked."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from rag.errors import FootnoteError, IndexBusy
from rag.index.index import Index
from rag.ingest import sync as syncing
from rag.models.embedding import LocalEmbedder
from tests.shelf import Shelf, WatchedEmbedder

BATCHES = 6
_PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Starts processes that need not import everything anew."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "llama_index.core.schema", "onnxruntime", "tantivy", "filelock"])
    return context


@pytest.fixture
def shelf(tmp_path: Path, embedder: LocalEmbedder) -> Shelf:
    """Six documents in their first state, synced."""
    shelf = Shelf(tmp_path, embedder)
    _write_state(shelf, "first")
    shelf.sync()
    return shelf


def _write_state(shelf: Shelf, state: str) -> None:
    for number in range(BATCHES):
        shelf.write(f"{number}.txt", f"Letter {number} was written in the {state} state.\n")


def _states(shelf: Shelf) -> set[str]:
    return {text.split(" in the ")[1] for text in shelf.found("letter written")}


def _sync_and_tell(folder: Path, parent: Connection, pause: float) -> None:
    """In a process of its own: sync document by document, tell of each batch, and stop a while before it."""

    def before(batch: int) -> None:
        parent.send(batch)
        time.sleep(pause)

    syncing._BATCH_CHUNKS = 1
    shelf = Shelf(folder, LocalEmbedder(threads=1))
    try:
        report = shelf.sync(WatchedEmbedder(shelf.embedder, before))
        parent.send(report.plan.summary())
    except FootnoteError as error:
        parent.send(type(error).__name__)


def _sync_with_little_disk(folder: Path, parent: Connection, bytes_: float) -> None:
    """In a process of its own: sync where no file may grow beyond `bytes_`."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(bytes_), int(bytes_)))
    try:
        _sync_and_tell(folder, parent, 0)
    except BaseException as error:
        parent.send(type(error).__name__)


@contextmanager
def _running(
    processes: ForkServerContext, target: Callable[[Path, Connection, float], None], shelf: Shelf, value: float
) -> Iterator[tuple[ForkServerProcess, Connection]]:
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=target, args=(shelf.folder.parent, there, value))
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.kill()
        process.join()
        here.close()


def _heard(pipe: Connection, wanted: object) -> None:
    while True:
        assert pipe.poll(_PATIENCE), "the other process says nothing"
        if pipe.recv() == wanted:
            return


def _last_words(pipe: Connection) -> object:
    word: object = None
    try:
        while pipe.poll(_PATIENCE):
            word = pipe.recv()
    except EOFError:
        return word
    raise AssertionError("the other process does not end")


def _sync_in_another_process(processes: ForkServerContext, shelf: Shelf) -> object:
    with _running(processes, _sync_and_tell, shelf, 0) as (_, pipe):
        return _last_words(pipe)


@pytest.mark.parametrize(
    ("batch", "seconds"), [(0, 0.0), (2, 0.0), (5, 0.0), (5, 0.02), (5, 0.05), (5, 0.08), (5, 0.12), (5, 0.2)]
)
def test_a_sync_killed_at_any_moment_leaves_one_whole_state_and_the_next_completes_it(
    shelf: Shelf, processes: ForkServerContext, batch: int, seconds: float
) -> None:
    _write_state(shelf, "second")
    with _running(processes, _sync_and_tell, shelf, 0.02) as (_, pipe):
        _heard(pipe, batch)
        time.sleep(seconds)
    found = _states(shelf)
    assert len(shelf.found("letter written")) == BATCHES
    assert len(found) == 1
    assert seconds or found == {"first state."}
    assert len(shelf.names()) == BATCHES
    report = shelf.sync()
    if found == {"first state."}:
        assert report.plan.summary() == "+0 ~6 -0 =0"
        assert report.reused >= batch - 1
    assert _states(shelf) == {"second state."}
    shelf.assert_whole()
    assert shelf.check().sound


@pytest.mark.parametrize("batch", [0, 3])
def test_a_first_sync_that_is_killed_is_completed_by_the_next(
    tmp_path: Path, embedder: LocalEmbedder, processes: ForkServerContext, batch: int
) -> None:
    shelf = Shelf(tmp_path, embedder)
    _write_state(shelf, "first")
    with _running(processes, _sync_and_tell, shelf, 0.02) as (_, pipe):
        _heard(pipe, batch)
    assert not shelf.index.exists
    assert shelf.found("letter") == []
    report = shelf.sync()
    assert report.plan.summary() == "+6 ~0 -0 =0"
    assert report.reused >= batch - 1
    shelf.assert_whole()
    assert shelf.check().sound


@pytest.mark.parametrize("left", ["nothing", "empty catalog", "half a catalog", "empty chroma", "garbage"])
def test_a_first_sync_killed_while_it_made_its_files_is_completed_by_the_next(
    tmp_path: Path, embedder: LocalEmbedder, left: str
) -> None:
    import sqlite3

    shelf = Shelf(tmp_path, embedder)
    _write_state(shelf, "first")
    folder = shelf.index.home / "v1"
    (folder / "chroma").mkdir(parents=True)
    if left == "empty catalog":
        (folder / "catalog.sqlite").touch()
    elif left == "half a catalog":
        database = sqlite3.connect(folder / "catalog.sqlite")
        database.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        database.close()
    elif left == "empty chroma":
        (folder / "chroma" / "chroma.sqlite3").touch()
    elif left == "garbage":
        (folder / "catalog.sqlite").write_bytes(b"garbage" * 999)
        (folder / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 999)
    assert shelf.sync().plan.summary() == "+6 ~0 -0 =0"
    shelf.assert_whole()


def test_while_one_process_writes_another_is_refused_and_readers_are_served(
    shelf: Shelf, processes: ForkServerContext
) -> None:
    _write_state(shelf, "second")
    with _running(processes, _sync_and_tell, shelf, 0.2) as (_, pipe):
        _heard(pipe, 1)
        with pytest.raises(IndexBusy, match="try again"):
            shelf.sync()
        with _running(processes, _sync_and_tell, shelf, 0) as (_, other):
            assert _last_words(other) == "IndexBusy"
        assert _states(shelf) == {"first state."}
        assert shelf.plan().summary() == "+0 ~6 -0 =0"
        assert _last_words(pipe) == "+0 ~6 -0 =0"
    assert _states(shelf) == {"second state."}
    assert shelf.sync().plan.idle
    shelf.assert_whole()


def test_an_open_index_sees_what_another_process_added_and_cites_nothing_that_it_removed(
    shelf: Shelf, processes: ForkServerContext
) -> None:
    assert _states(shelf) == {"first state."}
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    (shelf.folder / "0.txt").unlink()
    shelf.write("1.txt", "Letter 1 was written in the second state.\n")
    assert _sync_in_another_process(processes, shelf) == "+1 ~1 -1 =4"
    hits = shelf.index.search(shelf.embedder.embed_query("lighthouse"), "lighthouse", 10)
    assert {hit.located.document for hit in hits if hit.dense and hit.lexical} == {"new.txt"}
    cited = shelf.cited("letter written")
    assert "0.txt" not in cited
    assert "Letter 1 was written in the first state." not in shelf.found("letter written")
    shelf.assert_whole()
    (shelf.folder / "new.txt").unlink()
    assert _sync_in_another_process(processes, shelf) == "+0 ~0 -1 =5"
    assert "new.txt" not in shelf.cited("lighthouse")
    assert shelf.sync().plan.idle


def test_two_open_indexes_of_one_home_both_see_what_another_process_wrote(
    shelf: Shelf, processes: ForkServerContext
) -> None:
    indexes = [shelf.index, Index(shelf.index.home)]
    vector = shelf.embedder.embed_query("lighthouse")
    for state in range(2):
        assert all(len(index.search(vector, "lighthouse", 10)) == BATCHES + bool(state) for index in indexes)
        (shelf.folder / f"new{state - 1}.txt").unlink(missing_ok=True)
        shelf.write(f"new{state}.txt", f"Lighthouse number {state} was built on the rock.\n")
        _sync_in_another_process(processes, shelf)
        for index in indexes:
            hits = index.search(vector, "lighthouse", 10)
            assert [hit.located.document for hit in hits if hit.dense and hit.lexical] == [f"new{state}.txt"]
    indexes[1].close()


def test_searches_while_another_process_syncs_see_one_whole_state_each(
    shelf: Shelf, processes: ForkServerContext
) -> None:
    states = set()
    for state in ("second", "third"):
        _write_state(shelf, state)
        with _running(processes, _sync_and_tell, shelf, 0.01) as (process, _):
            while process.is_alive():
                found = shelf.found("letter written")
                assert len(found) == BATCHES
                assert len({text.split(" in the ")[1] for text in found}) == 1
                states.add(found[0].split(" in the ")[1])
    assert states | _states(shelf) == {"first state.", "second state.", "third state."}
    shelf.assert_whole()


@pytest.mark.parametrize("bytes_", [1_000, 100_000, 250_000])
def test_a_disk_that_is_full_loses_nothing(shelf: Shelf, processes: ForkServerContext, bytes_: int) -> None:
    _write_state(shelf, "second")
    shelf.write(
        "long.txt", "\n".join(f"Line {number} of a long document says {number * 7}." for number in range(9_000))
    )
    with _running(processes, _sync_with_little_disk, shelf, bytes_) as (_, pipe):
        assert _last_words(pipe) != "+1 ~6 -0 =0"
    assert _states(shelf) == {"first state."}
    _write_state(shelf, "third")
    (shelf.folder / "long.txt").unlink()
    assert shelf.sync().plan.summary() == "+0 ~6 -0 =0"
    assert _states(shelf) == {"third state."}
    shelf.assert_whole()
    assert shelf.check().sound
