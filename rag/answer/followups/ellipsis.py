"""What is left out altogether: “Why?”, “And in 2020?”, “What about Anna?” take over the earlier question."""

from __future__ import annotations

import re

from rag.answer.followups.english import AUX, LEAD, ROLE, WH, YEAR, lower, within
from rag.answer.followups.first_names import kin_sex
from rag.answer.followups.pronouns import resolved
from rag.answer.followups.scene import Scene, proper_names
from rag.answer.followups.short_names import with_full_names
from rag.words import names

_BARE_WH = re.compile(
    r"(?i)^(?P<wh>why|how|when|where|who|whom|which|what)(?: (?:come|not|so|exactly|then|now|specifically))?\W*$"
    r"|^(?P<that>why|when|(?:in )?what year) (?:was|is|did) (?:that|this|it)(?: (?:happen|occur|the case))?\W*$"
    r"|^(?P<to>(?:to|with|from|by|for|about|against|since|until) (?:whom?|what|when)"
    r"|(?:(?:to|with|from|by|for|in|at|on|since|until) )?(?:how|what|which) (?!about\b|else\b|is\b|was\b|are\b)\w+)\W*$"
)
_BARE_ELSE = re.compile(
    r"(?i)^(?:(?P<wh>who|what|where|how|when|why) else|any(?:thing|one|body|where) else|any others?)\W*$"
)
_BARE_CHOICE = re.compile(
    r"(?i)^(?:which|who)(?: one)? (?:is|are|was|were|do|does|did|has|should)(?: \w+){1,3}\W*$"
    r"|^which(?: one)? \w+(?: \w+){0,2}\W*$"
)
_HOW_MANY = re.compile(r"(?i)^(how many (?:\w+s|children|people))\W*$")
_ABOUT = re.compile(r"(?i)^(?:what|how) about (?P<rest>.+?)\W*$")
_ALSO = re.compile(
    rf"(?i)^(?:and|but) (?!(?:{WH}|{AUX}|in|on|at|by|since|until|before|after|during|for|from|with|to|then|now|if"
    r"|so|i|you|we|he|she|it|they|there|this|that|tell|give|show|explain|list|name|please|any)\b)(?P<rest>.+?)\W*$"
    r"|^(?P<noun>(?:the|his|her|their|its) [\w’' -]+)\?$"
)
_SCOPE = re.compile(r"(?i)^(?P<rest>(?P<word>in|on|at|by|since|until|before|after|during|for|from|with|to) .+?)\W*$")
_SCOPE_BEFORE = r"(?i)\b{}\s+(?:the )?(?:\d{{4}}s?|[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*)(?=\W*$)"
_ASKS_HOW = re.compile(rf"(?i)^(?:why|when|where|how)\s+(?P<rest>{AUX}\b.*)$")
_TWO = (
    re.compile(r"(?i)\bbetween (?P<one>.{2,40}?) and (?P<other>.{2,40})$"),
    re.compile(rf"(?i)^{AUX} (?P<one>.{{2,40}}?) (?:\w+er|worse|the same) (?:than|as) (?P<other>.{{2,40}})$"),
    re.compile(r"(?i)(?P<one>[\w-]+) (?:vs\.?|versus|or) (?P<other>[\w-]+)$"),
)


def completed(question: str, seen: Scene) -> str:
    """A fragment as the whole question it stands for; "" for what is no fragment."""
    last = seen.last_asked
    said = LEAD.sub("", question.strip())
    if not last:
        return ""
    if bare := _BARE_WH.match(said):
        return _asked_again(bare["wh"] or bare["to"] or ("why" if bare["that"].lower() == "why" else "when"), last)
    if more := _BARE_ELSE.match(said):
        return _asked_for_more(more["wh"] or "", last)
    if _BARE_CHOICE.match(said) and (pair := _two_things(last)):
        return said.rstrip(" ?.!") + f", {pair}?"
    topic = seen.topic
    if (many := _HOW_MANY.match(said)) and topic and within(topic.name, last):
        now = re.search(r"(?i)\b(?:is|are|has|have|do|does)\b", last)
        return f"{many[1]} {'does' if now else 'did'} {topic.name} have?"
    if about := _ABOUT.match(said):
        return _asked_about(resolved(about["rest"], seen) or about["rest"], last, seen)
    if (also := _ALSO.match(question.strip())) and len(said.split()) <= 5:
        return _asked_also(also["rest"] or also["noun"], last, seen)
    if (scope := _SCOPE.match(said)) and len(said.split()) <= 6 and not re.search(rf"(?i)\b{AUX}\b", said):
        return _asked_within(scope["rest"], scope["word"].lower(), last, seen)
    return ""


def _asked_again(wh: str, last: str) -> str:
    """The last question, asked for something else: why, when, to whom."""
    if re.match(rf"(?i){AUX}\b", last):
        return f"{wh.capitalize()} {lower(last)}?"
    if asks := _ASKS_HOW.match(last):
        return f"{wh.capitalize()} {asks['rest']}?"
    return f"{last}, and {wh.lower()}?"


def _asked_for_more(wh: str, last: str) -> str:
    """The last question, asked for others: who else, what else."""
    asks = re.match(r"(?i)(?P<wh>who|what|where)\b(?! else)\s*(?P<rest>.*)$", last)
    if asks and (not wh or asks["wh"].lower() == wh.lower()):
        return f"{asks['wh'].capitalize()} else {asks['rest']}?"
    return f"{last}, and {wh.lower() or 'what'} else?"


def _two_things(last: str) -> str:
    """“A or B” where the last question set two things against each other."""
    found = next((found for pattern in _TWO if (found := pattern.search(last))), None)
    return f"{found['one']} or {found['other']}" if found else ""


def _asked_about(rest: str, last: str, seen: Scene) -> str:
    """The last question about another: its name or year takes the place of the one that was asked about."""
    full = with_full_names(rest, seen)
    if re.fullmatch(r"\d{4}", rest):
        return f"{re.sub(_SCOPE_BEFORE.format('in'), '', last)} in {rest}?"
    known = [name for name in proper_names(last, seen) if not re.search(r"\d", name)]
    other = re.search(r"(?i)\b(?:about|for|with|to|on|in|at) (the [a-z]+)$", last)
    if other and re.fullmatch(r"(?i)the [a-z]+", rest):
        return f"{last[: other.start(1)]}{rest}?"
    if not known or len(rest.split()) > 5 or re.match(r"(?i)(?:when|if|why|how)\b", rest):
        return ""
    if names(full):
        return last.replace(known[0], full, 1) + "?"
    return f"What about {rest} of {known[0]}?" if re.match(r"(?i)the\b", rest) else ""


def _asked_also(rest: str, last: str, seen: Scene) -> str:
    """“And her husband?” asks who that is; “And the ferry?” asks the last question again."""
    whose = resolved(rest, seen) or rest
    if whose == rest:
        return _asked_about(rest, last, seen)
    return f"{'Who is' if kin_sex(rest) or ROLE.search(rest) else 'What about'} {whose}?"


def _asked_within(rest: str, word: str, last: str, seen: Scene) -> str:
    """The last question with another time or place (`word` is its preposition) in place of its own."""
    same = "(?:before|after)" if word in ("before", "after") else word
    kept = re.sub(_SCOPE_BEFORE.format(same), "", last).rstrip()
    if YEAR.search(rest) and re.match(r"(?i)when\b", kept):
        return ""
    return f"{kept} {lower(resolved(rest, seen) or rest)}?"
