"""Compares ways to run all-MiniLM-L6-v2 on this machine's processor.

    python training/bench_embedder.py CORPUS.jsonl CALIBRATION.jsonl.gz [--questions FILE.jsonl.gz ...]

CORPUS: JSON lines with `body`, cut into pieces of 800 characters; CALIBRATION: see export_embedder.py. Files of
questions are JSON lines, gzipped, with `question` and `passage`, or with `question`, `context` and `answers`; the
passages of all of them are one pool. The candidates take turns in every round, in an order drawn anew, and each is
compared with the file that ships within the round; given are the medians over the rounds and the quartiles of that
ratio. "static int8" is the file that ships, made again: how far its ratio is from 1 shows how much the machine's other
work disturbs, and a smaller difference between candidates means nothing.

CALIBRATION sets the ranges of the int8 model, so questions on the same passages do not test it independently.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from export_embedder import LIMIT, OUT, calibration_texts, embedder
from onnx_graph import feed, measure_ranges, plain_tokenizer, source
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Array = npt.NDArray[np.float32]
Run = Callable[[Sequence[Sequence[Sequence[int]]]], list[Array]]
"""From batches of token ids to their embeddings."""
LENGTHS = (32, 128, 256)
SHIPPED = "the file that ships"
BUDGET = 2048  # tokens of a batch, as in rag/models/inference.py
CORES = len(os.sched_getaffinity(0))
COLD = {
    "onnxruntime": """
import time, numpy
begun = time.perf_counter()
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = {cores}
session = onnxruntime.InferenceSession({file!r}, options, providers=["CPUExecutionProvider"])
ids = numpy.array([[101, 7592, 2088, 102]], numpy.int32)
session.run(None, {{"input_ids": ids, "attention_mask": numpy.ones_like(ids)}})
print(time.perf_counter() - begun)
""",
    "openvino": """
import time, numpy
begun = time.perf_counter()
import openvino
core = openvino.Core()
hints = {{"INFERENCE_PRECISION_HINT": {precision!r}, "PERFORMANCE_HINT": {mode!r}}}
model = core.compile_model(core.read_model({file!r}), "CPU", hints)
ids = numpy.array([[101, 7592, 2088, 102]], numpy.int32)
model({{"input_ids": ids, "attention_mask": numpy.ones_like(ids)}})
print(time.perf_counter() - begun)
""",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model file and how to run it: `runtime` is onnxruntime, or openvino with a precision and a mode."""

    name: str
    file: Path
    runtime: str = "onnxruntime"
    precision: str = ""
    mode: str = ""


def write_candidates(folder: Path, calibration: Path) -> list[Candidate]:
    """Writes a model file for each candidate."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

    weights = load_file(source() / "model.safetensors")
    tokenizer = plain_tokenizer(source() / "tokenizer.json")
    tokenizer.enable_truncation(LIMIT)
    plain, dynamic, static = folder / "fp32.onnx", folder / "dynamic.onnx", folder / "static.onnx"
    onnx.save(embedder(weights, None), plain)
    texts = [feed([encoding.ids]) for encoding in tokenizer.encode_batch(list(calibration_texts(calibration)))]
    onnx.save(embedder(weights, measure_ranges(embedder(weights, None), texts)), static)
    quantize_dynamic(
        plain,
        dynamic,
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    found = [Candidate("onnxruntime fp32", plain), Candidate("onnxruntime dynamic int8", dynamic)]
    for bits, block in ((8, 64), (4, 32)):
        config = DefaultWeightOnlyQuantConfig(block_size=block, is_symmetric=True, accuracy_level=4, bits=bits)
        quantizer = MatMulNBitsQuantizer(onnx.load(plain), algo_config=config)
        quantizer.process()
        file = folder / f"nbits{bits}.onnx"
        quantizer.model.save_model_to_file(str(file), False)
        found.append(Candidate(f"onnxruntime MatMulNBits {bits}", file))
    found.append(Candidate("onnxruntime static int8", static))
    found.append(Candidate(SHIPPED, OUT / "embedder.onnx"))
    found.append(Candidate("openvino fp32", plain, "openvino", "f32", "LATENCY"))
    found.append(Candidate("openvino bf16 throughput", plain, "openvino", "bf16", "THROUGHPUT"))
    return found


def open_candidate(candidate: Candidate) -> Run:
    """A function from batches of token ids to their embeddings; openvino may work on several batches at once."""
    return open_openvino(candidate) if candidate.runtime == "openvino" else open_onnxruntime(candidate)


def open_onnxruntime(candidate: Candidate) -> Run:
    """A session with the options of rag/models/inference.py."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = CORES
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(candidate.file), options, providers=["CPUExecutionProvider"])
    return lambda batches: [session.run(None, feed(batch))[0] for batch in batches]


