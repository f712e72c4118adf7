"""What is long in a real browser: an article of thirty thousand words, and a conversation of sixty questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.assistant import Assistant
from rag.ingest.library import DocumentSet
from rag.models.embedding import LocalEmbedder
from rag.settings import Settings
from rag.types import Answer, Turn
from tests.browsing import VIEWS, View, ask, idle, serving, tab
from tests.model_server import Reply, model_server, place_of, shown_passages

pytestmark = pytest.mark.browser

KEEPER = "The lighthouse keeper Torvald Brann counted 317 puffins on the northern cliff of Skarvoy."
PIER = "The pier of Skarvoy was built by the fisherman Edda Rask in 1871."
QUESTION = "How many puffins did the lighthouse keeper Torvald Brann count, and who built the pier of Skarvoy?"
FIRST_WORDS, LAST_WORDS = "The island lies far out.", "Here the report ends."
THINGS = "stone wind boat sheep path wall storm roof meadow well".split()
TURNS = 60


def long_article() -> str:
    """Some 30,000 words, in which no two paragraphs are the same."""
    filler = [
        f"In chapter {n} the {THINGS[n % 10]} of farm {n} is told beside the {THINGS[n // 10 % 10]} of farm {n + 7}, "
        f"and whoever walked there in year {n} saw nothing that the chapter before had not said of the "
        f"{THINGS[n // 100 % 10]} and its owner, who kept a list of it."
        for n in range(640)
    ]
    filler.insert(20, PIER)
    filler.insert(-8, KEEPER)
    return "\n\n".join([FIRST_WORDS, *filler, LAST_WORDS])


ARTICLE = long_article()


@dataclass(frozen=True)
class Site:
    """The page's address and long conversations: one to read, and one to go on with for each view."""

    address: str
    to_read: str
    to_go_on: dict[View, str]


def written(prompt: str) -> str:
    """Both sentences, with the numbers of the passages that hold them; to what is asked before, the question itself."""
    if not shown_passages(prompt):
        return QUESTION
    return " ".join(f"{words} [{place_of(prompt, words)}]" for words in (KEEPER, PIER))


@pytest.fixture(scope="module")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory, embedder: LocalEmbedder) -> Iterator[Site]:
    """One server over the article, with conversations of sixty questions that were answered or not."""
    folder = tmp_path_factory.mktemp("long")
    documents: Path = folder / "documents"
    documents.mkdir()
    (documents / "skarvoy.txt").write_text(ARTICLE)
    assistant = Assistant(Settings(documents=documents, home=folder / "home"), embedder=embedder)
    about = assistant.library.first
    assistant.sync(about)
    answers = [assistant.ask(about, asked) for asked in ("Who built the pier of Skarvoy?", "Which enzyme is it?")]
    assert [answer.abstained for answer in answers] == [False, True]
    to_read = _long_conversation(assistant, about, answers)
    to_go_on = {view: _long_conversation(assistant, about, answers) for view in VIEWS}
    with model_server() as model:
        model.otherwise = Reply(written, size=40)
        settings = {"FOOTNOTE_LLM_URL": model.url, "FOOTNOTE_LLM_MODEL": "scripted"}
        with serving(documents, folder / "home", settings) as address:
            yield Site(address, to_read, to_go_on)
    assert "/rag/" not in (folder / "home" / "server.log").read_text()


def _long_conversation(assistant: Assistant, about: DocumentSet, answers: list[Answer]) -> str:
    id_ = assistant.history.begin(assistant.key(about), "A long talk").id
    for n in range(TURNS):
        question = f"Question {n} of this talk?"
        assistant.history.append(id_, Turn(question, replace(answers[n % 2], question=question)))
    return id_


@pytest.fixture
def page(chromium: Browser, site: Site, view: View) -> Iterator[Page]:
    """A new visitor's tab."""
    with tab(chromium, view) as page:
        yield page


def test_a_long_conversation_opens_at_its_end_and_goes_on_into_a_long_article(
    page: Page, site: Site, view: View
) -> None:
    _open(page, site, site.to_go_on[view])
    expect(page.get_by_test_id("stChatMessage").last).to_be_in_viewport()
    assert page.locator("p.question").count() <= 20

    answer = ask(page, QUESTION)
    expect(answer.locator("button.cite")).to_have_text(["1", "2"])
    _fits(page)
    answer.locator("button.cite").first.click()
    drawer = page.get_by_role("dialog")
    now = drawer.locator("mark.now")
    expect(now).to_contain_text(KEEPER)
    expect(now).to_be_in_viewport()
    assert drawer.locator("article").evaluate("it => it.textContent.trim()") == ARTICLE.strip()
    _fits(page)
    drawer.get_by_role("button", name="Next").click()
    expect(now).to_contain_text(PIER)
    expect(now).to_be_in_viewport()
    drawer.get_by_role("button", name="Previous").click()
    expect(now).to_contain_text(KEEPER)
    expect(now).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(answer.locator("button.cite").first).to_be_in_viewport()
    page.get_by_placeholder("Ask about these documents").press_sequentially("What else?")
    expect(page.get_by_placeholder("Ask about these documents")).to_have_value("What else?")


def test_earlier_questions_come_above_the_one_that_was_read(page: Page, site: Site) -> None:
    _open(page, site, site.to_read)
    shown = page.locator("p.question")
    earlier = page.get_by_role("button", name=re.compile("Show earlier questions"))
    for more in (30, 10):
        held = page.get_by_text(shown.first.inner_text(), exact=True)
        earlier.scroll_into_view_if_needed()
        earlier.click()
        expect(page.get_by_text(f"Question {more} of this talk?", exact=True)).to_be_attached()
        idle(page)
        expect(held).to_be_in_viewport()
        expect(shown.first).to_have_text(f"Question {more} of this talk?")
    expect(earlier).to_contain_text("(10)")
    expect(shown).to_have_text([re.compile(f"Question {n} of this talk") for n in range(10, TURNS)])
    _fits(page)


def _open(page: Page, site: Site, conversation: str) -> None:
    page.goto(f"{site.address}/?conversation={conversation}")
    page.get_by_text(f"Question {TURNS - 1} of this talk?").wait_for()
    idle(page)


def _fits(page: Page) -> None:
    """Nothing lies beside the window, nor beside what scrolls in it."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in ("#stMain", "[role=dialog]", "[role=dialog] article"):
        for width in page.locator(part).evaluate_all("all => all.map(it => it.scrollWidth - it.clientWidth)"):
            assert width <= 0, part
