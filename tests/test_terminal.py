"""How the command line talks."""

from __future__ import annotations

import io
import json
import sys

import pytest

from rag.terminal import one_line, prepare_streams, print_answer, print_json
from rag.types import Answer


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\nc\td", "a b c d"),
        ("red \x1b[31m, \x9b31m and \x7f\x00", "red  [31m,  31m and  "),
        ("naïve “文” 😀\u2028", "naïve “文” 😀\u2028"),
    ],
)
def test_a_line_has_no_control_characters_and_all_others(text: str, line: str) -> None:
    assert one_line(text) == line


def test_an_answer_keeps_its_own_line_ends(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("Why?", "Why?", "One. [1]\nTwo.\x1b[2J [2]", False, (), (), (), "quotes")
    print_answer(answer)
    assert capsys.readouterr().out == "One. [1]\nTwo. [2J [2]\n"


def test_json_loses_no_character_to_the_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"title": "文 \x1b[2J é \ud800"}
    for encoding in ("cp1252", "utf-8"):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
        print_json(value)
        sys.stdout.flush()
        assert json.loads(written.getvalue().decode(encoding)) == value
        assert b"\x1b" not in written.getvalue()


def test_streams_that_cannot_be_prepared_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", None)
    prepare_streams()
