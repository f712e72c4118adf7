"""Passages -> an answer: made of the documents' own sentences, or written by a language model and checked."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, Protocol

from rag.answer.citations import Evidence, Statement, as_prose, check, cite, with_marks
from rag.answer.drafting import Draft, Written
from rag.answer.prompts import NO_ANSWER, answer_messages, passage_text
from rag.errors import ModelError
from rag.models.checker import Checker
from rag.models.language import QUOTES, ContextTooLong, LanguageModel, Message, stoppable
from rag.models.reader import Reader
from rag.types import Answer, Citation, Passage, Quote, Reading, Sentence
from rag.words import content_words, near_identical, word_set

ABSTENTION: Final = "The documents do not answer this."
_MOST_SENTENCES: Final = 4
_LONGEST_REPLY: Final = 6_000  # characters; more is no answer to a question
_REPLY_TOKENS: Final = 800
_ENDS: Final = (".", "!", "?", "”", '"', "。", "！", "？", "…")
_STATES: Final = 4  # words of meaning in what leads to something and says something itself
_HEADING_WORDS: Final = 12
_ITEM = re.compile(r"[-*•|–—]|\d+[.)]|[^:]+: .*\d")  # of a list or a table, and "Price: 30 crowns"
_STOPS = re.compile(r"[.!?…。！？؟۔।;:,](?:\[[^\[\]]*\]|[^\w\[\]]|[_¹²³⁰⁴-⁹])*$")  # and what may stand behind a stop
_USED: Final = 0.9  # of the context window: models count tokens a little differently


class Listener:
    """Is told how an answer comes along, and may stop it; this one takes no note and never stops."""

    def step(self, words: str) -> None:
        """What is being done now, in a few words."""

    def drafted(self, sentences: Sequence[Sentence], citations: Sequence[Citation], rest: str) -> None:
        """The checked sentences so far and the words after them, which are not checked yet."""

    def stopped(self) -> bool:
        """True once the user has seen enough."""
        return False


class Writer(Protocol):
    """Writes an answer from passages."""

    def write(self, question: str, searched: str, passages: Sequence[Passage], listener: Listener) -> Answer:
        """The answer from the candidates that retrieval found, best first; `searched` is the standalone question.

        Its passages are those that the reader keeps, in its order, and it has the seconds of read and write.
        """
        ...


class QuoteWriter:
    """Answers with one to four verbatim sentences, the one that answers best first.

    Before them stands the short answer, in the document's words, where the reader is sure of one.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def write(self, question: str, searched: str, passages: Sequence[Passage], listener: Listener) -> Answer:
        """See `Writer`. The answer abstains where the reader finds none."""
        began = time.perf_counter()
        listener.step(f"Reading {len(passages)} passages")
        reading = self._reader.read(searched, passages)
        read = time.perf_counter() - began
        statements = quoted(reading, passages)
        kept = tuple(passages[number] for number in reading.order)
        seconds = {"read": read, "write": time.perf_counter() - began - read}
        return _answer(question, searched, statements, kept, QUOTES, seconds)


class ModelWriter:
    """Lets a language model write, and checks each of its sentences as soon as it is finished.

    Where the model fails, the answer is one of quotes, with what the model had written by then before them.
    """

    def __init__(self, reader: Reader, checker: Checker, model: LanguageModel) -> None:
        self._reader = reader
        self._checker = checker
        self._model = model

    def write(self, question: str, searched: str, passages: Sequence[Passage], listener: Listener) -> Answer:
        """See `Writer`. The answer abstains where the model does, or no sentence of it is found in the passages."""
        began = time.perf_counter()
        listener.step(f"Reading {len(passages)} passages")
        reading = self._reader.read(searched, passages)
        read = time.perf_counter() - began
        kept = tuple(passages[number] for number in reading.order)
        reply = _Reply(self._model, self._checker, listener)
        if kept:
            listener.step(f"Writing with {self._model.name}")
            reply.ask(searched, kept)
        statements, name = reply.statements, self._model.name
        if reply.problem:
            name = name if statements else QUOTES
            statements = _continued(statements, quoted(reading, passages))
        elif reply.silent:
            statements = []
        seconds = {"read": read, "write": time.perf_counter() - began - read}
        if reply.first:
            seconds["first"] = reply.first - began
        answer = _answer(question, searched, statements, kept, name, seconds)
        return replace(answer, problem=reply.problem, notes=reply.notes(answer.abstained), dropped=reply.dropped)


