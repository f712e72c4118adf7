"""Pictures of the page over the shipped documents: `python -m tests.make_screenshots` writes tests/screenshots/.

README shows `light-drawer.png`; the others are to look at, and are not kept.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page

from rag.answer.prompts import NO_ANSWER
from tests.browsing import ROOT, ask, browsing, greeted, serving
from tests.model_server import ModelServer, Reply, model_server, place_of

FOLDER = Path(__file__).resolve().parent / "screenshots"
SCREENS: tuple[tuple[str, Literal["light", "dark"], int, int], ...] = (
    ("light", "light", 1600, 860), ("dark", "dark", 1280, 860), ("narrow", "light", 400, 800),
)  # fmt: skip


def main(documents: Path) -> None:
    """Greeting, answer, drawer and documents in each look."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(documents, Path(home)) as address, browsing() as browser:
        for name, scheme, width, height in SCREENS:
            page = _opened(browser, address, scheme, width, height)
            greeted(page)
            _picture(page, f"{name}-greeting")
            ask(page, "Why was Khalilzad criticized and when did he resign?")
            page.locator("[class*=st-key-suggestions-] button").first.wait_for()
            _picture(page, name)
            cites = page.get_by_test_id("stChatMessage").last.locator("button.cite")
            cites.first.scroll_into_view_if_needed()
            cites.first.focus()
            page.locator(".card").wait_for()
            _picture(page, f"{name}-card", still=True)
            cites.first.click()
            page.get_by_role("dialog").locator("mark").first.wait_for()
            _picture(page, f"{name}-drawer")
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
            page.get_by_test_id("stFeedback").locator("button, label").first.click()
            page.get_by_role("button", name="Save the comment").wait_for()
            page.get_by_label("What was good about it?").fill("Both reasons, each with its words.")
            page.get_by_role("button", name="Save the comment").click()
            page.get_by_text("Your comment").wait_for()
            _picture(page, f"{name}-judged")
            ask(page, "Which enzyme splits lactose in the small intestine?")
            _picture(page, f"{name}-silence")
            page.get_by_role("button", name="Filter").click()
            page.get_by_test_id("stPopoverBody").wait_for()
            _picture(page, f"{name}-filter")
            page.goto(f"{address}/documents")
            page.get_by_test_id("stDataFrame").wait_for()
            _picture(page, f"{name}-documents")
            page.goto(f"{address}/feedback")
            page.get_by_test_id("stDataFrame").wait_for()
            _picture(page, f"{name}-feedback")
            page.context.close()
    with tempfile.TemporaryDirectory() as home, model_server() as model, browsing() as browser:
        settings = {"FOOTNOTE_LLM_URL": model.url, "FOOTNOTE_LLM_MODEL": "scripted"}
        with serving(documents, Path(home), settings) as address:
            for name, scheme, width, height in SCREENS:
                page = _opened(browser, address, scheme, width, height)
                greeted(page)
                _written(page, model, name)
                page.context.close()


def _written(page: Page, model: ModelServer, name: str) -> None:
    """Answers of a language model: while it writes, with marks, failed, abstained, after a follow-up; the settings."""
    go_on = threading.Event()
    model.says(Reply(_report, hold=go_on))
    field = page.get_by_placeholder("Ask about these documents")
    field.fill("When did Khalilzad resign?")
    field.press("Enter")
    page.locator(".unchecked", has_text="The moon").wait_for()
    _picture(page, f"{name}-streaming")
    go_on.set()
    page.locator("[class*=st-key-source-]").first.wait_for()
    _picture(page, f"{name}-marked")
    model.says("Who is Zalmay Khalilzad’s successor?", Reply(status=429))
    ask(page, "And who is his successor?")
    _picture(page, f"{name}-failed")
    model.says("Which enzyme splits lactose?", NO_ANSWER)
    ask(page, "Which enzyme splits lactose?")
    _picture(page, f"{name}-abstained")
    page.goto(f"{urljoin(page.url, '/')}settings")
    page.get_by_role("textbox", name="Address of the server").wait_for()
    _picture(page, f"{name}-settings")


def _report(prompt: str) -> str:
    resigned = place_of(prompt, "October 2021")
    return (
        "Khalilzad resigned from the post in October 2021, soon after the Taliban had taken power in Kabul."
        f" [{resigned}] He had been promised the post of governor of Hawaii. The moon"
    )


def _opened(browser: Browser, address: str, scheme: Literal["light", "dark"], width: int, height: int) -> Page:
    page = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}).new_page()
    page.goto(address)
    return page


def _picture(page: Page, name: str, *, still: bool = False) -> None:
    if not still:
        page.mouse.move(0, 0)
    page.wait_for_timeout(900)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "documents")
