"""Pictures of the page over the shipped documents: `python -m tests.make_screenshots` writes tests/screenshots/.

README shows `light-drawer.png`; the others are to look at, and are not kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.browsing import ROOT, ask, browsing, greeted, serving

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
            ask(page, "When did Khalilzad resign?")
            _picture(page, name)
            page.locator("[class*=st-key-source-] button").first.click()
            page.get_by_role("dialog").locator("mark").wait_for()
            _picture(page, f"{name}-drawer")
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
            ask(page, "Which enzyme splits lactose in the small intestine?")
            _picture(page, f"{name}-silence")
            page.goto(f"{address}/documents")
            page.get_by_test_id("stDataFrame").wait_for()
            _picture(page, f"{name}-documents")
            page.context.close()


def _opened(browser: Browser, address: str, scheme: Literal["light", "dark"], width: int, height: int) -> Page:
    page = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}).new_page()
    page.goto(address)
    return page


def _picture(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(900)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "documents")
