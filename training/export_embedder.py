"""Makes rag/models/weights/embedder.onnx and tokenizer.json from the published weights of all-MiniLM-L6-v2.

    python training/export_embedder.py TEXTS.jsonl.gz

TEXTS holds a JSON object a line; the values of `question` and `context` of the first 600 lines with a new context set
the ranges of the activations. No text ends up in the model, only ranges. The graph is `onnx_graph.py`'s, and is
checked against the PyTorch model.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto
from onnx_graph import (
    WIDTH,
    Array,
    Graph,
    Ranges,
    Weights,
    declared,
    encoder,
    feed,
    measure_ranges,
    open_session,
    plain_tokenizer,
    source,
)
from safetensors.numpy import load_file

OUT = Path(__file__).resolve().parent.parent / "rag" / "models" / "weights"
LIMIT = 256


def embedder(weights: Weights, ranges: Ranges | None) -> onnx.ModelProto:
    """The model (batch, length) -> `embedding` (batch, 384) of length 1; fp32 without `ranges`."""
    graph = Graph(ranges)
    state = encoder(graph, weights, LIMIT)
    mask = graph.add("Cast", ["attention_mask"], "mask", attributes={"to": TensorProto.FLOAT})
    total = graph.add("MatMul", [graph.add("Unsqueeze", [mask, "one"], "mask.row"), state], "total")
    # The sum over the tokens has the direction of their mean, and only the direction is left.
    graph.add(
        "LpNormalization",
        [graph.add("Squeeze", [total, "one"], "total.row")],
        "embedding",
        attributes={"axis": 1, "p": 2},
    )
    return declared(graph, "all-MiniLM-L6-v2", ["input_ids", "attention_mask"], {"embedding": ["batch", WIDTH]})


def calibration_texts(path: Path, contexts: int = 600) -> Iterator[str]:
    """The first contexts of the file, each with the first question on it."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["context"] not in seen and len(seen) < contexts:
                seen.add(record["context"])
                yield from (record["context"], record["question"])


def torch_embeddings(folder: Path, rows: Sequence[Sequence[int]]) -> Array:
    """What the published model makes of token ids in PyTorch: the mean over the tokens, of length 1."""
    import torch
    from transformers import BertModel

    model = BertModel.from_pretrained(folder, add_pooling_layer=False)  # in evaluation mode already
    with torch.no_grad():
        means = [model(input_ids=torch.tensor([row])).last_hidden_state[0].mean(dim=0) for row in rows]
    vectors = torch.stack(means).numpy()
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def main() -> None:
    """Writes the files, and prints how near they are to the published model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("texts", type=Path, help="JSON lines, gzipped, with question and context")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    weights = load_file(source() / "model.safetensors")
    tokenizer = plain_tokenizer(source() / "tokenizer.json")
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(options.out / "tokenizer.json"), pretty=False)
    tokenizer.enable_truncation(LIMIT)
    texts = list(calibration_texts(options.texts))
    each = [feed([encoding.ids]) for encoding in tokenizer.encode_batch(texts)]
    model = embedder(weights, measure_ranges(embedder(weights, None), each))
    onnx.save(model, options.out / "embedder.onnx")
    rows = [encoding.ids for encoding in tokenizer.encode_batch(texts[-100:])]
    original = torch_embeddings(source(), rows)
    for name, candidate in (("fp32 graph", embedder(weights, None)), ("int8 graph", model)):
        session = open_session(candidate)
        vectors = np.concatenate([session.run(None, feed([row]))[0] for row in rows])
        likeness = (vectors * original).sum(axis=1)
        print(f"{name}: cosine with PyTorch mean {likeness.mean():.5f}, least {likeness.min():.5f}")
    for file in (options.out / "embedder.onnx", options.out / "tokenizer.json"):
        print(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}  {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
