"""Makes rag/models/weights/checker.onnx from a checkpoint of `train_reader.py`.

    PYTHONPATH=. python training/export_checker.py CHECKPOINT DATA

DATA is the folder of `checker_data.py`; 400 of its pairs set the ranges of the activations, and its held pairs compare
fp32 with 8 bits. Of the heads only the one that says whether a text supports a claim is kept.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
from export_reader import INPUTS, LIMIT, dense, feed
from onnx_graph import Graph, Ranges, Weights, declared, encoder, measure_ranges, open_session
from train_reader import auroc, empty, encoded, padded, pair_tokenizer

OUT = Path(__file__).resolve().parent.parent / "rag" / "models" / "weights" / "checker.onnx"


def main() -> None:
    """Writes the file, and prints how near it is to the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    model = empty()
    model.load_state_dict(torch.load(options.checkpoint)["model"])
    model.eval()
    weights = {name: value.numpy().astype(np.float32) for name, value in model.state_dict().items()}
    for name in ("whole.weight", "whole.bias"):
        weights[name] = weights[name][1:2]
    tokenizer = pair_tokenizer()
    rows = encoded(options.data / "train.jsonl.gz", tokenizer)[:400]
    full = checker(weights, None)
    onnx.save(checker(weights, measure_ranges(full, [feed(row) for row in rows])), options.out)
    held = encoded(options.data / "held.jsonl.gz", tokenizer)[::2]
    labels = np.asarray([row["label"] for row in held])
    with torch.no_grad():
        original = np.asarray([float(model(*(padded([row])[name] for name in ("ids", "types", "mask")))[0][0, 1])
                               for row in held])  # fmt: skip
    session = open_session(onnx.load(options.out))
    small = np.asarray([float(session.run(["support"], feed(row))[0][0, 0]) for row in held])
    print(f"AUROC on held pairs: PyTorch {auroc(original, labels):.4f}, int8 {auroc(small, labels):.4f};"
          f" mean distance {np.abs(original - small).mean():.4f}")  # fmt: skip
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(f"{digest}  {options.out.name}  {options.out.stat().st_size:,} bytes")


def checker(weights: Weights, ranges: Ranges | None) -> onnx.ModelProto:
    """The model: a claim and a text -> `support` (batch, 1), a logit; fp32 without `ranges`."""
    graph = Graph(ranges)
    inside = {name.removeprefix("encoder."): value for name, value in weights.items() if name.startswith("encoder.")}
    state = encoder(graph, inside, LIMIT, pairs=True)
    first = graph.add("Gather", [state, graph.constant("first", np.array(0))], "first.state", attributes={"axis": 1})
    pooled = graph.add("Gelu", [dense(graph, first, weights, "pool")], "pooled", fused=True)
    graph.add("Identity", [dense(graph, pooled, weights, "whole")], "support")
    return declared(graph, "footnote-checker", INPUTS, {"support": ["batch", 1]})


if __name__ == "__main__":
    main()
