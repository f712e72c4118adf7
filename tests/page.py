"""The page without a browser: how its tests open it, ask on it, and read what is on it."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.types import SyncReport
from rag.ui.session import Session, answering, desk
from rag.ui.suggestions import suggesting

APP = Path(__file__).resolve().parent.parent / "app.py"
BRIDGE = """---
title: The Lindgate bridge opens again
outlet: Lindgate Post
published: 2023-04-11
---
The bridge at Lindgate opened again on Tuesday after nine months of work.
Workers replaced forty-two steel girders that had rusted through.
Mayor Alma Rydell said that the toll stays at two crowns.
"""
FROST = """---
title: Late frost in the Tamsin valley
outlet: Valley Gazette
published: 2022-05-03
---
Apple growers in the Tamsin valley lost sixty percent of their blossom to frost in April.
Henrik Osei, who leads the union of growers, asked the province for a relief fund of three million crowns.
"""
WHALES = """A whale in the harbour of Ostmark

A humpback whale swam into the harbour of Ostmark on Sunday and stayed for eleven hours.
"""


@contextmanager
def page_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Lets the page read the new folder `folder/documents`, with a home of its own beside it."""
    documents = folder / "documents"
    documents.mkdir()
    monkeypatch.setenv("FOOTNOTE_DOCUMENTS", str(documents))
    monkeypatch.setenv("FOOTNOTE_HOME", str(folder / "home"))
    monkeypatch.setenv("FOOTNOTE_OLLAMA_URL", "http://127.0.0.1:9/v1")
    desk.clear()
    answering.clear()
    suggesting.clear()
    yield documents
    desk.clear()
    answering.clear()
    suggesting.clear()


def opened() -> AppTest:
    """The page after its first sync."""
    return settled(AppTest.from_file(str(APP), default_timeout=120).run())


def settled(at: AppTest) -> AppTest:
    """The page once every sync that it watches is done."""
    for job in list(remembered(at).jobs.values()):
        assert job.finished.wait(120)
    at.run()
    assert not at.exception
    return suggested(at)


def suggested(at: AppTest) -> AppTest:
    """The page once every question that it looks for to offer it is found."""
    findings = suggesting().all()
    for finding in findings:
        assert finding.finished.wait(60)
    if findings:  # one may have been finished right after the page was drawn without it
        at.run()
    assert not at.exception
    return at


def remembered(at: AppTest) -> Session:
    """What the page keeps for this visitor."""
    found: Session = at.session_state["footnote"]
    return found


def ask(at: AppTest, question: str) -> AppTest:
    """The page after a question was answered."""
    at.chat_input[0].set_value(question).run()
    assert not at.exception
    return answered(at)


def answered(at: AppTest) -> AppTest:
    """The page once nothing is on its way to an answer."""
    open_here = [conversation for conversation in remembered(at).conversations.values() if conversation]
    for conversation in open_here:
        for asking in answering().unkept(conversation):
            assert asking.finished.wait(60)
    if open_here:
        at.run()
    assert not at.exception
    return at


def button(at: AppTest, start: str) -> Any:
    """The button whose key starts so."""
    return next(found for found in at.button if (found.key or "").startswith(start))


def verbatim_texts(at: AppTest, *styles: str) -> str:
    """All that the page shows as characters, a line for each block; with styles, only what has one of them."""
    drawn = [
        block for element in at.get("bidi_component") for block in json.loads(element.proto.json).get("blocks", ())
    ]
    return "\n".join(
        "".join(text for text, given, *_ in block["parts"] if not styles or set(given.split() or [""]) & set(styles))
        for block in drawn
    )


def turns(at: AppTest) -> list[Any]:
    """The turns of all open conversations, of which there is one in most tests."""
    open_here = filter(None, remembered(at).conversations.values())
    return [turn for conversation in open_here for turn in desk().assistant.history.turns(conversation)]


def held_back(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets no sync begin before the event is set."""
    go_on, sync = threading.Event(), desk().assistant.sync

    def slow(*given: Any, rebuild: bool = False, keep: bool = False) -> SyncReport:
        assert go_on.wait(60)
        return sync(*given, rebuild=rebuild, keep=keep)

    monkeypatch.setattr(desk().assistant, "sync", slow)
    return go_on


# -- the page of the documents ----------------------------------------------------------------------------------------


@contextmanager
def news_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of documents with one set, News, of two articles; nothing lies in the folder itself."""
    with page_over(tmp_path, monkeypatch) as folder:
        (folder / "News").mkdir()
        (folder / "News" / "bridge.md").write_text(BRIDGE)
        (folder / "News" / "frost.md").write_text(FROST)
        yield folder


def news_page() -> AppTest:
    """The page of the documents, with News chosen and read."""
    at = opened()
    at.selectbox(key="set").set_value("News").run()
    settled(at)
    at.switch_page("rag/ui/documents.py").run()
    assert not at.exception
    return at


def zipped(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def listed_files(at: AppTest) -> list[str]:
    return sorted(at.dataframe[0].value["File"])


def replace_with(at: AppTest, name: str, data: bytes) -> None:
    """Choose a file that is to take the place of the whole set, and wait for the plan."""
    mode = next(group for group in at.button_group if (group.key or "").startswith("mode-"))
    mode.set_value("Replace the whole set").run()
    at.file_uploader[0].upload(name, data, "application/octet-stream").run()
    for arriving in remembered(at).arriving.values():
        assert arriving.finished.wait(60)
    at.run()
    assert not at.exception
