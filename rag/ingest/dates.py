"""Complete dates in what a document says of itself. A date that leaves room for doubt is no date."""

from __future__ import annotations

import re
from datetime import date

_MONTH_NAMES = (  # English, German, French, Spanish, Italian, Portuguese, Dutch
    "january jan januar janvier enero gennaio janeiro januari jänner",
    "february feb februar février febrero febbraio fevereiro februari",
    "march mar märz mars marzo março maart",
    "april apr avril abril aprile",
    "may mai mayo maggio maio mei",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août agosto augustus",
    "september sep sept septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre diciembre dicembre dezembro",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
)
_DATE = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})(?!\d)(?!(?P=s1)\d)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|º)?[\s-]+(?:of\s+|de\s+)?(?P<m2>{_MONTH})"
    r",?[\s-]+(?:de\s+|del\s+)?(?P<y2>\d{4})\b"
    rf"|(?P<m3>{_MONTH})\s*(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})\b"
    r"|(?P<a4>\d{1,2})(?P<s4>[./-])(?P<b4>\d{1,2})(?P=s4)(?P<y4>\d{4})(?!\d)(?!(?P=s4)\d)"
    r")",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:(?:first\s+|originally\s+)?published|posted|publication date|publish date|date|dated|issued|released|filed"
    r"|veröffentlicht|publié|publicado|pubblicato)(?:\s+(?:on|at|am|le|el|em|il))?\s*:?\s*"
)
_ZONE = r"(?:Z|[A-Z]{2,5}|[+-]\d\d:?\d\d)"
_CLOCK = rf"(?:T?(?:at\s+|um\s+)?\d{{1,2}}(?:[:.h]\d{{2}}){{0,2}}(?:\.\d+)?\s*(?:[ap]\.?m\.?|uhr)?\s*{_ZONE}?)"
_DASH = r"[|,·•/–—-]"
_TAIL = re.compile(
    rf"(?:[\s(]*{_DASH}*\s*{_CLOCK})?(?:[\s(]*{_DASH}*\s*(?:last\s+)?(?:updated|modified|edited|corrected)\b.{{0,80}})?"
    rf"(?:\s*{_DASH}*\s*\d{{1,2}} min(?:ute)?s? read)?[\s)\]*_.|·•–—-]*",
    re.IGNORECASE,
)
_PLAIN_HEAD = re.compile(
    rf"[\s(\[*_#]*(?P<label>{_LABEL})?(?:le\s+|el\s+|em\s+)?(?:(?:{_WEEKDAY}),?\s+)?", re.IGNORECASE
)
_BYLINE_HEAD = re.compile(
    rf"\s*(?:by\s+[^.!?]{{2,60}}?|[^\W\d_][^\d.!?:;]{{1,40}}?)\s*{_DASH}\s*(?:{_LABEL})?(?:(?:{_WEEKDAY}),?\s+)?",
    re.IGNORECASE,
)
_BYLINE_TAIL = re.compile(rf"\s*{_DASH}?\s*by\s+[^.!?]{{2,60}}", re.IGNORECASE)
_WIRE_HEAD = re.compile(r"\s*[A-Z][A-Z .'’/-]{2,40}(?:,\s+[A-Z][\w. ]{1,24})?,?\s+\(?(?:\([\w ,]{2,30}\)\s*)?")
_WIRE_TAIL = re.compile(r"\)?\s*(?:\([\w ,]{2,30}\)\s*|/[\w .-]{2,30}/\s*)?(?:—|–|--|-)\s*\S")
_WEEKDAY_ONLY = re.compile(
    rf"\b(?:{_WEEKDAY}|{_MONTH}|{_LABEL}|(?:today|updated|at|am|pm|uhr|GMT|UTC)\b|(?-i:[A-Z]{{1,3}}T)\b)", re.IGNORECASE
)
_TOP_LINES = 12
_TOP_CHARACTERS = 2_500
_LONG_LINE = 200
_LINE_LIMIT = 300


