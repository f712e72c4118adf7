"""Fits what turns the reader's numbers into probabilities and decisions: rag/models/weights/reader.json.

    PYTHONPATH=. python training/fit_reader.py POOL.jsonl.gz QUESTIONS.jsonl DOCUMENTS [--picture FILE]

Questions are asked as the product asks them: retrieved from a document set, 24 passages read. POOL are SQuAD-like
records, whose contexts become one set; of its questions only those on titles that trained nothing are asked (see
`reader_data.is_held`). QUESTIONS and DOCUMENTS are a set with right documents and answers' words, and questions that
it does not answer. Every question of the pool is also asked with all passages that hold its answer taken away:
unanswerable.

Fitted are logistic models with a small ridge. Printed are the figures of a five-fold cross-validation over the
questions, then of the fit. The thresholds are points of the risk-coverage curve: the share of unanswerable questions
that get an answer all the same is about 4 % ("cautious"), 10 % ("balanced") and 25 % ("eager") on these questions.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from reader_data import hashed

from rag.answer.retrieval import retrieve
from rag.assistant import Assistant
from rag.models.reader import Calibration, Found, LocalReader, best_odds, sigmoid, whole_features
from rag.settings import Settings
from rag.types import Passage

Matrix = npt.NDArray[np.float64]
OUT = Path(__file__).resolve().parent.parent / "rag" / "models" / "weights" / "reader.json"
RISKS = {"cautious": 0.04, "balanced": 0.10, "eager": 0.25}
SURE = 0.85  # the share of short answers that shall be right
QUOTED = 0.42  # the share of quoted sentences that shall hold the answer
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A question as the reader saw it: its passages, which of them and of the sentences found are right."""

    set: str
    question: str
    passages: tuple[Passage, ...]
    relevance: tuple[float, ...]
    found: tuple[Found, ...]
    right_passages: tuple[bool, ...]
    right: tuple[bool, ...]
    right_span: tuple[bool, ...]
    answerable: bool
    fold: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--picture", type=Path, help="where to draw the risk-coverage curve (SVG)")
    parser.add_argument("--cases", type=Path, help="keeps what the reader saw, so that a second run need not read")
    options = parser.parse_args()
    if options.cases and options.cases.exists():
        cases: list[Case] = pickle.loads(options.cases.read_bytes())
    else:
        cases = [*pool_cases(options.pool), *set_cases(options.questions, options.documents)]
        if options.cases:
            options.cases.write_bytes(pickle.dumps(cases))
    crossed = np.zeros(len(cases))
    print("cross-validated:")
    right_first, quoted = [], []
    for fold in range(FOLDS):
        fitted = fit([case for case in cases if case.fold != fold])
        for n, case in enumerate(cases):
            if case.fold == fold:
                crossed[n], best = answerability(case, fitted)
                if case.answerable and any(case.right):
                    right_first.append(case.right[best])
                    quoted.append(any(case.right[i] for i in np.argsort(-sentence_odds(case, fitted))[:4]))
    report(cases, crossed)
    print(f"  right sentence first {np.mean(right_first):.3f}, among the first four {np.mean(quoted):.3f}"
          f" (n={len(right_first)})")  # fmt: skip
    fitted = fit(cases)
    scores = np.asarray([answerability(case, fitted)[0] for case in cases])
    print("fitted on all:")
    report(cases, scores)
    OUT.write_text(json.dumps(asdict(fitted), indent=1) + "\n", encoding="utf-8")
    print(OUT.read_text(encoding="utf-8"))
    if options.picture:
        options.picture.write_text(picture(cases, crossed, fitted.thresholds), encoding="utf-8")


# -- cases ------------------------------------------------------------------------------------------------------------


