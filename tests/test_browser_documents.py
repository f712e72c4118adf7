"""What of the documents page only a real browser shows: clicks on bars and rows, the address, a narrow screen."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browsing import (
    VIEWS,
    View,
    ask,
    chosen_set,
    click_row,
    go_to,
    greeted,
    idle,
    select_row,
    serving,
    sidebar,
    tab,
)
from tests.page import BRIDGE, FROST, WHALES

pytestmark = pytest.mark.browser
OUTLETS = ("Lindgate Post", "Valley Gazette")


@pytest.fixture(scope="module")
def address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a first set without files, the set News of twelve articles in four months, and one per view."""
    folder = tmp_path_factory.mktemp("documents-page")
    news = folder / "documents" / "News"
    news.mkdir(parents=True)
    for number in range(12):
        month = (1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 4)[number]
        (news / f"report{number:02}.md").write_text(
            f"---\ntitle: Report {number} on a title that is long enough to be cut where there is no room for it\n"
            f"outlet: {OUTLETS[number % 2]}\npublished: 2022-{month:02}-03\n---\n"
            f"Report {number} tells of bridge {number}.\n"
        )
    (news / "broken.pdf").write_bytes(b"this is no PDF")
    for view in VIEWS:
        old = folder / "documents" / f"Old {view.scheme}"
        old.mkdir()
        (old / "bridge.md").write_text(BRIDGE)
        (old / "frost.md").write_text(FROST)
    with serving(folder / "documents", folder / "home") as address:
        yield address
    log = (folder / "home" / "server.log").read_text()
    assert "Traceback" not in log
    assert "default value" not in log  # of a widget that was given a value in two ways


@pytest.fixture
def page(chromium: Browser, address: str, view: View) -> Iterator[Page]:
    """A new visitor's tab on the documents of News."""
    with tab(chromium, view) as page:
        page.goto(f"{address}/documents?set=News")
        expect(page.get_by_text("12 documents, ").last).to_be_visible(timeout=120_000)
        page.get_by_test_id("stDataFrame").first.wait_for()
        _quiet(page)
        yield page


def _quiet(page: Page) -> None:
    page.wait_for_timeout(700)
    idle(page)


def _click_bar(page: Page, place: float) -> None:
    """Click above the bar at that share of the chart's width: the field over a bar counts as the bar."""
    chart = page.get_by_test_id("stVegaLiteChart")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": 30 + (box["width"] - 30) * place, "y": 20})
    _quiet(page)


def test_a_click_on_a_bar_shows_its_month_and_another_click_all(page: Page) -> None:
    _click_bar(page, 7 / 8)
    expect(page.get_by_text("1 of 13 listed: April 2022")).to_be_visible()
    _click_bar(page, 1 / 8)
    expect(page.get_by_text("6 of 13 listed: January 2022")).to_be_visible()
    _click_bar(page, 1 / 8)
    expect(page.get_by_text("of 13 listed")).to_have_count(0)
    _click_bar(page, 3 / 8)
    page.get_by_role("button", name="Lindgate Post (6)").click()
    expect(page.get_by_text("3 of 13 listed: February 2022, Lindgate Post")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("of 13 listed")).to_have_count(0)


def test_a_click_on_a_row_opens_the_document_and_ticked_rows_stay_ticked(page: Page) -> None:
    article = page.get_by_role("dialog").locator("article")
    select_row(page, 1)
    expect(page.get_by_role("button", name="Remove report00.md")).to_be_visible()
    click_row(page, 3, 300)
    expect(article).to_contain_text("Report 2 tells of bridge 2.")
    page.keyboard.press("Escape")
    expect(article).to_have_count(0)
    _quiet(page)
    expect(article).to_have_count(0)
    expect(page.get_by_role("button", name="Remove report00.md")).to_be_visible()
    for _ in range(2):  # the same once more
        click_row(page, 3, 300)
        expect(article).to_contain_text("Report 2 tells of bridge 2.")
        page.keyboard.press("Escape")
        expect(article).to_have_count(0)
        _quiet(page)
    click_row(page, 3, 56)
    expect(article).to_contain_text("Report 2 tells of bridge 2.")
    page.keyboard.press("Escape")
    expect(article).to_have_count(0)
    select_row(page, 4)
    expect(page.get_by_role("button", name="Remove 2 files")).to_be_visible()
    click_row(page, 0, 300)
    expect(page.get_by_text("broken.pdf: It is not a valid PDF file; it may be damaged.").first).to_be_visible()


