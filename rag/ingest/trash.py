"""What was removed, kept for a month: files, and whole sets with a note that says what they were."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_DAYS = 30
_NOTE = "set.json"


@dataclass(frozen=True, slots=True)
class DeletedSet:
    """A set that can be had back: `lies` is where its folder is now, `note` the file that says so."""

    name: str
    folder: Path
    lies: Path
    key: str
    deleted: datetime
    note: Path


class Trash:
    """The folder `home`/trash; indexes of sets that are erased go with them."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "trash"
        self._indexes = home / "sets"

    def new_bin(self) -> Path:
        """A folder, not made yet, for what is removed in one step."""
        return self._folder / f"{int(time.time())}-{uuid.uuid4().hex[:8]}"

    def note(self, name: str, folder: Path, key: str, deleted: datetime) -> DeletedSet:
        """Write down that a set is about to be moved to `lies`; raises OSError."""
        bin_ = self.new_bin()
        bin_.mkdir(parents=True)
        lies = bin_ / "set"
        if folder.stat().st_dev != bin_.stat().st_dev:  # what cannot be moved in one step stays on its disk
            lies = folder.with_name(f".deleted-{uuid.uuid4().hex}")
        said = {"name": name, "folder": str(folder), "lies": str(lies), "key": key, "deleted": deleted.isoformat()}
        (bin_ / _NOTE).write_text(json.dumps(said))
        return DeletedSet(name, folder, lies, key, deleted, bin_ / _NOTE)

    def sets(self) -> list[DeletedSet]:
        """The sets that can be had back, the one that was deleted last first."""
        found = [_read(note) for note in self._folder.glob(f"*/{_NOTE}")]
        return sorted((each for each in found if each), key=lambda each: each.deleted, reverse=True)

    def forget(self, deleted: DeletedSet) -> None:
        """The set is back, or was never moved."""
        shutil.rmtree(deleted.note.parent, ignore_errors=True)

    def empty_old(self) -> None:
        """Erase what was removed over a month ago."""
        for path in self._folder.glob("*-*"):
            made = path.name.partition("-")[0]
            if made.isdigit() and time.time() - int(made) > _DAYS * 86_400:
                gone = _read(path / _NOTE)
                if gone is not None:
                    shutil.rmtree(gone.lies, ignore_errors=True)
                    shutil.rmtree(self._indexes / gone.key, ignore_errors=True)
                shutil.rmtree(path, ignore_errors=True)


def _read(note: Path) -> DeletedSet | None:
    """What the note says; None if there is none, or the set is back or was never moved."""
    try:
        said = json.loads(note.read_text())
        deleted, lies = datetime.fromisoformat(said["deleted"]), Path(said["lies"])
        found = DeletedSet(said["name"], Path(said["folder"]), lies, said["key"], deleted, note)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if lies.is_dir() else None
