"""Texts to vectors: what an embedder is, and the one that ships with Footnote."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError
from rag.models.inference import WINDOW, Encoder

WEIGHTS = Path(__file__).resolve().parent / "weights"
"""The folder of the models that ship with Footnote."""

LIMIT = 256
"""The tokens of a text that are read, its first and last mark included; the length the model was trained on."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their likeness."""

    @property
    def name(self) -> str:
        """The embedder's identity: two embedders of the same name give the same vectors."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Vectors of length 1 in the order of `texts`, (n, dimension); `progress` is called with (done, n)."""

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """The vector of a question, (dimension,); some models read questions differently from passages."""

    def count_tokens(self, texts: Sequence[str]) -> int:
        """The tokens that `embed` would read of `texts`."""


class LocalEmbedder:
    """all-MiniLM-L6-v2 in int8 (see weights/MODEL_CARD.md); needs no network.

    Reads the first 256 tokens of a text. `threads` is 0 for all cores. The files are opened at first use; every
    method raises `ModelError` when they are missing or damaged.
    """

    def __init__(self, threads: int = 0, weights: Path = WEIGHTS) -> None:
        self._file = weights / "embedder.onnx"
        self._encoder = Encoder(self._file, weights / "tokenizer.json", limit=LIMIT, threads=threads)

    @cached_property
    def name(self) -> str:
        """The model and the first 12 hexadecimal digits of its file's SHA-256."""
        try:
            digest = hashlib.sha256(self._file.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(f"The model file {self._file} cannot be read: {error.strerror}.") from error
        return f"all-MiniLM-L6-v2-int8@{digest[:12]}"

    @property
    def dimension(self) -> int:
        """384."""
        return 384

    def embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Vectors of length 1 in the order of `texts`, (n, 384); `progress` is called with (done, n) per batch."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for batch in self._encoder.run(texts):
            vectors[list(batch.rows)] = batch.outputs["embedding"]
            done += len(batch.rows)
            if progress is not None:
                progress(done, len(texts))
        return vectors

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """The vector of a question, (384,)."""
        vector: npt.NDArray[np.float32] = self.embed([text])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> int:
        """The tokens that `embed` would read: at most 256 of a text, its first and last mark included."""
        windows = (texts[first : first + WINDOW] for first in range(0, len(texts), WINDOW))
        return sum(len(encoding) for window in windows for encoding in self._encoder.tokenize(window))
