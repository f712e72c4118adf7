"""What the checker can do, on claims that trained nothing.

    PYTHONPATH=. python training/bench_checker.py TRAIN EVAL training/claims.jsonl

TRAIN and EVAL are the folders of MODEL_CARD.md. Of the held claims every second one is measured, by set; the others
chose weights and threshold (`fit_checker.py`). `passes` are the shares of the supported and of the unsupported claims
that pass with the facts checked too, and the share of supported ones among those; `quoted` the same of what passes as
a model's sentence must: with one or two sentences that carry it by themselves.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from checker_data import held_pairs
from fit_checker import fits, without_marks
from fit_reader import auroc

from rag.answer.checks import missing_facts
from rag.answer.citations import check
from rag.models.checker import Checker, LocalChecker
from rag.models.support import shared_words
from rag.types import Passage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("claims", type=Path)
    options = parser.parse_args()
    checker = LocalChecker()
    pairs = [pair for pair in held_pairs(options.train, options.eval, options.claims) if not fits(pair)]
    read = [(without_marks(pair.first), pair.second) for pair in pairs]
    chances = np.asarray(checker.support(read))
    words = np.asarray([shared_words(*pair) for pair in read])
    clean = np.asarray([not missing_facts(*pair) for pair in read])
    quoted = np.asarray([quotable(*pair, checker) for pair in read])
    labels = np.asarray([bool(pair.label) for pair in pairs])
    groups: dict[str, list[int]] = defaultdict(list)
    for n, pair in enumerate(pairs):
        groups[pair.set].append(n)
    print(f"{'claims':24s} AUROC  words | balanced accuracy: checker, facts alone, both"
          " | passes: supported, unsupported, right of those | quoted: the same | n")  # fmt: skip
    for name, members in [*groups.items(), ("all", list(range(len(pairs))))]:
        at = np.asarray(members)
        truth, facts = labels[at], clean[at]
        said = chances[at] >= checker.threshold
        both, found = said & facts, quoted[at]
        print(f"{name:24s} {auroc(chances[at][truth], chances[at][~truth]):.3f}"
              f"  {auroc(words[at][truth], words[at][~truth]):.3f} |"
              f" {balanced(said, truth):.3f} {balanced(facts, truth):.3f} {balanced(both, truth):.3f} |"
              f" {both[truth].mean():.3f} {both[~truth].mean():.3f} {truth[both].mean():.3f} |"
              f" {found[truth].mean():.3f} {found[~truth].mean():.3f} {truth[found].mean():.3f}"
              f" | {len(at)}")  # fmt: skip


def quotable(claim: str, text: str, checker: Checker) -> bool:
    """True if `citations.check` finds words in the text, as one passage, that support the claim."""
    evidence, _ = check(claim, [0], [Passage("text", 0, len(text), text, 1.0, "")], checker)
    return bool(evidence)


def balanced(said: Any, truth: Any) -> float:
    """The mean of the shares of both kinds that were told rightly."""
    return float((np.mean(said[truth]) + np.mean(~said[~truth])) / 2)


if __name__ == "__main__":
    main()
