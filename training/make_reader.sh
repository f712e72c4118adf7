#!/usr/bin/env bash
# The reader, from data to weights and figures:  bash training/make_reader.sh TRAIN EVAL WORK
# TRAIN and EVAL are the folders that MODEL_CARD.md names; what is made on the way, and kept, lies in WORK.
set -euo pipefail
train=$(realpath "$1") eval=$(realpath "$2") work=$(realpath -m "$3")
cd "$(dirname "$0")/.."
export PYTHONPATH=. FOOTNOTE_HOME=${FOOTNOTE_HOME:-$work/home}
weights=rag/models/weights

[ -e "$work/data" ] || python training/reader_data.py "$train" "$eval" "$work/data"
[ -e "$work/run/reader.pt" ] || python training/train_reader.py "$work/data" "$work/run"
python training/export_reader.py "$work/run/reader.pt" "$work/data" --fp32 "$work/reader-fp32.onnx"
python training/fit_reader.py "$train/squadshifts.jsonl.gz" "$eval/news/questions.jsonl" "$eval/news/documents" \
    --picture "$weights/risk-coverage.svg"
python training/bench_reader.py "$train" "$eval"
