"""axe-core finds nothing serious on any page, in either theme."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import View, ask, click_row, go_to, greeted, idle, select_row, serving, sidebar, tab
from tests.model_server import Reply, model_server, place_of, shown_passages
from tests.page import BRIDGE, FROST, WHALES

pytestmark = pytest.mark.browser

QUESTION = "How many steel girders were replaced at Lindgate?"
GIRDERS = "Workers replaced forty-two steel girders that had rusted through."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server over two articles."""
    folder = tmp_path_factory.mktemp("access")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "bridge.md").write_text(BRIDGE)
    (documents / "frost.md").write_text(FROST)
    with serving(documents, folder / "home") as address:
        yield address


@pytest.fixture(scope="module")
def written(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server over three articles, with a language model that says something that none of them holds."""
    folder = tmp_path_factory.mktemp("access-written")
    documents = folder / "documents"
    documents.mkdir()
    for name, text in (("bridge.md", BRIDGE), ("frost.md", FROST), ("whale.txt", WHALES)):
        (documents / name).write_text(text)
    with model_server() as model:
        model.otherwise = Reply(_partly_true, size=40)
        settings = {"FOOTNOTE_LLM_URL": model.url, "FOOTNOTE_LLM_MODEL": "scripted"}
        with serving(documents, folder / "home", settings) as address:
            yield address


def _partly_true(prompt: str) -> str:
    if not shown_passages(prompt):
        return QUESTION
    return f"{GIRDERS} [{place_of(prompt, GIRDERS)}] The moon is made of green cheese."


@pytest.fixture
def page(chromium: Browser, view: View) -> Iterator[Page]:
    """A new visitor's tab."""
    with tab(chromium, view) as page:
        yield page


def test_the_page_to_ask_on_can_be_used_by_everyone(page: Page, address: str) -> None:
    page.goto(address)
    greeted(page)
    assert findings(page) == []
    answer = ask(page, "How many steel girders were replaced at Lindgate?")
    assert findings(page) == []
    answer.locator("button.cite").first.hover()
    page.locator(".card").wait_for()
    assert findings(page) == []
    answer.locator("button.cite").first.click()
    page.get_by_role("dialog").locator("mark").first.wait_for()
    page.wait_for_timeout(500)  # it slides in
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    ask(page, "Which enzyme splits lactose in the small intestine?")
    assert findings(page) == []
    page.keyboard.press("Escape")
    sidebar(page).get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert findings(page) == []


@pytest.mark.parametrize("path", ["documents", "feedback", "settings"])
def test_the_other_pages_can_be_used_by_everyone(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    page.get_by_role("heading", level=1).wait_for()
    idle(page)
    page.wait_for_timeout(500)
    assert findings(page) == []


def test_marks_filter_feedback_and_undo_can_be_used_by_everyone(page: Page, written: str) -> None:
    page.goto(written)
    greeted(page)
    answer = ask(page, QUESTION)
    expect(answer.locator(".unfound")).to_have_text("The moon is made of green cheese.")
    assert findings(page) == []
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Outlets").click()
    page.get_by_role("option", name="Lindgate Post").click()
    expect(page.locator(".st-key-chip-0")).to_be_visible()
    page.get_by_role("combobox", name="Outlets").click()
    page.get_by_role("option", name="Valley Gazette").wait_for()
    idle(page)
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    answer.get_by_test_id("stFeedback").locator("button, label").first.click()
    page.get_by_role("button", name="Save").wait_for()
    idle(page)
    assert findings(page) == []
    go_to(page, "Feedback")
    page.get_by_test_id("stDataFrame").wait_for()
    idle(page)
    page.wait_for_timeout(700)  # the table takes no click before it has its size
    select_row(page, 0)
    page.get_by_role("button", name="Open the conversation").wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").wait_for()
    idle(page)
    assert findings(page) == []
    go_to(page, "Ask")
    page.locator("p.question").wait_for()
    sidebar(page).locator("[class*=st-key-here-] button").first.click()
    page.get_by_role("button", name="Delete this conversation").wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Delete this conversation").click()
    greeted(page)
    page.get_by_role("button", name="Undo the deletion").wait_for()
    assert findings(page) == []


def test_rows_popovers_and_undo_of_documents_can_be_used_by_everyone(page: Page, written: str) -> None:
    page.goto(f"{written}/documents")
    expect(page.get_by_text("3 documents, ")).to_be_visible(timeout=60_000)
    page.get_by_test_id("stDataFrame").locator("canvas [role=gridcell]").first.wait_for(state="attached")
    idle(page)
    page.wait_for_timeout(700)  # the table takes no click before it has its size
    select_row(page, 2)
    remove = page.get_by_role("button", name="Remove whale.txt")
    remove.wait_for()
    assert findings(page) == []
    click_row(page, 0, 300)
    page.get_by_role("dialog").locator("article").wait_for()
    page.wait_for_timeout(500)  # it slides in
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="This set").click()
    page.get_by_test_id("stPopoverBody").wait_for()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    remove.click()
    expect(page.get_by_text("Removed whale.txt.")).to_be_visible()
    expect(page.get_by_text("1 document removed")).to_be_visible(timeout=20_000)
    idle(page)
    assert findings(page) == []
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(page.get_by_text("1 document brought back")).to_be_visible(timeout=20_000)


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it is now, each with its place."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(results => results.violations)")
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
