"""The seam to language models: what writes prose from a prompt, one piece at a time."""

from __future__ import annotations

import ipaddress
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from rag.errors import InputError, ModelError

QUOTES: Final = "quotes"
"""The name of the writer that needs no language model."""

_PATIENCE = 0.05  # seconds between two looks at whether to stop


@dataclass(frozen=True, slots=True)
class Message:
    """One part of a prompt."""

    role: Literal["system", "user"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model on an OpenAI-compatible server; `context` in tokens, `timeout` in seconds without a word from it."""

    url: str
    model: str
    context: int = 4096
    timeout: float = 60.0


class ContextTooLong(ModelError):
    """The prompt has more tokens than the model takes."""


class BrokenOff(ModelError):
    """The model's reply ended before it was complete."""


class LanguageModel(Protocol):
    """Writes a reply to a prompt."""

    @property
    def name(self) -> str:
        """How the model is called; stands in every answer that it wrote."""
        ...

    @property
    def context(self) -> int:
        """The tokens of a prompt and its reply together, at most."""
        ...

    def count_tokens(self, text: str) -> int:
        """The tokens of the text, or a little more."""
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply in pieces, as they come; empty ones too, while it thinks.

        Raises ModelError, whose text is one sentence for the user and holds no key; ContextTooLong for a prompt that
        does not fit; BrokenOff, after what came, for a reply that is not whole.
        """
        ...


def checked_choice(url: str, model: str, context: int = 4096, timeout: float = 60.0) -> ModelChoice:
    """A choice with a whole address: `localhost:11434` is http://localhost:11434/v1.

    Raises InputError, in one sentence, for what cannot be used.
    """
    whole = _whole_address(url)
    if not model.strip():
        raise InputError("Please name a model.")
    if context < 1024:
        raise InputError("A context window of less than 1,024 tokens is too small for passages and an answer.")
    if not 1 <= timeout <= 3600:
        raise InputError("The time to wait must be from 1 to 3,600 seconds.")
    return ModelChoice(whole, model.strip(), context, timeout)


def _whole_address(typed: str) -> str:
    url = typed.strip().rstrip("/").removesuffix("/chat/completions")
    if url and "://" not in url:
        url = ("http://" if _private(url) else "https://") + url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or not url.isprintable() or " " in url:
        raise InputError(f"“{typed}” is not the address of a server; it should look like http://localhost:11434/v1.")
    if parts.username or parts.password:
        raise InputError("The address holds a name or password; give the key by itself.")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path or '/v1'}"


def checked_key(key: str) -> str:
    """The key without blanks around it; raises InputError for one that no server could be sent."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError("The key holds characters that no key has; please copy it again.")
    return key


def stoppable(pieces: Callable[[], Iterator[str]], stopped: Callable[[], bool]) -> Iterator[str]:
    """The pieces, until `stopped` says so, even while the next one is being waited for; errors are passed on.

    They are fetched by a thread of their own, which a stop leaves behind: it ends with the next piece or a timeout.
    """
    fetched: queue.Queue[str | BaseException | None] = queue.Queue()
    left = threading.Event()

    def fetch() -> None:
        try:
            source = pieces()
            for piece in source:
                if left.is_set():
                    if close := getattr(source, "close", None):
                        close()
                    return
                fetched.put(piece)
            fetched.put(None)
        except BaseException as error:
            fetched.put(error)

    if stopped():
        return
    threading.Thread(target=fetch, daemon=True, name="language model").start()
    try:
        while not stopped():
            try:
                piece = fetched.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        left.set()


def _private(address: str) -> bool:
    """True for a machine of one's own, or of the network at hand, which seldom speak https."""
    host = urlsplit(f"//{address}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
