"""What tests share: the evaluation data beside the repository and the real local embedder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.models.embedding import LocalEmbedder

SHARED = Path(__file__).resolve().parents[2] / "shared"

@pytest.fixture(scope="session")
def embedder() -> LocalEmbedder:
    """The embedder that ships with Footnote."""
    return LocalEmbedder()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The evaluation data; the test is skipped without it, unless FOOTNOTE_REQUIRE_SHARED is set."""
    if not SHARED.is_dir():
        if os.environ.get("FOOTNOTE_REQUIRE_SHARED"):
            pytest.fail(f"the evaluation data is required and not in {SHARED}")
        pytest.skip("the evaluation data is not beside the repository")
    return SHARED
