"""Reading an answer in a real browser: its numbers, their cards, the drawer, the keys, and that nothing moves."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.answer.prompts import NO_ANSWER
from tests.browsing import View, ask, begin, choose_set, chosen_set, go_to, greeted, idle, serving, sidebar, tab
from tests.model_server import ModelServer, Reply, model_server, place_of, shown_passages
from tests.page import WHALES
from tests.test_readers import pdf

pytestmark = pytest.mark.browser

GIRDERS = "Workers replaced forty-two steel girders that had rusted through."
TOLL = "Mayor Alma Rydell said that the toll stays at two crowns."
BLOSSOM = "Apple growers in the Tamsin valley lost sixty percent of their blossom to frost in April."
FERRY = "The ferry to Ostmark carried nine hundred passengers in its first week."
FILLER = "\n".join(f"Paragraph {n} of the report repeats that traffic was led over the old road.\n" for n in range(40))
BRIDGE = f"""---
title: The Lindgate bridge opens again
outlet: Lindgate Post
published: 2023-04-11
url: javascript:alert(1)
---
{GIRDERS}
{FILLER}
{TOLL}
"""
FROST = f"""---
title: Late frost in the Tamsin valley
outlet: Valley Gazette
published: 2022-05-03
url: https://example.org/frost
---
{FILLER}
{BLOSSOM}
"""
BRIDGE_LINE = "The Lindgate bridge opens again · Lindgate Post · 11 April 2023"
FROST_LINE = "Late frost in the Tamsin valley · Valley Gazette · 3 May 2022"
QUESTION = "How many steel girders were replaced at Lindgate, does the toll stay, and what did frost do to the blossom?"
FERRY_QUESTION = "How many passengers did the ferry to Ostmark carry?"
UNKNOWN = "Which enzyme splits lactose in the small intestine?"

FOCUSED = """(() => {
    let found = document.activeElement;
    while (found?.shadowRoot?.activeElement) { found = found.shadowRoot.activeElement; }
    return found;
})"""


@dataclass
class Site:
    """The page's address, its documents and the model's server."""

    address: str
    documents: Path
    model: ModelServer


def written(prompt: str) -> str:
    """Each of the sentences that a passage holds, in a fixed order, with that passage's number; else no answer."""
    if UNKNOWN in prompt:
        return NO_ANSWER
    if not shown_passages(prompt):
        return UNKNOWN
    wanted = (FERRY,) if FERRY_QUESTION in prompt else (GIRDERS, BLOSSOM, TOLL)
    return " ".join(f"{words} [{place_of(prompt, words)}]" for words in wanted)


@pytest.fixture(scope="module")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One page for all tests, with a language model that writes what the documents say."""
    folder = tmp_path_factory.mktemp("reading")
    documents = folder / "documents"
    (documents / "Sea").mkdir(parents=True)
    (documents / "bridge.md").write_text(BRIDGE)
    (documents / "frost.md").write_text(FROST)
    (documents / "ferry.pdf").write_bytes(pdf([["The first page tells of nothing."], [FERRY]]))
    (documents / "Sea" / "whale.txt").write_text(WHALES)
    with model_server() as model:
        model.otherwise = Reply(written, size=40)
        settings = {"FOOTNOTE_LLM_URL": model.url, "FOOTNOTE_LLM_MODEL": "scripted"}
        with serving(documents, folder / "home", settings) as address:
            yield Site(address, documents, model)
    assert "/rag/" not in (folder / "home" / "server.log").read_text()  # of a traceback: Streamlit has its own at times


@contextmanager
def opened(chromium: Browser, site: Site, view: View) -> Iterator[Page]:
    with tab(chromium, view) as page:
        page.goto(site.address)
        greeted(page)
        yield page


@pytest.fixture(scope="module")
def answered(chromium: Browser, site: Site, view: View) -> Iterator[Page]:
    """A tab with an answer of three sentences from two documents."""
    with opened(chromium, site, view) as page:
        ask(page, QUESTION)
        page.locator("[class*=st-key-source-] button").first.wait_for()
        idle(page)
        yield page


@pytest.fixture
def page(answered: Page) -> Iterator[Page]:
    """That tab, with nothing open on it."""
    answered.mouse.move(9, 9)
    answered.mouse.move(2, 2)  # a card of a number with the focus gives way to the mouse
    yield answered
    for _ in range(2):
        if answered.get_by_role("dialog").count():
            answered.keyboard.press("Escape")
    expect(answered.get_by_role("dialog")).to_have_count(0)
    idle(answered)


@pytest.fixture
def visitor(chromium: Browser, site: Site, view: View) -> Iterator[Page]:
    """A new visitor's tab."""
    with opened(chromium, site, view) as page:
        yield page


