"""Everything that can be set, read once, here, from FOOTNOTE_* variables and `.env`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from rag.errors import InputError
from rag.types import Caution

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Footnote's settings; each is also the variable FOOTNOTE_<NAME>.

    `embedder` is empty for the model that ships with Footnote, or `package.module:Class` of a llama-index embedding,
    built with `embedder_options`. `read_seconds` is the time limit for reading one file. `caution` is how sure the
    reader must be that the documents answer; with the reader "similarity" there is no such choice. `llm_url` is the
    address of an OpenAI-compatible server, empty for answers made of quotes; `llm_context` in tokens, `llm_timeout` in
    seconds without a word from it; `ollama_url` is where an Ollama is looked for.
    """

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", env_file=".env", extra="ignore", frozen=True)

    documents: Path = ROOT / "documents"
    home: Path = ROOT / ".footnote"
    embedder: str = ""
    embedder_options: dict[str, Any] = Field(default_factory=dict)
    reader: Literal["local", "similarity"] = "local"
    caution: Caution = "balanced"
    llm_url: str = ""
    llm_model: str = ""
    llm_key: SecretStr = SecretStr("")
    llm_context: int = 4096
    llm_timeout: float = 60.0
    ollama_url: str = "http://localhost:11434/v1"
    read_seconds: float = Field(default=60.0, gt=0)
    threads: int = Field(default=0, ge=0, description="threads for the models; 0 for all cores")


def load_settings() -> Settings:
    """The settings of this process; raises InputError that names the variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise _unusable("_".join(str(part) for part in first["loc"]), first["msg"]) from None
    except SettingsError as error:
        # which it is stands nowhere but in the message: error parsing value for field "name" from source "…"
        field = re.search(r'field "(\w+)"', str(error))
        raise _unusable(field[1] if field else "…", "it should be valid JSON") from None
    except UnicodeDecodeError:
        raise InputError("The file .env cannot be used: it is not UTF-8 text.") from None


def _unusable(field: str, why: str) -> InputError:
    return InputError(f"The setting FOOTNOTE_{field.upper()} cannot be used: {why}.")