def test_an_article_that_was_opened_first_of_all_is_closed_at_once_and_sorting_opens_none(page: Page) -> None:
    article = page.get_by_role("dialog").locator("article")
    click_row(page, 3, 300)
    expect(article).to_contain_text("Report 2 tells of bridge 2.")
    page.keyboard.press("Escape")
    expect(article).to_have_count(0)
    _quiet(page)
    expect(article).to_have_count(0)
    first = page.get_by_test_id("stDataFrame").locator("[role=gridcell]", has_text="Report").first
    click_row(page, -1, 250)  # the heading of the titles, twice: the other way round
    _quiet(page)
    click_row(page, -1, 250)
    expect(first).to_contain_text("Report 9")
    _quiet(page)
    expect(article).to_have_count(0)


def test_months_that_were_away_come_back_in_their_order(page: Page) -> None:
    months = page.get_by_test_id("stVegaLiteChart").locator(".role-axis-label text")
    in_order = [month for month in months.all_text_contents() if "2022" in month]
    assert in_order == ["Jan 2022", "Feb 2022", "Mar 2022", "Apr 2022"]
    for row in range(1, 7):
        select_row(page, row)
    page.get_by_role("button", name="Remove 6 files").click()
    expect(page.get_by_text("6 documents removed")).to_be_visible()
    _quiet(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("6 documents brought back")).to_be_visible()
    expect(page.get_by_text("12 documents, ").last).to_be_visible()
    expect(months.filter(has_text="2022")).to_have_text(in_order)


def test_a_set_is_renamed_deleted_and_had_back_and_the_address_follows(page: Page, address: str, view: View) -> None:
    old, new = f"Old {view.scheme}", f"Very old {view.scheme}"
    page.goto(f"{address}/?set={old}")
    greeted(page)
    ask(page, "How many steel girders did the workers replace?")
    go_to(page, "Documents")
    expect(page.get_by_text("2 documents, ").last).to_be_visible()
    page.get_by_role("button", name="This set").click()
    page.get_by_label("New name").fill(new)
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(chosen_set(page)).to_have_value(new)
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.wait_for_url(f"**set=Very*old*{view.scheme}*")
    go_to(page, "Ask")
    expect(page.locator("p.answer .short")).to_have_text("forty-two")
    page.goto(f"{address}/documents?set={old}")
    expect(chosen_set(page)).to_have_value(new)
    _quiet(page)
    page.get_by_role("button", name="This set").click()
    page.get_by_role("button", name=f"Delete “{new}”").click()
    expect(page.get_by_text(f"Deleted the set “{new}”.")).to_be_visible()
    expect(chosen_set(page)).to_have_value("documents")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.reload()  # what is kept for a month is not kept by the tab
    page.get_by_role("button", name="New set").click()
    page.get_by_role("button", name=f"Bring back “{new}”").click()
    expect(chosen_set(page)).to_have_value(new)
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    go_to(page, "Ask")
    sidebar(page).locator("[class*=st-key-conversation-] button, [class*=st-key-here-] button").first.click()
    expect(page.locator("p.answer .short")).to_have_text("forty-two")


def test_a_set_is_replaced_by_an_archive_after_its_plan(page: Page, view: View) -> None:
    page.get_by_role("button", name="New set").click()
    page.get_by_label("Name of the new set").fill(f"Sea {view.scheme}")
    page.get_by_role("button", name="Make the set").click()
    expect(page.get_by_text("This set has no documents yet.")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    whale: FilePayload = {"name": "whale.txt", "mimeType": "text/plain", "buffer": WHALES.encode()}
    page.locator("input[type=file]").set_input_files(whale)
    expect(page.get_by_text("Added whale.txt.")).to_be_visible()
    expect(page.get_by_text("1 document added")).to_be_visible()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a/bridge.md", BRIDGE)
    page.get_by_text("Replace the whole set").click()
    payload: FilePayload = {"name": "all.zip", "mimeType": "application/zip", "buffer": data.getvalue()}
    page.get_by_text("Choose all the files that the set is to have").wait_for()
    _quiet(page)
    page.locator("input[type=file]").set_input_files(payload)
    expect(page.get_by_text("means: 1 file put in, 1 file taken out.")).to_be_visible()
    page.get_by_role("button", name="Replace the set with 1 file").click()
    expect(page.get_by_text("Replaced the whole set: 1 file put in, 1 file taken out.")).to_be_visible()
    expect(page.get_by_text("1 document added, 1 document removed")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Replaced the whole set")).to_have_count(0)
    expect(page.get_by_text("1 document, ").last).to_be_visible()


def test_nothing_of_the_page_lies_beside_the_screen(page: Page, view: View) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= view.width
    assert page.locator("#stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    click_row(page, 2, 220)
    expect(page.get_by_role("dialog").locator("article")).to_contain_text("Report 1 tells of bridge 1.")


def test_the_bars_have_the_colour_of_the_theme(page: Page, view: View) -> None:
    bar = page.locator("[data-testid=stVegaLiteChart] .mark-rect.role-mark path").first
    bar.wait_for(timeout=60_000)
    assert bar.get_attribute("fill") == {"light": "#0b6b61", "dark": "#4fc3b1"}[view.scheme]
