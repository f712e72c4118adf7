"""Bytes to text, and extracted text to clean text."""

from __future__ import annotations

import codecs
import re
import unicodedata

from rag.errors import ReadError

NOT_TEXT = "It is not text in any encoding we know."
_BOMS = (  # UTF-32 before UTF-16: the little-endian marks start alike
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 64 * 1024  # bytes that are enough to tell an encoding
_ASCII = bytes(range(128))
_CP1252_MARKS = bytes.fromhex(
    "80828485 8b 919293949596979b 99 a0a3a7a9abadaeb0b7bb"
)  # quotes, dashes, signs: no letters
_LATIN_PAGES = (
    *("cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "cp775", "cp850", "cp852", "cp858"),
    *("iso8859_1", "latin", "mac_iceland", "mac_latin2", "mac_roman", "hp_roman8"),
)
_CODE_PAGES = {
    "cp1254": frozenset({"tr", "az"}),
    "cp1250": frozenset({"pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sq"}),
    "cp1257": frozenset({"lv", "lt", "et"}),
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_INVISIBLE = re.compile(r"[\u00ad\u200b\u2060\ufeff\ufffe\uffff]")  # joiners (200c, 200d) carry meaning in some scripts
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def decode(data: bytes) -> str:
    """The text of `data`, byte-order mark dropped and line ends made `\\n`; ReadError when it is not text."""
    return _decode(data).replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], encoding))
    if b"\0" in data:
        return _checked(_strict(data, _wide_encoding(data)))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(_strict(data, _likely_encoding(data)))


def _strict(data: bytes, encoding: str | None) -> str:
    if encoding is None:
        raise ReadError(NOT_TEXT)
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        raise ReadError(NOT_TEXT) from None


def _checked(text: str) -> str:
    """`text`, unless so much of it is control characters that it must be something else."""
    strange = len(_CONTROL.findall(text, 0, _SAMPLE))
    if "\0" in text or strange > 2 + 0.01 * min(len(text), _SAMPLE) or _SURROGATE.search(text):
        raise ReadError(NOT_TEXT)
    return text


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the zero bytes of its Western letters stand."""
    sample = data[:_SAMPLE]
    zeros = [sample[place::4].count(0) / max(1, len(sample[place::4])) for place in range(4)]
    many = "".join("0" if share > 0.4 else "x" for share in zeros)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}.get(many)


def _likely_encoding(data: bytes) -> str | None:
    """The encoding that `data` reads best in.

    The Latin code pages read each other's bytes as likely letters, so among those the language decides.
    """
    sample = data[:_SAMPLE]
    if not sample.translate(None, _ASCII + _CP1252_MARKS):
        return "cp1252"
    from charset_normalizer import from_bytes

    match = from_bytes(sample).best()
    if match is None or not match.encoding.startswith(_LATIN_PAGES):
        return match.encoding if match else None
    from rag.ingest.language import language_of

    for page, languages in _CODE_PAGES.items():
        if language_of(sample.decode(page, "ignore")) in languages:
            return page
    return "cp1252"


def tidy(text: str) -> str:
    """Extracted text made plain: composed (NFC), no control or invisible characters, one space, one blank line."""
    text = _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text)).translate(_LIGATURES)
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_MARKDOWN_HEADING = re.compile(r"^#{1,6} .*\S", re.MULTILINE)


def heading_spans(text: str) -> list[tuple[int, int]]:
    """The spans of the lines that are headings in Markdown, their signs included."""
    return [found.span() for found in _MARKDOWN_HEADING.finditer(text)]
