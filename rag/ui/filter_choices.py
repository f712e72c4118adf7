"""What a filter may be chosen from: the outlets, days and articles of a set, as the popover offers them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from rag.index.catalog import Entry
from rag.index.scope import outlets
from rag.types import Filter
from rag.ui import words
from rag.ui.text import counted, sendable

_DOCUMENTS, _OUTLETS, _SINCE, _UNTIL = "filter_documents", "filter_outlets", "filter_since", "filter_until"
_FIND: Final = "filter_find"
_MOST_CHOSEN: Final = 200  # of one kind: what a page's address can hold
_MOST_OPTIONS: Final = 100  # more would make the list, and each drawing of the page, slow
_WIDTH: Final = 400  # pixels, whatever is chosen: else it would jump

Take = Callable[[Filter], None]


@dataclass(frozen=True, slots=True)
class Offered:
    """What makes a choice for a set: outlets, the first and last day to offer, and whether there are several documents.

    `undated` of the documents carry no date.
    """

    outlets: tuple[str, ...]
    days: tuple[date, date] | None
    documents: bool
    undated: int

    @property
    def anything(self) -> bool:
        """True where a filter makes sense for the set."""
        return bool(self.outlets or self.days or self.documents)


def offered_choices(entries: Sequence[Entry], within: Filter) -> Offered:
    """The choices that make a difference for these documents, and those that the filter makes use of already."""
    papers = outlets(entries)
    days = [entry.published for entry in entries if entry.published]
    undated = len(entries) - len(days)
    everywhere = len(papers) == 1 and all(entry.outlet for entry in entries)
    known = [*days, *(day for day in (within.since, within.until) if day)]
    return Offered(
        () if everywhere and not within.outlets else papers,
        _whole_years(known) if days and (within.dated or undated or min(days) < max(days)) else None,
        len(entries) > 1,
        undated,
    )


def _whole_years(days: Sequence[date]) -> tuple[date, date]:
    return date(min(days).year, 1, 1), date(max(days).year, 12, 31)


def draw_choices(entries: Sequence[Entry], within: Filter, offered: Offered, take: Take) -> None:
    """The choices, showing the filter in force; `take` is given what becomes of it with every choice."""
    with st.container(width=_WIDTH):
        _draw(entries, within, offered, take)


def _draw(entries: Sequence[Entry], within: Filter, offered: Offered, take: Take) -> None:
    if offered.outlets:
        _hold(_OUTLETS, list(within.outlets))
        st.multiselect(
            words.FILTER_OUTLETS,
            offered.outlets,
            key=_OUTLETS,
            format_func=sendable,
            placeholder=words.FILTER_ALL_OUTLETS,
            max_selections=max(_MOST_CHOSEN, len(within.outlets)),
            select_all=False,
            on_change=_change,
            args=(within, take),
        )
    if offered.days:
        days = ((words.FILTER_SINCE, _SINCE, within.since), (words.FILTER_UNTIL, _UNTIL, within.until))
        with st.container(horizontal=True, gap="small"):
            for label, key, day in days:
                _hold(key, day)
                st.date_input(
                    label,
                    None,
                    min_value=offered.days[0],
                    max_value=offered.days[1],
                    key=key,
                    format="YYYY-MM-DD",
                    on_change=_change,
                    args=(within, take),
                )
        if offered.undated:
            st.caption(counted(offered.undated, words.FILTER_UNDATED, words.FILTER_ALL_UNDATED))
    if offered.documents:
        _draw_documents(entries, within, take)


def _draw_documents(entries: Sequence[Entry], within: Filter, take: Take) -> None:
    many = len(entries) > _MOST_OPTIONS
    typed = ""
    if many:
        typed = st.text_input(words.FILTER_FIND, key=_FIND, placeholder=words.FILTER_FIND_BY)
    found = _holding(entries, typed)
    options = list(dict.fromkeys([*within.documents, *(entry.name for entry in found[:_MOST_OPTIONS])]))
    labels = _labels(entries, options)
    _hold(_DOCUMENTS, list(within.documents))
    st.multiselect(
        words.FILTER_ARTICLES,
        options,
        key=_DOCUMENTS,
        format_func=lambda name: labels.get(name, name),
        placeholder=words.FILTER_ALL_ARTICLES,
        max_selections=max(_MOST_CHOSEN, len(within.documents)),
        select_all=False,
        on_change=_change,
        args=(within, take),
    )
    if not found:
        st.caption(words.FILTER_NONE_FOUND)
    elif len(found) > _MOST_OPTIONS:
        st.caption(words.FILTER_FIRST.format(most=_MOST_OPTIONS, number=len(found)))


def _holding(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """The documents whose titles and names hold all of the words."""
    wanted = typed.casefold().split()
    if not wanted:
        return list(entries)
    return [entry for entry in entries if all(word in f"{entry.title} {entry.name}".casefold() for word in wanted)]


def _labels(entries: Sequence[Entry], names: Iterable[str]) -> dict[str, str]:
    """Name -> title, with the name behind one that several documents have."""
    times = Counter(entry.title for entry in entries)
    titles = {entry.name: entry.title for entry in entries}
    return {
        name: sendable(titles[name] if times[titles[name]] == 1 else f"{titles[name]} ({name})")
        for name in names
        if name in titles
    }


def _hold(key: str, value: object) -> None:
    """Let a widget that is about to be drawn show the filter in force.

    Every time, though it holds it already: the browser makes it only when the popover is opened, of what came last.
    """
    st.session_state[key] = value


def _change(before: Filter, take: Take) -> None:
    """Hand over what was chosen; what is not drawn stays as it was."""
    state = st.session_state
    take(
        Filter(
            tuple(state.get(_DOCUMENTS, before.documents)),
            tuple(state.get(_OUTLETS, before.outlets)),
            state.get(_SINCE, before.since),
            state.get(_UNTIL, before.until),
        )
    )