def pool_cases(file: Path) -> Iterator[Case]:
    """Questions on the texts of a file, all texts one set."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row.get("set") == "new_wiki"]
    texts = {text: f"t{n}" for n, text in enumerate(dict.fromkeys(row["context"] for row in rows))}
    titles = {row["context"]: row["title"].replace("_", " ") for row in rows}
    asked = [row for row in rows if hashed(row["title"]) % 7 == 0][::2]
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        with (documents / "pool.jsonl").open("w", encoding="utf-8") as out:
            for text, name in texts.items():
                out.write(json.dumps({"id": name, "title": titles[text], "body": text}) + "\n")
        assistant = Assistant(Settings(documents=documents, home=Path(folder) / "home"))
        assistant.sync(assistant.library.first)
        for n, row in enumerate(asked):
            passages = retrieve_wide(assistant, assistant.library.first, row["question"])
            words = [[answer["text"] for answer in row["answers"]]]
            yield from cases_of(row["question"], passages, words, {f"pool.jsonl#{texts[row['context']]}"}, "pool", n)


def set_cases(questions: Path, documents: Path) -> Iterator[Case]:
    """Questions on a folder of documents."""
    assistant = Assistant(Settings())
    document_set = assistant.library.at(documents)
    assistant.sync(document_set)
    with questions.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for n, row in enumerate(rows):
        passages = retrieve_wide(assistant, document_set, row["question"])
        names = {p.document for p in passages if p.document.rpartition("#")[2] in row["documents"]}
        yield from cases_of(row["question"], passages, row["answers"], names, "set", n)


def retrieve_wide(assistant: Assistant, document_set: Any, question: str) -> list[Passage]:
    """More passages than the product reads, so that enough are left when the right ones are taken away."""
    return retrieve(question, assistant.index(document_set), assistant.embedder, 48)


_reader = LocalReader()


def cases_of(
    question: str, passages: Sequence[Passage], answers: list[list[str]], right: set[str], source: str, number: int
) -> Iterator[Case]:
    """The question as it is and, in the pool, with every passage taken away that holds the answer.

    In a set of news several articles tell the same thing in other words, so there it would be answered all the same.
    """
    alternatives = [[folded(words) for words in group] for group in answers]

    def holds(text: str) -> bool:
        line = folded(text)
        return bool(alternatives) and all(any(words in line for words in group) for group in alternatives)

    def case(kept: Sequence[Passage], answerable: bool) -> Case:
        relevance, found = _reader.judge(question, kept)
        good = tuple(answerable and p.document in right and holds(p.text) for p in kept)
        sentences = tuple(answerable and kept[f.passage].document in right and holds(f.text) for f in found)
        spans = tuple(
            ok and holds(kept[f.passage].text[f.span[0] - kept[f.passage].start : f.span[1] - kept[f.passage].start])
            for ok, f in zip(sentences, found, strict=True)
        )
        return Case(source, question, tuple(kept), tuple(relevance), tuple(found), good, sentences, spans, answerable,
                    number % FOLDS)  # fmt: skip

    if not answers:
        yield case(passages[:24], False)
        return
    yield case(passages[:24], True)
    if source != "pool":
        return
    flat = [words for group in alternatives for words in group]
    without = [p for p in passages if p.document not in right and not any(words in folded(p.text) for words in flat)]
    if len(without) >= 8:
        yield case(without[:24], False)


def folded(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return f" {' '.join(re.sub(r'[^a-z0-9$%]+', ' ', plain).split())} "


# -- fitting ----------------------------------------------------------------------------------------------------------


def fit(cases: Sequence[Case]) -> Calibration:
    """The calibration that fits the cases."""
    known = [case for case in cases if case.answerable and any(case.right)]
    rows = np.asarray([each.features for case in known for each in case.found])
    labels = np.asarray([float(right) for case in known for right in case.right])
    sentence = logistic(rows, labels)
    draft = Calibration(tuple(sentence), (), (), {}, 0.0, 0.0)
    passage = (1.0, best_share(known, draft))
    draft = Calibration(tuple(sentence), (), passage, {}, 0.0, 0.0)
    rows = np.asarray([whole_row(case, draft) for case in cases])
    answerable = logistic(rows, np.asarray([float(case.answerable) for case in cases]), weights=balance(cases))
    draft = replace(draft, answerable=tuple(round(float(w), 4) for w in answerable),
                    sentence=tuple(round(float(w), 4) for w in sentence),
                    passage=passage)  # fmt: skip
    scores = [answerability(case, draft)[0] for case in cases if not case.answerable and case.set == "set"]
    thresholds = {name: round(float(np.quantile(scores, 1 - risk)), 3) for name, risk in RISKS.items()}
    return replace(draft, thresholds=thresholds, sure=sure_margin(known, draft), next_best=next_best(known, draft))


def balance(cases: Sequence[Case]) -> Matrix:
    """Weights that make answerable and unanswerable questions count the same, and both sets."""
    kinds = [(case.set, case.answerable) for case in cases]
    return np.asarray([len(cases) / 4 / kinds.count(kind) for kind in kinds])


def sentence_odds(case: Case, fitted: Calibration) -> Matrix:
    """The odds, as a logarithm, of each sentence found."""
    odds: Matrix = np.asarray([each.features for each in case.found]) @ np.asarray(fitted.sentence)
    return odds


def whole_row(case: Case, fitted: Calibration) -> tuple[float, ...]:
    """What the model of answerability sees of the case."""
    odds = sentence_odds(case, fitted)
    best = int(np.argmax(odds))
    return whole_features(case.question, case.passages, case.relevance, case.found[best], float(odds[best]))


def answerability(case: Case, fitted: Calibration) -> tuple[float, int]:
    """The probability that the passages answer, and the number of the best sentence."""
    odds = float(np.asarray(whole_row(case, fitted)) @ np.asarray(fitted.answerable))
    return sigmoid(odds), int(np.argmax(sentence_odds(case, fitted)))


def best_share(cases: Sequence[Case], fitted: Calibration) -> float:
    """How much a passage's score in retrieval, from 0 to 1, is to count beside its best sentence's odds.

    That with the best mean reciprocal rank of the first passage that is right.
    """
    seen = [
        (
            np.asarray(best_odds(case.found, sentence_odds(case, fitted).tolist(), len(case.passages))),
            np.asarray([passage.score for passage in case.passages]),
            np.asarray(case.right_passages),
        )
        for case in cases
    ]

    def mean_rank(share: float) -> float:
        firsts = [
            int(np.argmax(right[np.argsort(-(odds + share * score), kind="stable")])) for odds, score, right in seen
        ]
        return float(np.mean([1 / (1 + first) for first in firsts]))

    return max((0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0), key=mean_rank)


def sure_margin(cases: Sequence[Case], fitted: Calibration) -> float:
    """The least margin from which on the best sentence's span is right in a share of `SURE` of the cases."""
    pairs = []
    for case in cases:
        best = int(np.argmax(sentence_odds(case, fitted)))
        pairs.append((case.found[best].margin, case.right_span[best]))
    pairs.sort(reverse=True)
    rights = np.cumsum([right for _, right in pairs]) / np.arange(1, len(pairs) + 1)
    enough = [n for n in range(20, len(pairs)) if rights[n] >= SURE]
    return round(pairs[max(enough)][0], 3) if enough else round(pairs[19][0], 3)


