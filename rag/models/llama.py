"""Adapters to and from llama-index: its embeddings for us, our embedder and our retrieval for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr

from rag.errors import ModelError
from rag.models.embedding import Embedder
from rag.types import Passage

_BATCH = 64


class LlamaIndexEmbedder:
    """Any llama-index embedding as an `Embedder`. Its errors, a server's for example, are raised as ModelError."""

    def __init__(self, embedding: BaseEmbedding) -> None:
        self._embedding = embedding
        self._dimension = 0

    @property
    def name(self) -> str:
        """The class and model name; indexes are only searched with the embedder of the same name."""
        return f"{type(self._embedding).__name__}:{self._embedding.model_name}"

    @property
    def dimension(self) -> int:
        """The length of a vector, found by embedding a word."""
        if not self._dimension:
            self._dimension = len(self.embed_query("dimension"))
        return self._dimension

    def embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Vectors of length 1 in the order of `texts`, (n, dimension); `progress` is called with (done, n)."""
        rows: list[list[float]] = []
        for first in range(0, len(texts), _BATCH):
            part = list(texts[first : first + _BATCH])
            rows += self._call(partial(self._embedding.get_text_embedding_batch, part))
            if progress is not None:
                progress(len(rows), len(texts))
        return _unit(np.asarray(rows, dtype=np.float32).reshape(len(rows), -1 if rows else self.dimension))

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """The vector of a question, (dimension,), of length 1."""
        row = self._call(partial(self._embedding.get_query_embedding, text))
        return _unit(np.asarray([row], dtype=np.float32)).reshape(-1)

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Words, since the model's own tokens are not known here."""
        return sum(len(text.split()) for text in texts)

    def _call(self, embed: Callable[[], Any]) -> Any:
        try:
            return embed()
        except Exception as error:  # integrations raise errors of every kind
            raise ModelError(f"The embedder {self.name} failed: {error}") from error


class FootnoteEmbedding(BaseEmbedding):
    """An `Embedder` of ours as a llama-index embedding, to open a set's collection with plain llama-index."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.name)
        self._embedder = embedder

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self._embedder.embed(texts)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in self._embedder.embed_query(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class FootnoteRetriever(BaseRetriever):
    """Our retrieval as a llama-index retriever; nodes carry document, title, outlet, published, page, start, end."""

    def __init__(self, search: Callable[[str], Sequence[Passage]]) -> None:
        super().__init__()
        self._search = search

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [NodeWithScore(node=_node(p), score=p.score) for p in self._search(query_bundle.query_str)]


def load_embedder(path: str, options: Mapping[str, Any]) -> LlamaIndexEmbedder:
    """The llama-index embedding class at `package.module:Class`, built with `options`.

    Raises ModelError if it cannot be imported or built, or is no llama-index embedding.
    """
    module, _, name = path.partition(":")
    try:
        made = getattr(importlib.import_module(module), name)(**options)
    except Exception as error:  # an integration may be missing, or want a key
        raise ModelError(f"The embedder {path} cannot be used: {error}") from error
    if not isinstance(made, BaseEmbedding):
        raise ModelError(f"The embedder {path} is not a llama-index embedding.")
    return LlamaIndexEmbedder(made)


def _node(passage: Passage) -> TextNode:
    known = {
        "document": passage.document,
        "title": passage.title,
        "outlet": passage.outlet,
        "published": passage.published.isoformat() if passage.published else None,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
    }
    return TextNode(
        id_=f"{passage.document}:{passage.start}",
        text=passage.text,
        metadata={key: value for key, value in known.items() if value is not None},
        excluded_llm_metadata_keys=["start", "end"],
    )


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)
