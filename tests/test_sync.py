from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from rag.ingest import changes, readers
from rag.ingest import sync as syncing
from rag.ingest.listing import list_documents
from rag.models.embedding import LocalEmbedder
from rag.types import Failure, Progress
from tests.shelf import Shelf, WatchedEmbedder, paragraph, silent

BRIDGE = "The harbour bridge of Varnholm was closed in March because of cracks.\n"
FERRY = "Nordlink adds six night crossings of its ferry while the bridge is closed.\n"
MUSEUM = "The museum of Varnholm opened a hall with two hundred old sea maps.\n"


@pytest.fixture
def shelf(tmp_path: Path, embedder: LocalEmbedder) -> Shelf:
    """Three one-sentence documents, synced; their titles come from the names of their files."""
    shelf = Shelf(tmp_path, embedder)
    for name, text in {"bridge.txt": BRIDGE, "ferry.txt": FERRY, "museum.txt": MUSEUM}.items():
        shelf.write(name, text)
    report = shelf.sync()
    assert (report.plan.summary(), report.embedded, report.reused) == ("+3 ~0 -0 =0", 3, 0)
    return shelf


def _records(shelf: Shelf, **bodies: str) -> None:
    shelf.write("news.jsonl", "".join(json.dumps({"id": key, "body": body}) + "\n" for key, body in bodies.items()))


def _docx(path: Path, text: str) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph(text)
    document.save(str(path))


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# -- what changed -------------------------------------------------------------------------------------------------


def test_added_changed_removed_and_unchanged_files_are_told_apart(shelf: Shelf) -> None:
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    shelf.write("ferry.txt", "Nordlink gave up its night crossings.\n")
    (shelf.folder / "museum.txt").unlink()
    plan = shelf.plan()
    assert (plan.added, plan.changed, plan.removed) == (("new.txt",), ("ferry.txt",), ("museum.txt",))
    assert plan.unchanged == ("bridge.txt",)
    assert shelf.sync().plan == plan
    assert shelf.names() == ["bridge.txt", "ferry.txt", "new.txt"]
    assert shelf.plan().idle
    shelf.assert_whole()


def test_added_changed_removed_and_unchanged_records_are_told_apart(shelf: Shelf) -> None:
    _records(shelf, a="The first body.", b="The second body.", c="The third body.")
    assert shelf.sync().plan.added == ("news.jsonl#a", "news.jsonl#b", "news.jsonl#c")
    _records(shelf, a="The first body.", b="Another second body.", d="The fourth body.")
    plan = shelf.plan()
    assert (plan.added, plan.changed, plan.removed) == (("news.jsonl#d",), ("news.jsonl#b",), ("news.jsonl#c",))
    report = shelf.sync()
    assert report.plan == plan
    assert report.embedded == 2
    assert "The third body." not in shelf.found("third body")
    (shelf.folder / "news.jsonl").rename(shelf.folder / "old.jsonl")
    report = shelf.sync()
    assert report.plan.renamed == tuple((f"news.jsonl#{id_}", f"old.jsonl#{id_}") for id_ in "abd")
    assert (report.embedded, report.reused) == (0, 3)
    shelf.assert_whole()


def test_a_new_modification_time_changes_nothing(shelf: Shelf) -> None:
    for path in shelf.folder.iterdir():
        os.utime(path, (1, 1))
    assert shelf.plan().idle
    assert shelf.sync().plan.summary() == "+0 ~0 -0 =3"


def test_a_renamed_file_is_embedded_no_second_time_and_cited_by_its_new_name_only(shelf: Shelf) -> None:
    (shelf.folder / "bridge.txt").rename(shelf.folder / "crossing.txt")
    report = shelf.sync()
    assert report.plan.renamed == (("bridge.txt", "crossing.txt"),)
    assert (report.embedded, report.reused) == (0, 1)
    cited = shelf.cited("harbour bridge")
    assert "crossing.txt" in cited
    assert "bridge.txt" not in cited
    shelf.assert_whole()


def test_a_copy_of_a_file_is_a_second_document_and_embeds_nothing(shelf: Shelf) -> None:
    shutil.copy(shelf.folder / "bridge.txt", shelf.folder / "bridge copy.txt")
    report = shelf.sync()
    assert report.plan.added == ("bridge copy.txt",)
    assert (report.embedded, report.reused) == (0, 1)
    assert {"bridge.txt", "bridge copy.txt"} <= shelf.cited("harbour bridge")
    shelf.assert_whole()
    (shelf.folder / "bridge.txt").unlink()
    shelf.sync()
    assert "bridge copy.txt" in shelf.cited("harbour bridge")
    shelf.assert_whole()


