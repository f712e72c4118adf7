from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rag.errors import FootnoteError, IndexBusy, IndexUnusable, LibraryError, StorageError
from rag.index import index as index_module
from rag.index import writer as writer_module
from rag.index.catalog import Catalog, StoredChunk
from rag.index.faults import faults_told
from rag.index.index import Index
from rag.index.writer import Writer
from rag.models.embedding import LocalEmbedder
from rag.types import Document
from tests.shelf import Shelf, WatchedEmbedder, silent

ARTICLES = {
    "bridge.txt": "The harbour bridge of Varnholm was closed in March because of cracks.\n",
    "ferry.txt": "Nordlink adds six night crossings of its ferry while the bridge is closed.\n",
    "museum.txt": "The museum of Varnholm opened a hall with two hundred old sea maps.\n",
}


@pytest.fixture
def shelf(tmp_path: Path, embedder: LocalEmbedder) -> Shelf:
    """Three one-sentence documents, synced."""
    shelf = Shelf(tmp_path, embedder)
    for name, text in ARTICLES.items():
        shelf.write(name, text)
    shelf.sync()
    return shelf


def _version_folder(shelf: Shelf) -> Path:
    return shelf.index.home / (shelf.index.home / "current").read_text()


# -- searching ----------------------------------------------------------------------------------------------------


def test_a_search_may_ask_for_more_than_there_is(shelf: Shelf) -> None:
    assert sorted(shelf.found("bridge", k=5_000)) == sorted(text.strip() for text in ARTICLES.values())
    assert len(shelf.found("bridge", k=1)) == 1


def test_a_set_of_page_furniture_alone_has_a_document_and_no_hit(tmp_path: Path, embedder: LocalEmbedder) -> None:
    shelf = Shelf(tmp_path, embedder)
    shelf.write("page.txt", "Leave a Reply\n\nAll rights reserved.\n\nSkip to content\n")
    shelf.sync()
    assert shelf.names() == ["page.txt"]
    assert shelf.found("reply") == []
    assert shelf.check().sound
    assert shelf.plan().idle


@pytest.mark.parametrize(
    "words",
    [
        '"a AND (b" ^ ~ : *',
        "bridge)",
        "NOT bridge",
        "id:bridge",
        "",
        " ",
        "?!",
        "'",
        "\\",
        "\0",
        "the " * 600,
        "x" * 900,
    ],
)
def test_words_are_never_read_as_a_query_language(shelf: Shelf, words: str) -> None:
    hits = shelf.index.search(shelf.embedder.embed_query("bridge"), words, 10)
    assert {hit.located.document for hit in hits} == set(ARTICLES)
    assert all(hit.dense is not None for hit in hits)
    if "bridge" in words:
        assert any(hit.lexical for hit in hits)


def test_a_part_of_a_run_of_chinese_japanese_or_korean_is_found(shelf: Shelf) -> None:
    shelf.write("asia.txt", "東京都庁は新しい橋の計画を発表した。서울시는 다리를 건설한다.\n")
    shelf.sync()
    for words in ("計画", "の計", "다리"):
        hits = shelf.index.search(shelf.embedder.embed_query("x"), words, 10)
        assert [hit.located.document for hit in hits if hit.lexical] == ["asia.txt"]


def test_chunks_that_await_deletion_hide_no_live_one(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Catalog, "dead", lambda catalog: [])
    for number in range(12):
        shelf.write("bridge.txt", f"The harbour bridge was closed for the {number}th time.\n")
        shelf.sync()
    assert [text for text in shelf.found("harbour bridge closed", k=2) if "11th" in text]
    assert len(shelf.index.search(shelf.embedder.embed_query("x"), "harbour", 2)) >= 2


def test_the_version_that_answers_is_never_written_to(shelf: Shelf) -> None:
    def content() -> dict[Path, bytes]:
        parts = (folder / "chroma", folder / "lexical")
        return {path: path.read_bytes() for part in parts for path in part.rglob("*") if path.is_file()}

    folder = _version_folder(shelf)
    shelf.found("bridge")
    before = content()
    shelf.write("bridge.txt", "A tunnel takes the place of the old crossing.\n")
    (shelf.folder / "ferry.txt").unlink()
    shelf.sync(WatchedEmbedder(shelf.embedder, lambda _: None))
    assert _version_folder(shelf) != folder
    shelf.check()
    assert content() == before


