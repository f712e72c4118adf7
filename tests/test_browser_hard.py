"""Hard text in a real browser: markup, code, formulas, several scripts and a very long word stay these characters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.answer.starters import keep_starters
from rag.assistant import Assistant
from rag.models.embedding import LocalEmbedder
from rag.settings import Settings
from rag.ui.text import described
from tests.browsing import View, ask, at_rest, idle, select_row, serving, sidebar, tab

pytestmark = pytest.mark.browser

WORD = "Donaudampfschiff" * 18 + "fahrtsgesell"  # 300 characters
MARKUP = "$5 million and $7 million :smile: <img src=x onerror=window.ran=1> [link](javascript:window.ran=1) **bold**"
SCRIPTS = "مرحبا بالعالم 仓库将于秋季开放"
TITLE = f"The depot {MARKUP} {SCRIPTS} {WORD}"
OUTLET = f"The *Quandary* `Post` {MARKUP} {SCRIPTS}"
SENTENCE = f"The Quandary depot cost {MARKUP} {SCRIPTS} {WORD}."
ARABIC = "قالت الوزيرة إن المستودع سيفتح في الخريف."
BODY = f"{SENTENCE}\n\n{ARABIC}\n\n部长说仓库将于秋季开放。\n"
QUESTION = f"What did the Quandary depot cost? {MARKUP} {SCRIPTS} {WORD}"
STARTER = f"Who said {MARKUP} {SCRIPTS} {WORD}?"
COMMENT = f"Not {MARKUP} {SCRIPTS} {WORD}"
NAME = f"{MARKUP} {SCRIPTS}"[:120]
OTHER = "A whale in the harbour of Ostmark\n\nA humpback whale stayed in the harbour of Ostmark for eleven hours.\n"
JOINER = "\u2060"  # between characters that would mean something in a label


@dataclass(frozen=True)
class Site:
    """The page's address, and a folder for what is downloaded."""

    address: str
    downloads: Path


@pytest.fixture(scope="module")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory, embedder: LocalEmbedder) -> Iterator[Site]:
    """One server over an article of hard text and a plain one, which offers a question of hard text."""
    folder = tmp_path_factory.mktemp("hard")
    documents = folder / "documents"
    documents.mkdir()
    record = {"id": "1", "title": TITLE, "source": OUTLET, "date": "2023-04-11", "body": BODY}
    (documents / "depot.jsonl").write_text(json.dumps(record) + "\n")
    (documents / "whale.txt").write_text(OTHER)
    assistant = Assistant(Settings(documents=documents, home=folder / "home"), embedder=embedder)
    about = assistant.library.first
    assistant.sync(about)
    made_by = f"{assistant.settings.reader} {assistant.settings.caution}"
    home = assistant.index(about).home
    keep_starters(home / "starters.json", f"{assistant.stamp(about)} {made_by}", (STARTER,))
    assert assistant.known_starters(about) == (STARTER,)
    with serving(documents, folder / "home") as address:
        yield Site(address, folder)
    assert "Traceback" not in (folder / "home" / "server.log").read_text()


@pytest.fixture
def page(chromium: Browser, site: Site, view: View) -> Iterator[Page]:
    """A new visitor's tab."""
    with tab(chromium, view) as page:
        page.goto(site.address)
        yield page


def test_hard_text_is_shown_as_it_is_and_runs_nowhere(page: Page, site: Site) -> None:
    facts = described(TITLE, OUTLET, date(2023, 4, 11))
    expect(page.locator("li.item").first).to_have_text(described(TITLE, date(2023, 4, 11)), timeout=60_000)
    starter = page.locator("[class*=st-key-starter-] button")
    expect(starter).to_be_visible()
    assert _label(starter) == STARTER
    _sound(page)

    answer = ask(page, QUESTION)
    expect(page.locator("p.question")).to_have_text(QUESTION)
    expect(answer.locator("p.answer").last).to_contain_text(SENTENCE[:-1])
    assert facts in _label(answer.locator("[class*=st-key-source-] button").first)
    _sound(page)
    cite = answer.locator("p.answer button.cite").last
    cite.scroll_into_view_if_needed()
    cite.hover()
    card = page.locator(".card")
    expect(card.locator("blockquote")).to_contain_text(SENTENCE)
    expect(card.locator(".note")).to_have_text(facts)
    _sound(page)
    page.mouse.move(2, 2)
    cite.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("h2", has_text=TITLE)).to_have_text(TITLE)
    expect(drawer.locator("mark.now")).to_be_in_viewport()
    assert drawer.locator("article").evaluate("it => it.textContent") == BODY
    _sound(page)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)

    answer.get_by_test_id("stFeedback").locator("button, label").first.click()
    page.get_by_role("textbox", name="What was good").fill(COMMENT)
    page.get_by_role("button", name="Save").click()
    expect(answer.locator("p.note", has_text="Not $5")).to_contain_text(COMMENT)
    _sound(page)
    _filter_holds_it(page)
    _conversation_is_called_by_it(page, site)
    _documents_and_feedback_hold_it(page, site)