def next_best(cases: Sequence[Case], fitted: Calibration) -> float:
    """The least share of the best sentence's odds at which 42 % of what is quoted, at most four, is right."""
    chosen = 0.5
    for ratio in (0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1):
        rights = []
        for case in cases:
            odds = sentence_odds(case, fitted)
            first = np.argsort(-odds)[:4]
            rights += [case.right[n] for n in first if odds[n] >= odds[first[0]] + np.log(ratio)]
        if np.mean(rights) < QUOTED:
            break
        chosen = ratio
    return chosen


def logistic(rows: Matrix, labels: Matrix, ridge: float = 1.0, weights: Matrix | None = None) -> Matrix:
    """Coefficients of a ridge logistic regression, by Newton's method; the last column is the bias, not shrunk."""
    each = np.ones(len(rows)) if weights is None else weights
    found = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], ridge)
    penalty[-1] = 0.0
    for _ in range(60):
        chances = 1 / (1 + np.exp(-np.clip(rows @ found, -40, 40)))
        gradient = rows.T @ (each * (chances - labels)) + penalty * found
        hessian = (rows * (each * chances * (1 - chances))[:, None]).T @ rows + np.diag(penalty + 1e-6)
        step = np.linalg.solve(hessian, gradient)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    return found


# -- figures ----------------------------------------------------------------------------------------------------------


