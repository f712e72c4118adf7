"""What needs no model to be checked: every number, date and name of a sentence occurs in the words it rests on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import sentence_spans
from rag.words import content_words, names

_UNITS = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
        fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
        start=1,
    )
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12}
_FIGURES = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<!\d)\.\d+"
_SCALE = rf"(?:[\s-](?:{'|'.join(_SCALES)})\b|[\s-]?(?:bn|tn|mn)\b|[kmb]\b)"
_NUMBER = re.compile(
    rf"(?<![A-Za-z\d])(?<![A-Za-z]-)(?P<figures>{_FIGURES})(?:st|nd|rd|th|s)?(?P<scale>{_SCALE})?", re.IGNORECASE
)
_RANGE = re.compile(rf"({_FIGURES})\s?(?:-|–|to|or|and)\s?[$€£]?(?:{_FIGURES})(?P<scale>{_SCALE})", re.IGNORECASE)
_YEARS = re.compile(r"\b(\d\d)\d\d\s?[-–/]\s?(\d\d)\b")
_WORD = re.compile(rf"\b(?:half\sa|{'|'.join([*_UNITS, *_TENS, *_ORDINALS, *_SCALES])})\b", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b")
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = re.compile(
    rf"\b(?:{'|'.join(_MONTHS)})\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?", re.IGNORECASE
)
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})s?\b", re.IGNORECASE)

_STYLES = frozenset(
    """mr mrs ms miss dr sir dame lord lady professor prof president prime minister secretary senator sen rep governor
    gov general gen lt col sgt capt cmdr maj adm king queen prince princess pope judge justice mayor chancellor
    ambassador envoy captain colonel chairman hon rev st former the a an us""".split()
)
"""What stands before a name and need not be in the evidence."""

_ALIASES = (
    ("Usa", re.compile(r"\bUnited States(?: of America)?\b|\bU\.?S\.?(?:A\.?)?(?=\W|$)|\bAmericans?\b|\bAmerica\b")),
    ("Gbr", re.compile(r"\bUnited Kingdom\b|\bU\.?K\.?(?=\W|$)|\bBritain\b|\bBritish\b|\bBritons?\b")),
    ("Eur", re.compile(r"\bEuropean Union\b|\bE\.?U\.?(?=\W|$)")),
    ("Uno", re.compile(r"\bUnited Nations\b|\bU\.?N\.?(?=\W|$)")),
)
_ENDINGS = frozenset(" n ns an ans ian ians ean eans i is ish ese er ers s y ic istan stan land landers".split(" "))
"""What a country and its people differ by at the end, after a final a, e, o or y is taken off."""
_PEOPLES = dict(
    pair.split(":")
    for pair in """french:france dutch:netherlands spanish:spain danish:denmark swiss:switzerland polish:poland
    turkish:turkey swedish:sweden norwegian:norway lebanese:lebanon belgian:belgium irish:ireland english:england
    scottish:scotland welsh:wales greek:greece finnish:finland filipino:philippines portuguese:portugal cypriot:cyprus
    peruvian:peru argentine:argentina burmese:burma congolese:congo""".split()
)
_COMMON = frozenset(
    """police people children women men troops trade oil gas food water money power support staff data media society
    congress parliament government opposition yesterday today tomorrow last earlier later former both several many most
    some all each every another other others more fewer less few nearly almost about around only even just still yet
    see meanwhile however although though despite because since while when where after before during under over without
    within until unless if as at by for from in into of on to with against among amid between through following
    according based given instead overall perhaps then there here that this these those it its he his she her they
    their we our you your i my and but or so nor not no yes the a an who what which why how one""".split()
)
_COMMON_ENDINGS = re.compile(r"(?:s|ly|ing|ed|tion|sion|ment|ness|ity|ism|ance|ence|ship|age|ure)$")
_NUMERALS = frozenset([*_UNITS, *_TENS, *_ORDINALS, *_SCALES, "half"])
_OF_THE_STATES = re.compile(
    r"^U\.?S\.? (?=President|Vice|Secretary|Senator|General|Ambassador|Envoy|Representative|Judge)"
)
_ADDRESS = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]]")
_QUOTED = re.compile(r"“[^“”]+”|\"[^\"]+\"|«[^«»]+»|„[^„“”]+[“”]")
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…|\[[^\]]*\])\s*")
_OPENERS = "\"'“‘«([—–- "


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it stands in a text, and what it may be worth."""

    words: str
    values: tuple[float, ...]


