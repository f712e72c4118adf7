from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.ingest.library import DocumentSet, Library, Removal
from tests.shelf import silent


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with two files in its root, one of them below a folder that is a set of its own."""
    root = tmp_path / "documents"
    (root / "Peace talks" / "2020").mkdir(parents=True)
    (root / "first.txt").write_text("First.")
    (root / "Peace talks" / "2020" / "second.txt").write_text("Second.")
    return Library(root, tmp_path / "home")


def _add(library: Library, document_set: DocumentSet, name: str, data: io.BytesIO) -> Removal:
    """Take one upload in; raises LibraryError where it is left out."""
    incoming = library.receive(document_set, [(name, data)], silent)
    try:
        if incoming.skipped:
            raise LibraryError(incoming.skipped[0].reason)
        return library.take_in(document_set, incoming)
    finally:
        incoming.discard()


def _all_files(folder: Path) -> set[str]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.endswith(".lock")}


# -- sets ---------------------------------------------------------------------------------------------------------


def test_every_folder_below_the_root_is_a_set_and_the_root_itself_the_first(library: Library) -> None:
    assert [known.name for known in library.sets()] == ["documents", "Peace talks"]
    assert list(library.files(library.first)) == ["first.txt"]
    assert list(library.files(library.named("Peace talks"))) == ["2020/second.txt"]
    assert list(library.files(library.at(library.root))) == ["Peace talks/2020/second.txt", "first.txt"]
    with pytest.raises(LibraryError, match="no document set called “War”"):
        library.named("War")


def test_a_folder_that_is_called_as_the_root_is_a_set_with_a_name_of_its_own(library: Library) -> None:
    (library.root / "documents").mkdir()
    (library.root / "documents" / "inner.txt").write_text("Inner.")
    assert [known.name for known in library.sets()] == ["documents", "documents/documents", "Peace talks"]
    inner = library.named("documents/documents")
    assert list(library.files(inner)) == ["inner.txt"]
    assert list(library.files(library.named("documents"))) == ["first.txt"]
    assert library.index_home(inner) == library.index_home(library.at(inner.folder))
    assert library.index_home(inner) != library.index_home(library.first)


def test_every_set_has_an_index_of_its_own_outside_of_its_folder(library: Library) -> None:
    sets = [*library.sets(), library.at(library.root)]
    homes = {library.index_home(known) for known in sets}
    assert len(homes) == len(sets)
    assert all(home.is_relative_to(library.home) for home in homes)


def test_a_library_without_a_folder_has_one_set_that_says_so(tmp_path: Path) -> None:
    library = Library(tmp_path / "nowhere", tmp_path / "home")
    assert library.sets() == [library.first]
    with pytest.raises(LibraryError, match="no folder"):
        library.files(library.first)


def test_a_new_set_is_an_empty_folder(library: Library) -> None:
    made = library.create("  Doha   2020 (drafts) ")
    assert (made.name, library.files(made)) == ("Doha 2020 (drafts)", {})
    assert made.folder.parent == library.root


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "..",
        "../out",
        "a/b",
        "a\\b",
        "/etc",
        ".hidden",
        "_x",
        "-rf",
        "a\0b",
        "a\nb/c",
        "x" * 61,
        "\udcff",
        "c:",
    ],
)
def test_names_that_are_no_folder_names_are_refused(library: Library, name: str) -> None:
    before = sorted(library.root.parent.rglob("*"))
    with pytest.raises(LibraryError, match="name begins with a letter or digit"):
        library.create(name)
    assert sorted(library.root.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["peace TALKS", "Peace talks.", "DOCUMENTS", " peace   talks "])
def test_sets_that_differ_in_case_only_are_not_told_apart(library: Library, name: str) -> None:
    with pytest.raises(LibraryError, match="already"):
        library.create(name)


def test_hidden_files_and_litter_are_no_documents(library: Library) -> None:
    for name in (".secret.txt", "~$first.docx", "Thumbs.db", "__MACOSX/x.txt", ".git/y.txt"):
        path = library.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert list(library.files(library.first)) == ["first.txt"]
    assert [known.name for known in library.sets()] == ["documents", "Peace talks"]


def test_links_that_lead_in_circles_or_nowhere_are_passed_over(library: Library) -> None:
    talks = library.named("Peace talks")
    (talks.folder / "loop").symlink_to(talks.folder, target_is_directory=True)
    (talks.folder / "self.txt").symlink_to(talks.folder / "self.txt")
    (talks.folder / "gone.txt").symlink_to(talks.folder / "nowhere.txt")
    (talks.folder / "link.txt").symlink_to(library.root / "first.txt")
    os.mkfifo(talks.folder / "pipe.txt")
    assert list(library.files(talks)) == ["2020/second.txt", "link.txt"]
    library.remove(talks, ["link.txt"])
    assert (library.root / "first.txt").is_file()


def test_names_that_are_no_unicode_are_shown_as_text(library: Library) -> None:
    root = os.fsencode(library.root)
    try:
        os.makedirs(os.path.join(root, b"\xe9t\xe9"))
        for name in (b"\xe9.txt", b"\xe8.txt", b"\xe9t\xe9/\xff.txt"):
            with open(os.path.join(root, name), "wb") as file:
                file.write(b"x")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert list(library.files(library.first)) == ["\\xe8.txt", "\\xe9.txt", "first.txt"]
    summer = library.named("\\xe9t\\xe9")
    assert list(library.files(summer)) == ["\\xff.txt"]
    assert library.index_home(summer).name
    removal = library.remove(library.first, ["\\xe9.txt"])
    assert "\\xe9.txt" not in library.files(library.first)
    library.undo(removal)
    assert "\\xe9.txt" in library.files(library.first)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_cannot_be_listed_is_an_error_and_no_removal(library: Library) -> None:
    talks = library.named("Peace talks")
    (talks.folder / "2020").chmod(0)
    with pytest.raises(LibraryError, match="cannot be listed"):
        library.files(talks)
    (talks.folder / "2020").chmod(0o700)


# -- adding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("x.txt", "x.txt"),
        ("../x.txt", "x.txt"),
        ("..\\..\\x.txt", "x.txt"),
        ("/etc/x.txt", "x.txt"),
        ("C:\\Users\\me\\x.txt", "x.txt"),
        ("C:x.txt", "C_x.txt"),
        ("a\0b.txt", "a_b.txt"),
        ("a\nb\t.txt", "a_b_.txt"),
        (".hidden.txt", "hidden.txt"),
        (". .hidden.txt", "hidden.txt"),
        ("...x.txt", "x.txt"),
        (" x.txt ", "x.txt"),
        ("a\udcffb.txt", "a_b.txt"),
        ('<img src="x">.txt', "_img src=_x__.txt"),
        ("Ünïcode 文.TXT", "Ünïcode 文.TXT"),
    ],
)
def test_an_upload_lands_in_the_set_under_a_harmless_name(library: Library, name: str, stored: str) -> None:
    talks = library.named("Peace talks")
    before = _all_files(library.root.parent)
    assert not _add(library, talks, name, io.BytesIO(b"words")).moved
    assert stored in library.files(talks)
    assert _all_files(library.root.parent) - before == {f"documents/Peace talks/{stored}"}


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "\\",
        ".txt",
        "x",
        "x.exe",
        "x.txt.",
        "~$x.txt",
        "~$report.docx",
        "é" * 200 + ".txt",
        "x.txt/..",
    ],
)
def test_an_upload_that_cannot_be_a_document_is_refused_and_leaves_nothing(library: Library, name: str) -> None:
    before = _all_files(library.root.parent)
    with pytest.raises(LibraryError):
        _add(library, library.first, name, io.BytesIO(b"words"))
    assert _all_files(library.root.parent) == before


class _Breaking(io.BytesIO):
    """An upload that stops half way."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(2)


