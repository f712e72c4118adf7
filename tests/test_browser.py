"""The journeys of a visitor in a real browser, against a really started server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browsing import (
    View,
    ask,
    choose_set,
    go_to,
    greeted,
    idle,
    select_row,
    serving,
    sidebar,
    tab,
)
from tests.page import FROST, WHALES

pytestmark = pytest.mark.browser

BRIDGE = """---
title: The Lindgate bridge opens again
outlet: Lindgate Post
published: 2023-04-11
---
The bridge at Lindgate opened again on Tuesday after nine months of work.
{filler}
Workers replaced forty-two steel girders that had rusted through.
Mayor Alma Rydell said that the toll stays at two crowns.
"""
FILLER = "\n".join(f"Paragraph {n} of the report repeats that traffic was led over the old road.\n" for n in range(60))
NASTY_TITLE = "Costs :smile: of *it* <b>all</b> [link](http://127.0.0.1:9) $5 to $7 :material/home:"
NASTY_SENTENCE = (
    "The Quandary depot cost $5 million in May and $7 million in June :smile: <img src=x onerror=alert(1)>"
    " ![](http://127.0.0.1:9/x.png) [link](http://127.0.0.1:9) :red[x] `y` **z** https://127.0.0.1:9/a."
)
NASTY = f"""{NASTY_SENTENCE}
قالت الوزيرة إن المستودع سيفتح في الخريف.
部长说仓库将于秋季开放。
"""


@dataclass
class Site:
    """The running page, its folder, and the hosts that the browser wanted to reach."""

    address: str
    documents: Path
    hosts: set[str] = field(default_factory=set)


@pytest.fixture(scope="session")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests."""
    folder = tmp_path_factory.mktemp("site")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "bridge.md").write_text(BRIDGE.format(filler=FILLER))
    (documents / "frost.md").write_text(FROST)
    nasty = documents / "Nasty :smile: *names*"
    nasty.mkdir()
    record = {"id": "_1_ $2", "title": NASTY_TITLE, "source": "*The* :red[Outlet]", "body": NASTY}
    (nasty / "a_b_c $1 $2.jsonl").write_text(json.dumps(record) + "\n")
    with serving(documents, folder / "home") as address:
        yield Site(address, documents)
    assert "Traceback" not in (folder / "home" / "server.log").read_text()


@pytest.fixture
def page(chromium: Browser, site: Site, view: View) -> Iterator[Page]:
    """A new visitor's tab."""
    with tab(chromium, view) as page:
        page.on("request", lambda request: site.hosts.add(urlsplit(request.url).hostname or ""))
        page.goto(site.address)
        yield page


def test_from_the_first_start_to_the_cited_words(page: Page, site: Site) -> None:
    greeted(page)
    expect(page.get_by_text("2 articles in “documents”, from 3 May 2022 to 11 April 2023:")).to_be_visible()
    answer = ask(page, "How many steel girders did the workers replace?")
    expect(answer.locator("p.answer .short")).to_have_text("forty-two")
    expect(answer.locator("p.answer").last).to_contain_text("forty-two steel girders")
    expect(answer.locator("p.answer button.cite").first).to_have_text("1")
    source = answer.get_by_role("button", name="The Lindgate bridge opens again · Lindgate Post · 11 April 2023")
    source.first.click()
    mark = page.get_by_role("dialog").locator("mark")
    expect(mark).to_have_text("Workers replaced forty-two steel girders that had rusted through.")
    expect(mark.locator(".key")).to_have_text("forty-two")
    expect(mark).to_be_in_viewport()
    expect(page.get_by_role("dialog").locator("article")).to_contain_text("Paragraph 0 of the report")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(answer.locator("p.answer .short")).to_have_text("forty-two")
    expect(answer.locator("p.answer").last).to_contain_text("forty-two steel girders")


