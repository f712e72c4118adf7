"""Where the parts meet: Settings -> Assistant, which the page, the command line and the evaluation use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rag.answer.followups import standalone, stands_alone
from rag.answer.retrieval import PASSAGES, retrieve
from rag.answer.rewriting import rewritten
from rag.answer.scope import NOTHING_MATCHES, undated_words
from rag.answer.writing import Listener, ModelWriter, QuoteWriter, Writer, abstention
from rag.errors import FootnoteError, InputError, ModelError
from rag.export.transcript import Article, Transcript
from rag.feedback import Feedback
from rag.index import scope
from rag.ingest.library import DocumentSet
from rag.ingest.readers import front_matter
from rag.models.checker import Checker, LocalChecker
from rag.models.embedding import Embedder
from rag.models.language import QUOTES, LanguageModel, Message, ModelChoice, stoppable
from rag.models.reader import LocalReader, Reader
from rag.models.similarity import SimilarityReader
from rag.offers import Offers, never
from rag.preferences import Preferences
from rag.sets import CONVERSATIONS, DocumentSets
from rag.settings import Settings
from rag.types import (
    EVERYTHING,
    Answer,
    Exchange,
    Filter,
    Passage,
    Turn,
)
from rag.words import searchable

_LONGEST_QUESTION = 2_000
_WITH_FRONT_MATTER = (".md", ".markdown", ".txt")


class Assistant(DocumentSets):
    """Answers questions about document sets, and looks after them. One for the whole process; threads may share it.

    `model`, any llama-index LLM as a `LlamaIndexModel` for one, writes instead of what is set and chosen.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        checker: Checker | None = None,
        model: LanguageModel | None = None,
    ) -> None:
        super().__init__(settings, embedder)
        self.feedback = Feedback(settings.home / CONVERSATIONS)
        self.preferences = Preferences(settings)
        self.reader = reader or _reader(settings, self.embedder)
        self.checker = checker or LocalChecker(settings.threads)
        self._given = model
        self._opened: tuple[ModelChoice, int, LanguageModel] | None = None
        self._offered: dict[Path, Offers] = {}
        self._opening = threading.Lock()  # of its own: what it guards takes seconds

    # -- questions --------------------------------------------------------------------------------------------------

    def ask(
        self,
        document_set: DocumentSet,
        question: str,
        history: Sequence[Exchange] = (),
        listener: Listener | None = None,
        *,
        searched: str = "",
        quotes: bool = False,
        within: Filter = EVERYTHING,
    ) -> Answer:
        """Answer a question about a set; `history` is the conversation before it, oldest first.

        `searched` is the standalone form of the question where the user has given it; else it is made from the history,
        by rules without a language model: where nothing is found for what they make of a question that could stand
        alone, the question itself is tried.
        With `quotes` no language model is asked. Only the documents that `within` lets through are searched; where
        there are none, the answer abstains and a note says so. Raises InputError for a question that is none,
        LibraryError for a set that was never read, IndexUnusable for one made with another embedder. A language model
        that fails raises nothing: the answer says so.
        """
        began = time.perf_counter()
        listener = listener or Listener()
        question = checked_question(question)
        self._require_synced(document_set)
        model, problem = (None, "") if quotes else self._model_or_problem()
        if searched:
            searched = checked_question(searched)
        elif model and history:
            listener.step("Working out what is asked")
            try:
                searched = rewritten(question, history, model, listener.stopped) or ""
            except ModelError as error:
                model, problem = None, str(error)
        by_rules = "" if searched else standalone(question, history)
        searched = searched or by_rules
        understood = time.perf_counter()
        entries = self.entries(document_set)
        covered = scope.coverage(entries, within)
        listener.step(_searching(covered.searched, "" if searched == question else searched))
        wording = searchable(searched)
        passages = self._retrieve(document_set, wording, PASSAGES, within) if covered.searched else []
        retrieved = time.perf_counter()
        if covered.searched or within.empty:
            writer: Writer = ModelWriter(self.reader, self.checker, model) if model else QuoteWriter(self.reader)
            answer = writer.write(question, wording, passages, listener)
        else:
            answer = abstention(question, wording, (), QUOTES, {"read": 0.0, "write": 0.0})
            answer = replace(answer, notes=(NOTHING_MATCHES,))
        if answer.abstained and model is None and by_rules not in ("", question) and stands_alone(question):
            again = self.ask(document_set, question, (), listener, searched=question, quotes=True, within=within)
            if not again.abstained:
                return replace(again, seconds={**again.seconds, "total": time.perf_counter() - began})
        ended = time.perf_counter()
        seconds = {"retrieve": retrieved - understood, **answer.seconds, "total": ended - began}
        if "first" in seconds:
            seconds["first"] += retrieved - began
        hashes = {entry.name: entry.sha256 for entry in entries}
        undated = undated_words(covered.undated)
        return replace(
            answer,
            searched=searched,
            problem=problem or answer.problem,
            notes=(*answer.notes, undated) if undated else answer.notes,
            seconds=seconds,
            hashes={passage.document: hashes.get(passage.document, "") for passage in answer.passages},
            within=within,
            documents_searched=covered.searched,
            documents_held=covered.held,
            passages_read=len(passages),
        )

    @property
    def model(self) -> LanguageModel | None:
        """The language model that writes; None for quotes only.

        Raises InputError for settings that cannot be used. Opening one imports llama-index, which takes seconds.
        """
        if self._given is not None:
            return self._given
        choice = self.preferences.choice()
        if choice is None:
            return None
        key = self.preferences.key(choice.url)
        with self._opening:
            if self._opened is None or self._opened[:2] != (choice, hash(key)):
                self._opened = (choice, hash(key), _open_model(choice, key))
            return self._opened[2]

    def open_model(self) -> None:
        """Have the model at hand, if one is chosen; what is wrong with it is told when it is asked."""
        self._model_or_problem()

    def warm_up(self, document_set: DocumentSet) -> None:
        """Open all that answering needs, which the first question would else wait for. Errors as `ask`."""
        self.ask(document_set, "Is everything ready?", quotes=True)
        if self._given is not None or self.preferences.choice() is not None:
            self.checker.support([("All is ready.", "All is ready.")])

    def try_model(self, choice: ModelChoice, key: str) -> float:
        """The seconds that this model takes to its first words. Raises ModelError if it gives none."""
        began = time.perf_counter()
        prompt = [Message("user", "Reply with the word ready.")]
        for piece in stoppable(lambda: _open_model(choice, key).stream(prompt), lambda: False):
            if piece.strip():
                return time.perf_counter() - began
        raise ModelError(f"{choice.model} answered with nothing.")

    def changed_since(self, document_set: DocumentSet, answer: Answer) -> dict[str, str]:
        """Cited document -> "changed" or "gone", for those that are not what they were when the answer was given."""
        cited = {citation.document for citation in answer.citations} & answer.hashes.keys()
        now = {entry.name: entry.sha256 for entry in self.entries(document_set)} if cited else {}
        return {
            name: "changed" if name in now else "gone" for name in sorted(cited) if now.get(name) != answer.hashes[name]
        }

    def transcript(self, conversation: str, document_set: DocumentSet | None = None) -> Transcript:
        """The conversation with the articles that it cites, to be exported; raises LibraryError if it is gone.

        `document_set` is the set that it is about, where that lies elsewhere than below the documents' folder.
        """
        about, turns = self.history.get(conversation), tuple(self.history.turns(conversation))
        sets = [*([document_set] if document_set else []), *self.library.sets()]
        found = next((known for known in sets if self.key(known) == about.key), None)
        articles = self._cited_articles(found, turns) if found else {}
        return Transcript(about.title, found.name if found else about.key, about.created, turns, articles)

    def _cited_articles(self, document_set: DocumentSet, turns: Sequence[Turn]) -> dict[str, Article]:
        names = [citation.document for turn in turns if turn.answer for citation in turn.answer.citations]
        articles = {}
        for name in dict.fromkeys(names):
            try:
                document = self.document(document_set, name)
            except FootnoteError:
                continue  # the quotes are worth having without it
            fronted = name.lower().endswith(_WITH_FRONT_MATTER)
            articles[name] = Article(document, front_matter(document.text)[1] if fronted else 0)
        return articles

    def _model_or_problem(self) -> tuple[LanguageModel | None, str]:
        try:
            return self.model, ""
        except (InputError, ModelError) as error:
            return None, str(error)

    def search(
        self, document_set: DocumentSet, words: str, count: int = 10, within: Filter = EVERYTHING
    ) -> list[Passage]:
        """The best passages for some words, best first, of documents that `within` lets through. Errors as `ask`."""
        words = checked_question(words)
        self._require_synced(document_set)
        return self._retrieve(document_set, searchable(words), count, within)

    def starters(self, document_set: DocumentSet, stopped: Callable[[], bool] = never) -> tuple[str, ...]:
        """Up to three questions that the set answers, each tried before it is offered; kept beside its index.

        Takes seconds where they are not known yet; less is found, and nothing kept, once it is `stopped`.
        """
        return self._offers(document_set).starters(stopped)

    def known_starters(self, document_set: DocumentSet) -> tuple[str, ...] | None:
        """Those that were found for the set as it is now; None where nobody has looked yet. Takes no time."""
        return self._offers(document_set).known_starters()

    def suggestions(
        self,
        document_set: DocumentSet,
        answer: Answer,
        history: Sequence[Exchange] = (),
        stopped: Callable[[], bool] = never,
    ) -> tuple[str, ...]:
        """Up to three questions to go on with, which the passages of the answer, or their documents, really answer.

        `history` is the conversation before the answer. Each question was tried by asking it for quotes, which takes
        seconds; once it is `stopped`, what was found by then is returned. Errors as `ask`.
        """
        return self._offers(document_set).suggestions(answer, history, stopped)

    def _offers(self, document_set: DocumentSet) -> Offers:
        index = self.index(document_set)
        made_by = f"{self.settings.reader} {self.settings.caution}"

        def tried(question: str, within: Filter) -> Answer:
            return self.ask(document_set, question, quotes=True, within=within)

        with self._guard:
            if index.home not in self._offered:
                self._offered[index.home] = Offers(index, made_by, tried)
            return self._offered[index.home]

    def _retrieve(self, document_set: DocumentSet, question: str, count: int, within: Filter) -> list[Passage]:
        index = self.index(document_set)
        index.require(self.embedder.name)
        return retrieve(question, index, self.embedder, count, within)


def _searching(articles: int, searched: str) -> str:
    """For example `Searching 1,494 articles`, and what for where that is not the question as it was asked."""
    words = f"Searching {articles:,} {'article' if articles == 1 else 'articles'}"
    return f"{words} for: {searched}" if searched else words


def checked_question(question: str) -> str:
    """The question on one line; raises InputError where it has no words or is too long."""
    question = " ".join(question.split())
    if not any(character.isalnum() for character in question):
        raise InputError("Please ask a question in words.")
    if len(question) > _LONGEST_QUESTION:
        raise InputError(f"Please ask in at most {_LONGEST_QUESTION:,} characters; this has {len(question):,}.")
    return question


def _reader(settings: Settings, embedder: Embedder) -> Reader:
    if settings.reader == "similarity":
        return SimilarityReader(embedder)
    return LocalReader(settings.caution, settings.threads)


def _open_model(choice: ModelChoice, key: str) -> LanguageModel:
    from rag.models.llama import open_model

    return open_model(choice, key)
