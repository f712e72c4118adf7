"""Makes rag/models/weights/reader.onnx from a checkpoint of `train_reader.py`.

    PYTHONPATH=. python training/export_reader.py CHECKPOINT DATA

DATA is the folder of pairs; 400 pairs of its second stage set the ranges of the activations, and its held pairs
compare fp32 with 8 bits. `--fp32 FILE` also writes the fp32 graph.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx_graph import Array, Graph, Ranges, Weights, declared, encoder, measure_ranges, open_session
from train_reader import auroc, empty, encoded, padded, pair_tokenizer

OUT = Path(__file__).resolve().parent.parent / "rag" / "models" / "weights" / "reader.onnx"
LIMIT = 256
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def main() -> None:
    """Writes the file, and prints how near it is to the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--fp32", type=Path, help="where to write the fp32 graph as well")
    options = parser.parse_args()
    model = empty()
    model.load_state_dict(torch.load(options.checkpoint)["model"])
    model.eval()
    weights = {name: value.numpy().astype(np.float32) for name, value in model.state_dict().items()}
    tokenizer = pair_tokenizer()
    full = reader(weights, None)
    if options.fp32:
        onnx.save(full, options.fp32)
    rows = encoded(options.data / "train-2.jsonl.gz", tokenizer)[:400]
    small = reader(weights, measure_ranges(full, [feed(row) for row in rows]))
    onnx.save(small, options.out)
    held = encoded(options.data / "held.jsonl.gz", tokenizer)[::4]
    compare(model, [("fp32 graph", full), ("int8 graph", small)], held)
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(f"{digest}  {options.out.name}  {options.out.stat().st_size:,} bytes")


def reader(weights: Weights, ranges: Ranges | None) -> onnx.ModelProto:
    """The model: two texts -> `whole` (batch, 2) and `tokens` (batch, length, 3), logits; fp32 without `ranges`."""
    graph = Graph(ranges)
    inside = {name.removeprefix("encoder."): value for name, value in weights.items() if name.startswith("encoder.")}
    state = encoder(graph, inside, LIMIT, pairs=True)
    first = graph.add("Gather", [state, graph.constant("first", np.array(0))], "first.state", attributes={"axis": 1})
    pooled = graph.add("Gelu", [dense(graph, first, weights, "pool")], "pooled", fused=True)
    graph.add("Identity", [dense(graph, pooled, weights, "whole")], "whole")
    graph.add("Identity", [dense(graph, state, weights, "tokens")], "tokens")
    return declared(graph, "footnote-reader", INPUTS, {"whole": ["batch", 2], "tokens": ["batch", "length", 3]})


def dense(graph: Graph, source: str, weights: Weights, name: str) -> str:
    """A head's matrix product, always in fp32: it is small, and decides."""
    weight = graph.constant(f"head.{name}.weight", weights[f"{name}.weight"].T)
    product = graph.add("MatMul", [source, weight], f"head.{name}.product")
    return graph.add("Add", [product, graph.constant(f"head.{name}.bias", weights[f"{name}.bias"])], f"head.{name}")


def feed(row: dict[str, Any]) -> dict[str, npt.NDArray[np.int32]]:
    """The graph's inputs for one pair."""
    values = (row["ids"], [1] * len(row["ids"]), row["types"])
    return {name: np.asarray([value], dtype=np.int32) for name, value in zip(INPUTS, values, strict=True)}


def compare(model: torch.nn.Module, graphs: Sequence[tuple[str, onnx.ModelProto]], held: Sequence[Any]) -> None:
    """Prints, on every fourth held pair, how far each graph's numbers are from PyTorch's, and each one's AUROC."""

    def by_torch(row: Any) -> tuple[Array, Array]:
        batch = padded([row])
        with torch.no_grad():
            whole, tokens = model(batch["ids"], batch["types"], batch["mask"])
        return whole[0].numpy(), tokens[0, : len(row["ids"])].numpy()

    original = [by_torch(row) for row in held]
    asks = np.asarray([row["task"] == "answer" for row in held])
    labels = np.asarray([row["label"] for row in held])

    def told(name: str, found: Sequence[tuple[Array, Array]]) -> None:
        whole = np.stack([each[0] for each in found])
        apart = np.abs(whole - np.stack([each[0] for each in original])).mean()
        tokens = np.mean([np.abs(a[1] - b[1]).mean() for a, b in zip(found, original, strict=True)])
        print(f"{name}: mean distance {apart:.4f} (whole) {tokens:.4f} (tokens),"
              f" AUROC relevance {auroc(whole[asks, 0], labels[asks]):.4f},"
              f" support {auroc(whole[~asks, 1], labels[~asks]):.4f}")  # fmt: skip

    told("PyTorch   ", original)
    for name, graph in graphs:
        session = open_session(graph)
        told(name, [tuple(value[0] for value in session.run(["whole", "tokens"], feed(row))) for row in held])


if __name__ == "__main__":
    main()
