"""What may be done to an index while its lock is held: a copy is changed, and when it is whole it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from rag.errors import IndexUnusable
from rag.index.catalog import Catalog, StoredChunk
from rag.index.kept import Kept
from rag.index.pending import Pending
from rag.index.version import Row, Vector, Version
from rag.types import Document, Failure

if TYPE_CHECKING:
    from rag.index.index import Index

Embed = Callable[[Sequence[Row]], Vector]
"""Gives a vector, of shape (dimension,), for each row: the result has the shape (rows, dimension)."""

_FEW_DEAD: Final = 2_000


class Writer:
    """What may be done to an index while its lock is held."""

    def __init__(self, index: Index, source: Version | None, embedder: str, dimension: int, rebuild: bool) -> None:
        self._index = index
        self._source = source
        self._target: Version | None = None  # what is written, until it is published
        made_by = hashlib.sha256(embedder.encode()).hexdigest()[:12]
        self._pending = Pending(index.home / f"pending-{made_by}.sqlite")
        self._kept = Kept(index.home / f"kept-{made_by}.sqlite")
        self._published: set[str] = set()  # keys whose vectors the source holds
        self._back: set[str] = set()  # keys whose vectors were kept
        if source is None or rebuild:
            self._target = Version.create(index.next_version(), embedder, dimension)

    @property
    def opened(self) -> Version:
        """What is being written, or else what answers."""
        opened = self._target or self._source
        assert opened is not None
        return opened

    @property
    def catalog(self) -> Catalog:
        """The catalog of `opened`."""
        return self.opened.catalog

    def known_vectors(self, keys: Sequence[str]) -> dict[str, Vector]:
        """Key -> vector, for embedded texts that the index holds, that went and can be had back, or that an earlier
        writer did not live to publish.
        """
        found: dict[str, Vector] = {}
        if self._source is not None:
            with suppress(IndexUnusable):  # a rebuild is what is to help then
                ids = self._source.catalog.ids_by_key(keys)
                vectors = self._source.vectors.get(list(ids.values()))
                found = {key: vectors[id_] for key, id_ in ids.items() if id_ in vectors}
                self._published |= found.keys()
        kept = self._kept.get([key for key in keys if key not in found])
        self._back |= kept.keys()
        found |= kept
        return found | self._pending.get([key for key in keys if key not in found])

    def stage(self, batch: Sequence[tuple[str, Document, Sequence[StoredChunk]]], vectors: Vector) -> None:
        """Write (file, document, chunks) beside what answers; `vectors` has a row for every chunk, in order."""
        rows = [(document, chunk) for _, document, chunks in batch for chunk in chunks]
        computed = {chunk.key: vector for (_, chunk), vector in zip(rows, vectors, strict=True)}
        self._pending.add({key: computed[key] for key in computed.keys() - self._published - self._back})
        target = self._own()
        target.vectors.upsert(rows, vectors)
        target.rank(rows)
        target.catalog.stage(batch)

    def publish(
        self,
        gone: Sequence[str],
        files: dict[str, str],
        failures: Sequence[tuple[str, Failure]],
        readers: str,
        *,
        keep: bool = False,
    ) -> None:
        """Make all that was staged answer from now on, and what it replaces, and `gone`, no more.

        With `keep`, the vectors of what goes are kept for a month, as it can be had back.
        """
        target = self._own()
        target.catalog.publish(gone, files, failures, readers)
        dead = target.catalog.dead()
        if keep:
            self._keep(dead)
        # Chroma never gives deleted rows' space back
        if target.catalog.deleted() + len(dead) > max(_FEW_DEAD, target.catalog.counts()[1]):
            self.compact()
        else:
            target.vectors.delete(dead)
            target.rank((), dead)
            target.catalog.forget(dead)
            target.lexical.mark(target.catalog.stamp)
            self._answer_from(target)
        self._kept.forget(self._back)
        self.settle()

    def _keep(self, dead: Sequence[str]) -> None:
        if self._source is not None:
            keys = self._source.catalog.keys(dead)
            vectors = self._source.vectors.get(list(keys))
            self._kept.add({key: vectors[id_] for id_, key in keys.items() if id_ in vectors})

    def settle(self) -> None:
        """Forget what earlier writers left behind: all that counts is published."""
        for path in self._index.home.glob("pending-*.sqlite"):
            Pending(path).clear()

    def compact(self, embed: Embed | None = None) -> None:
        """Write the live chunks, vectors as they are, into a new version, and switch to it.

        Chunks whose vectors are gone are embedded anew, or, without `embed`, left for `check` to find.
        """
        old, folder = self.opened, self._index.next_version()
        folder.mkdir(parents=True)
        old.catalog.copy_to(folder / "catalog.sqlite")
        new = Version.open(folder)
        try:
            for rows in new.rows():
                vectors = old.vectors.get([chunk.id for _, chunk in rows])
                kept = [row for row in rows if row[1].id in vectors]
                gone = [row for row in rows if row[1].id not in vectors]
                if kept:
                    new.vectors.upsert(kept, np.stack([vectors[chunk.id] for _, chunk in kept]))
                if gone and embed is not None:
                    new.vectors.upsert(gone, embed(gone))
            new.catalog.renewed()
            new.rebuild_lexical()
        except BaseException:
            new.close()
            raise
        self.close()
        self._answer_from(new)

    def close(self) -> None:
        """Let go of what was not published."""
        if self._target is not None:
            self._target.close()
            self._target = None

    def _own(self) -> Version:
        """What may be written: a copy of what answers, made when it is first needed."""
        if self._target is None:
            assert self._source is not None
            self._target = self._source.copied_to(self._index.next_version())
        return self._target

    def _answer_from(self, opened: Version) -> None:
        self._index.switch(opened)
        self._source, self._target = opened, None
