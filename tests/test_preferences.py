"""Which model writes, and its key: kept, given to nobody else, and nowhere to be read."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from rag.errors import InputError, ModelError
from rag.models.language import ModelChoice, checked_choice
from rag.models.servers import model_names
from rag.preferences import Preferences
from rag.settings import Settings
from tests.model_server import ModelServer

KEY = "sk-very-secret-1234"
CHOICE = ModelChoice("http://localhost:11434/v1", "small", 8192, 30.0)


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def drawer() -> object:
    before, drawer = keyring.get_keyring(), Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(before)


def settings(folder: Path, **given: object) -> Settings:
    return Settings(home=folder / "home", **given)  # type: ignore[arg-type]


def test_without_a_word_answers_are_quotes(tmp_path: Path) -> None:
    assert Preferences(settings(tmp_path)).choice() is None


def test_what_was_chosen_is_there_after_the_next_start_and_goes_before_the_settings(tmp_path: Path) -> None:
    preset = settings(tmp_path, llm_url="http://localhost:1/v1", llm_model="preset")
    assert Preferences(preset).choice() == ModelChoice("http://localhost:1/v1", "preset")
    Preferences(preset).choose(CHOICE)
    assert Preferences(preset).choice() == CHOICE
    Preferences(preset).choose(None)
    assert Preferences(preset).choice() is None


@pytest.mark.parametrize("text", ["{", "[1]", '{"url": "x y", "model": ""}', '{"other": 1}', "\x00"])
def test_a_damaged_choice_is_as_none(tmp_path: Path, text: str) -> None:
    preferences = Preferences(settings(tmp_path))
    preferences.choose(CHOICE)
    (tmp_path / "home" / "model.json").write_text(text)
    assert preferences.choice() is None


def test_a_key_is_kept_in_the_systems_keyring_and_in_no_file(tmp_path: Path, drawer: Drawer) -> None:
    preferences = Preferences(settings(tmp_path))
    preferences.choose(CHOICE)
    assert preferences.keep_key(CHOICE.url, KEY)
    assert Preferences(settings(tmp_path)).key(CHOICE.url) == KEY
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert preferences.keep_key(CHOICE.url, "")
    assert Preferences(settings(tmp_path)).key(CHOICE.url) == ""
    assert preferences.key(CHOICE.url) == ""


def test_without_a_keyring_a_key_lasts_as_long_as_the_process(tmp_path: Path) -> None:
    preferences = Preferences(settings(tmp_path))
    assert not preferences.keep_key(CHOICE.url, KEY)
    assert preferences.key(CHOICE.url) == KEY
    assert Preferences(settings(tmp_path)).key(CHOICE.url) == ""


def test_a_key_is_given_to_its_own_server_only(tmp_path: Path) -> None:
    preferences = Preferences(settings(tmp_path, llm_url=CHOICE.url, llm_model="small", llm_key=KEY))
    assert preferences.key(CHOICE.url) == KEY
    assert preferences.key("http://other.example/v1") == ""


def test_a_key_is_in_no_text_of_the_settings(tmp_path: Path) -> None:
    assert KEY not in repr(settings(tmp_path, llm_key=KEY))


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("localhost:11434", "http://localhost:11434/v1"),
        ("192.168.1.5:8000/v1/", "http://192.168.1.5:8000/v1"),
        ("api.openai.com/v1", "https://api.openai.com/v1"),
        (" https://openrouter.ai/api/v1 ", "https://openrouter.ai/api/v1"),
    ],
)
def test_an_address_is_completed(typed: str, url: str) -> None:
    assert checked_choice(typed, "small").url == url


@pytest.mark.parametrize(
    ("url", "model", "context", "timeout", "says"),
    [
        ("", "m", 4096, 60, "is not the address of a server"),
        ("ftp://x/v1", "m", 4096, 60, "is not the address of a server"),
        ("http://x y/v1", "m", 4096, 60, "is not the address of a server"),
        ("http://x:notaport/v1", "m", 4096, 60, "is not the address of a server"),
        ("http://me:secret@x/v1", "m", 4096, 60, "give the key by itself"),
        ("http://x/v1", " ", 4096, 60, "name a model"),
        ("http://x/v1", "m", 100, 60, "too small"),
        ("http://x/v1", "m", 4096, 0, "from 1 to 3,600 seconds"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    url: str, model: str, context: int, timeout: float, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        checked_choice(url, model, context, timeout)


def test_settings_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FOOTNOTE_LLM_\\* cannot be used: Please name a model"):
        Preferences(settings(tmp_path, llm_url="http://x/v1")).choice()


def test_the_models_of_a_server_are_listed_and_the_key_is_sent(server: ModelServer) -> None:
    assert model_names(server.url, KEY) == ["another", "scripted"]
    assert server.keys == [f"Bearer {KEY}"]


def test_a_server_that_is_not_there_is_said_so_without_the_key() -> None:
    with pytest.raises(ModelError, match=r"no server at http://127\.0\.0\.1:9/v1") as caught:
        model_names("http://127.0.0.1:9/v1", KEY)
    assert KEY not in str(caught.value)
