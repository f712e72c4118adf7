"""Retrieval by BM25, by the embedder, and by both, fused by rank and by normalised score.

    python training/bench_retrieval.py pool FILE.jsonl.gz [...] [--questions 600]
    python training/bench_retrieval.py set QUESTIONS.jsonl DOCUMENTS

`pool`: lines of {"question", "context" or "passage"}; the texts of all files become one set, and each question that is
not marked "impossible" should find its own. `set`: lines of {"question", "documents": names of right ones}; the folder
is one set. A document's rank is that of its best chunk. Prints the share of questions with a right document among the
first 1, 3, 5 and 10.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.answer.retrieval import CANDIDATES, fuse
from rag.assistant import Assistant
from rag.index.version import Hit
from rag.ingest.library import DocumentSet
from rag.settings import Settings

Questions = list[tuple[str, set[str]]]
CUTS = (1, 3, 5, 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True, dest="kind")
    pool = kinds.add_parser("pool")
    pool.add_argument("files", nargs="+", type=Path)
    pool.add_argument("--questions", type=int, default=600, help="from each file")
    one_set = kinds.add_parser("set")
    one_set.add_argument("questions", type=Path)
    one_set.add_argument("documents", type=Path)
    options = parser.parse_args()
    if options.kind == "set":
        assistant = Assistant(Settings())
        rows = [json.loads(line) for line in options.questions.open(encoding="utf-8")]
        questions = [(row["question"], set(row["documents"])) for row in rows if row["documents"]]
        _measure(assistant, assistant.library.at(options.documents), questions)
        return
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        questions = _pool(options.files, options.questions, documents)
        assistant = Assistant(Settings(documents=documents, home=Path(folder) / "home"))
        _measure(assistant, assistant.library.first, questions)


def _pool(files: Sequence[Path], count: int, documents: Path) -> Questions:
    rng = random.Random(7)
    texts: dict[str, str] = {}
    questions: Questions = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        for row in rows:
            texts.setdefault(row.get("context") or row["passage"], f"t{len(texts)}")
        answered = [row for row in rows if not row.get("impossible")]
        chosen = rng.sample(answered, min(count, len(answered)))
        questions += [(row["question"], {texts[row.get("context") or row["passage"]]}) for row in chosen]
    used = set().union(*(right for _, right in questions))
    others = [text for text, name in texts.items() if name not in used]
    kept = [text for text, name in texts.items() if name in used] + rng.sample(others, min(len(others), 1_000))
    with (documents / "pool.jsonl").open("w", encoding="utf-8") as out:
        for text in kept:
            out.write(json.dumps({"id": texts[text], "title": "", "body": text}) + "\n")
    return questions


def _measure(assistant: Assistant, documents: DocumentSet, questions: Questions) -> None:
    if not assistant.synced(documents):
        assistant.sync(documents)
    index = assistant.index(documents)
    found = {name: [0] * len(CUTS) for name in RANKINGS}
    for question, right in questions:
        hits = index.search(assistant.embedder.embed_query(question), question, CANDIDATES)
        for name, score in RANKINGS.items():
            ranked = sorted(zip(score(hits), hits, strict=True), key=lambda pair: -pair[0])
            names = list(dict.fromkeys(hit.located.document.rpartition("#")[2] for value, hit in ranked if value > 0))
            for n, cut in enumerate(CUTS):
                found[name][n] += bool(right & set(names[:cut]))
    count = sum(1 for _ in assistant.entries(documents))
    print(f"{len(questions)} questions, {count} documents" + "".join(f"{f'R@{cut}':>8}" for cut in CUTS))
    for name, counts in found.items():
        print(f"  {name:30s}" + "".join(f"{value / len(questions):8.3f}" for value in counts))


def _rank_scores(scores: Sequence[float | None]) -> list[float]:
    order = sorted((n for n, score in enumerate(scores) if score is not None), key=lambda n: -(scores[n] or 0.0))
    ranks = {n: rank for rank, n in enumerate(order)}
    return [1 / (60 + ranks[n]) if n in ranks else 0.0 for n in range(len(scores))]


def _dense(hits: Sequence[Hit]) -> list[float]:
    return [hit.dense or 0.0 for hit in hits]


def _lexical(hits: Sequence[Hit]) -> list[float]:
    return [hit.lexical or 0.0 for hit in hits]


def _by_rank(hits: Sequence[Hit]) -> list[float]:
    both = (_rank_scores([hit.dense for hit in hits]), _rank_scores([hit.lexical for hit in hits]))
    return [a + b for a, b in zip(*both, strict=True)]


def _by_score(hits: Sequence[Hit]) -> list[float]:
    return [score + 1e-9 for score in fuse([hit.dense for hit in hits], [hit.lexical for hit in hits])]


RANKINGS: dict[str, Callable[[Sequence[Hit]], list[float]]] = {
    "BM25": _lexical,
    "embedder": _dense,
    "both, reciprocal ranks (60)": _by_rank,
    "both, normalised scores": _by_score,
}


if __name__ == "__main__":
    main()
