"""The checker that ships: whether a text supports a claim."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models.checker import LocalChecker
from rag.models.embedding import WEIGHTS
from rag.models.support import contradicts, shared_words, text_features

BRIDGE = (
    "The old harbour bridge in Varnholm will be closed to all traffic from 12 March 2024. Engineers found cracks in"
    " three of its forty-two supports. The repair will cost 8.5 million crowns, the city council said. Mayor Ingrid"
    " Solheim called the closure unavoidable."
)


@pytest.fixture(scope="module")
def checker() -> LocalChecker:
    """The checker that ships."""
    return LocalChecker()


def test_a_claim_is_told_from_its_opposite(checker: LocalChecker) -> None:
    claims = [
        "The repair of the bridge costs 8.5 million crowns.",
        "The repair of the bridge costs nothing.",
        "The mayor thinks that the bridge must be closed.",
        "The mayor was born in Sweden.",
    ]
    right, wrong, called, unsaid = checker.support([(claim, BRIDGE) for claim in claims])
    assert right > wrong
    assert right > unsaid
    assert called > unsaid
    assert all(0 <= chance <= 1 for chance in (right, wrong, called, unsaid))


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The mayor opened the hall after the storm.", "The mayor opened the hall before the storm."),
        ("Experts praised the repair of the bridge.", "Experts criticized the repair of the old bridge."),
        ("The council did not close the bridge.", "The council will close the bridge for a year."),
        ("The bridge is safe for lorries.", "The bridge isn't safe for lorries, they found."),
        ("The mayor gave too much to the museum.", "It rained. The mayor gave too little to the museum."),
    ],
)
def test_an_opposite_word_or_a_not_too_many_contradicts(claim: str, text: str) -> None:
    assert contradicts(claim, text)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The mayor opened the hall after the storm.", "The mayor opened the hall after the storm."),
        ("The bridge is not open.", "The bridge is closed."),
        ("The council refused to accept the plan.", "The council rejected the plan."),
        ("The council did not reject the plan.", "The council accepted the plan."),
        ("The first storm damaged the roof.", "Last week nobody came to the museum."),
        ("The bridge is safe.", "The bridge is safe, not the road."),
        ("", ""),
    ],
)
def test_the_same_in_other_words_does_not_contradict(claim: str, text: str) -> None:
    assert not contradicts(claim, text)


def test_a_claim_that_a_passage_contradicts_is_less_likely(checker: LocalChecker) -> None:
    text = "The council closed the bridge before the storm, and the mayor thanked the engineers."
    same, opposite = checker.support(
        [(f"The council closed the bridge {word} the storm.", text) for word in ("before", "after")]
    )
    assert same > checker.threshold > opposite


@pytest.mark.parametrize(
    ("right", "wrong", "text"),
    [
        (
            "The minister asked the mayor to lead the talks.",
            "The mayor asked the minister to lead the talks.",
            "It was the minister who asked the mayor, Ingrid Solheim, to lead the talks with the ferry company.",
        ),
        (
            "The repair will cost 8.5 million crowns.",
            "The repair will cost 8.5 million crowns, which the state pays.",
            "The repair will cost 8.5 million crowns, the city council said.",
        ),
        (
            "Engineers may close the bridge in March.",
            "Engineers closed the bridge in March.",
            "The bridge might be closed in March, the engineers said.",
        ),
    ],
)
def test_the_documents_own_words_in_another_order_or_with_more_are_told_apart(
    checker: LocalChecker, right: str, wrong: str, text: str
) -> None:
    true, false = checker.support([(right, text), (wrong, text)])
    assert true > false + 0.05


def test_what_claim_and_text_share_is_counted_by_kind() -> None:
    shared, pairs, of_names, numbers, rest, named, numbered, *_ = text_features(
        "Anna Brekke drew 12 old maps.", "The 12 maps are by Anna Solheim."
    )
    assert shared == shared_words("Anna Brekke drew 12 old maps.", "The 12 maps are by Anna Solheim.") == 0.5
    assert pairs == 0.0
    assert (of_names, numbers, named, numbered) == (0.5, 1.0, 1.0, 1.0)
    assert rest == pytest.approx(1 / 3)
    assert text_features("It rained.", "")[2:4] == (1.0, 1.0)


def test_a_missing_or_damaged_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    for name in ("checker.onnx", "tokenizer.json"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    (tmp_path / "checker.json").write_text("{}")
    with pytest.raises(ModelError, match=r"checker\.json is missing or damaged"):
        LocalChecker(weights=tmp_path).support([("claim", "text")])
    shutil.copy(WEIGHTS / "checker.json", tmp_path / "checker.json")
    (tmp_path / "checker.onnx").unlink()
    with pytest.raises(ModelError, match=r"checker\.onnx is missing"):
        LocalChecker(weights=tmp_path).support([("claim", "text")])


def test_the_calibration_has_a_weight_for_every_feature(checker: LocalChecker) -> None:
    stored = json.loads((WEIGHTS / "checker.json").read_text(encoding="utf-8"))
    assert len(stored["weights"]) == len(checker.features([("It is old.", BRIDGE)])[0])
    assert 0 < stored["threshold"] < 1


def test_the_weights_are_small_enough_to_ship() -> None:
    assert (WEIGHTS / "checker.onnx").stat().st_size <= 30_000_000
