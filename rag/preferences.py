"""Which language model writes: chosen on the page and kept, or else as the settings say; and its key, out of sight."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict

import keyring

from rag.errors import InputError, StorageError
from rag.models.language import ModelChoice, checked_choice, checked_key
from rag.settings import Settings

_SERVICE = "Footnote"


class Preferences:
    """The choice of a language model, in a file of Footnote's home, and keys, in the system's keyring.

    Without a keyring a key is kept in this process only. A key belongs to one server and is given to no other.
    """

    def __init__(self, settings: Settings) -> None:
        self._file = settings.home / "model.json"
        self._settings = settings
        self._guard = threading.Lock()
        self._keys: dict[str, str] = {}

    def choice(self) -> ModelChoice | None:
        """The model that writes; None for quotes only. Raises InputError for settings that cannot be used."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return checked_choice(**kept) if kept else None
        except FileNotFoundError:
            return self.preset()
        except (OSError, ValueError, TypeError, AttributeError, InputError):  # damaged: as if nothing were chosen yet
            return self.preset()

    def preset(self) -> ModelChoice | None:
        """What FOOTNOTE_LLM_* say. Raises InputError if they cannot be used."""
        settings = self._settings
        if not settings.llm_url:
            return None
        try:
            return checked_choice(settings.llm_url, settings.llm_model, settings.llm_context, settings.llm_timeout)
        except InputError as error:
            raise InputError(f"The settings FOOTNOTE_LLM_* cannot be used: {error}") from None

    def choose(self, choice: ModelChoice | None) -> None:
        """Keep the choice for this and later starts; None for quotes only. Raises StorageError if it cannot be kept."""
        unfinished = self._file.with_name(f"{self._file.name}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(asdict(choice) if choice else None), encoding="utf-8")
            unfinished.replace(self._file)
        except OSError as error:
            raise StorageError(f"The choice of a model could not be kept: {error.strerror or error}.") from error

    def key(self, url: str) -> str:
        """The key for the server at that address; empty where none is known. Raises InputError for a useless one."""
        with self._guard:
            if url in self._keys:
                return self._keys[url]
        preset = self._settings.llm_key.get_secret_value()
        if preset and self._is_preset(url):
            return checked_key(preset)
        return _from_keyring(url)

    def keep_key(self, url: str, key: str) -> bool:
        """Use this key for the server; an empty one forgets it. True if it is also there after the next start.

        Raises InputError for what can be no key.
        """
        key = checked_key(key)
        with self._guard:
            self._keys[url] = key
        return _into_keyring(url, key)

    def _is_preset(self, url: str) -> bool:
        try:
            return checked_choice(self._settings.llm_url, "any").url == url
        except InputError:
            return False


def _from_keyring(url: str) -> str:
    try:
        return (keyring.get_password(_SERVICE, url) or "") if _hides() else ""
    except Exception:  # none on this machine, or locked, or broken: backends raise errors of every kind
        return ""


def _into_keyring(url: str, key: str) -> bool:
    try:
        if not _hides():
            return False
        if key:
            keyring.set_password(_SERVICE, url, key)
        elif keyring.get_password(_SERVICE, url) is not None:
            keyring.delete_password(_SERVICE, url)
    except Exception:
        return False
    return True


def _hides() -> bool:
    """False for the keyrings of keyrings.alt, some of which write keys into plain files."""
    return not type(keyring.get_keyring()).__module__.startswith("keyrings.alt")