def test_a_starter_question_is_answered_with_a_source(page: Page) -> None:
    greeted(page)
    page.locator("[class*=st-key-starter-] button").first.click()
    expect(page.locator("[class*=st-key-source-] button").first).to_be_visible()
    expect(page.get_by_text("For example:")).to_have_count(0)


def test_a_greeting_that_is_longer_than_the_window_is_read_from_its_top(page: Page, view: View) -> None:
    page.set_viewport_size({"width": view.width, "height": 420})
    page.reload()
    greeted(page)
    expect(page.locator("[class*=st-key-starter-] button").first).to_be_attached()
    page.wait_for_timeout(500)
    main = page.locator("#stMain")
    assert main.evaluate("main => main.scrollHeight - main.clientHeight") > 100
    assert main.evaluate("main => main.scrollTop") == 0
    page.mouse.move(view.width / 2, 200)
    page.mouse.wheel(0, 90)
    page.wait_for_timeout(500)
    assert main.evaluate("main => main.scrollTop") == 90


def test_silence_shows_the_nearest_passages(page: Page) -> None:
    greeted(page)
    answer = ask(page, "Which enzyme splits lactose in the small intestine?")
    expect(answer).to_contain_text("The documents do not answer this.")
    expect(answer).to_contain_text("Searched for: Which enzyme splits lactose in the small intestine?")
    answer.locator("[class*=st-key-open-] button").first.click()
    expect(page.get_by_role("dialog").locator("mark")).to_be_in_viewport()


def test_everything_is_reached_with_the_keyboard(page: Page, view: View) -> None:
    greeted(page)
    ask(page, "How many steel girders did the workers replace?")
    page.locator("[class*=st-key-source-] button").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_placeholder("Ask about these documents").focus()
    wanted = {"Documents", "New conversation", "The Lindgate bridge opens again"}
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('[data-testid=stExpandSidebarButton]')"):
            page.keyboard.press("Enter")
            expect(page.locator("[data-testid=stSidebar][data-collapsed=false]")).to_be_visible()
        here = page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''")
        wanted -= {name for name in wanted if name in here}
    assert not wanted


def test_an_uploaded_file_answers_until_it_is_removed_and_again_after_undo(page: Page, site: Site) -> None:
    question = "How long did the humpback whale stay in the harbour of Ostmark?"
    greeted(page)
    go_to(page, "Documents")
    whale: FilePayload = {"name": "whale.txt", "mimeType": "text/plain", "buffer": WHALES.encode()}
    page.locator("input[type=file]").set_input_files(whale)
    expect(page.get_by_text("1 document added")).to_be_visible()
    go_to(page, "Ask")
    expect(ask(page, question).locator("p.answer").last).to_contain_text("eleven hours")

    go_to(page, "Documents")
    expect(page.get_by_text("3 documents, ")).to_be_visible()
    page.wait_for_timeout(500)
    select_row(page, 2)
    page.get_by_role("button", name="Remove whale.txt").click()
    expect(page.get_by_text("Removed whale.txt.")).to_be_visible()
    expect(page.get_by_text("1 document removed")).to_be_visible()
    assert not (site.documents / "whale.txt").exists()
    go_to(page, "Ask")
    expect(page.locator("p.question")).to_have_count(1)
    answer = ask(page, question)
    expect(answer).not_to_contain_text("eleven hours")
    expect(answer).not_to_contain_text("A whale in the harbour")

    go_to(page, "Documents")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 document brought back")).to_be_visible()
    go_to(page, "Ask")
    expect(page.locator("p.question")).to_have_count(2)
    expect(ask(page, question).locator("p.answer").last).to_contain_text("eleven hours")
    (site.documents / "whale.txt").unlink()


