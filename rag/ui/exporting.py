"""The conversation as a file to keep or to pass on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from rag.assistant import Assistant
from rag.errors import FootnoteError
from rag.export.conversation import MIME_TYPES, exported
from rag.export.transcript import Format, file_name
from rag.ingest.library import DocumentSet
from rag.ui import words
from rag.ui.session import desk
from rag.ui.text import plain

_LABELS: Final[dict[Format, str]] = {"html": words.AS_HTML, "md": words.AS_MARKDOWN, "json": words.AS_JSON}
_SAID: Final[dict[Format, str]] = {
    "html": words.AS_HTML_HELP,
    "md": words.AS_MARKDOWN_HELP,
    "json": words.AS_JSON_HELP,
}


def draw_downloads(document_set: DocumentSet, conversation: str) -> None:
    """A button for each form; the file is made when it is asked for."""
    assistant = desk().assistant
    try:
        title = assistant.history.get(conversation).title
    except FootnoteError as error:  # it is not kept
        st.caption(plain(str(error)))
        return
    st.caption(words.EXPORT_AS)
    for form, label in _LABELS.items():
        st.download_button(
            label,
            data=_maker(assistant, document_set, conversation, form),
            file_name=file_name(title, form),
            mime=MIME_TYPES[form],
            key=f"export-{form}-{conversation}",
            icon=":material/download:",
            help=_SAID[form],
            on_click="ignore",
            width="stretch",
        )


def _maker(assistant: Assistant, document_set: DocumentSet, conversation: str, form: Format) -> Callable[[], bytes]:
    """What makes the file; it runs beside the page."""
    return lambda: exported(assistant.transcript(conversation, document_set), form)
