"""Answers that a language model writes: how many sentences it cites, how many are found, how many are marked.

    python training/bench_writing.py QUESTIONS.jsonl DOCUMENTS --url URL --model NAME [--context N] [--out FILE]
    python training/bench_writing.py tests/replies.jsonl documents

With a server: lines of {"question", …} are asked, and every sentence with its verdict and the words it rests on goes
to FILE, to be read. Without one: lines of {"question", "sentences": [[text, words of the passage to cite, is it
true]]} are a scripted model's replies, whose sentences are known to be true or false; it prints how many of either the
checker passes. The first words count from the question; `retrieve + read` is what comes before the model is asked.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answer.drafting import Draft
from rag.assistant import Assistant
from rag.models.language import QUOTES, LanguageModel, Message, checked_choice
from rag.models.llama import open_model
from rag.settings import Settings
from rag.types import Answer
from tests.model_server import shown_passages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--model", default="")
    parser.add_argument("--context", type=int, default=4096, help="tokens")
    parser.add_argument("--count", type=int, default=0, help="the first so many questions")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.questions.open(encoding="utf-8")]
    rows = rows[: options.count] if options.count else rows
    if options.url:
        model = Recorded(open_model(checked_choice(options.url, options.model, options.context)))
    else:
        model = Recorded(Scripted(rows))
    assistant = Assistant(Settings(), model=model)
    documents = assistant.library.at(options.documents)
    assistant.sync(documents)
    answers, replies = [], []
    for row in rows:
        model.reply = ""
        answers.append(assistant.ask(documents, row["question"]))
        replies.append(model.reply)
    _report(answers, replies)
    if not options.url:
        _report_labels(rows, answers)
    if options.out:
        texts = [_readable(*pair) for pair in zip(answers, replies, strict=True)]
        options.out.write_text("\n".join(texts) + "\n", encoding="utf-8")


@dataclass
class Recorded:
    """Passes on what a model writes, and keeps the last reply."""

    inner: LanguageModel
    reply: str = ""

    @property
    def name(self) -> str:
        """See `LanguageModel`."""
        return self.inner.name

    @property
    def context(self) -> int:
        """See `LanguageModel`."""
        return self.inner.context

    def count_tokens(self, text: str) -> int:
        """See `LanguageModel`."""
        return self.inner.count_tokens(text)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """See `LanguageModel`."""
        self.reply = ""
        for piece in self.inner.stream(messages):
            self.reply += piece
            yield piece


@dataclass
class Scripted:
    """Replies with the sentences that belong to the question, and cites the passages that hold the given words."""

    rows: Sequence[dict[str, Any]]
    name: str = "scripted"
    context: int = 8192

    def count_tokens(self, text: str) -> int:
        """See `LanguageModel`."""
        return len(text) // 3

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """See `LanguageModel`."""
        prompt = messages[-1].text
        row = next(row for row in self.rows if f"<question>\n{row['question']}" in prompt)
        for text, words, _ in row["sentences"]:
            holding = [n for n, passage in shown_passages(prompt).items() if words in " ".join(passage.split())]
            yield f"{text} [{holding[0] if holding else 1}] "


def _report(answers: Sequence[Answer], replies: Sequence[str]) -> None:
    written = []
    for reply in replies:
        draft = Draft()
        written += draft.add(reply) + draft.close()
    supported = sum(s.supported for a in answers for s in a.sentences if a.model != QUOTES and not a.problem)
    print(f"{len(answers)} questions: {sum(a.abstained for a in answers)} silent, "
          f"{sum(bool(a.problem) for a in answers)} with a problem")  # fmt: skip
    print(f"{len(written)} sentences written: {_share(sum(bool(w.numbers) for w in written), len(written))} with a"
          f" citation of the model's, {_share(supported, len(written))} supported, the others marked or left out;"
          f" {sum(a.dropped for a in answers)} citations of passages that do not exist")  # fmt: skip
    before = [a.seconds["retrieve"] + a.seconds["read"] for a in answers]
    first = [a.seconds["first"] for a in answers if "first" in a.seconds]
    print(f"median seconds: retrieve + read {statistics.median(before):.3f}", end="")
    print(f", first words {statistics.median(first):.3f}" if first else "")


def _report_labels(rows: Sequence[dict[str, Any]], answers: Sequence[Answer]) -> None:
    for label in (True, False):
        known = [(row["question"], text) for row in rows for text, _, true in row["sentences"] if true is label]
        passed = {(a.question, s.text): s.supported for a in answers for s in a.sentences}
        through = [each for each in known if passed.get(each)]
        print(f"{'true' if label else 'false'} sentences that pass: {_share(len(through), len(known))}")
        for question, text in known:
            if ((question, text) in through) is not label:
                print(f"  {'marked' if label else 'passed'}: {text}")


def _readable(answer: Answer, reply: str) -> str:
    quotes = {citation.number: " ".join(citation.quote.split()) for citation in answer.citations}
    lines = [f"Q: {answer.question}", f"   raw: {' '.join(reply.split())[:600]}"]
    lines += [f"   {' '.join(answer.text.split())}"] if answer.abstained else []
    lines += [f"   ({note})" for note in (answer.problem, *answer.notes) if note]
    for sentence in answer.sentences:
        lines.append(f"   {'+' if sentence.supported else '-'} {sentence.support:.2f} {sentence.text}")
        lines += [f"          = {quotes[number]}" for number in sentence.citations]
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.2f})" if whole else "0/0"


if __name__ == "__main__":
    main()
