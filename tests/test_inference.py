"""The encoder: batching, padding, and what it says when a model file is missing or damaged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models import inference
from rag.models.embedding import LIMIT, WEIGHTS
from rag.models.inference import Encoder, batches, pad

MODEL, TOKENIZER = WEIGHTS / "embedder.onnx", WEIGHTS / "tokenizer.json"


def encoder() -> Encoder:
    return Encoder(MODEL, TOKENIZER, limit=LIMIT)


def test_batches_hold_every_row_once_and_keep_to_the_budget() -> None:
    lengths = [3, 250, 17, 17, 64, 2, 128, 90]
    groups = list(batches(lengths, 256))
    assert sorted(row for group in groups for row in group) == list(range(len(lengths)))
    assert all(max(lengths[row] for row in group) * len(group) <= 256 for group in groups)


def test_batches_go_from_long_to_short() -> None:
    lengths = [5, 200, 40, 7]
    assert [row for group in batches(lengths, 100) for row in group] == [1, 2, 3, 0]


def test_a_length_above_the_budget_is_a_batch_of_its_own() -> None:
    assert list(batches([10, 500, 10], 100)) == [[1], [0, 2]]


def test_no_lengths_make_no_batches() -> None:
    assert list(batches([], 100)) == []


def test_pad_fills_with_zeros_on_the_right() -> None:
    assert pad([[1, 2, 3], [4]], 3).tolist() == [[1, 2, 3], [4, 0, 0]]


def test_batches_name_their_rows_across_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "WINDOW", 3)
    texts = [f"text number {number}" for number in range(8)]
    rows = [row for batch in encoder().run(texts) for row in batch.rows]
    assert sorted(rows) == list(range(8))


def test_a_batch_carries_encodings_with_character_offsets() -> None:
    text = "Zürich votes."
    (batch,) = encoder().run([text])
    start, end = batch.encodings[0].offsets[1]
    assert text[start:end] == "Zürich"
    assert batch.outputs["embedding"].shape == (1, 384)


def test_a_pair_is_read_as_one_text_of_two_segments() -> None:
    (encoding,) = encoder().tokenize([("Who won?", "The Reds won.")])
    assert set(encoding.type_ids) == {0, 1}
    assert encoding.tokens.count("[SEP]") == 2


def test_encoders_of_one_file_share_a_session() -> None:
    list(encoder().run(["a"]))
    count = len(inference._sessions)
    list(encoder().run(["b"]))
    assert len(inference._sessions) == count


@pytest.mark.parametrize("missing", ["embedder.onnx", "tokenizer.json"])
def test_a_missing_file_is_named_in_one_sentence(tmp_path: Path, missing: str) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    (tmp_path / "weights" / missing).unlink()
    broken = Encoder(tmp_path / "weights/embedder.onnx", tmp_path / "weights/tokenizer.json", limit=LIMIT)
    with pytest.raises(ModelError, match=f"{missing} is missing"):
        list(broken.run(["a"]))


@pytest.mark.parametrize("damaged", ["embedder.onnx", "tokenizer.json"])
@pytest.mark.parametrize("keep", [0, 1000])
def test_a_damaged_file_is_named_in_one_sentence(tmp_path: Path, damaged: str, keep: int) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    file = tmp_path / "weights" / damaged
    file.write_bytes(file.read_bytes()[:keep])
    broken = Encoder(tmp_path / "weights/embedder.onnx", tmp_path / "weights/tokenizer.json", limit=LIMIT)
    with pytest.raises(ModelError, match=f"{damaged} is damaged") as caught:
        list(broken.run(["a"]))
    assert "\n" not in str(caught.value)


def test_importing_the_embedder_loads_no_runtime_and_using_it_prints_nothing() -> None:
    script = (
        "import sys, rag.models.embedding as e; assert not {'onnxruntime', 'tokenizers'} & set(sys.modules); "
        "e.LocalEmbedder().embed(['a'])"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=WEIGHTS.parents[2])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_runtime_keeps_no_telemetry_store(tmp_path: Path) -> None:
    """An official onnxruntime keeps its reports below the home folder until it can send them."""
    script = "import rag.models.embedding as e; e.LocalEmbedder().embed(['a'])"
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    home = {key: value for key, value in os.environ.items() if key not in ("CI", "ORT_DISABLE_TELEMETRY")} | places
    subprocess.run([sys.executable, "-c", script], check=True, env=home, cwd=WEIGHTS.parents[2])
    assert not list(tmp_path.rglob("*"))


def test_the_outputs_are_single_precision() -> None:
    (batch,) = encoder().run(["a", "b"])
    assert batch.outputs["embedding"].dtype == np.float32