# -- several at once ----------------------------------------------------------------------------------------------


def test_searches_during_syncs_see_one_whole_state_each(shelf: Shelf) -> None:
    for path in shelf.folder.iterdir():
        path.unlink()
    for number in range(4):
        shelf.write(f"{number}.txt", f"Letter {number} was written in state 0.\n")
    shelf.sync()
    vector, done, problems, searches = shelf.embedder.embed_query("letter"), threading.Event(), [], []

    def search() -> None:
        while not done.is_set():
            try:
                found = [hit.located.text.rsplit(" ", 1)[1] for hit in shelf.index.search(vector, "letter written", 10)]
            except BaseException as error:
                problems.append(repr(error))
                return
            searches.append(found[0] if found else "")
            if len(found) != 4 or len(set(found)) != 1:
                problems.append(str(found))

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for state in range(1, 8):
        for number in range(4):
            (shelf.folder / f"{number}.txt").unlink(missing_ok=True)
            shelf.write(f"{number}.txt", f"Letter {number} was written in state {state}.\n")
        shelf.sync(rebuild=state % 4 == 0)
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(set(searches)) > 2
    shelf.assert_whole()


def test_a_second_writer_in_the_same_process_is_refused_and_loses_nothing(shelf: Shelf) -> None:
    reached, go_on, errors = threading.Event(), threading.Event(), []

    def wait(_: int) -> None:
        reached.set()
        go_on.wait(30)

    def first() -> None:
        shelf.sync(WatchedEmbedder(shelf.embedder, wait))

    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    thread = threading.Thread(target=first)
    thread.start()
    assert reached.wait(30)
    for index in (shelf.index, Index(shelf.index.home)):
        with pytest.raises(IndexBusy, match="try again"), index.writing(shelf.embedder.name, shelf.embedder.dimension):
            errors.append("let in")
    assert shelf.cited("bridge") == set(ARTICLES)
    go_on.set()
    thread.join()
    assert errors == []
    assert "new.txt" in shelf.cited("lighthouse")
    shelf.assert_whole()


def test_two_index_objects_of_one_home_see_what_the_other_wrote(shelf: Shelf) -> None:
    other = Index(shelf.index.home)
    vector = shelf.embedder.embed_query("lighthouse")
    for number in range(3):
        name = f"new{number}.txt"
        shelf.write(name, f"Lighthouse {number} was built on the rock.\n")
        (shelf.folder / f"new{number - 1}.txt").unlink(missing_ok=True)
        shelf.sync()
        hits = other.search(vector, "lighthouse", 10)
        found = {hit.located.document for hit in hits if hit.dense is not None and hit.lexical is not None}
        assert found == {name}
        assert {hit.located.document for hit in hits} == {*ARTICLES, name}
    other.close()
    assert "new2.txt" in shelf.cited("lighthouse")
    shelf.index.close()
    assert "new2.txt" in shelf.cited("lighthouse")


# -- checking and mending -----------------------------------------------------------------------------------------


def test_a_good_index_is_sound(shelf: Shelf) -> None:
    report = shelf.check()
    assert report.sound
    assert (report.chunks, report.repaired) == (3, False)


def test_rows_deleted_and_added_behind_its_back_are_found_and_put_right(shelf: Shelf) -> None:
    opened = shelf.index._fresh(shelf.index._version())
    catalog = shelf.index.catalog()
    assert opened
    assert catalog
    (_, (chunk, *_)), *_ = catalog.chunks_of(["bridge.txt"])
    opened.vectors.delete([chunk.id])
    stray = StoredChunk("stray", 0, 5, "key")
    vector: npt.NDArray[np.float32] = shelf.embedder.embed(["hello"])
    opened.vectors.upsert([(Document("gone.txt", "hello", "Gone", ""), stray)], vector)
    opened.lexical.update([("lost", "hello")], [catalog.chunk_ids()[1]])
    assert "gone.txt" not in shelf.cited("hello")
    report = shelf.check()
    assert (report.missing, report.stray, report.sound, report.repaired) == (2, 2, False, True)
    assert "bridge.txt" in shelf.cited("harbour bridge")
    shelf.assert_whole()
    assert shelf.check().sound


