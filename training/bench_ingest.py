"""Whole ingest, ours against the plain llama-index starter with the same model, by turns on the same machine.

    python training/bench_ingest.py CORPUS.jsonl --starter-python PYTHON --model DIR
        [--articles 200] [--rounds 2] [--chunk-tokens 256]

CORPUS has an article a line ({"id", "title", "date", "body"}). PYTHON is an interpreter with the packages that
`starter.py` names, DIR the folder of the original weights; `starter.py` also says what its chunk size does. Times run
from reading the corpus to the last row written; those of the processes, imports and all, are given beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--starter-python", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--chunk-tokens", type=int, default=256, help="of the starter")
    options = parser.parse_args()
    ours, starter = [], []
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "articles" / "corpus.jsonl"
        part.parent.mkdir()
        with options.corpus.open(encoding="utf-8") as lines:
            part.write_text("".join(islice(lines, options.articles)), encoding="utf-8")
        for n in range(options.rounds):
            command = [sys.executable, "-m", "rag", "sync", "--json", "--documents", str(part.parent)]
            ours.append(_run(command, {"FOOTNOTE_HOME": f"{folder}/home{n}"}))
            command = [options.starter_python, str(ROOT / "training" / "starter.py"), str(part), f"{folder}/store{n}"]
            command += [options.model, str(options.chunk_tokens)]
            starter.append(_run(command, {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}))
            print(f"round {n + 1}: ours {_told(ours[-1])}; starter {_told(starter[-1])}", flush=True)
    characters = starter[0]["characters"]
    for name in ("seconds", "process"):
        a, b = (statistics.median(run[name] for run in runs) for runs in (ours, starter))
        speed = f"{characters / a:,.0f} characters/s"
        print(f"{name:8s} ours {a:.1f} s ({speed}), starter {b:.1f} s: {b / a:.2f} times as fast")
    rate = ours[0]["tokens"] / ours[0]["seconds"]
    print(f"chunks   ours {ours[0]['embedded']:,} ({rate:,.0f} tokens/s), starter {starter[0]['rows']:,}")


def _run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    began = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    output: dict[str, Any] = json.loads(run.stdout[run.stdout.index("{") :])
    return {**output, "process": time.perf_counter() - began}


def _told(run: dict[str, Any]) -> str:
    return f"{run['seconds']:.1f} s ({run['process']:.1f} s with imports)"


if __name__ == "__main__":
    main()