def test_two_files_that_swap_their_names_swap_their_words_and_embed_nothing(shelf: Shelf) -> None:
    bridge, ferry = shelf.folder / "bridge.txt", shelf.folder / "ferry.txt"
    bridge.rename(shelf.folder / "between")
    ferry.rename(bridge)
    (shelf.folder / "between").rename(ferry)
    report = shelf.sync()
    assert report.plan.changed == ("bridge.txt", "ferry.txt")
    assert (report.embedded, report.reused) == (0, 2)
    assert shelf.document("bridge.txt").text == FERRY
    shelf.assert_whole()


def test_a_changed_paragraph_embeds_only_itself(shelf: Shelf) -> None:
    shelf.write("long.txt", "\n\n".join(["Long", *map(paragraph, ("whale", "tower", "river", "forest"))]))
    first = shelf.sync().embedded
    assert first >= 4
    shelf.write("long.txt", "\n\n".join(["Long", *map(paragraph, ("whale", "tower", "glade", "forest"))]))
    report = shelf.sync()
    assert (report.embedded, report.reused) == (1, first - 1)
    assert not any("river" in text for text in shelf.found("river"))
    shelf.assert_whole()


def test_a_plan_changes_nothing_on_the_disk(tmp_path: Path, embedder: LocalEmbedder) -> None:
    shelf = Shelf(tmp_path, embedder)
    shelf.write("bridge.txt", BRIDGE)
    assert shelf.plan().added == ("bridge.txt",)
    assert not shelf.home.exists()
    shelf.sync()
    shelf.index.close()
    shelf.write("ferry.txt", FERRY)
    before = _tree(tmp_path)
    assert shelf.plan().added == ("ferry.txt",)
    assert shelf.states() == {"bridge.txt": "ready", "ferry.txt": "new"}
    assert _tree(tmp_path) == before


def test_an_empty_folder_is_a_whole_and_silent_index(tmp_path: Path, embedder: LocalEmbedder) -> None:
    shelf = Shelf(tmp_path, embedder)
    assert shelf.sync().plan.summary() == "+0 ~0 -0 =0"
    assert shelf.index.exists
    assert shelf.found("anything") == []
    assert shelf.check().sound


def test_new_readers_read_everything_again_and_leave_no_trace_of_the_old(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (changes, syncing):
        monkeypatch.setattr(module, "VERSION", "99.99")
    assert shelf.plan().changed == ("bridge.txt", "ferry.txt", "museum.txt")
    report = shelf.sync()
    assert (report.embedded, report.reused) == (0, 3)
    assert shelf.plan().idle
    shelf.assert_whole()


# -- what goes wrong ----------------------------------------------------------------------------------------------


def _fails_after(batches: int) -> Callable[[int], None]:
    def before(done: int) -> None:
        if done == batches:
            raise OSError(28, "No space left on device")

    return before


def test_an_embedder_that_fails_half_way_leaves_the_old_state_and_its_work_is_used(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "_BATCH_CHUNKS", 1)
    shelf.write("bridge.txt", "A tunnel takes the place of the old crossing.\n")
    shelf.write("ferry.txt", "The crossings of the night are no more.\n")
    (shelf.folder / "museum.txt").rename(shelf.folder / "maps.txt")
    shelf.write("quarry.txt", "The quarry was flooded in the spring.\n")
    before = shelf.found("bridge"), shelf.names(), shelf.document("bridge.txt")
    for _ in range(2):  # each gets one document further
        with pytest.raises(OSError, match="No space left"):
            shelf.sync(WatchedEmbedder(shelf.embedder, _fails_after(1)))
        assert (shelf.found("bridge"), shelf.names(), shelf.document("bridge.txt")) == before
    report = shelf.sync()
    assert report.plan.summary() == "+1 ~2 -0 =0 >1"
    assert (report.embedded, report.reused) == (1, 3)
    assert shelf.names() == ["bridge.txt", "ferry.txt", "maps.txt", "quarry.txt"]
    shelf.assert_whole()
    assert shelf.check().sound


def test_what_a_failed_sync_left_is_cleared_when_its_files_are_gone_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "_BATCH_CHUNKS", 1)
    added = [shelf.write(f"new{number}.txt", f"Lighthouse number {number} was lit.\n") for number in range(3)]
    with pytest.raises(OSError, match="No space left"):
        shelf.sync(WatchedEmbedder(shelf.embedder, _fails_after(2)))
    assert shelf.check().sound
    for path in added:
        path.unlink()
    assert shelf.sync().plan.idle
    shelf.assert_whole()


