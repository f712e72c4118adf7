"""Readers for what is text already: .txt, .md, .csv and .jsonl.

Those of .txt, .md and .jsonl take time in proportion to the file, whatever is in it, and so need no time limit: each
character is looked at a fixed number of times, and what could take longer (guessing an encoding, a language or a date,
YAML) is given a part of bounded length. Composing characters, which .csv goes through, can take the square of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.ingest.metadata import About, about_fields, digest, document, front_matter, readable_name
from rag.ingest.text import decode, tidy
from rag.types import Document, Failure

_LONGEST_CELL = 2**31 - 1  # the largest that a C long holds everywhere
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_text(data: bytes, name: str) -> list[Document | Failure]:
    """A .txt or .md file: its text unchanged but for byte-order mark and line ends."""
    text = decode(data)
    fields, body = front_matter(text)
    return [document(name, text, digest(data), about_fields(fields), body=body)]


def read_markdown(data: bytes, name: str) -> list[Document | Failure]:
    """As `read_text`; without front matter the first `# heading` is the title."""
    text = decode(data)
    fields, body = front_matter(text)
    about = about_fields(fields)
    if about.title is None and (heading := _first_heading(text[body:])):
        about = about_fields({**fields, "title": heading})
    return [document(name, text, digest(data), about, body=body)]


def _first_heading(text: str) -> str | None:
    unfenced = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)
    found = re.search(r"^# (.*)$|^(\S.*)\n=+[ \t]*$", unfenced, re.MULTILINE)
    return ((found[1] or found[2] or "").strip("# \t").strip("*_") or None) if found else None


def read_csv(data: bytes, name: str) -> list[Document | Failure]:
    """A table: each row as a paragraph `header: value; header: value.`, so that it reads as a sentence of its own."""
    text = decode(data)
    csv.field_size_limit(_LONGEST_CELL)  # of the whole process, which is the worker's
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if any(map(str.strip, row))]
    except csv.Error:
        raise ReadError("It is not a valid CSV file; it may be damaged.") from None
    header = [" ".join(cell.split()) for cell in rows[0]] if _has_header(rows) else []
    lines = (_row_line(header, row) for row in rows[1 if header else 0 :])
    about = About(title=readable_name(name))
    return [document(name, tidy("\n\n".join(filter(None, lines))), digest(data), about)]


def _delimiter(text: str) -> str:
    """The separator under which the first rows fall into the most columns, equally many in each."""
    sample = "\n".join(text.split("\n", 20)[:20])[:20_000]

    def columns(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
        common = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 1
        return (widths.count(common) / len(widths) if common > 1 else 0.0), common

    return max(",;\t|", key=columns)


def _has_header(rows: list[list[str]]) -> bool:
    """True when the first row can name columns: every cell filled, different and not a number."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    cells = [cell.strip() for cell in rows[0]]
    return len(set(cells)) == len(cells) and all(re.search(r"[^\W\d_]", cell) and len(cell) <= 80 for cell in cells)


def _row_line(header: list[str], row: list[str]) -> str:
    cells: list[str] = []
    for number, cell in enumerate(row):
        if value := " ".join(cell.split()):
            cells.append(f"{header[number]}: {value}" if number < len(header) else value)
    line = "; ".join(cells)
    return line if line.endswith((".", "!", "?")) or not header or not line else line + "."


def read_jsonl(data: bytes, name: str) -> list[Document | Failure]:
    """One document a line: `{id, title, date, source, url, body}`; a record that cannot be used is a Failure."""
    read: list[Document | Failure] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(decode(data).split("\n"), 1):
        if line.strip():
            read.append(_read_record(line, number, name, seen))
    if len(read) > 1 and all(isinstance(item, Failure) and " line " in item.name for item in read):
        raise ReadError("It is not a valid JSONL file: no line of it is a record.")
    return read


def _read_record(line: str, number: int, name: str, seen: dict[str, int]) -> Document | Failure:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Failure(f"{name} line {number}", "This line is not valid JSON.")
    if not isinstance(record, dict):
        return Failure(f"{name} line {number}", "This line is not a record with an id and a body.")
    key = " ".join(str(number if record.get("id") in (None, "") else record["id"]).split())
    named = f"{name}#{_sound(key)}"
    if key in seen:
        return Failure(named, f"Line {number} has the same id as line {seen[key]} and was left out.")
    seen[key] = number
    text = record.get("body") or record.get("text")
    if not isinstance(text, str) or not text.strip():
        return Failure(named, "This record has no text.")
    try:
        return document(named, _sound(text), _record_digest(record), _about_record(record))
    except ReadError as error:
        return Failure(named, str(error))


def _about_record(record: dict[str, Any]) -> About:
    return about_fields(dict(_fields(record)))


def _fields(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, str):
            yield key.lower(), _sound(value)
        elif isinstance(value, list):
            yield key.lower(), ", ".join(_sound(item) for item in value if isinstance(item, str))


def _record_digest(record: dict[str, Any]) -> str:
    return digest(json.dumps(record, sort_keys=True, separators=(",", ":")).encode("ascii"))


def _sound(text: str) -> str:
    """`text` with half surrogate pairs, which JSON may hold and UTF-8 may not, replaced one for one."""
    return _SURROGATE.sub("\ufffd", text)
