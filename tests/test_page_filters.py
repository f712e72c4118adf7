"""The filter on the page: chosen, shown, taken off again, kept in the address, and said with every answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.types import EVERYTHING, Filter
from rag.ui.filters import _written
from tests.page import (
    APP,
    BRIDGE,
    FROST,
    WHALES,
    answered,
    ask,
    button,
    opened,
    page_over,
    settled,
    turns,
    verbatim_texts,
)  # fmt: skip

GIRDERS = "How many steel girders were replaced at Lindgate?"


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Three articles, of which one has no outlet and no date."""
    with page_over(tmp_path, monkeypatch) as folder:
        (folder / "bridge.md").write_text(BRIDGE)
        (folder / "frost.md").write_text(FROST)
        (folder / "whale.txt").write_text(WHALES)
        yield folder


def within(at: AppTest) -> Filter:
    """The filter that is in force."""
    found: Filter = at.session_state["filter_choice"].within
    return found


def address(at: AppTest) -> dict[str, list[str]]:
    """What the page's address says of the filter."""
    given = {name: at.query_params[name] for name in NAMES if at.query_params.get(name)}
    return {name: [values] if isinstance(values, str) else list(values) for name, values in given.items()}


NAMES = ("document", "outlet", "from", "to")


def addressed(**names: str | list[str]) -> AppTest:
    """The page as its address opens it."""
    at = AppTest.from_file(str(APP), default_timeout=120)
    for name, values in names.items():
        at.query_params[name.strip("_")] = values
    return settled(at.run())


def chosen(at: AppTest, key: str, value: Any) -> AppTest:
    """The page after a choice in the popover."""
    widget = at.date_input(key=key) if key in ("filter_since", "filter_until") else at.multiselect(key=key)
    widget.set_value(value).run()
    assert not at.exception
    return at


def chips(at: AppTest) -> list[str]:
    """The labels of what is in force."""
    return [found.label.replace("\\", "") for found in at.button if (found.key or "").startswith("chip-")]


def test_a_choice_restricts_the_next_question_and_is_shown_in_the_answer_and_the_address(documents: Path) -> None:
    at = chosen(opened(), "filter_outlets", ["Valley Gazette"])
    assert within(at) == Filter(outlets=("Valley Gazette",))
    assert chips(at) == ["Valley Gazette"]
    assert address(at) == {"outlet": ["Valley Gazette"]}
    ask(at, GIRDERS)
    [turn] = turns(at)
    assert turn.answer.abstained
    assert turn.answer.within == within(at)
    assert {passage.document for passage in turn.answer.passages} <= {"frost.md"}
    assert "Searched 1 of 3 articles: Valley Gazette" in verbatim_texts(at)


def test_search_all_documents_asks_the_same_without_the_filter_and_leaves_it_in_force(documents: Path) -> None:
    at = ask(chosen(opened(), "filter_documents", ["frost.md"]), GIRDERS)
    button(at, "again-Search all documents").click().run()
    answered(at)
    first, second = turns(at)
    assert first.answer.abstained
    assert second.question == GIRDERS
    assert second.answer.within == EVERYTHING
    assert "forty-two" in second.answer.text
    assert chips(at) == ["Late frost in the Tamsin valley"]


def test_an_answer_without_a_filter_offers_no_search_of_all_documents(documents: Path) -> None:
    at = ask(opened(), "Which enzyme splits lactose in the small intestine?")
    assert turns(at)[0].answer.abstained
    assert not [found for found in at.button if "Search all" in (found.key or "")]
    assert "Searched 3" not in verbatim_texts(at)


def test_days_restrict_and_say_that_articles_without_a_date_are_left_out(documents: Path) -> None:
    at = chosen(opened(), "filter_since", date(2023, 1, 1))
    assert [caption.value for caption in at.caption if "date" in caption.value] == [
        "1 article carries no date: a day leaves it out."
    ]
    assert address(at) == {"from": ["2023-01-01"]}
    chosen(at, "filter_until", date(2023, 5, 1))
    assert chips(at) == ["From 1 January 2023 to 1 May 2023"]
    ask(at, GIRDERS)
    assert "forty-two" in turns(at)[0].answer.text
    assert "1 article carries no date and was left out." in verbatim_texts(at)
    assert "Searched 1 of 3 articles: from 1 January 2023 to 1 May 2023" in verbatim_texts(at)


