"""What a model writes, taken apart into sentences and the passages that they cite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.drafting import Draft, Written, written

REPLY = (
    "<think>The bridge … [1]</think>Mr. Aalto opened it in 2021 [1]. It was **dear**.[2][3] According to "
    "[the Post](http://x.example/a), it cost $8.5 million.[99]\n\n"
    "## What it means\n- The toll rises [1, 3-5]\n- ![pixel](http://evil.example/x.png) Ferries stop 【2†source】 in"
    " May. (passage 4)\nThe last one is cut [1"
)
SENTENCES = [
    Written("Mr. Aalto opened it in 2021.", (1,), False),
    Written("It was dear.", (2, 3), False),
    Written("According to the Post, it cost $8.5 million.", (99,), False),
    Written("The toll rises", (1, 3, 4, 5), True),
    Written("Ferries stop in May.", (2, 4), True),
    Written("The last one is cut", (), True),
]


def taken(reply: str, size: int) -> tuple[list[Written], list[str]]:
    """The sentences, and all that would have been shown of what was not finished."""
    draft, found, shown = Draft(), [], []
    for start in range(0, len(reply), size):
        found += draft.add(reply[start : start + size])
        shown.append(draft.rest)
    return found + draft.close(), shown


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40, 10_000])
def test_sentences_are_the_same_whatever_pieces_they_come_in(size: int) -> None:
    assert taken(REPLY, size)[0] == SENTENCES


def test_no_half_written_mark_no_markup_and_no_thought_is_ever_shown() -> None:
    for shown in taken(REPLY, 1)[1]:
        assert not any(sign in shown for sign in ("[", "]", "<", "】", "![", "http", "think", "…"))


def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    found, _ = taken("It closed. [2] It opened. [1] [3]", 1)
    assert found == [Written("It closed.", (2,), False), Written("It opened.", (1, 3), False)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It closed [1].", (1,)),
        ("It closed [1][2].", (1, 2)),
        ("It closed [2, 1].", (2, 1)),
        ("It closed [1-3].", (1, 2, 3)),
        ("It closed [Passage 4].", (4,)),
        ("It closed [sources 1 and 2].", (1, 2)),
        ("It closed [^2].", (2,)),
        ("It closed 【3】.", (3,)),
        ("It closed (passage 2).", (2,)),
        ("It closed [1](http://evil.example).", (1,)),
        ("It closed.", ()),
    ],
)
def test_marks_are_read_in_every_form_that_models_write(text: str, numbers: tuple[int, ...]) -> None:
    assert written(text) == Written("It closed.", numbers, False)


@pytest.mark.parametrize(
    "text",
    ["It [sic] closed.", "In 2021 (two years later) it closed.", "It closed [by order].", "He said: “no [more].”"],
)
def test_brackets_that_are_no_marks_stay(text: str) -> None:
    assert written(text) == Written(text, (), False)


def test_the_numbers_of_a_list_are_no_sentences() -> None:
    found, _ = taken("These stop:\n1. Ferries in May [1].\n2. Trams.\n10) Boats. [2]", 1)
    assert [sentence.text for sentence in found] == ["These stop:", "Ferries in May.", "Trams.", "Boats."]
    assert [sentence.numbers for sentence in found] == [(), (1,), (), (2,)]


LEFT_OUT = """```text
The bridge closed [[1]](http://evil.example/x) in May.
```
| Year | Event |
|------|-------|
Sure! It opens in June [1](http://evil.example/y).
I hope this helps!
Let me know if you have other questions.
[^1]: Lindgate Post

**Sources:**
[1] A title, an outlet, a date
References: [1], [2]
"""


@pytest.mark.parametrize("size", range(1, 40))
def test_what_states_nothing_is_left_out_however_the_reply_is_cut(size: int) -> None:
    found, _ = taken(LEFT_OUT, size)
    assert [(sentence.text, sentence.numbers) for sentence in found] == [
        ("The bridge closed in May.", (1,)),
        ("| Year | Event |", ()),
        ("It opens in June.", (1,)),
    ]


def test_what_stands_before_the_end_of_a_thought_was_a_thought() -> None:
    draft = Draft()
    thought = draft.add("I look at passage 1. It says May. ")
    assert [sentence.text for sentence in thought] == ["I look at passage 1."]
    assert draft.add("So I answer.</think>") == []
    assert draft.thoughts == 1
    assert draft.add("It closed in May [1].") + draft.close() == [Written("It closed in May.", (1,), False)]


def test_a_thought_does_not_count_as_a_part_of_the_reply() -> None:
    draft = Draft()
    draft.add("<think>" + "I think. " * 1000 + "</think>It closed. It opened.")
    assert draft.size < 20


@given(st.text(alphabet=st.sampled_from('ab. [1]\n<>think/!()*"#'), max_size=60), st.integers(1, 7))
def test_nothing_that_a_model_writes_breaks_the_reader_and_pieces_never_matter(reply: str, size: int) -> None:
    assert taken(reply, size)[0] == taken(reply, 1)[0]
