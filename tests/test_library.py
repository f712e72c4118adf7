from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.ingest.library import DocumentSet, Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with two files in its root, one of them below a folder that is a set of its own."""
    root = tmp_path / "documents"
    (root / "Peace talks" / "2020").mkdir(parents=True)
    (root / "first.txt").write_text("First.")
    (root / "Peace talks" / "2020" / "second.txt").write_text("Second.")
    return Library(root, tmp_path / "home")


def _all_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


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
    assert library.add(talks, name, io.BytesIO(b"words")) is None
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
        library.add(library.first, name, io.BytesIO(b"words"))
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
        library.add(library.first, "first.txt", _Breaking(b"words"))
    assert _all_files(library.root.parent) == before
    assert (library.root / "first.txt").read_text() == "First."


def test_an_upload_onto_a_folder_is_refused(library: Library) -> None:
    (library.root / "folder.txt").mkdir()
    with pytest.raises(LibraryError, match="could not be saved"):
        library.add(library.first, "folder.txt", io.BytesIO(b"words"))
    assert _all_files(library.root) == {"first.txt", "Peace talks/2020/second.txt"}


def test_a_replaced_file_can_be_had_back_and_its_successor_is_kept_too(library: Library) -> None:
    replaced = library.add(library.first, "first.txt", io.BytesIO(b"Changed."))
    assert replaced is not None
    assert (library.root / "first.txt").read_text() == "Changed."
    library.undo(replaced)
    assert (library.root / "first.txt").read_text() == "First."
    assert "Changed." in {path.read_text() for path in (library.home / "trash").rglob("*") if path.is_file()}


# -- removing -----------------------------------------------------------------------------------------------------


def test_removed_files_come_back_where_they_were(library: Library) -> None:
    talks = library.named("Peace talks")
    library.add(talks, "third.txt", io.BytesIO(b"Third."))
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
    library.add(talks, "third.txt", io.BytesIO(b"Third."))
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
    library.add(gone, "x.txt", io.BytesIO(b"x"))
    assert list(library.files(gone)) == ["x.txt"]