def test_days_the_wrong_way_round_are_not_taken_over_and_it_is_said(documents: Path) -> None:
    at = chosen(chosen(opened(), "filter_since", date(2023, 1, 1)), "filter_until", date(2022, 6, 1))
    assert within(at) == Filter(since=date(2023, 1, 1))
    assert at.date_input(key="filter_until").value is None
    assert "The first day must not come after the last" in verbatim_texts(at)
    assert any("The first day must not" in caption.value for caption in at.caption)
    chosen(at, "filter_until", date(2023, 4, 11))
    assert "The first day must not" not in verbatim_texts(at)


def test_each_thing_in_force_is_taken_off_with_a_click_and_all_with_one(documents: Path) -> None:
    at = addressed(outlet=["Valley Gazette", "Lindgate Post"], to="2023-12-31", document="bridge.md")
    assert chips(at) == ["Valley Gazette", "Lindgate Post", "Until 31 December 2023", "The Lindgate bridge opens again"]
    button(at, "chip-0").click().run()
    assert within(at) == Filter(("bridge.md",), ("Lindgate Post",), until=date(2023, 12, 31))
    button(at, "chip-1").click().run()
    assert address(at) == {"outlet": ["Lindgate Post"], "document": ["bridge.md"]}
    button(at, "clear_filter").click().run()
    assert within(at) == EVERYTHING
    assert address(at) == {}
    assert not chips(at)
    assert at.multiselect(key="filter_outlets").value == []


def test_the_address_restores_the_filter_and_says_what_in_it_is_not_there(documents: Path) -> None:
    at = addressed(outlet=["Lindgate Post", "The *Moon*"], document=["gone.md"], _from="2023-01-01")
    assert within(at) == Filter(outlets=("Lindgate Post",), since=date(2023, 1, 1))
    assert at.multiselect(key="filter_outlets").value == ["Lindgate Post"]
    assert at.date_input(key="filter_since").value == date(2023, 1, 1)
    assert "not among these documents: gone.md, The *Moon*." in verbatim_texts(at)
    assert address(at) == {"outlet": ["Lindgate Post"], "from": ["2023-01-01"]}
    chosen(at, "filter_outlets", [])
    assert "gone.md" not in verbatim_texts(at)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"_from": "yesterday"}, "as it is no date: yesterday."),
        ({"_from": "2023-05-01", "to": "2022-05-01"}, "The first day must not come after the last"),
    ],
)
def test_days_in_the_address_that_are_none_are_ignored_and_said(
    documents: Path, names: dict[str, str | list[str]], says: str
) -> None:
    at = addressed(**names)
    assert within(at) == EVERYTHING
    assert says in verbatim_texts(at)
    assert address(at) == {}


