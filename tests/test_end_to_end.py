"""The evaluation data, end to end, through the command line and the scorer beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.cli import main

pytestmark = pytest.mark.shared


def test_the_two_original_articles_are_answered_with_exact_citations(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    questions, documents, out = (
        shared / "eval" / "seeds" / "questions.jsonl",
        shared / "seeds",
        tmp_path / "answers.jsonl",
    )
    assert main(["sync", "--documents", str(documents)]) == 0
    assert main(["answer", str(questions), "--documents", str(documents), "--out", str(out)]) == 0
    score = [sys.executable, shared / "eval" / "score.py", questions, out, "--documents", documents, "--json"]
    command = [str(part) for part in score]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert figures["exact"] == figures["marks"] == 1.0
    assert figures["found@3"] >= 0.97
    assert figures["grounded"] >= 0.9
    assert figures["abstained"] >= 0.7
