"""What only a browser can show: the clipboard, a downloaded page that works by itself, and a thumb that stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import View, ask, at_rest, greeted, select_row, serving, sidebar, tab
from tests.page import BRIDGE, FROST

pytestmark = pytest.mark.browser

GIRDERS = "Workers replaced forty-two steel girders that had rusted through."
SOURCE = "The Lindgate bridge opens again, Lindgate Post, 11 April 2023 (bridge.md)"
QUESTION = "How many steel girders were replaced at Lindgate?"
EVIL = "<b>The Quandary depot cost five crowns</b> <img src=x onerror=alert(1)> <script>alert(2)</script>.\n"


@pytest.fixture(scope="module")
def address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests."""
    folder = tmp_path_factory.mktemp("exporting")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "bridge.md").write_text(BRIDGE)
    (documents / "frost.md").write_text(FROST)
    (documents / "evil.txt").write_text(f"The Quandary depot\n\n{EVIL}")
    with serving(documents, folder / "home") as address:
        yield address
    assert "Traceback" not in (folder / "home" / "server.log").read_text()


@pytest.fixture
def page(chromium: Browser, address: str, view: View) -> Iterator[Page]:
    """A new visitor's tab, which may use the clipboard."""
    with tab(chromium, view, "clipboard-read", "clipboard-write") as page:
        page.goto(address)
        greeted(page)
        yield page


def copy_button(answer: Locator) -> Locator:
    return answer.get_by_role("button", name="Copy the answer with its footnotes")


def test_an_answer_is_copied_with_its_footnotes_by_the_keyboard(page: Page) -> None:
    answer = ask(page, QUESTION)
    copy_button(answer).focus()
    page.keyboard.press("Enter")
    expect(answer.get_by_role("status")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n")
    assert text.startswith(f"forty-two [1]\n{GIRDERS} [1]")
    assert f"\n\n[1] “{GIRDERS}” — {SOURCE}" in text
    formatted = page.evaluate(
        "navigator.clipboard.read().then(items => items[0].getType('text/html')).then(blob => blob.text())"
    )
    assert "<strong>forty-two</strong><sup>[1]</sup>" in formatted
    expect(answer.get_by_role("status")).to_have_text("")


def test_a_refused_clipboard_leaves_the_text_selected_to_copy_by_hand(page: Page) -> None:
    answer = ask(page, QUESTION)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy_button(answer).click()
    expect(answer.get_by_text("The browser does not let this page copy.")).to_be_visible()
    field = answer.locator("textarea")
    expect(field).to_be_focused()
    selected = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert selected.startswith("forty-two [1]")
    assert SOURCE in selected


def test_a_downloaded_page_leads_from_mark_to_footnote_to_article_without_network_or_script(
    page: Page, chromium: Browser, tmp_path: Path, view: View
) -> None:
    ask(page, QUESTION)
    ask(page, "What did the Quandary depot cost?")
    at_rest(page)
    sidebar(page).get_by_role("button", name=QUESTION).first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Web page").click()
    assert download.value.suggested_filename == "How many steel girders were replaced at Lindgate.html"
    file = tmp_path / "page.html"
    download.value.save_as(file)

    with tab(chromium, view) as opened:
        _leads_from_mark_to_footnote_to_article(opened, file, view)


def _leads_from_mark_to_footnote_to_article(opened: Page, file: Path, view: View) -> None:
    asked, told = [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: told.append(message.text))
    opened.goto(file.as_uri())
    mark = opened.get_by_role("link", name="[1]").first
    card = opened.locator(".hover").first
    expect(card).to_be_hidden()
    mark.hover()
    expect(card).to_be_visible()
    expect(card).to_contain_text(GIRDERS)
    mark.click()
    note = opened.locator("li:target")
    expect(note).to_be_in_viewport()
    expect(note).to_contain_text("The Lindgate bridge opens again · Lindgate Post · 11 April 2023 · bridge.md")
    note.get_by_role("link", name="In the article").click()
    words = opened.locator(".spot:target + mark")
    expect(words).to_be_in_viewport()
    expect(opened.locator("mark.key").first).to_have_text("forty-two")
    opened.get_by_role("link", name="Back to footnote 1 of question 1").click()
    expect(note).to_be_in_viewport()
    note.get_by_role("link", name="Back to the answer, place 1").click()
    expect(mark).to_be_in_viewport()
    expect(opened.get_by_text("<script>alert(2)</script>").first).to_be_attached()
    assert opened.locator("img, script, iframe, b").count() == 0
    assert asked == [file.as_uri()]
    assert told == []  # the policy had nothing to refuse
    assert opened.evaluate("document.documentElement.scrollWidth") <= view.width
    dark = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 23)"}[view.scheme]


def test_a_thumb_and_a_comment_stay_and_lead_back_from_the_list(page: Page, address: str) -> None:
    answer = ask(page, QUESTION)
    answer.get_by_role("radio", name="Thumbs down").check(force=True)
    page.get_by_label("What was wrong with it?").fill("=1+1")
    page.get_by_role("button", name="Save the comment").click()
    expect(page.get_by_text("Saved. It stays on this machine")).to_be_visible()
    expect(page.get_by_text("Your comment: =1+1")).to_be_visible()
    here = page.url
    page.goto(f"{address}/feedback")
    page.get_by_test_id("stDataFrame").wait_for()
    page.wait_for_timeout(500)
    page.get_by_test_id("stDataFrame").hover()
    expect(page.get_by_role("button", name="Search").first).to_be_visible()
    expect(page.get_by_role("button", name="Download as CSV")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert '"\'=1+1"' in download.value.path().read_text(encoding="utf-8-sig")
    select_row(page, 0)
    page.get_by_role("button", name="Open the conversation").click()
    expect(page.locator("p.question")).to_have_text(QUESTION)
    expect(page.get_by_text("Your comment: =1+1")).to_be_visible()
    assert page.url == here