def test_an_upload_that_breaks_off_leaves_what_was_there(library: Library) -> None:
    before = _all_files(library.root.parent)
    with pytest.raises(LibraryError, match="could not be saved: Input/output error"):
        _add(library, library.first, "first.txt", _Breaking(b"words"))
    assert _all_files(library.root.parent) == before
    assert (library.root / "first.txt").read_text() == "First."


def test_an_upload_onto_a_folder_is_refused(library: Library) -> None:
    (library.root / "folder.txt").mkdir()
    with pytest.raises(LibraryError, match="There is a folder of this name"):
        _add(library, library.first, "folder.txt", io.BytesIO(b"words"))
    assert _all_files(library.root) == {"first.txt", "Peace talks/2020/second.txt"}


def test_a_replaced_file_can_be_had_back_and_its_successor_is_kept_too(library: Library) -> None:
    replaced = _add(library, library.first, "first.txt", io.BytesIO(b"Changed."))
    assert (library.root / "first.txt").read_text() == "Changed."
    library.undo(replaced)
    assert (library.root / "first.txt").read_text() == "First."
    assert "Changed." in {path.read_text() for path in (library.home / "trash").rglob("*") if path.is_file()}


# -- removing -----------------------------------------------------------------------------------------------------


def test_removed_files_come_back_where_they_were(library: Library) -> None:
    talks = library.named("Peace talks")
    _add(library, talks, "third.txt", io.BytesIO(b"Third."))
    removal = library.remove(talks, ["2020/second.txt", "third.txt", "third.txt"])
    assert library.files(talks) == {}
    (talks.folder / "2020").rmdir()
    library.undo(removal)
    assert list(library.files(talks)) == ["2020/second.txt", "third.txt"]
    with pytest.raises(LibraryError, match="no longer in the trash"):
        library.undo(removal)
    assert list(library.files(talks)) == ["2020/second.txt", "third.txt"]


