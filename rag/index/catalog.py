"""What an index holds, in SQLite: the one place that says which documents and chunks answer questions.

Chroma and tantivy hold the chunks; this says which of them count. New versions of documents are *staged* beside the
live ones while they are embedded, and `publish` turns all of them live, and their predecessors dead.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from rag.index.faults import faults_told
from rag.types import Document, Failure, Filter

SCHEMA_VERSION = "1"
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
CREATE TABLE failures (name TEXT PRIMARY KEY, file TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, live INTEGER NOT NULL, name TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL,
    title TEXT NOT NULL, outlet TEXT, author TEXT, published TEXT, language TEXT, url TEXT, pages TEXT NOT NULL,
    words INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (name, live));
CREATE TABLE chunks (
    id TEXT PRIMARY KEY, document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, key TEXT NOT NULL);
CREATE INDEX chunks_document ON chunks (document);
CREATE INDEX chunks_key ON chunks (key);
CREATE TABLE dead (id TEXT PRIMARY KEY);
"""
_STAGED = 0
_PARAMETERS = 900  # SQLite builds exist that take no more than 999 in one statement


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the catalog knows it; `key` is the hash of the text that was embedded."""

    id: str
    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Located:
    """Where a live chunk stands, with its words and what its document says of itself."""

    document: str
    start: int
    end: int
    text: str
    title: str
    outlet: str | None
    published: date | None
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the catalog lists it, without its text."""

    name: str
    file: str
    sha256: str
    title: str
    outlet: str | None
    published: date | None
    words: int
    chunks: int


