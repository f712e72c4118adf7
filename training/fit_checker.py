"""Fits what turns the checker's number into a probability and a decision: rag/models/weights/checker.json.

    PYTHONPATH=. python training/fit_checker.py TRAIN EVAL training/claims.jsonl

TRAIN and EVAL are the folders of MODEL_CARD.md. A logistic model is fitted to every second held claim, and to those of
the judged sets that trained the encoder; its logits on these are a little too good, so that the threshold, by which
`FALSE_PASSES` of the unsupported claims pass, is chosen on the held ones alone, the checks of facts included.
`bench_checker.py` measures on the other half.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from checker_data import held_pairs
from fit_reader import logistic
from reader_data import Pair, hashed, support_pairs

from rag.answer.checks import missing_facts
from rag.models.checker import LocalChecker
from rag.models.embedding import WEIGHTS
from rag.models.support import doubt

FALSE_PASSES = 0.15
RIDGE = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("claims", type=Path)
    options = parser.parse_args()
    kept, _ = support_pairs(options.train, options.eval, random.Random(0))
    held = [pair for pair in held_pairs(options.train, options.eval, options.claims) if fits(pair)]
    pairs = [*held, *dict.fromkeys(pair for pair in kept if pair.set in {each.set for each in held})]
    read = [(without_marks(pair.first), pair.second) for pair in pairs]
    seen = np.asarray(LocalChecker().features(read))
    labels = np.asarray([float(pair.label) for pair in pairs])
    fitted = np.round(logistic(seen, labels, ridge=RIDGE, weights=evenly(pairs)), 4)
    doubts = np.asarray([doubt(*pair) for pair in read[: len(held)]])
    chances = doubts / (1 + np.exp(-(seen[: len(held)] @ fitted)))
    clean = np.asarray([not missing_facts(*pair) for pair in read[: len(held)]])
    false, true = (labels[: len(held)] == label for label in (0, 1))
    passing = sorted(chances[false & clean], reverse=True)
    threshold = round(float(passing[int(FALSE_PASSES * false.sum())]) + 0.0005, 3)
    said = (chances >= threshold) & clean
    print(f"support at {threshold}: {said[false].mean():.3f} of {false.sum()} unsupported and {said[true].mean():.3f}"
          f" of {true.sum()} supported held claims pass, facts included (fitted with {len(pairs)})")  # fmt: skip
    stored = {"weights": [float(weight) for weight in fitted], "threshold": threshold}
    (WEIGHTS / "checker.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fits(pair: Pair) -> bool:
    """True for the held pairs that fit, false for those that measure; pairs of one claim stay together."""
    return hashed(pair.first) % 2 == 0


def evenly(pairs: Sequence[Pair]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Weights by which every set and label counts alike."""
    kinds = Counter((pair.set, pair.label) for pair in pairs)
    return np.asarray([len(pairs) / len(kinds) / kinds[pair.set, pair.label] for pair in pairs])


def without_marks(claim: str) -> str:
    """The claim without marks of citation, which the product takes off before it asks."""
    return " ".join(re.sub(r"\[\d{1,3}\]", "", claim).split())


if __name__ == "__main__":
    main()
