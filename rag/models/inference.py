"""Runs an encoder file (ONNX) with its tokenizer: the one module that knows a model runtime.

The runtime is imported when a model is first used, so that importing this module costs nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Text = str | tuple[str, str]
"""What an encoder reads: one text, or a pair of texts that it reads together."""

WINDOW = 1024
"""Texts that are tokenised and sorted together; an `Encoding` takes some 25 KB, so all of them at once would not do."""

BUDGET = 2048
"""Tokens of a batch, padding included: where throughput is level, and activations still fit a second-level cache."""

_sessions: dict[tuple[Path, int], Any] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the texts that were given to an encoder, and what it made of them.

    `rows` are their positions among those texts, `encodings` their tokens (with character offsets), and `outputs` the
    model's outputs by name; the first axis of each output goes with `rows`, a second one, where there is one, with
    the tokens, padded to the longest of the batch.
    """

    rows: tuple[int, ...]
    encodings: tuple[Encoding, ...]
    outputs: dict[str, npt.NDArray[np.float32]]


class Encoder:
    """An encoder file and its tokenizer, loaded at first use; any number of threads may use it at once.

    Texts are cut to `limit` tokens. `threads` is the number of threads for one batch, 0 for all cores. Encoders of
    the same file and number of threads share one session. Every method raises `ModelError` when a file is missing or
    damaged.
    """

    def __init__(self, model: Path, tokenizer: Path, *, limit: int, threads: int = 0) -> None:
        self._model = model
        self._tokenizer_file = tokenizer
        self._limit = limit
        self._threads = threads or available_cores()
        self._tokenizer: Tokenizer | None = None

    def run(self, texts: Sequence[Text]) -> Iterator[Batch]:
        """The model's outputs for `texts`, in batches of similar length; every text is in exactly one batch."""
        session = _session(self._model, self._threads)
        for first in range(0, len(texts), WINDOW):
            encodings = self.tokenize(texts[first : first + WINDOW])
            for rows in batches([len(encoding) for encoding in encodings], BUDGET):
                members = tuple(encodings[row] for row in rows)
                yield Batch(tuple(first + row for row in rows), members, self._outputs(session, members))

    def tokenize(self, texts: Sequence[Text]) -> list[Encoding]:
        """The tokens of each of `texts` as the model reads them: cut to the limit, not padded."""
        return self._opened().encode_batch(list(texts))

    def token_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The spans of all tokens of each text, those beyond the limit too, without the marks at its ends."""
        encodings = self._opened().encode_batch(list(texts), add_special_tokens=False)
        return [[span for part in (each, *each.overflowing) for span in part.offsets] for each in encodings]

    def _opened(self) -> Tokenizer:
        if self._tokenizer is None:
            self._tokenizer = _load_tokenizer(self._tokenizer_file, self._limit)
        return self._tokenizer

    def _outputs(self, session: Any, encodings: Sequence[Encoding]) -> dict[str, npt.NDArray[np.float32]]:
        longest = max(len(encoding) for encoding in encodings)
        rows = {
            "input_ids": [encoding.ids for encoding in encodings],
            "attention_mask": [encoding.attention_mask for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
        }
        feed = {each.name: pad(rows[each.name], longest) for each in session.get_inputs()}
        names = [each.name for each in session.get_outputs()]
        try:
            return dict(zip(names, session.run(names, feed), strict=True))
        except Exception as error:  # the runtime has no common base class for its errors
            raise ModelError(f"The model {self._model.name} failed on {len(encodings)} texts: {error}") from error


def available_cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions of `lengths`, longest first, in groups whose longest times their number is at most `budget`.

    A length above `budget` is a group of its own.
    """
    group: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if group and lengths[group[0]] * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def pad(rows: Sequence[Sequence[int]], length: int) -> npt.NDArray[np.int32]:
    """`rows` as one array of `length` columns, filled up with zeros on the right."""
    padded = np.zeros((len(rows), length), dtype=np.int32)
    for target, row in zip(padded, rows, strict=True):
        target[: len(row)] = row
    return padded


def _load_tokenizer(path: Path, limit: int) -> Tokenizer:
    from tokenizers import Tokenizer

    _require(path)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception
        raise ModelError(_damaged(path)) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    return tokenizer


def _session(path: Path, threads: int) -> Any:
    key = (path.resolve(), threads)
    with _lock:
        if key not in _sessions:
            _sessions[key] = _load_session(*key)
        return _sessions[key]


def _load_session(path: Path, threads: int) -> Any:
    _require(path)
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # for builds that do not know the variable which `rag` sets
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    # Threads that wait busily cost a third of the speed as soon as anything else runs on the same cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has no common base class for its errors
        raise ModelError(_damaged(path)) from error


def _require(path: Path) -> None:
    if not path.is_file():
        raise ModelError(f"The model file {path} is missing; fetch it again from Footnote's repository.")


def _damaged(path: Path) -> str:
    return f"The model file {path} is damaged or not a model; fetch it again from Footnote's repository."