def test_text_from_documents_stays_text(page: Page, site: Site) -> None:
    greeted(page)
    choose_set(page, "Nasty")
    expect(page.get_by_text(NASTY_TITLE).first).to_be_visible()
    greeted(page)
    question = "What did the Quandary depot cost in May and June? :smile: $1 *b* $2 <img src=x onerror=alert(1)>"
    answer = ask(page, question)
    expect(page.locator("p.question")).to_have_text(question)
    expect(answer.locator("p.answer").last).to_contain_text(
        "$5 million in May and $7 million in June :smile: <img src=x"
    )
    source = answer.locator("[class*=st-key-source-] button").first
    assert source.inner_text().replace("\u2060", "") == f"[1] {NASTY_TITLE} · *The* :red[Outlet]"
    source.click()
    article = page.get_by_role("dialog").locator("article")
    expect(article.locator("mark")).to_be_visible()
    assert article.evaluate("element => element.textContent") == NASTY
    _nothing_came_alive(page)
    page.keyboard.press("Escape")
    go_to(page, "Documents")
    expect(page.get_by_text("1 document, ")).to_be_visible()
    _nothing_came_alive(page)


def _nothing_came_alive(page: Page) -> None:
    """No picture, formula, icon or link that a document asked for is on the page."""
    page.wait_for_timeout(300)
    main = page.locator("#stMain, [role=dialog]")
    assert main.locator("img, .katex, [aria-label='home icon'], iframe, b, em").count() == 0
    links = page.locator("a").evaluate_all("found => found.map(link => link.href)")
    assert not [link for link in links if "127.0.0.1:9" in link]
    assert "😄" not in page.locator("body").inner_text()


def test_another_set_has_another_conversation_and_is_kept_in_the_address(page: Page) -> None:
    greeted(page)
    ask(page, "How many steel girders did the workers replace?")
    choose_set(page, "Nasty")
    expect(page.get_by_text(NASTY_TITLE).first).to_be_visible()
    greeted(page)
    expect(page.locator("p.answer", has_text="girders")).to_have_count(0)
    assert "set=Nasty" in page.url
    go_to(page, "Documents")
    expect(page.get_by_text("1 document, ")).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 document, ")).to_be_visible()
    go_to(page, "Ask")
    greeted(page)
    expect(page.get_by_text(NASTY_TITLE).first).to_be_visible()


def test_the_width_of_the_documents_page_does_not_jump(page: Page) -> None:
    page.goto(f"{page.url}documents")
    page.get_by_test_id("stDataFrame").wait_for()
    page.wait_for_timeout(500)
    widths = """() => new Promise(done => {
        const seen = new Set(), main = document.querySelector("[data-testid=stMainBlockContainer]");
        const look = () => seen.add(main.getBoundingClientRect().width);
        const timer = setInterval(look, 5);
        setTimeout(() => { clearInterval(timer); done([...seen]); }, 1500);
    })"""
    page.evaluate("setTimeout(() => document.querySelector('[data-testid=stPopover] button').click(), 100)")
    assert len(page.evaluate(widths)) == 1
    select_row(page, 0)
    assert len(page.evaluate(widths)) == 1


def test_a_set_is_made_on_the_page(page: Page, site: Site, view: View) -> None:
    greeted(page)
    go_to(page, "Documents")
    page.get_by_role("button", name="New set").click()
    page.get_by_label("Name of the new set").fill(f"Sea animals {view}")
    page.get_by_role("button", name="Make the set").click()
    expect(page.get_by_text("This set has no documents yet.")).to_be_visible()
    assert (site.documents / f"Sea animals {view}").is_dir()
    go_to(page, "Ask")
    expect(page.get_by_text("drop some files there")).to_be_visible()


def test_nothing_lies_beside_the_screen(page: Page, view: View) -> None:
    greeted(page)
    answer = ask(page, "How many steel girders did the workers replace?")
    _fits(page, view)
    answer.locator("[class*=st-key-source-] button").first.click()
    expect(page.get_by_role("dialog").locator("mark")).to_be_in_viewport()
    _fits(page, view)