def open_openvino(candidate: Candidate) -> Run:
    """A compiled model with a queue of as many requests as it asks for."""
    import openvino

    core = openvino.Core()
    hints = {"INFERENCE_PRECISION_HINT": candidate.precision, "PERFORMANCE_HINT": candidate.mode}
    compiled = core.compile_model(core.read_model(str(candidate.file)), "CPU", hints)

    def run(batches: Sequence[Sequence[Sequence[int]]]) -> list[Array]:
        results: dict[int, Array] = {}
        queue = openvino.AsyncInferQueue(compiled)
        queue.set_callback(lambda request, key: results.__setitem__(key, request.get_output_tensor(0).data.copy()))
        for number, batch in enumerate(batches):
            queue.start_async(feed(batch), number)
        queue.wait_all()
        return [results[number] for number in range(len(batches))]

    return run


def cold_start(candidate: Candidate) -> float:
    """Seconds from importing the runtime to the first embedding, in a process of its own that has numpy already."""
    script = COLD[candidate.runtime].format(
        file=str(candidate.file), precision=candidate.precision, mode=candidate.mode, cores=CORES
    )
    command = [sys.executable, "-c", script]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def installed_size(package: str) -> float:
    """Megabytes of a package's installed files, without those that it depends on."""
    files = distribution(package).files or []
    return sum(path.stat().st_size for path in (Path(str(file.locate())) for file in files) if path.is_file()) / 1e6


def pieces(corpus: Path, count: int) -> list[str]:
    """The first `count` pieces of 800 characters."""
    found: list[str] = []
    with corpus.open(encoding="utf-8") as lines:
        for line in lines:
            body = json.loads(line)["body"]
            found += [body[start : start + 800] for start in range(0, len(body), 800)]
            if len(found) >= count:
                break
    return found[:count]


def cut_to(length: int, rows: Sequence[list[int]], count: int) -> list[list[int]]:
    """The first `count` texts that have `length` tokens, cut to as many; short ones are joined."""
    flat = [token for row in rows for token in row[1:-1]]
    inner = length - 2
    return [[101, *flat[start : start + inner], 102] for start in range(0, inner * count, inner)]


def sorted_batches(rows: Sequence[list[int]]) -> list[list[int]]:
    """Positions of `rows`, longest first, in batches within the budget."""
    order = sorted(range(len(rows)), key=lambda number: -len(rows[number]))
    found: list[list[int]] = []
    for number in order:
        if found and len(rows[found[-1][0]]) * (len(found[-1]) + 1) <= BUDGET:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def embed(run: Run, rows: Sequence[list[int]]) -> Array:
    """Embeddings in the order of `rows`."""
    batches = sorted_batches(rows)
    vectors = np.zeros((len(rows), 384), np.float32)
    for numbers, values in zip(batches, run([[rows[number] for number in batch] for batch in batches]), strict=True):
        vectors[numbers] = values
    return vectors


