"""What README says is true: its commands run, its files and settings exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from rag.cli import main
from rag.ingest.readers import READERS
from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def test_two_commands_do_everything() -> None:
    assert "pip install -r requirements.txt && streamlit run app.py" in COMMANDS
    assert "pip install -r requirements-dev.txt && pytest" in COMMANDS


def test_every_command_of_ours_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    ours = [shlex.split(command) for command in COMMANDS if command.startswith("python -m rag")]
    assert len(ours) >= 6
    for command in ours:
        assert main(command[3:]) == 0, command
    output = capsys.readouterr().out
    assert "Thomas West" in output
    assert "all " in output.splitlines()[-1]


def test_its_python_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert "VectorStoreIndex.from_vector_store(" in block
    assert "RetrieverQueryEngine.from_args(" in block
    exec(compile(block, "README.md", "exec"), {})
    by_llama_index, by_ours = capsys.readouterr().out.splitlines()[-2:]
    assert "khalilzad-resignation.md" in by_llama_index
    assert "Thomas West" in by_ours


def test_the_address_that_it_names_is_where_the_page_is() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert "<http://localhost:8501>" in README
    assert config["server"]["address"] == "localhost"
    assert "port" not in config["server"]
    assert "headless" not in config["server"]  # a stranger's browser opens by itself


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"\]\(([\w./-]+)\)|`((?:rag|tests|training|documents)/[\w./-]*|app\.py)`", README)
    assert len(named) >= 10
    for link, code in named:
        assert (ROOT / (link or code)).exists(), link or code


def test_it_names_every_setting_and_format() -> None:
    assert {f"FOOTNOTE_{name.upper()}" for name in Settings.model_fields} == set(
        re.findall(r"`(FOOTNOTE_\w+)`", README)
    )
    formats = re.search(r"It reads\s+`([^`]+)`", README)
    assert formats is not None
    assert set(formats.group(1).split()) == set(READERS) - {".htm", ".markdown"}
