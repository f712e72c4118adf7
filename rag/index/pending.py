"""Vectors that were computed and are not published yet: what a writer that dies leaves for the next one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.index.faults import faults_told

Vector = npt.NDArray[np.float32]
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"


class Pending:
    """One file of vectors by key, the hash of the text that was embedded. It may vanish at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                connection.execute(_SCHEMA)
                yield connection
        finally:
            connection.close()

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors, each of shape (dimension,), by key."""
        rows = [(key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()]
        with faults_told(), self._connection() as db:
            db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        """Key -> vector, of those keys that are there; a damaged file is deleted."""
        found: dict[str, Vector] = {}
        if self.path.is_file():
            try:
                with self._connection() as db:
                    for key in keys:
                        row = db.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
                        if row is not None:
                            found[key] = np.frombuffer(row[0], dtype="<f4")
            except sqlite3.DatabaseError:
                self.clear()
                return {}
        return found

    def clear(self) -> None:
        """Delete the file."""
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            with suppress(OSError):
                path.unlink()
