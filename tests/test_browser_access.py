"""axe-core finds nothing serious on any page, in either theme."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ask, greeted, serving
from tests.page import BRIDGE, FROST

pytestmark = pytest.mark.browser


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


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A tab in each theme."""
    scheme: Literal["light", "dark"] = request.param
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


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
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert findings(page) == []


@pytest.mark.parametrize("path", ["documents", "feedback", "settings"])
def test_the_other_pages_can_be_used_by_everyone(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    page.get_by_role("heading", level=1).wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    assert findings(page) == []


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
