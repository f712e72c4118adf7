"""The folders are the way that data takes; arrows point one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "rag").rglob("*.py"))]

BELOW = {
    "app": {"ui", "settings", "errors", "types", "assistant", "rag"},
    "ui": {
        "ui",
        "assistant",
        "export",
        "feedback",
        "history",
        "answer",
        "ingest",
        "index",
        "models",
        "types",
        "errors",
        "settings",
        "rag",
    },
    "terminal": {"types", "answer"},
    "chat": {"terminal", "assistant", "history", "answer", "ingest", "types", "errors"},
    "conversations": {"terminal", "assistant", "export", "ingest", "errors"},
    "cli": {
        "conversations",
        "terminal",
        "chat",
        "assistant",
        "export",
        "history",
        "answer",
        "ingest",
        "types",
        "errors",
        "settings",
        "rag",
    },
    "__main__": {"cli"},
    "assistant": {
        "export",
        "feedback",
        "history",
        "preferences",
        "offers",
        "sets",
        "answer",
        "ingest",
        "index",
        "models",
        "types",
        "errors",
        "settings",
        "words",
    },
    "sets": {"history", "ingest", "index", "models", "types", "errors", "settings"},
    "offers": {"answer", "index", "types"},
    "preferences": {"models", "settings", "errors"},
    "history": {"database", "types", "errors", "answer"},
    "export": {"export", "feedback", "answer", "types"},
    "feedback": {"database", "history", "types", "errors"},
    "database": {"errors"},
    "answer": {"answer", "index", "models", "types", "errors", "sentences", "words"},
    "ingest": {"ingest", "index", "models", "types", "errors", "sentences"},
    "index": {"index", "types", "errors"},
    "models": {"models", "types", "errors", "sentences", "words"},
    "sentences": set(),
    "words": set(),
    "types": set(),
    "errors": set(),
    "settings": {"errors", "types"},
    "rag": set(),
}
ONLY_IN = {
    "streamlit": {"app.py", "rag/ui"},
    "chromadb": {"rag/index/vectors.py"},
    "tantivy": {"rag/index/lexical.py"},
    "llama_index": {"rag/models/llama.py"},
    "onnxruntime": {"rag/models/inference.py"},
}


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def part(module: str) -> str:
    names = module.split(".")
    return names[1] if names[0] == "rag" and len(names) > 1 else names[0]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_part_knows_only_the_parts_below_it(path: Path) -> None:
    own = part(module_of(path))
    ours = {part(module) for module in imports(path) if module.split(".")[0] == "rag"}
    assert ours <= BELOW[own], f"{own} imports {sorted(ours - BELOW[own])}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_heavy_library_is_known_in_one_place(library: str) -> None:
    users = {p.relative_to(ROOT).as_posix() for p in SOURCES if library in {m.split(".")[0] for m in imports(p)}}
    assert users, f"nothing imports {library}"
    assert all(any(user == place or user.startswith(f"{place}/") for place in ONLY_IN[library]) for user in users), (
        users
    )


def test_torch_is_no_requirement() -> None:
    assert "torch" not in (ROOT / "requirements.txt").read_text().replace("no torch", "").lower()
