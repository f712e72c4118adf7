"""Judging, copying and exporting on the page, and the list of what was judged, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.export.footnotes import footnoted_text
from rag.feedback import Judged
from rag.types import Turn
from rag.ui.session import desk
from rag.ui.text import plain
from tests.page import BRIDGE, FROST, ask, button, opened, page_over, remembered, turns, verbatim_texts

QUESTION = "How many steel girders were replaced at Lindgate?"


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with page_over(tmp_path, monkeypatch) as folder:
        (folder / "bridge.md").write_text(BRIDGE)
        (folder / "frost.md").write_text(FROST)
        yield folder


def judge(at: AppTest, thumb: int | None, place: int = 0) -> AppTest:
    """The page after a click on a thumb, 1 up and 0 down; None takes it back."""
    at.feedback[place].set_value(thumb).run()
    assert not at.exception
    return at


def comment(at: AppTest, words: str) -> AppTest:
    """The page after the words were saved in the last open comment field."""
    at.text_area[-1].set_value(words)
    [*_, save] = [found for found in at.button if (found.key or "").startswith("save-")]
    save.click().run()
    assert not at.exception
    return at


def kept() -> list[tuple[bool, str]]:
    return [(each.judgement.good, each.judgement.comment) for each in desk().assistant.feedback.list()]


def captions(at: AppTest) -> str:
    return "\n".join(str(each.value) for each in at.caption)


def feedback_page(at: AppTest) -> AppTest:
    at.switch_page("rag/ui/feedback.py").run()
    assert not at.exception
    return at


def select(at: AppTest, row: int) -> AppTest:
    """The page after a click on a row of its table."""
    (table,) = at.dataframe
    at.session_state[str(table.key)] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return at.run()


# -- judging ----------------------------------------------------------------------------------------------------------


def test_a_thumb_is_kept_at_once_and_asks_for_a_comment(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    assert [each.value for each in at.feedback] == [None]
    assert not at.text_area
    judge(at, 0)
    assert kept() == [(False, "")]
    assert "Saved." in captions(at)
    assert at.text_area[0].label == "What was wrong with it?"
    comment(at, " It was forty-three. ")
    assert kept() == [(False, "It was forty-three.")]
    assert not at.text_area
    assert "Saved." in captions(at)
    assert "Your comment: It was forty-three." in verbatim_texts(at)


def test_a_judgement_is_shown_again_after_a_reload_and_can_be_changed(articles: Path) -> None:
    judge(ask(opened(), QUESTION), 1)
    at = opened()
    button(at, "conversation-").click().run()
    assert at.feedback[0].value == 1
    assert not at.text_area
    button(at, "comment-").click().run()
    assert at.text_area[0].label == "What was good about it?"
    comment(at, "Exact.")
    judge(at, 0)
    assert kept() == [(False, "Exact.")]
    assert not at.text_area
    button(at, "comment-").click().run()
    assert at.text_area[0].value == "Exact."
    button(at, "later-").click().run()
    assert not at.text_area
    assert kept() == [(False, "Exact.")]


def test_a_thumb_taken_back_takes_the_comment_with_it_and_undo_brings_both_back(articles: Path) -> None:
    at = comment(judge(ask(opened(), QUESTION), 1), "Exact.")
    judge(at, None)
    assert kept() == []
    assert "Feedback removed." in captions(at)
    assert "Exact." not in verbatim_texts(at)
    button(at, "unjudge-").click().run()
    assert kept() == [(True, "Exact.")]
    assert at.feedback[0].value == 1
    assert "Feedback removed." not in captions(at)


def test_silence_can_be_judged_and_an_error_cannot(articles: Path) -> None:
    at = ask(opened(), "Which enzyme splits lactose in the small intestine?")
    judge(at, 1)
    assert kept() == [(True, "")]
    conversation = next(filter(None, remembered(at).conversations.values()))
    desk().assistant.history.append(conversation, Turn("And now?", error="The index is damaged."))
    at.run()
    assert len(at.feedback) == 1


def test_a_judgement_of_an_answer_that_is_gone_is_told_and_not_shown_as_kept(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    conversation = next(filter(None, remembered(at).conversations.values()))
    at.feedback[0].set_value(1)
    desk().assistant.history.delete(conversation)
    at.run()
    assert not at.exception
    assert kept() == []
    desk().assistant.history.restore(conversation)
    at.run()
    assert kept() == []


# -- copying and exporting --------------------------------------------------------------------------------------------


def test_what_is_copied_is_the_answer_as_it_is_shown(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    drawn = [json.loads(element.proto.json) for element in at.get("bidi_component")]
    (copied,) = [data for data in drawn if "html" in data]
    assert copied["text"] == footnoted_text(turns(at)[0].answer)
    assert "forty-two" in copied["text"]
    assert copied["html"].startswith("<p><strong>")


def test_the_open_conversation_can_be_downloaded_in_every_form(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    downloads = [found for found in at.get("download_button") if found.proto.id.count("export-")]
    assert sorted(found.proto.label for found in downloads) == ["JSON", "Markdown", "Web page"]
    assert all(found.proto.deferred_file_id for found in downloads)  # made when it is asked for


def offered() -> None:
    from rag.ui.exporting import draw_downloads
    from rag.ui.session import current_set, desk

    kept_one = desk().assistant.history.list(None)[0].id
    draw_downloads(current_set(), kept_one)
    draw_downloads(current_set(), "one that is not kept")


def test_every_form_is_offered_and_it_is_said_when_a_conversation_is_not_kept(articles: Path) -> None:
    ask(opened(), QUESTION)
    at = AppTest.from_function(offered).run()
    assert not at.exception
    assert [found.proto.label for found in at.get("download_button")] == ["Web page", "Markdown", "JSON"]
    assert plain("This conversation is not there any more.") in captions(at)


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_page_of_feedback_says_what_to_do_while_nothing_is_judged(articles: Path) -> None:
    at = feedback_page(opened())
    assert [each.value for each in at.info] == [
        "Nothing has been judged yet: give an answer a thumb up or down, and it is listed here."
    ]
    assert not at.dataframe


def judged_page() -> AppTest:
    """The page of feedback with a good and a bad answer, judged in this order."""
    at = judge(ask(opened(), QUESTION), 1)
    ask(at, "How much blossom did the growers lose?")
    comment(judge(at, 0, 1), "Not only in April")
    return feedback_page(at)


def column(at: AppTest, name: str) -> list[Any]:
    return list(at.dataframe[0].value[name])


def test_judged_answers_are_listed_and_filtered_by_thumb(articles: Path) -> None:
    at = judged_page()
    assert column(at, "Question") == ["How much blossom did the growers lose?", QUESTION]
    assert column(at, "Thumb") == ["👎 Bad", "👍 Good"]
    assert column(at, "Comment") == ["Not only in April", ""]
    assert column(at, "Set") == ["documents", "documents"]
    assert "forty-two" in column(at, "Answer")[1]
    assert "2 answers judged: 1 good, 1 bad" in captions(at)
    at.segmented_control[0].set_value("Good").run()
    assert column(at, "Question") == [QUESTION]
    at.segmented_control[0].set_value("Bad").run()
    assert column(at, "Question") == ["How much blossom did the growers lose?"]
    assert len(at.get("download_button")) == 2


def test_a_row_leads_to_its_conversation(articles: Path) -> None:
    at = judged_page()
    conversation = next(filter(None, remembered(at).conversations.values()))
    at.switch_page("rag/ui/chat.py").run()
    button(at, "new_conversation").click().run()
    assert not turns(at)
    select(feedback_page(at), 1)
    assert QUESTION in verbatim_texts(at)
    button(at, "feedback_open").click().run()
    assert not at.exception
    assert list(filter(None, remembered(at).conversations.values())) == [conversation]
    assert at.chat_input
    assert QUESTION in verbatim_texts(at)


def test_feedback_is_removed_from_the_list_and_comes_back(articles: Path) -> None:
    at = select(judged_page(), 0)
    button(at, "feedback_remove").click().run()
    assert kept() == [(True, "")]
    assert column(at, "Question") == [QUESTION]
    button(at, "feedback_undo").click().run()
    assert kept() == [(False, "Not only in April"), (True, "")]
    assert "feedback_undo" not in [found.key for found in at.button]


def test_feedback_about_a_set_that_is_gone_is_listed_and_not_opened(articles: Path) -> None:
    at = judged_page()
    conversation = next(filter(None, remembered(at).conversations.values()))
    elsewhere = desk().assistant.history.begin("gone-0a1b2c3d4e5f", "Where?").id
    (first, *_) = desk().assistant.history.turns(conversation)
    desk().assistant.history.append(elsewhere, first)
    desk().assistant.feedback.judge(elsewhere, 0, True)
    select(at.run(), 0)
    listed: Judged = desk().assistant.feedback.list()[0]
    assert listed.key == "gone-0a1b2c3d4e5f"
    assert column(at, "Set")[0] == "gone-0a1b2c3d4e5f"
    assert button(at, "feedback_open").disabled


def test_a_history_that_cannot_be_read_is_told_in_a_sentence(articles: Path, tmp_path: Path) -> None:
    at = opened()
    (tmp_path / "home" / "conversations.sqlite3").write_bytes(b"These are no conversations.\n" * 400)
    feedback_page(at)
    (told,) = [each.value for each in at.error]
    assert plain("is not a file of Footnote's conversations") in told
