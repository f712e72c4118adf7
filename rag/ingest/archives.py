"""Zip archives that documents come in, checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from rag.errors import ReadError

UNPACKED_LIMIT = 500 * 1024 * 1024  # bytes
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_archive(data: bytes, kind: str) -> zipfile.ZipFile:
    """The archive in `data`; ReadError when it is none, is encrypted, or would unpack to too much.

    `kind` names the format for the reader of the error, for example "DOCX".
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ReadError("It is protected by a password; remove the password and try again.")
        raise ReadError(f"It is a file of an older program; save it as {kind} and try again.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise ReadError(damaged(kind)) from None
    if any(member.flag_bits & 1 for member in archive.infolist()):
        raise ReadError("It is protected by a password; remove the password and try again.")
    if sum(member.file_size for member in archive.infolist()) > UNPACKED_LIMIT:
        raise ReadError("It would unpack to more than 500 MB and was left out.")
    return archive


def damaged(kind: str) -> str:
    """The reason for a file that its own format does not describe."""
    return f"It is not a valid {kind} file; it may be damaged."