def _filter_holds_it(page: Page) -> None:
    """The filter's lists and what is chosen of them."""
    page.locator(".st-key-filter button").first.click()
    for field, name in (("Outlets", OUTLET), ("Articles", TITLE)):
        page.get_by_role("combobox", name=field).click()
        option = page.get_by_role("option").filter(has_text=name[:12]).first
        assert option.inner_text().strip() == name
        option.click()
        page.keyboard.press("Escape")
        idle(page)
        _sound(page)
    page.keyboard.press("Escape")
    chips = page.locator("[class*=st-key-chip-]")
    expect(chips).to_have_count(2)
    for number, name in enumerate((OUTLET, TITLE)):
        assert _label(chips.nth(number)).startswith(name[:25])
    _sound(page)


def _conversation_is_called_by_it(page: Page, site: Site) -> None:
    """The list of conversations, and the conversation as a page of its own."""
    sidebar(page)
    here = page.locator("[class*=st-key-here-] button").first
    assert _label(here).startswith(QUESTION[:30])
    here.click()
    page.get_by_role("textbox", name="Name").fill(NAME)
    page.get_by_role("button", name="Rename").click()
    expect(here).to_have_text(re.compile(f"{JOINER}?".join(map(re.escape, NAME))))
    idle(page)
    _sound(page)
    page.reload()
    page.locator("p.question").wait_for()
    at_rest(page)
    sidebar(page)
    here.click()
    with page.expect_download() as coming:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="Web page").click()
    file = site.downloads / "conversation.html"
    coming.value.save_as(file)
    saved = page.context.new_page()
    saved.goto(file.as_uri())
    whole = saved.locator("body").inner_text()
    for text in (NAME, QUESTION, SENTENCE, TITLE, OUTLET):
        assert " ".join(text.split()) in " ".join(whole.split()), text[:30]
    _sound(saved)
    saved.close()


def _documents_and_feedback_hold_it(page: Page, site: Site) -> None:
    """The two tables, and the answer below that of feedback."""
    page.goto(f"{site.address}/documents")
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas [role=gridcell]", has_text="The depot").first).to_have_text(TITLE, timeout=60_000)
    _sound(page)
    page.goto(f"{site.address}/feedback")
    asked = table.locator("canvas [role=gridcell]", has_text="What did the Quandary").first
    expect(asked).to_contain_text(f"cost? {MARKUP} {SCRIPTS}", timeout=60_000)
    idle(page)
    page.wait_for_timeout(700)  # the table takes no click before it has its size
    select_row(page, 0)
    expect(page.locator("h2", has_text="What did the Quandary")).to_have_text(QUESTION)
    expect(page.locator("blockquote.quote", has_text="Not $5")).to_have_text(COMMENT)
    _sound(page)


def _label(button: Locator) -> str:
    """What a button says, without what keeps its characters from meaning anything."""
    return button.inner_text().replace(JOINER, "")


def _sound(page: Page) -> None:
    """Nothing of the text came alive, and nothing lies beside the window or beside what scrolls in it."""
    assert page.evaluate("window.ran") is None
    assert page.locator("img[src=x], .katex, a[href^=javascript]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    parts = "#stMain, [role=dialog], [role=dialog] article, [data-collapsed=false] [data-testid=stSidebarContent]"
    beyond = "all => all.filter(it => it.scrollWidth > it.clientWidth).map(it => it.outerHTML.slice(0, 120))"
    assert page.locator(f"{parts}, [data-testid=stPopoverBody]").evaluate_all(beyond) == []
