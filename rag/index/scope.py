"""A filter held against the documents of a set: how much it lets through, and what it names that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from rag.errors import InputError
from rag.index.catalog import Entry
from rag.types import Filter, day_words


@dataclass(frozen=True, slots=True)
class Coverage:
    """A filter lets `searched` of the `held` documents through, and leaves `undated` out only for want of a date."""

    searched: int
    held: int
    undated: int


def coverage(entries: Sequence[Entry], within: Filter) -> Coverage:
    """What a filter lets through of these documents."""
    searched = sum(within.allows(each.name, each.outlet, each.published) for each in entries)
    rest = replace(within, since=None, until=None)
    undated = [each for each in entries if each.published is None] if within.dated else []
    return Coverage(searched, len(entries), sum(rest.allows(each.name, each.outlet, None) for each in undated))


def outlets(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The outlets of these documents, in the order of the alphabet."""
    return tuple(sorted({each.outlet for each in entries if each.outlet}, key=lambda name: (name.casefold(), name)))


def existing(entries: Sequence[Entry], within: Filter) -> tuple[Filter, tuple[str, ...]]:
    """The filter without the documents and outlets that are not there, and the names of those."""
    names, papers = {each.name for each in entries}, {each.outlet for each in entries}
    gone = [name for name in within.documents if name not in names]
    gone += [name for name in within.outlets if name not in papers]
    kept = replace(
        within,
        documents=tuple(name for name in within.documents if name in names),
        outlets=tuple(name for name in within.outlets if name in papers),
    )
    return kept, tuple(gone)


def checked(entries: Sequence[Entry], within: Filter) -> Filter:
    """The filter with its names as the documents spell them, whatever their case.

    Raises InputError for a name that no document has, with the nearest one, and for days the wrong way round.
    """
    check_days(within)
    return replace(
        within,
        documents=tuple(_spelt(name, [each.name for each in entries], "document") for name in within.documents),
        outlets=tuple(_spelt(name, outlets(entries), "outlet") for name in within.outlets),
    )


def check_days(within: Filter) -> None:
    """Raise InputError where no day lies from the first day to the last."""
    if within.since and within.until and within.since > within.until:
        raise InputError(
            f"The first day, {day_words(within.since)}, comes after the last, {day_words(within.until)}:"
            " give them the other way round."
        )


def _spelt(name: str, known: Sequence[str], kind: str) -> str:
    if name in known:
        return name
    folded: dict[str, list[str]] = {}
    for each in known:
        folded.setdefault(each.casefold(), []).append(each)
    alike = folded.get(name.casefold(), [])
    if len(alike) == 1:
        return alike[0]
    if not known:
        raise InputError(f"No document states an {kind}, so “{name}” cannot be asked for.")
    nearest = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5) or _holding(name.casefold(), folded)
    hint = (
        f": did you mean “{folded[nearest[0]][0]}”?" if nearest else "; `python -m rag documents` lists what is there."
    )
    raise InputError(f"There is no {kind} “{name}” in this set{hint}")


def _holding(name: str, known: Iterable[str]) -> list[str]:
    return sorted((each for each in known if name in each), key=len)[:1]
