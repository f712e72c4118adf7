"""The language of a text, as an ISO 639-1 code."""

from __future__ import annotations

import re

_LEAST_LETTERS = 60
_CHARACTERS = 1_000  # of a text's start: enough to tell, and quick


def language_code(value: str | None) -> str | None:
    """The ISO 639-1 code in `en`, `en-GB` or `en_US`; None for anything else."""
    found = re.match(r"([a-z]{2})(?![a-z])", value.strip().lower()) if value else None
    return found[1] if found else None


def language_of(text: str) -> str | None:
    """The language in which `text` opens, as an ISO 639-1 code; None when there is too little of it to tell."""
    sample = text[:_CHARACTERS]
    if sum(map(str.isalpha, sample)) < _LEAST_LETTERS:
        return None
    import py3langid

    return language_code(str(py3langid.classify(sample)[0]))
