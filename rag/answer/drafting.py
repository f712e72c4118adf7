"""What a language model writes, as it comes -> whole sentences and the numbers that each of them cites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.sentences import sentence_spans

# every repetition has a limit: what a model writes may be made, or go wrong, so that an open one takes minutes
_NUMBERS = r"\d{1,3}(?:\s{0,2}(?:,|;|and|&|[-–])\s{0,2}\d{1,3}){0,30}"
_LABEL = r"(?:(?:passages?|sources?|documents?|no\.?|#|\^)\s{0,2})?"
_MARK = re.compile(
    rf"[\[【〔［]\s{{0,2}}{_LABEL}({_NUMBERS})(?:\s?†[^\]】\n]{{0,40}})?\s{{0,2}}[\]】〕］]", re.IGNORECASE
)
_WORDED_MARK = re.compile(rf"\(\s?(?:passages?|sources?)\s({_NUMBERS})\s?\)", re.IGNORECASE)
_ANY_MARK = re.compile(rf"{_MARK.pattern}|{_WORDED_MARK.pattern}", re.IGNORECASE)
_AFTER_STOP = re.compile(rf"([.!?…][\"'”’)]{{0,3}})((?:[ \t]{{0,3}}{_MARK.pattern}){{1,20}})", re.IGNORECASE)
_THINKS = re.compile(r"<(think|thinking|thought)>", re.IGNORECASE)
_THOUGHT = re.compile(rf"{_THINKS.pattern}.*?</\1>", re.IGNORECASE | re.DOTALL)
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|thought)>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,300}\)")
_LINKED_MARK = re.compile(r"\[{1,2}(\d{1,3})\]{1,2}\([^\s]{0,300}\)")
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\([^)\s]{0,300}[^)\n]{0,100}\)")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>|<!--[^<>]{0,300}-->")
_BULLET = re.compile(r"^(?:(?:#{1,6}|[-*•+>])\s{1,4}|\d{1,2}[.)]\s{1,4}){1,4}")
_BARE_BULLET = re.compile(r"\n\s{0,4}(?:[-*•+>#]{1,6}|\d{1,2}[.)]?)?\s{0,4}\Z")
_NUMBERED = re.compile(r"[ \t]{0,8}\d{1,2}[.)](?:[ \t]{1,4}|$)")
_EMPHASIS = re.compile(r"(\*\*|__|`{1,3})(?=\S)([^\n]{1,300}?)(?<=\S)\1|(?<!\w)\*(?=\S)([^*\n]{1,300}?)(?<=\S)\*(?!\w)")
_STATES_NOTHING = re.compile(  # headings, fences, rules of tables, definitions of references
    r"[ \t]{0,8}(?:#{1,6}\s|`{3}|~{3}|\|?[-:| ]{3,}$|\[\^?[^\]\n]{1,40}\]:)"
)
_SOURCES = re.compile(
    r"[ \t#*]{0,8}(?:sources?|references?|citations?|passages? used)\s{0,2}:?[\s*]{0,4}(?:$|(?<=:))", re.IGNORECASE
)
_CLOSING = re.compile(
    r"(?:I hope (?:this|that)|(?:please )?let me know|feel free|if you have (?:any|other|more)"
    r"|(?:sure|certainly|of course)[!,.])",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"!?(?:[\[【〔［][^\]】〕］\n]{0,200}|\[[^\]\n]{0,300}\]\([^)\n]{0,300}|<[^<>\n]{0,40})\Z")
_UNSURE = re.compile(rf"{_UNFINISHED.pattern}|!?\[[^\]\n]{{0,300}}\]\Z|!\Z")  # what follows may make a link of it
_LONGEST = 1_500  # characters of a sentence; what is longer is none, and is cut


@dataclass(frozen=True, slots=True)
class Written:
    """A finished sentence: its text without marks and markup, the passage numbers it cites in their order.

    `opens` is true where it begins on a new line.
    """

    text: str
    numbers: tuple[int, ...]
    opens: bool


class Draft:
    """Takes the pieces of a reply; gives back each sentence once, when it is finished.

    A sentence is finished when something that is no citation follows it, or the reply ends: models cite before the
    full stop and after it. Left out is what states nothing: thoughts in `<think>`, headings, closing words, and the
    list of sources that some put at the end. `thoughts` counts the ends of thoughts that nothing had opened: all that
    was given back before one is no part of the reply.
    """

    def __init__(self) -> None:
        self._left = ""  # what no finished sentence has taken yet
        self._opens = False
        self._sources = False
        self._empty = True
        self.thoughts = 0
        self.size = 0  # characters of what is no thought

    def add(self, piece: str) -> list[Written]:
        """The sentences that this piece finishes."""
        self._left += piece
        return self._finished(final=False)

    def close(self) -> list[Written]:
        """What is left when nothing more comes; the last sentence may be a broken one."""
        return self._finished(final=True)

    @property
    def rest(self) -> str:
        """What stands after the last finished sentence, as it may be shown: no half-written mark, no markup."""
        text = self._split()[0][:_LONGEST]
        shown = _UNSURE.sub("", text)
        if self._sources or any(_states_nothing(line) for line in shown.splitlines()[-1:]):
            return ""
        return written(_BARE_BULLET.sub("", shown)).text

    def _finished(self, *, final: bool) -> list[Written]:
        text, thought = self._split()
        text = _UNFINISHED.sub("", text) if final else text
        spans = _spans(text)
        ready = len(spans) if final or len(text) > _LONGEST else max(0, len(spans) - 1)
        if not final and ready and ready < len(spans) and not _begun(text[slice(*spans[-1])]):
            ready -= 1
        found, position = [], 0
        for start, end in spans[:ready]:
            opens = self._opens or "\n" in text[position:start]
            sentence = self._stated(text, start, end, opens)
            position, self._opens = end, opens and sentence is None
            if sentence is not None:
                found.append(sentence)
                self._empty = False
        if ready:
            following = spans[ready][0] if ready < len(spans) else len(text)
            self._opens = self._opens or "\n" in text[position:following]
            self.size += following
            self._left = text[following:] + thought
        return found

    def _stated(self, text: str, start: int, end: int, opens: bool) -> Written | None:
        """The sentence at that span; None for what states nothing."""
        line = text[text.rfind("\n", 0, start) + 1 : end]
        self._sources = self._sources or bool(_SOURCES.match(line))
        if self._sources or _states_nothing(line):
            return None
        sentence = written(text[start : min(end, start + _LONGEST)], opens=opens and not self._empty)
        if _CLOSING.match(sentence.text) and not sentence.numbers:
            return None
        return sentence if sentence.text or sentence.numbers else None

    def _split(self) -> tuple[str, str]:
        """What is left without thoughts, marks before their full stops, and a thought that has not ended."""
        text = _THOUGHT.sub("", self._left) if "</" in self._left else self._left
        unended = _THINKS.search(text)
        said, thought = (text[: unended.start()], text[unended.start() :]) if unended else (text, "")
        *before, said = _THOUGHT_ENDS.split(said)
        if before:  # the prompt of some models opens the thought
            self.thoughts += 1
            self._left, self._opens, self._sources, self._empty = said + thought, False, False, True
        return _joined(said), thought


def written(text: str, *, opens: bool = False) -> Written:
    """One sentence as a model wrote it -> its plain text and its numbers; markup, links and images are taken off."""
    text = _LINK.sub(r"\1", _LINKED_MARK.sub(r"[\1]", _IMAGE.sub("", text)))
    numbers: list[int] = []
    for mark in _ANY_MARK.finditer(text):
        numbers += _listed(mark[1] or mark[2])
    plain = _TAG.sub("", _ANY_MARK.sub("", text))
    plain = _BULLET.sub("", " ".join(plain.split()))
    for _ in range(2):
        plain = _EMPHASIS.sub(lambda found: found[2] or found[3], plain)
    plain = re.sub(r"\s+([.,;:!?…])(?=\s|$|[\"'”’)])", r"\1", plain.replace("**", "")).strip()
    states = re.search(r"\w", plain) and not re.fullmatch(r"\d{1,2}[.)]", plain)
    return Written(plain if states else "", tuple(dict.fromkeys(numbers)), opens)


def _joined(reply: str) -> str:
    """The reply with every mark that follows a full stop put before it, so that it belongs to its sentence."""
    return _AFTER_STOP.sub(lambda found: f" {found[2].strip()}{found[1]}", reply)


def _spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a reply, in which every end of a line ends one: models do not wrap lines."""
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        listed = _NUMBERED.match(text, line.start(), line.end())
        spans += sentence_spans(text, listed.end() if listed else line.start(), line.end())
    return spans


def _states_nothing(line: str) -> bool:
    return bool(_STATES_NOTHING.match(line) or _SOURCES.match(line))


def _begun(text: str) -> bool:
    """True once the text shows that it is a new sentence and not a mark of the one before."""
    return bool(re.search(r"\w", _UNFINISHED.sub("", _MARK.sub("", text))))


def _listed(numbers: str) -> list[int]:
    """`1, 3-5` -> 1, 3, 4, 5."""
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,3})(?:\s?[-–]\s?(\d{1,3}))?", numbers):
        low, high = int(first), int(last or first)
        found += range(low, high + 1) if low <= high <= low + 20 else [low]
    return found