def test_a_removed_collection_is_embedded_again(shelf: Shelf) -> None:
    shelf.index.close()
    shutil.rmtree(_version_folder(shelf) / "chroma")
    assert shelf.check().missing == 3
    shelf.assert_whole()
    assert shelf.check().sound


@pytest.mark.parametrize("harm", ["removed", "emptied", "garbage", "removed while open"])
def test_a_lost_or_damaged_word_index_is_made_again(shelf: Shelf, harm: str) -> None:
    folder = _version_folder(shelf) / "lexical"
    if harm != "removed while open":
        shelf.index.close()
    if harm.startswith("removed"):
        shutil.rmtree(folder)
    else:
        for path in folder.glob("*.json" if harm == "garbage" else "*.*"):
            path.write_bytes(b"" if harm == "emptied" else b"}{")
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    if harm == "removed while open":
        shelf.sync()
    hits = shelf.index.search(shelf.embedder.embed_query("x"), "Varnholm", 10)
    assert {hit.located.document for hit in hits if hit.lexical} == {"bridge.txt", "museum.txt"}
    shelf.sync()
    shelf.assert_whole()
    assert shelf.check().sound


def test_compaction_keeps_every_hit_and_its_scores(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_GRACE_SECONDS", 0)
    vector = shelf.embedder.embed_query("bridge")

    def hits() -> list[tuple[str, float, float]]:
        found = shelf.index.search(vector, "bridge Varnholm", 10)
        return sorted((hit.id, round(hit.dense or 0, 5), round(hit.lexical or 0, 5)) for hit in found)

    before, folder = hits(), _version_folder(shelf)
    with shelf.index.writing(shelf.embedder.name, shelf.embedder.dimension) as writer:
        writer.compact()
    assert hits() == before
    assert _version_folder(shelf) != folder
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    assert shelf.sync().embedded == 1
    assert not folder.exists()
    shelf.assert_whole()


def test_rows_that_are_gone_do_not_stop_a_compaction(shelf: Shelf) -> None:
    opened = shelf.index._fresh(shelf.index._version())
    catalog = shelf.index.catalog()
    assert opened
    assert catalog
    opened.vectors.delete(catalog.chunk_ids()[:1])
    with shelf.index.writing(shelf.embedder.name, shelf.embedder.dimension) as writer:
        writer.compact()
    assert shelf.check().missing == 1
    assert shelf.check().sound


def test_a_rebuild_reuses_vectors_and_the_old_index_answers_meanwhile(shelf: Shelf) -> None:
    met = []

    def meanwhile(_: int) -> None:
        met.append(shelf.cited("bridge"))

    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    report = shelf.sync(WatchedEmbedder(shelf.embedder, meanwhile), rebuild=True)
    assert met == [set(ARTICLES)]
    assert (report.plan.added, report.embedded, report.reused) == (tuple(sorted([*ARTICLES, "new.txt"])), 1, 3)
    assert "new.txt" in shelf.cited("lighthouse")
    shelf.assert_whole()


class _OtherEmbedder(WatchedEmbedder):
    """An embedder of another name and length of vectors."""

    def __init__(self, inner: LocalEmbedder) -> None:
        super().__init__(inner, lambda _: None)
        self.name, self.dimension = "other", 8

    def embed(self, texts: Sequence[str], progress: object = None) -> npt.NDArray[np.float32]:
        return np.ascontiguousarray(super().embed(texts)[:, :8])


def test_an_index_of_another_embedder_says_how_to_rebuild_it_and_that_helps(shelf: Shelf) -> None:
    other = _OtherEmbedder(shelf.embedder)
    with pytest.raises(IndexUnusable, match=r"other is set: rebuild it with `python -m rag sync --rebuild`"):
        shelf.sync(other)
    assert shelf.cited("bridge") == set(ARTICLES)
    assert shelf.sync(other, rebuild=True).embedded == 3
    hits = shelf.index.search(other.embed(["bridge"])[0], "bridge", 10)
    assert {hit.located.document for hit in hits} == set(ARTICLES)
    with pytest.raises(IndexUnusable, match="rebuild"):
        shelf.sync()


@pytest.mark.parametrize("file", ["catalog.sqlite", "chroma/chroma.sqlite3"])
def test_a_damaged_index_says_how_to_rebuild_it_and_that_helps(shelf: Shelf, file: str) -> None:
    shelf.index.close()
    for path in _version_folder(shelf).glob(f"{file}*"):
        path.unlink()
    (_version_folder(shelf) / file).write_bytes(b"garbage" * 999)
    for _ in range(2):
        with pytest.raises(IndexUnusable, match="damaged: rebuild it"):
            shelf.sync()
    shelf.sync(rebuild=True)
    assert shelf.cited("bridge") == set(ARTICLES)
    shelf.assert_whole()


@pytest.mark.parametrize("use", [Shelf.plan, Shelf.states, Shelf.sync, Shelf.check, Shelf.names])
def test_whoever_meets_a_damaged_catalog_is_told_so_and_a_rebuild_helps(
    shelf: Shelf, use: Callable[[Shelf], object]
) -> None:
    shelf.index.close()
    path = _version_folder(shelf) / "catalog.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(IndexUnusable, match="damaged: rebuild it"):
        use(shelf)
    shelf.sync(rebuild=True)
    assert shelf.cited("bridge") == set(ARTICLES)
    shelf.assert_whole()


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_FULL, StorageError, "disk is full"),
        (sqlite3.SQLITE_BUSY, IndexBusy, "try again"),
        (sqlite3.SQLITE_IOERR_WRITE, StorageError, "could not be read or written"),
        (sqlite3.SQLITE_CORRUPT, IndexUnusable, "rebuild"),
    ],
)
def test_what_sqlite_says_is_told_in_a_true_sentence(code: int, kind: type[FootnoteError], words: str) -> None:
    error = sqlite3.OperationalError("something")
    error.sqlite_errorcode = code
    with pytest.raises(kind, match=words), faults_told():
        raise error


