"""Documents to chunks."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.boilerplate import is_boilerplate
from rag.ingest.chunking import chunk_document, embedded_text
from rag.sentences import sentence_spans
from rag.types import Document


def document(text: str, name: str = "a.txt") -> Document:
    return Document(name, text, "Title", "0" * 64)


pieces = st.sampled_from(
    [
        "The bridge is old. ",
        "It closed in 2024! ",
        "\n\n",
        "Leave a Reply\n",
        "word " * 60,
        "x" * 500,
        "e\u0301🙂 ",
        "。",
        "\n",
    ]
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(pieces, max_size=30).map("".join), st.integers(100, 900))
def test_a_chunk_is_exactly_the_words_at_its_span_and_no_two_overlap(text: str, size: int) -> None:
    chunks = chunk_document(document(text), size)
    assert all(text[c.start : c.end] == c.text and c.text.strip() == c.text != "" for c in chunks)
    assert all(len(c.text) <= size for c in chunks)
    assert all(one.end <= two.start for one, two in pairwise(chunks))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(pieces, max_size=30).map("".join))
def test_every_sentence_of_the_article_lies_whole_in_one_chunk(text: str) -> None:
    chunks = chunk_document(document(text), 800)
    for start, end in sentence_spans(text):
        if end - start <= 800 and not is_boilerplate(text[start:end]):
            assert any(c.start <= start and end <= c.end for c in chunks)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("run", [".", " ", "\n", "1", "x", "home | ", "© ", "share this ", "A.\n"])
def test_long_runs_of_anything_are_cut_in_a_moment(run: str) -> None:
    text = f"Word {run * (200_000 // len(run))} end."
    assert all(text[c.start : c.end] == c.text for c in chunk_document(document(text)))


def test_front_matter_and_comment_forms_stay_in_the_text_and_out_of_the_chunks() -> None:
    text = (
        "---\ntitle: Bridge\noutlet: Gazette\n---\n\nThe bridge is closed.\n\nLeave a Reply\n\n"
        "Your email address will not be published. Required fields are marked *\n\nIt opens in May.\n"
    )
    chunks = chunk_document(document(text, "a.md"))
    assert [c.text for c in chunks] == ["The bridge is closed.", "It opens in May."]


def test_a_markdown_heading_begins_a_chunk() -> None:
    text = "# Bridge\n\nIt is closed.\n\n## Why\n\nThere are cracks."
    assert [c.text for c in chunk_document(document(text, "a.md"))] == [
        "# Bridge\n\nIt is closed.",
        "## Why\n\nThere are cracks.",
    ]


def test_title_and_date_are_embedded_with_a_chunk_but_are_no_part_of_it() -> None:
    dated = Document("a.txt", "It is old.", "Bridge", "0" * 64, published=date(2024, 3, 5))
    (chunk,) = chunk_document(dated)
    assert chunk.text == "It is old."
    assert embedded_text(dated, chunk.text) == "Bridge (2024-03-05)\nIt is old."


@pytest.mark.parametrize(
    "line",
    [
        "Leave a Reply",
        "Your email address will not be published.",
        "Required fields are marked *",
        "Save my name, email, and website in this browser for the next time I comment.",
        "Skip to main content",
        "Subscribe to our daily newsletter",
        "Sign up",
        "Share on Facebook",
        "Advertisement",
        "Related articles:",
        "Read more: Five things about bridges",
        "© 2024 Port Gazette. All rights reserved.",
        "Follow us on Twitter and Instagram",
        "Home | News | Sport | Weather",
        "Find us on Facebook!",
        "Share this article",
        "Share on Facebook, X and WhatsApp",
        "Email this to a friend",
        "Get the latest stories delivered to your inbox",
        "Copyright 2021 Port Gazette",
        "Copyright © Port Gazette 2024",
    ],
)
def test_lines_of_the_page_around_an_article_are_boilerplate(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "The mayor made no comment.",
        "He urged the readers to subscribe to the newspaper of their town, and many did.",
        "She will share the prize with her sister.",
        "Print runs of the newspaper fell by a third.",
        "Please follow us to the harbour, the guide said.",
        "The court upheld the privacy policy of the company in 2019.",
        "More than 200 people came.",
        "News of the closure spread quickly.",
        "Copyright Act of 1976 was signed by Gerald Ford.",
        "(c) The law of 1976 was repealed.",
        "Join us on Monday 12 March at the town hall for the assembly.",
        "Find us on the third floor of the east wing.",
        "Get the vaccine delivered in your inbox",
        "Share to the left wing fell in 2020",
        "Next page of the letter described the siege.",
        "“Leave a reply on my desk,” he told her, and went home for the rest of the long weekend.",
    ],
)
def test_sentences_of_an_article_are_not_boilerplate(line: str) -> None:
    assert not is_boilerplate(line)


def test_chunks_of_chinese_text_are_as_short_as_the_embedder_reads() -> None:
    text = "港口的老桥将从三月开始关闭进行维修。" * 60
    chunks = chunk_document(document(text))
    assert max(len(chunk.text) for chunk in chunks) <= 200
    assert "".join(chunk.text for chunk in chunks) == text
