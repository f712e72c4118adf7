"""A set at a glance, and choosing among its documents: figures, a chart of dates, outlets, states and words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

import streamlit as st

from rag.ingest.library import DocumentSet
from rag.types import DocumentInfo
from rag.ui import words
from rag.ui.session import desk, session
from rag.ui.text import counted, plain, sendable, shown_date

STATES = {
    "ready": words.READY,
    "new": words.NEW,
    "changed": words.CHANGED,
    "removed": words.REMOVED,
    "outdated": words.OUTDATED,
    "failed": words.FAILED,
}
_UNREAD = {"new", "failed"}
_MOST_MONTHS = 60
_MOST_YEARS = 200
_MOST_OUTLETS = 12


def draw_overview(
    document_set: DocumentSet, infos: Sequence[DocumentInfo], added: Collection[str] = ()
) -> list[DocumentInfo]:
    """Draw it; returns the documents that were chosen, all while nothing was.

    Says so where some of those just `added`, by name, are not among them.
    """
    key = desk().key(document_set)
    number = session().charts.get(key, 0)
    read = [info for info in infos if info.state not in _UNREAD]
    st.caption(plain(_figures(infos, read)))
    period = _draw_chart([info.published for info in read if info.published], f"chart-{key}-{number}")
    outlets = _pick(words.PICK_OUTLETS, _outlets(read), f"outlets-{key}-{number}")
    counts = Counter(STATES[info.state] for info in infos)
    states = _pick(words.PICK_STATES, counts.most_common(), f"states-{key}-{number}") if len(counts) > 1 else []
    typed = st.text_input(
        words.FIND_DOCUMENT,
        key=f"find-{key}-{number}",
        placeholder=words.FIND_DOCUMENT,
        label_visibility="collapsed",
        icon=":material/search:",
    )
    chosen = _chosen(infos, period, outlets, states, _folded(typed).split())
    if period or outlets or states or typed:
        with st.container(horizontal=True, vertical_alignment="center", key="chosen"):
            parts = [_shown_period(period), *outlets, *states, f"“{typed.strip()}”" if typed.strip() else ""]
            choices = ", ".join(filter(None, parts))
            fit = words.FOUND.format(found=len(chosen), listed=len(infos), choices=choices)
            st.text(sendable(fit), width="content")
            icon = ":material/filter_alt_off:"
            st.button(words.SHOW_ALL, key="show_all", icon=icon, on_click=show_everything, args=(key,))
        hidden = len({info.name for info in infos if info.name in added} - {info.name for info in chosen})
        if hidden:
            st.info(counted(hidden, words.ADDED_HIDDEN, words.ALL_ADDED_HIDDEN), icon=":material/filter_alt:")
        elif not chosen:
            st.caption(words.NONE_FITS)
    return chosen


def _figures(infos: Sequence[DocumentInfo], read: Sequence[DocumentInfo]) -> str:
    days = [info.published for info in read if info.published]
    failed = sum(info.state == "failed" for info in infos)
    facts = [
        counted(len(infos) - failed, words.DOCUMENT, words.DOCUMENTS),
        counted(sum(info.words for info in read), words.WORD, words.WORDS),
    ]
    if days:
        first, last = shown_date(min(days)), shown_date(max(days))
        same = first == last
        facts.append(words.FACT_OF.format(day=first) if same else words.FACT_FROM_TO.format(first=first, last=last))
    undated = len(read) - len(days)
    facts += [words.FACT_UNDATED.format(number=undated)] if days and undated else []
    facts += [words.FACT_FAILED.format(number=failed)] if failed else []
    return ", ".join(facts)


def show_everything(key: str) -> None:
    """Choose nothing any more among the documents of the set with that key."""
    session().charts[key] = session().charts.get(key, 0) + 1  # what was chosen in a chart cannot be taken off otherwise


# -- dates --------------------------------------------------------------------------------------------------------


def periods(days: Sequence[date]) -> list[tuple[str, int]]:
    """Each month, `2021-10`, or where those are too many year, `2021`, with how many of the days are in it.

    Those between the first and the last have a count of 0, where they are not too many.
    """
    if not days:
        return []
    first, last = min(days), max(days)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= _MOST_MONTHS:
        counts = Counter(f"{day.year:04}-{day.month:02}" for day in days)
        ahead = [divmod(first.year * 12 + first.month - 1 + each, 12) for each in range(months)]
        return [(name, counts[name]) for name in (f"{year:04}-{month + 1:02}" for year, month in ahead)]
    counts = Counter(f"{day.year:04}" for day in days)
    if last.year - first.year < _MOST_YEARS:
        return [(name, counts[name]) for name in (f"{year:04}" for year in range(first.year, last.year + 1))]
    return sorted(counts.items())


def _shown_period(period: str) -> str:
    return words.MONTH.format(month=date.fromisoformat(f"{period}-01")) if "-" in period else period


def _draw_chart(days: Sequence[date], key: str) -> str:
    """The bars; returns the month or year of the one that was clicked on, "" for none."""
    bars = periods(days)
    if len(bars) < 2:
        return ""
    rows: dict[str, Sequence[str | int]] = {
        "period": [name for name, _ in bars],
        "when": [_shown_period(name) for name, _ in bars],
        "documents": [count for _, count in bars],
    }
    event = st.vega_lite_chart(
        rows, _chart(rows["period"]), key=key, on_select="rerun", selection_mode="pick", height=150,
        alt=words.CHART,
    )  # fmt: skip
    picked: list[dict[str, Any]] = event["selection"].get("pick", [])
    name = str(picked[0].get("period", "")) if picked else ""
    return name if name in rows["period"] else ""


def _chart(names: Sequence[str | int]) -> dict[str, Any]:
    """The chart: bars, and before them fields of full height, for a bar of one document is hard to hit."""
    label = "utcFormat(toDate(datum.value + '-01'), '%b %Y')" if "-" in str(names[0]) else "datum.value"
    axis = {"title": None, "labelExpr": label, "labelAngle": 0, "labelOverlap": "greedy", "ticks": False}
    # named in order: a chart that gets rows later puts them behind those that it had
    x = {"field": "period", "type": "ordinal", "sort": names, "axis": axis}
    scale = {"title": None, "tickMinStep": 1, "format": ",d", "tickCount": 3}
    tooltip = [
        {"field": "when", "type": "nominal", "title": words.CHART_WHEN},
        {"field": "documents", "type": "quantitative", "title": words.CHART_COUNT, "format": ",d"},
    ]
    again = "datum && length(data('pick_store')) && data('pick_store')[0].values[0] === datum.period"
    return {
        "params": [
            {"name": "pick", "views": ["fields"], "select": {"type": "point", "fields": ["period"], "toggle": again}}
        ],
        "encoding": {"x": x},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2},
                "encoding": {
                    "y": {"field": "documents", "type": "quantitative", "axis": scale},
                    "opacity": {"condition": {"param": "pick", "value": 1}, "value": 0.3},
                },
            },
            {
                "name": "fields",
                "mark": {"type": "rect", "opacity": 0, "cursor": "pointer"},
                "encoding": {"y": {"value": 0}, "y2": {"value": "height"}, "tooltip": tooltip},
            },
        ],
    }


# -- outlets, states, words ---------------------------------------------------------------------------------------


def _outlets(infos: Sequence[DocumentInfo]) -> list[tuple[str, int]]:
    counts = Counter(info.outlet or words.NO_OUTLET for info in infos)
    return counts.most_common() if set(counts) != {words.NO_OUTLET} else []


def _pick(label: str, counts: Sequence[tuple[str, int]], key: str) -> list[str]:
    """Buttons with counts for the most frequent; returns those that are pressed."""
    if not counts:
        return []
    by_name = dict(counts[:_MOST_OUTLETS])
    picked = st.pills(
        label,
        list(by_name),
        selection_mode="multi",
        format_func=lambda name: plain(words.PICK_COUNT.format(name=name, number=by_name.get(name, 0))),
        key=key,
        label_visibility="collapsed",
    )
    more = len(counts) - len(by_name)
    if more > 0:
        st.caption(counted(more, words.MORE_OUTLET, words.MORE_OUTLETS))
    return [name for name in picked if name in by_name]


def _chosen(
    infos: Sequence[DocumentInfo], period: str, outlets: Sequence[str], states: Sequence[str], typed: Sequence[str]
) -> list[DocumentInfo]:
    tests: list[Callable[[DocumentInfo], bool]] = []
    if period:
        tests.append(lambda info: info.published is not None and info.published.isoformat().startswith(period))
    if outlets:
        tests.append(lambda info: info.state not in _UNREAD and (info.outlet or words.NO_OUTLET) in outlets)
    if states:
        tests.append(lambda info: STATES[info.state] in states)
    if typed:
        tests.append(lambda info: _holds(_folded(f"{info.title} {info.outlet or ''} {info.name}"), typed))
    return [info for info in infos if all(test(info) for test in tests)]


def _holds(text: str, typed: Sequence[str]) -> bool:
    return all(word in text for word in typed)


def _folded(text: str) -> str:
    """The text as it is searched: in lower case and without accents."""
    if text.isascii():
        return text.lower()
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)).casefold()
