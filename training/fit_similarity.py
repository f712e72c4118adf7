"""Fit the coefficients of `rag.models.similarity.SimilarityReader` and print them with how well they do.

    python training/fit_similarity.py QUESTIONS.jsonl.gz [...] [--questions 1500]

Each line of QUESTIONS: {"question", "context", "answers": [{"text", "start"}], "impossible"?}, as in SQuAD 2.0. The
contexts become a document set, and passages are retrieved for every question as the product does. Sentences that hold
an answer of the right context are positives. For every other question the right context is taken away, which leaves
the best wrong passages: unanswerable, as are the questions marked impossible. Every fifth question measures.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from fit_reader import auroc, logistic

from rag.answer.retrieval import retrieve
from rag.assistant import Assistant
from rag.models.similarity import SimilarityReader, sentence_candidates
from rag.settings import Settings
from rag.types import Passage

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """Features of a question's sentences, which of them answer, and the features of the question as a whole."""

    sentences: Matrix
    right: npt.NDArray[np.bool_]
    whole: Matrix
    answerable: bool
    held_out: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--questions", type=int, default=1500, help="from each file")
    options = parser.parse_args()
    cases = [case for file in options.files for case in _cases(file, options.questions)]
    fit, held = [c for c in cases if not c.held_out], [c for c in cases if c.held_out]

    rows = np.concatenate([c.sentences for c in fit if c.answerable])
    labels = np.concatenate([c.right for c in fit if c.answerable])
    sentence = logistic(rows, labels.astype(float))
    print("sentence  ", np.round(sentence, 2).tolist())
    hits = [bool(c.right[int(np.argmax(c.sentences @ sentence))]) for c in held if c.right.any()]
    print(f"right sentence first, held out: {np.mean(hits):.3f} (n={len(hits)})")

    def best(c: Case) -> Matrix:
        row: Matrix = c.whole[int(np.argmax(c.sentences @ sentence))]
        return row

    answerable = logistic(np.stack([best(c) for c in fit]), np.asarray([float(c.answerable) for c in fit]))
    print("answerable", np.round(answerable, 2).tolist())
    scores = np.asarray([best(c) @ answerable for c in held])
    truth = np.asarray([c.answerable for c in held])
    print(f"AUROC answerable, held out: {auroc(scores[truth], scores[~truth]):.3f} (n={len(held)})")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        says = 1 / (1 + np.exp(-scores)) >= threshold
        print(f"  at {threshold}: answers {says[truth].mean():.3f} of the answerable,", end="")
        print(f" {says[~truth].mean():.3f} of the others")


def _cases(file: Path, count: int) -> Iterator[Case]:
    rng = random.Random(7)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    contexts = {context: f"c{n}" for n, context in enumerate(dict.fromkeys(row["context"] for row in rows))}
    chosen = rng.sample(rows, min(count, len(rows)))
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        kept = {row["context"] for row in chosen}
        kept |= set(rng.sample(sorted(contexts), min(len(contexts), 1500)))
        with (documents / "contexts.jsonl").open("w", encoding="utf-8") as out:
            for context in sorted(kept):
                out.write(json.dumps({"id": contexts[context], "title": "", "body": context}) + "\n")
        assistant = Assistant(Settings(documents=documents, home=Path(folder) / "home"))
        assistant.sync(assistant.library.first)
        index = assistant.index(assistant.library.first)
        reader = SimilarityReader(assistant.embedder)
        for n, row in enumerate(chosen):
            gold = f"contexts.jsonl#{contexts[row['context']]}"
            impossible = bool(row.get("impossible"))
            take_away = not impossible and n % 2 == 1
            passages = retrieve(row["question"], index, assistant.embedder, 16)
            if take_away:
                words = {answer["text"].casefold() for answer in row["answers"]}
                passages = [
                    p for p in passages if p.document != gold and not any(w in p.text.casefold() for w in words)
                ]
            case = _case(reader, row, gold, passages[:8], not impossible and not take_away, n % 5 == 0)
            if case is not None:
                yield case


def _case(
    reader: SimilarityReader,
    row: dict[str, Any],
    gold: str,
    passages: Sequence[Passage],
    answerable: bool,
    held_out: bool,
) -> Case | None:
    candidates = sentence_candidates(passages)
    if not candidates:
        return None
    spans = [(a["start"], a["start"] + len(a["text"])) for a in row["answers"]] if answerable else []
    right = np.asarray(
        [
            passages[c.passage].document == gold and any(c.start <= a and b <= c.end for a, b in spans)
            for c in candidates
        ]
    )
    if answerable and not right.any():
        return None
    features = reader.features(row["question"], passages, candidates)
    whole = reader.whole_features(row["question"], passages, features)
    return Case(features, right, whole, answerable, held_out)


if __name__ == "__main__":
    main()
