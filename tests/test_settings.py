"""Settings, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import InputError
from rag.settings import load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to start in, with no `.env` of the machine's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_variables_go_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text('FOOTNOTE_THREADS=2\nFOOTNOTE_EMBEDDER_OPTIONS={"embed_dim": 5}\nOTHER=x\n')
    monkeypatch.setenv("FOOTNOTE_THREADS", "3")
    settings = load_settings()
    assert (settings.threads, settings.embedder_options) == (3, {"embed_dim": 5})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FOOTNOTE_READ_SECONDS", "soon", "should be a valid number"),
        ("FOOTNOTE_THREADS", "-1", "greater than or equal to 0"),
        ("FOOTNOTE_EMBEDDER_OPTIONS", "{bad", "it should be valid JSON"),
        ("FOOTNOTE_EMBEDDER_OPTIONS", "[1]", "should be a valid dictionary"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True])
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, says: str, in_file: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_file:
        (folder / ".env").write_text(f"{name}={value}\n")
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"^The setting {name} cannot be used: .*{says}") as raised:
        load_settings()
    assert "\n" not in str(raised.value)


def test_a_file_of_settings_that_is_no_text_is_told(folder: Path) -> None:
    (folder / ".env").write_bytes(b"FOOTNOTE_THREADS=\xff\xfe\n")
    with pytest.raises(InputError, match=r"^The file \.env cannot be used"):
        load_settings()