class Catalog:
    """The catalog of one index version. Every method opens its own connection, so threads may share the object.

    Every method may raise IndexUnusable for a damaged file, StorageError for a full or failing disk, and IndexBusy.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with faults_told(), closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
            yield connection

    def create(self, embedder: str, dimension: int) -> None:
        """Make the tables in a new file."""
        with self._connection() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_SCHEMA)
            known = {"schema": SCHEMA_VERSION, "embedder": embedder, "dimension": str(dimension), "stamp": _new_stamp()}
            db.executemany("INSERT INTO meta VALUES (?, ?)", known.items())

    def meta(self, key: str) -> str | None:
        """One of schema, embedder, dimension, stamp, readers, deleted."""
        with self._connection() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    @property
    def stamp(self) -> str:
        """A value that changes with every publish."""
        return self.meta("stamp") or ""

    # -- what is there ------------------------------------------------------------------------------------------

    def files(self) -> dict[str, str]:
        """Path below the set's folder -> sha256 of the bytes, of every file that the last sync looked into."""
        with self._connection() as db:
            return dict(db.execute("SELECT path, sha256 FROM files"))

    def failures(self) -> list[tuple[str, Failure]]:
        """(file, failure) of the last sync."""
        with self._connection() as db:
            rows = db.execute("SELECT file, name, reason FROM failures ORDER BY name").fetchall()
        return [(file, Failure(name, reason)) for file, name, reason in rows]

    def entries(self) -> list[Entry]:
        """The live documents, by name."""
        with self._connection() as db:
            rows = db.execute(
                """SELECT name, file, sha256, title, outlet, published, words,
                   (SELECT count(*) FROM chunks WHERE chunks.document = documents.id)
                   FROM documents WHERE live = 1 ORDER BY name"""
            ).fetchall()
        return [Entry(n, f, s, t, o, _date(p), w, c) for n, f, s, t, o, p, w, c in rows]

    def document(self, name: str) -> Document | None:
        """The live document of that name, whole."""
        with self._connection() as db:
            return _document(db, name)

    def located(self, ids: Sequence[str]) -> dict[str, Located]:
        """Chunk id -> where it stands; ids that are not live are left out."""
        found: dict[str, Located] = {}
        with self._connection() as db:
            db.execute("BEGIN")  # one state for all statements
            for part in _parts(ids):
                rows = db.execute(
                    f"""SELECT c.id, c.document, c.start, c."end" FROM chunks c JOIN documents d ON d.id = c.document
                        WHERE d.live = 1 AND c.id IN ({_marks(part)}) ORDER BY c.document""",
                    part,
                )
                for key, chunks in groupby(rows.fetchall(), key=itemgetter(1)):
                    name, text, title, outlet, published, pages = db.execute(
                        "SELECT name, text, title, outlet, published, pages FROM documents WHERE id = ?", (key,)
                    ).fetchone()
                    known = title, outlet, _date(published), tuple(json.loads(pages))
                    for id_, _, start, end in chunks:
                        # cut here: SQLite's substr ends at a NUL character
                        found[id_] = Located(name, start, end, text[start:end], *known)
        return found

    def live(self, ids: Sequence[str]) -> set[str]:
        """Those of the chunk ids that are live."""
        found: set[str] = set()
        with self._connection() as db:
            for part in _parts(ids):
                rows = db.execute(
                    f"""SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document
                        WHERE d.live = 1 AND c.id IN ({_marks(part)})""",
                    part,
                )
                found.update(id_ for (id_,) in rows)
        return found

    def chunk_ids(self) -> list[str]:
        """The ids of all live chunks, in document order."""
        with self._connection() as db:
            rows = db.execute(
                """SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document
                   WHERE d.live = 1 ORDER BY d.name, c.start"""
            )
            return [id_ for (id_,) in rows]

    def chunk_ids_within(self, within: Filter) -> list[str]:
        """The ids of all live chunks of the documents that the filter lets through."""

        def allows(name: str, outlet: str | None, published: str | None) -> bool:
            return within.allows(name, outlet, _date(published))

        with self._connection() as db:
            db.create_function("allows", 3, allows)
            # a cross join keeps its order: the filter is asked once for each document, not for each chunk
            rows = db.execute(
                """SELECT c.id FROM documents d CROSS JOIN chunks c ON c.document = d.id
                   WHERE d.live = 1 AND allows(d.name, d.outlet, d.published)"""
            )
            return [id_ for (id_,) in rows]

    def chunks_of(self, names: Sequence[str]) -> list[tuple[Document, list[StoredChunk]]]:
        """The live documents of those names with their chunks, in the order of the names."""
        result = []
        with self._connection() as db:
            db.execute("BEGIN")  # one state for all statements
            for name in names:
                document = _document(db, name)
                if document is not None:
                    rows = db.execute(
                        """SELECT c.id, c.start, c."end", c.key FROM chunks c JOIN documents d ON d.id = c.document
                           WHERE d.live = 1 AND d.name = ? ORDER BY c.start""",
                        (name,),
                    ).fetchall()
                    result.append((document, [StoredChunk(*row) for row in rows]))
        return result

    def ids_by_key(self, keys: Sequence[str]) -> dict[str, str]:
        """Key -> the id of some chunk, live or staged, whose embedded text had that hash."""
        found: dict[str, str] = {}
        with self._connection() as db:
            for part in _parts(keys):
                found.update(
                    db.execute(f"SELECT key, min(id) FROM chunks WHERE key IN ({_marks(part)}) GROUP BY key", part)
                )
        return found

    def keys(self, ids: Sequence[str]) -> dict[str, str]:
        """Chunk id -> key, of those that are there."""
        found: dict[str, str] = {}
        with self._connection() as db:
            for part in _parts(ids):
                found.update(db.execute(f"SELECT id, key FROM chunks WHERE id IN ({_marks(part)})", part))
        return found

    def counts(self) -> tuple[int, int]:
        """(documents, chunks) that are live."""
        with self._connection() as db:
            documents = db.execute("SELECT count(*) FROM documents WHERE live = 1").fetchone()[0]
            chunks = db.execute(
                "SELECT count(*) FROM chunks c JOIN documents d ON d.id = c.document WHERE d.live = 1"
            ).fetchone()[0]
        return int(documents), int(chunks)

    # -- changing it --------------------------------------------------------------------------------------------

    def stage(self, batch: Iterable[tuple[str, Document, Sequence[StoredChunk]]]) -> None:
        """Write (file, document, its chunks) beside the live ones; a document staged earlier is replaced."""
        with self._connection() as db:
            for file, d, chunks in batch:
                _bury(db, "name = ? AND live = 0", (d.name,))
                row = (
                    _STAGED,
                    d.name,
                    file,
                    d.sha256,
                    d.title,
                    d.outlet,
                    d.author,
                    d.published and d.published.isoformat(),
                    d.language,
                    d.url,
                    json.dumps(d.pages),
                    len(d.text.split()),
                    d.text,
                )
                id_ = db.execute(
                    """INSERT INTO documents (live, name, file, sha256, title, outlet, author, published, language, url,
                       pages, words, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    row,
                ).lastrowid
                db.executemany(
                    "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?)",
                    [(c.id, id_, c.start, c.end, c.key) for c in chunks],
                )
                db.executemany("DELETE FROM dead WHERE id = ?", [(c.id,) for c in chunks])

    def publish(
        self, gone: Iterable[str], files: dict[str, str], failures: Iterable[tuple[str, Failure]], readers: str
    ) -> None:
        """In one transaction `gone` dies, all that is staged takes the place of its predecessors, the stamp moves."""
        with self._connection() as db:
            for name in gone:
                _bury(db, "name = ? AND live = 1", (name,))
            for (name,) in db.execute("SELECT name FROM documents WHERE live = 0").fetchall():
                _bury(db, "name = ? AND live = 1", (name,))
            db.execute("UPDATE documents SET live = 1 WHERE live = 0")
            db.execute("DELETE FROM files")
            db.executemany("INSERT INTO files VALUES (?, ?)", files.items())
            db.execute("DELETE FROM failures")
            db.executemany(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", [(f.name, file, f.reason) for file, f in failures]
            )
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [("stamp", _new_stamp()), ("readers", readers)])

    def dead(self) -> list[str]:
        """Ids of chunks that no document holds any more and that still lie in Chroma and tantivy."""
        with self._connection() as db:
            return [id_ for (id_,) in db.execute("SELECT id FROM dead WHERE id NOT IN (SELECT id FROM chunks)")]

    def deleted(self) -> int:
        """How many rows were deleted from Chroma since it was last made anew; it keeps their space."""
        return int(self.meta("deleted") or 0)

    def forget(self, ids: Sequence[str]) -> None:
        """The dead chunks with those ids are deleted everywhere now."""
        with self._connection() as db:
            db.executemany("DELETE FROM dead WHERE id = ?", [(id_,) for id_ in ids])
            db.execute(
                """INSERT INTO meta VALUES ('deleted', ?)
                   ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + excluded.value""",
                (len(ids),),
            )

    def renewed(self) -> None:
        """Chroma and tantivy are made anew: nothing lies in them that is dead; the stamp moves."""
        with self._connection() as db:
            db.execute("DELETE FROM dead")
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [("deleted", "0"), ("stamp", _new_stamp())])

    def copy_to(self, path: Path) -> None:
        """A compact copy of the whole catalog at `path`."""
        with self._connection() as db:
            db.execute("VACUUM INTO ?", (str(path),))
        with Catalog(path)._connection() as copy:
            copy.execute("PRAGMA journal_mode=WAL")


def _document(db: sqlite3.Connection, name: str) -> Document | None:
    row = db.execute(
        """SELECT name, text, title, sha256, outlet, author, published, language, url, pages
           FROM documents WHERE name = ? AND live = 1""",
        (name,),
    ).fetchone()
    if row is None:
        return None
    name, text, title, sha256, outlet, author, published, language, url, pages = row
    return Document(
        name, text, title, sha256, outlet, author, _date(published), language, url, tuple(json.loads(pages))
    )


def _bury(db: sqlite3.Connection, where: str, parameters: tuple[str, ...]) -> None:
    selected = f"SELECT id FROM documents WHERE {where}"
    db.execute(f"INSERT OR IGNORE INTO dead SELECT id FROM chunks WHERE document IN ({selected})", parameters)
    db.execute(f"DELETE FROM chunks WHERE document IN ({selected})", parameters)
    db.execute(f"DELETE FROM documents WHERE {where}", parameters)


def _new_stamp() -> str:
    return uuid.uuid4().hex


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(values), _PARAMETERS):
        yield list(values[first : first + _PARAMETERS])


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
