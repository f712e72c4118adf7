"""What only a browser shows of the questions to go on with: that they come without moving anything, and can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ROOT, View, ask, greeted, serving, tab

pytestmark = pytest.mark.browser

OFFERED = "[class*=st-key-suggestion-] button"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home: Path = tmp_path_factory.mktemp("home")
    with serving(ROOT / "documents", home) as found:
        yield found


@pytest.fixture
def page(chromium: Browser, address: str, view: View) -> Iterator[Page]:
    with tab(chromium, view) as page:
        page.goto(address)
        greeted(page)
        yield page


def test_questions_come_without_moving_what_is_read_and_are_asked_by_a_click(page: Page) -> None:
    answer = ask(page, "Who replaced Zalmay Khalilzad?")
    room = page.locator("[class*=st-key-suggestions-]")
    expect(room).to_be_attached()
    page.wait_for_timeout(500)  # the page scrolls down by itself after an answer
    before = answer.locator("p.answer").first.evaluate("found => found.offsetTop")
    expect(page.locator(OFFERED).first).to_be_visible(timeout=60_000)
    assert answer.locator("p.answer").first.evaluate("found => found.offsetTop") == before
    question = page.locator(OFFERED).first.inner_text()
    page.locator(OFFERED).first.click()
    expect(page.get_by_test_id("stChatMessage")).to_have_count(4)
    expect(page.get_by_test_id("stChatMessage").nth(2)).to_contain_text(question)
    expect(page.get_by_test_id("stChatMessage").nth(3).locator("p.answer").first).to_be_visible(timeout=60_000)


def test_questions_survive_a_reload_and_are_read_from_the_left(page: Page) -> None:
    ask(page, "When did Khalilzad resign?")
    expect(page.locator(OFFERED).first).to_be_visible(timeout=60_000)
    offered = page.locator(OFFERED).all_inner_texts()
    page.reload()
    expect(page.locator(OFFERED)).to_have_text(offered, timeout=60_000)
    expect(page.locator(OFFERED).first).to_have_css("text-align", re.compile("start|left"))
