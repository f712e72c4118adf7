"""PDF: the text of each page, its hard-wrapped lines joined to paragraphs."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from math import ceil
from typing import Any

from rag.errors import ReadError
from rag.ingest.metadata import About, digest, document
from rag.ingest.text import tidy
from rag.types import Document, Failure

SCAN = "It is a scan without text; run OCR (for example ocrmypdf) first."
BARE = "It holds no text; if its pages show some, run OCR (for example ocrmypdf) first."
PROTECTED = "It is protected by a password; remove the password and try again."
DAMAGED = "It is not a valid PDF file; it may be damaged."
_BROKEN_WORD = re.compile(  # pdfium marks the breaks that it is sure of with U+FFFE and drops the end of the line
    r"\b(\w+)(?:[\x02\ufffe](?:\r?\n)?|[\u00ad-][ \t]*\r?\n)(\w+)([^\w\s]*)[ \t]*(?:\r?\n)?"
)
_ITEM = re.compile(r"(?:[•●▪■◦‣*–—-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*")
_SENTENCE_END = re.compile(r"[.!?:][\"'”’»)\]]*$")
_FULL = 0.85  # of the usual width: a line that ran to the margin
_HALF = 0.55  # of the usual width: shorter lines stand for themselves


def read_pdf(data: bytes, name: str) -> list[Document | Failure]:
    """A PDF file; `pages` holds where each page starts, an empty page starting where the next one does."""
    texts, title = _page_texts(data)
    text, pages = join_pages(texts)
    return [document(name, text, digest(data), About(title=title), pages)]


def join_pages(texts: list[str]) -> tuple[str, tuple[int, ...]]:
    """The pages as one text, a blank line between them, and the offset at which each starts."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for text in texts:
        if text and parts:
            parts.append("\n\n")
            length += 2
        starts.append(length)
        parts.append(text)
        length += len(text)
    last = length
    for number in range(len(texts) - 1, -1, -1):  # an empty page starts where the next text does
        starts[number] = last = starts[number] if texts[number] else last
    return "".join(parts), tuple(starts)


def _page_texts(data: bytes) -> tuple[list[str], str | None]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise ReadError(PROTECTED if "assword" in str(error) else DAMAGED) from None
    try:
        raw = [_page_text(pdf, number) for number in range(len(pdf))]
        if all(text is None for text in raw):
            raise ReadError(DAMAGED)
        if not any(text and text.strip() for text in raw):
            raise ReadError(SCAN if any(_shows_image(pdf[number]) for number in range(min(len(pdf), 20))) else BARE)
        title = _title(str(pdf.get_metadata_dict().get("Title", "")))
    finally:
        pdf.close()
    words = "\n".join(text or "" for text in raw)
    return [paragraphs(join_broken_words(text or "", words)) for text in raw], title


def _page_text(pdf: Any, number: int) -> str | None:
    """The raw text of a page; None for one that cannot be read, since the others still can."""
    import pypdfium2

    try:
        page = pdf[number]
        text_page = page.get_textpage()
        text = str(text_page.get_text_range())
        text_page.close()
        page.close()
    except pypdfium2.PdfiumError:
        return None
    return text


def _shows_image(page: Any) -> bool:
    import pypdfium2.raw

    return any(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))


def _title(value: str) -> str | None:
    """The title that a PDF says it has, unless it is what a program left there."""
    title = tidy(value).replace("\n", " ")
    left = re.search(r"^(?:untitled|microsoft \w+ - |document\d*$|title$)|\.\w{2,5}$|[\\/_]", title, re.IGNORECASE)
    return title if not left and len(title.split()) >= 2 and len(title) <= 300 else None


def join_broken_words(text: str, whole: str) -> str:
    """`text` with words that a line's end broke made whole, before the line's end.

    `whole` is the text of the document, which shows how it writes them elsewhere.
    """

    def joined(found: re.Match[str]) -> str:
        left, right = found[1], found[2]
        kept = not right[0].islower() or left.isdigit()
        if not kept and f"{left}-{right}" in whole and f"{left}{right}" not in whole:
            kept = True
        return f"{left}{'-' if kept else ''}{right}{found[3]}\n"

    return _BROKEN_WORD.sub(joined, text)


def paragraphs(text: str) -> str:
    """The lines of a page as paragraphs: a line that ran to the margin goes on in the next one."""
    lines = tidy(text).split("\n")
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    width = lengths[ceil(0.9 * (len(lengths) - 1))]
    blocks: list[tuple[str, int]] = []  # (text, lines)
    open_line = ""
    for line in lines:
        if line and open_line and _goes_on(open_line, line, width):
            before, count = blocks[-1]
            blocks[-1] = (f"{before} {line}", count + 1)
        elif line:
            blocks.append((line, 1))
        open_line = line
    parts = [blocks[0][0]]
    for (before, count), (after, following) in pairwise(blocks):
        short = count == following == 1 and not _SENTENCE_END.search(before)
        parts.append(("\n" if short else "\n\n") + after)
    return "".join(parts)


def _goes_on(line: str, following: str, width: int) -> bool:
    if _ITEM.match(following) or _PAGE_NUMBER.fullmatch(following) or len(line) < 30:
        return False
    if _SENTENCE_END.search(line):
        return len(line) >= _FULL * width and not following[0].islower()
    return len(line) >= _HALF * width and (following[0].islower() or len(line) >= 0.7 * width)


# -- pictures of pages ------------------------------------------------------------------------------------------------

_PICTURE_WIDTH = 900  # pixels
_MARKER = (255, 224, 102)


def page_picture(data: bytes, page: int, quote: str) -> bytes | None:
    """Page number `page`, counted from 1, as a PNG with the words of the quote marked where they are found on it.

    None for a page that cannot be drawn.
    """
    import pypdfium2
    from PIL import Image, ImageChops, ImageDraw

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        drawn = pdf[page - 1]
        scale = _PICTURE_WIDTH / drawn.get_width()
        picture = drawn.render(scale=scale).to_pil().convert("RGB")
        boxes = [] if drawn.get_rotation() else _boxes(drawn.get_textpage(), quote)
        height = drawn.get_height()
    except (pypdfium2.PdfiumError, IndexError):
        return None
    finally:
        pdf.close()
    marks = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(marks)
    for left, bottom, right, top in boxes:
        pen.rectangle((left * scale, (height - top) * scale, right * scale, (height - bottom) * scale), fill=_MARKER)
    out = io.BytesIO()
    ImageChops.multiply(picture, marks).save(out, "PNG")
    return out.getvalue()


def _boxes(text_page: Any, quote: str) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top, in points, of the runs of characters that are the quote's.

    Spaces, hyphens and line ends count for nothing, since joining the lines of a page changes them.
    """
    raw = str(text_page.get_text_range())
    places = [n for n, sign in enumerate(raw) if sign.isalnum()]
    start = "".join(raw[n] for n in places).find("".join(filter(str.isalnum, quote)))
    count = sum(map(str.isalnum, quote))
    if start < 0 or not count or len(raw) != text_page.count_chars():
        return []
    lines: list[tuple[float, float, float, float]] = []
    for n in places[start : start + count]:
        left, bottom, right, top = text_page.get_charbox(n, loose=True)
        if lines and abs(lines[-1][1] - bottom) < (top - bottom) / 2 and left >= lines[-1][0]:
            lines[-1] = (lines[-1][0], min(lines[-1][1], bottom), right, max(lines[-1][3], top))
        else:
            lines.append((left, bottom, right, top))
    return lines
