"""Sentences as spans."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("aB1 .!?\n\t\u00a0。“”)'-,:;#|"), max_size=80))
def test_spans_are_ordered_disjoint_trimmed_and_cover_every_visible_character(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(a < b for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Aalto came. He left.", ["Mr. Aalto came.", "He left."]),
        ("It cost $5.5 million. Nobody paid.", ["It cost $5.5 million.", "Nobody paid."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("She moved to the U.S. The rest stayed.", ["She moved to the U.S.", "The rest stayed."]),
        ("J. R. Berg wrote it. A. Moe did not.", ["J. R. Berg wrote it.", "A. Moe did not."]),
        ("“We won!” he said. “Really?” she asked.", ["“We won!” he said.", "“Really?” she asked."]),
        ("He said “no.” Then he went.", ["He said “no.”", "Then he went."]),
        ("它很大。我们走吧！", ["它很大。", "我们走吧！"]),
        ("هل جاء؟ نعم جاء.", ["هل جاء؟", "نعم جاء."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("It was Dec. 5 then. Good.", ["It was Dec. 5 then.", "Good."]),
    ],
)
def test_a_full_stop_ends_a_sentence_only_where_one_ends(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_hard_wrapped_line_does_not_end_a_sentence() -> None:
    text = "The council of the town decided on Monday that the\nbridge has to be closed. It was old."
    assert sentences(text) == [
        "The council of the town decided on Monday that the\nbridge has to be closed.",
        "It was old.",
    ]


def test_headings_list_items_and_blank_lines_end_a_sentence() -> None:
    text = "Bridge closed\n\n# Why\n- cracks in it\n- no money\n\nThe end"
    assert sentences(text) == ["Bridge closed", "# Why", "- cracks in it", "- no money", "The end"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "run",
    [
        ".",
        "?!",
        "…",
        ".)",
        ". ",
        "。",
        " ",
        "\n",
        " \n",
        "\t",
        '"',
        "”",
        "1",
        "1.",
        "a",
        "a\n",
        "A.",
        "-",
        "|",
        "\u00a0",
    ],
)
def test_long_runs_of_anything_are_read_in_a_moment(run: str) -> None:
    text = run * (200_000 // len(run))
    for whole in (text, f"Word {text} end.", f"Word{text}{'”' * 200_000}x"):
        covered = "".join(whole[start:end] for start, end in sentence_spans(whole))
        assert "".join(covered.split()) == "".join(whole.split())


def test_a_part_of_a_text_keeps_the_offsets_of_the_whole() -> None:
    text = "One is here. Two is there. Three is gone."
    assert [text[a:b] for a, b in sentence_spans(text, 13)] == ["Two is there.", "Three is gone."]
    assert [text[a:b] for a, b in sentence_spans(text, 13, 26)] == ["Two is there."]
