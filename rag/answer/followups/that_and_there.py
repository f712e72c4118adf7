"""A lone “that” and “there” -> what was said or done, and where."""

from __future__ import annotations

import re

from rag.answer.followups.english import AUX, WH, YEAR, within
from rag.answer.followups.scene import Scene, proper_names
from rag.answer.followups.settled import settled
from rag.answer.followups.things import answered_thing
from rag.words import content_words

_THAT = re.compile(
    r"(?i)\b(?P<verb>[a-z]{3,})(?: (?P<joined>for|to|of|with|about|on|at|from|in|by))? (?:that|this|it)\W*$"
)
_LONE_THAT = re.compile(
    rf"(?i)^(?:(?:{WH}|in what \w+)(?: \w+)? )?{AUX} (?P<that>this|that)(?= (?:well|very|so|not|ever|a|an|the|about"
    r"|in|on|successful|popular|received|good|hit|famous|important|released|published|recorded|made|do|go|win|reach|sell|top"
    r"|called|known|like)\b)"
)
_THERE = re.compile(
    r"(?i)(?<!^)(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )\bthere\b"
    r"(?! (?:is|are|was|were|any|will|would|has|have|had|can|could|may|might|must|should|be|to|seems?)\b)"
)
_AT_PLACE = re.compile(r"\b((?:in|at|to|from) (?:the )?[A-Z][\w’'.-]*(?:(?: of(?: the)?| and)? [A-Z][\w’'.-]*)*)")
_OF_NAME = re.compile(r"\bof ([A-Z][\w-]*(?: [A-Z][\w-]*)*)")


def with_that(text: str, seen: Scene) -> str:
    """“Who called for that?” after “Did they call for peace?”: what followed the same verb."""
    if lone := _LONE_THAT.search(text):
        thing = answered_thing(seen.history[-1], seen, quoted=True)
        if not thing and seen.label is not None and not seen.label.person:
            thing = seen.label.name
        return text[: lone.start("that")] + thing + text[lone.end("that") :] if thing else text
    found = _THAT.search(text)
    if not found:
        return text
    last = seen.last_asked
    joined = f" {found['joined']}" if found["joined"] else ""
    for verb in re.finditer(rf"(?i)\b([a-z]{{3,}}){joined}\b (?=\S)", last):
        if content_words(verb[1]) == content_words(found["verb"]) != []:
            return f"{text[: found.end('joined' if joined else 'verb')]} {last[verb.end() :]}?"
    return text


def with_there(text: str, seen: Scene) -> str:
    """“Who lives there?”: the place that the last exchange named."""
    found = _THERE.search(text)
    if not found or settled(text, found):
        return text
    last = seen.history[-1]
    people = [each.name for each in seen.mentions if each.sex or each is seen.label]

    def is_place(name: str) -> bool:
        return not YEAR.search(name) and not any(within(name, person) for person in people)

    places = [re.sub(r"^(?:to|from) ", "in ", each) for each in _AT_PLACE.findall(f"{last.answer} {last.searched}")]
    places += [f"in {name}" for name in [*proper_names(last.short, seen), *_OF_NAME.findall(last.searched)]]
    place = next((each for each in places if is_place(each)), "there")
    return text[: found.start()] + place + text[found.end() :]
