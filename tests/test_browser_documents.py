"""What of the documents page only a real browser shows: clicks on bars and rows, the address, a narrow screen."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browsing import ask, greeted, select_row, serving
from tests.page import BRIDGE, FROST, WHALES

pytestmark = pytest.mark.browser
OUTLETS = ("Lindgate Post", "Valley Gazette")


@pytest.fixture(scope="module")
def address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a first set without files, the set News of twelve articles in four months, and the set Old."""
    folder = tmp_path_factory.mktemp("documents-page")
    news, old = folder / "documents" / "News", folder / "documents" / "Old"
    for place in (news, old):
        place.mkdir(parents=True)
    for number in range(12):
        month = (1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 4)[number]
        (news / f"report{number:02}.md").write_text(
            f"---\ntitle: Report {number} on a title that is long enough to be cut where there is no room for it\n"
            f"outlet: {OUTLETS[number % 2]}\npublished: 2022-{month:02}-03\n---\n"
            f"Report {number} tells of bridge {number}.\n"
        )
    (news / "broken.pdf").write_bytes(b"this is no PDF")
    (old / "bridge.md").write_text(BRIDGE)
    (old / "frost.md").write_text(FROST)
    with serving(folder / "documents", folder / "home") as address:
        yield address
    log = (folder / "home" / "server.log").read_text()
    assert "Traceback" not in log
    assert "default value" not in log  # of a widget that was given a value in two ways


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A new visitor's tab on the documents of News."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}/documents?set=News")
    expect(page.get_by_text("12 documents, ").last).to_be_visible(timeout=120_000)
    page.get_by_test_id("stDataFrame").first.wait_for()
    _quiet(page)
    yield page
    context.close()


def _quiet(page: Page) -> None:
    page.wait_for_timeout(700)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)


def _click_bar(page: Page, place: float) -> None:
    """Click above the bar at that share of the chart's width: the field over a bar counts as the bar."""
    chart = page.get_by_test_id("stVegaLiteChart")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": 30 + (box["width"] - 30) * place, "y": 20})
    _quiet(page)


def _click_row(page: Page, row: int, x: int) -> None:
    table: Locator = page.get_by_test_id("stDataFrame").locator("canvas").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": x, "y": 35 + 35 * row + 17}, force=True)


def test_a_click_on_a_bar_shows_its_month_and_another_click_all(page: Page) -> None:
    _click_bar(page, 7 / 8)
    expect(page.get_by_text("1 of 13 documents: April 2022")).to_be_visible()
    _click_bar(page, 1 / 8)
    expect(page.get_by_text("6 of 13 documents: January 2022")).to_be_visible()
    _click_bar(page, 1 / 8)
    expect(page.get_by_text("of 13 documents")).to_have_count(0)
    _click_bar(page, 3 / 8)
    page.get_by_role("button", name="Lindgate Post (6)").click()
    expect(page.get_by_text("3 of 13 documents: February 2022, Lindgate Post")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("of 13 documents")).to_have_count(0)


def test_a_click_on_a_row_opens_the_document_and_ticked_rows_stay_ticked(page: Page) -> None:
    article = page.get_by_role("dialog").locator("article")
    select_row(page, 1)
    expect(page.get_by_role("button", name="Remove report00.md")).to_be_visible()
    _click_row(page, 3, 300)
    expect(article).to_contain_text("Report 2 tells of bridge 2.")
    page.keyboard.press("Escape")
    expect(article).to_have_count(0)
    _quiet(page)
    expect(article).to_have_count(0)
    expect(page.get_by_role("button", name="Remove report00.md")).to_be_visible()
    for _ in range(2):  # the same once more
        _click_row(page, 3, 300)
        expect(article).to_contain_text("Report 2 tells of bridge 2.")
        page.keyboard.press("Escape")
        expect(article).to_have_count(0)
        _quiet(page)
    _click_row(page, 3, 56)
    expect(article).to_contain_text("Report 2 tells of bridge 2.")
    page.keyboard.press("Escape")
    expect(article).to_have_count(0)
    select_row(page, 4)
    expect(page.get_by_role("button", name="Remove 2 files")).to_be_visible()
    _click_row(page, 0, 300)
    expect(page.get_by_text("broken.pdf: It is not a valid PDF file; it may be damaged.").first).to_be_visible()


def test_a_set_is_renamed_deleted_and_had_back_and_the_address_follows(page: Page, address: str) -> None:
    page.goto(f"{address}/?set=Old")
    greeted(page)
    ask(page, "How many steel girders did the workers replace?")
    page.get_by_role("link", name="Documents").click()
    expect(page.get_by_text("2 documents, ").last).to_be_visible()
    page.get_by_role("button", name="This set").click()
    page.get_by_label("New name").fill("Very old")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("combobox")).to_have_value("Very old")
    page.wait_for_url("**set=Very*old*")
    page.get_by_role("link", name="Ask").click()
    expect(page.locator("p.answer .short")).to_have_text("forty-two")
    page.goto(f"{address}/documents?set=Old")
    expect(page.get_by_role("combobox")).to_have_value("Very old")
    _quiet(page)
    page.get_by_role("button", name="This set").click()
    page.get_by_role("button", name="Delete “Very old”").click()
    expect(page.get_by_text("Deleted the set “Very old”.")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_value("documents")
    page.reload()  # what is kept for a month is not kept by the tab
    page.get_by_role("button", name="New set").click()
    page.get_by_role("button", name="Bring back “Very old”").click()
    expect(page.get_by_role("combobox")).to_have_value("Very old")
    page.get_by_role("link", name="Ask").click()
    page.locator("[class*=st-key-conversation-] button, [class*=st-key-here-] button").first.click()
    expect(page.locator("p.answer .short")).to_have_text("forty-two")


def test_a_set_is_replaced_by_an_archive_after_its_plan(page: Page, address: str, tmp_path: Path) -> None:
    page.get_by_role("button", name="New set").click()
    page.get_by_label("Name of the new set").fill("Sea")
    page.get_by_role("button", name="Make the set").click()
    expect(page.get_by_text("This set has no documents yet.")).to_be_visible()
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


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_of_the_page_lies_beside_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    _quiet(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    _click_row(page, 2, 220)
    expect(page.get_by_role("dialog").locator("article")).to_contain_text("Report 1 tells of bridge 1.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bars_have_the_colour_of_the_theme(chromium: Browser, address: str, scheme: str) -> None:
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{address}/documents?set=News")
    bar = page.locator("[data-testid=stVegaLiteChart] .mark-rect.role-mark path").first
    bar.wait_for(timeout=60_000)
    assert bar.get_attribute("fill") == {"light": "#0b6b61", "dark": "#4fc3b1"}[scheme]
    context.close()
