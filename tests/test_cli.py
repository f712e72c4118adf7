"""The command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.cli import main

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Three articles, with the index in a folder of its own and nothing of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    return str(documents)


def test_sync_prints_what_it_did_and_a_dry_run_what_it_would_do(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--documents", folder, "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == ["+ ferry.txt", "+ harbour.md", "+ museum.txt", "+3 ~0 -0 =0"]
    assert main(["sync", "--documents", folder]) == 0
    assert capsys.readouterr().out == "+3 ~0 -0 =0\n"
    Path(folder, "museum.txt").rename(Path(folder, "maps.txt"))
    Path(folder, "ferry.txt").unlink()
    Path(folder, "broken.docx").write_bytes(b"no document")
    assert main(["sync", "--documents", folder]) == 0
    output = capsys.readouterr()
    assert output.out == "+0 ~0 -1 =1 >1 !1\n"
    assert "not read: broken.docx: It is not a valid DOCX file; it may be damaged." in output.err
    assert main(["sync", "--documents", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 2


def test_ask_prints_the_answer_with_its_sources(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who drew the oldest sea map?", "--documents", folder]) == 0
    output = capsys.readouterr()
    assert "by the pilot Anna Brekke, a sailor of the town. [1]" in output.out
    assert "[1] Museum opens a hall of maps (museum.txt), characters" in output.out
    assert "for the first time" in output.err


def test_ask_prints_json_whose_quotes_are_the_documents_words(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "How much will the repair of the bridge cost?", "--documents", folder, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert set(record) == {
        "id", "question", "searched", "answer", "abstained", "sentences", "citations", "passages", "model", "seconds"
    }  # fmt: skip
    assert set(record["seconds"]) == {"retrieve", "read", "write", "total"}
    first = record["citations"][0]
    text = Path(folder, first["document"]).read_text(encoding="utf-8")
    assert text[first["start"] : first["end"]] == first["quote"]
    assert "8.5 million" in " ".join(citation["quote"] for citation in record["citations"])
    assert (first["outlet"], first["published"]) == ("Port Gazette", "2024-03-05")


def test_a_question_that_the_documents_do_not_answer_is_done_and_says_so(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "What is the boiling point of helium?", "--documents", folder]) == 0
    output = capsys.readouterr().out
    assert output.startswith("The documents do not answer this.\n")
    assert "Nearest passages:" in output


def test_answer_writes_a_line_for_every_question(folder: str, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": 1, "question": "Who is the director of Nordlink?"}\n\n'
        '{"id": "b", "question": "And how many crossings will he add?", "after": ["Who is Peter Aalto?"]}\n',
        encoding="utf-8",
    )
    out = tmp_path / "answers.jsonl"
    assert main(["answer", str(questions), "--documents", folder, "--out", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["1", "b"]
    assert rows[1]["searched"] == "And how many crossings will he add? (Peter Aalto)"
    assert not list(tmp_path.glob("*.part"))


def test_search_documents_and_check(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "--documents", folder]) == 0
    assert "new " in capsys.readouterr().out
    assert main(["search", "old maps", "--documents", folder, "--json", "--count", "2"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["document"] == "museum.txt"
    assert main(["documents", "--documents", folder, "--json"]) == 0
    assert {row["state"] for row in json.loads(capsys.readouterr().out)} == {"ready"}
    assert main(["check", "--documents", folder]) == 0
    assert capsys.readouterr().out.startswith("all ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sync", "--documents", "nowhere"], "There is no folder nowhere."),
        (["ask", "???"], "Please ask a question in words."),
        (["ask", "x " * 2000], "Please ask in at most 2,000 characters"),
        (["answer", "nowhere.jsonl", "--out", "a.jsonl"], "No such file or directory: nowhere.jsonl"),
        (["answer", "bad.jsonl", "--out", "a.jsonl"], "Line 2 of bad.jsonl is not a question"),
        (["answer", "good.jsonl", "--out", "no/where.jsonl"], "to write where.jsonl into"),
    ],
)
def test_an_error_is_one_line_and_exits_with_one(
    arguments: list[str], says: str, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.jsonl").write_text('{"id": 1, "question": "Who?"}\n{"id": 2}\n')
    Path("good.jsonl").write_text('{"id": 1, "question": "Who?"}\n')
    if "--documents" not in arguments:
        arguments = [*arguments, "--documents", folder]
    assert main(arguments) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert says in error


def test_a_setting_that_cannot_be_used_is_named(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_READ_SECONDS", "soon")
    assert main(["sync", "--documents", folder]) == 1
    assert capsys.readouterr().err.startswith("error: The setting FOOTNOTE_READ_SECONDS cannot be used: ")


@pytest.mark.parametrize("arguments", [[], ["dance"], ["ask"], ["search", "a", "--count", "0"]])
def test_wrong_usage_exits_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m rag" in capsys.readouterr().err


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from rag.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules, sep=',')"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in run.stdout.splitlines()[-1].split(",")}
    assert "rag" in loaded
    assert not loaded & {"chromadb", "llama_index", "numpy", "onnxruntime", "pydantic", "streamlit", "tantivy"}


def test_asking_a_synced_set_loads_no_llama_index(folder: str) -> None:
    main(["sync", "--documents", folder])
    program = (
        "import sys; from rag.cli import main\n"
        f"main(['ask', 'Who drew the oldest map?', '--documents', {folder!r}]); print(*sys.modules, sep=',')"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in run.stdout.splitlines()[-1].split(",")} & {"llama_index", "streamlit"}
