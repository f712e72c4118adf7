"""How quick the page is over a large set, in a real browser: `PYTHONPATH=. python training/bench_documents_page.py`.

    PYTHONPATH=. python training/bench_documents_page.py [--documents 10000] [--keep DIR]

Writes that many short articles of its own, reads them, opens the page in Debian's Chromium and prints the seconds from
each step until the page has settled. With --keep, the articles and their index are left in DIR for the next run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page

from tests.browsing import ROOT, browsing, greeted, idle, serving

_NAME = "Many"
_OUTLETS = tuple(f"The {place} {kind}" for place in ("Lindgate", "Ostmark", "Tamsin", "Varnholm") for kind in (
    "Post", "Gazette", "Courier", "Observer", "Herald"))  # fmt: skip
_WHO = ("Alma Rydell", "Henrik Osei", "Ingrid Solheim", "Peter Aalto", "Anna Brekke", "Tomas Vey", "Nora Lind")
_WHAT = ("bridge", "ferry", "harbour", "museum", "orchard", "railway", "school", "hospital", "library", "market")
_DID = ("opened", "closed", "repaired", "sold", "painted", "moved", "praised", "inspected")
_TITLE = "{who} on the {what} at {where}: what was {did} in week {number:,} and what it is going to cost the province"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000, help="how many")
    parser.add_argument("--keep", type=Path, help="folder for the articles and their index")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = options.keep or Path(scratch)
        write_articles(place / "documents" / _NAME, options.documents)
        _timed("bring the set up to its files", lambda: _sync(place))
        measure(place, options.documents)


def write_articles(folder: Path, count: int) -> None:
    """Short articles, the same ones every time, where they do not lie there already."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    for number in range(count):
        who, what, did, outlet = (chance.choice(words) for words in (_WHO, _WHAT, _DID, _OUTLETS))
        where = outlet.split()[1]
        day = date(2020, 1, 1) + timedelta(days=chance.randrange(1_400))
        title = _TITLE.format(who=who, what=what, where=where, did=did, number=number)
        text = (
            f"---\ntitle: '{title}'\noutlet: {outlet}\npublished: {day}\n---\n"
            f"{who} {did} the {what} number {number} at {where} on {day:%A}. It cost {chance.randrange(2, 90)} million"
            " crowns.\n"
        )
        path = folder / f"{day.year}" / f"article-{number:05}.md"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _sync(place: Path) -> None:
    command = [sys.executable, "-m", "rag", "sync", "--documents", str(place / "documents" / _NAME)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"FOOTNOTE_HOME": str(place / "home")}, check=True)


def measure(place: Path, count: int) -> None:
    """Print what a visitor waits for."""
    with serving(place / "documents", place / "home") as address, browsing() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(180_000)
        total = f"{count:,} documents"
        for which in ("first", "second"):
            _timed(f"documents, {which} load", lambda: _load_documents(page, address, total))
        _table_clicks(page, total)
        for which in ("first", "second"):
            _timed(f"greeting, {which} load", lambda: _load_greeting(page, address))
        page.goto(f"{address}/?set={_NAME}")
        greeted(page)
        _timed("from the greeting to the documents", lambda: _follow(page, "Documents", total))


def _table_clicks(page: Page, total: str) -> None:
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    _timed("a tick on a row", lambda: _and_settled(page, lambda: table.click(position={"x": 16, "y": 52}, force=True)))
    _timed("its tick off", lambda: _and_settled(page, lambda: table.click(position={"x": 16, "y": 52}, force=True)))
    _timed("a click on a column: sorted", lambda: table.click(position={"x": 320, "y": 17}, force=True))
    chart = page.get_by_test_id("stVegaLiteChart")
    box = chart.bounding_box()
    assert box is not None
    bar = {"x": 30 + (box["width"] - 30) * 0.5, "y": 20.0}
    found = page.get_by_text(f"of {total.removesuffix(' documents')} listed:")
    everything = page.get_by_role("button", name="Show all")
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("a month", lambda: chart.click(position={"x": bar["x"], "y": bar["y"]})),
        ("an outlet", lambda: page.get_by_role("button", name=re.compile(r"\([\d,]+\)$")).first.click()),
        ("words", lambda: _type(page, "bridge ostmark")),
    )
    for name, act in steps:
        _timed(f"filter: {name}", lambda act=act: (_and_settled(page, act), found.wait_for())[0])  # type: ignore[misc]
        _timed("all shown again", lambda: _and_settled(page, everything.click))
    _timed("a row opened", lambda: _open_row(page))
    page.keyboard.press("Escape")
    idle(page)


def _type(page: Page, text: str) -> None:
    field = page.get_by_placeholder("Find by title, outlet or file")
    field.fill(text)
    field.press("Enter")


def _open_row(page: Page) -> None:
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    table.click(position={"x": 300, "y": 52}, force=True)
    page.get_by_role("dialog").locator("article").wait_for()
    idle(page)


def _load_documents(page: Page, address: str, total: str) -> None:
    page.goto(f"{address}/documents?set={_NAME}")
    _drawn(page, total)


def _follow(page: Page, link: str, total: str) -> None:
    page.get_by_role("link", name=link).click()
    _drawn(page, total)


def _drawn(page: Page, total: str) -> None:
    page.get_by_text(f"{total}, ").last.wait_for()
    page.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()
    idle(page)


def _load_greeting(page: Page, address: str) -> None:
    page.goto(f"{address}/?set={_NAME}")
    page.get_by_text("in “").first.wait_for()


def _and_settled(page: Page, act: Callable[[], None]) -> None:
    """Act, and wait until the server has begun to draw what that asks for and is done."""
    running = "[data-testid=stApp][data-test-script-state=running]"
    page.evaluate(
        """selector => { window.began = false; new MutationObserver(() => {
             if (document.querySelector(selector)) window.began = true;
           }).observe(document.body, {subtree: true, attributeFilter: ['data-test-script-state']}) }""",
        running,
    )
    act()
    page.wait_for_function("window.began")
    idle(page)


def _timed(what: str, act: Callable[[], object]) -> None:
    began = time.perf_counter()
    act()
    print(f"{time.perf_counter() - began:7.2f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
