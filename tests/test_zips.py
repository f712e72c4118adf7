"""Zip archives from anywhere: what comes out of them, what does not, and why."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.ingest.library import Library
from rag.ingest.zips import Limits, Unpacked, unpack
from tests.shelf import silent


def zipped(files: dict[str, str]) -> io.BytesIO:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    data.seek(0)
    return data


def _unpacked(tmp_path: Path, data: io.BytesIO, limits: Limits | None = None, join: str = "/") -> Unpacked:
    folder = tmp_path / "in"
    folder.mkdir()
    return unpack(data, "a.zip", folder, silent, join=join, limits=limits)


def _reasons(unpacked: Unpacked) -> dict[str, str]:
    return {failure.name: failure.reason for failure in unpacked.skipped}


def test_files_keep_the_names_of_their_folders(tmp_path: Path) -> None:
    found = _unpacked(tmp_path, zipped({"a.txt": "A", "2020/b.md": "B", "2020\\may\\c.txt": "C", "d/./e.txt": "E"}))
    texts = {name: path.read_text() for name, path in found.files.items()}
    assert texts == {"a.txt": "A", "2020/b.md": "B", "2020/may/c.txt": "C", "d/e.txt": "E"}
    assert found.skipped == ()


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "..\\out.txt", "C:\\out.txt", "c:out.txt", "a/.."]
)
def test_no_path_leads_out_of_the_set(tmp_path: Path, name: str) -> None:
    found = _unpacked(tmp_path, zipped({name: "out", "in.txt": "in"}))
    assert list(found.files) == ["in.txt"]
    assert "leads out of the archive" in _reasons(found)[name]
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {"in/0"}


def test_links_are_left_out(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    found = _unpacked(tmp_path, data)
    assert not found.files
    assert "link" in _reasons(found)["link.txt"]


def test_what_is_hidden_unknown_or_twice_there_is_left_out_and_told(tmp_path: Path) -> None:
    data = zipped({".DS_Store": "x", "__MACOSX/a.txt": "x", ".git/b.txt": "x", "tool.exe": "x", "README": "x"})
    with zipfile.ZipFile(data, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("inner.zip", "x")
        archive.writestr("one.txt", "first")
        archive.writestr("one.txt", "second")
        archive.writestr("é" * 200 + ".txt", "x")
        archive.writestr("/".join("abcdefghijklmnopqrstuvwxyz") + ".txt", "x")
    found = _unpacked(tmp_path, data)
    assert {name: path.read_text() for name, path in found.files.items()} == {"one.txt": "first"}
    reasons = _reasons(found)
    assert all("hidden" in reasons[name] for name in (".DS_Store", "__MACOSX/a.txt", ".git/b.txt"))
    assert "does not read .exe files" in reasons["tool.exe"]
    assert "without an extension" in reasons["README"]
    assert "unpack it" in reasons["inner.zip"]
    assert "twice" in reasons["one.txt"]
    assert sum("another one" in reason for reason in reasons.values()) == 2


def test_names_get_no_signs_that_file_systems_refuse(tmp_path: Path) -> None:
    found = _unpacked(tmp_path, zipped({'ab:c/<i>"d"?.txt': "x", "tab\there.txt": "x"}))
    assert list(found.files) == ["ab_c/_i__d__.txt", "tab_here.txt"]


def test_an_archive_with_too_many_files_or_bytes_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="holds 3 files; 2 are the most"):
        _unpacked(tmp_path, zipped({"a.txt": "", "b.txt": "", "c.txt": ""}), Limits(files=2))
    bomb = zipped({"a.txt": "0" * 3_000_000, "b.txt": "0" * 3_000_000})
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(LibraryError, match="over 4 MB when it is unpacked"):
        unpack(bomb, "a.zip", tmp_path / "in", silent, limits=Limits(bytes=4 << 20))
    assert sum(path.stat().st_size for path in (tmp_path / "in").iterdir()) < 6 << 20


def test_sizes_that_an_archive_states_are_not_believed(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": "0" * 3_000_000}).getvalue())
    for at in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
        data[at : at + 4] = (100).to_bytes(4, "little")
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(LibraryError):
        unpack(io.BytesIO(data), "a.zip", folder, silent, limits=Limits(bytes=1 << 20))
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3 << 20


@pytest.mark.parametrize("kind", ["no zip", "cut", "flipped", "empty"])
def test_a_damaged_archive_is_told_in_a_sentence(tmp_path: Path, kind: str) -> None:
    whole = zipped({"a.txt": "The bridge. " * 500}).getvalue()
    flipped = bytearray(whole)
    flipped[45:50] = b"\xff\xff\xff\xff\xff"
    data = {"no zip": b"words", "cut": whole[:60], "flipped": bytes(flipped), "empty": b""}[kind]
    with pytest.raises(LibraryError, match=r"“a\.zip” is damaged or no zip archive; nothing was taken from it"):
        _unpacked(tmp_path, io.BytesIO(data))


def test_an_encrypted_archive_says_what_to_do(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": "secret"}).getvalue())
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    with pytest.raises(LibraryError, match="protected by a password: unpack it"):
        _unpacked(tmp_path, io.BytesIO(data))


# -- in a library ---------------------------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with one set, which has a link that leads out of it and a file where an archive has a folder."""
    root = tmp_path / "documents"
    (root / "News").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (root / "News" / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    (root / "News" / "plain").write_text("a file")
    return Library(root, tmp_path / "home")


def test_nothing_is_written_through_a_link_in_the_set_or_onto_a_folder(library: Library, tmp_path: Path) -> None:
    news = library.named("News")
    (news.folder / "dir.txt").mkdir()
    archive = zipped({"link/evil.txt": "x", "plain/b.txt": "x", "dir.txt": "x", "good/c.txt": "fine"})
    incoming = library.receive(news, [("a.zip", archive)], silent)
    assert {each.name for each in incoming.skipped} == {"link/evil.txt", "plain/b.txt", "dir.txt"}
    library.take_in(news, incoming)
    assert list(library.files(news)) == ["good/c.txt", "plain"]
    assert not list((tmp_path / "outside").iterdir())


def test_folders_become_part_of_the_name_where_they_would_be_other_sets(library: Library) -> None:
    incoming = library.receive(library.first, [("a.zip", zipped({"2020/may/a.txt": "A"}))], silent)
    library.take_in(library.first, incoming)
    assert list(library.files(library.first)) == ["2020 - may - a.txt"]
    assert [known.name for known in library.sets()] == ["documents", "News"]


def test_a_bad_archive_keeps_no_other_upload_from_coming(library: Library) -> None:
    news = library.named("News")
    uploads = [("bad.zip", io.BytesIO(b"bad")), ("good.txt", io.BytesIO(b"good")), ("GOOD.ZIP", zipped({"b.txt": "b"}))]
    incoming = library.receive(news, uploads, silent)
    assert list(incoming.files) == ["b.txt", "good.txt"]
    assert [each.name for each in incoming.skipped] == ["bad.zip"]
    incoming.discard()
    assert list(library.files(news)) == ["plain"]
    assert not list(news.folder.glob(".incoming-*"))
