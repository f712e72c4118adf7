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
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


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


def ask(page: Page, question: str) -> Locator:
    """Ask, wait until the answer stands, and return its message."""
    messages = page.get_by_test_id("stChatMessage")
    before = messages.count()
    field = page.get_by_placeholder("Ask about these documents")
    field.fill(question)
    field.press("Enter")
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


def select_row(page: Page, row: int) -> None:
    """Click the box before a row of the table, counted from 0; the table is drawn on a canvas."""
    box = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 35 + 35 * row + 17)
