"""What a document says of itself: front matter, a headline, its language; and the Document made of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from rag.errors import ReadError
from rag.ingest.dates import dateline, only_date, parse_date
from rag.ingest.language import language_code, language_of
from rag.types import Document

NO_TEXT = "It holds no text."
_OPENING = re.compile(r"---[ \t]*\n(?P<block>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)\s*", re.DOTALL | re.MULTILINE)
_FRONT_MATTER_LIMIT = 20_000  # characters
_KNOWN_FIELDS = frozenset(
    "title headline name outlet publisher publication site author authors byline published date pubdate created "
    "updated source url link permalink canonical language lang tags categories category keywords description summary "
    "layout subtitle slug id draft image".split()
)
_SIMPLE_FIELD = re.compile(r"([A-Za-z][\w -]{0,40}):(?:\s.*)?")
_NOT_A_HEADLINE = re.compile(r"(?:by|photo|image|foto|credit|page|https?:|www\.)\b|[\w.+-]+@[\w.-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class About:
    """What a document's own metadata says; None where it says nothing."""

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    url: str | None = None


NOTHING_SAID = About()


def digest(data: bytes) -> str:
    """The SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def document(
    name: str, text: str, sha256: str, about: About = NOTHING_SAID, pages: tuple[int, ...] = (), body: int = 0
) -> Document:
    """The Document of `text`; what `about` leaves open is read from the text from offset `body` on.

    Raises ReadError when there is no text.
    """
    if not re.search(r"\w", text[body:]):
        raise ReadError(NO_TEXT)
    top = text[body : body + 5_000]
    return Document(
        name=name,
        text=text,
        title=about.title or headline(top) or readable_name(name),
        sha256=sha256,
        outlet=about.outlet,
        author=about.author,
        published=about.published or dateline(top),
        language=about.language or language_of(top),
        url=about.url,
        pages=pages,
    )


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """The fields of a leading `---` block, keys in lower case, and the offset at which the body starts.

    Without such a block, or when it cannot be understood, `({}, 0)`.
    """
    found = _OPENING.match(text[:_FRONT_MATTER_LIMIT]) if text.startswith("---") else None
    if not found:
        return {}, 0
    fields = _yaml_fields(found["block"]) or _simple_fields(found["block"])
    if not _KNOWN_FIELDS & fields.keys():
        return {}, 0
    return fields, len(text) - len(text[found.end() :].lstrip())


def about_fields(fields: dict[str, str]) -> About:
    """What front matter or a record says, by the names that people use for it."""

    def first(*names: str) -> str | None:
        return next((" ".join(fields[name].split()) for name in names if fields.get(name, "").strip()), None)

    source = first("source")
    linked = source is not None and is_url(source)
    url = first("url", "link", "permalink", "canonical")
    published = first("published", "date", "pubdate", "date_published", "published_at", "publication date")
    return About(
        title=first("title", "headline"),
        outlet=first("outlet", "publisher", "publication", "site") or (None if linked else source),
        author=first("author", "authors", "byline"),
        published=parse_date(published) if published else None,
        language=language_code(first("language", "lang")),
        url=url if url and is_url(url) else source if linked else None,
    )


def is_url(value: str) -> bool:
    """True for one http(s) address."""
    return re.fullmatch(r"https?://[^\s/]+\S*", value, re.IGNORECASE) is not None


def headline(text: str) -> str | None:
    """The headline that `text` opens with: its first line, dates and bylines aside, if short and not a sentence."""
    lines = text.split("\n", 40)[:40]
    for number, line in enumerate(lines):
        bare = " ".join(line.strip().strip("*_").split())
        if not re.search(r"[^\W\d_]", bare) or only_date(bare) or _NOT_A_HEADLINE.match(bare):
            continue
        if re.match(r"#{1,6} ", bare):
            return bare.strip("# ") or None
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        wrapped = following[:1].islower() or "\t" in line.strip()
        stops = bare[-1] in ".;:," and not re.search(r"\b[A-Z]\.$", bare)
        return None if len(bare) > 160 or stops or wrapped else bare
    return None


def readable_name(name: str) -> str:
    """A title made of a file's name: `a/troop_withdrawal-2021.pdf` is `Troop withdrawal 2021`."""
    path, _, record = name.partition("#")
    stem = re.sub(r"\.(?:txt|md|markdown|html?|pdf|docx|epub|rtf|pptx|csv|jsonl)$", "", PurePosixPath(path).stem)
    words = " ".join(re.split(r"[\s_-]+", stem)).strip() or stem or path
    title = words[:1].upper() + words[1:]
    return f"{title}, {record}" if record else title


def _yaml_fields(block: str) -> dict[str, str]:
    import yaml

    try:
        loaded = yaml.load(block, Loader=yaml.BaseLoader)  # every scalar stays text: no "no" turned into False
    except (yaml.YAMLError, RecursionError):
        return {}
    return {str(key).lower(): _plain(value) for key, value in loaded.items()} if isinstance(loaded, dict) else {}


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else ""


def _simple_fields(block: str) -> dict[str, str]:
    """`key: value` lines whose values YAML would have wanted quoted, such as `title: Kabul: the fall`."""
    fields: dict[str, str] = {}
    for line in filter(str.strip, block.split("\n")):
        if not _SIMPLE_FIELD.fullmatch(line):
            return {}
        key, _, value = line.partition(":")
        fields[key.strip().lower()] = value.strip().strip("\"'")
    return fields
