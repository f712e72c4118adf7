"""Makes the pairs that the reader is trained on, and the ones that measure it, from sets of questions and claims.

    PYTHONPATH=. python training/reader_data.py TRAIN EVAL OUT

TRAIN and EVAL are the folders of gzipped JSON lines that MODEL_CARD.md lists. Writes OUT/train-1.jsonl.gz (broad),
OUT/train-2.jsonl.gz (passages and hard negatives) and OUT/held.jsonl.gz. Everything is drawn with a fixed seed.

Nearly all questions of the sets have an answer, so the pairs without one are made here:
- retrieved: the passages that the product's own rankings, embedder and words, find best and that lack the answer;
- cut: the right passage without the sentences that hold the answer, so that only the asked-for thing is missing;
- renamed: a name, a year or a number of the question replaced by another one, of the same passage or of another.
Claims are made from sentences and from questions with their answers; the false ones have a name, a number, a year or
a verb's sign changed, or the answer of another question.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.models.embedding import LocalEmbedder
from rag.models.evidence import condensed
from rag.sentences import sentence_spans
from rag.words import content_words, names

Span = tuple[int, int]
Record = dict[str, Any]

SEED = 11
HELD_TITLES = frozenset({"Harvard_University", "Islamism"})  # of SQuAD 2.0
WORDS = 120  # of a passage, about 155 tokens
EVIDENCE_WORDS = 130
SELF_CONTAINED = frozenset(
    {"new_wiki", "squad2", "nq_open_oracle", "quotesum_dev", "timeqa_human_train", "covidqa_early", "clapnq"}
)


@dataclass(frozen=True, slots=True)
class Pair:
    """What the reader reads and what it should say.

    `task` is "answer" (first a question) or "support" (first a claim). `label` is 1 where `second` answers or
    supports. `spans` are answers and `sentences` the sentences that hold them, by offsets in `second`; `sentences` is
    None where nobody marked them. `set` says where the pair is from, `kind` how it was made.
    """

    task: str
    first: str
    second: str
    label: int
    spans: tuple[Span, ...]
    sentences: tuple[Span, ...] | None
    set: str
    kind: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a text. `answers` are empty where the text has none; `group` is what is never split."""

    question: str
    title: str
    text: str
    answers: tuple[Span, ...]
    gold: tuple[Span, ...]
    set: str
    group: str

    @property
    def words(self) -> tuple[str, ...]:
        """The answers' words, in lower case."""
        return tuple(dict.fromkeys(self.text[a:b].casefold().strip(" .,;:'\"") for a, b in self.answers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    questions = list(read_questions(options.train, options.eval))
    held = [question for question in questions if is_held(question)]
    known = {line for question in held for line in lines_of(question.text)}
    kept = [q for q in questions if not is_held(q) and known.isdisjoint(lines_of(q.text))]
    near = nearest(kept, rng)
    broad = [*broad_pairs(kept, near, rng), *sentence_pairs(options.train, rng), *yesno_pairs(options.train, rng)]
    claims, held_claims = support_pairs(options.train, options.eval, rng)
    claims = [claim for claim in claims if known.isdisjoint(lines_of(claim.second))]
    made = list(made_claims(kept, rng))
    rng.shuffle(claims)
    rng.shuffle(made)
    part = len(claims) // 4
    broad += claims[:part] + made[: len(made) // 4]
    last = [*passage_pairs(kept, near, rng), *claims[part:], *made[len(made) // 4 :]]
    measured = [pair(question, "as given") for question in held] + held_claims
    for name, pairs in (("train-1", broad), ("train-2", last), ("held", measured)):
        rng.shuffle(pairs)
        with gzip.open(options.out / "unfinished", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in pairs)
        (options.out / "unfinished").replace(options.out / f"{name}.jsonl.gz")
        print(f"{name}: {len(pairs):,} pairs, {sum(len(p.second.split()) for p in pairs) / len(pairs):.0f} words each")
        for (task, source, kind), count in sorted(Counter((p.task, p.set, p.kind) for p in pairs).items()):
            positive = sum(p.label for p in pairs if (p.task, p.set, p.kind) == (task, source, kind))
            print(f"  {task:8s} {source:22s} {kind:16s} {count:7,} {positive / count:.2f}")


# -- the sets -------------------------------------------------------------------------------------------------------


def rows(path: Path) -> Iterator[Record]:
    """The records of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_questions(train: Path, evaluation: Path) -> Iterator[Question]:
    """Every question with the text that it was asked about."""
    for file in ("squadshifts", "squad2_part", "more_spans"):
        for row in rows(train / f"{file}.jsonl.gz"):
            source = row.get("set", "squad2")
            title = row.get("title", "").replace("_", " ")
            if title.startswith(("Amazon Reviews", "Filtered Reddit")):
                title = ""
            spans = tuple((a["start"], a["start"] + len(a["text"])) for a in row["answers"][:1])
            spans = tuple(trimmed(row["context"], span) for span in spans)
            if any(a >= b for a, b in spans):
                continue
            group = row["qid"].rpartition("/")[0] if row["qid"].startswith("Wiki1k") else title or row["context"][:80]
            if source in ("new_wiki", "squad2"):
                group = row["title"]
            if row["qid"].startswith("Wiki1k"):
                group = row["qid"].split("/")[0]
            text = row["context"].replace("\r", "\n")
            yield Question(" ".join(row["question"].split()), title, text, spans, (), source, group)
    for row in rows(evaluation / "clapnq.jsonl.gz"):
        gold, text = [], row["passage"]
        for number in {n for each in row["gold_sentences"] for n in each if isinstance(n, int)}:
            gold.append(row["sentences"][number])
        gold += [s for each in row["gold_sentences"] for s in (each if isinstance(each, list) else [each])
                 if isinstance(s, str)]  # fmt: skip
        found = [(text.find(s), text.find(s) + len(s)) for s in dict.fromkeys(gold) if s and s in text]
        if bool(found) == row["impossible"]:
            continue
        yield Question(row["question"], row["title"], text, (), tuple(found), "clapnq", row["qid"])


def is_held(question: Question) -> bool:
    """True for what only measures: two titles of SQuAD 2.0, every seventh of new-wiki, half of ClapNQ."""
    if question.set == "squad2":
        return question.group in HELD_TITLES
    if question.set == "new_wiki":
        return hashed(question.group) % 7 == 0
    return question.set == "clapnq" and hashed(question.title) % 2 == 1


def lines_of(text: str) -> set[str]:
    """The long sentences of a text by their letters alone: texts that share one share a source."""
    found = {plain(text[a:b]) for a, b in sentence_spans(text)}
    return {line for line in found if len(line) > 50}


def hashed(text: str) -> int:
    """A number that is the same on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def trimmed(text: str, span: Span) -> Span:
    """The span without blanks and stops at its ends."""
    start, end = span
    while start < end and text[start] in " \t\r\n,;:":
        start += 1
    while end > start and text[end - 1] in " \t\r\n,;:.":
        end -= 1
    return start, end


# -- pairs of a question and a passage ----------------------------------------------------------------------------


def pair(question: Question, kind: str) -> Pair:
    """The question with its text, and what answers it."""
    head = f"{question.title}\n" if question.title else ""
    n = len(head)
    held = gold_sentences(question)
    label = int(bool(question.answers or question.gold))
    return Pair("answer", question.question, head + question.text, label,
                tuple((a + n, b + n) for a, b in question.answers), tuple((a + n, b + n) for a, b in held),
                question.set, kind)  # fmt: skip


def gold_sentences(question: Question) -> tuple[Span, ...]:
    """The sentences that answer: those marked, else those that hold an answer."""
    if question.gold:
        return question.gold
    return tuple((a, b) for a, b in sentence_spans(question.text) if any(s < b and e > a for s, e in question.answers))


def window(question: Question, rng: random.Random, words: int = WORDS) -> Question:
    """The question with a run of whole sentences of its text, of some `words`, that keeps what answers."""
    spans = list(sentence_spans(question.text))
    if len(question.text.split()) <= words * 1.25 or len(spans) < 2:
        return question
    held = [n for n, (a, b) in enumerate(spans) for s, e in question.answers + question.gold if s < b and e > a]
    first = last = rng.randrange(len(spans))
    if held:
        first, last = min(held), max(held)
    while True:
        ahead = rng.random() < 0.5
        if (ahead or last == len(spans) - 1) and first > 0:
            first -= 1
        elif last < len(spans) - 1:
            last += 1
        else:
            break
        if len(question.text[spans[first][0] : spans[last][1]].split()) >= words:
            break
    start, end = spans[first][0], spans[last][1]
    keep = [(a - start, b - start) for a, b in question.answers if start <= a and b <= end]
    gold = [(a - start, b - start) for a, b in question.gold if start <= a and b <= end]
    return replace(question, text=question.text[start:end], answers=tuple(keep), gold=tuple(gold))


def untitled(question: Question, rng: random.Random, share: float = 0.4) -> Question:
    """The question, in that share of the cases without the title above its text."""
    return replace(question, title="") if rng.random() < share else question


def without_answer(question: Question, rng: random.Random) -> Question | None:
    """The question with its text cut: every sentence that holds words of an answer is gone."""
    spans = [
        (a, b) for a, b in sentence_spans(question.text)
        if not any(a < e and s < b for s, e in question.answers + question.gold)
        and not any(word in question.text[a:b].casefold() for word in question.words if word)
    ]  # fmt: skip
    text = " ".join(question.text[a:b] for a, b in spans)
    if len(text.split()) < 20:
        return None
    return window(replace(question, text=text, answers=(), gold=()), rng)


def renamed(question: Question, others: Sequence[str], rng: random.Random) -> Question | None:
    """The question about something else: a name or number of it that its text has, replaced by another."""
    asked = question.question
    numbers = [m.span() for m in re.finditer(r"\b\d[\d,]*\b", asked)]
    if numbers and rng.random() < 0.6:
        a, b = rng.choice(numbers)
        new = other_number(asked[a:b], rng)
    else:
        known = [name for name in names(asked) if len(name) > 2]
        if not known:
            return None
        name = rng.choice(known)
        place = re.search(rf"\b{re.escape(name)}(?!\w)", asked)
        if place is None:
            return None
        a, b = place.span()
        same = [n for n in names(question.text) if not alike(n, name) and n not in asked]
        same = [n for n in same if not any(n.casefold() in word or word in n.casefold() for word in question.words)]
        pool = same if same and rng.random() < 0.35 else others
        new = rng.choice(pool)
        if alike(new, name):
            return None
    return replace(question, question=asked[:a] + new + asked[b:], answers=(), gold=())


def alike(one: str, other: str) -> bool:
    """True for names that share a word."""
    return bool(set(content_words(one)) & set(content_words(other)))


def other_number(number: str, rng: random.Random) -> str:
    """Another number of the same form; a year becomes a near one."""
    value = int(number.replace(",", ""))
    if re.fullmatch(r"1[5-9]\d\d|20\d\d", number):
        return str(value + rng.choice([-12, -7, -3, -2, -1, 1, 2, 3, 5, 9]))
    new = value + rng.choice([-1, 1, 2, 3, 7]) if value < 20 else round(value * rng.choice([0.5, 0.8, 1.1, 1.5, 2]))
    return f"{abs(new):,}" if "," in number else str(abs(new))


Nearest = dict[Question, tuple[Question, ...]]


def nearest(questions: Sequence[Question], rng: random.Random) -> Nearest:
    """For the questions that stand on their own, the wrong texts that look best: by the embedder and by words."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    asking = [q for q in questions if q.set in SELF_CONTAINED]
    pool: dict[str, Question] = {}
    for q in questions:
        if q.set in SELF_CONTAINED | {"fairytaleqa"}:
            cut = window(q, rng)
            pool.setdefault(cut.text, cut)
    texts = list(pool)
    embedder = LocalEmbedder(0)
    dense = np.asarray(embedder.embed([f"{pool[t].title}\n{t}" for t in texts]), dtype=np.float32)
    asked = np.asarray(embedder.embed([q.question for q in asking]), dtype=np.float32)
    words = TfidfVectorizer(analyzer=content_words, sublinear_tf=True)
    sparse = csr_matrix(words.fit_transform([f"{pool[t].title}\n{t}" for t in texts]))
    sparse_asked = csr_matrix(words.transform([q.question for q in asking]))
    found: Nearest = {}
    for n, q in enumerate(asking):
        lexical = (sparse_asked[n] @ sparse.T).toarray()[0]
        scores = lexical / max(lexical.max(), 1e-6) + asked[n] @ dense.T / 0.8
        wrong = []
        for row in np.argsort(-scores)[:24]:
            other = pool[texts[int(row)]]
            if q.set in ("clapnq", "squad2", "timeqa_human_train") and not q.words and other.title == q.title:
                continue
            if shares_text(other.text, q.text) or any(word and word in other.text.casefold() for word in q.words):
                continue
            wrong.append(replace(other, question=q.question, answers=(), gold=(), set=q.set, group=q.group))
        found[q] = tuple(wrong[:8])
    return found


def shares_text(one: str, other: str) -> bool:
    """True where the texts overlap, as windows of the same text do."""
    return one[:60] in other or other[:60] in one or one[-60:] in other


def passage_pairs(questions: Sequence[Question], near: Nearest, rng: random.Random) -> Iterator[Pair]:
    """The second stage: questions on passages, each with hard passages that do not answer it."""
    others = sorted({n for q in questions if q.set in SELF_CONTAINED for n in names(q.question) if len(n) > 3})
    times = {"clapnq": 5, "squad2": 2, "nq_open_oracle": 2, "quotesum_dev": 3, "new_wiki": 1,
             "timeqa_human_train": 1, "covidqa_early": 1}  # fmt: skip
    for q in questions:
        if q.set not in times or rng.random() > {"timeqa_human_train": 0.6, "covidqa_early": 0.5}.get(q.set, 1.0):
            continue
        for _ in range(times[q.set]):
            yield pair(untitled(window(q, rng, rng.choice([60, 120, 150])), rng), "as given")
            wrong = near.get(q, ())
            for other in rng.sample(wrong[:4] if rng.random() < 0.7 else wrong, min(len(wrong), 1)):
                yield pair(untitled(other, rng, 0.2), "retrieved")
            if q.answers or q.gold:
                if rng.random() < 0.55 and (cut := without_answer(q, rng)):
                    yield pair(untitled(cut, rng), "cut")
                if q.set != "clapnq" and rng.random() < 0.45 and (new := renamed(q, others, rng)):
                    yield pair(untitled(window(new, rng), rng), "renamed")
    shorter = [q for q in joined([q for q in questions if q.set == "qamr_devtest"], rng) if len(q.question) > 20]
    for q in rng.sample(shorter, min(4500, len(shorter))):
        yield pair(q, "as given")
        if rng.random() < 0.4 and (new := renamed(q, others, rng)):
            yield pair(new, "renamed")
        elif rng.random() < 0.5 and (cut := without_answer(q, rng)):
            yield pair(cut, "cut")


def broad_pairs(questions: Sequence[Question], near: Nearest, rng: random.Random) -> Iterator[Pair]:
    """The first stage: every kind of question, mostly on single sentences."""
    share = {"qamr_devtest": 0.4, "qasrl_bank21_wiki": 0.13, "qanom": 0.1, "qasrl_gs": 0.1, "qadiscourse": 0.35,
             "fairytaleqa": 0.5, "amazon_reviews": 0.45, "reddit": 0.45, "new_wiki": 0.6, "nq_open_oracle": 1.0,
             "timeqa_human_train": 1.0, "covidqa_early": 0.6, "squad2": 1.0}  # fmt: skip
    drawn = [q for q in questions if rng.random() < share.get(q.set, 0)]
    others = sorted({n for q in questions if q.set in SELF_CONTAINED for n in names(q.question) if len(n) > 3})
    for q in joined(drawn, rng):
        yield pair(untitled(window(q, rng), rng), "as given")
        if not q.answers:
            continue
        chance = rng.random()
        wrong = near.get(q, ())
        if wrong and chance < 0.6:
            yield pair(untitled(rng.choice(wrong), rng, 0.2), "retrieved")
        elif chance < 0.3 and (cut := without_answer(q, rng)):
            yield pair(untitled(cut, rng), "cut")
        elif chance < 0.5 and (new := renamed(q, others, rng)):
            yield pair(untitled(window(new, rng), rng), "renamed")
    contextual = [q for q in drawn if q.set in ("qamr_devtest", "amazon_reviews", "reddit")]
    for q in rng.sample(contextual, min(4000, len(contextual))):
        other = rng.choice(contextual)
        if other.group != q.group and not any(word in other.text.casefold() for word in q.words):
            yield pair(window(replace(other, question=q.question, answers=(), gold=()), rng), "of another text")


def joined(questions: Iterable[Question], rng: random.Random) -> Iterator[Question]:
    """The questions, those on a single sentence of an article mostly with other sentences of it around."""
    questions = list(questions)
    articles: dict[str, dict[str, str]] = defaultdict(dict)
    for q in questions:
        if q.group.startswith("Wiki1k"):
            articles[article_of(q.group)][q.group] = q.text
    for q in questions:
        siblings = articles.get(article_of(q.group), {})
        if len(siblings) < 2 or rng.random() < 0.3:
            yield q
            continue
        order = sorted(siblings, key=place)
        at = order.index(q.group)
        before = [siblings[k] for k in order[max(0, at - rng.randint(0, 2)) : at]]
        after = [siblings[k] for k in order[at + 1 : at + 1 + rng.randint(0, 2)]]
        head = "".join(f"{text} " for text in before)
        n = len(head)
        yield replace(q, text=head + q.text + "".join(f" {text}" for text in after),
                      answers=tuple((a + n, b + n) for a, b in q.answers))  # fmt: skip


def article_of(group: str) -> str:
    """The article of a sentence that is named Wiki1k:source:article:paragraph:sentence."""
    return group.rpartition(":")[0].rpartition(":")[0]


def place(group: str) -> tuple[int, ...]:
    """Where a sentence stands in its article."""
    return tuple(int(n) for n in re.findall(r"\d+", group))


def sentence_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Questions and single sentences, marked by people or, in Du et al.'s set, neighbours of the right one."""
    chance = {("selqa", 1): 1.0, ("selqa", 0): 0.18, ("squad_du_test", 1): 0.35, ("squad_du_test", 0): 0.09}
    for row in rows(train / "sentences.jsonl.gz"):
        label = int(row["label"])
        if rng.random() < chance[row["set"], label]:
            text = row["sentence"]
            marked = ((0, len(text)),) if label else ()
            yield Pair("answer", row["question"], text, label, (), marked, row["set"], "sentence")


def yesno_pairs(train: Path, rng: random.Random) -> Iterator[Pair]:
    """Questions for a yes or no: a text that decides answers; which sentence does, nobody marked."""
    for row in rows(train / "yesno.jsonl.gz"):
        if rng.random() < 0.4:
            label = int(row["answer"] in ("yes", "no"))
            q = window(Question(row["question"], "", row["context"], (), (), row["set"], ""), rng, 170)
            yield Pair("answer", q.question, q.text, label, (), None if label else (), row["set"], "yes or no")


# -- pairs of a claim and its evidence ------------------------------------------------------------------------------


def support_pairs(train: Path, evaluation: Path, rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Claims that people wrote and judged: to train on, and the half of EVAL's that measures.

    Pairs that share a claim or a text stay on one side. QAGS, whose texts are a publisher's, only measures.
    """
    share = {"snli_devtest": 0.6, "conjnli": 1.0, "cad_nli": 0.5, "breaking_nli": 0.2, "begin_wow_cmu": 1.0,
             "factcheckgpt_stance": 1.0, "fm2_devtest": 1.0, "q2_wow": 1.0}  # fmt: skip
    kept = [
        claim_pair(row["claim"], row["evidence"], int(row["label"] == "supported"), row["set"], "as given")
        for row in rows(train / "support.jsonl.gz") if rng.random() < share[row["set"]]
    ]  # fmt: skip
    held = []
    judged = list(rows(evaluation / "support.jsonl.gz"))
    seen = {plain(text) for pair in kept for text in (pair.first, pair.second)}
    for row, group in zip(judged, linked([(row["claim"], row["evidence"]) for row in judged]), strict=True):
        made = claim_pair(row["claim"], row["evidence"], int(row["label"] == "supported"), row["set"], "as given")
        if not row["set"].startswith("qags") and hashed(group) % 2 == 0:
            kept += [made, made]
        elif seen.isdisjoint({plain(row["claim"]), plain(row["evidence"]), plain(made.second)}):
            held.append(made)
    return kept, held


def plain(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return "".join(c for c in text.casefold() if c.isalnum())


def linked(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """For each pair a name of its group; pairs that share a text, over any number of steps, have the same one."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for one, other in pairs:
        a, b = sorted((root(plain(one)), root(plain(other))))
        parent[b] = a
    return [root(plain(one)) for one, _ in pairs]


def claim_pair(claim: str, evidence: str, label: int, source: str, kind: str) -> Pair:
    """A claim with the sentences of the evidence that have most of its words."""
    spans = condensed(claim, evidence, EVIDENCE_WORDS)
    return Pair("support", claim, " ".join(evidence[a:b] for a, b in spans), label, (), (), source, kind)


def made_claims(questions: Sequence[Question], rng: random.Random) -> Iterator[Pair]:
    """Claims by rule, true and false in equal parts, on passages."""
    use = [q for q in questions if q.answers and q.set in SELF_CONTAINED | {"qamr_devtest"}]
    by_text: dict[str, list[Question]] = defaultdict(list)
    for q in use:
        by_text[q.text].append(q)
    for q in rng.sample(use, min(9000, len(use))):
        true = q.text[slice(*q.answers[0])]
        siblings = {o.text[slice(*o.answers[0])] for o in by_text[q.text]} - {true}
        false = [f for f in siblings if same_form(f, true) and true.casefold() not in f.casefold()
                 and f.casefold() not in true.casefold() and f.casefold() not in q.question.casefold()]  # fmt: skip
        false += [o for o in numbers_in(q.text) if same_form(o, true) and o not in true and o not in q.question]
        label = int(not false or rng.random() < 0.45)
        claim = statement(q.question, true if label else rng.choice(false))
        if claim:
            yield claim_pair(claim, titled(window(q, rng)), label, "made", "answer")
    texts = sorted(by_text)
    everywhere = sorted({n for text in texts for n in names(text) if len(n) > 3})
    for text in rng.sample(texts, min(5000, len(texts))) * 2:
        yield from edited(text, everywhere, rng)


def titled(question: Question) -> str:
    """The text below its title."""
    return f"{question.title}\n{question.text}" if question.title else question.text


def same_form(one: str, other: str) -> bool:
    """True for two numbers, or two runs of about as many capitals."""
    if any(c.isdigit() for c in one) or any(c.isdigit() for c in other):
        return bool(re.fullmatch(r"[\d,.]+", one)) == bool(re.fullmatch(r"[\d,.]+", other)) and any(
            c.isdigit() for c in one
        ) == any(c.isdigit() for c in other)
    return one[:1].isupper() == other[:1].isupper() and abs(len(one.split()) - len(other.split())) <= 1


def numbers_in(text: str) -> list[str]:
    """The numbers of the text."""
    return re.findall(r"\b\d[\d,.]*\d\b|\b\d\b", text)


_SUBJECT = re.compile(
    r"(?i)^(?:who|what|which(?: \w+){1,2}|how many(?: \w+)) "
    r"((?:has|have|had|will|would|can|could) (?:been|be|also|to)?.*|(?:is|was|are|were) (?:the|a|an|one|\w+['’]s) .*|"
    r"\w+(?:ed|ght|came|went|won|led|made|took|gave|wrote|sang|plays?|became|held|ran|said|told|kept|lost|met|grew) .*)"
)


def statement(question: str, answer: str) -> str:
    """The question and its answer as one claim: a sentence where the question asks for its subject, else both."""
    asked = question.rstrip(" ?")
    if (found := _SUBJECT.match(asked)) and not asked.lower().endswith((" of", " in", " for", " to", " by", " called")):
        unit = re.match(r"(?i)how many (\w+)", asked)
        return f"{answer}{f' {unit.group(1)}' if unit else ''} {found.group(1)}."
    return f"{asked}? {answer}." if len(asked.split()) >= 4 else ""


def edited(text: str, everywhere: Sequence[str], rng: random.Random) -> Iterator[Pair]:
    """A sentence of the text as a claim: as it is or shortened (true), or with one thing changed (false)."""
    spans = [(a, b) for a, b in sentence_spans(text) if 6 <= len(text[a:b].split()) <= 45]
    if not spans:
        return
    a, b = rng.choice(spans)
    sentence = text[a:b]
    choices: list[Callable[[], str | None]] = [
        lambda: shortened(sentence, rng),
        lambda: with_other_number(sentence, text, rng),
        lambda: with_other_name(sentence, text, everywhere, rng),
        lambda: negated(sentence),
    ]
    which = rng.choices(range(4), [4, 2, 3, 1])[0]
    claim = choices[which]()
    if claim and claim != sentence:
        yield claim_pair(claim, text, int(which == 0), "made", "edited")
    rest = f"{text[:a]} {text[b:]}".strip()
    if rng.random() < 0.15 and len(rest.split()) > 25:
        yield claim_pair(sentence, rest, 0, "made", "sentence cut")


_CONDITION = re.compile(r"(?i)(?:if|unless|although|though|while|according|when|except|without|had|should|were)\b")


def shortened(sentence: str, rng: random.Random) -> str:
    """The sentence without what stands before its first or after its last comma, where enough is left."""
    parts = sentence.split(", ")
    if len(parts) > 1:
        first = rng.random() < 0.4 and not _CONDITION.match(sentence)
        rest = ", ".join(parts[1:] if first else parts[:-1]).rstrip(" ,.;")
        if len(rest.split()) >= 6:
            return rest[0].upper() + rest[1:] + "."
    return sentence[:-1] if sentence.endswith(".") else sentence + " "


def with_other_number(sentence: str, text: str, rng: random.Random) -> str | None:
    """The sentence with one number changed, to another one of the text or a near one."""
    found = list(re.finditer(r"\b\d[\d,]*\b", sentence))
    if not found:
        return None
    m = rng.choice(found)
    others = [n for n in re.findall(r"\b\d[\d,]*\b", text) if n not in sentence]
    try:
        new = rng.choice(others) if others and rng.random() < 0.5 else other_number(m.group(), rng)
    except ValueError:
        return None
    return sentence[: m.start()] + new + sentence[m.end() :]


def with_other_name(sentence: str, text: str, everywhere: Sequence[str], rng: random.Random) -> str | None:
    """The sentence with one name changed, to another one of the text or of any."""
    own = [n for n in names(sentence) if len(n) > 2]
    if not own:
        return None
    name = rng.choice(own)
    others = [n for n in names(text) if not alike(n, name) and n not in sentence]
    new = rng.choice(others) if others and rng.random() < 0.6 else rng.choice(everywhere)
    return None if alike(new, name) else sentence.replace(name, new, 1)


def negated(sentence: str) -> str | None:
    """The sentence with its first auxiliary negated, or made positive."""
    if m := re.search(r"\b(?:not|never)\b ", sentence):
        return sentence[: m.start()] + sentence[m.end() :]
    if m := re.search(r"\b(?:is|was|are|were|has|have|had|will|can|could|would|should)\b", sentence):
        return f"{sentence[: m.end()]} not{sentence[m.end() :]}"
    return None


if __name__ == "__main__":
    main()
