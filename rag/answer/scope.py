"""What an answer says about the filter that it was asked with."""

from __future__ import annotations

from typing import Final

from rag.types import Answer

NOTHING_MATCHES: Final = "No article matches the filter, so nothing was searched."
"""Said with an abstention that is for want of documents."""


def scope_words(answer: Answer) -> str:
    """For example `Searched 12 of 1,494 articles: The Wire, from 1 March 2021`; "" for an answer without a filter."""
    if answer.within.empty:
        return ""
    articles = "1 article" if answer.documents_held == 1 else f"{answer.documents_held:,} articles"
    return f"Searched {answer.documents_searched:,} of {articles}: {answer.within.words()}"


def undated_words(undated: int) -> str:
    """Said of documents that a filter by date leaves out because they carry none; "" for none of them."""
    if not undated:
        return ""
    return (
        "1 article carries no date and was left out."
        if undated == 1
        else f"{undated:,} articles carry no date and were left out."
    )