def test_a_rebuild_that_fails_can_be_repeated_in_the_same_process(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "_BATCH_CHUNKS", 1)
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            shelf.sync(WatchedEmbedder(shelf.embedder, _fails_after(0)), rebuild=True)
        assert shelf.cited("bridge") == {"bridge.txt", "ferry.txt", "museum.txt"}
    assert shelf.sync(rebuild=True).reused == 3
    assert shelf.names() == ["bridge.txt", "ferry.txt", "museum.txt", "new.txt"]
    shelf.assert_whole()


def test_a_file_that_can_no_longer_be_read_keeps_its_old_version(shelf: Shelf) -> None:
    path = shelf.folder / "report.docx"
    _docx(path, "The dredging of the harbour costs nine million crowns.")
    whole = path.read_bytes()
    shelf.sync()
    path.write_bytes(b"PK\x03\x04 this is no archive any more")
    for _ in range(2):  # reported again, not read again
        report = shelf.sync()
        assert [failure.name for failure in report.plan.failed] == ["report.docx"]
        assert report.plan.changed == ()
        assert report.embedded == 0
        assert shelf.states()["report.docx"] == "outdated"
        assert "report.docx" in shelf.cited("dredging")
    infos = list_documents(shelf.files(), shelf.index)
    assert next(info.reason for info in infos if info.name == "report.docx")
    path.write_bytes(whole)
    report = shelf.sync()
    assert (report.plan.failed, report.embedded) == ((), 0)
    assert shelf.states()["report.docx"] == "ready"
    shelf.assert_whole()
    assert shelf.check().sound
    path.unlink()
    shelf.sync()
    assert "report.docx" not in shelf.cited("dredging")
    shelf.assert_whole()


def test_a_file_that_is_whole_again_answers_even_when_that_sync_fails(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "_BATCH_CHUNKS", 1)
    path = shelf.folder / "bridge.txt"
    path.write_bytes(b"\0\1\2 no text")
    assert [failure.name for failure in shelf.sync().plan.failed] == ["bridge.txt"]
    path.write_text(BRIDGE)
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    with pytest.raises(OSError, match="No space left"):
        shelf.sync(WatchedEmbedder(shelf.embedder, _fails_after(0)))
    assert "bridge.txt" in shelf.cited("harbour bridge")
    assert shelf.check().sound


