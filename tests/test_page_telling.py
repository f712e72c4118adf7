"""What the page of the documents tells of uploads, replacements and undos: true, in words, and while they run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from rag.ingest.sync import EMBEDDING, READING
from rag.types import Progress
from rag.ui import uploads
from rag.ui.jobs import Job
from rag.ui.session import Session, Undo, desk
from rag.ui.text import progress_words
from tests.page import (
    FROST,
    WHALES,
    ask,
    button,
    held_back,
    listed_files,
    news_over,
    news_page,
    remembered,
    replace_with,
    settled,
    turns,
    verbatim_texts,
    zipped,
)

GIRDERS = "How many steel girders were replaced at Lindgate?"
PEOPLE = "".join(f'{{"id": "{n}", "title": "Report {n}", "body": "Ferry {n} leaves at noon."}}\n' for n in range(4))


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with news_over(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.fixture
def at(documents: Path) -> AppTest:
    return news_page()


def _told(at: AppTest) -> str:
    """What the bar says that offers to undo."""
    return " ".join(text.value for text in at.text)


def test_a_file_that_could_not_be_read_is_among_the_failures_and_not_among_the_added(at: AppTest) -> None:
    at.file_uploader[0].upload("bad.pdf", b"this is no PDF", "application/pdf").run()
    settled(at)
    assert "1 could not be read:" in verbatim_texts(at)
    assert "bad.pdf: It is not a valid PDF file" in verbatim_texts(at)
    assert _told(at) == "No document could be read from bad.pdf."
    button(at, "undo").click().run()
    settled(at)
    assert listed_files(at) == ["bridge.md", "frost.md"]
    data = zipped({"bad.pdf": "no PDF", "frost.md": "Frost again.", "people.jsonl": PEOPLE, "whale.txt": WHALES})
    at.file_uploader[0].upload("more.zip", data, "application/zip").run()
    settled(at)
    assert _told(at) == (
        "Added people.jsonl, whale.txt with 5 documents, replaced frost.md. No document could be read from bad.pdf."
    )
    assert "5 documents added, 1 document updated in " in verbatim_texts(at)


def test_a_field_that_the_browser_tells_of_again_after_its_files_were_taken_adds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab = Session(uploads=3)
    monkeypatch.setattr(uploads, "session", lambda: tab)
    monkeypatch.setattr("streamlit.session_state", {"upload-x-3": [SimpleNamespace(name="a.txt")]})
    assert len(uploads._uploads("upload-x-3")) == 1
    assert uploads._uploads("upload-x-3") == []
    assert tab.uploads == 4


def test_a_replaced_file_whose_new_version_cannot_be_read_is_not_told_as_replaced(at: AppTest) -> None:
    at.file_uploader[0].upload("report.pdf", b"no PDF", "application/pdf").run()
    settled(at)
    at.file_uploader[0].upload("report.pdf", b"still no PDF", "application/pdf").run()
    settled(at)
    assert _told(at) == "No document could be read from report.pdf."


def test_what_is_replaced_and_removed_is_told_in_files_and_in_the_documents_that_they_hold(
    at: AppTest, documents: Path
) -> None:
    at.file_uploader[0].upload("people.jsonl", PEOPLE.encode(), "application/json").run()
    settled(at)
    assert _told(at) == "Added people.jsonl with 4 documents."
    replace_with(at, "all.zip", zipped({"whale.txt": WHALES, "frost.md": FROST}))
    changes = "1 file put in, 2 files with 5 documents taken out, 1 file unchanged"
    assert f"Replacing the whole set means: {changes}." in verbatim_texts(at)
    button(at, "replace").click().run()
    settled(at)
    assert _told(at) == f"Replaced the whole set: {changes}."
    assert "1 document added, 5 documents removed in " in verbatim_texts(at)
    button(at, "undo").click().run()
    settled(at)
    assert "5 documents brought back, 1 document removed in " in verbatim_texts(at)


def test_what_changed_in_the_folder_is_told_in_words(at: AppTest, documents: Path) -> None:
    (documents / "News" / "whale.txt").write_text(WHALES)
    (documents / "News" / "bridge.md").unlink()
    at.run()
    assert "The files have changed: 1 new document, 1 removed document." in verbatim_texts(at)


def test_what_was_just_added_and_does_not_fit_the_choice_is_told_until_all_is_shown(at: AppTest) -> None:
    next(field for field in at.text_input if (field.key or "").startswith("find-")).set_value("valley").run()
    at.file_uploader[0].upload("whale.txt", WHALES.encode(), "text/plain").run()
    settled(at)
    assert listed_files(at) == ["frost.md"]
    assert [info.value for info in at.info] == [
        "1 document that was just added does not fit this choice: show all to see it."
    ]
    button(at, "show_all").click().run()
    assert not at.info
    assert listed_files(at) == ["bridge.md", "frost.md", "whale.txt"]


def test_a_replaced_set_is_shown_whole_whatever_was_chosen_among_the_old_documents(at: AppTest) -> None:
    next(field for field in at.text_input if (field.key or "").startswith("find-")).set_value("valley").run()
    replace_with(at, "whale.txt", WHALES.encode())
    button(at, "replace").click().run()
    settled(at)
    assert listed_files(at) == ["whale.txt"]


def test_after_a_replacement_files_are_added_again(at: AppTest) -> None:
    replace_with(at, "whale.txt", WHALES.encode())
    button(at, "replace").click().run()
    settled(at)
    mode = next(group for group in at.button_group if (group.key or "").startswith("mode-"))
    assert mode.value == "Add to the set"


def test_the_table_has_a_column_of_states_only_where_one_is_not_ready(at: AppTest) -> None:
    assert "State" not in at.dataframe[0].proto.column_order
    at.file_uploader[0].upload("bad.pdf", b"no PDF", "application/pdf").run()
    settled(at)
    assert list(at.dataframe[0].proto.column_order) == [
        "Open", "State", "Title", "Date", "Outlet", "Words", "File", "Chunks", "Reason",
    ]  # fmt: skip


# -- bringing back ----------------------------------------------------------------------------------------------------


def test_a_replaced_set_comes_back_without_embedding_and_the_words_say_what_is_done(
    at: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_with(at, "whale.txt", WHALES.encode())
    button(at, "replace").click().run()
    settled(at)
    go_on = held_back(monkeypatch)
    button(at, "undo").click().run()
    [job] = [job for job in remembered(at).jobs.values() if not job.finished.is_set()]
    at.switch_page("rag/ui/chat.py").run()
    assert any("old documents are being brought back: questions wait" in caption.value for caption in at.caption)
    threading.Timer(0.5, go_on.set).start()
    ask(at, GIRDERS)
    assert turns(at)[0].answer.citations[0].document == "bridge.md"
    assert job.report is not None
    assert (job.report.embedded, job.report.reused) == (0, 2)
    assert job.progress.doing == "Bringing the old documents back: passage"


def test_how_far_bringing_back_has_come_is_told_in_files_and_then_in_passages() -> None:
    job = Job(restoring=True)
    job.told(Progress("Comparing files", 3, 9))
    assert progress_words(job.progress, 0) == "Bringing the old documents back: file 3 of 9"
    job.told(Progress(READING, 120, 1_494))
    assert progress_words(job.progress, 0) == "Bringing the old documents back: file 120 of 1,494"
    job.told(Progress(EMBEDDING, 512, 17_060))
    assert progress_words(job.progress, 0) == "Bringing the old documents back: passage 512 of 17,060"


def test_while_removed_documents_come_back_the_others_answer(
    at: AppTest, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.file_uploader[0].upload("whale.txt", WHALES.encode(), "text/plain").run()
    settled(at)
    library = desk().assistant.library
    removal = library.remove(library.named("News"), ["whale.txt"])
    remembered(at).undo[desk().key(library.named("News"))] = Undo("Removed whale.txt.", removal)
    desk().assistant.sync(library.named("News"), keep=True)
    go_on = held_back(monkeypatch)
    at.run()
    button(at, "undo").click().run()
    at.switch_page("rag/ui/chat.py").run()
    assert any("until they are here, answers come from the others" in caption.value for caption in at.caption)
    ask(at, GIRDERS)
    assert turns(at)[0].answer.citations[0].document == "bridge.md"
    go_on.set()
    settled(at)
    assert [entry.name for entry in desk().assistant.entries(library.named("News"))] == [
        "bridge.md",
        "frost.md",
        "whale.txt",
    ]


def test_undoing_an_upload_makes_questions_wait_until_it_is_out_again(
    at: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.file_uploader[0].upload("whale.txt", WHALES.encode(), "text/plain").run()
    settled(at)
    go_on = held_back(monkeypatch)
    button(at, "undo").click().run()
    assert desk().reading(desk().assistant.library.named("News")) == "removing"
    go_on.set()
    settled(at)
    assert listed_files(at) == ["bridge.md", "frost.md"]
