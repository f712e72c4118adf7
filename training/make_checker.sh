#!/usr/bin/env bash
# The checker, from the reader's checkpoint to weights and figures:  bash training/make_checker.sh TRAIN EVAL WORK
# TRAIN and EVAL are the folders that MODEL_CARD.md names; WORK is that of make_reader.sh, and keeps what is made.
set -euo pipefail
train=$(realpath "$1") eval=$(realpath "$2") work=$(realpath -m "$3")
cd "$(dirname "$0")/.."
export PYTHONPATH=.
claims=training/claims.jsonl

[ -e "$work/claims" ] || python training/checker_data.py "$train" "$eval" "$claims" "$work/claims"
[ -e "$work/checker/reader.pt" ] || python training/train_reader.py "$work/claims" "$work/checker" --stages train \
    --start "$work/run/reader.pt"
python training/export_checker.py "$work/checker/reader.pt" "$work/claims"
python training/fit_checker.py "$train" "$eval" "$claims"
python training/bench_checker.py "$train" "$eval" "$claims"
