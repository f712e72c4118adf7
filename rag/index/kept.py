"""Vectors of what was removed and can be had back: bringing it back embeds nothing.

No words are kept, only each passage's vector and the hash of its text, for as long as the removed files lie in the
trash, a month; what came back, or grew older, is overwritten on the disk. There are never more than `_MOST` vectors.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
_SECONDS = 30 * 86_400.0
_MOST = 60_000  # of 384 numbers each: about 100 MB
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, kept REAL NOT NULL, vector BLOB NOT NULL)"


class Kept:
    """One file of vectors by key, the hash of the text that was embedded. Without it, what comes back is embedded.

    So no method raises an error of the file: a damaged one is deleted, and what cannot be written is not kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute(_SCHEMA)
            yield db

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError:
            pass  # a full disk, or one that cannot be written
        except sqlite3.DatabaseError:
            self._delete()

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors, each of shape (dimension,), by key; the oldest go where there are too many."""
        if not vectors:
            return
        now = time.time()
        rows = [(key, now, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()]
        with self._forgiving(), self._connection() as db:
            db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows[:_MOST])
            db.execute(
                "DELETE FROM vectors WHERE key IN (SELECT key FROM vectors ORDER BY kept DESC LIMIT -1 OFFSET ?)",
                (_MOST,),
            )

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        """Key -> vector, of those keys that are there."""
        found: dict[str, Vector] = {}
        if self.path.is_file():
            with self._forgiving(), self._connection() as db:
                for key in keys:
                    row = db.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
                    if row is not None:
                        found[key] = np.frombuffer(row[0], dtype="<f4")
        return found

    def forget(self, keys: Iterable[str]) -> None:
        """Erase those, which are back."""
        self._erase("DELETE FROM vectors WHERE key = ?", [(key,) for key in keys])

    def forget_old(self) -> None:
        """Erase what was removed over a month ago."""
        self._erase("DELETE FROM vectors WHERE kept < ?", [(time.time() - _SECONDS,)])

    def _erase(self, statement: str, rows: Sequence[tuple[str] | tuple[float]]) -> None:
        if not rows or not self.path.is_file():
            return
        left = 1
        with self._forgiving(), self._connection() as db:
            db.executemany(statement, rows)
            left = db.execute("SELECT count(*) FROM vectors").fetchone()[0]
        if not left:
            self._delete()

    def _delete(self) -> None:
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            with suppress(OSError):
                path.unlink()