def test_the_collection_is_where_the_version_that_answers_has_it(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.index.collection_path == _version_folder(shelf) / "chroma"
    with pytest.raises(LibraryError, match="not been read yet"):
        _ = Index(tmp_path / "nothing").collection_path


def test_many_small_syncs_do_not_let_the_collection_grow_without_end(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    compactions = []
    compact = Writer.compact

    def counted(writer: Writer) -> None:
        compactions.append(writer.catalog.deleted())
        compact(writer)

    monkeypatch.setattr(writer_module, "_FEW_DEAD", 4)
    monkeypatch.setattr(Writer, "compact", counted)
    for number in range(12):
        shelf.write("bridge.txt", f"The harbour bridge was closed for the {number}th time.\n")
        shelf.sync()
        catalog = shelf.index.catalog()
        assert catalog is not None
        assert catalog.deleted() == (number + 1) % 5
        shelf.assert_whole()
    assert compactions == [4, 4]


@pytest.mark.parametrize("pointer", ["", "v7", "../v1", "\udcff"])
def test_a_pointer_to_nothing_is_an_index_that_is_not_there_yet(shelf: Shelf, pointer: str) -> None:
    shelf.index.close()
    (shelf.index.home / "current").write_bytes(pointer.encode(errors="surrogateescape"))
    assert not shelf.index.exists
    assert shelf.found("bridge") == []
    shelf.sync()
    assert shelf.cited("bridge") == set(ARTICLES)
    shelf.assert_whole()


def test_thousands_of_chunks_are_looked_up_in_a_moment(tmp_path: Path) -> None:
    import time

    index, dimension, count = Index(tmp_path), 8, 3_000
    vectors = np.random.default_rng(1).standard_normal((count, dimension)).astype(np.float32)
    documents = [Document(f"{number}.txt", "Some words.", "Title", "") for number in range(count // 10)]
    batch = [
        (
            document.name,
            document,
            [StoredChunk(f"{document.name}-{at}", 0, 11, f"{document.name}-{at}") for at in range(10)],
        )
        for document in documents
    ]
    with index.writing("e", dimension) as writer:
        writer.stage(batch, vectors)
        writer.publish((), {}, (), "1")
        began = time.perf_counter()
        assert len(writer.known_vectors([chunk.key for _, _, chunks in batch for chunk in chunks])) == count
        assert len(writer.catalog.chunks_of([document.name for document in documents])) == len(documents)
        assert time.perf_counter() - began < 2
    assert index.check("e", dimension, lambda rows: vectors[: len(rows)], silent).missing == 0
    index.close()
