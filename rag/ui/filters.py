"""The filter above the question: which documents, outlets and days are asked, kept in the page's address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import streamlit as st

from rag.errors import InputError
from rag.index.catalog import Entry
from rag.index.scope import check_days, coverage, existing
from rag.ingest.library import DocumentSet
from rag.types import EVERYTHING, Filter
from rag.ui import words
from rag.ui.filter_choices import draw_choices, offered_choices
from rag.ui.session import desk, session
from rag.ui.text import counted, excerpt, listed, plain, sendable
from rag.ui.verbatim import block, verbatim

_STATE: Final = "filter_choice"
_MOST_CHIPS: Final = 3  # of one kind
_LONGEST_CHIP: Final = 40  # characters

FILTER_NAMES: Final = ("document", "outlet", "from", "to")
"""What a filter is called in the page's address."""

_Address = tuple[tuple[str, ...], ...]  # the values of FILTER_NAMES


@dataclass(slots=True)
class _Choice:
    """What a tab filters by: `key` is that of the set, `told` a sentence about what could not be had."""

    key: str
    within: Filter
    told: str = ""


def follow_filter(document_set: DocumentSet) -> None:
    """Take the filter that the page's address names, if it does so newly.

    To be called before anything that depends on the filter is drawn.
    """
    entries = desk().assistant.entries(document_set)
    if entries or _chosen():  # else nothing is known yet of what the address names
        _follow(desk().key(document_set), entries)


def filter_address(document_set: DocumentSet) -> Mapping[str, tuple[str, ...]]:
    """What the page's address says of the filter in force for this set."""
    key = desk().key(document_set)
    choice, (named_for, named) = _chosen(), session().filter_named or ("", ())
    values = named if named_for == key else _written(choice.within) if choice and choice.key == key else ()
    return dict(zip(FILTER_NAMES, values, strict=False))


def filter_in_force(document_set: DocumentSet) -> Filter:
    """What a question about this set is restricted to now; for callbacks too."""
    choice = _chosen()
    return choice.within if choice and choice.key == desk().key(document_set) else EVERYTHING


def draw_filter(document_set: DocumentSet) -> None:
    """The filter, right above the question's field; nothing for a set that has nothing to choose from."""
    entries, choice = desk().assistant.entries(document_set), _chosen()
    if not entries or choice is None:
        return
    within = choice.within
    offered = offered_choices(entries, within)
    with st.bottom:
        if choice.told:
            verbatim("filter-told", [block("note", choice.told)])
        if not offered.anything:
            return
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="filters"):
            covered = coverage(entries, within)
            articles = counted(covered.held, words.ARTICLE, words.ARTICLES)
            covers = words.FILTER_COVERS.format(searched=covered.searched, articles=articles)
            label = words.FILTER if within.empty else covers
            with st.popover(label, icon=":material/filter_list:", type="tertiary", key="filter"):
                if choice.told:  # what stands above the row is behind the popover
                    st.caption(plain(choice.told))
                draw_choices(entries, within, offered, _take)
            _draw_chips(within, {entry.name: entry.title for entry in entries})


# -- the filter and the address -------------------------------------------------------------------------------------


def _chosen() -> _Choice | None:
    found: _Choice | None = st.session_state.get(_STATE)
    return found


def _follow(key: str, entries: Sequence[Entry]) -> None:
    choice, named = _chosen(), session().filter_named
    session().filter_named = None
    if named is not None and named[0] == key:
        choice = _Choice(key, *_parsed(named[1]))
    elif choice is None or choice.key != key:
        choice = _Choice(key, EVERYTHING)
    kept, gone = existing(entries, choice.within)
    if gone:
        choice.within = kept
        choice.told = f"{choice.told} {words.FILTER_UNKNOWN.format(names=listed(gone, 5))}".strip()
    st.session_state[_STATE] = choice


def _written(within: Filter) -> _Address:
    """The filter as an address; names that no browser can be sent are left to this tab's memory."""
    names = (tuple(name for name in kind if sendable(name) == name) for kind in (within.documents, within.outlets))
    days = (day.isoformat() if day else "" for day in (within.since, within.until))
    return *names, *((day,) if day else () for day in days)


def _parsed(address: _Address) -> tuple[Filter, str]:
    """The filter that an address names, and a sentence about what in it is none."""
    documents, papers, *days = (tuple(dict.fromkeys(values)) for values in address)
    wrong = [day for values in days for day in values if _day(day) is None]
    since, until = (next((day for value in values if (day := _day(value))), None) for values in days)
    within = Filter(documents, papers, since, until)
    try:
        check_days(within)
    except InputError:
        return replace(within, since=None, until=None), words.FILTER_WRONG_WAY
    return within, words.FILTER_NO_DATE.format(days=listed(wrong, 5)) if wrong else ""


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _take(within: Filter) -> None:
    """Put the chosen filter in force, unless its days are the wrong way round."""
    choice = _chosen()
    if choice is None:
        return
    try:
        check_days(within)
    except InputError:
        choice.told = words.FILTER_WRONG_WAY
    else:
        _set(within)


def _set(within: Filter) -> None:
    choice = _chosen()
    if choice is not None:
        choice.within, choice.told = within, ""


# -- what is in force -----------------------------------------------------------------------------------------------


def _draw_chips(within: Filter, titles: Mapping[str, str]) -> None:
    chips = _chips(within, titles)
    for number, (label, without) in enumerate(chips):
        st.button(
            plain(excerpt(label, _LONGEST_CHIP)),
            key=f"chip-{number}",
            icon=":material/close:",
            icon_position="right",
            help=words.FILTER_WITHOUT,
            on_click=_set,
            args=(without,),
        )
    if len(chips) > 1:
        st.button(words.FILTER_CLEAR, key="clear_filter", type="tertiary", on_click=_set, args=(EVERYTHING,))


def _chips(within: Filter, titles: Mapping[str, str]) -> list[tuple[str, Filter]]:
    """A label for each thing that the filter asks for, and the filter without it."""
    papers, documents = within.outlets, within.documents
    chips = [(name, replace(within, outlets=_without(papers, name))) for name in papers]
    if len(papers) > _MOST_CHIPS:
        chips = [(counted(len(papers), words.OUTLET, words.OUTLETS), replace(within, outlets=()))]
    if within.dated:
        days = within.days()
        chips.append((days[0].upper() + days[1:], replace(within, since=None, until=None)))
    if len(documents) > _MOST_CHIPS:
        return [*chips, (counted(len(documents), words.ARTICLE, words.ARTICLES), replace(within, documents=()))]
    each = [(titles.get(name, name), replace(within, documents=_without(documents, name))) for name in documents]
    return [*chips, *each]


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
