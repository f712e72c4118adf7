"""Follow-up questions: the question as asked, ours, and a human's rewrite of it.

    PYTHONPATH=. python training/bench_followups.py EVAL [--parts words,dialogs,seeds,harm] [--show 40]
        [--seeds DOCUMENTS] [--rewrites FILE.jsonl]

EVAL holds followups_mtrag.jsonl.gz, followups_canard.jsonl.gz, seeds/questions.jsonl and news/questions.jsonl.
`words`: how close each wording comes to the human one (F1 of content words, the same words in the same order), and
how many of the questions that need no rewriting are left as they are. `dialogs`: every section of CANARD's articles
becomes a document of its title and of the answers known from the histories of its questions; is that document found?
`seeds`: the follow-ups among the seeds' questions, asked about the folder DOCUMENTS, which FOOTNOTE_HOME's index
holds or is read for; FILE has lines of {"id", "rewrite"}. `harm`: questions that stand alone, asked after one that has
nothing to do with them; those that were changed are listed. `--show` prints that many random cases of `words`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answer.followups import standalone
from rag.assistant import Assistant
from rag.ingest.library import DocumentSet
from rag.settings import Settings
from rag.types import Exchange
from rag.words import content_words

WORDINGS = ("raw", "ours", "human")


@dataclass(frozen=True, slots=True)
class Case:
    """A question of a conversation with what was said before; `human` is a person's rewrite, `section` its text."""

    id: str
    history: tuple[Exchange, ...]
    question: str
    human: str
    section: tuple[str, str] = ("", "")

    @property
    def ours(self) -> str:
        """What is searched for."""
        return standalone(self.question, self.history)

    @property
    def wordings(self) -> tuple[str, str, str]:
        """As WORDINGS."""
        return self.question, self.ours, self.human

    @property
    def stands_alone(self) -> bool:
        """True if a person saw nothing to rewrite."""
        return folded(self.question) == folded(self.human)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--parts", default="words,dialogs,harm")
    parser.add_argument("--seeds", type=Path, help="the folder that the seeds' follow-ups are asked about")
    parser.add_argument("--rewrites", type=Path)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    for part in options.parts.split(","):
        {"words": words, "dialogs": dialogs, "seeds": seeds, "harm": harm}[part](options)


def words(options: argparse.Namespace) -> None:
    """Closeness to the human rewrite."""
    for name, cases in (("MTRAG", mtrag(options.eval)), ("CANARD", canard(options.eval))):
        began = time.perf_counter()
        ours = [case.ours for case in cases]
        spent = (time.perf_counter() - began) / len(cases)
        kept = [ours == case.question for ours, case in zip(ours, cases, strict=True) if case.stands_alone]
        print(f"{name}: {len(cases)} questions, of which {len(kept)} stand alone; {spent * 1000:.1f} ms each")
        for wording, texts in zip(WORDINGS, zip(*(case.wordings for case in cases), strict=True), strict=True):
            overlap = [f1(text, case.human) for text, case in zip(texts, cases, strict=True)]
            exact = [folded(text) == folded(case.human) for text, case in zip(texts, cases, strict=True)]
            print(f"  {wording:6s} F1 {mean(overlap):.3f}  exact {mean(exact):.3f}")
        fuller = [longer_names(case.question, case.ours) for case in cases if case.stands_alone]
        print(
            f"  of those that stand alone: left as they are {mean(kept):.3f}, or with a name in full {mean(fuller):.3f}"
        )
        show(cases, options)


def dialogs(options: argparse.Namespace) -> None:
    """Whether the section that a conversation is about is found."""
    cases = canard(options.eval)
    sections: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        lines = sections.setdefault(case.section, [])
        lines += [each.answer for each in case.history if each.answer and each.answer not in lines]
    number = {section: f"d{n}" for n, section in enumerate(sections)}
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        with (documents / "sections.jsonl").open("w", encoding="utf-8") as out:
            for (title, heading), lines in sections.items():
                body = "\n\n".join([heading, *lines])
                out.write(json.dumps({"id": number[title, heading], "title": title, "body": body}) + "\n")
        assistant = Assistant(Settings(documents=documents, home=Path(folder) / "home"))
        assistant.sync(assistant.library.first)
        found = finder(assistant, assistant.library.first)
        ranks = [[found(wording, {number[case.section]}) for wording in case.wordings] for case in cases]
    more = [len(sections[case.section]) > sum(bool(each.answer) for each in case.history) for case in cases]
    print(f"CANARD: {len(sections)} sections as documents")
    table("all questions", ranks)
    table("whose section has more than they had heard", [row for row, kept in zip(ranks, more, strict=True) if kept])


def seeds(options: argparse.Namespace) -> None:
    """The follow-ups of the seeds' questions, among other documents."""
    rows = [row for row in read(options.eval / "seeds" / "questions.jsonl") if row.get("after")]
    rewrites = {row["id"]: row["rewrite"] for row in read(options.rewrites)} if options.rewrites else {}
    assistant = Assistant(Settings())
    documents = assistant.library.at(options.seeds)
    if not assistant.synced(documents):
        assistant.sync(documents)
    found = finder(assistant, documents)
    ranks, holds = [], []
    for row in rows:
        wordings = (row["question"], standalone(row["question"], heard(row["after"])), rewrites.get(row["id"], ""))
        ranks.append([found(wording, set(row["documents"])) if wording else 99 for wording in wordings])
        holds.append([answer_at(assistant, documents, each, row["answers"]) if each else 99 for each in wordings])
        print(f"  {row['after'][-1]} | {row['question']} -> {wordings[1]}  {ranks[-1]}  {holds[-1]}")
    table("seeds: the right document", ranks)
    table("seeds: the answer among the passages", holds)


