"""The page of the documents without a browser: sets made, replaced, renamed, deleted and had back; nothing blocks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.types import DocumentInfo
from rag.ui.overview import _chosen, periods
from rag.ui.session import desk
from tests.page import (
    BRIDGE,
    FROST,
    WHALES,
    ask,
    button,
    held_back,
    listed_files,
    news_over,
    news_page,
    opened,
    remembered,
    replace_with,
    settled,
    turns,
    verbatim_texts,
    zipped,
)

GIRDERS = "How many steel girders were replaced at Lindgate?"


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with news_over(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.fixture
def at(documents: Path) -> AppTest:
    return news_page()


# -- at a glance ------------------------------------------------------------------------------------------------------


def test_a_set_is_told_in_figures(at: AppTest, documents: Path) -> None:
    figures = next(caption.value for caption in at.caption if "words" in caption.value).replace("\\", "")
    assert figures.startswith("2 documents, ")
    assert figures.endswith("from 3 May 2022 to 11 April 2023")


def test_months_without_articles_are_months_too_and_a_long_time_is_told_in_years() -> None:
    days = [date(2021, 11, 3), date(2022, 1, 30), date(2022, 1, 2)]
    assert periods(days) == [("2021-11", 1), ("2021-12", 0), ("2022-01", 2)]
    assert periods([date(2021, 12, 31), date(2021, 12, 1)]) == [("2021-12", 2)]
    years = periods([date(1999, 5, 1), date(2008, 1, 1)])
    assert years == [("1999", 1), *((str(year), 0) for year in range(2000, 2008)), ("2008", 1)]
    assert periods([date(1, 1, 1), date(9999, 12, 31)]) == [("0001", 1), ("9999", 1)]
    assert periods([]) == []


def test_documents_are_chosen_by_time_outlet_state_and_words() -> None:
    def info(name: str, title: str, outlet: str | None, day: date | None, state: str = "ready") -> DocumentInfo:
        return DocumentInfo(name, name, title, outlet, day, 1, 1, 1, state)

    infos = [
        info("a.txt", "The Café opens", "Post", date(2021, 5, 3)),
        info("b.txt", "The bridge", None, None),
        info("c.txt", "The bridge at 2021-05", "Post", date(2021, 6, 1), "changed"),
    ]

    def names(period: str = "", outlets: tuple[str, ...] = (), states: tuple[str, ...] = (), words: str = "") -> str:
        return " ".join(info.name[0] for info in _chosen(infos, period, outlets, states, words.split()))

    assert names() == "a b c"
    assert names(period="2021-05") == "a"
    assert names(period="2021") == "a c"
    assert names(outlets=("No outlet",)) == "b"
    assert names(outlets=("Post",), states=("Changed",)) == "c"
    assert names(words="cafe post") == "a"
    assert names(words="bridge c.txt") == "c"
    assert names(period="2021", words="ferry") == ""


def test_words_and_outlets_filter_the_table_until_all_is_shown_again(at: AppTest) -> None:
    find = next(field for field in at.text_input if (field.key or "").startswith("find-"))
    find.set_value("VALLEY").run()
    assert listed_files(at) == ["frost.md"]
    button(at, "show_all").click().run()
    assert listed_files(at) == ["bridge.md", "frost.md"]
    outlets = next(group for group in at.button_group if (group.key or "").startswith("outlets-"))
    assert outlets.options == ["Lindgate Post \\(1\\)", "Valley Gazette \\(1\\)"]
    outlets.set_value(["Lindgate Post"]).run()
    assert listed_files(at) == ["bridge.md"]
    find = next(field for field in at.text_input if (field.key or "").startswith("find-"))
    find.set_value("frost").run()
    assert not len(at.dataframe[0].value)
    assert any("No document fits" in caption.value for caption in at.caption)
    assert button(at, "show_all")


def test_an_empty_set_says_what_to_do(documents: Path) -> None:
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    assert "Drop files or a .zip above" in at.info[0].value
    assert not at.dataframe


# -- adding -----------------------------------------------------------------------------------------------------------


def test_a_zip_is_added_and_what_is_left_out_says_why(at: AppTest, documents: Path) -> None:
    data = zipped({"2024/whale.txt": WHALES, "../evil.txt": "x", "tool.exe": "x", "frost.md": FROST})
    at.file_uploader[0].upload("more.zip", data, "application/zip").run()
    settled(at)
    assert listed_files(at) == ["2024/whale.txt", "bridge.md", "frost.md"]
    shown = verbatim_texts(at)
    assert "2 files left out:" in shown
    assert "../evil.txt: Its path leads out of the archive" in shown
    assert "tool.exe: Footnote does not read .exe files" in shown
    assert not (documents / "evil.txt").exists()
    assert not list(documents.rglob(".incoming-*"))
    assert [text.value for text in at.text] == ["Added 2024/whale.txt."]
    button(at, "undo").click().run()
    settled(at)
    assert listed_files(at) == ["bridge.md", "frost.md"]


def test_a_damaged_zip_adds_nothing_and_is_told(at: AppTest, documents: Path) -> None:
    at.file_uploader[0].upload("more.zip", b"PK\x03\x04 nonsense", "application/zip").run()
    settled(at)
    assert "“more.zip” is damaged or no zip archive" in verbatim_texts(at)
    assert listed_files(at) == ["bridge.md", "frost.md"]
    at.file_uploader[0].upload("frost.md", FROST.encode(), "text/markdown").run()
    settled(at)
    assert "The set has these files already." in verbatim_texts(at)


# -- replacing --------------------------------------------------------------------------------------------------------


def test_a_whole_set_is_replaced_after_its_plan_and_had_back(at: AppTest, documents: Path) -> None:
    replace_with(at, "all.zip", zipped({"whale.txt": WHALES, "frost.md": FROST, "x.exe": "x"}))
    shown = verbatim_texts(at)
    assert "Replacing the whole set means: 1 file put in, 1 file taken out, 1 file unchanged." in shown
    assert "Added: whale.txt" in shown
    assert "Removed: bridge.md" in shown
    assert "x.exe: Footnote does not read .exe files" in shown
    assert sorted(path.name for path in (documents / "News").glob("*.*")) != ["frost.md", "whale.txt"]
    button(at, "replace").click().run()
    settled(at)
    assert listed_files(at) == ["frost.md", "whale.txt"]
    at.switch_page("rag/ui/chat.py").run()
    ask(at, GIRDERS)
    assert {passage.document for passage in turns(at)[0].answer.passages} <= {"frost.md", "whale.txt"}
    at.switch_page("rag/ui/documents.py").run()
    button(at, "undo").click().run()
    settled(at)
    assert listed_files(at) == ["bridge.md", "frost.md"]
    assert not list(documents.rglob(".incoming-*"))


def test_a_plan_that_is_not_wanted_leaves_nothing_behind(at: AppTest, documents: Path) -> None:
    replace_with(at, "whale.txt", WHALES.encode())
    assert list(documents.rglob(".incoming-*"))
    button(at, "cancel_replace").click().run()
    assert not list(documents.rglob(".incoming-*"))
    assert listed_files(at) == ["bridge.md", "frost.md"]


def test_a_set_is_not_replaced_by_nothing(at: AppTest) -> None:
    replace_with(at, "all.zip", zipped({"x.exe": "x"}))
    assert "there is nothing to replace the set with" in verbatim_texts(at)
    assert not [found for found in at.button if found.key == "replace"]


def test_a_plan_that_has_grown_old_is_shown_anew_before_anything_is_done(at: AppTest, documents: Path) -> None:
    replace_with(at, "whale.txt", WHALES.encode())
    (documents / "News" / "late.txt").write_text("A letter that came late.")
    button(at, "replace").click().run()
    assert "look at what would change now" in at.error[0].value
    assert "late.txt" in verbatim_texts(at)
    assert (documents / "News" / "late.txt").exists()
    button(at, "replace").click().run()
    settled(at)
    assert listed_files(at) == ["whale.txt"]


# -- sets -------------------------------------------------------------------------------------------------------------


def test_a_renamed_set_stays_chosen_with_its_conversations_and_embeds_nothing(
    at: AppTest, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.switch_page("rag/ui/chat.py").run()
    ask(at, GIRDERS)
    at.switch_page("rag/ui/documents.py").run()
    monkeypatch.setattr(desk().assistant.embedder, "embed", lambda *_: pytest.fail("something was embedded"))
    next(field for field in at.text_input if (field.key or "").startswith("set_name-")).set_value("Old news")
    button(at, "rename_set").click().run()
    settled(at)
    assert at.selectbox(key="set").value == "Old news"
    assert sorted(path.name for path in documents.iterdir() if not path.name.startswith(".")) == ["Old news"]
    assert listed_files(at) == ["bridge.md", "frost.md"]
    assert desk().assistant.sync(desk().assistant.library.named("Old news")).plan.summary() == "+0 ~0 -0 =2"
    at.switch_page("rag/ui/chat.py").run()
    assert "forty-two steel girders" in verbatim_texts(at)
    fresh = AppTest.from_file(at._script_path, default_timeout=120)
    fresh.query_params["set"] = "News"
    settled(fresh.run())
    assert fresh.selectbox(key="set").value == "Old news"


def test_a_name_that_cannot_be_used_is_told(at: AppTest, documents: Path) -> None:
    next(field for field in at.text_input if (field.key or "").startswith("set_name-")).set_value("../out")
    button(at, "rename_set").click().run()
    assert "name begins with a letter or digit" in at.error[0].value
    assert (documents / "News").is_dir()


def test_a_deleted_set_comes_back_with_its_conversations(at: AppTest, documents: Path) -> None:
    at.switch_page("rag/ui/chat.py").run()
    ask(at, GIRDERS)
    at.switch_page("rag/ui/documents.py").run()
    button(at, "delete_set").click().run()
    settled(at)
    assert at.selectbox(key="set").value == "documents"
    assert not (documents / "News").exists()
    assert [text.value for text in at.text] == ["Deleted the set “News”."]
    assert desk().assistant.history.list(desk().assistant.library.deleted()[0].key) == []
    button(at, "undo").click().run()
    settled(at)
    assert at.selectbox(key="set").value == "News"
    assert listed_files(at) == ["bridge.md", "frost.md"]
    at.switch_page("rag/ui/chat.py").run()
    assert "forty-two steel girders" in verbatim_texts(at)


def test_a_set_that_was_deleted_in_another_tab_can_be_brought_back(at: AppTest, documents: Path) -> None:
    library = desk().assistant.library
    desk().assistant.delete_set(library.named("News"))
    library.create("News")
    other = opened()
    other.switch_page("rag/ui/documents.py").run()
    button(other, "restore-0").click().run()
    settled(other)
    assert other.selectbox(key="set").value == "News 2"
    assert listed_files(other) == ["bridge.md", "frost.md"]


def test_the_first_set_offers_neither_a_name_nor_its_end(documents: Path) -> None:
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    assert not [found for found in at.button if found.key in {"rename_set", "delete_set"}]
    assert any("cannot be renamed or deleted" in caption.value for caption in at.caption)


# -- while a sync runs ------------------------------------------------------------------------------------------------


def test_while_documents_are_read_the_old_ones_answer_and_the_page_says_so(
    at: AppTest, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = held_back(monkeypatch)
    at.file_uploader[0].upload("whale.txt", WHALES.encode(), "text/plain").run()
    assert button(at, "rename_set").disabled
    assert button(at, "delete_set").disabled
    assert len(at.dataframe[0].value) >= 2
    at.switch_page("rag/ui/chat.py").run()
    assert any("answers come from them as they were before" in caption.value for caption in at.caption)
    ask(at, GIRDERS)
    assert turns(at)[0].answer.citations[0].document == "bridge.md"
    desk().sync(desk().assistant.library.named("News"), exclusive=True)
    at.run()
    assert any("questions wait until that is done" in caption.value for caption in at.caption)
    go_on.set()
    settled(at)
    for job in list(desk()._latest.values()):
        assert job.finished.wait(60)
    at.run()
    assert not any("answers come from" in caption.value or "wait" in caption.value for caption in at.caption)


def test_a_file_that_is_replaced_is_not_cited_from_the_moment_it_is(
    at: AppTest, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = held_back(monkeypatch)
    new = BRIDGE.replace("forty-two", "fifty-one")
    at.file_uploader[0].upload("bridge.md", new.encode(), "text/markdown").run()
    [job] = [job for job in remembered(at).jobs.values() if not job.finished.is_set()]
    while job.taken is None:
        assert not job.finished.wait(0.01)
    threading.Timer(1.0, go_on.set).start()
    at.switch_page("rag/ui/chat.py").run()
    ask(at, GIRDERS)
    assert "fifty-one" in turns(at)[0].answer.text
