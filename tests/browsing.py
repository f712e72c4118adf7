"""A really started server and a real browser: what the browser tests and the pictures share."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class View:
    """How a tab is looked at: its theme, and the width of its window in CSS pixels."""

    scheme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}"


_SHOWN = "[data-testid=stSidebar][data-collapsed=false]"
VIEWS = (View("light", 1400), View("dark", 400))


@contextmanager
def serving(documents: Path, home: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of Footnote's page over that folder, with further variables; the server ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "FOOTNOTE_DOCUMENTS": str(documents),
        "FOOTNOTE_HOME": str(home),
        "FOOTNOTE_OLLAMA_URL": "http://127.0.0.1:9/v1",  # not one that happens to run on this machine
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    environment = os.environ | own | dict(settings or {})
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "streamlit", "run", "app.py",
                f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true",
            ],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/_stcore/health", server, home / "server.log")
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"The server ended at once:\n{log.read_text()}")
        try:
            urllib.request.urlopen(address, timeout=2)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The server did not get ready:\n{log.read_text()}")


@contextmanager
def browsing() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(browser: Browser, view: View, *permissions: str) -> Iterator[Page]:
    """A new visitor's tab, in which nothing may open a dialog of the browser's."""
    context = browser.new_context(
        color_scheme=view.scheme, viewport={"width": view.width, "height": 860}, permissions=permissions
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("dialog", lambda _: pytest.fail("a text opened a dialog"))
    yield page
    context.close()


def begin(page: Page, question: str) -> None:
    """Ask, and wait for nothing."""
    field = page.get_by_placeholder("Ask about these documents")
    field.fill(question)
    field.press("Enter")


def ask(page: Page, question: str) -> Locator:
    """Ask, wait until the answer stands, and return its message."""
    messages = page.get_by_test_id("stChatMessage")
    before = messages.count()
    begin(page, question)
    messages.nth(before + 1).locator("p.answer, [data-testid=stAlert]").first.wait_for(timeout=60_000)
    idle(page)
    return messages.nth(before + 1)


def greeted(page: Page) -> None:
    """Wait until the greeting is there, and whatever questions it begins with."""
    page.get_by_text("in “").first.wait_for(timeout=120_000)
    idle(page)


def idle(page: Page) -> None:
    """Wait until the server has drawn all that it was asked for."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)


def at_rest(page: Page) -> None:
    """Wait until nothing is drawn any more, as it is while questions to go on with are looked for.

    A download that is made when it is asked for is another one after each drawing: a click just then finds it gone.
    """
    page.evaluate(
        """() => new Promise(done => {
            let since = performance.now();
            const look = () => {
                const app = document.querySelector("[data-testid=stApp]");
                if (app.dataset.testScriptState !== "notRunning") since = performance.now();
                performance.now() - since > 1500 ? done() : setTimeout(look, 20);
            };
            look();
        })"""
    )


def sidebar(page: Page) -> Locator:
    """The sidebar, opened where a narrow window hides it."""
    shown = page.locator(_SHOWN)
    button = page.get_by_test_id("stExpandSidebarButton")
    shown.or_(button).first.wait_for()
    if button.is_visible():
        button.click()
    shown.wait_for()
    return shown


def go_to(page: Page, name: str) -> None:
    """Go to another page by its link."""
    sidebar(page).get_by_role("link", name=name, exact=True).click()
    _given_way(page)


def choose_set(page: Page, name: str) -> None:
    """Choose the document set whose name begins so."""
    field, option = sidebar(page).get_by_role("combobox"), page.get_by_role("option", name=name)
    field.click()
    try:
        option.click(timeout=2_000)
    except TimeoutError:  # a page that is drawn anew, for questions that were found meanwhile, closes the list
        field.click()
        option.click()
    _given_way(page)


def _given_way(page: Page) -> None:
    """Wait until the sidebar is out of the way, where it lies over the page."""
    size = page.viewport_size
    if size is not None and size["width"] < 768:
        page.locator(_SHOWN).wait_for(state="detached")


def chosen_set(page: Page) -> Locator:
    """The field that names the chosen set, whether the sidebar is in sight or not."""
    return page.get_by_test_id("stSidebar").get_by_role("combobox", include_hidden=True)


def select_row(page: Page, row: int) -> None:
    """Click the box before a row of the table, counted from 0."""
    click_row(page, row, 16)


def click_row(page: Page, row: int, x: int) -> None:
    """Click a row of the table, counted from 0, so many pixels from its left; the table is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": x, "y": 35 + 35 * row + 17}, force=True)
