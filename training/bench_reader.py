"""What the reader can do, on questions that trained nothing.

    PYTHONPATH=. python training/bench_reader.py TRAIN EVAL [--weights DIR] [--parts spans,rerank,speed]

TRAIN and EVAL are the folders of MODEL_CARD.md. `spans`: the two held titles of SQuAD 2.0 and the held half of ClapNQ.
`rerank`: the fused ranking, the reader's and both mixed, on ClapNQ's texts as one set and on EVAL/news (whose index
FOOTNOTE_HOME holds). `speed`: 24 passages of 180 tokens, read as the product reads them.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fit_reader import auroc, folded
from reader_data import HELD_TITLES, hashed, rows

from rag.answer.retrieval import PASSAGES, retrieve
from rag.assistant import Assistant
from rag.models.embedding import WEIGHTS
from rag.models.reader import LocalReader, best_odds, passage_order
from rag.settings import Settings
from rag.types import Passage

Asked = tuple[str, set[str], list[list[str]]]
"""A question, the right documents, and the words of its answer."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder with other weights")
    parser.add_argument("--parts", default="spans,rerank,speed")
    options = parser.parse_args()
    reader = LocalReader(weights=options.weights)
    for part in options.parts.split(","):
        {"spans": spans, "rerank": rerank, "speed": speed}[part](reader, options)


def spans(reader: LocalReader, options: argparse.Namespace) -> None:
    """Spans, and whether there is one, on single texts."""
    answerable: list[float] = []
    hopeless: list[float] = []
    exact, overlap = [], []
    for row in rows(options.train / "squad2_part.jsonl.gz"):
        if row["title"] in HELD_TITLES:
            best, relevance, text = read_one(reader, row["question"], row["context"], row["title"].replace("_", " "))
            (hopeless if row["impossible"] else answerable).append(relevance)
            if not row["impossible"]:
                golds = [answer["text"] for answer in row["answers"]]
                exact.append(max(same(text, gold) for gold in golds))
                overlap.append(max(word_f1(text, gold) for gold in golds))
    print(f"SQuAD 2.0, titles held: EM {np.mean(exact):.3f} F1 {np.mean(overlap):.3f} on answerable,"
          f" AUROC answerable {auroc(np.asarray(answerable), np.asarray(hopeless)):.3f} (n={len(exact)}+{len(hopeless)})")  # fmt: skip  # noqa: E501
    answerable, hopeless = [], []
    inside, first = [], []
    for row in rows(options.eval / "clapnq.jsonl.gz"):
        if hashed(row["title"]) % 2 == 1:
            best, relevance, text = read_one(reader, row["question"], row["passage"], row["title"])
            (hopeless if row["impossible"] else answerable).append(relevance)
            if not row["impossible"]:
                gold = folded(json.dumps(row["gold_sentences"], ensure_ascii=False))
                inside.append(folded(text).strip() in gold)
                first.append(folded(best).strip() in gold)
    print(f"ClapNQ, half held: AUROC answerable {auroc(np.asarray(answerable), np.asarray(hopeless)):.3f},"
          f" span in a gold sentence {np.mean(inside):.3f}, best sentence is gold {np.mean(first):.3f}"
          f" (n={len(answerable)}+{len(hopeless)})")  # fmt: skip


def read_one(reader: LocalReader, question: str, text: str, title: str) -> tuple[str, float, str]:
    """The best sentence of a text, the probability-like score that it answers at all, and the best span's words."""
    passage = Passage("d", 0, len(text), text, 0.5, title)
    relevance, found = reader.judge(question, [passage])
    if not found:
        return "", relevance[0], ""
    by_margin = max(found, key=lambda each: each.margin)
    by_sentence = max(found, key=lambda each: each.answers + 0.5 * each.margin)
    return by_sentence.text, relevance[0] + 0.3 * by_margin.margin, text[slice(*by_margin.span)]


def same(one: str, other: str) -> float:
    """1.0 for the same words, articles aside."""
    return float(plain(one) == plain(other))


def word_f1(one: str, other: str) -> float:
    """F1 of the words, as SQuAD's scorer counts it."""
    a, b = plain(one), plain(other)
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / (len(a) + len(b)) if common else 0.0


