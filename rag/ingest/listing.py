"""The list of a set's documents with their states: made anew only where the folder or the index has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from rag.index.catalog import Entry
from rag.index.index import Index
from rag.ingest.changes import Changes, find_changes
from rag.ingest.hashes import HashOf, KnownHashes, Look, file_hash, is_certain
from rag.types import DocumentInfo


class Listing:
    """The last list of one set. Threads may share it."""

    def __init__(self, index: Index, hashes: KnownHashes) -> None:
        self._index = index
        self._hashes = hashes
        self._guard = threading.Lock()
        self._seen: tuple[bool, str, dict[str, Look]] | None = None  # whether the list is a quick one, of which state
        self._infos: list[DocumentInfo] = []

    def documents(
        self, looks: dict[str, Look], files: Callable[[], dict[str, Path]], *, quick: bool = False
    ) -> list[DocumentInfo]:
        """As `list_documents`; the same object as before while nothing has changed, so it is not to be edited.

        `looks` was made before `files` is asked for. With `quick` no file is read: one that was not compared yet
        counts as what it was when it was read last.
        """
        with self._guard:
            now, catalog = time.time_ns(), self._index.catalog()
            seen = catalog.stamp if catalog else "", looks
            # a list for which files were read is the better one for a quick look too
            if self._seen is None or self._seen[1:] != seen or (self._seen[0] and not quick):
                hash_of = self._hashes.known if quick else self._hashes.of
                self._infos = list_documents(files(), self._index, hash_of)
                certain = all(is_certain(look, now) for look in looks.values())
                self._seen = (quick, *seen) if certain else None
            return self._infos


def list_documents(files: dict[str, Path], index: Index, hash_of: HashOf = file_hash) -> list[DocumentInfo]:
    """Every document of the set and every file that failed, by name, with its state."""
    catalog = index.catalog()
    changes = find_changes(files, catalog, lambda _: None, hash_of)
    plan = changes.plan
    entries = {entry.name: entry for entry in catalog.entries()} if catalog else {}
    reasons = {failure.name: failure.reason for failure in plan.failed}
    states = dict.fromkeys(plan.changed, "changed") | dict.fromkeys(plan.removed, "removed")
    states |= (
        dict.fromkeys(plan.added, "new")
        | {old: "removed" for old, _ in plan.renamed}
        | {new: "new" for _, new in plan.renamed}
    )
    were = {new: old for old, new in plan.renamed}
    sources = _sources(changes, entries)
    infos = []
    for name in sorted({*entries, *states, *reasons}):
        file = sources.get(name, name)
        size = _size(files[file]) if file in files else 0
        entry, reason = entries.get(name), reasons.get(name, "")
        if entry is None:
            state, was = states.get(name, "failed"), were.get(name, "")
            infos.append(DocumentInfo(name, file, name, None, None, size, 0, 0, state, reason, was))
        else:
            state = states.get(name, "outdated" if reason else "ready")
            about = (entry.title, entry.outlet, entry.published, size, entry.words, entry.chunks)
            infos.append(DocumentInfo(name, file, *about, state, reason))
    return infos


def _sources(changes: Changes, entries: dict[str, Entry]) -> dict[str, str]:
    """Document or failure name -> the file it comes from."""
    return (
        {failure.name: file for file, failure in changes.failures}
        | {name: entry.file for name, entry in entries.items()}
        | {name: name for name in changes.to_read}
        | {document.name: file for file, documents in changes.records.items() for document in documents}
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
