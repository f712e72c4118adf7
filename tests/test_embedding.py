"""The local embedder, with the weights that ship."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.embedding import WEIGHTS, Embedder, LocalEmbedder

TEXTS = [
    "The council approved the new harbour on Tuesday.",
    "",
    "Rain.",
    "Die Katze schläft auf dem Sofa.",
    "📈🚀 Shares rose 4 % — the most since 2019!",
    "أعلنت الحكومة ميزانية جديدة اليوم",
    "政府今天公布了新的预算",
    "word " * 400,
    "a\x00b \u200b \ufeff \ud7ff",
]
SAME = 1 - 1e-5
"""The least cosine of a text's vectors read alone and in a batch: they differ by float rounding only."""


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


def test_vectors_are_single_precision_and_of_length_one(embedder: LocalEmbedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: LocalEmbedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)
    assert embedder.count_tokens([]) == 0


def test_a_vector_does_not_depend_on_what_it_is_read_with(embedder: LocalEmbedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert (alone * embedder.embed(TEXTS)).sum(axis=1).min() > SAME


def test_the_order_of_the_texts_is_kept(embedder: LocalEmbedder) -> None:
    words = random.Random(7).choices(TEXTS[0].split(), k=4000)
    texts = [" ".join(words[number : number + 1 + number % 60]) for number in range(100)]
    backwards = embedder.embed(texts[::-1])[::-1]
    assert (embedder.embed(texts) * backwards).sum(axis=1).min() > SAME


def test_a_paraphrase_is_nearer_than_an_unrelated_text(embedder: LocalEmbedder) -> None:
    text, paraphrase, other = embedder.embed(
        ["The company fired 200 workers.", "Two hundred employees were laid off.", "The recipe needs three eggs."]
    )
    assert text @ paraphrase > 0.5
    assert text @ other < 0.2


def test_different_scripts_give_different_vectors(embedder: LocalEmbedder) -> None:
    vectors = embedder.embed(TEXTS[4:7])
    assert (vectors @ vectors.T)[np.triu_indices(3, 1)].max() < 0.9


def test_only_the_first_256_tokens_are_read(embedder: LocalEmbedder) -> None:
    short, long = embedder.embed(["word " * 254, "word " * 254 + "elephants in Berlin " * 50_000])
    assert short @ long > SAME
    assert embedder.count_tokens(["word " * 5000]) == 256


def test_tokens_are_counted_with_their_two_marks(embedder: LocalEmbedder) -> None:
    assert embedder.count_tokens(["", "word word", "word"]) == 2 + 4 + 3


def test_progress_reaches_the_number_of_texts(embedder: LocalEmbedder) -> None:
    seen: list[tuple[int, int]] = []
    embedder.embed(["word " * 200] * 30, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (30, 30)


def test_two_threads_may_use_new_embedders_at_once() -> None:
    expected = LocalEmbedder().embed(TEXTS)
    shared = LocalEmbedder(threads=1)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(shared.embed, [TEXTS] * 8))
    assert all((vectors * expected).sum(axis=1).min() > SAME for vectors in results)


def test_the_name_carries_the_checksum_of_the_file(embedder: LocalEmbedder) -> None:
    digest = hashlib.sha256((WEIGHTS / "embedder.onnx").read_bytes()).hexdigest()
    assert embedder.name == f"all-MiniLM-L6-v2-int8@{digest[:12]}"


@pytest.mark.parametrize("file", ["embedder.onnx", "tokenizer.json"])
def test_the_model_card_gives_the_checksums_of_the_files(file: str) -> None:
    digest = hashlib.sha256((WEIGHTS / file).read_bytes()).hexdigest()
    assert f"{digest}  {file}" in (WEIGHTS / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_weights_stay_small() -> None:
    assert (WEIGHTS / "embedder.onnx").stat().st_size < 24_000_000


def test_missing_weights_raise_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        LocalEmbedder(weights=tmp_path).embed(["a"])
    with pytest.raises(ModelError):
        _ = LocalEmbedder(weights=tmp_path).name


def test_the_local_embedder_is_an_embedder(embedder: LocalEmbedder) -> None:
    plain: Embedder = embedder
    assert plain.dimension == 384
