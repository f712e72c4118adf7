"""The metadata with which llama-index stores a node in Chroma, written without loading llama-index.

Loading it takes longer than everything else that a small sync does. `tests/test_llama.py` holds that llama-index itself
would write the same.
"""

from __future__ import annotations

import json
from typing import Any

from rag.index.catalog import StoredChunk
from rag.types import Document


def node_metadata(document: Document, chunk: StoredChunk) -> dict[str, Any]:
    """A chunk's row in Chroma as llama-index's TextNode, its words aside, which are Chroma's document.

    The node's own metadata are document, title, outlet, published (as yyyymmdd), language, page, start and end.
    """
    known = {
        "document": document.name,
        "title": document.title,
        "outlet": document.outlet,
        "published": int(document.published.strftime("%Y%m%d")) if document.published else None,
        "language": document.language,
        "page": document.page_at(chunk.start),
        "start": chunk.start,
        "end": chunk.end,
    }
    metadata = {key: value for key, value in known.items() if value is not None}
    source: dict[str, Any] = {
        "node_id": document.name,
        "node_type": None,
        "metadata": {},
        "hash": None,
        "class_name": "RelatedNodeInfo",
    }
    node = {
        "id_": chunk.id,
        "embedding": None,
        "metadata": metadata,
        "excluded_embed_metadata_keys": list(metadata),
        "excluded_llm_metadata_keys": ["start", "end"],
        "relationships": {"1": source},
        "metadata_template": "{key}: {value}",
        "metadata_separator": "\n",
        "text": "",
        "mimetype": "text/plain",
        "start_char_idx": None,
        "end_char_idx": None,
        "text_template": "{metadata_str}\n\n{content}",
        "class_name": "TextNode",
    }
    owner = dict.fromkeys(("document_id", "doc_id", "ref_doc_id"), document.name)
    return {**metadata, "_node_content": json.dumps(node), "_node_type": "TextNode", **owner}
