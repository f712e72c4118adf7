"""The page as its visitors meet it, without a browser: what it says, what it remembers, what it never does."""

from __future__ import annotations

import json
import string
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.export.transcript import place
from rag.ingest.changes import Changes, find_changes
from rag.types import Citation, Document, Progress
from rag.ui.changes import plan_of
from rag.ui.drawer import article_parts
from rag.ui.session import desk
from rag.ui.text import described, excerpt, listed, plain, progress_words
from tests.page import (
    APP,
    BRIDGE,
    FROST,
    WHALES,
    answered,
    ask,
    button,
    held_back,
    opened,
    page_over,
    remembered,
    settled,
    turns,
    verbatim_texts,
)  # fmt: skip


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of documents that the page reads, with a home of its own."""
    with page_over(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.fixture
def articles(documents: Path) -> Path:
    """The folder with two articles in it."""
    (documents / "bridge.md").write_text(BRIDGE)
    (documents / "frost.md").write_text(FROST)
    return documents


def test_the_first_start_greets_with_the_articles_and_with_questions_to_begin_with(articles: Path) -> None:
    at = opened()
    shown = verbatim_texts(at)
    assert "2 articles in" in shown
    assert "from 3 May 2022 to 11 April 2023" in shown
    assert "The Lindgate bridge opens again" in shown
    assert "Late frost in the Tamsin valley" in shown
    starters = [found for found in at.button if (found.key or "").startswith("starter-")]
    assert starters
    starters[0].click().run()
    answered(at)
    assert turns(at)[0].answer.citations


def test_an_answer_rests_on_words_that_are_in_the_article(articles: Path) -> None:
    at = ask(opened(), "How many steel girders were replaced at Lindgate?")
    [turn] = turns(at)
    citation = turn.answer.citations[0]
    assert "forty-two steel girders" in citation.quote
    assert "forty-two steel girders" in verbatim_texts(at)
    assert button(at, "source-").label == plain(f"[1] {citation.title} · Lindgate Post · 11 April 2023")


def test_a_source_opens_the_article_with_the_words_marked(articles: Path) -> None:
    at = ask(opened(), "How many steel girders were replaced at Lindgate?")
    button(at, "source-").click().run()
    assert not at.exception
    quote = turns(at)[0].answer.citations[0].quote
    assert verbatim_texts(at, "mark", "key").strip() == quote
    assert "The bridge at Lindgate opened again on Tuesday" in verbatim_texts(at)


def test_the_short_answer_opens_the_answer_and_is_marked_more_strongly_in_the_article(articles: Path) -> None:
    at = ask(opened(), "How many steel girders were replaced at Lindgate?")
    answer = turns(at)[0].answer
    assert answer.sentences[0].short
    assert "forty-two" in verbatim_texts(at, "short")
    assert answer.citations[0].quote == answer.sentences[1].text
    button(at, "source-").click().run()
    assert verbatim_texts(at, "key").strip() == answer.sentences[0].text


def test_the_cited_words_are_marked_where_they_stand_now() -> None:
    text = "Before. It closed in 2024 for good. After."
    moved = cited("It closed in 2024 for good.", 110, (120, 127))
    span = place(text, moved)
    assert span == (8, 35)
    other = cited("After.", 36)
    assert article_parts(Document("a.txt", text, "A", ""), [(moved, span), (other, (36, 42))], moved) == (
        ("Before. ", ""),
        ("It closed ", "mark now", "1"),
        ("in 2024", "mark key now", "1"),
        (" for good.", "mark now", "1"),
        (" ", ""),
        ("After.", "mark", "1"),
    )
    assert place(text, cited("It opened.", 0)) is None


def test_words_that_two_citations_share_are_marked_for_both() -> None:
    text = "One two three four."
    first, second = cited("One two three", 0), replace(cited("two three four.", 4), number=2)
    parts = article_parts(Document("a.txt", text, "A", ""), [(first, (0, 13)), (second, (4, 19))], second)
    assert parts == (("One ", "mark", "1"), ("two three", "mark now", "1, 2"), (" four.", "mark now", "2"))
    assert "".join(part[0] for part in parts) == text


def test_front_matter_and_the_signs_of_headings_step_back_in_an_article() -> None:
    text = "---\ntitle: A\n---\n# The bridge\n\nIt is open. # not one\n"
    assert article_parts(Document("a.md", text, "A", ""), [], None) == (
        ("---\ntitle: A\n---\n", "front"),
        ("# ", "faint"),
        ("The bridge", "title"),
        ("\n\nIt is open. # not one\n", ""),
    )
    assert article_parts(Document("a.txt", "# 1 is a number", "A", ""), [], None) == (("# 1 is a number", ""),)


def cited(quote: str, start: int, short: tuple[int, int] | None = None) -> Citation:
    """A citation of these words in a.txt."""
    return Citation(1, "a.txt", "A", None, None, None, start, start + len(quote), quote, short)


def test_what_the_documents_do_not_say_is_not_answered(articles: Path) -> None:
    at = ask(opened(), "Which enzyme splits lactose in the small intestine?")
    assert turns(at)[0].answer.abstained
    assert "The documents do not answer this." in verbatim_texts(at)
    assert "Searched for: Which enzyme splits lactose" in verbatim_texts(at)
    assert button(at, "open-")


def test_a_question_without_words_is_refused_in_a_sentence(articles: Path) -> None:
    at = ask(opened(), "???")
    assert [error.value for error in at.error] == [plain("Please ask a question in words.")]


def test_a_new_conversation_begins_with_the_greeting_and_the_old_one_is_kept(articles: Path) -> None:
    at = ask(opened(), "How many steel girders were replaced?")
    button(at, "new_conversation").click().run()
    assert not turns(at)
    assert at.title[0].value == "Footnote"
    button(at, "conversation-").click().run()
    assert "forty-two steel girders" in verbatim_texts(at)


def test_a_click_that_came_before_the_browser_knew_the_new_address_leads_nowhere_else(articles: Path) -> None:
    at = ask(opened(), "How many steel girders were replaced at Lindgate?")
    here = at.query_params.pop("conversation")  # as a browser that has not heard of it yet would tell it
    ask(at, "Who asked for a relief fund?")
    assert len(turns(at)) == 2
    assert at.query_params["conversation"] == here


def test_an_empty_set_says_what_to_do(documents: Path) -> None:
    at = opened()
    assert "Go to Documents" in at.info[0].value
    assert at.chat_input[0].disabled
    (documents / "News").mkdir()
    (documents / "Nothing").mkdir()
    (documents / "News" / "bridge.md").write_text(BRIDGE)
    at.run()
    assert [found.label for found in at.button if (found.key or "").startswith("other_set-")] == ["News"]
    button(at, "other_set-0").click().run()
    settled(at)
    assert "1 article in “News”, of 11 April 2023:" in verbatim_texts(at)


def test_a_folder_that_is_not_there_is_told_in_a_sentence(documents: Path) -> None:
    documents.rmdir()
    at = opened()
    assert "There is no folder" in at.warning[0].value
    at.switch_page("rag/ui/documents.py").run()
    assert not at.exception


def test_the_documents_page_lists_what_is_there_and_why_something_failed(articles: Path) -> None:
    (articles / "broken.pdf").write_bytes(b"this is no PDF")
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    assert not at.exception
    table = at.dataframe[0].value
    assert sorted(table["File"]) == ["bridge.md", "broken.pdf", "frost.md"]
    states = dict(zip(table["File"], table["State"], strict=True))
    assert states == {"bridge.md": "Ready", "frost.md": "Ready", "broken.pdf": "Not readable"}
    assert all(reason for file, reason in zip(table["File"], table["Reason"], strict=True) if file == "broken.pdf")
    assert "broken.pdf: " in verbatim_texts(at)


def test_a_file_dropped_into_the_folder_is_planned_by_name_and_then_read(articles: Path) -> None:
    at = opened()
    (articles / "whale.txt").write_text(WHALES)
    (articles / "frost.md").unlink()
    at.switch_page("rag/ui/documents.py").run()
    shown = verbatim_texts(at)
    assert "The files have changed: 1 new document, 1 removed document." in shown
    assert "Added: whale.txt" in shown
    assert "Removed: frost.md" in shown
    button(at, "sync_now").click().run()
    settled(at)
    assert sorted(at.dataframe[0].value["File"]) == ["bridge.md", "whale.txt"]
    assert "1 document added, 1 document removed" in verbatim_texts(at)


def test_an_uploaded_file_answers_and_can_be_replaced_and_had_back(articles: Path) -> None:
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    at.file_uploader[0].upload("whale.txt", WHALES.encode(), "text/plain").run()
    settled(at)
    assert "whale.txt" in list(at.dataframe[0].value["File"])
    at.file_uploader[0].upload("whale.txt", WHALES.replace("eleven", "fourteen").encode(), "text/plain").run()
    settled(at)
    assert "fourteen" in (articles / "whale.txt").read_text()
    button(at, "undo").click().run()
    settled(at)
    assert "eleven" in (articles / "whale.txt").read_text()
    at.switch_page("rag/ui/chat.py").run()
    ask(at, "How long did the humpback whale stay in the harbour of Ostmark?")
    assert "eleven hours" in turns(at)[0].answer.text


def test_what_was_removed_is_not_cited_and_comes_back_with_undo(articles: Path) -> None:
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    key = next(iter(remembered(at).jobs))
    _select_all(at)
    button(at, "remove").click().run()
    assert remembered(at).undo[key].words == "Removed bridge.md, frost.md."
    at.switch_page("rag/ui/chat.py").run()
    settled(at)
    assert at.chat_input[0].disabled
    at.switch_page("rag/ui/documents.py").run()
    button(at, "undo").click().run()
    settled(at)
    at.switch_page("rag/ui/chat.py").run()
    ask(at, "How many steel girders were replaced at Lindgate?")
    assert turns(at)[0].answer.citations[0].document == "bridge.md"


def test_what_another_tab_removed_is_not_cited(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened()
    assistant, held = desk().assistant, held_back(monkeypatch)
    documents = assistant.library.first
    assistant.library.remove(documents, ["bridge.md"])
    removing, adding = desk().sync(documents, exclusive=True), desk().sync(documents)
    threading.Timer(1.0, held.set).start()
    ask(at, "How many steel girders were replaced at Lindgate?")
    assert removing.finished.is_set()
    assert {passage.document for passage in turns(at)[0].answer.passages} == {"frost.md"}
    assert adding.finished.wait(60)


def test_a_record_is_removed_with_its_file_and_the_button_says_so(articles: Path) -> None:
    rows = [
        {"id": f"r{n}", "title": f"Report {n}", "body": f"Report {n} is about the {n}th hill."} for n in range(1_200)
    ]
    (articles / "hills.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n")
    (articles / "hills.jsonl#r1.txt").write_text(WHALES)
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    names = list(at.dataframe[0].value["File"])
    _select(at, [names.index("hills.jsonl#r1"), names.index("hills.jsonl#r7")])
    assert button(at, "remove").label == plain("Remove hills.jsonl with its 1,200 records")
    _select(at, [names.index("hills.jsonl#r1"), names.index("frost.md")])
    assert button(at, "remove").label == plain("Remove 2 files with 1,200 records")
    _select(at, [names.index("frost.md"), names.index("bridge.md")])
    assert button(at, "remove").label == "Remove 2 files"
    _select(at, [names.index("hills.jsonl#r1.txt")])
    assert button(at, "remove").label == plain("Remove hills.jsonl#r1.txt")
    button(at, "remove").click().run()
    settled(at)
    assert sorted(path.name for path in articles.iterdir()) == ["bridge.md", "frost.md", "hills.jsonl"]


def test_the_files_are_compared_once_for_list_and_plan(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (articles / "broken.pdf").write_bytes(b"this is no PDF")
    at = opened()
    (articles / "bridge.md").rename(articles / "span.md")
    (articles / "frost.md").write_text(FROST.replace("sixty", "seventy"))
    (articles / "whale.txt").write_text(WHALES)
    compared = 0

    def counting(*given: Any) -> Changes:
        nonlocal compared
        compared += 1
        return find_changes(*given)

    monkeypatch.setattr("rag.ingest.listing.find_changes", counting)
    at.switch_page("rag/ui/documents.py").run()
    assert compared == 1
    assistant = desk().assistant
    assert plan_of(assistant.documents(assistant.library.first)) == assistant.plan(assistant.library.first)
    assert "The files have changed: 1 new document, 1 changed document, 1 renamed document." in verbatim_texts(at)
    assert "Renamed: bridge.md → span.md" in verbatim_texts(at)


def test_a_setting_that_cannot_be_used_is_told_once(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDER_OPTIONS", "{bad")
    at = AppTest.from_file(str(APP), default_timeout=120).run()
    says = "The setting FOOTNOTE_EMBEDDER_OPTIONS cannot be used: it should be valid JSON."
    assert [error.value for error in at.error] == [plain(says)]
    assert not at.exception
    monkeypatch.delenv("FOOTNOTE_EMBEDDER_OPTIONS")
    at.run()
    assert not at.error


def test_a_folder_that_is_called_as_the_root_is_chosen_by_its_longer_name(articles: Path) -> None:
    (articles / "documents").mkdir()
    (articles / "documents" / "whale.txt").write_text(WHALES)
    at = opened()
    assert at.selectbox(key="set").options == ["documents", "documents/documents"]
    assert "Lindgate" in verbatim_texts(at)
    at.selectbox(key="set").set_value("documents/documents").run()
    settled(at)
    assert "1 article in “documents/documents”" in verbatim_texts(at)
    assert "A whale in the harbour of Ostmark" in verbatim_texts(at)


@pytest.mark.parametrize(
    ("name", "text", "front"),
    [
        ("a.md", "---\ntitle: A\n---\n\nWords.", "---\ntitle: A\n---\n\n"),
        ("a.TXT", "---\ntitle: A\n...\nWords.", "---\ntitle: A\n...\n"),
        ("a.md", "---\nA ruler above, and one below.\n---\nWords.", ""),
        ("a.jsonl#1", "---\ntitle: A\n---\nWords.", ""),
    ],
)
def test_front_matter_is_set_apart_where_it_is_front_matter(name: str, text: str, front: str) -> None:
    document = Document(name, text, "A", "")
    for start, end in ((len(text) - 6, len(text)), (4, 9)):
        words = cited(text[start:end], start)
        parts = article_parts(document, [(words, (start, end))], words)
        assert "".join(part[0] for part in parts) == text
        shown = "".join(text[n] for n in range(len(front)) if not start <= n < end)
        assert "".join(part[0] for part in parts if part[1] == "front") == shown
        assert "".join(part[0] for part in parts if part[1] == "mark now") == text[start:end]


def _select_all(at: AppTest) -> None:
    _select(at, list(range(len(at.dataframe[0].value))))


def _select(at: AppTest, rows: list[int]) -> None:
    """Select rows of the table, as clicks on their boxes do."""
    table = at.dataframe[0]
    at.session_state[str(table.key)] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    at.run()


def test_sets_are_made_and_never_mix_their_answers_or_conversations(articles: Path) -> None:
    at = ask(opened(), "How many steel girders were replaced at Lindgate?")
    at.switch_page("rag/ui/documents.py").run()
    at.text_input(key="new_set_name").set_value("Whales")
    next(found for found in at.button if found.label == "Make the set").click().run()
    assert not at.exception
    assert at.selectbox(key="set").value == "Whales"
    assert (articles / "Whales").is_dir()
    settled(at)
    at.file_uploader[0].upload("whale.txt", WHALES.encode(), "text/plain").run()
    settled(at)
    at.switch_page("rag/ui/chat.py").run()
    assert "Lindgate" not in verbatim_texts(at)
    ask(at, "How many steel girders were replaced at Lindgate?")
    bridge, whales = (turn.answer for turn in turns(at))
    assert bridge is not None
    assert whales is not None
    assert bridge.citations[0].document == "bridge.md"
    assert {passage.document for passage in whales.passages} <= {"whale.txt"}
    at.selectbox(key="set").set_value("documents").run()
    settled(at)
    assert "forty-two steel girders" in verbatim_texts(at)


def test_a_question_about_a_set_that_was_deleted_elsewhere_is_not_lost_in_silence(articles: Path) -> None:
    (articles / "Whales").mkdir()
    (articles / "Whales" / "whale.txt").write_text(WHALES)
    at = opened()
    at.selectbox(key="set").set_value("Whales").run()
    settled(at)
    desk().assistant.delete_set(next(known for known in desk().assistant.library.sets() if known.name == "Whales"))
    at.chat_input[0].set_value("How long did the whale stay?").run()
    told = "There is no set “Whales” any more, so this was not asked: How long did the whale stay?"
    assert [error.value for error in at.error] == [plain(told)]
    assert at.selectbox(key="set").value == "documents"
    at.run()
    assert not at.error


def test_an_address_of_a_set_that_is_gone_says_so(articles: Path) -> None:
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["set"] = "Whales"
    at.run()
    told = "There is no set “Whales” any more. Deleted sets can be had back under Documents, at New set."
    assert [error.value for error in at.error] == [plain(told)]
    assert "set" not in at.query_params


def test_what_is_written_from_right_to_left_keeps_to_itself() -> None:
    assert described("The Wire", date(2024, 2, 3)) == "The Wire · 3 February 2024"
    assert described("جريدة النهر", date(2024, 2, 3)) == "\u2068جريدة النهر\u2069 · 3 February 2024"


def test_a_set_cannot_be_made_twice(articles: Path) -> None:
    (articles / "Whales").mkdir()
    at = opened()
    at.switch_page("rag/ui/documents.py").run()
    at.text_input(key="new_set_name").set_value("whales")
    next(found for found in at.button if found.label == "Make the set").click().run()
    assert "already" in at.error[0].value


def test_an_error_that_nobody_foresaw_is_one_sentence(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened()

    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(desk().assistant, "ask", broken)
    ask(at, "How many girders?")
    assert "went wrong" in at.warning[0].value
    assert "secret" not in at.warning[0].value


def test_an_index_of_another_embedder_offers_to_be_rebuilt(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    desk.clear()
    monkeypatch.setattr(type(desk().assistant.embedder), "name", "another-embedder", raising=False)
    at = opened()
    assert "another-embedder" in at.warning[0].value.replace("\\", "")
    button(at, "rebuild").click().run()
    settled(at)
    assert not at.warning
    assert ask(at, "How many steel girders were replaced?")
    assert turns(at)[0].answer.citations


NASTY = [
    "*a* **b** _c_ __d__ ~~e~~", "[x](http://e)", "![](http://e/i.png)", "<img src=x onerror=alert(1)>",
    "$5 and $7", "$$x$$", ":red[x]", ":smile:", ":material/home:", ":streamlit:", ":color[x]{foreground=red}",
    "\\*a\\*", "`code`", "# head", "1. one", "- item", "> quote", "https://example.com", "www.example.com",
    "a@example.com", "a | b", "&amp; &lt;", "a -> b <- c -- d", "[^1] [a]: b", "\\", "\\\\", "{a}", "a_b_c",
    "~", ":help[x]", "+ a", "* a", "1) a", "| a | b |",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_a_label_keeps_every_character_and_leaves_none_to_markdown(text: str) -> None:
    label = plain(text)
    assert _unescaped(label) == text
    for late in (":smile:", ":material", ":red", ":streamlit:", "://", "www.", "a@e", "->", "<-", "--"):
        assert late not in _unescaped(label, joined=False)


def test_a_label_is_one_line() -> None:
    assert plain(" a\n\n# b\t c\u2028d\x00e ") == "a \\# b c d e"
    assert plain("") == ""
    assert plain("\ud800x") == "\\?x"


def test_all_punctuation_is_escaped() -> None:
    assert all(f"\\{mark}" in plain(f"a{mark}b") for mark in string.punctuation)


def _unescaped(label: str, *, joined: bool = True) -> str:
    """What Markdown shows for a label in which every punctuation mark stands behind a backslash."""
    shown, characters = "", iter(label)
    for character in characters:
        assert character == "\\" or character not in string.punctuation, label
        shown += next(characters) if character == "\\" else character
    return shown.replace("\u2060", "") if joined else shown


@pytest.mark.parametrize(
    ("progress", "seconds", "words"),
    [
        (Progress("Embedding passages", 120, 640), 5, "Embedding passages 120 of 640, about 22 s left"),
        (Progress("Embedding passages", 120, 640), 1, "Embedding passages 120 of 640"),
        (Progress("Embedding passages", 1, 64_000), 10, "Embedding passages 1 of 64,000, about 177.8 h left"),
        (Progress("Reading files", 3, 40), 30, "Reading files 3 of 40, about 6 min left"),
        (Progress("Reading files", 0, 0), 9, "Reading files"),
        (Progress("Reading files", 40, 40), 9, "Reading files 40 of 40"),
    ],
)
def test_progress_is_told_in_words(progress: Progress, seconds: float, words: str) -> None:
    assert progress_words(progress, seconds) == words


def test_long_lists_of_names_are_cut() -> None:
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert listed(["a", "b"], 2) == "a, b"


def test_an_excerpt_is_on_one_line_with_its_heading_set_apart() -> None:
    assert excerpt("## Who follows\n\nHis deputy did.") == "Who follows: His deputy did."
    assert excerpt("word " * 100).endswith(" …")
