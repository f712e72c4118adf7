"""Makes the pairs that the checker is trained on, and the ones that measure it, from claims that people judged.

    PYTHONPATH=. python training/checker_data.py TRAIN EVAL training/claims.jsonl OUT

Writes OUT/train.jsonl.gz and OUT/held.jsonl.gz. The claims of claims.jsonl, half of them true, are on passages of
TRAIN; each line has the `passage` as a hash of its words, the `claim`, its `label`, its `kind` and the numbers of the
sentences that it `rests` on. The false ones use the passage's own words: roles turned round, an addition, two facts
tied wrongly, "may" made "did". A claim is read against those sentences alone, against all of the passage, and against
other sentences of it, which do not carry it. The sets that `reader_data.py` lists are mixed in.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reader_data import (
    SEED,
    Pair,
    Question,
    article_of,
    is_held,
    lines_of,
    made_claims,
    place,
    read_questions,
    support_pairs,
)

from rag.sentences import sentence_spans
from rag.words import content_words

ROUNDS = 2
SHARES = {"snli_devtest": 0.4, "cad_nli": 0.7, "made": 0.7}
NEWS_WORDS = 70


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on a passage of these sentences, and the places of those it rests on or comes nearest to."""

    text: str
    label: int
    kind: str
    title: str
    sentences: tuple[str, ...]
    rests: tuple[int, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("claims", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    questions = list(read_questions(options.train, options.eval))
    kept, held = split(read_claims(options.claims, passages(questions)), questions)
    known = {line for question in questions if is_held(question) for line in lines_of(question.text)}
    others, held_others = support_pairs(options.train, options.eval, rng)
    others += list(made_claims([q for q in questions if not is_held(q) and known.isdisjoint(lines_of(q.text))], rng))
    others = [p for p in others if known.isdisjoint(lines_of(p.second)) and rng.random() < SHARES.get(p.set, 1.0)]
    pairs = [*others, *(pair for _ in range(ROUNDS) for pair in claim_pairs(kept, rng))]
    measured = [*held_others, *(as_pair(claim, carried(claim), claim.label, False) for claim in held)]
    for name, made in (("train", pairs), ("held", measured)):
        rng.shuffle(made)
        with gzip.open(options.out / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in made)
        print(f"{name}: {len(made):,} pairs, {sum(len(p.second.split()) for p in made) / len(made):.0f} words each")
        for (source, kind), count in sorted(Counter((p.set, p.kind) for p in made).items()):
            true = sum(p.label for p in made if (p.set, p.kind) == (source, kind))
            print(f"  {source:22s} {kind:16s} {count:7,} {true / count:.2f}")


def held_pairs(train: Path, evaluation: Path, claims: Path) -> list[Pair]:
    """The pairs that trained nothing: of the judged sets, and of the claims, each with the sentences it rests on."""
    questions = list(read_questions(train, evaluation))
    _, held = split(read_claims(claims, passages(questions)), questions)
    _, others = support_pairs(train, evaluation, random.Random(SEED))
    return [*others, *(as_pair(claim, carried(claim), claim.label, False) for claim in held)]


def hashed_words(text: str) -> str:
    """The name of a passage."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def passages(questions: Sequence[Question]) -> dict[str, tuple[str, str]]:
    """Name -> title and text: the texts of the sets on Wikipedia, and the openings of Wikinews articles."""
    found = {hashed_words(q.text): (q.title, q.text) for q in questions if q.set in ("new_wiki", "squad2")}
    articles: dict[str, dict[str, str]] = defaultdict(dict)
    for q in questions:
        if q.group.startswith("Wiki1k:wikinews"):
            articles[article_of(q.group)][q.group] = q.text
    for lines in articles.values():
        text = ""
        for key in sorted(lines, key=place):
            text = f"{text} {lines[key]}".strip()
            if len(text.split()) > NEWS_WORDS:
                break
        found[hashed_words(text)] = ("", text)
    return found


def read_claims(file: Path, known: dict[str, tuple[str, str]]) -> list[Claim]:
    """The claims whose passage is known."""
    found = []
    for row in map(json.loads, file.open(encoding="utf-8")):
        if row["passage"] in known:
            title, text = known[row["passage"]]
            sentences = tuple(text[a:b].strip() for a, b in sentence_spans(text))
            found.append(
                Claim(row["claim"], row["label"], row["kind"], title.replace("_", " "), sentences, tuple(row["rests"]))
            )
    return found


def split(claims: Sequence[Claim], questions: Sequence[Question]) -> tuple[list[Claim], list[Claim]]:
    """The claims to train on, and those on texts that are held back."""
    held = {line for question in questions if is_held(question) for line in lines_of(question.text)}
    apart: tuple[list[Claim], list[Claim]] = ([], [])
    for claim in claims:
        apart[not held.isdisjoint(lines_of(" ".join(claim.sentences)))].append(claim)
    return apart


def claim_pairs(claims: Sequence[Claim], rng: random.Random) -> Iterator[Pair]:
    """Each claim against what it rests on, all of the passage or a part of it, and what does not carry it."""
    on: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for claim in claims:
        on[claim.sentences].append(claim)
        yield as_pair(claim, carried(claim), claim.label, rng.random() < 0.7)
        if rng.random() < 0.4:
            yield as_pair(claim, claim.sentences, claim.label, rng.random() < 0.7)
        elif rng.random() < 0.5:
            yield as_pair(claim, around(claim, rng), claim.label, rng.random() < 0.7)
        if rng.random() < (0.5 if claim.label else 0.2) and (other := elsewhere(claim)):
            yield as_pair(claim, other, 0, rng.random() < 0.7, "elsewhere")
        if claim.label and len(claim.rests) == 2 and claim.kind != "inferred" and rng.random() < 0.4:
            one = claim.sentences[rng.choice(claim.rests)]
            yield as_pair(claim, [one], 0, rng.random() < 0.7, "half")
    for same in on.values():
        for _ in range(len(same) // 3):
            one, other = rng.sample(same, 2)
            label = one.label & other.label
            if label or one.label or other.label:
                both = Claim(tied(one.text, other.text, rng), label, "tied", one.title, one.sentences,
                             tuple(sorted({*one.rests, *other.rests})))  # fmt: skip
                if len(both.rests) <= 2 and len(both.text.split()) <= 50:
                    yield as_pair(both, carried(both), label, rng.random() < 0.7)


def carried(claim: Claim) -> list[str]:
    """The sentences that the claim rests on."""
    return [claim.sentences[n] for n in sorted(claim.rests)]


def around(claim: Claim, rng: random.Random) -> Sequence[str]:
    """What it rests on, with a neighbour before or after."""
    first, last = min(claim.rests), max(claim.rests)
    first, last = (first - 1, last) if rng.random() < 0.5 else (first, last + 1)
    return claim.sentences[max(0, first) : last + 1]


def elsewhere(claim: Claim) -> list[str]:
    """The sentence with most of the claim's words among those that it does not rest on."""
    said = set(content_words(claim.text))
    others = [s for n, s in enumerate(claim.sentences) if n not in claim.rests]
    return [max(others, key=lambda s: len(said & set(content_words(s))))] if others else []


def tied(one: str, other: str, rng: random.Random) -> str:
    """Both claims in one sentence or two."""
    joint = rng.choice([". ", "; ", ", and ", ", while "])
    first = one.rstrip(" .")
    return f"{first}{joint}{other if joint == '. ' or other.split()[0][1:2].isupper() else lowered(other)}"


_SMALL = (
    "The ",
    "A ",
    "An ",
    "In ",
    "It ",
    "He ",
    "She ",
    "They ",
    "His ",
    "Her ",
    "Their ",
    "There ",
    "This ",
    "Some ",
)


def lowered(sentence: str) -> str:
    """The sentence as it goes on after a comma."""
    return sentence[0].lower() + sentence[1:] if sentence.startswith(_SMALL) else sentence


def as_pair(claim: Claim, sentences: Sequence[str], label: int, titled: bool, kind: str = "") -> Pair:
    """The claim and these sentences, below the title or not."""
    head = f"{claim.title}\n" if titled and claim.title else ""
    return Pair("support", claim.text, head + " ".join(sentences), label, (), (), "claims", kind or claim.kind)


if __name__ == "__main__":
    main()
