"""HTML: the article of a page, and what the page says of itself."""

from __future__ import annotations

import codecs
import html as entities
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from rag.errors import ReadError
from rag.ingest.dates import parse_date
from rag.ingest.language import language_code
from rag.ingest.metadata import About, digest, document, is_url
from rag.ingest.text import decode, tidy
from rag.types import Document, Failure

if TYPE_CHECKING:
    from lxml.etree import _Element

_PARAGRAPHS = frozenset(
    "p div section article main header body html form fieldset address figure figcaption blockquote quote pre hr table "
    "ul ol dl list head h1 h2 h3 h4 h5 h6 caption details summary center title aside footer nav".split()
)
_LINES = frozenset("li item tr row dt dd br lb".split())
_CELLS = frozenset("td th cell".split())
_UNREAD = frozenset(
    "script style noscript template svg math iframe object embed applet button select textarea input graphic img audio "
    "video canvas meta link".split()
)
_FURNITURE = frozenset("nav footer aside title head".split())
_PUBLISHED_META = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "publication_date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "citation_publication_date",
    "dcterms.issued",
    "dc.date.issued",
    "dc.date",
    "date",
)
_AUTHOR_META = ("author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "citation_author")
_ARTICLE_TYPE = re.compile(r"Article|Posting|Report|Review")
_PAGE_TYPE = re.compile(r"Page")
_BARS = re.compile(r"(\n)?[^\S\n]*\|(?:[^\S\n]*\|)*[^\S\n]*(\n?)")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_LITTLE = 250  # characters below which an extracted article is held against the whole page
_NO_DATE = date(1970, 1, 1)  # what a missing date turns into in many publishing systems


def read_html(data: bytes, name: str) -> list[Document | Failure]:
    """A web page: the article in it or, where there is none, all that is readable."""
    tree = parse_html(decode_html(data))
    about = page_about(tree)
    return [document(name, article_text(tree), digest(data), about)]


def decode_html(data: bytes) -> str:
    """The page as text, in the encoding that it declares if that fits; ReadError when it is not text."""
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        declared = _CHARSET.search(data[:4096])
        encoding = declared[1].decode("ascii").lower() if declared else ""
        if encoding in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
            encoding = "cp1252"  # as browsers do
        if encoding and not encoding.startswith("utf") and b"\0" not in data:
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                try:
                    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
                except (UnicodeError, LookupError):
                    pass
    try:
        return decode(data)
    except ReadError:
        text = data.replace(b"\0", b"").decode("utf-8", "replace")
        if data.count(0) > 0.01 * len(data) or text.count("\ufffd") > 0.01 * len(text):
            raise
        return text  # a few broken bytes in a page are common


def parse_html(text: str) -> _Element:
    """The tree of a page; ReadError when there is nothing in it."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree: _Element = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ReadError("It is not a valid HTML page; it may be empty or damaged.") from None
    return tree


def article_text(tree: _Element) -> str:
    """The article of a page as paragraphs, or all its readable text when no article is found in it."""
    import trafilatura

    _join_parts(tree)
    best = ""
    for precise in (True, False):
        found = trafilatura.bare_extraction(tree, include_comments=False, favor_precision=precise)
        body = getattr(found, "body", None)
        text = tidy(block_text(body)) if body is not None else ""
        best = max(best, text, key=len) if len(best) < _LITTLE else best
        if len(best) >= _LITTLE:
            return best
    whole = tidy(block_text(tree, _FURNITURE)) or tidy(block_text(tree))
    return whole if len(whole) > 2 * len(best) or whole.split() == best.split() else best


def _join_parts(tree: _Element) -> None:
    """Puts an article that advertisements cut into several boxes of one class together, in the first of them.

    The extractor takes one box only. Boxes in different `article` elements are different articles.
    """
    boxes: dict[tuple[object, ...], list[_Element]] = {}
    for box in _found(tree, "//div[@class][p] | //section[@class][p]"):
        if sum(len(_inner(paragraph)) for paragraph in box.findall("p")) >= _LITTLE:
            parent = next(iter(_found(box, "ancestor::article[1]")), None)
            boxes.setdefault((box.tag, box.get("class"), parent), []).append(box)
    for first, *others in boxes.values():
        for other in others:
            if first not in other.iterancestors():
                first.extend(list(other))


def block_text(element: _Element, without: frozenset[str] = frozenset()) -> str:
    """The text below `element`, a blank line between paragraphs, a line for each row and list item."""
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if not isinstance(node.tag, str):
            if event != "end":
                parts.append(_spaced(node.tail))
            continue
        tag = node.tag.rpartition("}")[2].lower()
        if event == "start" and (tag in _UNREAD or tag in without):
            walk.skip_subtree()
        edge = _edge(tag, event)
        if edge:
            parts.append(edge)
        if event == "start" and not (tag in _UNREAD or tag in without):
            parts.append(_spaced(node.text))
        elif event == "end" and node is not element:
            parts.append(_spaced(node.tail))
    return _BARS.sub(_cell_bar, "".join(parts))


def _cell_bar(found: re.Match[str]) -> str:
    """One bar between two cells, none at the start or the end of a line."""
    before, after = found[1] or "", found[2]
    return before + after if before or after or found.end() == len(found.string) or found.start() == 0 else " | "


def _edge(tag: str, event: str) -> str:
    if tag in _PARAGRAPHS:
        return "\n\n"
    if tag in _LINES and event == "start":
        return "\n"
    return " | " if tag in _CELLS and event == "end" else ""


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def page_about(tree: _Element) -> About:
    """What the page's head, JSON-LD and microdata say of it."""
    metas = _metas(tree)
    linked = _linked_about(tree)
    outlet = _clean(metas.get("og:site_name")) or linked.outlet
    title = _clean(metas.get("og:title")) or linked.title or _written_title(tree)
    return replace(
        linked,
        title=_without_outlet(title, outlet) if title else None,
        outlet=outlet,
        author=linked.author or _author(tree, metas),
        published=_published(tree, metas, linked),
        language=_page_language(tree) or linked.language,
        url=_address(tree, metas),
    )


def _metas(tree: _Element) -> dict[str, str]:
    """The page's meta tags by property, name or itemprop, in lower case; the first of each."""
    metas: dict[str, str] = {}
    for node in tree.iter("meta"):
        content = (node.get("content") or "").strip()
        for key in (node.get("property"), node.get("name"), node.get("itemprop")):
            if key and content:
                metas.setdefault(key.strip().lower(), content)
    return metas


def _published(tree: _Element, metas: dict[str, str], linked: About) -> date | None:
    told = parse_date(metas.get("article:published_time", ""))
    if told and told != _NO_DATE:
        return told
    if linked.published:
        return linked.published
    for value in (*(metas.get(key, "") for key in _PUBLISHED_META), *_marked_dates(tree)):
        if (day := parse_date(value)) and day != _NO_DATE:
            return day
    return None


def _marked_dates(tree: _Element) -> Iterator[str]:
    """The dates that the page's own elements are marked with as published."""
    marked = (
        "//*[@itemprop='datePublished'] | //time[@pubdate]"
        " | //time[@datetime][contains(@class, 'publish') or contains(@class, 'entry-date')]"
    )
    for node in _found(tree, marked):
        yield node.get("datetime") or node.get("content") or _inner(node)


def _author(tree: _Element, metas: dict[str, str]) -> str | None:
    for key in _AUTHOR_META:
        if (value := _person(metas.get(key))) is not None:
            return value
    marked = [" ".join(_inner(node).split()) for node in _found(tree, "//*[@itemprop='author']")]
    return _person(marked[0]) if len(marked) == 1 else None


def _person(value: str | None) -> str | None:
    """A name without its `By`; None for an address or something too long for a name."""
    name = re.sub(r"^by\s+", "", _clean(value) or "", flags=re.IGNORECASE)
    return name if name and len(name) <= 120 and "//" not in name else None


def _address(tree: _Element, metas: dict[str, str]) -> str | None:
    canonical = [str(node.get("href", "")).strip() for node in _found(tree, "//link[@rel='canonical']")]
    return next((url for url in (*canonical, metas.get("og:url", "")) if is_url(url)), None)


def _page_language(tree: _Element) -> str | None:
    for node in _found(tree, "//html | //body"):
        if code := language_code(
            node.get("lang") or node.get("{http://www.w3.org/XML/1998/namespace}lang") or node.get("xml:lang")
        ):
            return code
    return None


def _written_title(tree: _Element) -> str | None:
    """The page's one `h1` if its title says the same or is missing (it may be the site's name), else its title."""
    headings = _found(tree, "//h1")
    heading = _clean(_inner(headings[0])) if len(headings) == 1 else None
    title = next((_clean(_inner(node)) for node in _found(tree, "//title")), None)
    return heading if heading and (not title or heading.casefold() in title.casefold()) else title


def _without_outlet(title: str, outlet: str | None) -> str:
    """`title` without the ` | Outlet` or ` - Outlet` that pages append to it."""
    if not outlet:
        return title
    return re.sub(rf"\s+[|–—-]\s+{re.escape(outlet)}\s*$", "", title, flags=re.IGNORECASE) or title


def _linked_about(tree: _Element) -> About:
    """What the JSON-LD of a page says of its article, or else of the page."""
    nodes = [
        node for script in _found(tree, "//script[@type='application/ld+json']") for node in _linked_nodes(script.text)
    ]
    for kind in (_ARTICLE_TYPE, _PAGE_TYPE):
        for node in nodes:
            if kind.search(str(node.get("@type", ""))):
                published = parse_date(node["datePublished"]) if isinstance(node.get("datePublished"), str) else None
                return About(
                    title=_clean(_linked_name(node.get("headline"))),
                    outlet=_clean(_linked_name(node.get("publisher"))),
                    author=_person(_linked_name(node.get("author"))),
                    published=None if published == _NO_DATE else published,
                    language=language_code(_linked_name(node.get("inLanguage"))),
                )
    return About()


def _linked_nodes(source: str | None) -> list[dict[str, Any]]:
    try:
        loaded = json.loads(re.sub(r"^\s*(?:<!\[CDATA\[|//.*)|\]\]>\s*$", "", source or ""), strict=False)
    except (ValueError, RecursionError):
        return []
    nodes: list[dict[str, Any]] = []
    for item in loaded if isinstance(loaded, list) else [loaded]:
        if isinstance(item, dict):
            nodes.append(item)
            graph = item.get("@graph")
            nodes += [node for node in graph if isinstance(node, dict)] if isinstance(graph, list) else []
    return nodes


def _linked_name(value: object) -> str | None:
    """The text of a JSON-LD value: a text, a thing with a name, or a list of them."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_linked_name, value[:10]))) or None
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else None


def _clean(value: str | None) -> str | None:
    return tidy(entities.unescape(value)).replace("\n", " ").strip() or None if value else None


def _inner(node: _Element) -> str:
    return "".join(map(str, node.itertext()))


def _found(tree: _Element, path: str) -> list[_Element]:
    return cast("list[_Element]", tree.xpath(path))