def test_going_back_in_the_address_goes_back_to_the_filter_it_names(
    documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ui.navigation._is_step_of_history", lambda: True)
    at = chosen(opened(), "filter_outlets", ["Valley Gazette"])
    at.query_params["outlet"] = ["Lindgate Post"]
    at.run()
    assert within(at) == Filter(outlets=("Lindgate Post",))
    del at.query_params["outlet"]
    at.run()
    assert within(at) == EVERYTHING


def test_another_set_has_no_filter(documents: Path) -> None:
    (documents / "other").mkdir()
    (documents / "other" / "frost.md").write_text(FROST)
    (documents / "other" / "whale.txt").write_text(WHALES)
    at = chosen(opened(), "filter_outlets", ["Valley Gazette"])
    at.selectbox(key="set").set_value("other").run()
    settled(at)
    assert within(at) == EVERYTHING
    assert address(at) == {}


def test_a_link_carries_no_filter_from_one_set_into_another(documents: Path) -> None:
    (documents / "other").mkdir()
    (documents / "other" / "frost.md").write_text(FROST)
    at = chosen(opened(), "filter_since", date(2022, 10, 18))
    at.switch_page("rag/ui/documents.py").run()
    assert _asks(at) == "from=2022-10-18"
    at.selectbox(key="set").set_value("other").run()
    assert _asks(at) == "set=other"
    settled(at)
    assert _asks(at) == "set=other"


def _asks(at: AppTest) -> str:
    """The address, without the conversation, to which the link to the page to ask on leads."""
    [link] = [found.proto for found in at.get("page_link") if found.proto.label == "Ask"]
    return str(link.query_string)


def test_the_filter_is_still_there_after_a_look_at_another_page(documents: Path) -> None:
    at = chosen(opened(), "filter_outlets", ["Valley Gazette"])
    at.switch_page("rag/ui/documents.py").run()
    for name in NAMES:
        at.query_params.pop(name, None)
    at.switch_page("rag/ui/chat.py").run()
    assert within(at) == Filter(outlets=("Valley Gazette",))
    assert address(at) == {"outlet": ["Valley Gazette"]}


def test_the_questions_to_begin_with_are_those_of_all_documents_and_not_offered_within_a_filter(
    documents: Path,
) -> None:
    at = opened()
    assert button(at, "starter-")
    chosen(at, "filter_outlets", ["Valley Gazette"])
    assert not [found for found in at.button if (found.key or "").startswith("starter-")]


def test_what_makes_no_difference_in_a_set_is_not_offered(documents: Path) -> None:
    (documents / "bridge.md").unlink()
    (documents / "frost.md").unlink()
    at = opened()
    assert not at.multiselect
    assert not at.date_input
    (documents / "second.txt").write_text(WHALES.replace("harbour", "port"))
    at = opened()
    assert [widget.key for widget in at.multiselect] == ["filter_documents"]
    assert not at.date_input


def test_among_many_articles_the_one_wanted_is_found_by_its_words_and_few_are_offered(documents: Path) -> None:
    for number in range(120):
        (documents / f"note {number:03}.txt").write_text(f"A *note* of sort {number}\n\nIt says {number} things.\n")
    at = opened()
    offered = at.multiselect(key="filter_documents")
    assert len(offered.options) == 100
    assert any("The first 100 of 123 articles" in caption.value for caption in at.caption)
    at.text_input(key="filter_find").set_value("NOTE 117").run()
    assert at.multiselect(key="filter_documents").options == ["A *note* of sort 117"]
    chosen(at, "filter_documents", ["note 117.txt"])
    at.text_input(key="filter_find").set_value("no such words").run()
    assert at.multiselect(key="filter_documents").value == ["note 117.txt"]
    assert within(at) == Filter(documents=("note 117.txt",))
    assert any("holds these words" in caption.value for caption in at.caption)


def test_articles_with_the_same_title_are_told_apart_by_their_names(documents: Path) -> None:
    (documents / "copy.md").write_text(FROST.replace("sixty", "seventy"))
    options = opened().multiselect(key="filter_documents").options
    assert {"Late frost in the Tamsin valley (copy.md)", "Late frost in the Tamsin valley (frost.md)"} <= set(options)


def test_a_follow_up_is_asked_within_the_same_filter(documents: Path) -> None:
    at = ask(chosen(opened(), "filter_outlets", ["Lindgate Post"]), GIRDERS)
    ask(at, "And what did the mayor say?")
    assert [turn.answer.within for turn in turns(at)] == [Filter(outlets=("Lindgate Post",))] * 2


def test_a_file_name_that_no_browser_can_be_sent_is_kept_out_of_the_address() -> None:
    assert _written(Filter(("odd \udcff.txt", "a.txt"), until=date(2024, 1, 2))) == (
        ("a.txt",), (), (), ("2024-01-02",),
    )  # fmt: skip


def test_a_document_that_is_removed_leaves_the_filter_and_it_is_said(documents: Path) -> None:
    at = chosen(opened(), "filter_documents", ["bridge.md", "frost.md"])
    (documents / "frost.md").unlink()
    at.switch_page("rag/ui/documents.py").run()
    button(at, "sync_now").click().run()
    settled(at)
    at.switch_page("rag/ui/chat.py").run()
    assert within(at) == Filter(documents=("bridge.md",))
    assert "not among these documents: frost.md." in verbatim_texts(at)
