"""What a language model writes, as it comes -> whole sentences and the numbers that each of them cites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.sentences import sentence_spans

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|and|&|[-–])\s*\d{1,3})*"
_LABEL = r"(?:(?:passages?|sources?|documents?|p\.?|no\.?|#|\^)\s*)?"
_MARK = re.compile(rf"[\[【〔［]\s*{_LABEL}({_NUMBERS})(?:\s*†[^\]】]*)?\s*[\]】〕］]", re.IGNORECASE)
_WORDED_MARK = re.compile(rf"\(\s*(?:passages?|sources?)\s+({_NUMBERS})\s*\)", re.IGNORECASE)
_MARKS = rf"(?:\s*{_MARK.pattern})+"
_AFTER_STOP = re.compile(rf"([.!?…][\"'”’)]*)({_MARKS})", re.IGNORECASE)
_THINKS = re.compile(r"<(think|thinking|thought)>", re.IGNORECASE)
_THOUGHT = re.compile(rf"{_THINKS.pattern}.*?</\1>", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_BULLET = re.compile(r"^(?:#{1,6}\s+|[-*•+>]\s+|\d{1,2}[.)]\s+)+")
_BARE_BULLET = re.compile(r"\n\s*(?:[-*•+>#]+|\d{1,2}[.)]?)?\s*\Z")
_NUMBERED = re.compile(r"[ \t]*\d{1,2}[.)](?:[ \t]+|$)")
_HEADING = re.compile(r"#{1,6}\s")
_EMPHASIS = re.compile(r"(\*\*|__|`+)(?=\S)(.+?)(?<=\S)\1|(?<!\w)\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)")
_UNFINISHED = re.compile(r"!?(?:[\[【〔［][^\]】〕］\n]{0,200}|\[[^\]\n]*\]\([^)\n]*|<[^<>\n]{0,40})\Z")
_UNSURE = re.compile(rf"{_UNFINISHED.pattern}|!?\[[^\]\n]*\]\Z|!\Z")  # what follows may make a link of it


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
    full stop and after it. Thoughts in `<think>` and headings, which state nothing, are left out.
    """

    def __init__(self) -> None:
        self._left = ""  # what no finished sentence has taken yet
        self._opens = False
        self.empty = True

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
        return written(_BARE_BULLET.sub("", _UNSURE.sub("", self._split()[0]))).text

    def _finished(self, *, final: bool) -> list[Written]:
        text, thought = self._split()
        text = _UNFINISHED.sub("", text) if final else text
        spans = _spans(text)
        ready = len(spans) if final else max(0, len(spans) - 1)
        if not final and ready and not _begun(text[slice(*spans[-1])]):
            ready -= 1
        found, position = [], 0
        for start, end in spans[:ready]:
            opens = self._opens or "\n" in text[position:start]
            sentence = written(text[start:end], opens=opens and not self.empty)
            position, self._opens = end, False
            if (sentence.text or sentence.numbers) and not _HEADING.match(text, start):
                found.append(sentence)
                self.empty = False
            else:
                self._opens = opens
        if ready:
            following = spans[ready][0] if ready < len(spans) else len(text)
            self._opens = self._opens or "\n" in text[position:following]
            self._left = text[following:] + thought
        return found

    def _split(self) -> tuple[str, str]:
        """What is left without thoughts, marks before their full stops, and a thought that has not ended."""
        text = _THOUGHT.sub("", self._left)
        unended = _THINKS.search(text)
        said, thought = (text[: unended.start()], text[unended.start() :]) if unended else (text, "")
        return _joined(said), thought


def written(text: str, *, opens: bool = False) -> Written:
    """One sentence as a model wrote it -> its plain text and its numbers; markup, links and images are taken off."""
    text = _LINK.sub(lambda link: f"[{link[1]}]" if link[1].isdigit() else link[1], _IMAGE.sub("", text))
    numbers: list[int] = []
    for mark in re.finditer(rf"{_MARK.pattern}|{_WORDED_MARK.pattern}", text, re.IGNORECASE):
        numbers += _listed(mark[1] or mark[2])
    plain = _WORDED_MARK.sub("", _MARK.sub("", text))
    plain = _TAG.sub("", plain)
    plain = _BULLET.sub("", " ".join(plain.split()))
    for _ in range(2):
        plain = _EMPHASIS.sub(lambda found: found[2] or found[3], plain)
    plain = re.sub(r"\s+([.,;:!?…])(?=\s|$|[\"'”’)])", r"\1", plain.replace("**", "")).strip()
    return Written(plain if re.search(r"\w", plain) else "", tuple(dict.fromkeys(numbers)), opens)


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


def _begun(text: str) -> bool:
    """True once the text shows that it is a new sentence and not a mark of the one before."""
    return bool(re.search(r"\w", _UNFINISHED.sub("", _MARK.sub("", text))))


def _listed(numbers: str) -> list[int]:
    """`1, 3-5` -> 1, 3, 4, 5."""
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", numbers):
        low, high = int(first), int(last or first)
        found += range(low, high + 1) if low <= high <= low + 20 else [low]
    return found
