"""Adapters to and from llama-index: its embeddings for us, our embedder and our retrieval for it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM, ChatMessage
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.utils import get_tokenizer
from pydantic import PrivateAttr, SecretStr

from rag.errors import ModelError
from rag.models.embedding import Embedder
from rag.models.language import BrokenOff, ContextTooLong, Message, ModelChoice
from rag.types import Passage

_BATCH = 64
_STATUS = {
    401: "The language model's server{at} does not accept the key",
    403: "The language model's server{at} does not let this key use {name}",
    404: "The language model's server{at} has no model {name}",
    429: "The language model's server{at} takes no more requests for now, or the account has no credit left",
}


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


class LlamaIndexModel:
    """Any llama-index LLM as a `LanguageModel`; `context` in tokens, else as the LLM says itself.

    Whatever it raises becomes ModelError: one sentence, without its key. `place` is where it is, for these sentences.
    """

    def __init__(self, llm: LLM, context: int = 0, place: str = "") -> None:
        self._llm = llm
        self._context = context
        self._place = place

    @property
    def name(self) -> str:
        """The model's name, without the folders that some servers put before it."""
        name = self._llm.metadata.model_name or type(self._llm).__name__
        return re.split(r"[\\/]", name)[-1] if re.search(r"\.gguf$", name, re.IGNORECASE) else name

    @property
    def context(self) -> int:
        """See `LanguageModel`."""
        return self._context or self._llm.metadata.context_window

    def count_tokens(self, text: str) -> int:
        """See `count_tokens`."""
        return count_tokens(text)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """See `LanguageModel`."""
        return streamed(self._llm, messages, self.name, self._place)


class ServerModel:
    """A model of an OpenAI-compatible server, by llama-index's OpenAILike; nothing is sent to it yet.

    Each reply has a client of its own: a stream left in the middle may hold its client's lock until it is collected.
    No redirects, for what is asked goes to nobody but this server, and no retries: one that fails is told at once.
    """

    def __init__(self, choice: ModelChoice, key: str = "") -> None:
        self._choice = choice
        self._key = SecretStr(key)

    @property
    def name(self) -> str:
        """See `LanguageModel`."""
        return self._choice.model

    @property
    def context(self) -> int:
        """See `LanguageModel`."""
        return self._choice.context

    def count_tokens(self, text: str) -> int:
        """See `count_tokens`."""
        return count_tokens(text)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """See `LanguageModel`."""
        from llama_index.llms.openai_like import OpenAILike

        with httpx.Client(follow_redirects=False, timeout=self._choice.timeout) as client:
            llm = OpenAILike(
                model=self._choice.model,
                api_base=self._choice.url,
                api_key=self._key.get_secret_value() or "none",
                context_window=self._choice.context,
                is_chat_model=True,
                temperature=0.0,
                timeout=self._choice.timeout,
                max_retries=0,
                http_client=client,  # type: ignore[call-arg]
            )
            yield from streamed(llm, messages, self.name, self._choice.url)


def open_model(choice: ModelChoice, key: str = "") -> ServerModel:
    """The model that was chosen, with all that it takes imported, which takes seconds."""
    importlib.import_module("llama_index.llms.openai_like")
    return ServerModel(choice, key)


def streamed(llm: LLM, messages: Sequence[Message], name: str, place: str) -> Iterator[str]:
    """The pieces of an LLM's reply, some of them empty; errors as `LanguageModel.stream`."""
    parts = [ChatMessage(role=message.role, content=message.text) for message in messages]
    reason: str | None = "stop"
    last = ""
    try:
        with closing(llm.stream_chat(parts)) as responses:
            for response in responses:
                if choices := getattr(response.raw, "choices", None):
                    reason = choices[0].finish_reason
                last = (last + (response.delta or ""))[-40:]
                yield response.delta or ""  # empty while it thinks: whoever waits can look whether to stop
    except Exception as error:  # integrations raise errors of every kind
        raise told(error, name, place) from None  # which may hold the key in its words
    if reason == "length":
        raise BrokenOff(f"{name} reached the end of its context window in the middle of its reply.")
    if reason == "content_filter":
        raise BrokenOff(f"{name} was stopped by its server's filter in the middle of its reply.")
    # some servers never say that they are done; others close a broken connection as if they were
    if reason is None and not re.search(r"[.!?。！？…\])\"”’]\s*$", last):
        raise BrokenOff(f"{name} broke off in the middle of its reply.")


def count_tokens(text: str) -> int:
    """The tokens of OpenAI's models (cl100k_base), which come with llama-index; others take about as many."""
    return len(get_tokenizer()(text))


def told(error: Exception, name: str, place: str = "") -> ModelError:
    """What went wrong with a language model in one sentence for the user, which never holds the server's own words."""
    status = getattr(error, "status_code", None)
    kind = {each.__name__ for each in type(error).__mro__}
    at = f" at {place}" if place else ""
    if status in (400, 413, 422) and re.search(
        r"(?i)context|too (?:long|large|many tokens)|maximum.{0,20}length", str(error)
    ):
        return ContextTooLong(f"The question and its passages do not fit into the context window of {name}.")
    if isinstance(status, int) and 300 <= status < 400:
        return ModelError(f"The language model's server{at} sends elsewhere what it is asked (HTTP {status}).")
    if status in _STATUS:
        return ModelError(_STATUS[status].format(name=name, at=at) + f" (HTTP {status}).")
    if isinstance(status, int):
        failed = "failed" if status >= 500 else "refused the request"
        return ModelError(f"The language model's server{at} {failed} (HTTP {status}).")
    if kind & {"APITimeoutError", "TimeoutException", "TimeoutError"}:
        return ModelError(f"{name}{at} was silent for too long and was given up.")
    if kind & {"RemoteProtocolError", "ReadError", "IncompleteRead"}:
        return BrokenOff(f"The connection to {name} broke off in the middle of its reply.")
    if kind & {"APIConnectionError", "ConnectError", "ConnectionError"}:
        return ModelError(f"The language model's server{at} cannot be reached.")
    if kind & {"JSONDecodeError", "ValidationError", "UnicodeDecodeError", "APIResponseValidationError"}:
        return ModelError(f"What answered{at} does not speak like a language model's server.")
    if "APIError" in kind and re.search(r"(?i)context|maximum.{0,20}length", str(error)):
        return ContextTooLong(f"The question and its passages do not fit into the context window of {name}.")
    if "APIError" in kind:  # told within the stream
        return BrokenOff(f"The language model's server{at} failed in the middle of its reply.")
    return ModelError(f"{name}{at} failed ({type(error).__name__}).")


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