def parse_date(value: str) -> date | None:
    """The complete date that `value` starts with or is (ISO 8601, RFC 2822, `18 October 2021`, …), or None."""
    value = value.strip()
    compact = re.match(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}.*)?$", value)
    if compact:
        return _valid(*map(int, compact.groups()))
    found = _DATE.search(value[:100])
    return _date_of(found) if found else None


def dateline(text: str) -> date | None:
    """The date of publication in a line of its own near the top, or in a news agency's opening, or None.

    Two different dates of the same standing give None, so do a date without a year and 03/04/2021.
    """
    ranked: dict[int, set[date]] = {}
    for line in _top_lines(text):
        if found := _line_date(line):
            ranked.setdefault(found[0], set()).add(found[1])
    best = ranked[min(ranked)] if ranked else set()
    return best.pop() if len(best) == 1 else None


def only_date(line: str) -> bool:
    """True for a line that holds nothing but a date, a weekday or a time, complete or not."""
    line = " ".join(line.split())
    if len(line) > 80 or re.search(r"[^\W\d_]{2}", _WEEKDAY_ONLY.sub("", line)):
        return False
    return any(map(str.isdigit, line)) or re.fullmatch(rf"\W*(?:{_WEEKDAY})\W*", line, re.IGNORECASE) is not None


def _top_lines(text: str) -> list[str]:
    lines: list[str] = []
    long = 0
    for line in text[:_TOP_CHARACTERS].split("\n"):
        if not line.strip():
            continue
        lines.append(line)
        long += len(line) >= _LONG_LINE
        if len(lines) >= _TOP_LINES or long >= 2:
            break
    return lines


def _line_date(line: str) -> tuple[int, date] | None:
    """(rank, date): 0 labelled, 1 alone in its line, 2 an agency's opening, 3 beside a byline or an outlet."""
    line = " ".join(line[:_LINE_LIMIT].split())
    found = _DATE.search(line)
    day = _date_of(found) if found else None
    if found is None or day is None:
        return None
    head, tail = line[: found.start()], line[found.end() :]
    plain = _PLAIN_HEAD.fullmatch(head)
    if plain and _TAIL.fullmatch(tail):
        return (0 if plain["label"] else 1), day
    if _WIRE_HEAD.fullmatch(head) and _WIRE_TAIL.match(tail):
        return 2, day
    if (plain and _BYLINE_TAIL.fullmatch(tail)) or (_is_byline(head) and _TAIL.fullmatch(tail)):
        return 3, day
    return None


def _is_byline(head: str) -> bool:
    """True for `By Jane Doe | ` and `The Kabul Times, `: few words, each a name, before the date."""
    if not _BYLINE_HEAD.fullmatch(head):
        return False
    words = re.findall(r"[^\W\d_]+", re.sub(_LABEL, "", head, flags=re.IGNORECASE))
    return words[:1] in (["By"], ["BY"], ["by"]) or (len(words) <= 3 and all(word[0].isupper() for word in words))


def _date_of(found: re.Match[str]) -> date | None:
    if found["y1"]:
        return _valid(int(found["y1"]), int(found["m1"]), int(found["d1"]))
    if found["y2"]:
        return _valid(int(found["y2"]), _month(found["m2"]), int(found["d2"]))
    if found["y3"]:
        return _valid(int(found["y3"]), _month(found["m3"]), int(found["d3"]))
    first, second, year = int(found["a4"]), int(found["b4"]), int(found["y4"])
    if found["s4"] == "." or first > 12 or first == second:  # dots put the day first wherever they are used
        return _valid(year, second, first)
    return _valid(year, first, second) if second > 12 else None


def _month(name: str) -> int:
    return _MONTHS[name.rstrip(".").lower()]


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1500 <= year <= 2200 else None
    except ValueError:
        return None
