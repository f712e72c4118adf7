"""Everything that can be set, read once, here, from FOOTNOTE_* variables and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Footnote's settings; each is also the variable FOOTNOTE_<NAME>.

    `embedder` is empty for the model that ships with Footnote, or `package.module:Class` of a llama-index embedding,
    built with `embedder_options`. `read_seconds` is the time limit for reading one file.
    """

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", env_file=".env", extra="ignore", frozen=True)

    documents: Path = ROOT / "documents"
    home: Path = ROOT / ".footnote"
    embedder: str = ""
    embedder_options: dict[str, Any] = Field(default_factory=dict)
    read_seconds: float = Field(default=60.0, gt=0)
    threads: int = Field(default=0, ge=0, description="threads for the models; 0 for all cores")