@pytest.mark.parametrize("name", ["none.txt", "../first.txt", "/etc/passwd", "", ".", "2020"])
def test_removing_takes_all_files_or_none(library: Library, name: str) -> None:
    talks = library.named("Peace talks")
    before = _all_files(library.root.parent)
    with pytest.raises(LibraryError, match="There is no file"):
        library.remove(talks, ["2020/second.txt", name])
    assert _all_files(library.root.parent) == before


def test_a_removal_that_fails_half_way_is_taken_back(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = library.named("Peace talks")
    _add(library, talks, "third.txt", io.BytesIO(b"Third."))
    listed = {**library.files(talks), "vanished.txt": talks.folder / "vanished.txt"}
    monkeypatch.setattr(library, "files", lambda _: listed)
    with pytest.raises(LibraryError, match="could not be removed"):
        library.remove(talks, ["third.txt", "vanished.txt", "2020/second.txt"])
    assert _all_files(talks.folder) == {"third.txt", "2020/second.txt"}


def test_what_cannot_be_put_back_is_told_and_stays_in_the_trash(library: Library) -> None:
    talks = library.named("Peace talks")
    removal = library.remove(talks, ["2020/second.txt"])
    (talks.folder / "2020").rmdir()
    (talks.folder / "2020").write_text("a file where the folder was")
    with pytest.raises(LibraryError, match="could not be put back"):
        library.undo(removal)
    assert removal.moved[0][1].read_text() == "Second."


def test_the_trash_is_emptied_after_a_month_and_of_nothing_else(library: Library) -> None:
    trash = library.home / "trash"
    for name in ("1000000000-aaaa", "99999999999-bbbb", "mine"):
        (trash / name).mkdir(parents=True)
        (trash / name / "x.txt").write_text("x")
    library.remove(library.first, ["first.txt"])
    names = {path.name for path in trash.iterdir()}
    assert "1000000000-aaaa" not in names
    assert {"99999999999-bbbb", "mine"} < names
    assert len(names) == 3


def test_a_set_whose_folder_is_gone_takes_an_upload_again(library: Library, tmp_path: Path) -> None:
    gone = DocumentSet("gone", tmp_path / "documents" / "gone")
    _add(library, gone, "x.txt", io.BytesIO(b"x"))
    assert list(library.files(gone)) == ["x.txt"]


# -- many at once, and a whole set ----------------------------------------------------------------------------------


def _texts(library: Library, document_set: DocumentSet) -> dict[str, str]:
    return {name: path.read_text() for name, path in library.files(document_set).items()}


def test_a_whole_set_is_replaced_and_had_back(library: Library) -> None:
    talks = library.named("Peace talks")
    (talks.folder / "same.txt").write_text("Same.")
    (talks.folder / "changed.txt").write_text("Before.")
    before = _texts(library, talks)
    uploads = [
        ("same.txt", io.BytesIO(b"Same.")),
        ("changed.txt", io.BytesIO(b"After.")),
        ("n.md", io.BytesIO(b"New.")),
    ]
    incoming = library.receive(talks, uploads, silent)
    plan = library.plan(talks, incoming, whole=True)
    assert (plan.added, plan.changed, plan.unchanged) == (("n.md",), ("changed.txt",), ("same.txt",))
    assert (plan.removed, plan.summary()) == (("2020/second.txt",), "+1 ~1 -1 =1")
    assert _texts(library, talks) == before
    removal = library.take_in(talks, incoming, whole=True)
    assert _texts(library, talks) == {"same.txt": "Same.", "changed.txt": "After.", "n.md": "New."}
    assert not (talks.folder / "2020").exists()
    library.undo(removal)
    assert _texts(library, talks) == before
    assert list(library.files(library.first)) == ["first.txt"]


def test_a_replacement_that_fails_leaves_the_set_as_it_was(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = library.named("Peace talks")
    before = _texts(library, talks)
    incoming = library.receive(talks, [("a.txt", io.BytesIO(b"A")), ("b.txt", io.BytesIO(b"B"))], silent)
    rename = os.rename

    def full(source: Path, target: Path) -> None:
        if Path(target).name == "b.txt":
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(LibraryError, match="could not be taken in: No space left on device"):
        library.take_in(talks, incoming, whole=True)
    assert _texts(library, talks) == before


def test_undoing_the_first_files_of_a_set_leaves_the_set(library: Library) -> None:
    made = library.create("New")
    removal = _add(library, made, "a.txt", io.BytesIO(b"A"))
    library.undo(removal)
    assert library.files(library.named("New")) == {}


def test_what_was_put_into_a_folder_by_hand_survives_an_undo(library: Library) -> None:
    talks = library.named("Peace talks")
    removal = library.remove(talks, ["2020/second.txt"])
    (talks.folder / "2020" / "second.txt").write_text("By hand.")
    library.undo(removal)
    assert _texts(library, talks) == {"2020/second.txt": "Second."}
    assert "By hand." in {path.read_text() for path in (library.home / "trash").rglob("*") if path.is_file()}


# -- renaming and deleting a set ------------------------------------------------------------------------------------


def test_a_renamed_set_keeps_its_key_and_a_new_one_of_its_old_name_has_another(library: Library) -> None:
    talks = library.named("Peace talks")
    key = library.key(talks)
    doha = library.rename(talks, "Doha")
    assert (doha.name, library.key(doha)) == ("Doha", key)
    assert [known.name for known in library.sets()] == ["documents", "Doha"]
    assert list(library.files(doha)) == ["2020/second.txt"]
    assert library.key(talks) == key  # whoever holds the set as it was still means this one
    again = library.create("Peace talks")
    assert library.key(again) != key
    assert library.key(library.rename(doha, "Qatar")) == key
    assert library.key(library.rename(again, "Doha")) != key
    assert library.key(library.rename(library.named("Qatar"), "Peace talks")) == key
    assert len({library.key(known) for known in library.sets()}) == 3
    assert Library(library.root, library.home).key(library.named("Peace talks")) == key


def test_an_old_name_leads_to_the_set_until_another_has_it(library: Library) -> None:
    library.rename(library.rename(library.named("Peace talks"), "Doha"), "Qatar")
    found = library.successor("Peace talks")
    assert found is not None
    assert found.name == "Qatar"
    assert [library.successor(name) for name in ("Never", "", "\0", "..", "/etc", "../documents/Qatar", "\udcff")] == [
        None
    ] * 7
    made = library.create("Peace talks")
    assert library.successor("Peace talks") == made


@pytest.mark.parametrize("name", ["documents", "Doha", "", "../out", "a/b"])
def test_a_set_gets_no_name_that_is_taken_or_none(library: Library, name: str) -> None:
    library.create("Doha")
    before = _all_files(library.root)
    with pytest.raises(LibraryError):
        library.rename(library.named("Peace talks"), name)
    assert _all_files(library.root) == before


def test_a_set_may_change_the_case_of_its_name(library: Library) -> None:
    assert library.rename(library.named("Peace talks"), "Peace Talks").name == "Peace Talks"
    assert library.rename(library.named("Peace Talks"), "Peace Talks").name == "Peace Talks"


def test_the_first_set_and_folders_elsewhere_are_neither_renamed_nor_deleted(library: Library) -> None:
    for document_set in (library.first, library.at(library.root), library.at(library.root / "Peace talks" / "2020")):
        with pytest.raises(LibraryError, match="cannot be renamed"):
            library.rename(document_set, "Other")
        with pytest.raises(LibraryError, match="cannot be deleted"):
            library.delete(document_set)


@pytest.mark.parametrize("moved", [False, True])
def test_a_process_that_dies_while_it_renames_a_set_leaves_folder_and_key_together(
    library: Library, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    talks = library.named("Peace talks")
    key, rename, fresh = library.key(talks), Path.rename, Library(library.root, library.home)

    def dying(path: Path, target: Path) -> None:
        if moved:
            rename(path, target)
        monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("nothing runs after it is killed"))
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", dying)
    with pytest.raises(BaseException):  # noqa: B017
        library.rename(talks, "Doha")
    monkeypatch.undo()
    found = fresh.sets()[1]
    assert (found.name, fresh.key(found)) == ("Doha" if moved else "Peace talks", key)
    again = fresh.create("Peace talks" if moved else "Doha")
    assert fresh.key(again) != key
    assert fresh.key(found) == key


def test_a_deleted_set_comes_back_with_its_key(library: Library) -> None:
    talks = library.named("Peace talks")
    key = library.key(talks)
    library.delete(talks)
    assert [known.name for known in library.sets()] == ["documents"]
    again = library.create("Peace talks")
    assert library.key(again) != key
    [deleted] = Library(library.root, library.home).deleted()
    restored = library.restore(deleted)
    assert (restored.name, library.key(restored)) == ("Peace talks 2", key)
    assert list(library.files(restored)) == ["2020/second.txt"]
    assert library.deleted() == []
    with pytest.raises(LibraryError, match="no longer in the trash"):
        library.restore(deleted)
    assert library.key(library.named("Peace talks")) not in (key, "")


def test_a_set_that_was_deleted_over_a_month_ago_is_erased_with_its_index(library: Library) -> None:
    talks = library.named("Peace talks")
    index = library.index_home(talks)
    index.mkdir(parents=True)
    deleted = library.delete(talks)
    old = deleted.note.parent.with_name("1000000000-aaaa")
    deleted.note.parent.rename(old)
    note = old / "set.json"
    note.write_text(note.read_text().replace(deleted.note.parent.name, old.name))
    assert [each.name for each in library.deleted()] == ["Peace talks"]
    library.remove(library.first, ["first.txt"])
    assert library.deleted() == []
    assert not index.exists()
    assert not old.exists()


def test_a_file_of_keys_that_is_damaged_is_told_and_loses_nothing(library: Library) -> None:
    library.rename(library.named("Peace talks"), "Doha")
    keys = library.home / "sets" / "keys.json"
    keys.write_text("{broken")
    with pytest.raises(LibraryError, match="cannot be read: move that file away"):
        library.key(library.named("Doha"))
    assert keys.read_text() == "{broken"