def missing_facts(sentence: str, evidence: str) -> tuple[str, ...]:
    """The numbers, dates, names, addresses and quoted words of `sentence` that `evidence` does not have.

    They are given as they stand in the sentence.

    Seventy-six is 76, 1.5 million is 1,500,000, Oct. is October, 2021-10-18 is 18 October 2021, French is France, and
    ICC is a name whose words begin with these letters. A capital that opens a sentence is taken for a name unless it
    looks like a common word: a plural, an adverb, one of a list.
    """
    known = {value for number in _numbers(evidence, every=True) for value in number.values}
    calendar = {value for _, value in _calendar(evidence)}
    missing = []
    for match in _SLASHED.finditer(sentence):
        if match.group() not in evidence and not _slashed_known(match, known, calendar):
            missing.append(match.group())
    sentence = _SLASHED.sub(" ", sentence)
    missing += [number.words for number in _numbers(sentence) if known.isdisjoint(number.values)]
    missing += [words for words, value in _calendar(sentence) if value not in calendar]
    missing += [name for name in _names(sentence) if not has_name(name, evidence)]
    missing += [match.group() for match in _ADDRESS.finditer(sentence) if match.group() not in evidence]
    missing += _invented_quotes(sentence, evidence)
    return tuple(dict.fromkeys(missing))


def _invented_quotes(sentence: str, evidence: str) -> list[str]:
    """What the sentence puts in quotation marks, two words or more, and the evidence does not say in these words.

    A quote may be shortened with an ellipsis, and differ in capitals, accents and its last stop.
    """
    said = _plain_words(evidence)
    return [
        match.group()
        for match in _QUOTED.finditer(sentence)
        if len(match.group().split()) > 1
        and not all(
            f" {words} " in f" {said} "
            for part in _ELLIPSIS.split(match.group()[1:-1])
            if (words := _plain_words(part))
        )
    ]