def report(cases: Sequence[Case], scores: Matrix) -> None:
    """AUROC by set, and at a false-answer rate of 10 % how many of the answerable are answered."""
    truth = np.asarray([case.answerable for case in cases])
    names = np.asarray([case.set for case in cases])
    for name in ("pool", "set"):
        here, there = scores[(names == name) & truth], scores[(names == name) & ~truth]
        if len(here) and len(there):
            answered = [f"{risk:.0%}: {np.mean(here >= np.quantile(there, 1 - risk)):.3f}" for risk in RISKS.values()]
            print(f"  {name}: AUROC answerable {auroc(here, there):.3f} (n={len(here)}+{len(there)}),"
                  f" answered at a false-answer rate of {', '.join(answered)}")  # fmt: skip


def auroc(positive: Matrix, negative: Matrix) -> float:
    """The chance that a random positive scores above a random negative."""
    return float(np.mean(positive[:, None] > negative[None, :]) + 0.5 * np.mean(positive[:, None] == negative[None, :]))


def picture(cases: Sequence[Case], scores: Matrix, thresholds: dict[str, float]) -> str:
    """The risk-coverage curve of the set's questions as SVG: answered answerable against answered unanswerable."""
    truth = np.asarray([case.answerable for case in cases])
    here = np.asarray([case.set == "set" for case in cases])
    cuts = np.unique(np.concatenate([[0.0], scores[here], [1.01]]))

    def place(x: float, y: float) -> str:
        return f"{60 + 400 * x:.1f},{340 - 300 * y:.1f}"

    def at(cut: float) -> tuple[float, float]:
        return float(np.mean(scores[here & ~truth] >= cut)), float(np.mean(scores[here & truth] >= cut))

    line = " ".join(place(*at(float(cut))) for cut in cuts)
    text = '<text x="{:.0f}" y="{:.0f}" text-anchor="{}">{}</text>\n'.format
    drawn = [f'<polyline points="{line}" fill="none" stroke="#1d4ed8" stroke-width="2"/>\n']
    for name, cut in thresholds.items():
        x, y = at(cut)
        a, b = (float(value) for value in place(x, y).split(","))
        drawn.append(f'<circle cx="{a}" cy="{b}" r="5" fill="#b45309"/>\n')
        drawn.append(text(a + 9, b + 16, "start", f"{name}: {y:.0%} answered, {x:.0%} of the others"))
    for tick in (0, 0.25, 0.5, 0.75, 1):
        drawn.append(text(60 + 400 * tick, 360, "middle", f"{tick:.0%}"))
        drawn.append(text(52, 345 - 300 * tick, "end", f"{tick:.0%}"))
    drawn.append(text(260, 384, "middle", "questions without an answer that get one all the same (risk)"))
    drawn.append(text(60, 24, "start", "questions with an answer that get one (coverage)"))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 490 400" font-family="sans-serif" font-size="12">\n'
        '<rect width="490" height="400" fill="white"/>\n<path d="M60 40 V340 H460" fill="none" stroke="#444"/>\n'
        f"{''.join(drawn)}</svg>\n"
    )


if __name__ == "__main__":
    main()
