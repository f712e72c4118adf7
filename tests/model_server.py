"""An OpenAI-compatible server that says what it is told to: real HTTP, real server-sent events, failures on order."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[str], str]
"""From the whole prompt, as text, to what is replied."""


@dataclass
class Reply:
    """What the server does with one request for a completion.

    `text` is streamed in pieces of `size` characters, `pause` seconds apart, after `delay` seconds. With `status` it
    fails at once, with `cut` the connection breaks after the text, with `ends` False the stream stops as if all were
    said, but without saying so; `reason` is what it says else. `body` is sent as it is instead of all that, and with
    `location` a redirect to there. `hold` keeps the stream open until set, with nothing new in it.
    """

    text: str | Script = ""
    size: int = 4
    pause: float = 0.0
    delay: float = 0.0
    status: int = 200
    message: str = "an error"
    cut: bool = False
    ends: bool = True
    reason: str = "stop"
    location: str = ""
    body: bytes | None = None
    hold: threading.Event | None = None


@dataclass
class ModelServer:
    """The server's address, the replies that are still to come, and the requests that came."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    otherwise: Reply | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)  # a client went before its reply had ended
    models: list[str] = field(default_factory=lambda: ["scripted", "another"])

    def says(self, *replies: str | Script | Reply) -> None:
        """The next replies, in order."""
        self.replies += [reply if isinstance(reply, Reply) else Reply(reply) for reply in replies]

    @property
    def prompts(self) -> list[str]:
        """The prompts that came, each as one text."""
        return ["\n\n".join(part["content"] for part in request["messages"]) for request in self.requests]


def shown_passages(prompt: str) -> dict[int, str]:
    """The passages of an answer's prompt by number."""
    found = re.findall(r"<passage (\d+)>\n(.*?)\n</passage \1>", prompt, re.DOTALL)
    return {int(number): text for number, text in found}


def place_of(prompt: str, words: str) -> int:
    """The number of the first passage that holds these words."""
    return next(number for number, text in shown_passages(prompt).items() if words in " ".join(text.split()))


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running server; it ends with the block."""
    server = ModelServer("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            server.keys.append(self.headers.get("Authorization", ""))
            self._json(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in server.models]})

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append(request)
            server.keys.append(self.headers.get("Authorization", ""))
            reply = server.replies.pop(0) if server.replies else server.otherwise
            if reply is None:
                self._json(500, {"error": {"message": "nothing was scripted"}})
                return
            time.sleep(reply.delay)
            try:
                self._send(reply, server.prompts[-1])
            except OSError:
                self.close_connection = True
                server.left.set()

        def _send(self, reply: Reply, prompt: str) -> None:
            if reply.location:
                self.send_response(307)
                self.send_header("Location", reply.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if reply.body is not None:
                self._head(reply.status, len(reply.body))
                self.wfile.write(reply.body)
                return
            if reply.status != 200:
                self._json(reply.status, {"error": {"message": reply.message, "code": reply.message}})
                return
            text = reply.text if isinstance(reply.text, str) else reply.text(prompt)
            self._head(200, None)
            for start in range(0, len(text), reply.size):
                self._event({"content": text[start : start + reply.size]})
                time.sleep(reply.pause)
            if reply.hold is not None:
                while not reply.hold.wait(0.05):
                    self._event({"content": ""})  # fails, and so ends, when the client has gone
            if reply.cut:
                self.close_connection = True
                self.wfile.flush()
                self.connection.close()
                return
            if reply.ends:
                self._event({}, finish=reply.reason)
                self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")

        def _head(self, status: int, length: int | None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream" if length is None else "text/plain")
            if length is None:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def _event(self, delta: dict[str, str], finish: str | None = None) -> None:
            event = {
                "id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": "scripted",
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            }  # fmt: skip
            self._chunk(f"data: {json.dumps(event)}\n\n".encode())

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _json(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return

    http = Quiet(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(5)
