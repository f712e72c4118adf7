"""How long the page takes, in a real browser against a really started server.

    PYTHONPATH=. python training/bench_page.py [DOCUMENTS] --loads 5

Cold: each load is the first one of a new server with an empty home, so that the documents are read first. Warm: the
documents were read, and one server that has answered nothing yet serves all loads; its first load and first question
are printed by themselves, for they alone wait for what is imported. Every figure is the median of the loads, in
seconds: from the navigation to the first paint, to the first words of the greeting and to the questions to begin
with, and from a click on the first of these to the first words of its answer and until the answer stands.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browsing import ROOT, browsing, serving

_PAINT = """() => new Promise(done => {
    const said = () => performance.getEntriesByName("first-contentful-paint")[0];
    const look = () => said() ? done(said().startTime / 1000) : setTimeout(look, 20);
    look();
})"""
_LONGEST = 180_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Load:
    """One load of the page, in seconds."""

    paint: float
    greeting: float
    questions: float
    first_words: float
    answer: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path, nargs="?", default=ROOT / "documents")
    parser.add_argument("--loads", type=int, default=5)
    options = parser.parse_args()
    print(f"{'':<18}" + "".join(f"{field.name.replace('_', ' '):>12}" for field in fields(Load)))
    with browsing() as browser:
        show("cold", [cold(browser, options.documents) for _ in range(options.loads)])
        first, later = warm(browser, options.documents, options.loads)
        show("warm, first load", [first])
        show("warm, later loads", later)


def cold(browser: Browser, documents: Path) -> Load:
    """The first load of a server that has read nothing yet."""
    with tempfile.TemporaryDirectory() as home, serving(documents, Path(home)) as address:
        return measured(browser, address)


def warm(browser: Browser, documents: Path, loads: int) -> tuple[Load, list[Load]]:
    """The first load of a server over documents that were read before, and those after it."""
    with tempfile.TemporaryDirectory() as home:
        with serving(documents, Path(home)) as address:
            measured(browser, address)
        with serving(documents, Path(home)) as address:
            return measured(browser, address), [measured(browser, address) for _ in range(loads)]


def measured(browser: Browser, address: str) -> Load:
    """A new visitor, who looks at the page and asks the first question that it offers."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(_LONGEST)
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    greeting = _until(page, "p.answer", began)
    starter = page.locator("[class*=st-key-starter-] button").first
    starter.wait_for()
    questions = time.perf_counter() - began
    paint = float(page.evaluate(_PAINT))
    began = time.perf_counter()
    starter.click()
    said = page.get_by_test_id("stChatMessage").nth(1)
    said.locator("p.answer").first.wait_for()
    first_words = time.perf_counter() - began
    _until(page, "[class*=st-key-judgement-row-]", began)
    answer = time.perf_counter() - began
    context.close()
    return Load(paint, greeting, questions, first_words, answer)


def _until(page: Page, what: str, began: float) -> float:
    page.locator(what).first.wait_for()
    return time.perf_counter() - began


def show(name: str, loads: Sequence[Load]) -> None:
    medians = [statistics.median(column) for column in zip(*map(astuple, loads), strict=True)]
    print(f"{name:<18}" + "".join(f"{seconds:>12.2f}" for seconds in medians), flush=True)


if __name__ == "__main__":
    main()
