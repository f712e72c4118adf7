"""Document -> chunks of whole sentences, each with its exact span.

The splitters of llama-index cut inside sentences and find offsets again by searching for the words, which goes wrong
where words repeat; here spans come first and the words are cut out by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rag.ingest.boilerplate import is_boilerplate
from rag.ingest.readers import front_matter
from rag.sentences import Span, sentence_spans
from rag.types import Chunk, Document

CHUNKING_VERSION: Final = 1
CHUNK_CHARACTERS: Final = 800
_DENSE_CHARACTERS: Final = 200


def chunk_document(document: Document, size: int = CHUNK_CHARACTERS) -> list[Chunk]:
    """Chunks of at most `size` characters, in order, that never overlap; shorter ones for Chinese, Japanese and Korean.

    A chunk is a run of whole sentences; a sentence longer than `size` is cut at blanks. Front matter and boilerplate
    are in no chunk. `document.text[chunk.start:chunk.end] == chunk.text` for every chunk.
    """
    size = min(size, _fitting(document.text))
    chunks: list[Chunk] = []
    open_span: Span | None = None
    for start, end, begins_anew in _pieces(document, size):
        if open_span is not None and (begins_anew or end - open_span[0] > size):
            chunks.append(_chunk(document, open_span))
            open_span = None
        open_span = (start if open_span is None else open_span[0], end)
    if open_span is not None:
        chunks.append(_chunk(document, open_span))
    return chunks


def _fitting(text: str) -> int:
    """The characters that the embedder reads of such a text: in scripts without spaces, each is a token."""
    sample = text[:4_000]
    dense = sum("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in sample)
    return _DENSE_CHARACTERS if dense > len(sample) / 4 else CHUNK_CHARACTERS


def embedded_text(document: Document, chunk_text: str) -> str:
    """What is embedded for a chunk: its words after the title and date, which say what it is about."""
    dated = f" ({document.published.isoformat()})" if document.published else ""
    return f"{document.title}{dated}\n{chunk_text}"


def _chunk(document: Document, span: Span) -> Chunk:
    start, end = span
    return Chunk(document.name, start, end, document.text[start:end])


def _pieces(document: Document, size: int) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether a chunk must begin here) of the sentences, or cuts of them, that are part of the article.

    A chunk begins after boilerplate and with a Markdown heading, which belongs to what follows it.
    """
    text = document.text
    has_front_matter = document.name.lower().endswith((".md", ".markdown", ".txt"))
    begins_anew = False
    for start, end in sentence_spans(text, front_matter(text)[1] if has_front_matter else 0):
        if is_boilerplate(text[start:end]):
            begins_anew = True
            continue
        begins_anew |= text.startswith(("# ", "## ", "### "), start)
        for piece_start, piece_end in _cut(text, start, end, size):
            yield piece_start, piece_end, begins_anew
            begins_anew = False


def _cut(text: str, start: int, end: int, size: int) -> Iterator[Span]:
    while end - start > size:
        half, limit = start + size // 2, start + size
        blank = max(text.rfind(mark, half, limit) for mark in (" ", "\n", "\t"))
        cut = stop = blank if blank > start else limit
        while text[stop - 1].isspace():
            stop -= 1
        yield start, stop
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
