"""Only a complete date that a text clearly gives for itself is its date of publication."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.dates import dateline, only_date, parse_date
from rag.ingest.metadata import front_matter, headline, readable_name

DAY = date(2021, 10, 18)


@pytest.mark.parametrize(
    "line",
    [
        "October 18, 2021",
        "Published: 18 October 2021",
        "2021-10-18",
        "Mon 18 Oct 2021",
        "18. Oktober 2021",
        "18 de octubre de 2021",
        "18/10/2021",
        "Oct 18, 2021, 10:30 a.m. EDT",
        "Published October 18, 2021 | Updated October 19, 2021",
        "By Jane Doe | October 18, 2021",
        "October 18, 2021 by Admin",
        "The Valley Times, October 18, 2021",
        "KABUL, Oct. 18, 2021 — The minister said on Monday that talks would go on.",
        "WASHINGTON, Oct. 18, 2021 (Reuters) - The minister said so.",
    ],
)
def test_a_clear_dateline_is_the_date(line: str) -> None:
    """A date in a line of its own, with a byline or outlet, or in an agency's opening counts."""
    assert dateline(f"A headline\n\n{line}\n\nThe text begins here.") == DAY


@pytest.mark.parametrize(
    "line",
    [
        "Saturday, December 4",
        "03/04/2021",
        "31 February 2021",
        "May 2021",
        "Updated October 19, 2021",
        "Date of birth 26 June 1968",
        "The treaty of October 18, 2021",
        "On October 18, 2021 he resigned.",
        "Kabul falls in chaos to the Taliban, August 15, 2021",
    ],
)
def test_other_dates_are_not_taken_for_it(line: str) -> None:
    """A date without a year, of doubtful order, of a change, or within a sentence does not count."""
    assert dateline(f"A headline\n\n{line}\n\nThe text begins here.") is None


def test_two_dates_of_equal_standing_are_no_date() -> None:
    """The headings of a chronicle do not date it; a labelled date does."""
    chronicle = "Chronicle\n\nMay 1, 2021\n\nIt began.\n\nMay 9, 2021\n\nIt ended.\n"
    assert dateline(chronicle) is None
    assert dateline(f"Published: October 18, 2021\n{chronicle}") == DAY


@pytest.mark.parametrize(
    "value", ["2021-10-18T23:30:00-05:00", "20211018", "Mon, 18 Oct 2021 10:00:00 GMT", "10/18/2021", "18-Oct-2021"]
)
def test_dates_of_metadata_are_understood(value: str) -> None:
    """ISO 8601, RFC 2822 and the like give the day as written."""
    assert parse_date(value) == DAY


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2021", "2021-10", "1634551200", "0001-01-01T00:00:00Z", "04/03/2021"]
)
def test_incomplete_dates_of_metadata_are_none(value: str) -> None:
    """A year, a month, a number of seconds or a placeholder is no date."""
    assert parse_date(value) is None


@given(st.text(max_size=300))
def test_any_text_is_searched_without_error(text: str) -> None:
    """Whatever a text holds, looking for its date, headline and front matter raises nothing."""
    dateline(text), only_date(text), headline(text)
    assert 0 <= front_matter(f"---\n{text}\n---\n")[1] <= len(text) + 9


@given(st.dates(min_value=date(1500, 1, 1), max_value=date(2200, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    """A day written in ISO or with its month's name is that day."""
    assert parse_date(day.isoformat()) == day
    assert dateline(f"{day:%B} {day.day}, {day.year:04}\n") == day


def test_front_matter_forgives_unquoted_colons_and_ignores_rulers() -> None:
    """`title: A: B` is understood; text between two rulers is text."""
    assert front_matter("---\ntitle: Kabul: the fall\n---\n\nBody") == ({"title": "Kabul: the fall"}, 32)
    assert front_matter("---\nhello there\n---\nBody") == ({}, 0)
    assert front_matter("Body") == ({}, 0)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Monday, 18 October\n\nBy Jane Doe\n\nA headline\n\nText.", "A headline"),
        ("A first sentence is no headline.\nText.", None),
        ("A line that goes on\nin the next is none", None),
        ("Is this the end of the U.S.\n\nText", "Is this the end of the U.S."),
        ("", None),
    ],
)
def test_the_headline_is_a_short_first_line(text: str, title: str | None) -> None:
    """Dates and bylines are passed over; a sentence or a wrapped line is not a headline."""
    assert headline(text) == title


def test_names_become_titles() -> None:
    """A file's name reads as words; a record keeps its id."""
    assert readable_name("a/troop_withdrawal-2021.pdf") == "Troop withdrawal 2021"
    assert readable_name("news.jsonl#rt1") == "News, rt1"
