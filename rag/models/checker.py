"""Checkers: does a text support a claim?

`Checker` is the seam. `LocalChecker` is the cross-encoder that ships with Footnote: it reads a claim and the sentences
that are to carry it together. What its number means, as a probability, stands beside its weights in `checker.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from rag.errors import ModelError
from rag.models.embedding import WEIGHTS
from rag.models.evidence import condensed
from rag.models.inference import Encoder
from rag.models.reader import LIMIT, sigmoid
from rag.models.support import doubt, text_features

EVIDENCE_WORDS: Final = 130


class Checker(Protocol):
    """Judges claims against texts."""

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each (claim, text) the probability, in [0, 1], that the text supports all of the claim."""
        ...

    @property
    def threshold(self) -> float:
        """The probability from which on a claim counts as supported."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns the checker's number into a probability; made by `training/fit_checker.py`, kept beside the weights.

    `weights` are those of a logistic model over `LocalChecker.features`, the bias last.
    """

    weights: tuple[float, ...]
    threshold: float


class LocalChecker:
    """The checker that ships with Footnote (see weights/MODEL_CARD.md); needs no network.

    `threads` is 0 for all cores. The files are opened at first use; every method raises `ModelError` when they are
    missing or damaged.
    """

    def __init__(self, threads: int = 0, weights: Path = WEIGHTS) -> None:
        self._calibration_file = weights / "checker.json"
        self._encoder = Encoder(weights / "checker.onnx", weights / "tokenizer.json", limit=LIMIT, threads=threads)

    @cached_property
    def calibration(self) -> Calibration:
        """What stands in checker.json."""
        try:
            return Calibration(**json.loads(self._calibration_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"The model file {self._calibration_file} is missing or damaged; fetch it again from Footnote's"
                " repository."
            ) from error

    @property
    def threshold(self) -> float:
        """See `Checker`."""
        return self.calibration.threshold

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """See `Checker`. Of a long text, the sentences with most of the claim's words are read."""
        weights = self.calibration.weights
        return [
            sigmoid(sum(a * b for a, b in zip(row, weights, strict=True))) * doubt(*pair)
            for row, pair in zip(self.features(pairs), pairs, strict=True)
        ]

    def features(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, ...]]:
        """For each (claim, text): the logit that the text supports the claim, `text_features`, and 1."""
        read = [
            (claim, "\n".join(text[a:b] for a, b in condensed(claim, text, EVIDENCE_WORDS))) for claim, text in pairs
        ]
        logits = [0.0] * len(read)
        for batch in self._encoder.run(read):
            for row, value in zip(batch.rows, batch.outputs["support"], strict=True):
                logits[row] = float(value[0])
        return [(logit, *text_features(*pair), 1.0) for logit, pair in zip(logits, read, strict=True)]
