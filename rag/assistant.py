"""Where the parts meet: Settings -> Assistant, which the page, the command line and the evaluation use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from rag.answer.followups import standalone
from rag.answer.retrieval import PASSAGES, retrieve
from rag.answer.rewriting import rewritten
from rag.answer.scope import NOTHING_MATCHES, undated_words
from rag.answer.writing import Listener, ModelWriter, QuoteWriter, Writer, abstention
from rag.errors import FootnoteError, InputError, LibraryError, ModelError
from rag.export.transcript import Article, Transcript
from rag.feedback import Feedback
from rag.history import History
from rag.index import scope
from rag.index.catalog import Entry
from rag.index.index import Index
from rag.ingest import sync as syncing
from rag.ingest.hashes import KnownHashes
from rag.ingest.library import DocumentSet, Library
from rag.ingest.listing import Listing
from rag.ingest.readers import front_matter
from rag.ingest.trash import DeletedSet
from rag.models.checker import Checker, LocalChecker
from rag.models.embedding import Embedder, LocalEmbedder
from rag.models.language import QUOTES, LanguageModel, Message, ModelChoice, stoppable
from rag.models.reader import LocalReader, Reader
from rag.models.similarity import SimilarityReader
from rag.offers import Offers, never
from rag.preferences import Preferences
from rag.settings import Settings
from rag.types import (
    EVERYTHING,
    Answer,
    CheckReport,
    Document,
    DocumentInfo,
    Exchange,
    Filter,
    Passage,
    Plan,
    Progress,
    SyncReport,
    Turn,
)
from rag.words import searchable

_LONGEST_QUESTION = 2_000
_CONVERSATIONS = "conversations.sqlite3"
_WITH_FRONT_MATTER = (".md", ".markdown", ".txt")


def _silent(_: Progress) -> None:
    return


class Assistant:
    """Answers questions about document sets. One for the whole process; threads may share it.

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
        self.settings = settings
        self.library = Library(settings.documents, settings.home)
        self.history = History(settings.home / _CONVERSATIONS)
        self.feedback = Feedback(settings.home / _CONVERSATIONS)
        self.preferences = Preferences(settings)
        self.embedder = embedder or _embedder(settings)
        self.reader = reader or _reader(settings, self.embedder)
        self.checker = checker or LocalChecker(settings.threads)
        self._given = model
        self._opened: tuple[ModelChoice, int, LanguageModel] | None = None
        self._indexes: dict[Path, Index] = {}
        self._entries: dict[Path, tuple[str, list[Entry]]] = {}  # by index: stamp, entries
        self._listings: dict[Path, Listing] = {}
        self._hashes = KnownHashes()
        self._offered: dict[Path, Offers] = {}
        self._guard = threading.Lock()
        self._opening = threading.Lock()  # of its own: what it guards takes seconds

    # -- document sets --------------------------------------------------------------------------------------------

    def index(self, document_set: DocumentSet) -> Index:
        """The index of a set; the same object every time."""
        home = self.library.index_home(document_set)
        with self._guard:
            return self._indexes.setdefault(home, Index(home))

    def key(self, document_set: DocumentSet) -> str:
        """A short name for the set that no other set has, and that it keeps when it is renamed."""
        return self.library.key(document_set)

    def rename_set(self, document_set: DocumentSet, name: str) -> DocumentSet:
        """Give a set another name; its index and its conversations stay with it.

        Raises LibraryError for a name that cannot be used, IndexBusy while the set is being read.
        """
        with self.index(document_set).held():
            return self.library.rename(document_set, name)

    def delete_set(self, document_set: DocumentSet) -> DeletedSet:
        """Put a set and its conversations aside for a month. Errors as `rename_set`."""
        index = self.index(document_set)
        with index.held():
            deleted = self.library.delete(document_set)
        index.close()
        with suppress(FootnoteError):  # a history that cannot be used keeps no set from being deleted
            self.history.delete_all(deleted.key, deleted.deleted)
        return deleted

    def restore_set(self, deleted: DeletedSet) -> DocumentSet:
        """Bring a deleted set and its conversations back; raises LibraryError if it is erased."""
        self.history.restore_all(deleted.key, deleted.deleted)
        return self.library.restore(deleted)

    def set_names(self) -> dict[str, str]:
        """The key of every set below the documents' folder -> the name it is shown by."""
        return {self.key(document_set): document_set.name for document_set in self.library.sets()}

    def synced(self, document_set: DocumentSet) -> bool:
        """True once the set was read, though its files may have changed since."""
        return self.index(document_set).exists

    def plan(
        self, document_set: DocumentSet, progress: Callable[[Progress], None] = _silent, *, rebuild: bool = False
    ) -> Plan:
        """What `sync` would do now."""
        return syncing.plan_sync(self.library.files(document_set), self.index(document_set), progress, rebuild=rebuild)

    def sync(
        self,
        document_set: DocumentSet,
        progress: Callable[[Progress], None] = _silent,
        *,
        rebuild: bool = False,
        keep: bool = False,
    ) -> SyncReport:
        """Bring the set's index up to its files; `rebuild` makes it anew beside the old one.

        `keep` says that what is removed or replaced was put into the trash and may be had back: its vectors, and no
        words, are kept as long as it lies there.

        Raises IndexBusy while another process does it, IndexUnusable for an index made with another embedder.
        """
        return syncing.sync(
            self.library.files(document_set),
            self.index(document_set),
            self.embedder,
            self.settings.read_seconds,
            progress,
            rebuild=rebuild,
            keep=keep,
            hash_of=self._hashes.read,
        )

    def check(self, document_set: DocumentSet, progress: Callable[[Progress], None] = _silent) -> CheckReport:
        """Prove that every chunk of the set is found by its own embedding; repair what is not."""
        self._require_synced(document_set)
        return syncing.check(self.index(document_set), self.embedder, progress)

    def entries(self, document_set: DocumentSet) -> list[Entry]:
        """The documents that answer questions now, by name, as the last sync left them."""
        index = self.index(document_set)
        catalog = index.catalog()
        if catalog is None:
            return []
        stamp = catalog.stamp
        known_stamp, known = self._entries.get(index.home, ("", []))
        if known_stamp != stamp:  # the page asks several times for each drawing, and a large set takes a while
            known = catalog.entries()
            self._entries[index.home] = stamp, known
        return list(known)

    def documents(self, document_set: DocumentSet, *, quick: bool = False) -> list[DocumentInfo]:
        """Every document and every failed file of the set with its state; not to be edited.

        Reads the files that may have changed since they were read last; with `quick`, none.
        """
        index, looks = self.index(document_set), self.library.looks(document_set)
        with self._guard:
            listing = self._listings.setdefault(index.home, Listing(index, self._hashes))
        return listing.documents(looks, lambda: self.library.files(document_set), quick=quick)

    def document(self, document_set: DocumentSet, name: str) -> Document:
        """A document as it was last read, whole. Raises LibraryError if the index does not hold it."""
        catalog = self.index(document_set).catalog()
        document = catalog.document(name) if catalog else None
        if document is None:
            raise LibraryError(f"“{name}” is not among the documents any more.")
        return document

    def file(self, document_set: DocumentSet, name: str) -> Path | None:
        """The file that the document of that name was read from, as it lies there now; None if it is gone.

        A record of a file has none of its own.
        """
        return self.library.files(document_set).get(name)

    def dates(self, document_set: DocumentSet) -> tuple[date, date] | None:
        """The first and the last publication date among the documents that state one."""
        known = [entry.published for entry in self.entries(document_set) if entry.published]
        return (min(known), max(known)) if known else None

    # -- filters ----------------------------------------------------------------------------------------------------

    def outlets(self, document_set: DocumentSet) -> tuple[str, ...]:
        """The outlets that the documents state, in the order of the alphabet."""
        return scope.outlets(self.entries(document_set))

    def coverage(self, document_set: DocumentSet, within: Filter) -> scope.Coverage:
        """How many documents a filter lets through."""
        return scope.coverage(self.entries(document_set), within)

    def existing(self, document_set: DocumentSet, within: Filter) -> tuple[Filter, tuple[str, ...]]:
        """The filter without the documents and outlets that the set does not have, and the names of those."""
        return scope.existing(self.entries(document_set), within)

    def checked_filter(self, document_set: DocumentSet, within: Filter) -> Filter:
        """The filter with its names as the documents spell them.

        Raises InputError for a name that no document has, with the nearest one, and for days the wrong way round.
        """
        return scope.checked(self.entries(document_set), within)

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

        `searched` is the standalone form of the question where the user has given it; else it is made from the history.
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
        searched = searched or standalone(question, history)
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

    def stamp(self, document_set: DocumentSet) -> str:
        """A value that changes whenever the documents that answer do; "" before the first sync."""
        catalog = self.index(document_set).catalog()
        return catalog.stamp if catalog else ""

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

    def _require_synced(self, document_set: DocumentSet) -> None:
        if not self.synced(document_set):
            raise LibraryError(
                f"The documents in {document_set.folder} have not been read yet: run `python -m rag sync` first."
            )


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


def _embedder(settings: Settings) -> Embedder:
    if not settings.embedder:
        return LocalEmbedder(settings.threads)
    from rag.models.llama import load_embedder

    return load_embedder(settings.embedder, settings.embedder_options)
