"""Footnote: answers about a folder of documents, each sentence with the exact words it rests on."""

import os

# onnxruntime, which Chroma brings too, reports to its maker unless this is set before anything imports it
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.4.1"
