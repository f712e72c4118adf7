"""Kept conversations on the command line: listing them, and writing one to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.errors import InputError, LibraryError
from rag.terminal import print_json, say, tell

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.export.transcript import Format
    from rag.ingest.library import DocumentSet

_MOST: Final = 1_000
_ID: Final = 8  # characters that are shown of an id, of which the first that tell it apart do
_NONE: Final = "There are no conversations yet: ask something on the page or with `python -m rag chat`."


def list_conversations(assistant: Assistant, document_set: DocumentSet | None, *, as_json: bool) -> None:
    """Print them, the one that was last added to first; all, or those about one set."""
    names = _set_names(assistant, document_set)
    found = assistant.history.list(assistant.key(document_set) if document_set else None, most=_MOST)
    if as_json:
        print_json(
            [
                {
                    "id": each.id,
                    "title": each.title,
                    "set": names.get(each.key, each.key),
                    "turns": each.turns,
                    "created": each.created.isoformat(),
                    "updated": each.updated.isoformat(),
                }
                for each in found
            ]
        )
        return
    for each in found:
        about = "" if document_set else f"  [{names.get(each.key, each.key)}]"
        say(f"{each.id[:_ID]}  {each.updated.astimezone():%Y-%m-%d %H:%M}  {each.title} ({each.turns}){about}")
    if not found:
        tell(_NONE)


def export_conversation(
    assistant: Assistant, document_set: DocumentSet | None, start: str | None, form: Format, out: Path | None
) -> None:
    """Write the conversation whose id begins so, or the one that was last added to, to a file or to stdout.

    Raises LibraryError if there is none or there are several, InputError if there is no folder for the file.
    """
    from rag.export.conversation import exported

    if out is not None and not out.resolve().parent.is_dir():
        raise InputError(f"There is no folder {out.resolve().parent} to write {out.name} into.")
    transcript = assistant.transcript(_id(assistant, document_set, start), document_set)
    content = exported(transcript, form)
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    unfinished = out.with_name(out.name + ".part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    tell(f"“{transcript.title}” is in {out}")


def _id(assistant: Assistant, document_set: DocumentSet | None, start: str | None) -> str:
    if start is not None:
        return assistant.history.find(start).id
    last = assistant.history.list(assistant.key(document_set) if document_set else None, most=1)
    if not last:
        raise LibraryError(_NONE)
    return last[0].id


def _set_names(assistant: Assistant, document_set: DocumentSet | None) -> dict[str, str]:
    own = {assistant.key(document_set): document_set.name} if document_set else {}
    return {**assistant.set_names(), **own}