def _plain_words(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold().replace("’", "'")
    return " ".join(re.findall(r"\w+(?:'\w+)*", "".join(c for c in folded if not unicodedata.combining(c))))


def has_name(name: str, text: str) -> bool:
    """True if every word of the name is in the text, or its initials are, or it is initials of a name there."""
    name = _OF_THE_STATES.sub("", name)
    letters = "".join(word[0] for word in re.findall(r"\w+", name) if word[0].isupper())
    if len(letters) > 2 and re.search(rf"\b{letters}s?\b", text):
        return True
    if name.isupper() and name.isalpha() and len(name) > 2:
        initials = ("".join(w[0] for w in re.findall(r"\w+", other) if w[0].isupper()) for other in names(text))
        if any(name in each for each in initials):
            return True
    for alias, pattern in _ALIASES:
        name, text = pattern.sub(f" {alias} ", name), pattern.sub(f" {alias} ", text)
    known = set(content_words(text))
    capitals = {word.casefold() for word in re.findall(r"\b[A-Z][\w’'-]*", text)}
    words = [word for word in re.findall(r"[\w’'.-]+", name) if word.casefold().strip(".") not in _STYLES]
    return all(set(content_words(word)) <= known or _akin(word.casefold(), capitals) for word in words)


def _akin(word: str, capitals: set[str]) -> bool:
    """True if a capitalised word of the evidence is that word, its country or its people."""
    word = re.sub(r"['’]s?$", "", word)
    for other in (re.sub(r"['’]s?$", "", each) for each in capitals):
        if _PEOPLES.get(word) == other or _PEOPLES.get(other) == word:
            return True
        shorter, longer = sorted((word, other), key=len)
        stem = shorter.rstrip("aeoy")
        if len(stem) >= 4 and any(
            longer.startswith(base) and longer[len(base) :] in _ENDINGS for base in (shorter, stem)
        ):
            return True
    return False


def _names(sentence: str) -> list[str]:
    """The names of a sentence, each without a common word that only has its capital from opening a sentence."""
    openings = {start for start, _ in sentence_spans(sentence)}
    openings |= {m.end() for m in re.finditer(rf"(?:^|[\s(])[{re.escape(_OPENERS.strip())}]+", sentence)}
    found, position = [], 0
    for name in names(sentence):
        start = sentence.index(name, position)
        position = start + len(name)
        for part in re.split(r"\s(?:of|and|for)\s(?:the\s)?", name):
            words = part.split()
            at = sentence.index(part, start)
            if at in openings or at - len(sentence[:at]) + len(sentence[:at].rstrip(_OPENERS)) in openings:
                while words and _looks_common(words[0]):
                    words.pop(0)
            words = [word for word in words if not _NUMERALS.issuperset(word.lower().split("-"))]
            words = [word for word in words if not _MONTH.fullmatch(word) and not _DAY.fullmatch(word)]
            if words:
                found.append(" ".join(words))
    return found


def _looks_common(word: str) -> bool:
    bare = re.sub(r"['’]s?$", "", word)
    if len(bare) > 1 and any(character.isupper() or character.isdigit() for character in bare[1:]):
        return False
    possessive = bare != word
    return bare.lower() in _COMMON or (not possessive and bool(_COMMON_ENDINGS.search(bare.lower())))


# -- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(text: str, *, every: bool = False) -> list[_Number]:
    """The numbers of a text, in figures or words; `every` adds the readings that evidence may be quoted with."""
    found = []
    for match in _NUMBER.finditer(text):
        value, scale = _value(match["figures"]), (match["scale"] or "").strip(" -").lower()
        if scale in ("k", "m", "b") and not re.search(r"[$€£]\s?$", text[max(0, match.start() - 2) : match.start()]):
            values: tuple[float, ...] = (value, value * _SHORT_SCALES[scale])  # 5m may be metres
        else:
            values = (round(value * {**_SCALES, **_SHORT_SCALES}.get(scale, 1.0), 6),)
        found.append(_Number(match.group().strip(), values))
    for number in _worded(text):
        if every or number.values not in ((0.0,), (1.0,)):
            found.append(number)
    for match in _YEARS.finditer(text):  # 2019-21
        found = [number for number in found if number.words != match[2]]
        found.append(_Number(match[2], (float(match[1] + match[2]), float(match[2]))))
    if every:
        found += [_Number(m.group(), tuple(float(part) for part in m.groups())) for m in _ISO.finditer(text)]
        found += [
            _Number(m.group(), tuple(float(part) for part in m.groups() if part)) for m in _SLASHED.finditer(text)
        ]
        for match in _RANGE.finditer(text):  # 10 to 15 million
            scale = match["scale"].strip(" -").lower()
            found.append(_Number(match[1], (round(_value(match[1]) * {**_SCALES, **_SHORT_SCALES}[scale], 6),)))
    return found


def _value(figures: str) -> float:
    return float(figures.replace(",", ""))


def _worded(text: str) -> Iterator[_Number]:
    """Numbers in words: each run of words that one number can be made of."""
    words = [match for match in _WORD.finditer(text) if not _after_figures(text, match)]
    while words:
        first = words[0]
        total, current, last, end = 0.0, 0.0, "", first.end()
        while words:
            match = words[0]
            word = " ".join(match.group().lower().split())
            between = text[end : match.start()] if match is not first else ""
            joined = re.fullmatch(r"[\s-]", between) or (last in ("hundred", "scale") and between == " and ")
            kind = _kind(word)
            if match is not first and not (joined and _may_follow(last, kind, word)):
                break
            words.pop(0)
            end = match.end()
            if kind == "hundred":
                current = (current or 1.0) * _SCALES[word]
            elif kind == "scale":
                total, current = total + (current or 1.0) * _SCALES[word], 0.0
            elif kind == "half":
                current = 0.5
            else:
                current += _UNITS.get(word, _TENS.get(word, _ORDINALS.get(word, 0)))
            last = kind
            if kind == "ordinal":
                break
        if last != "half":
            yield _Number(text[first.start() : end], (total + current,))


def _after_figures(text: str, match: re.Match[str]) -> bool:
    """True for the million of 1.5 million."""
    before = text[max(0, match.start() - 2) : match.start()]
    return match.group().lower() in _SCALES and bool(re.search(r"\d[\s-]?$", before))


def _kind(word: str) -> str:
    if word == "half a":
        return "half"
    if word in ("hundred", "dozen"):
        return "hundred"
    if word in _SCALES:
        return "scale"
    return "tens" if word in _TENS else "unit" if word in _UNITS else "ordinal"


def _may_follow(last: str, kind: str, word: str) -> bool:
    if kind in ("hundred", "scale"):
        return last in ("unit", "tens", "half") or (last == "hundred" and kind == "scale")
    if kind in ("unit", "ordinal") and last == "tens":
        return {**_UNITS, **_ORDINALS}[word] < 10
    return last in ("hundred", "scale") and kind != "half"


# -- dates ------------------------------------------------------------------------------------------------------------


def _calendar(text: str) -> list[tuple[str, str]]:
    """(as it stands, in full and lower case) of each month and day of the week."""
    found = []
    for match in _MONTH.finditer(text):
        word = match.group().lower().rstrip(".")
        month = next((month for month in _MONTHS if month.startswith(word[:3])), None)
        if month is None or (word in ("may", "mar", "march") and not _dated(text, match)):
            continue  # the verbs
        found.append((match.group(), month))
    found += [(match.group(), match.group().lower().rstrip("s")) for match in _DAY.finditer(text)]
    found += [(match.group(), _MONTHS[int(match[2]) - 1]) for match in _ISO.finditer(text) if 1 <= int(match[2]) <= 12]
    for match in _SLASHED.finditer(text):
        found += [(match.group(), _MONTHS[int(part) - 1]) for part in match.groups()[:2] if 1 <= int(part) <= 12]
    return found


def _dated(text: str, match: re.Match[str]) -> bool:
    """True for a month by its capital and by what stands beside it: in May, 3 May, May 2021."""
    before = text[max(0, match.start() - 10) : match.start()].lower()
    return match.group()[0].isupper() and bool(
        re.search(r"(?:\b(?:in|of|on|by|since|until|last|next|this|late|early|mid|from|to)|\d)[\s-]*$", before)
        or re.match(r"\s*\d", text[match.end() :])
    )


def _slashed_known(match: re.Match[str], known: set[float], calendar: set[str]) -> bool:
    """True if the evidence has the day and the month, in either order, and the year where there is one."""
    year = match[3]
    if year and known.isdisjoint({float(year), 2000.0 + float(year), 1900.0 + float(year)}):
        return False
    return any(
        1 <= month <= 12 and _MONTHS[month - 1] in calendar and float(day) in known
        for month, day in ((int(match[1]), int(match[2])), (int(match[2]), int(match[1])))
    )