def harm(options: argparse.Namespace) -> None:
    """Questions that stand alone, after one about something else, without and with its answer."""
    sets = [read(options.eval / name / "questions.jsonl") for name in ("seeds", "news")]
    changed: list[tuple[str, str, str]] = []
    count = 0
    for rows, others in (sets, sets[::-1]):
        for n, row in enumerate(rows):
            if not row.get("after"):
                before = others[(n - 7) % len(others)]
                answer = " and ".join(forms[0] for forms in before["answers"])
                for said in ("", answer):
                    count += 1
                    exchange = Exchange(before["question"], before["question"], said, said)
                    ours = standalone(row["question"], [exchange])
                    if ours != row["question"]:
                        changed.append((f"{before['question']} [{said}]", row["question"], ours))
    print(f"harm: {count - len(changed)} of {count} questions that stand alone are left as they are")
    for asked, question, ours in changed:
        print(f"  after “{asked}”\n    {question}\n    {ours}")


def mtrag(folder: Path) -> list[Case]:
    """Conversations of questions alone."""
    return [
        Case(row["id"], heard(row["history_questions"][:-1]), row["question"], row["rewrite"])
        for row in read(folder / "followups_mtrag.jsonl.gz")
    ]


def canard(folder: Path) -> list[Case]:
    """Conversations about a section of an article, whose title opens them as if it had been asked for."""
    cases = []
    for row in read(folder / "followups_canard.jsonl.gz"):
        title, heading, *turns = row["history"]
        history = [Exchange(title, title, titles=(title,))]
        for question, answer in zip(turns[::2], turns[1::2], strict=True):
            said = "" if answer.startswith("I don't know") else answer
            history.append(Exchange(question, standalone(question, history), said, titles=(title,) if said else ()))
        cases.append(Case(row["id"], tuple(history), row["question"], row["rewrite"], (title, heading)))
    return cases


def heard(questions: Sequence[str]) -> tuple[Exchange, ...]:
    """Questions without their answers, each searched for as it would have been."""
    history: list[Exchange] = []
    for question in questions:
        history.append(Exchange(question, standalone(question, history)))
    return tuple(history)


def finder(assistant: Assistant, documents: DocumentSet) -> Callable[[str, set[str]], int]:
    """A function from (question, names of right documents) to the place of the first right one, 99 if there is none."""
    known: dict[str, list[str]] = {}

    def found(question: str, right: set[str]) -> int:
        if question not in known:
            hits = assistant.search(documents, question, 24)
            known[question] = list(dict.fromkeys(hit.document.rpartition("#")[2] for hit in hits))
        return next((n for n, name in enumerate(known[question], 1) if name in right), 99)

    return found


def answer_at(assistant: Assistant, documents: DocumentSet, question: str, answers: list[list[str]]) -> int:
    """The place of the first passage with one form of every part of the answer, 99 if there is none."""
    for n, passage in enumerate(assistant.search(documents, question, 24), 1):
        if all(any(form.lower() in passage.text.lower() for form in forms) for forms in answers):
            return n
    return 99


def table(name: str, ranks: Sequence[Sequence[int]]) -> None:
    print(f"{name} (n={len(ranks)})")
    shares = {}
    for cut in (1, 3):
        shares[cut] = [mean([row[n] <= cut for row in ranks]) for n in range(3)]
        print(
            f"  found@{cut}  " + "  ".join(f"{w} {s:.3f}" for w, s in zip(WORDINGS, shares[cut], strict=True)), end=""
        )
        raw, ours, human = shares[cut]
        print(f"  of the gap {(ours - raw) / (human - raw):.2f}" if human > raw else "")


def show(cases: Sequence[Case], options: argparse.Namespace) -> None:
    rng = random.Random(options.seed)
    for case in rng.sample(list(cases), min(options.show, len(cases))):
        for each in case.history[:1] + case.history[max(1, len(case.history) - 2) :]:
            print(f"      {each.question} | {each.searched} | {each.answer[:200]}")
        print(f"    raw   {case.question}\n    ours  {case.ours}\n    human {case.human}\n")


def read(path: Path) -> list[dict[str, Any]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").split("\n") if line.strip()]


def folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def f1(text: str, human: str) -> float:
    """F1 of content words, 1.0 for texts that have none."""
    ours, theirs = Counter(content_words(text)), Counter(content_words(human))
    shared = sum((ours & theirs).values())
    return 2 * shared / (ours.total() + theirs.total()) if ours or theirs else 1.0


def longer_names(question: str, ours: str) -> bool:
    """True if ours is the question, or the question with nothing but capitalised words added."""
    added = list(ours.split())
    for word in question.split():
        if word not in added:
            return False
        added.remove(word)
    return all(word[0].isupper() for word in added)


def mean(values: Sequence[float | bool]) -> float:
    return sum(values) / max(1, len(values))


if __name__ == "__main__":
    main()
