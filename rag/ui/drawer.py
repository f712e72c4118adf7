"""The drawer on the right: an article, whole, with the cited words marked where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import streamlit as st

from rag.errors import FootnoteError, ReadError
from rag.export.transcript import place
from rag.ingest.library import DocumentSet
from rag.ingest.readers import FileReader, front_matter
from rag.ingest.text import heading_spans
from rag.types import Citation, Document
from rag.ui import words
from rag.ui.session import Shown, close_drawer, desk, guarded, session
from rag.ui.text import described, sendable
from rag.ui.verbatim import Block, Part, block, verbatim

_WIDTH = 760
_WIDE = 1180  # pixels: the text and a page's picture beside it
_DRAWING_SECONDS = 10.0  # for a page
_DRAWN_SECONDS = 600.0  # for which it is at hand
_MARKDOWN = (".md", ".markdown")
_WITH_FRONT_MATTER = (*_MARKDOWN, ".txt")


def draw_drawer(document_set: DocumentSet) -> None:
    """Open the drawer if a document is to be shown; it stays through reruns until it is closed."""
    shown = session().drawer
    if shown is None:
        return

    @st.dialog(
        words.DRAWER,
        width=_WIDE if _is_pdf(shown.document) and shown.citation else _WIDTH,
        position="right",
        icon=":material/article:",
        on_dismiss=close_drawer,
    )
    def drawer() -> None:
        guarded(lambda: _draw(document_set))

    drawer()


def _draw(document_set: DocumentSet) -> None:
    shown = session().drawer  # not what the drawer was opened with: its own buttons go on to other citations
    if shown is None:
        return
    try:
        document = desk().assistant.document(document_set, shown.document)
    except FootnoteError as error:
        _draw_head(document_set, shown, None)
        quote = [block("quote", shown.citation.quote)] if shown.citation else []
        verbatim("drawer", [block("note", str(error)), *quote])
        return
    _draw_head(document_set, shown, document)
    picture = _picture(document_set, document, shown.citation)
    if picture is None:
        _article(document, shown)
        return
    with st.container(horizontal=True, key="page_and_text"):
        with st.container(width=480, key="page_picture"):
            st.image(picture, width="stretch", caption=_page_words(document, shown.citation))
        with st.container(width=560):
            _article(document, shown)


# -- the head ---------------------------------------------------------------------------------------------------------


def _draw_head(document_set: DocumentSet, shown: Shown, document: Document | None) -> None:
    """The way to the citations before and after this one, to the file, and to where the article stood first."""
    file = desk().assistant.file(document_set, document.name) if document else None
    url = document.url if document and (document.url or "").startswith(("http://", "https://")) else None
    if not (shown.citations[1:] or file or url):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="steps"):
        if document and shown.citation:  # which is come to in the midst of the article
            with st.container(key="article_title"):
                st.text(sendable(document.title))
        if shown.citations[1:]:
            _offer_others(shown)
        if file:
            st.download_button(
                words.OPEN_FILE,
                data=lambda: file.read_bytes(),
                file_name=file.name,
                key="file",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
        if url:
            st.link_button(words.ORIGINAL_PAGE, url, icon=":material/open_in_new:", type="tertiary")


def _offer_others(shown: Shown) -> None:
    steps = (("previous", words.PREVIOUS, "chevron_left", -1), ("next", words.NEXT, "chevron_right", 1))
    for name, label, icon, step in steps:
        at = shown.at + step
        st.button(
            label,
            key=f"{name}_citation",
            icon=f":material/{icon}:",
            disabled=not 0 <= at < len(shown.citations),
            on_click=_go,
            args=(at,),
        )
    st.text(words.CITATION_OF.format(number=shown.at + 1, total=len(shown.citations)), width="content")


def _go(at: int) -> None:
    shown = session().drawer
    if shown is not None:
        session().drawer = replace(shown, document=shown.citations[at].document, at=at)


# -- the article ------------------------------------------------------------------------------------------------------


def _article(document: Document, shown: Shown) -> None:
    page = _page_words(document, shown.citation)
    facts = described(document.outlet, document.author, document.published, page, document.name)
    head = [block("heading", document.title), block("note", facts)]
    here = [(citation, place(document.text, citation)) for citation in shown.citations
            if citation.document == document.name]  # fmt: skip
    if shown.citation and place(document.text, shown.citation) is None:
        head += [block("note", words.ARTICLE_LOST), block("quote", shown.citation.quote)]
    found = [(citation, span) for citation, span in here if span is not None]
    parts = article_parts(document, found, shown.citation)
    verbatim("drawer", [*head, Block("article", parts)], scroll=bool(found))


def article_parts(
    document: Document, found: Sequence[tuple[Citation, tuple[int, int]]], current: Citation | None
) -> tuple[Part, ...]:
    """The whole text in parts: front matter apart, headings as such, the words of each citation, at its span, marked.

    The short answers among these words stand out, and those of the current citation most.
    """
    text = document.text
    lower = document.name.lower()
    edge = front_matter(text)[1] if lower.endswith(_WITH_FRONT_MATTER) else 0
    titles = [(a, b) for a, b in heading_spans(text) if a >= edge] if lower.endswith(_MARKDOWN) else []
    shorts = [(c.short[0] - c.start + a, c.short[1] - c.start + a) for c, (a, _) in found if c.short]
    cuts = {0, edge, len(text), *(cut for spans in (titles, shorts, [span for _, span in found]) for span in spans
                                  for cut in span)}  # fmt: skip
    cuts |= {text.index(" ", a) + 1 for a, b in titles if " " in text[a:b]}
    parts: list[Part] = []
    for start, end in pairwise(sorted(cuts)):
        covering = [citation for citation, (a, b) in found if a <= start and end <= b]
        if covering:
            style = "mark" + " key" * _within(start, shorts) + " now" * (current in covering)
            numbers = ", ".join(str(citation.number) for citation in covering if citation.number)
            parts.append((text[start:end], style, numbers))
        elif _within(start, titles):
            parts.append((text[start:end], "faint" if text[start] == "#" else "title"))
        else:
            parts.append((text[start:end], "front" if end <= edge else ""))
    return tuple(part for part in parts if part[0])


def _within(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


# -- pages of a PDF ---------------------------------------------------------------------------------------------------


def _is_pdf(name: str) -> bool:
    return name.lower().endswith(".pdf")


def _page_words(document: Document, citation: Citation | None) -> str | None:
    span = place(document.text, citation) if citation else None
    page = document.page_at(span[0]) if span else None
    return words.PAGE.format(page=page) if page else None


def _picture(document_set: DocumentSet, document: Document, citation: Citation | None) -> bytes | None:
    """The page that is cited, as a picture with the words marked; None where there is none."""
    span = place(document.text, citation) if citation else None
    page = document.page_at(span[0]) if span else None
    file = desk().assistant.file(document_set, document.name)
    if not _is_pdf(document.name) or citation is None or page is None or file is None:
        return None
    try:
        return _drawn_page(file, document.sha256, page, citation.quote)
    except ReadError:
        return None  # the words are there without it


# not for good: one that took too long may have done so for once
@st.cache_data(max_entries=32, ttl=_DRAWN_SECONDS, show_spinner=words.DRAWING_PAGE)
def _drawn_page(_file: Path, sha256: str, page: int, quote: str) -> bytes | None:
    with FileReader(_DRAWING_SECONDS) as reader:  # in a process of its own: pdfium is not for several threads
        return reader.picture(_file, page, quote)
