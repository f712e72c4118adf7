"""The noun phrases of a question, found by the words that can and cannot stand in one."""

from __future__ import annotations

import re

from rag.answer.followups.english import AUX, WH

_DETERMINER = frozenset("the a an this that his her their its my our your these those any some".split())
_EDGE = frozenset(
    """about above across after against along among around as at before behind below between beyond but by despite
    down during except for from in inside into like near off on onto out outside over past per since than through to
    toward towards under until up upon via with within without and or nor so because while when where why how who whom
    whose which what that if whether is are was were be been being am do does did has have had can could will would
    shall should may might must not it he she they them him i we you me us there here then too also ever still just
    now yet later next again back first last known called said named exactly actually really currently""".split()
)
_VERBS = frozenset(
    """accuse add affect agree allow announce answer appear approve arrive ask attend attack attempt ban beat become
    begin believe break bring build buy call carry cause change claim close come compare consider consist contain
    continue contribute convert cost cover create criticize deal decide defeat deny describe design develop die differ
    disband discover do draw drop earn eat elect enact end enjoy enter establish exist expect explain fail fall feature
    feel fight fill find finish fly focus follow force form found gain get give go grow handle happen hate have hear
    help hit hold hope hurt improve include increase inspire introduce invade invent involve join keep kill know land
    last launch lead learn leave let lie like live look lose love make marry matter mean meet move need negotiate offer
    open operate order own paint pass pay perform persuade plan play prefer prepare prevent produce promise protect
    prove publish pull put quit raise reach react read receive recommend record reduce refuse reject relate release
    remain remove replace report represent require resign respond retire return reunite rise run say see seem sell send
    serve set sign sing split spend stand start state stay step stop study succeed suffer suggest support take talk
    teach tell think tour travel try turn use visit wait want win work write""".split()
)
_STATES = frozenset(
    """able alive available bad big born close controversial dead different difficult famous free good happy hard hit
    important interesting involved like likely married necessary notable popular possible ready received safe similar
    special successful sure true unique useful well worth""".split()
)
_EMPTY_SUBJECTS = frozenset("there anyone anything it any people women men he she they you i we this that".split())
_LEADS = r"(?:and|but|so) |(?:who|what|which|when|where|why|how)(?: (?:many|much|long|often|old))?"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_TOKEN = re.compile(r"\w+(?:[’'.&-]\w+)*|[^\w\s]")
BARE_THING = re.compile(
    rf"(?i)(?!(?:{WH}|{AUX}|i|we|you|any|tell|in|on|at|not?|yes|and|but)\b)(?:[\w'’-]+ ?){{1,4}}$(?<!\bresults)"
)
_IDLE = re.compile(
    r"(?i)\b(?:week|month|year|day|days|weeks|months|years|time|times|world|end|way|article|articles|reason|name|kind"
    r"|people|others?|same|most|best|coming|job|first|part|season|career|place|life|interesting|aspects?|members?)\W*$"
)


def subject(text: str) -> str:
    """What an earlier question says something of: what follows its first auxiliary, or its "What is"; else ""."""
    asked = re.match(rf"(?i)\W*(?:(?:{_LEADS} )?{_AUXILIARY}|what about|(?:who|what|where)['’]s) (?=\S)", text)
    if not asked:
        return ""
    tokens = [(found.group(), found.end()) for found in _TOKEN.finditer(text, asked.end())]
    n = 1 if tokens and tokens[0][0].lower() in _DETERMINER else 0
    first = n
    tied = False
    while n < len(tokens) and (_inside(tokens[n][0], n - first + 1) or (n > first and tokens[n][0].lower() == "of")):
        if tied and tokens[n - 1][0][0].isupper() and tokens[n][0][0].islower():
            break
        tied = tied or tokens[n][0].lower() == "of"
        n += 1
    while n > first and tokens[n - 1][0].lower() in ("of", "the", "a", "an"):
        n -= 1
    words = [token.lower() for token, _ in tokens[:n]]
    if n == first or n > 6 or words[0] in _EMPTY_SUBJECTS or words[first] in _STATES:
        return ""
    return text[asked.end() : tokens[n - 1][1]]


def phrases(text: str) -> list[str]:
    """The noun phrases of a question that begin with an article or a possessive, in order, the longest form of each."""
    tokens = list(_TOKEN.finditer(text))
    words = [token.group() for token in tokens]
    found: list[str] = []
    n = 0
    while n < len(words):
        owner = re.search(r"['’]s?$", words[n]) and words[n][0].isupper()
        end = _phrase_end(words, n) if owner or words[n].lower() in _DETERMINER else n
        if end > n + 1:
            found.append(text[tokens[n].start() : tokens[end - 1].end()])
        n = max(end, n + 1)
    return found


def _phrase_end(words: list[str], start: int) -> int:
    """Where the phrase ends that begins at `start`, with the “of …” that follows it."""
    end = start + 1
    while end < len(words) and _inside(words[end], end - start):
        end += 1
    if end == start + 1 or end >= len(words) - 1 or words[end].lower() != "of":
        return end
    first = end = end + 1
    while end < len(words) and _inside(words[end], end - first + 1, of=True):
        if end > first and words[end - 1][0].isupper() and words[end][0].islower():
            break
        end += 1
    return end - 1 if end == first else end


def _inside(token: str, place: int, *, of: bool = False) -> bool:
    """True if the word can stand in a noun phrase (or, if `of`, in what follows its “of”), at that place."""
    word = token.lower()
    if not token[0].isalnum() or (word in _EDGE and not token[0].isupper()) or word == "of":
        return False
    if of and word in ("the", "a", "an") and place == 1:
        return True
    if word in _DETERMINER:
        return False
    return not (place > 1 and not token[0].isupper() and (word in _VERBS | _STATES or word.endswith(("ed", "ly"))))


def idle(phrase: str) -> bool:
    """True for phrases that are spoken of only in passing."""
    return bool(_IDLE.search(phrase))


def definite(phrase: str) -> str:
    """The phrase with “the” for its article: “a letter” as “the letter”."""
    return re.sub(r"(?i)^(?:an?|this|that|these|those|any|some) ", "the ", phrase)


def extended(phrase: str, asked: str) -> str:
    """The phrase with the names that the question goes on to tie it to: the letter about Anna."""
    name = r"(?:the )?[A-Z][\w’'-]*(?: (?:and )?[A-Z][\w’'-]*)*"
    more = re.search(rf"{re.escape(phrase)}((?: (?:about|of|between|against|with|to) {name})+)", asked)
    return phrase + more[1] if more else phrase
