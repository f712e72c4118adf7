"""What tests share: the evaluation data beside the repository, a small document set, and the real local embedder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from rag.assistant import Assistant
from rag.models.embedding import LocalEmbedder
from rag.settings import Settings
from tests.browsing import CHROMIUM, VIEWS, View, browsing
from tests.model_server import ModelServer, model_server

SHARED = Path(__file__).resolve().parents[2] / "shared"

ARTICLES = {
    "harbour.md": """---
title: Harbour bridge closes for repairs
outlet: Port Gazette
published: 2024-03-05
---

# Harbour bridge closes for repairs

The old harbour bridge in Varnholm will be closed to all traffic from 12 March 2024. Engineers found cracks in three of
its forty-two supports. The repair will cost 8.5 million crowns, the city council said.

Mayor Ingrid Solheim called the closure unavoidable. “Nobody should drive over a bridge that we do not trust,” she said.
""",
    "ferry.txt": """Ferry company adds night crossings

Published: 9 March 2024

The ferry company Nordlink will add six night crossings while the bridge in Varnholm is closed. Its director, Peter
Aalto, expects 4,000 additional passengers a day. Tickets stay at 30 crowns.

Leave a Reply

Your email address will not be published. Required fields are marked *
""",
    "museum.txt": """Museum opens a hall of maps

The town museum of Varnholm has opened a hall with two hundred old sea maps. The oldest sea map was drawn in 1571 by
the pilot Anna Brekke, a sailor of the town. Entry is free on Sundays.
""",
}


@pytest.fixture(scope="session")
def embedder() -> LocalEmbedder:
    """The embedder that ships with Footnote."""
    return LocalEmbedder()


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with three small articles."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def assistant(documents: Path, tmp_path: Path, embedder: LocalEmbedder) -> Assistant:
    """An assistant over `documents`, with its index in a folder of its own; nothing is synced yet."""
    return Assistant(Settings(documents=documents, home=tmp_path / "home"), embedder=embedder)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The evaluation data; the test is skipped without it, unless FOOTNOTE_REQUIRE_SHARED is set."""
    if not SHARED.is_dir():
        if os.environ.get("FOOTNOTE_REQUIRE_SHARED"):
            pytest.fail(f"the evaluation data is required and not in {SHARED}")
        pytest.skip("the evaluation data is not beside the repository")
    return SHARED


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test uses the language model, the key or the keyring of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_LLM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A language model's server that says what the test tells it to."""
    with model_server() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests are skipped, unless FOOTNOTE_REQUIRE_BROWSER=1 forbids it."""
    if not CHROMIUM.exists():
        message = f"there is no browser at {CHROMIUM} (Debian's package chromium)"
        if os.environ.get("FOOTNOTE_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module", params=VIEWS, ids=str)
def view(request: pytest.FixtureRequest) -> View:
    """Light and wide, then dark and narrow: what a browser test is run in."""
    found: View = request.param
    return found
