"""Numbering evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import pytest

from rag.answer.citations import Evidence, Statement, as_prose, check, cite, named_subject, verify, with_marks
from rag.models.checker import LocalChecker
from rag.types import Passage

TEXT = "The bridge is old. It closed in 2024 [3]. Nobody\nminded."


def passage(document: str = "a.txt", start: int = 100) -> Passage:
    return Passage(document, start, start + len(TEXT), TEXT, 1.0, "Bridge")


def test_a_quote_is_the_words_at_its_span_of_the_document() -> None:
    document = "x" * 100 + TEXT
    evidence = Evidence(passage(), 119, 141)
    assert evidence.quote == document[119:141] == "It closed in 2024 [3]."


def test_evidence_outside_its_passage_cannot_be_made() -> None:
    for start, end in ((99, 120), (110, 110), (120, 110), (110, 101 + len(TEXT))):
        with pytest.raises(ValueError, match="is not within"):
            Evidence(passage(), start, end)


def test_a_citation_is_on_the_page_of_its_words_not_on_that_of_its_passage() -> None:
    two_pages = Passage("a.pdf", 100, 100 + len(TEXT), TEXT, 1.0, "Bridge", pages=(0, 119))
    _, citations = cite(
        [Statement("a", (Evidence(two_pages, 100, 118),), 1.0), Statement("b", (Evidence(two_pages, 119, 141),), 1.0)]
    )
    assert [citation.page for citation in citations] == [1, 2]


def test_numbers_come_in_order_of_use_and_the_same_words_of_a_document_share_one() -> None:
    one, two = Evidence(passage(), 119, 141), Evidence(passage("b.txt"), 119, 141)
    sentences, citations = cite(
        [Statement("First.", (two,), 1.0), Statement("Second.", (one, two), 0.5), Statement("Third.", (one,), 1.0)]
    )
    assert [s.citations for s in sentences] == [(1,), (2, 1), (2,)]
    assert [(c.number, c.document) for c in citations] == [(1, "b.txt"), (2, "a.txt")]


def test_a_sentence_without_evidence_is_not_supported() -> None:
    (sentence,), citations = cite([Statement("Made up.", (), 0.0)])
    assert not sentence.supported
    assert citations == ()


def test_a_mark_of_the_documents_own_never_looks_like_a_citation() -> None:
    evidence = Evidence(passage(), 119, 141)
    sentences, citations = cite([Statement(as_prose(evidence.quote), (evidence,), 1.0)])
    assert with_marks(sentences) == "It closed in 2024 (3). [1]"
    assert re.findall(r"\[(\d+)\]", with_marks(sentences)) == [str(c.number) for c in citations]
    assert citations[0].quote == "It closed in 2024 [3]."


def test_prose_is_on_one_line() -> None:
    assert as_prose("Nobody\nminded.") == "Nobody minded."


def test_a_short_answer_outside_its_sentence_cannot_be_made() -> None:
    assert Evidence(passage(), 119, 141, (132, 136)).answer == "2024"
    for short in ((118, 125), (130, 142), (125, 125)):
        with pytest.raises(ValueError, match="is not within"):
            Evidence(passage(), 119, 141, short)


WORDS = (
    "Engineers found cracks in three of the forty-two supports of the harbour bridge. The repair will cost 8.5 million"
    " crowns, the city council said on Tuesday."
)
REPORT = Passage("b.txt", 0, len(WORDS), WORDS, 1.0, "Varnholm bridge closes")


@pytest.fixture(scope="module")
def checker() -> LocalChecker:
    return LocalChecker()


@pytest.mark.parametrize(
    "sentence",
    [
        "The repair will cost 8.5 million crowns, the city council said on Tuesday. [1]",
        "the  repair will cost 8.5 million crowns",
        "The city council said on Tuesday that the repair will cost 8.5 million crowns [1].",
        "The city council said that the repair is going to cost 8.5 million crowns [2].",
    ],
)
def test_what_the_cited_words_say_is_supported(checker: LocalChecker, sentence: str) -> None:
    verdict = verify(sentence, [REPORT], checker)
    assert verdict.supported
    assert verdict.score >= checker.threshold
    assert verdict.missing == ()


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("The city council said on Tuesday that the repair will cost 9.5 million crowns.", ("9.5 million",)),
        ("The city council said on Friday that the repair will cost 8.5 million crowns.", ("Friday",)),
        ("The council of Hamburg said that the repair will cost 8.5 million crowns.", ("Hamburg",)),
    ],
)
def test_a_number_a_day_or_a_name_that_is_not_in_the_cited_words_is_named(
    checker: LocalChecker, sentence: str, missing: tuple[str, ...]
) -> None:
    verdict = verify(sentence, [REPORT], checker)
    assert not verdict.supported
    assert verdict.missing == missing


def test_what_the_cited_words_do_not_say_is_not_supported(checker: LocalChecker) -> None:
    for sentence in (
        "The mayor resigned after the accident.",
        "Passengers prefer the ferry to the bridge.",
        " [1]",
        "",
    ):
        assert not verify(sentence, [REPORT], checker).supported


def test_nothing_supports_a_sentence_without_a_citation(checker: LocalChecker) -> None:
    verdict = verify("The repair will cost 8.5 million crowns.", [], checker)
    assert (verdict.supported, verdict.score) == (False, 0.0)


def test_a_sentence_may_take_its_facts_from_all_cited_passages_their_titles_and_their_dates(
    checker: LocalChecker,
) -> None:
    words = "The museum of Ostmark has two hundred sea maps."
    other = Passage("c.txt", 0, len(words), words, 1.0, "Museum", published=date(2024, 3, 5))
    sentence = (
        "In March 2024 the council of Varnholm said that the repair costs 8.5 million, and Ostmark has 200 sea maps."
    )
    assert verify(sentence, [REPORT, other], checker).missing == ()
    assert set(verify(sentence, [REPORT], checker).missing) == {"2024", "March", "Ostmark", "200"}
    assert verify(sentence, [other], checker).missing == ("8.5 million", "Varnholm")


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("5 people were killed.", "In all, 1,205 people were killed."),
        ("He left.", "She left."),
        ("The mayor resigned.", "It is not true that the mayor resigned."),
        ("Yes.", "It happened yesterday."),
    ],
)
def test_words_inside_a_sentence_that_says_something_else_are_not_taken_as_its_own(sentence: str, words: str) -> None:
    class Never:
        """A checker that finds nothing supported."""

        threshold = 0.5

        def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
            return [0.0] * len(pairs)

    assert not verify(sentence, [Passage("d.txt", 0, len(words), words, 1.0, "")], Never()).supported


# -- the sentences of a language model --------------------------------------------------------------------------------

MUSEUM = (
    "The town museum of Varnholm has opened a hall with two hundred old sea maps. The oldest sea map was drawn in 1571"
    " by the pilot Anna Brekke, a sailor of the town. Entry is free on Sundays."
)
FERRY = "The ferry company Nordlink will add six night crossings while the bridge in Varnholm is closed."


def shown() -> list[Passage]:
    return [
        Passage("museum.txt", 100, 100 + len(MUSEUM), MUSEUM, 1.0, "Museum opens a hall of maps"),
        Passage("ferry.txt", 0, len(FERRY), FERRY, 0.5, "Ferry company adds night crossings"),
    ]


@pytest.mark.parametrize("cited", [[0], [1], [], [1, 0]])
def test_a_paraphrase_gets_the_sentence_that_supports_it_whatever_it_cites(
    cited: list[int], checker: LocalChecker
) -> None:
    evidence, support = check("Anna Brekke drew the oldest sea map in 1571.", cited, shown(), checker)
    assert [found.quote for found in evidence] == [
        "The oldest sea map was drawn in 1571 by the pilot Anna Brekke, a sailor of the town."
    ]
    assert support >= checker.threshold


@pytest.mark.parametrize(
    "claim",
    [
        "Anna Brekke drew the oldest sea map in 1572.",
        "Peter Aalto drew the oldest sea map in 1571.",
        "The hall was paid for by the king of Norway.",
        "The museum says: “Entry is free for sailors.”",
        "Who drew the oldest sea map?",
        "The town museum of Nordlink has opened a hall with two hundred old sea maps.",
        "See http://varnholm.example for the oldest sea map of 1571.",
    ],
)
def test_what_the_passages_do_not_say_gets_no_words(claim: str, checker: LocalChecker) -> None:
    assert check(claim, [0], shown(), checker)[0] == []


def test_a_sentence_of_a_passage_is_found_word_for_word(checker: LocalChecker) -> None:
    (evidence,), support = check("entry is free on Sundays", [1], shown(), checker)
    assert (evidence.quote, support) == ("Entry is free on Sundays.", 1.0)


@pytest.mark.parametrize(
    ("sentence", "before", "named"),
    [
        ("She was a sailor.", "Anna Brekke drew it.", "Anna Brekke was a sailor."),
        ("Her map is old.", "Anna Brekke drew it.", "Anna Brekke’s map is old."),
        ("He was a sailor.", "It was drawn in 1571.", "He was a sailor."),
        ("Herring is a fish.", "Anna Brekke drew it.", "Herring is a fish."),
    ],
)
def test_an_opening_pronoun_takes_up_the_name_before_it(sentence: str, before: str, named: str) -> None:
    assert named_subject(sentence, before) == named