def test_a_file_whose_reading_process_does_not_start_is_read_by_the_next_sync(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    _docx(shelf.folder / "report.docx", "The dredging of the harbour costs nine million crowns.")
    shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    with monkeypatch.context() as broken:
        broken.setattr(readers, "_ROOT", shelf.folder / "nowhere")
        report = shelf.sync()
    assert report.plan.added == ("new.txt",)
    assert [failure.name for failure in report.plan.failed] == ["report.docx"]
    assert "could not be started" in report.plan.failed[0].reason
    assert shelf.sync().plan.added == ("report.docx",)
    shelf.assert_whole()


def test_failures_are_told_once_each_and_do_not_stop_the_others(shelf: Shelf) -> None:
    shelf.write("empty.txt", "")
    shelf.write("picture.png", "no picture")
    with zipfile.ZipFile(shelf.folder / "broken.docx", "w") as archive:
        archive.writestr("nothing", "")
    shelf.write("mixed.jsonl", '{"id": 1, "body": "A sound record."}\nnot json\n{"id": 2}\n')
    shelf.write("good.txt", "This one can be read.\n")
    names = ["broken.docx", "empty.txt", "mixed.jsonl line 2", "mixed.jsonl#2", "picture.png"]
    report = shelf.sync()
    assert [failure.name for failure in report.plan.failed] == names
    assert report.plan.added == ("good.txt", "mixed.jsonl#1")
    again = shelf.sync()
    assert [failure.name for failure in again.plan.failed] == names
    assert again.plan.idle
    assert shelf.states()["broken.docx"] == "failed"


@pytest.mark.parametrize("name", ["news.jsonl", "NEWS.JSONL"])
def test_records_of_a_file_that_can_no_longer_be_read_go_on_answering(shelf: Shelf, name: str) -> None:
    shelf.write(name, '{"id": "a", "body": "The first body."}\n{"id": "b", "body": "The second body."}\n')
    shelf.sync()
    (shelf.folder / name).write_bytes(b"\xff\xfe\x00\xd8 garbage \x00\x01")
    report = shelf.sync()
    assert report.plan.removed == ()
    assert {f"{name}#a", f"{name}#b"} <= shelf.cited("body")
    (shelf.folder / name).unlink()
    shelf.sync()
    assert shelf.names() == ["bridge.txt", "ferry.txt", "museum.txt"]
    shelf.assert_whole()


def test_a_file_that_vanishes_while_the_set_is_read_is_looked_at_again(shelf: Shelf) -> None:
    path = shelf.write("new.txt", "A lighthouse was built on the rock.\n")
    text = path.read_text()

    def vanish(progress: Progress) -> None:
        if progress.doing == "Reading files":
            path.unlink(missing_ok=True)

    report = syncing.sync(shelf.files(), shelf.index, shelf.embedder, 60, vanish)
    assert [failure.name for failure in report.plan.failed] == ["new.txt"]
    path.write_text(text)
    assert shelf.sync().plan.added == ("new.txt",)
    listed = shelf.files()
    path.unlink()
    report = syncing.sync(listed, shelf.index, shelf.embedder, 60, silent)
    assert report.plan.failed == (Failure("new.txt", "The file could not be opened: No such file or directory."),)
    assert "new.txt" in shelf.names()
    assert shelf.sync().plan.removed == ("new.txt",)
    shelf.assert_whole()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_file_that_may_not_be_opened_keeps_its_old_version(shelf: Shelf) -> None:
    path = shelf.folder / "bridge.txt"
    path.chmod(0)
    report = shelf.sync()
    assert [failure.name for failure in report.plan.failed] == ["bridge.txt"]
    assert shelf.states()["bridge.txt"] == "outdated"
    path.chmod(0o600)
    assert shelf.sync().embedded == 0
    assert shelf.states()["bridge.txt"] == "ready"


def test_a_name_that_is_no_unicode_is_read_shown_and_removed_like_any_other(shelf: Shelf) -> None:
    path = os.path.join(os.fsencode(shelf.folder), b"caf\xe9.txt")
    try:
        with open(path, "wb") as file:
            file.write(b"The cafe on the quay sells herring.\n")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert shelf.sync().plan.added == ("caf\\xe9.txt",)
    assert "caf\\xe9.txt" in shelf.cited("herring")
    os.unlink(path)
    assert shelf.sync().plan.removed == ("caf\\xe9.txt",)


def test_words_around_a_nul_character_keep_their_span(shelf: Shelf) -> None:
    _records(shelf, a="Before the sign.\0 After the sign the sentence goes on.")
    shelf.sync()
    shelf.assert_whole()


# -- anything at all ----------------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt", "below/a.txt"])
_TEXTS = st.sampled_from(["One red fox.\n", "Two grey owls.\n", "Three elks.\n", "Red fox.\n\nGrey owl.\n", "\n"])
_STEPS = st.one_of(
    st.tuples(st.just("write"), _NAMES, _TEXTS),
    st.tuples(st.just("remove"), _NAMES, st.just("")),
    st.tuples(st.just("rename"), _NAMES, _NAMES),
    st.tuples(st.just("sync"), st.just(""), st.just("")),
)


def _apply(shelf: Shelf, step: tuple[str, str, str]) -> None:
    kind, name, other = step
    path = shelf.folder / name
    if kind == "write":
        shelf.write(name, other)
    elif kind == "remove":
        path.unlink(missing_ok=True)
    elif kind == "rename" and path.is_file():
        (shelf.folder / other).parent.mkdir(exist_ok=True)
        path.replace(shelf.folder / other)
    elif kind == "sync":
        shelf.sync()


@settings(max_examples=20, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_STEPS, min_size=4, max_size=12))
def test_after_any_changes_a_sync_holds_exactly_what_the_folder_holds(
    steps: list[tuple[str, str, str]], embedder: LocalEmbedder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"), embedder)
    seen: dict[str, str] = {}  # name -> the last readable text that a sync met under it
    for step in [*steps, ("sync", "", "")]:
        _apply(shelf, step)
        if step[0] == "sync":
            texts = {name: path.read_text() for name, path in shelf.files().items()}
            seen = {
                name: text if text.strip() else seen[name]
                for name, text in texts.items()
                if text.strip() or name in seen
            }
            assert {name: shelf.document(name).text for name in shelf.names()} == seen
            shelf.assert_whole()
            assert shelf.plan().idle
    shelf.index.close()