def _fits(page: Page, view: View) -> None:
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= view.width
    assert page.locator("#stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0


def test_the_theme_follows_the_system(page: Page, view: View) -> None:
    greeted(page)
    colour = page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    text = page.locator("p.answer").first.evaluate("block => getComputedStyle(block).color")
    assert (colour, text) == {
        "light": ("rgb(255, 255, 255)", "rgb(29, 36, 34)"),
        "dark": ("rgb(20, 24, 23)", "rgb(230, 234, 232)"),
    }[view.scheme]


def test_a_list_over_a_narrow_page_gives_way_to_what_was_chosen_in_it(page: Page, view: View) -> None:
    shown = page.locator("[data-testid=stSidebar][data-collapsed=false]")
    stays = int(view.width > 768)
    greeted(page)
    ask(page, "How many steel girders did the workers replace?")
    go_to(page, "Documents")
    expect(page.get_by_text("2 documents, ")).to_be_visible()
    expect(shown).to_have_count(stays)
    go_to(page, "Ask")
    expect(page.locator("p.answer .short")).to_have_text("forty-two")
    sidebar(page).get_by_role("button", name="New conversation").click()
    greeted(page)
    expect(shown).to_have_count(stays)
    choose_set(page, "Nasty")
    expect(page.get_by_text(NASTY_TITLE).first).to_be_visible()
    expect(shown).to_have_count(stays)
    choose_set(page, "documents")
    expect(page.get_by_text("2 articles in “documents”")).to_be_visible()
    sidebar(page).locator("[class*=st-key-conversation-] button").first.click()
    expect(page.locator("p.answer .short")).to_have_text("forty-two")
    expect(shown).to_have_count(stays)


def test_the_browser_speaks_to_no_other_host(page: Page, site: Site) -> None:
    greeted(page)
    go_to(page, "Documents")
    page.get_by_test_id("stDataFrame").wait_for()
    page.wait_for_timeout(1_000)
    assert site.hosts <= {"127.0.0.1", ""}


def test_a_typed_day_counts_with_enter(page: Page) -> None:
    greeted(page)
    page.locator(".st-key-filter button").first.click()
    page.get_by_role("spinbutton", name="year, From").click()
    page.keyboard.type("20221018")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-chip-0")).to_contain_text("From 18 October 2022")
    assert "from=2022-10-18" in page.url
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(ask(page, "How many steel girders did the workers replace?")).to_contain_text("Searched 1 of 2 articles")


def test_a_filter_is_chosen_taken_back_by_the_browser_and_restored_by_its_address(page: Page) -> None:
    greeted(page)
    page.locator(".st-key-filter button").first.click()
    page.get_by_label("Outlets").fill("Valley")
    page.get_by_role("option", name="Valley Gazette", exact=True).click()
    chip = page.locator(".st-key-chip-0")
    expect(chip).to_contain_text("Valley Gazette")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    answer = ask(page, "How many steel girders did the workers replace?")
    expect(answer).to_contain_text("Searched 1 of 2 articles: Valley Gazette")
    page.reload()
    expect(chip).to_contain_text("Valley Gazette")
    idle(page)
    page.locator(".st-key-filter button").first.click()
    panel = page.get_by_test_id("stPopoverBody")
    expect(panel.locator("[data-tag]", has_text="Valley Gazette")).to_be_visible()
    panel.get_by_label("Outlets").fill("Lindgate")
    page.get_by_role("option", name="Lindgate Post", exact=True).click()
    expect(page.locator(".st-key-chip-1")).to_contain_text("Lindgate Post")
    expect(chip).to_contain_text("Valley Gazette")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator(".st-key-chip-1 button").locator("visible=true").click()
    expect(page.locator(".st-key-chip-1")).to_have_count(0)
    chip.locator("button").locator("visible=true").click()
    expect(chip).to_have_count(0)
    assert "outlet" not in page.url
    page.go_back()
    expect(chip).to_contain_text("Valley Gazette")
    page.get_by_role("button", name="Search all documents").click()
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("forty-two steel girders")
