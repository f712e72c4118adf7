"""Word, PowerPoint and rich text files."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from rag.errors import ReadError
from rag.ingest.archives import open_archive
from rag.ingest.metadata import About, digest, document
from rag.ingest.pdf import join_pages
from rag.ingest.text import tidy
from rag.types import Document, Failure

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_UNREAD = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}rPr", f"{_W}pPr", f"{_W}sdtPr", _FALLBACK})
_TEMPLATE_TITLE = re.compile(r"word document|powerpoint presentation|untitled.*|title|slide \d+|document\d*", re.I)
_RTF_GARBAGE = re.compile(r"\\bin(\d+) ?")
_RTF_CODEPAGE = re.compile(rb"\\ansicpg(\d{3,5})")


def read_docx(data: bytes, name: str) -> list[Document | Failure]:
    """A Word file: paragraphs, tables, text boxes and content controls in the order of the page."""
    open_archive(data, "DOCX").close()
    import docx

    word = docx.Document(io.BytesIO(data))
    body: _Element = word.element.body
    blocks = list(_word_blocks(body))
    title = next((text for style, text in blocks if style == "Title"), None) or _core_title(word.core_properties)
    title = title or next((text for style, text in blocks[:10] if style == "Heading1"), None)
    text = tidy("\n\n".join(text for _, text in blocks))
    return [document(name, text, digest(data), About(title=" ".join(title.split()) if title else None))]


def _word_blocks(parent: _Element) -> Iterator[tuple[str, str]]:
    """(style, text) of the paragraphs and tables below `parent`, content controls opened."""
    for node in parent:
        if node.tag == f"{_W}p":
            yield from _word_paragraph(node)
        elif node.tag == f"{_W}tbl":
            yield from _word_table(node)
        elif isinstance(node.tag, str) and node.tag not in _UNREAD:
            yield from _word_blocks(node)


def _word_table(table: _Element) -> Iterator[tuple[str, str]]:
    yield "", "\n\n".join(filter(None, (_word_row(row) for row in _own(table, f"{_W}tr"))))


def _word_row(row: _Element) -> str:
    cells = (" ".join(" ".join(text for _, text in _word_blocks(cell)).split()) for cell in _own(row, f"{_W}tc"))
    return " | ".join(filter(None, cells))


def _own(parent: _Element, tag: str) -> Iterator[_Element]:
    """The nearest descendants with `tag`, not those inside one of them."""
    for node in parent:
        if node.tag == tag:
            yield node
        elif isinstance(node.tag, str) and node.tag not in _UNREAD:
            yield from _own(node, tag)


def _word_paragraph(paragraph: _Element) -> Iterator[tuple[str, str]]:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    parts: list[str] = []
    inner: list[_Element] = []
    _word_runs(paragraph, parts, inner)
    if (text := "".join(parts).strip()) != "":
        yield (style.get(f"{_W}val", "") if style is not None else ""), text
    for box in inner:
        yield from _word_table(box) if box.tag == f"{_W}tbl" else _word_blocks(box)


def _word_runs(node: _Element, parts: list[str], inner: list[_Element]) -> None:
    """Adds the text of the runs below `node` to `parts` and the text boxes and tables inside them to `inner`."""
    for child in node:
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif child.tag in (f"{_W}txbxContent", f"{_W}tbl"):
            inner.append(child)
        elif isinstance(child.tag, str) and child.tag not in _UNREAD:
            _word_runs(child, parts, inner)


def _core_title(properties: Any) -> str | None:
    """The title in the file's properties, unless a program put it there."""
    try:
        title = " ".join(str(properties.title or "").split())
    except (KeyError, ValueError):
        return None
    template = _TEMPLATE_TITLE.fullmatch(title)
    return title if len(title.split()) >= 2 and not template else None


def read_pptx(data: bytes, name: str) -> list[Document | Failure]:
    """A presentation: each slide, with its tables, diagrams and notes, is a page."""
    open_archive(data, "PPTX").close()
    import pptx

    show = pptx.Presentation(io.BytesIO(data))
    slides = list(show.slides)
    text, pages = join_pages([tidy("\n\n".join(_slide_blocks(slide))) for slide in slides])
    heading = slides[0].shapes.title if slides else None
    shown = " ".join(heading.text_frame.text.split()) if heading is not None else None
    title = _core_title(show.core_properties) or shown
    return [document(name, text, digest(data), About(title=title or None), pages)]


def _slide_blocks(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        yield from _shape_blocks(shape, slide.part)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield slide.notes_slide.notes_text_frame.text.replace("\n", "\n\n")


def _shape_blocks(shape: Any, part: Any) -> Iterator[str]:
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape_blocks(inner, part)
    elif shape.has_text_frame:
        yield "\n\n".join(paragraph.text for paragraph in shape.text_frame.paragraphs)
    elif getattr(shape, "has_table", False):
        rows = ([" ".join(cell.text.split()) for cell in row.cells] for row in shape.table.rows)
        yield "\n\n".join(" | ".join(filter(None, row)) for row in rows)
    else:
        for link in shape._element.iter(_DIAGRAM):  # python-pptx has no door to SmartArt
            yield "\n\n".join(_diagram_lines(part.related_part(link.get(f"{_R}dm")).blob))


def _diagram_lines(xml: bytes) -> Iterator[str]:
    from lxml import etree

    tree = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for paragraph in tree.iter(f"{_A}p"):
        if line := "".join(node.text or "" for node in paragraph.iter(f"{_A}t")).strip():
            yield line


def read_rtf(data: bytes, name: str) -> list[Document | Failure]:
    """A rich text file."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("It is not a valid RTF file; it may be damaged.")
    from striprtf import striprtf

    declared = _RTF_CODEPAGE.search(data[:2000])
    encoding = f"cp{int(declared[1])}" if declared else "cp1252"
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "cp1252"
    source = _without_binary(data.decode("latin-1"))
    plain_text: Callable[..., str] = striprtf.rtf_to_text
    text = tidy(plain_text(source, encoding=encoding, errors="replace").replace("\n", "\n\n"))
    return [document(name, re.sub(r"(?: ?\|)+$", "", text, flags=re.MULTILINE), digest(data))]


def _without_binary(source: str) -> str:
    """`source` without the raw bytes that follow `\\binN`."""
    parts: list[str] = []
    start = 0
    while found := _RTF_GARBAGE.search(source, start):
        parts.append(source[start : found.start()])
        start = found.end() + int(found[1])
    return "".join([*parts, source[start:]])