class _Reply:
    """What a model writes about passages, each sentence checked when it is finished."""

    def __init__(self, model: LanguageModel, checker: Checker, listener: Listener) -> None:
        self._model = model
        self._checker = checker
        self._listener = listener
        self._shown: Sequence[Passage] = ()
        self._searched = ""
        self._notes: list[str] = []
        self.statements: list[Statement] = []
        self.problem = ""
        self.silent = False  # it wrote that the passages do not answer
        self.dropped = 0
        self.first = 0.0  # when its first words came

    def ask(self, searched: str, kept: Sequence[Passage]) -> None:
        """Take the whole reply; a prompt that turns out too long is tried again with half of the passages."""
        name = self._model.name
        self._searched = searched
        self._shown = fitting(searched, kept, self._model)
        while self._shown and not self.problem:
            try:
                self._take(answer_messages(searched, self._shown))
                break
            except ContextTooLong as error:
                self._shown = self._shown[: len(self._shown) // 2]
                self.problem = "" if self._shown else str(error)
            except ModelError as error:
                self.problem = str(error)
        if not self._shown and not self.problem:
            self.problem = f"Not one passage fits into the context window of {name}."
        elif len(self._shown) < len(kept) and self._shown:
            self._notes.append(
                f"{name} was given {len(self._shown)} of the {len(kept)} best passages; no more fit into its context"
                " window."
            )

    def notes(self, abstained: bool) -> tuple[str, ...]:
        """What the user should know about how the answer came about."""
        notes = list(self._notes)
        if abstained and self.statements:
            notes.append(
                f"{self._model.name} wrote {_counted(len(self.statements), 'sentence')}, of which the documents"
                " support none."
            )
        if self.dropped:
            were = "was" if self.dropped == 1 else "were"
            notes.append(f"{_counted(self.dropped, 'citation')} of passages that do not exist {were} left out.")
        return tuple(notes)

    def _take(self, messages: Sequence[Message]) -> None:
        """Read the reply to its end; what came before a failure is checked before the ModelError is passed on."""
        draft, size, whole = Draft(), 0, False
        try:
            for piece in stoppable(lambda: self._model.stream(messages), self._listener.stopped):
                self.first = self.first or (time.perf_counter() if piece else 0.0)
                size += len(piece)
                self._take_piece(draft, piece)
                if self.silent:
                    break
                if draft.size > _LONGEST_REPLY:
                    self._notes.append(f"{self._model.name} did not come to an end and was stopped.")
                    draft = Draft()  # without the sentence it is in
                    break
            whole = not self._listener.stopped()
        finally:
            self._check(draft.close(), whole=whole)
            self._show("")
        if not whole:
            self._stopped()
        elif not self.silent and not self.statements:
            wrote = "wrote nothing that could be checked" if size else "answered with nothing"
            self.problem = f"{self._model.name} {wrote}."

    def _take_piece(self, draft: Draft, piece: str) -> None:
        thoughts = draft.thoughts
        finished = draft.add(piece)
        if draft.thoughts > thoughts:
            self.statements.clear()  # they were thoughts
        self._check(finished)
        if piece:
            self._show(draft.rest)

    def _stopped(self) -> None:
        if any(made.evidence for made in self.statements):
            self._notes.append("Stopped: this is what had been written.")
        else:
            self.problem = "Stopped before anything was written that the documents support."

    def _check(self, finished: Sequence[Written], *, whole: bool = True) -> None:
        """Check sentences; `whole` is false for what may have been broken off in the middle."""
        for sentence in finished:
            text = self._without_sentinel(sentence.text)
            if not text or any(made.text == text for made in self.statements):
                continue  # small models go round in circles
            if text.endswith(":") and len(content_words(text)) < _STATES:
                continue  # "The answer is:" states nothing
            broken = not whole and not text.endswith(_ENDS)
            if broken and len(content_words(text)) < 2:
                continue
            cited = [number - 1 for number in sentence.numbers if 1 <= number <= len(self._shown)]
            self.dropped += len(sentence.numbers) - len(cited)
            before = self.statements[-1].text if self.statements else ""
            evidence, support = check(text, cited, self._shown, self._checker, before=before, asked=self._searched)
            opens = sentence.opens and bool(self.statements)
            text += " …" if broken else ""
            self.statements.append(Statement(text, tuple(evidence), support, opens=opens))

    def _without_sentinel(self, text: str) -> str:
        """The text without the words that say that there is no answer; "" where it says nothing else."""
        plain = text.replace("\\_", "_")
        if NO_ANSWER not in plain:
            return text
        rest = plain.replace(NO_ANSWER, "").strip()
        if len(content_words(rest)) >= _STATES:
            return rest
        self.silent = not any(made.evidence for made in self.statements)
        return ""

    def _show(self, rest: str) -> None:
        if NO_ANSWER.startswith(rest.replace("\\_", "_")[: len(NO_ANSWER)]):
            rest = ""  # it may be about to say that there is no answer
        self._listener.drafted(*cite(self.statements), rest)


def fitting(searched: str, passages: Sequence[Passage], model: LanguageModel) -> Sequence[Passage]:
    """The first passages, whole, that fit into the model's context window with the rules and room for a reply."""
    rules = sum(model.count_tokens(message.text) for message in answer_messages(searched, []))
    room = int(_USED * model.context) - min(_REPLY_TOKENS, model.context // 4) - rules
    for count, passage in enumerate(passages, 1):
        room -= model.count_tokens(passage_text(count, passage))
        if room < 0:
            return passages[: count - 1]
    return passages


def quoted(reading: Reading, passages: Sequence[Passage]) -> list[Statement]:
    """The quotes that a reading offers, a paragraph for each document; none where it finds no answer.

    The short answer stands before them, in a paragraph of its own.
    """
    chosen = _chosen(reading.quotes, passages) if reading.answers else []
    statements = [Statement(as_prose(evidence.quote), (evidence,), 1.0) for evidence in chosen]
    if chosen and chosen[0].short:
        short = Statement(as_prose(chosen[0].answer), (chosen[0],), reading.quotes[0].score, short=True)
        statements.insert(0, short)
    return _in_paragraphs(statements)


def _in_paragraphs(quotes: Sequence[Statement], *, opens: bool = False) -> list[Statement]:
    """The quotes, a paragraph for each document; `opens` where something stands before them.

    Else "he" would be whoever another article spoke of last. The short answer, too, has a paragraph of its own.
    """
    made = [replace(quote, opens=opens) for quote in quotes[:1]]
    for before, quote in pairwise(quotes):
        other = before.evidence[0].passage.document != quote.evidence[0].passage.document
        made.append(replace(quote, opens=before.short or other))
    return made


def abstention(
    question: str, searched: str, passages: Sequence[Passage], model: str, seconds: Mapping[str, float]
) -> Answer:
    """The answer that says that there is none; the passages are the nearest that were found."""
    return Answer(question, searched, ABSTENTION, True, (), (), tuple(passages), model, seconds)


def _answer(
    question: str,
    searched: str,
    statements: Sequence[Statement],
    kept: Sequence[Passage],
    model: str,
    seconds: Mapping[str, float],
) -> Answer:
    if not any(made.evidence for made in statements):
        return abstention(question, searched, kept, model, seconds)
    sentences, citations = cite(statements)
    return Answer(question, searched, with_marks(sentences), False, sentences, citations, tuple(kept), model, seconds)


def _continued(written: Sequence[Statement], quotes: Sequence[Statement]) -> list[Statement]:
    """What a model had written, and on a new line the quotes that it does not rest on already."""
    used = {(item.passage.document, item.start, item.end) for made in written for item in made.evidence}
    fresh = [
        made
        for made in quotes
        if not any((item.passage.document, item.start, item.end) in used for item in made.evidence)
    ]
    return [*written, *_in_paragraphs(fresh, opens=True)]


def _chosen(quotes: Sequence[Quote], passages: Sequence[Passage]) -> list[Evidence]:
    """The best sentence and those that go best with it: one of each other document before a second one of any.

    What repeats another one is left out, and so are headings and the like, which say nothing by themselves, unless
    one of them answers best. Those of a document stand together, the document that has the best one first.
    """
    documents = {passages[quote.passage].document: quote for quote in reversed(quotes)}
    firsts = [quote for quote in quotes if documents[passages[quote.passage].document] is quote]
    chosen: list[Evidence] = []
    for quote in [*firsts, *(quote for quote in quotes if quote not in firsts)]:
        evidence = Evidence(passages[quote.passage], quote.start, quote.end, quote.short)
        if chosen and _is_heading(evidence.quote):
            continue
        if not any(near_identical(word_set(evidence.quote), word_set(other.quote)) for other in chosen):
            chosen.append(evidence)
        if len(chosen) == _MOST_SENTENCES:
            break
    order = list(dict.fromkeys(evidence.passage.document for evidence in chosen))
    return sorted(chosen, key=lambda evidence: order.index(evidence.passage.document))


def _is_heading(quote: str) -> bool:
    """True for a heading, a byline and the like: a short line that comes to no end and is no item of a list."""
    if quote.startswith("#"):
        return True
    words = quote.split()
    return 1 < len(words) <= _HEADING_WORDS and not _STOPS.search(quote) and not _ITEM.match(quote)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
