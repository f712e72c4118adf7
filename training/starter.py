"""The plain llama-index + Chroma starter, for comparison: articles -> Chroma, with the same model on PyTorch.

    python training/starter.py CORPUS.jsonl STORE MODEL CHUNK_TOKENS      prints {"seconds", "characters", "rows"}

CHUNK_TOKENS is the splitter's chunk size. llama-index's default is 1024, of which this model reads the first 256 and
drops the rest without a word; with 256 it reads nearly everything.

Run by `bench_ingest.py`; needs llama-index-core and its huggingface embeddings and Chroma vector store.
"""

from __future__ import annotations

import json
import sys
import time

import chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore


def main() -> None:
    corpus, store, model, chunk_tokens = sys.argv[1:]
    size = int(chunk_tokens)
    began = time.perf_counter()
    with open(corpus, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    documents = [Document(text=row["body"], metadata={"title": row["title"], "date": row["date"]}) for row in rows]
    collection = chromadb.PersistentClient(store).get_or_create_collection("starter")
    storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
    VectorStoreIndex.from_documents(
        documents,
        storage_context=storage,
        embed_model=HuggingFaceEmbedding(model_name=model, device="cpu"),
        transformations=[SentenceSplitter(chunk_size=size, chunk_overlap=min(200, size // 10))],
    )
    seconds = time.perf_counter() - began
    characters = sum(len(row["body"]) for row in rows)
    print(json.dumps({"seconds": seconds, "characters": characters, "rows": collection.count()}))


if __name__ == "__main__":
    main()