def read_questions(files: Sequence[Path]) -> tuple[list[str], list[str], list[int]]:
    """Passages, questions, and the position of each question's passage."""
    passages: dict[str, int] = {}
    questions: list[str] = []
    right: list[int] = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                passage = record.get("passage") or record.get("context")
                number = passages.setdefault(passage, len(passages))
                if "passage" in record or record["answers"]:
                    questions.append(record["question"])
                    right.append(number)
    return list(passages), questions, right


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("calibration", type=Path)
    parser.add_argument("--questions", type=Path, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        candidates = write_candidates(Path(folder), options.calibration)
        compare(candidates, options.corpus, options.questions, options.rounds)


def compare(candidates: Sequence[Candidate], corpus: Path, questions: Sequence[Path], rounds: int) -> None:
    """Measures speed, start, likeness and retrieval of the candidates, and prints a table of each."""
    tokenizer = plain_tokenizer(source() / "tokenizer.json")
    tokenizer.enable_truncation(LIMIT)
    rows = [encoding.ids for encoding in tokenizer.encode_batch(pieces(corpus, 400))]
    runs = {candidate.name: open_candidate(candidate) for candidate in candidates}
    for package in ("onnxruntime", "openvino"):
        print(f"{package} {distribution(package).version}: {installed_size(package):.0f} MB installed")

    fixed = [cut_to(length, rows, 2 * BUDGET // length) for length in LENGTHS]
    print_speed(runs, measure_speed(runs, [*fixed, rows[:30]], rounds))

    print(f"\n{'':28}{'MB':>7}{'cold s':>8}{'query ms':>10}{'cosine':>9}{'least':>8}{'alone/batch least':>19}")
    reference = embed(runs[candidates[0].name], rows)
    for candidate in candidates:
        run = runs[candidate.name]
        vectors = embed(run, rows)
        likeness = (vectors * reference).sum(axis=1)
        alone = np.concatenate([run([[row]])[0] for row in rows[:100]])
        same = (alone * vectors[:100]).sum(axis=1).min()
        cold = statistics.median(cold_start(candidate) for _ in range(3))
        query = 1000 * statistics.median(seconds(run, [[rows[0][:12]]]) for _ in range(50))
        print(
            f"{candidate.name:28}{candidate.file.stat().st_size / 1e6:7.1f}{cold:8.2f}{query:10.1f}"
            f"{likeness.mean():9.5f}{likeness.min():8.4f}{same:19.5f}"
        )
    if questions:
        compare_retrieval(runs, tokenizer, *read_questions(questions))


def measure_speed(runs: dict[str, Run], loads: Sequence[Sequence[list[int]]], rounds: int) -> dict[str, Array]:
    """Tokens per second of each candidate, padding not counted: (loads, rounds)."""
    speeds = {name: np.zeros((len(loads), rounds), np.float32) for name in runs}
    order = list(runs)
    draw = random.Random(0)
    for turn in range(-1, rounds):  # the first round warms up
        for place, load in enumerate(loads):
            batches = [[load[number] for number in batch] for batch in sorted_batches(load)]
            draw.shuffle(order)
            for name in order:
                spent = seconds(runs[name], batches)
                if turn >= 0:
                    speeds[name][place, turn] = sum(map(len, load)) / spent
    return speeds


def print_speed(runs: dict[str, Run], speeds: dict[str, Array]) -> None:
    """Prints the medians, and the quartiles of the ratio to the file that ships."""
    columns = [*map(str, LENGTHS), "text"]
    print(f"\n{'tokens/s, median':28}" + "".join(f"{column:>20}" for column in columns))
    for name in runs:
        print(f"{name:28}" + "".join(f"{speed:20,.0f}" for speed in np.median(speeds[name], axis=1)))
    print(f"\n{'ratio, median (quartiles)':28}" + "".join(f"{column:>20}" for column in columns))
    base = speeds[SHIPPED]
    for name in runs:
        low, middle, high = np.quantile(speeds[name] / base, [0.25, 0.5, 0.75], axis=1)
        cells = [f"{b:.2f} ({a:.2f}-{c:.2f})" for a, b, c in zip(low, middle, high, strict=True)]
        print(f"{name:28}" + "".join(f"{cell:>20}" for cell in cells))


def seconds(run: Run, batches: Sequence[Sequence[Sequence[int]]]) -> float:
    """How long `run` takes."""
    begun = time.perf_counter()
    run(batches)
    return time.perf_counter() - begun


def compare_retrieval(
    runs: dict[str, Run],
    tokenizer: Tokenizer,
    passages: Sequence[str],
    questions: Sequence[str],
    right: Sequence[int],
) -> None:
    """Prints how often the right passage is the first, and among the first ten, by the embeddings alone."""
    print(f"\n{len(questions)} questions, {len(passages)} passages{'R@1':>8}{'R@10':>8}")
    passage_rows = [encoding.ids for encoding in tokenizer.encode_batch(list(passages))]
    question_rows = [encoding.ids for encoding in tokenizer.encode_batch(list(questions))]
    for name, run in runs.items():
        scores = embed(run, question_rows) @ embed(run, passage_rows).T
        rank = (scores > scores[np.arange(len(right)), right][:, None]).sum(axis=1)
        print(f"{name:30}{(rank < 1).mean():8.4f}{(rank < 10).mean():8.4f}")


if __name__ == "__main__":
    main()
