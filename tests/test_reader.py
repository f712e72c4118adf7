"""The reader that ships: windows, spans, the answer and the refusal."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.embedding import WEIGHTS
from rag.models.reader import (
    LIMIT,
    WINDOW,
    LocalReader,
    best_span,
    passage_order,
    whole_words,
    windows_of,
)
from rag.sentences import sentence_spans
from rag.types import Passage

TEXT = (
    "The town museum of Varnholm has opened a hall with two hundred old sea maps. The oldest sea map was drawn in 1571"
    " by the pilot Anna Brekke, a sailor of the town. Entry is free on Sundays."
)
BRIDGE = (
    "The old harbour bridge in Varnholm will be closed to all traffic from 12 March 2024. Engineers found cracks in"
    " three of its forty-two supports. The repair will cost 8.5 million crowns, the city council said. Mayor Ingrid"
    " Solheim called the closure unavoidable."
)


def passage(text: str, name: str = "a.txt", start: int = 0, score: float = 0.5, title: str = "") -> Passage:
    return Passage(name, start, start + len(text), text, score, title)


PASSAGES = [passage(BRIDGE, "bridge.txt", 300, 0.9, "Harbour bridge closes"), passage(TEXT, "museum.txt", 40, 0.8)]


@pytest.fixture(scope="module")
def reader() -> LocalReader:
    return LocalReader()


def words_of(text: str) -> list[tuple[int, int]]:
    """Spans of the words, for tokens."""
    return [match.span() for match in re.finditer(r"\S+", text)]


def words_at(start: int, end: int, among: Passage) -> str:
    return among.text[start - among.start : end - among.start]


def test_windows_are_exact_cover_every_sentence_and_share_one() -> None:
    text = "\n\n".join(f"Paragraph {n} of the report is {' '.join(['long'] * (n % 9))} indeed." for n in range(60))
    whole = passage(text, start=1_000, title="A report")
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    windows = windows_of(7, whole, words_of(text))
    assert len(windows) > 2
    for window in windows:
        assert window.passage == 7
        assert words_at(window.start, window.start + len(window.text), whole) == window.text
        assert len(window.text.split()) <= WINDOW
        assert [window.text[a:b] for a, b in window.sentences] == [s for s in sentences if s in window.text]
    assert all(any(sentence in window.text for window in windows) for sentence in sentences)
    for one, other in itertools.pairwise(windows):
        assert one.start < other.start < one.start + len(one.text)


def test_a_passage_without_sentences_has_no_window_and_one_endless_sentence_has_one() -> None:
    assert windows_of(0, passage(" \n "), []) == []
    endless = "word " * 2_000
    assert len(windows_of(0, passage(endless), words_of(endless))) == 1


def test_long_sentences_have_windows_of_their_own_and_none_swallows_the_rest() -> None:
    text = " ".join(f"This is sentence {n} and {'it goes on ' * 32}to the end." for n in range(12))
    windows = windows_of(0, passage(text), words_of(text))
    assert max(len(window.text.split()) for window in windows) <= 1.15 * WINDOW
    assert sum(len(window.sentences) for window in windows) >= 12


def test_the_short_answer_is_found_where_it_stands(reader: LocalReader) -> None:
    reading = reader.read("Who drew the oldest sea map?", PASSAGES)
    assert reading.answers
    first = reading.quotes[0]
    found = PASSAGES[first.passage]
    assert words_at(first.start, first.end, found).startswith("The oldest sea map was drawn")
    assert first.short is not None
    assert "Anna Brekke" in words_at(*first.short, found)
    assert first.start <= first.short[0] < first.short[1] <= first.end


def test_passages_come_in_the_readers_order_each_once(reader: LocalReader) -> None:
    reading = reader.read("Who drew the oldest sea map?", PASSAGES)
    assert reading.order == (1, 0)
    assert [quote.score for quote in reading.quotes] == sorted((q.score for q in reading.quotes), reverse=True)


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "How do I bake bread?", "Who won the World Cup in 2022?"]
)
def test_what_the_passages_do_not_say_is_not_answered(reader: LocalReader, question: str) -> None:
    assert not reader.read(question, PASSAGES).answers


def test_a_yes_or_no_question_has_no_short_answer(reader: LocalReader) -> None:
    reading = reader.read("Will the harbour bridge in Varnholm be closed to traffic?", PASSAGES)
    assert all(quote.short is None for quote in reading.quotes)


def test_nothing_is_found_in_nothing(reader: LocalReader) -> None:
    nothing = reader.read("Who?", [])
    assert (nothing.answers, nothing.quotes, nothing.order) == (False, (), ())
    blank = reader.read("Who?", [passage(" \n")])
    assert (blank.answers, blank.quotes, blank.order) == (False, (), (0,))


def test_what_is_too_long_to_be_read_is_cut_and_never_fails(reader: LocalReader) -> None:
    endless = passage("Anna Brekke drew the map and " * 400, score=0.7)
    japanese = passage("地図を描いたのは誰ですか。" * 40)
    reading = reader.read("Who drew the map? " * 100, [endless, japanese])
    assert sorted(reading.order) == [0, 1]
    for quote in reading.quotes:
        among = (endless, japanese)[quote.passage]
        assert among.start <= quote.start < quote.end <= among.end


def test_every_part_of_a_passage_in_another_script_is_read(reader: LocalReader) -> None:
    text = "Мост закрыт на ремонт, сообщил городской совет. " * 12
    windows = windows_of(0, passage(text), reader._encoder.token_spans([text])[0])
    pairs = [("Why is the bridge closed?", window.text) for window in windows]
    read = [max(end for _, end in encoding.offsets) for encoding in reader._encoder.tokenize(pairs)]
    assert read == [len(window.text) for window in windows]
    assert windows[-1].start + len(windows[-1].text) == len(text.rstrip())


def test_reading_passages_together_gives_what_reading_them_apart_gives(reader: LocalReader) -> None:
    together, _ = reader.judge("Who drew the oldest sea map?", PASSAGES)
    apart = [reader.judge("Who drew the oldest sea map?", [each])[0][0] for each in PASSAGES]
    assert np.allclose(together, apart, atol=1e-3)


def test_more_caution_asks_for_more() -> None:
    thresholds = LocalReader().calibration.thresholds
    assert 1 > thresholds["cautious"] > thresholds["balanced"] > thresholds["eager"] > 0


def test_the_cautious_reader_answers_no_question_that_the_eager_one_does_not() -> None:
    questions = ["Who is the mayor?", "What did the council say?", "Where is the map?", "How many supports are there?"]
    eager = [LocalReader("eager").read(question, PASSAGES).answers for question in questions]
    cautious = [LocalReader("cautious").read(question, PASSAGES).answers for question in questions]
    assert sum(cautious) < sum(eager)
    assert all(a <= b for a, b in zip(cautious, eager, strict=True))


def test_a_missing_or_damaged_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    for name in ("reader.onnx", "tokenizer.json", "reader.json"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    (tmp_path / "reader.json").write_text("{}")
    with pytest.raises(ModelError, match=r"reader\.json is missing or damaged"):
        LocalReader(weights=tmp_path).read("Who?", PASSAGES)
    shutil.copy(WEIGHTS / "reader.json", tmp_path / "reader.json")
    (tmp_path / "reader.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"reader\.onnx is damaged"):
        LocalReader(weights=tmp_path).read("Who?", PASSAGES)
    (tmp_path / "reader.onnx").unlink()
    with pytest.raises(ModelError, match=r"reader\.onnx is missing"):
        LocalReader(weights=tmp_path).read("Who?", PASSAGES)


def test_the_calibration_has_a_weight_for_every_feature(reader: LocalReader) -> None:
    stored = json.loads((WEIGHTS / "reader.json").read_text(encoding="utf-8"))
    _, found = reader.judge("Who drew the oldest sea map?", PASSAGES)
    assert len(stored["sentence"]) == len(found[0].features)
    assert set(stored["thresholds"]) == {"cautious", "balanced", "eager"}


def test_the_weights_are_small_enough_to_ship() -> None:
    assert (WEIGHTS / "reader.onnx").stat().st_size <= 30_000_000
    assert LIMIT <= 512


def test_the_best_span_ends_where_it_starts_or_later() -> None:
    start = np.asarray([0.0, 1.0, 5.0, 0.0], dtype=np.float32)
    end = np.asarray([9.0, 0.0, 1.0, 2.0], dtype=np.float32)
    assert best_span(start, end) == (0, 0, 9.0)
    assert best_span(start, np.asarray([0.0, 0.0, 1.0, 2.0], dtype=np.float32)) == (2, 3, 7.0)
    assert best_span(start, np.asarray([0.0, 0.0, 0.0, 2.0], dtype=np.float32), longest=1) == (2, 2, 5.0)


def test_a_span_grows_to_whole_words_and_closes_what_it_opens() -> None:
    text = "He called it “a very bad idea”, they said."
    assert text[slice(*whole_words(text, 5, 9, len(text)))] == "called"
    start = text.index("“")
    assert text[slice(*whole_words(text, start, text.index("”"), len(text)))] == "“a very bad idea”"
    assert text[slice(*whole_words(text, start + 1, text.index("”") + 2, len(text)))] == "a very bad idea”"


def test_a_span_never_leaves_its_sentence() -> None:
    text = "市长宣布桥梁关闭(因为桥梁已经太旧。)然后他走了。"
    assert whole_words(text, 8, 18, 18) == (8, 18)
    assert whole_words(text, 8, 18, len(text)) == (8, 19)


def test_passages_are_ordered_by_both_scores() -> None:
    assert passage_order([1.0, 2.0, 0.0], [0.0, 0.0, 9.0], (1.0, 0.0)) == (1, 0, 2)
    assert passage_order([1.0, 2.0, 0.0], [0.0, 0.0, 9.0], (1.0, 1.0)) == (2, 1, 0)


def test_a_change_is_answered_with_both_of_its_ends(reader: LocalReader) -> None:
    text = "Nobody knew. The harbour's budget grew from $5 million to $6 million last year, the council said."
    about = [passage(text, "budget.txt", 120)]
    short = reader.read("How much did the harbour's budget grow?", about).quotes[0].short
    assert short is not None
    assert words_at(*short, about[0]) == "from $5 million to $6 million"
    short = reader.read("How much did the council say the budget was last year?", about).quotes[0].short
    assert short is None or not words_at(*short, about[0]).startswith("from")
