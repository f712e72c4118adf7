"""Footnote: answers about a folder of documents, each sentence with the exact words it rests on."""

__version__ = "0.1.0"
