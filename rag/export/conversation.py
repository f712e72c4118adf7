"""A conversation in the form that is asked for."""

from __future__ import annotations

from typing import Final

from rag.export.html import as_html
from rag.export.markdown import as_markdown
from rag.export.records import as_json
from rag.export.transcript import Format, Transcript

MIME_TYPES: Final[dict[Format, str]] = {"md": "text/markdown", "html": "text/html", "json": "application/json"}


def exported(transcript: Transcript, form: Format) -> bytes:
    """The content of the file, which is UTF-8."""
    forms = {"md": as_markdown, "html": as_html, "json": as_json}
    return forms[form](transcript).encode("utf-8", "replace")
