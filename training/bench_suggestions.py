"""The questions that the page would offer, printed with their answers for a person to read and judge.

    python training/bench_suggestions.py DOCUMENTS [QUESTIONS.jsonl] --from 0 --count 60

Asks each question of QUESTIONS (lines with "question" and perhaps "after", earlier questions of its conversation) and
prints the suggestions below its answer; without QUESTIONS, the questions to begin with. Every suggestion comes with the
short answer and the first quote that it gets. The last lines say how many there are and what they took.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from pathlib import Path

from rag.assistant import Assistant
from rag.history import exchanges
from rag.ingest.library import DocumentSet
from rag.settings import Settings
from rag.types import Answer, Turn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--every", type=int, default=1, help="take only each so-many-th question")
    options = parser.parse_args()
    assistant = Assistant(Settings())
    documents = assistant.library.at(options.documents)
    if not assistant.synced(documents):
        assistant.sync(documents)
    if options.questions is None:
        starters(assistant, documents)
        return
    rows = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    after_each(assistant, documents, rows[options.first :: options.every][: options.count])


def starters(assistant: Assistant, documents: DocumentSet) -> None:
    """The questions of the greeting."""
    began = time.perf_counter()
    for question in assistant.starters(documents):
        show(assistant.ask(documents, question, quotes=True))
    print(f"{time.perf_counter() - began:.1f} s")


def after_each(assistant: Assistant, documents: DocumentSet, rows: list[dict[str, list[str] | str]]) -> None:
    """The suggestions after each question."""
    seconds: list[float] = []
    counts: Counter[tuple[bool, int]] = Counter()
    for number, row in enumerate(rows):
        turns: list[Turn] = []
        for question in (*row.get("after", ()), str(row["question"])):
            answer = assistant.ask(documents, question, exchanges(turns), quotes=True)
            turns.append(Turn(question, answer))
        began = time.perf_counter()
        found = assistant.suggestions(documents, answer, exchanges(turns[:-1]))
        seconds.append(time.perf_counter() - began)
        counts[answer.abstained, len(found)] += 1
        print(
            f"\n{number}. {' / '.join(turn.question for turn in turns)}"
            f"\n   -> {answer.text[:160]}  ({seconds[-1]:.1f} s)"
        )
        for question in found:
            show(assistant.ask(documents, question, searched=question, quotes=True))
    for abstained in (False, True):
        told = {count: number for (kind, count), number in sorted(counts.items()) if kind is abstained}
        print(f"{'abstained' if abstained else 'answered'}: number of suggestions -> answers {told}")
    print(f"median {statistics.median(seconds):.1f} s, longest {max(seconds):.1f} s")


def show(answer: Answer) -> None:
    short = next((sentence.text for sentence in answer.sentences if sentence.short), "-")
    quote = " ".join(answer.citations[0].quote.split())[:200] if answer.citations else "NOTHING"
    print(f"   ? {answer.question}\n     {short} | {quote}")


if __name__ == "__main__":
    main()
