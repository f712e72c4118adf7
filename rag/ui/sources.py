"""The sources under an answer: each document once, with the numbers that cite it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.types import Citation
from rag.ui import words
from rag.ui.session import Shown, open_drawer
from rag.ui.text import counted, described, plain, source_label


def draw_sources(key: str, citations: Sequence[Citation]) -> None:
    """A button for each document, in order of use, that opens it at the first words that are cited."""
    with st.container(key=f"sources-{key}", gap="xsmall"):
        for document in dict.fromkeys(citation.document for citation in citations):
            cited = [citation for citation in citations if citation.document == document]
            st.button(
                plain(_label(cited)),
                key=f"source-{key}-{cited[0].number}",
                on_click=open_drawer,
                args=(citation_shown(citations, cited[0].number),),
            )


def citation_shown(citations: Sequence[Citation], number: int) -> Shown:
    """The citation of that number in its document, among the others of its answer."""
    at = next(n for n, citation in enumerate(citations) if citation.number == number)
    return Shown(citations[at].document, tuple(citations), at)


def _label(cited: Sequence[Citation]) -> str:
    first = cited[0]
    pages = {citation.page for citation in cited}
    page = first.page if len(pages) == 1 else None
    numbers = " ".join(f"[{citation.number}]" for citation in cited)
    source = source_label(first.title, first.outlet, first.published, page)
    times = counted(len(cited), words.CITED_ONCE, words.CITED_TIMES) if cited[1:] else None
    return f"{numbers} {described(source, times)}"
