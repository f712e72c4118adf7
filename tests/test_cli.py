"""The command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.errors import ModelError
from rag.settings import load_settings
from rag.types import Turn

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
        "id", "question", "searched", "answer", "abstained", "sentences", "citations", "passages", "model", "seconds",
        "problem", "notes", "dropped", "within", "documents_searched", "documents_held", "passages_read",
    }  # fmt: skip
    assert record["within"] == {"documents": [], "outlets": [], "from": None, "to": None}
    assert (record["documents_searched"], record["documents_held"]) == (3, 3)
    assert record["passages_read"] >= 3
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
    assert output.startswith(
        "The documents do not answer this.\n\nSearched for: What is the boiling point of helium?\n"
    )
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
    assert [row["id"] for row in rows] == [1, "b"]
    assert rows[1]["searched"] == "How many crossings will Peter Aalto add?"
    assert not list(tmp_path.glob("*.part"))


def test_a_line_of_questions_ends_where_the_line_ends(folder: str, tmp_path: Path) -> None:
    questions, out = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    question = "Who drew\u2028the oldest\u0085sea map?"
    row = {"id": ["a", 1], "question": question, "after": None, "asked": "2024-03-10"}
    questions.write_text(json.dumps(row, ensure_ascii=False) + "\r\n", encoding="utf-8")
    assert main(["answer", str(questions), "--documents", folder, "--out", str(out)]) == 0
    (line,) = out.read_text(encoding="utf-8").rstrip("\n").split("\n")
    answer = json.loads(line)
    assert answer["id"] == ["a", 1]
    assert "Anna Brekke" in answer["answer"]


@pytest.mark.parametrize(
    "row",
    [
        {"id": 2, "question": "???"},
        {"id": 2, "question": "x " * 2000},
        {"id": 2, "question": "Who?", "after": ["Who?", " "]},
        {"id": 2, "question": "Who?", "after": "Who drew the map?"},
        {"id": 2, "question": "Who \ud800?"},
        {"id": 2, "question": None},
    ],
)
def test_a_bad_question_is_told_with_its_line_before_anything_is_read(
    row: dict[str, object], folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions, out = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions.write_text('{"id": 1, "question": "Who drew the map?"}\n' + json.dumps(row) + "\n")
    assert main(["answer", str(questions), "--documents", folder, "--out", str(out)]) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith(f"error: Line 2 of {questions} ")
    assert not list(tmp_path.glob("answers*"))
    assert not (tmp_path / "home").exists()


def test_answers_that_break_off_leave_the_old_file_and_no_other(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions, out = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions.write_text('{"id": 1, "question": "Who drew the map?"}\n')
    out.write_text("old")

    def broken(*_: object, **__: object) -> None:
        raise ModelError("The model is gone.")

    monkeypatch.setattr(Assistant, "ask", broken)
    assert main(["answer", str(questions), "--documents", folder, "--out", str(out)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "error: The model is gone."
    assert [path.name for path in tmp_path.glob("answers*")] == ["answers.jsonl"]
    assert out.read_text() == "old"


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


def test_no_document_steers_the_terminal(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    article = (
        '---\ntitle: "Comets \\e]0;owned\\a seen"\n---\nThe comet Varga \x1b[2J was \x9b31mseen in Varnholm in May.\n'
    )
    Path(folder, "comet\x1b[31m.md").write_text(article)
    Path(folder, "bad\x1b[2J.docx").write_bytes(b"no document")
    for command in (
        ["sync", "--dry-run"],
        ["sync"],
        ["ask", "Where was the comet Varga seen?"],
        ["ask", "Which enzyme splits lactose, Varga?"],
        ["search", "comet Varga"],
        ["documents"],
    ):
        assert main([*command, "--documents", folder]) == 0
        output = capsys.readouterr()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", output.out + output.err), command
    assert main(["sync", "--documents", "no\x1b[2J\nwhere"]) == 1
    assert capsys.readouterr().err == "error: There is no folder no [2J where.\n"


@pytest.mark.parametrize("as_json", [False, True])
def test_an_encoding_that_lacks_characters_is_no_error(folder: str, as_json: bool) -> None:
    Path(folder, "文件.txt").write_text("日本の地図\n\nThe map of Japan costs ₹500 in Varnholm.\n", encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "rag", "search", "map of Japan", "--documents", folder]
    run = subprocess.run([*command, *(["--json"] if as_json else [])], cwd=ROOT, env=environment, capture_output=True)
    assert run.returncode == 0, run.stderr
    output = run.stdout.decode("cp1252")
    if as_json:
        assert json.loads(output)[0]["document"] == "文件.txt"
    else:
        assert "costs ?500" in output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["ask"],
        ["search", "a", "--count", "0"],
        ["search", "a", "--count", "51"],
        ["export"],
        ["export", "abc", "--last"],
        ["export", "--last", "--format", "pdf"],
    ],
)
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


def converse(folder: str) -> str:
    """Keep a conversation about the folder, with an answer, a silence and an error; its id."""
    assistant = Assistant(load_settings())
    document_set = assistant.library.at(Path(folder))
    assistant.sync(document_set)
    questions = ("Who drew the oldest sea map?", "What is the boiling point of helium?")
    id_ = assistant.history.begin(assistant.key(document_set), questions[0]).id
    for question in questions:
        assistant.history.append(id_, Turn(question, assistant.ask(document_set, question)))
    assistant.history.append(id_, Turn("And now?", error="The index is damaged."))
    return id_


def test_conversations_are_listed_with_what_export_takes(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conversations"]) == 0
    output = capsys.readouterr()
    assert (output.out, output.err) == (
        "",
        "There are no conversations yet: ask something on the page or with `python -m rag chat`.\n",
    )
    id_ = converse(folder)
    assert main(["conversations", "--documents", folder]) == 0
    line = capsys.readouterr().out
    assert re.fullmatch(rf"{id_[:8]}  \d{{4}}-\d\d-\d\d \d\d:\d\d  Who drew the oldest sea map\? \(3\)\n", line)
    assert main(["conversations", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["title"], row["turns"]) == (id_, "Who drew the oldest sea map?", 3)
    assert main(["export", line.split()[0]]) == 0
    assert capsys.readouterr().out.startswith("# Who drew the oldest sea map?\n")


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_a_conversation_is_exported_to_a_file_or_to_the_output(
    form: str, folder: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    converse(folder)
    out = tmp_path / f"talk.{form}"
    assert main(["export", "--last", "--out", str(out), "--documents", folder]) == 0
    assert capfdbinary.readouterr().out == b""
    written = out.read_bytes()
    for words in ("Anna Brekke", "Museum opens a hall of maps", "The documents do not answer this.", "is damaged"):
        assert words.encode() in written
    assert written.startswith({"md": b"# Who", "html": b"<!doctype html>", "json": b"{"}[form])
    assert main(["export", "--last", "--format", form, "--documents", folder]) == 0
    assert capfdbinary.readouterr().out == written
    assert not list(tmp_path.glob("*.part"))


def test_the_exported_page_of_a_set_that_lies_elsewhere_has_its_articles(folder: str, tmp_path: Path) -> None:
    converse(folder)
    out = tmp_path / "talk.html"
    for given, articles in (([], 0), (["--documents", folder], 1)):
        assert main(["export", "--last", "--out", str(out), *given]) == 0
        assert out.read_text(encoding="utf-8").count("<article>") == articles


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--last"], "There are no conversations yet"),
        (["abc"], "There is no conversation “abc”: `python -m rag conversations` lists them."),
        ([""], "There is no conversation “”"),
        (["--last", "--out", "no/where.md"], "to write where.md into"),
    ],
)
def test_what_cannot_be_exported_is_told(
    arguments: list[str], says: str, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert says in error


def test_a_filter_restricts_what_is_asked_and_searched_and_the_answer_says_so(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ["--documents", folder, "--outlet", "port gazette", "--from", "2024-03-01", "--to", "2024-03-05"]
    assert main(["ask", "How much will the repair of the bridge cost?", *only]) == 0
    out = capsys.readouterr().out
    assert "8.5 million" in out
    said = "Searched 1 of 3 articles: Port Gazette, from 1 March 2024 to 5 March 2024"
    assert said in out
    assert main(["ask", "Who drew the oldest sea map?", *only, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["abstained"]
    assert record["within"] == {
        "documents": [], "outlets": ["Port Gazette"], "from": "2024-03-01", "to": "2024-03-05",
    }  # fmt: skip
    assert {passage["document"] for passage in record["passages"]} <= {"harbour.md"}
    assert main(["search", "bridge in Varnholm", "--documents", folder, "--document", "ferry.txt", "--json"]) == 0
    assert {passage["document"] for passage in json.loads(capsys.readouterr().out)} == {"ferry.txt"}
    museum = ["--document", "museum.txt", "--document", "ferry.txt", "--from", "2024-01-01"]
    assert main(["ask", "Who drew the oldest sea map?", "--documents", folder, *museum]) == 0
    assert "1 article carries no date and was left out." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--document", "muesum.txt"], "There is no document “muesum.txt” in this set: did you mean “museum.txt”?"),
        (["--outlet", "Gazette"], "There is no outlet “Gazette” in this set: did you mean “Port Gazette”?"),
        (["--outlet", "zzz"], "There is no outlet “zzz” in this set; `python -m rag documents` lists what is there."),
    ],
)
def test_a_filter_by_what_is_not_there_is_an_error_that_names_the_nearest(
    folder: str, given: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("ask", "search", "chat"):
        words = [] if command == "chat" else ["sea map"]
        assert main([command, *words, "--documents", folder, *given]) == 1
        assert capsys.readouterr().err.endswith(f"error: {says}\n")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--from", "2024-02-30"], "“2024-02-30” is no date: write it as in 2021-03-31"),
        (["--to", "yesterday"], "“yesterday” is no date: write it as in 2021-03-31"),
        (["--from", "2024-03-02", "--to", "2024-03-01"], "--from must not be later than --to"),
    ],
)
def test_days_that_are_none_or_the_wrong_way_round_are_wrong_usage(
    folder: str, given: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ask", "Who?", "--documents", folder, *given])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
