"""What changed in a folder since its index was made, found from hashes of the contents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rag.index.catalog import Catalog, Entry
from rag.ingest.chunking import CHUNKING_VERSION
from rag.ingest.hashes import HashOf, file_hash
from rag.ingest.readers import READERS, READERS_VERSION, read_file
from rag.types import Document, Failure, Plan, Progress

VERSION = f"{READERS_VERSION}.{CHUNKING_VERSION}"
"""What an index was read with; with another, everything is read again, though not embedded again."""


@dataclass(slots=True)
class Changes:
    """What the folder holds against what the index holds.

    `hashes` is by file, `to_read` the files whose documents are wanted, `records` the wanted documents of `.jsonl`
    files, which had to be read to be compared, `failures` are (file, failure). `twins` gives, for the hash of what a
    document is read from, an indexed document that was read from the same.
    """

    plan: Plan = field(default_factory=Plan)
    hashes: dict[str, str] = field(default_factory=dict)
    to_read: list[str] = field(default_factory=list)
    records: dict[str, list[Document]] = field(default_factory=dict)
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    twins: dict[str, str] = field(default_factory=dict)

    def failed(self) -> tuple[Failure, ...]:
        """The failures, by name."""
        return tuple(sorted((failure for _, failure in self.failures), key=lambda failure: failure.name))


def find_changes(
    files: dict[str, Path],
    catalog: Catalog | None,
    progress: Callable[[Progress], None],
    hash_of: HashOf = file_hash,
) -> Changes:
    """Compare `files`, names below the set's folder with paths, to the catalog of what answers, None for nothing.

    A file of which `hash_of` knows nothing yet, None, counts as what it was when it was read last.
    """
    search = _Search(catalog, hash_of)
    for done, (name, path) in enumerate(files.items()):
        progress(Progress("Comparing files", done, len(files)))
        search.compare(name, path)
    progress(Progress("Comparing files", len(files), len(files)))
    return search.result()


class _Search:
    """Takes one file after the other; `wanted` documents are to be read, `kept` ones answer as they are."""

    def __init__(self, catalog: Catalog | None, hash_of: HashOf) -> None:
        self._hash_of = hash_of
        self._same_readers = catalog is not None and catalog.meta("readers") == VERSION
        self._known_hashes = catalog.files() if catalog and self._same_readers else {}
        self._entries = {entry.name: entry for entry in catalog.entries()} if catalog else {}
        self._by_file: dict[str, list[Entry]] = {}
        for entry in self._entries.values():
            self._by_file.setdefault(entry.file, []).append(entry)
        self._old_failures: dict[str, list[Failure]] = {}
        for file, failure in catalog.failures() if catalog else []:
            self._old_failures.setdefault(file, []).append(failure)
        self._wanted: dict[str, str] = {}  # document name -> hash of what it is to be read from
        self._kept: set[str] = set()
        self._changes = Changes()
        if self._same_readers:
            self._changes.twins = {entry.sha256: entry.name for entry in self._entries.values()}

    def compare(self, name: str, path: Path) -> None:
        changes = self._changes
        if path.suffix.lower() not in READERS:
            kind = f"{path.suffix.lower()} files" if path.suffix else "files without an extension"
            changes.failures.append((name, Failure(name, f"Footnote does not read {kind}.")))
            return
        try:
            hash_ = self._hash_of(path)
        except OSError as error:
            reason = f"The file could not be opened: {error.strerror or error}."
            changes.failures.append((name, Failure(name, reason)))
            self._keep_all(name)
            return
        if hash_ is None and name not in self._known_hashes:
            changes.to_read.append(name)
            self._wanted[name] = ""
            return
        hash_ = changes.hashes[name] = hash_ or self._known_hashes[name]
        if self._known_hashes.get(name) == hash_:
            self._keep_all(name)
            changes.failures += [(name, failure) for failure in self._old_failures.get(name, [])]
        elif self._is_indexed(name, hash_):
            self._kept.add(
                name
            )  # it is again what was read earlier, after it was something else or could not be opened
        elif path.suffix.lower() == ".jsonl":
            self._compare_records(name, path)
        else:
            self._wanted[name] = hash_
            changes.to_read.append(name)

    def _compare_records(self, name: str, path: Path) -> None:
        results = read_file(path, name)
        readable = {result.name for result in results if isinstance(result, Document)}
        for result in results:
            if isinstance(result, Failure):
                self._changes.failures.append((name, result))
                # a record that can no longer be read goes on answering from what was read earlier
                lost = {entry.name for entry in self._by_file.get(name, []) if result.name in (name, entry.name)}
                self._kept |= lost - readable
            elif self._is_indexed(result.name, result.sha256):
                self._kept.add(result.name)
            else:
                self._wanted[result.name] = result.sha256
                self._changes.records.setdefault(name, []).append(result)

    def _is_indexed(self, name: str, hash_: str) -> bool:
        return self._same_readers and name in self._entries and self._entries[name].sha256 == hash_

    def _keep_all(self, file: str) -> None:
        self._kept.update(entry.name for entry in self._by_file.get(file, []))

    def result(self) -> Changes:
        wanted, entries = self._wanted, self._entries
        removed = {name for name in entries if name not in wanted and name not in self._kept}
        by_hash: dict[str, list[str]] = {}
        for name in sorted(removed):
            by_hash.setdefault(entries[name].sha256, []).append(name)
        renamed = []
        for name, hash_ in wanted.items():
            if name not in entries and by_hash.get(hash_):
                renamed.append((by_hash[hash_].pop(0), name))
        self._changes.plan = Plan(
            added=tuple(sorted(wanted.keys() - entries.keys() - {new for _, new in renamed})),
            changed=tuple(sorted(wanted.keys() & entries.keys())),
            renamed=tuple(sorted(renamed)),
            removed=tuple(sorted(removed - {old for old, _ in renamed})),
            unchanged=tuple(sorted(self._kept)),
            failed=self._changes.failed(),
        )
        return self._changes
