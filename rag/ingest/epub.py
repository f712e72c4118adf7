"""EPUB: the chapters of a book in reading order."""

from __future__ import annotations

import posixpath
import re
import zipfile
from html.entities import name2codepoint
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rag.errors import ReadError
from rag.ingest.archives import damaged, open_archive
from rag.ingest.dates import parse_date
from rag.ingest.html import block_text, decode_html, parse_html
from rag.ingest.language import language_code
from rag.ingest.metadata import About, digest, document, is_url
from rag.ingest.text import tidy
from rag.types import Document, Failure

if TYPE_CHECKING:
    from lxml.etree import _Element

_ENTITY = re.compile(r"&(\w+);")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_WITHOUT = frozenset({"head", "title", "nav", "rt", "rp"})


def read_epub(data: bytes, name: str) -> list[Document | Failure]:
    """A book: its chapters, in the order in which they are read, as one text."""
    with open_archive(data, "EPUB") as archive:
        try:
            opf_path = _package_path(archive)
            package = _xml(archive.read(opf_path))
            chapters = _chapter_paths(package, opf_path)
            _refuse_locked(archive, chapters)
            parts = [_chapter_text(archive, path) for path in chapters]
        except (KeyError, SyntaxError, zipfile.BadZipFile, EOFError, OSError):
            raise ReadError(damaged("EPUB")) from None
    return [document(name, "\n\n".join(filter(None, parts)), digest(data), _about(package))]


def _xml(data: bytes) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True)
    tree: _Element | None = etree.fromstring(data, parser)
    if tree is None:
        raise ReadError(damaged("EPUB"))
    return tree


def _package_path(archive: zipfile.ZipFile) -> str:
    container = _xml(archive.read("META-INF/container.xml"))
    path = next((node.get("full-path") for node in container.iter("{*}rootfile")), None)
    if not path:
        raise ReadError(damaged("EPUB"))
    return path


def _chapter_paths(package: _Element, opf_path: str) -> list[str]:
    """The files of the spine, without the book's own table of contents."""
    folder = posixpath.dirname(opf_path)
    items = {node.get("id"): node for node in package.iter("{*}item")}
    spine = [items.get(node.get("idref")) for node in package.iter("{*}itemref")]
    shown = [node for node in spine if node is not None and "nav" not in (node.get("properties") or "").split()]
    paths = (posixpath.normpath(posixpath.join(folder, unquote(node.get("href", "")))) for node in shown)
    return list(dict.fromkeys(paths))


def _refuse_locked(archive: zipfile.ZipFile, chapters: list[str]) -> None:
    """Raises ReadError when chapters are encrypted; that fonts are is common and harmless."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    locked = {
        unquote(node.get("URI", ""))
        for node in _xml(archive.read("META-INF/encryption.xml")).iter("{*}CipherReference")
    }
    if locked & set(chapters):
        raise ReadError("It is protected against copying (DRM); only an unprotected copy can be read.")


def _chapter_text(archive: zipfile.ZipFile, path: str) -> str:
    try:
        source = archive.read(path)
    except KeyError:  # a chapter that the book lists and does not hold
        return ""
    return tidy(block_text(_chapter_tree(source), _WITHOUT))


def _chapter_tree(source: bytes) -> _Element:
    """The tree of a chapter: as the XML it should be, else as HTML, else ReadError."""
    from lxml import etree

    text = _ENTITY.sub(_character, decode_html(source))
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        tree: _Element = etree.fromstring(bare, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return parse_html(text)
    return tree


def _character(found: re.Match[str]) -> str:
    known = name2codepoint.get(found[1])
    return found[0] if known is None or found[1] in _XML_ENTITIES else chr(known)


def _about(package: _Element) -> About:
    def said(tag: str) -> list[str]:
        texts = (
            " ".join("".join(map(str, node.itertext())).split())
            for node in package.iter("{http://purl.org/dc/elements/1.1/}" + tag)
        )
        return [text for text in texts if text]

    dated = [node for node in package.iter("{http://purl.org/dc/elements/1.1/}date") if _is_publication(node)]
    published = (parse_date("".join(map(str, node.itertext()))) for node in dated)
    return About(
        title=next(iter(said("title")), None),
        outlet=next(iter(said("publisher")), None),
        author=", ".join(said("creator")) or None,
        published=next(filter(None, published), None),
        language=next(filter(None, map(language_code, said("language"))), None),
        url=next(filter(is_url, said("source")), None),
    )


def _is_publication(node: _Element) -> bool:
    """False for a dc:date that EPUB 2 marks as the day of the file's making or last change."""
    return (node.get("{http://www.idpf.org/2007/opf}event") or "publication") in ("publication", "original-publication")
