"""Answers of a language model, conversations and settings on the page, without a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.ui.asking import Asking
from rag.ui.session import answering, desk
from rag.ui.text import plain
from tests.model_server import ModelServer, Reply, place_of
from tests.page import (
    BRIDGE,
    FROST,
    answered,
    ask,
    button,
    opened,
    page_over,
    remembered,
    settled,
    turns,
    verbatim_texts,
)

GIRDERS = "Workers replaced forty-two steel girders that had rusted through."
QUESTION = "How many steel girders were replaced at Lindgate?"
KEY = "sk-very-secret-1234"


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with page_over(tmp_path, monkeypatch) as folder:
        (folder / "bridge.md").write_text(BRIDGE)
        (folder / "frost.md").write_text(FROST)
        yield folder


@pytest.fixture
def model(articles: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """The scripted server, set as the model that writes."""
    monkeypatch.setenv("FOOTNOTE_LLM_URL", server.url)
    monkeypatch.setenv("FOOTNOTE_LLM_MODEL", "scripted")
    return server


def opens(at: AppTest, page: str) -> AppTest:
    return at.switch_page(f"rag/ui/{page}.py").run()


def begun() -> tuple[AppTest, Asking]:
    """The page with the question asked, once its answer is being written."""
    at = opened()
    at.chat_input[0].set_value(QUESTION).run()
    [conversation] = [id_ for id_ in remembered(at).conversations.values() if id_]
    [asking] = answering().unkept(conversation)
    while not asking.rest:
        assert not asking.finished.wait(0.05)
    return at, asking


# -- answers ----------------------------------------------------------------------------------------------------------


def test_a_models_answer_is_shown_with_what_was_not_found_marked_and_one_switch_hides_it(model: ModelServer) -> None:
    model.says(lambda prompt: f"{GIRDERS} [{place_of(prompt, GIRDERS)}] The girders were painted blue by monks. [1]")
    at = ask(opened(), QUESTION)
    assert verbatim_texts(at, "unfound").strip() == "The girders were painted blue by monks."
    assert verbatim_texts(at, "flag").strip() == "not found in the documents"
    at.toggle(key="hide_unsupported").set_value(True).run()
    assert "monks" not in verbatim_texts(at)
    assert "1 sentence that was not found in the documents is hidden." in verbatim_texts(at)
    assert GIRDERS in verbatim_texts(at)
    at.toggle(key="hide_unsupported").set_value(False).run()
    assert "monks" in verbatim_texts(at)


def test_while_it_writes_the_page_shows_what_is_checked_and_stop_keeps_it(model: ModelServer) -> None:
    model.says(Reply(f"{GIRDERS} [1] The rest is still to", hold=threading.Event()))
    at, _ = begun()
    at.run()
    assert "The rest is still to" in verbatim_texts(at, "unchecked")
    assert GIRDERS in verbatim_texts(at, "")
    button(at, "stop-").click().run()
    answered(at)
    assert "Stopped: this is what had been written." in verbatim_texts(at)
    assert GIRDERS in verbatim_texts(at)


def test_a_failure_is_one_sentence_above_the_quotes_and_the_model_can_be_tried_again(model: ModelServer) -> None:
    model.says(Reply(status=500), f"{GIRDERS} [1]")
    at = ask(opened(), QUESTION)
    problem = f"The language model's server at {model.url} failed (HTTP 500). These are quotes instead."
    assert [warning.value for warning in at.warning] == [plain(problem)]
    assert "forty-two" in verbatim_texts(at, "short")
    button(at, "again-Try").click().run()
    answered(at)
    assert not at.warning
    assert [turn.answer.model for turn in turns(at)] == ["scripted"]


def test_quotes_can_be_had_instead_and_nothing_is_lost(model: ModelServer) -> None:
    model.says("Monks painted the girders. [1]")
    at = ask(opened(), QUESTION)
    assert turns(at)[0].answer.abstained
    assert "scripted wrote 1 sentence, of which the documents support none." in verbatim_texts(at)
    button(at, "again-Quotes").click().run()
    answered(at)
    assert [turn.answer.model for turn in turns(at)] == ["scripted", "quotes"]
    assert "forty-two" in verbatim_texts(at, "short")


def test_what_was_searched_for_is_shown_and_can_be_put_better(articles: Path) -> None:
    at = ask(opened(), "Who asked for a relief fund of three million crowns?")
    ask(at, "And whom does he lead?")
    searched = turns(at)[1].answer.searched
    assert "Osei" in searched
    assert f"Searched for: {searched}" in verbatim_texts(at)
    field = next(found for found in at.text_input if (found.key or "").startswith("searched-"))
    assert field.value == searched
    field.set_value(QUESTION).run()
    button(at, "search-").click().run()
    answered(at)
    assert turns(at)[2].answer.searched == QUESTION
    assert "forty-two" in turns(at)[2].answer.text


# -- conversations ----------------------------------------------------------------------------------------------------


def test_a_conversation_survives_a_restart_and_a_new_tab_finds_it(articles: Path) -> None:
    ask(opened(), QUESTION)
    desk.clear()
    answering.clear()
    at = opened()
    assert at.title[0].value == "Footnote"
    button(at, "conversation-").click().run()
    assert "forty-two" in verbatim_texts(at, "short")
    button(at, "source-").click().run()
    assert verbatim_texts(at, "mark", "key").strip() == GIRDERS


def test_an_answer_says_which_of_its_documents_changed_or_went_since(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    (articles / "bridge.md").write_text(BRIDGE.replace("two crowns", "three crowns"))
    desk().assistant.sync(desk().assistant.library.first)
    at.run()
    assert "Changed since this was answered: “The Lindgate bridge opens again”." in verbatim_texts(at)
    assert "forty-two" in verbatim_texts(at, "short")
    (articles / "bridge.md").unlink()
    desk().assistant.sync(desk().assistant.library.first)
    at.run()
    assert "No longer among the documents: “The Lindgate bridge opens again”." in verbatim_texts(at)


def test_an_article_that_changed_is_named_by_its_file_too_where_another_has_its_title(articles: Path) -> None:
    (articles / "twin.md").write_text("---\ntitle: The Lindgate bridge opens again\n---\nA letter about apples.\n")
    at = ask(opened(), QUESTION)
    (articles / "bridge.md").write_text(BRIDGE.replace("two crowns", "three crowns"))
    desk().assistant.sync(desk().assistant.library.first)
    at.run()
    assert "Changed since this was answered: “The Lindgate bridge opens again” (bridge.md)." in verbatim_texts(at)


def test_a_conversation_is_renamed_deleted_and_had_back(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    assert "forty-two" in verbatim_texts(at, "short")
    next(found for found in at.text_input if (found.key or "").startswith("name-")).set_value("Steel").run()
    button(at, "rename").click().run()
    history, key = desk().assistant.history, desk().key(desk().assistant.library.first)
    assert [each.title for each in history.list(key)] == ["Steel"]
    button(at, "delete_conversation").click().run()
    assert at.title[0].value == "Footnote"
    assert not history.list(key)
    ask(at, QUESTION)
    button(at, "new_conversation").click().run()
    button(at, "restore_conversation").click().run()
    assert desk().assistant.history.get(remembered(at).conversations[key]).title == "Steel"
    assert "forty-two" in verbatim_texts(at, "short")


def test_conversations_are_found_by_their_words(articles: Path) -> None:
    at = opened()
    history, key = desk().assistant.history, desk().key(desk().assistant.library.first)
    for number in range(7):
        history.begin(key, f"What about number {number}?")
    at.run()
    at.text_input(key="find_conversation").set_value("number 5").run()
    found = [button.label for button in at.button if (button.key or "").startswith("conversation-")]
    assert found == [plain("What about number 5?")]


def test_one_that_was_deleted_in_another_tab_is_said_to_be_gone(articles: Path) -> None:
    at = ask(opened(), QUESTION)
    desk().assistant.history.delete(next(filter(None, remembered(at).conversations.values())))
    at.run()
    assert not at.exception
    assert len(at.info) == 1
    assert at.title[0].value == "Footnote"


def test_what_cannot_be_kept_is_answered_all_the_same_and_followed_up(articles: Path) -> None:
    at = opened()
    (articles.parent / "home" / "conversations.sqlite3").write_text("this is no database, and not an empty file")
    ask(at, "Who leads the union of growers?")
    ask(at, "And what did he ask for?")
    assert "Henrik Osei" in verbatim_texts(at, "short")
    assert "Searched for: What did Henrik Osei ask for?" in verbatim_texts(at)
    assert any(warning.value.startswith("This is not kept") for warning in at.warning)
    assert not at.exception


def test_what_cannot_be_kept_is_still_there_after_a_look_at_another_page(articles: Path) -> None:
    at = opened()
    (articles.parent / "home" / "conversations.sqlite3").write_text("this is no database, and not an empty file")
    ask(at, "Who leads the union of growers?")
    here = at.query_params["conversation"]
    at.switch_page("rag/ui/documents.py").run()
    at.query_params.pop("conversation", None)
    at.run()
    at.query_params["conversation"] = here
    at.switch_page("rag/ui/chat.py").run()
    assert "Henrik Osei" in verbatim_texts(at, "short")


def test_deleting_a_conversation_stops_what_is_being_written_in_it(model: ModelServer) -> None:
    model.says(Reply(f"{GIRDERS} [1] The rest is still to", hold=threading.Event()))
    at, asking = begun()
    at.run()
    button(at, "delete_conversation").click().run()
    assert asking.finished.wait(20)
    assert at.title[0].value == "Footnote"


def test_a_document_that_changes_while_it_is_answered_from_is_said_to_have_changed(
    articles: Path, model: ModelServer
) -> None:
    go_on = threading.Event()
    model.says(Reply(f"{GIRDERS} [1]", hold=go_on))
    at, _ = begun()
    (articles / "bridge.md").unlink()
    desk().assistant.sync(desk().assistant.library.first)
    go_on.set()
    answered(at)
    assert "No longer among the documents: “The Lindgate bridge opens again”." in verbatim_texts(at)


# -- settings ---------------------------------------------------------------------------------------------------------


def test_a_model_is_chosen_tested_and_used_and_quotes_again(articles: Path, server: ModelServer) -> None:
    at = opens(opened(), "settings")
    at.radio(key="writer").set_value("A language model").run()
    at.text_input(key="llm_url").set_value(server.url.removesuffix("/v1")).run()
    assert at.selectbox(key="llm_model").options == ["another", "scripted"]
    at.selectbox(key="llm_model").set_value("scripted").run()
    server.says("ready")
    button(at, "test_model").click().run()
    assert at.success[0].value.startswith("scripted answers")
    button(at, "use_model").click().run()
    assert at.success[0].value == plain("scripted writes the answers now.")
    server.says(f"{GIRDERS} [1]")
    opens(at, "chat")
    settled(at)
    ask(at, QUESTION)
    assert turns(at)[0].answer.model == "scripted"
    opens(at, "settings")
    at.radio(key="writer").set_value("Quotes only").run()
    opens(at, "chat")
    ask(at, "Who leads the union of growers?")
    assert turns(at)[1].answer.model == "quotes"


def test_a_running_ollama_is_found_with_its_models(
    articles: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_OLLAMA_URL", server.url)
    at = opens(opened(), "settings")
    at.radio(key="writer").set_value("A language model").run()
    assert at.success[0].value == plain("Ollama runs on this machine, with 2 models.")
    assert at.text_input(key="llm_url").value == server.url
    assert at.selectbox(key="llm_model").options == ["another", "scripted"]


def test_a_test_that_fails_says_why(articles: Path, server: ModelServer) -> None:
    at = opens(opened(), "settings")
    at.radio(key="writer").set_value("A language model").run()
    at.text_input(key="llm_url").set_value(server.url).run()
    server.says(Reply(status=401))
    button(at, "test_model").click().run()
    assert [error.value for error in at.error] == [
        plain(f"The language model's server at {server.url} does not accept the key (HTTP 401).")
    ]
    at.text_input(key="llm_url").set_value("nonsense nonsense").run()
    assert "is not the address of a server" in at.warning[0].value


def test_a_key_is_typed_once_and_is_nowhere_to_be_seen(
    articles: Path, server: ModelServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    at = opens(opened(), "settings")
    at.radio(key="writer").set_value("A language model").run()
    at.text_input(key="llm_url").set_value(server.url).run()
    at.text_input(key="llm_key").set_value(KEY).run()
    assert at.text_input(key="llm_key").value == ""
    assert at.success[0].value.startswith("The key is kept until Footnote ends")
    server.says("ready", Reply(status=401, message=f"bad key {KEY}"))
    button(at, "test_model").click().run()
    button(at, "use_model").click().run()
    assert f"Bearer {KEY}" in server.keys
    opens(at, "chat")
    settled(at)
    ask(at, QUESTION)
    assert "does not accept the key" in turns(at)[0].answer.problem
    assert KEY not in str([element.value for element in (*at.warning, *at.error, *at.success)])
    assert KEY not in verbatim_texts(at)
    assert KEY not in "".join(capfd.readouterr())
    assert KEY not in caplog.text
    files = [path for path in articles.parent.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    opens(at, "settings")
    button(at, "forget_key").click().run()
    assert desk().assistant.preferences.key(server.url) == ""


def test_settings_of_a_model_that_cannot_be_used_are_told_and_quotes_answer(
    articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_URL", "http://127.0.0.1:9/v1")
    at = ask(opened(), QUESTION)
    assert at.warning[0].value.startswith(plain("The settings FOOTNOTE_LLM_* cannot be used: Please name a model."))
    assert "forty-two" in verbatim_texts(at, "short")
