"""What goes over the pipe to the reading process: JSON after its length in eight bytes.

JSON and not pickle: the other end takes in files that nobody vouches for, and must not be able to run code at this one.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from datetime import date
from typing import Any, BinaryIO

from rag.types import Document, Failure

_LENGTH = struct.Struct(">Q")


def write_frame(stream: BinaryIO, value: object) -> None:
    """Writes one JSON value; OSError when the other end is gone."""
    data = json.dumps(value).encode("ascii")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: BinaryIO) -> Any:
    """Reads one JSON value; EOFError when the other end is gone."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return json.loads(_exactly(stream, length))


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def pack(items: list[Document | Failure]) -> list[dict[str, Any]]:
    """Documents and failures as JSON values."""
    return [_packed(item) for item in items]


def _packed(item: Document | Failure) -> dict[str, Any]:
    fields = asdict(item)
    if isinstance(item, Document) and item.published:
        fields["published"] = item.published.isoformat()
    return fields


def unpack(values: list[dict[str, Any]]) -> list[Document | Failure]:
    """The documents and failures that `pack` made `values` of."""
    return [_unpacked(value) for value in values]


def _unpacked(value: dict[str, Any]) -> Document | Failure:
    if "reason" in value:
        return Failure(value["name"], value["reason"])
    published = date.fromisoformat(value["published"]) if value["published"] else None
    return Document(**{**value, "published": published, "pages": tuple(value["pages"])})