def plain(text: str) -> list[str]:
    """Words in lower case without articles and punctuation."""
    return [word for word in re.sub(r"[^\w\s]", "", text.lower()).split() if word not in ("a", "an", "the")]


def rerank(reader: LocalReader, options: argparse.Namespace) -> None:
    """Documents and passages in the order of retrieval, of the reader, and of both."""
    data = list(rows(options.eval / "clapnq.jsonl.gz"))
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        with (documents / "pool.jsonl").open("w", encoding="utf-8") as out:
            for row in data:
                out.write(json.dumps({"id": row["qid"], "title": row["title"], "body": row["passage"]}) + "\n")
        assistant = Assistant(Settings(documents=documents, home=Path(folder) / "home"))
        assistant.sync(assistant.library.first)
        asked: list[Asked] = [(row["question"], {row["qid"]}, []) for row in data
                 if not row["impossible"] and hashed(row["title"]) % 2 == 1]  # fmt: skip
        order_figures("ClapNQ, half held", reader, assistant, assistant.library.first, asked)
    assistant = Assistant(Settings())
    lines = (options.eval / "news" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [(row["question"], set(row["documents"]), row["answers"]) for row in map(json.loads, lines)
             if row["answers"]]  # fmt: skip
    order_figures("news", reader, assistant, assistant.library.at(options.eval / "news" / "documents"), asked)


def order_figures(name: str, reader: LocalReader, assistant: Assistant, where: Any, asked: Sequence[Asked]) -> None:
    """Prints R@1, R@3, R@5, MRR of documents, and how often the first passage holds the answer, three orders."""
    ranks: dict[str, list[int]] = defaultdict(list)
    held: dict[str, list[bool]] = defaultdict(list)
    weights = reader.calibration.passage
    for question, right, answers in asked:
        passages = retrieve(question, assistant.index(where), assistant.embedder, PASSAGES)
        _, found = reader.judge(question, passages)
        each = [float(np.dot(sentence.features, reader.calibration.sentence)) for sentence in found]
        odds = best_odds(found, each, len(passages))
        scores = [passage.score for passage in passages]
        orders = {
            "fused": tuple(range(len(passages))),
            "reader": passage_order(odds, scores, (1.0, 0.0)),
            "both": passage_order(odds, scores, weights),
        }
        for kind, order in orders.items():
            names = list(dict.fromkeys(passages[n].document.rpartition("#")[2] for n in order))
            ranks[kind].append(next((n for n, each in enumerate(names) if each in right), 1000) + 1)
            if answers:
                top = passages[order[0]]
                text = folded(top.text)
                held[kind].append(
                    top.document.rpartition("#")[2] in right
                    and all(any(folded(a) in text for a in group) for group in answers)
                )
    for kind, known in ranks.items():
        cuts = " ".join(f"R@{k} {np.mean([rank <= k for rank in known]):.3f}" for k in (1, 3, 5, 10))
        extra = f", first passage holds the answer {np.mean(held[kind]):.3f}" if held[kind] else ""
        print(f"{name}, {kind:6s}: {cuts} MRR {np.mean([1 / rank for rank in known]):.3f}{extra} (n={len(known)})")


def speed(reader: LocalReader, options: argparse.Namespace) -> None:
    """24 passages of 180 tokens: median, least and greatest of 15 readings."""
    text = " ".join(
        row["context"] for _, row in zip(range(300), rows(options.train / "squad2_part.jsonl.gz"), strict=False)
    )
    encoder = reader._encoder
    words = text.split()
    passages: list[Passage] = []
    first = 0
    while len(passages) < PASSAGES:
        size = 100
        while len(encoder.tokenize([" ".join(words[first : first + size])])[0]) < 180:
            size += 2
        piece = " ".join(words[first : first + size])
        passages.append(Passage(f"d{first}", 0, len(piece), piece, 0.5, "A title of some six words"))
        first += size
    times = []
    for n in range(16):
        began = time.perf_counter()
        reader.read("Which of the two parties signed the agreement in Doha?", passages)
        if n:
            times.append(time.perf_counter() - began)
    print(f"read 24 passages of 180 tokens: {np.median(times):.3f} s ({min(times):.3f} to {max(times):.3f})")


if __name__ == "__main__":
    main()
