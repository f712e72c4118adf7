"""llama-index opens what we store, and runs on our retrieval; ours runs on its embeddings."""

from __future__ import annotations

from datetime import date
from typing import Any

import chromadb
import numpy as np
import pytest
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import ExactMatchFilter, MetadataFilters
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.vector_stores.chroma import ChromaVectorStore

from rag.assistant import Assistant
from rag.errors import IndexUnusable, ModelError
from rag.index.catalog import StoredChunk
from rag.index.nodes import node_metadata
from rag.index.vectors import COLLECTION
from rag.models.embedding import LocalEmbedder
from rag.models.llama import FootnoteEmbedding, FootnoteRetriever, LlamaIndexEmbedder, load_embedder
from rag.types import Document


def opened(assistant: Assistant) -> VectorStoreIndex:
    folder = assistant.index(assistant.library.first).collection_path
    settings = chromadb.config.Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder))
    collection: Any = chromadb.PersistentClient(str(folder), settings).get_collection(
        COLLECTION, embedding_function=None
    )
    store = ChromaVectorStore(chroma_collection=collection)
    return VectorStoreIndex.from_vector_store(store, embed_model=FootnoteEmbedding(assistant.embedder))


def test_plain_llama_index_opens_the_collection_and_finds_the_words_with_their_span(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    (found, *_) = opened(assistant).as_retriever(similarity_top_k=2).retrieve("Who drew the oldest sea map?")
    metadata = found.node.metadata
    assert metadata["document"] == "museum.txt"
    text = assistant.document(documents, "museum.txt").text
    assert text[metadata["start"] : metadata["end"]] == found.node.get_content()
    assert found.node.ref_doc_id == "museum.txt"


def test_a_row_is_written_as_llama_index_itself_would_write_it() -> None:
    document = Document("a.md", "It is old.", "Bridge", "0" * 64, outlet="Gazette", published=date(2024, 3, 5))
    ours = node_metadata(document, StoredChunk("id", 0, 10, "key"))
    metadata = {
        "document": "a.md",
        "title": "Bridge",
        "outlet": "Gazette",
        "published": 20240305,
        "start": 0,
        "end": 10,
    }
    theirs = TextNode(
        id_="id",
        text="It is old.",
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=["start", "end"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id="a.md")},
    )
    assert ours == node_to_metadata_dict(theirs, remove_text=True, flat_metadata=True)


def test_llama_indexs_filters_see_the_metadata(assistant: Assistant) -> None:
    assistant.sync(assistant.library.first)
    filters = MetadataFilters(filters=[ExactMatchFilter(key="published", value=20240305)])
    found = opened(assistant).as_retriever(similarity_top_k=5, filters=filters).retrieve("maps")
    assert {node.node.metadata["document"] for node in found} == {"harbour.md"}


def test_our_retrieval_serves_a_query_engine_without_any_key(assistant: Assistant) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    retriever = FootnoteRetriever(lambda question: assistant.search(documents, question, 3))
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM(max_tokens=16))
    response = engine.query("Who is the director of Nordlink?")
    assert response.source_nodes[0].node.metadata["title"] == "Ferry company adds night crossings"
    assert response.source_nodes[0].node.metadata["published"] == "2024-03-09"
    assert "six night crossings" in response.source_nodes[0].node.get_content()


def test_any_llama_index_embedding_can_be_set_and_an_index_of_another_says_so(
    assistant: Assistant, embedder: LocalEmbedder
) -> None:
    documents = assistant.library.first
    assistant.sync(documents)
    other = Assistant(assistant.settings, embedder=LlamaIndexEmbedder(MockEmbedding(embed_dim=8, model_name="mock")))
    with pytest.raises(IndexUnusable, match="MockEmbedding:mock is set: rebuild it"):
        other.ask(documents, "Who drew the oldest map?")
    with pytest.raises(IndexUnusable):
        other.sync(documents)
    assert assistant.ask(documents, "Who drew the oldest map?").citations
    other.sync(documents, rebuild=True)
    assert other.search(documents, "oldest map")[0].document == "museum.txt"


def test_an_adapted_embedding_has_unit_vectors_in_order(embedder: LocalEmbedder) -> None:
    adapted = LlamaIndexEmbedder(FootnoteEmbedding(embedder))
    texts = ["a map", "a bridge", "a ferry"]
    assert adapted.dimension == embedder.dimension
    np.testing.assert_allclose(adapted.embed(texts), embedder.embed(texts), atol=1e-5)
    np.testing.assert_allclose(adapted.embed_query("a map"), embedder.embed_query("a map"), atol=1e-5)
    assert adapted.embed([]).shape == (0, embedder.dimension)


def test_an_embedder_is_loaded_by_its_path_with_its_options() -> None:
    made = load_embedder("llama_index.core:MockEmbedding", {"embed_dim": 5})
    assert made.dimension == 5


@pytest.mark.parametrize("path", ["nowhere:Nothing", "llama_index.core:Nothing", "llama_index.core", "pathlib:Path"])
def test_an_embedder_that_cannot_be_used_is_one_clear_error(path: str) -> None:
    with pytest.raises(ModelError, match=f"The embedder {path}"):
        load_embedder(path, {})