def number(page: Page, n: int) -> Locator:
    return page.locator("button.cite").nth(n)


def within_window(page: Page, locator: Locator) -> None:
    box, size = locator.bounding_box(), page.viewport_size
    assert box is not None and size is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], box
    assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"], box


# -- numbers and their cards


def test_a_number_shows_the_words_and_their_source_while_it_is_pointed_at(page: Page) -> None:
    expect(page.locator("button.cite")).to_have_text(["1", "2", "3"])
    number(page, 1).hover()
    card = page.locator(".card")
    expect(card.locator("blockquote")).to_have_text(BLOSSOM)
    expect(card.locator(".note")).to_have_text(FROST_LINE)
    within_window(page, card)
    page.mouse.move(2, 2)
    expect(card).to_have_count(0)


def test_escape_takes_the_card_away_while_the_number_is_still_pointed_at(page: Page) -> None:
    number(page, 0).hover()
    expect(page.locator(".card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)


def test_a_number_that_has_the_focus_shows_its_card_and_opens_its_words(page: Page) -> None:
    number(page, 0).focus()
    page.keyboard.press("Tab")
    card = page.locator(".card")
    expect(card.locator("blockquote")).to_have_text(BLOSSOM)
    within_window(page, card)
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.keyboard.press("Tab")
    expect(card.locator("blockquote")).to_have_text(TOLL)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("mark.now")).to_contain_text(TOLL)
    expect(page.get_by_role("dialog").locator("mark.now")).to_be_in_viewport()
    expect(card).to_have_count(0)


# -- what stands under the answer


def test_each_document_stands_once_under_the_answer_with_its_date_and_how_often_it_is_cited(page: Page) -> None:
    sources = page.locator("[class*=st-key-source-] button")
    expect(sources).to_have_count(2)
    named = [label.replace("\u2060", "") for label in sources.all_inner_texts()]
    assert named == [f"[1] [3] {BRIDGE_LINE} · cited 2 times", f"[2] {FROST_LINE}"]


def test_the_badge_counts_the_sentences_and_the_seconds_are_told(page: Page) -> None:
    answer = page.get_by_test_id("stChatMessage").last
    expect(answer.get_by_text("3 of 3 sentences supported")).to_be_visible()
    told = re.compile(r"searched 3 articles.* · read \d+ passages.* · [\d.]+ s in all")
    expect(answer.get_by_text(told)).to_be_visible()


# -- the drawer


def test_all_words_of_the_answer_are_marked_and_the_current_ones_most(page: Page) -> None:
    number(page, 2).click()
    drawer = page.get_by_role("dialog")
    marks = drawer.locator("mark")
    expect(marks).to_have_count(2)
    expect(drawer.locator("mark.now")).to_have_count(1)
    expect(drawer.locator("mark.now")).to_contain_text(TOLL)
    shade = "mark => getComputedStyle(mark).backgroundColor"
    assert marks.first.evaluate(shade) != marks.last.evaluate(shade)
    expect(drawer).to_contain_text("Citation 3 of 3")
    expect(drawer.get_by_role("button", name="Next")).to_be_disabled()


def test_the_way_leads_through_all_citations_by_mouse_and_by_keys(page: Page) -> None:
    number(page, 0).click()
    drawer = page.get_by_role("dialog")
    now = drawer.locator("mark.now")
    expect(now).to_contain_text(GIRDERS)
    drawer.get_by_role("button", name="Next").click()
    expect(now).to_contain_text(BLOSSOM)
    expect(now).to_be_in_viewport()
    expect(drawer.locator("h2", has_text="Late frost in the Tamsin valley")).not_to_be_in_viewport()
    expect(drawer.locator(".st-key-article_title")).to_have_text("Late frost in the Tamsin valley")
    expect(drawer.locator(".st-key-article_title")).to_be_in_viewport()
    page.keyboard.press("n")
    expect(now).to_contain_text(TOLL)
    expect(now).to_be_in_viewport()
    page.keyboard.press("p")
    expect(now).to_contain_text(BLOSSOM)
    drawer.get_by_role("button", name="Previous").click()
    expect(now).to_contain_text(GIRDERS)
    expect(now).to_be_in_viewport()


def test_the_drawer_lies_at_the_right_and_fills_a_narrow_window(page: Page, view: View) -> None:
    number(page, 0).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("mark.now")).to_be_in_viewport()
    page.wait_for_function(
        """width => Math.abs(document.querySelector("[role=dialog]").getBoundingClientRect().right - width) < 1""",
        arg=view.width,
    )
    box = drawer.bounding_box()
    assert box is not None
    if view.width == 400:
        assert round(box["width"]) == 400
    else:
        assert 600 <= box["width"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth") <= view.width
    article = drawer.locator("article")
    assert article.evaluate("it => it.scrollWidth - it.clientWidth") <= 0


def test_escape_closes_the_drawer_and_the_number_has_the_focus_again(page: Page) -> None:
    number(page, 1).click()
    expect(page.get_by_role("dialog").locator("mark.now")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    idle(page)
    page.wait_for_function(f"{FOCUSED}()?.textContent === '2'")
    page.mouse.move(2, 2)
    expect(page.locator(".card")).to_have_count(0)
    page.keyboard.press("n")
    page.wait_for_function(f"{FOCUSED}()?.textContent === '3'")


def test_only_a_web_address_is_offered_as_the_original_page(page: Page) -> None:
    number(page, 1).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("link", name="Original page")).to_have_attribute("href", "https://example.org/frost")
    page.keyboard.press("n")
    expect(drawer.locator("mark.now")).to_contain_text(TOLL)
    expect(drawer.get_by_role("link", name="Original page")).to_have_count(0)
    assert page.locator("a[href^=javascript]").count() == 0


def test_the_link_to_the_file_gives_its_bytes(page: Page, site: Site) -> None:
    number(page, 1).click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Open the file").click()
    assert download.value.path().read_bytes() == (site.documents / "frost.md").read_bytes()
    assert download.value.suggested_filename == "frost.md"


# -- keys


def test_keys_find_the_composer_and_list_themselves_but_not_while_one_types(page: Page) -> None:
    page.locator("p.answer").first.click()
    page.keyboard.press("/")
    composer = page.get_by_placeholder("Ask about these documents")
    expect(composer).to_be_focused()
    page.keyboard.type("/n?")
    expect(composer).to_have_value("/n?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_have_count(0)
    composer.fill("")
    page.locator("p.answer").first.click()
    page.keyboard.press("?")
    expect(shortcuts).to_be_visible()
    expect(shortcuts).to_contain_text("Next citation")
    page.keyboard.press("Escape")
    expect(shortcuts).to_have_count(0)


def test_the_page_of_a_pdf_lies_beside_its_text(visitor: Page, view: View) -> None:
    ask(visitor, FERRY_QUESTION)
    visitor.locator("[class*=st-key-source-] button").first.wait_for()
    idle(visitor)
    number(visitor, 0).click()
    drawer = visitor.get_by_role("dialog")
    expect(drawer.locator("mark.now")).to_contain_text(FERRY)
    picture = drawer.get_by_role("img").first
    expect(picture).to_be_visible()
    visitor.wait_for_function("() => document.querySelector('[role=dialog] img')?.naturalWidth > 300")
    expect(drawer).to_contain_text("page 2")
    text, drawn = drawer.locator("mark.now").bounding_box(), picture.bounding_box()
    assert text is not None and drawn is not None
    assert (drawn["x"] + drawn["width"] < text["x"]) == (view.width > 768), (text, drawn)


# -- while an answer comes, and afterwards


def test_steps_are_told_while_it_works(visitor: Page, site: Site) -> None:
    go_on = threading.Event()
    site.model.says(Reply(written, hold=go_on))
    begin(visitor, QUESTION)
    answer = visitor.get_by_test_id("stChatMessage").last
    expect(answer.locator(".doing")).to_have_text("Writing with scripted")
    done = answer.locator(".done")
    expect(done.filter(has_text=re.compile(r"· [\d.]+ s$"))).to_have_count(done.count())
    assert done.count() >= 2
    go_on.set()
    expect(answer.locator(".doing")).to_have_count(0)
    expect(answer.get_by_text("s in all")).to_be_visible()


def test_what_is_read_does_not_move_while_the_rest_is_written(visitor: Page, site: Site) -> None:
    go_on = threading.Event()
    site.model.says(Reply(written, size=6, pause=0.02, hold=go_on))
    begin(visitor, QUESTION)
    message = visitor.get_by_test_id("stChatMessage").last
    expect(message.locator("p.answer")).to_contain_text(GIRDERS)
    visitor.evaluate(WATCH)
    expect(message.locator("p.answer")).to_contain_text(TOLL)
    while_written = visitor.evaluate("window.seen")
    assert len(while_written["sentence"]) == 1, while_written
    go_on.set()
    expect(message.locator("[class*=st-key-source-] button")).to_have_count(2)
    expect(message.get_by_role("button", name="Copy the answer")).to_be_visible()
    visitor.wait_for_timeout(500)
    seen = visitor.evaluate("window.seen")
    assert len(seen["composer"]) == 1, seen


WATCH = """() => {
    const seen = { sentence: [], composer: [] };
    window.seen = seen;
    const note = (list, y) => { if (y !== undefined && Math.abs((list.at(-1) ?? -99) - y) > 1) list.push(y); };
    const inside = host => [...host.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
        .map(each => each.shadowRoot?.querySelector("p.answer")).find(Boolean);
    const look = () => {
        const message = [...document.querySelectorAll("[data-testid=stChatMessage]")][1];
        note(seen.sentence, message && inside(message)?.getBoundingClientRect().top);
        note(seen.composer, document.querySelector("[data-testid=stChatInput]")?.getBoundingClientRect().top);
        requestAnimationFrame(look);
    };
    look();
}"""


def test_silence_shows_what_was_searched_the_nearest_passages_and_what_to_try(visitor: Page) -> None:
    answer = ask(visitor, UNKNOWN)
    expect(answer).to_contain_text("The documents do not answer this")
    expect(answer).to_contain_text(f"Searched for: {UNKNOWN}")
    expect(answer).to_contain_text("The nearest passages:")
    expect(answer.locator("blockquote.quote")).to_have_count(3)
    expect(answer.get_by_role("button", name="Quotes instead")).to_be_visible()
    answer.get_by_role("button", name="Change the search").click()
    field = visitor.get_by_label("Search for", exact=True)
    expect(field).to_have_value(UNKNOWN)
    field.fill(QUESTION)
    visitor.get_by_role("button", name="Search for this instead").click()
    expect(visitor.locator("[class*=st-key-source-] button").first).to_be_visible()


def test_back_forward_and_reload_land_where_one_was(visitor: Page, site: Site) -> None:
    ask(visitor, QUESTION)
    visitor.locator("[class*=st-key-source-] button").first.wait_for()
    first = visitor.url
    sidebar(visitor).get_by_role("button", name="New conversation").click()
    greeted(visitor)
    expect(visitor.locator("p.question")).to_have_count(0)
    expect(visitor.locator("button.cite, [class*=st-key-source-], [class*=st-key-suggestion-]")).to_have_count(0)
    visitor.go_back()
    expect(visitor.locator("p.question")).to_have_text(QUESTION)
    assert visitor.url == first
    visitor.go_forward()
    expect(visitor.locator("p.question")).to_have_count(0)
    visitor.go_back()
    expect(visitor.locator("p.question")).to_have_text(QUESTION)
    visitor.reload()
    expect(visitor.locator("p.question")).to_have_text(QUESTION)
    expect(visitor.locator("button.cite")).to_have_text(["1", "2", "3"])
    choose_set(visitor, "Sea")
    expect(visitor.get_by_text("1 article in “Sea”")).to_be_visible()
    expect(visitor.locator("p.question, button.cite, [class*=st-key-suggestion-]")).to_have_count(0)
    visitor.reload()
    expect(visitor.get_by_text("1 article in “Sea”")).to_be_visible()
    visitor.go_back()
    expect(visitor.locator("p.question")).to_have_text(QUESTION)
    expect(chosen_set(visitor)).to_have_value("documents")
    visitor.go_forward()
    expect(visitor.get_by_text("1 article in “Sea”")).to_be_visible()
    expect(visitor.locator("p.question")).to_have_count(0)


def test_links_and_the_way_back_lead_through_pages_with_their_set(visitor: Page, site: Site) -> None:
    ask(visitor, QUESTION)
    visitor.locator("[class*=st-key-source-] button").first.wait_for()
    asked = visitor.url
    choose_set(visitor, "Sea")
    expect(visitor.get_by_text("1 article in “Sea”")).to_be_visible()
    go_to(visitor, "Documents")
    title = visitor.get_by_role("heading", name="Documents")
    expect(title).to_be_visible()
    assert visitor.url == f"{site.address}/documents?set=Sea"
    visitor.reload()
    expect(title).to_be_visible()
    expect(chosen_set(visitor)).to_have_value("Sea")
    go_to(visitor, "Ask")
    expect(visitor.get_by_text("1 article in “Sea”")).to_be_visible()
    for _ in range(2):  # one step of the history for each of ours
        visitor.go_back()
        expect(title if visitor.url.endswith("/documents?set=Sea") else visitor.get_by_text("in “Sea”")).to_be_visible()
    visitor.go_back()
    expect(visitor.locator("p.question")).to_have_text(QUESTION)
    assert visitor.url == asked


def test_two_tabs_do_not_disturb_each_other(visitor: Page, chromium: Browser, site: Site, view: View) -> None:
    go_on = threading.Event()
    site.model.says(Reply(written, hold=go_on))
    with opened(chromium, site, view) as other:
        begin(visitor, QUESTION)
        expect(visitor.locator(".unchecked, .done").first).to_be_visible()
        expect(visitor.get_by_test_id("stChatMessage").last.locator("p.answer")).to_contain_text(GIRDERS)
        ask(other, FERRY_QUESTION)
        expect(other.locator("[class*=st-key-source-] button")).to_have_count(1)
        other.locator("button.cite").first.click()
        expect(other.get_by_role("dialog").locator("mark.now")).to_contain_text(FERRY)
        expect(visitor.get_by_role("dialog")).to_have_count(0)
        go_on.set()
        expect(visitor.locator("[class*=st-key-source-] button")).to_have_count(2)
        idle(visitor)
        expect(visitor.locator("p.question")).to_have_text(QUESTION)
        expect(other.locator("p.question")).to_have_text(FERRY_QUESTION)
