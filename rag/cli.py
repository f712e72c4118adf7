"""The command line: results on stdout, progress and errors on stderr; 0 done, 1 an error, 2 wrong usage.

Nothing heavy is imported before it is needed, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import FootnoteError, InputError
from rag.export.transcript import FORMATS
from rag.terminal import Bar, prepare_streams, print_answer, print_json, say, tell, tell_failures, where

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.ingest.library import DocumentSet
    from rag.types import Filter

_MOST_PASSAGES = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    prepare_streams()
    parser = _parser()
    options = parser.parse_args(arguments)
    if getattr(options, "since", None) and options.until and options.since > options.until:
        parser.error("--from must not be later than --to")
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except FootnoteError as error:
        tell(f"error: {error}")
    except KeyboardInterrupt:
        tell("error: interrupted; nothing that was there is lost")
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        tell(f"error: {error.strerror or error}: {error.filename}" if error.filename else f"error: {error}")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rag", description="Answers about a folder of documents, with citations."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one_set = argparse.ArgumentParser(add_help=False)
    one_set.add_argument(
        "--documents", type=Path, metavar="DIR", help="the folder to use as one document set (default: documents/)"
    )
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON")
    no_model = argparse.ArgumentParser(add_help=False)
    no_model.add_argument("--quotes", action="store_true", help="answer with quotes, even if a language model is set")
    filtered = argparse.ArgumentParser(add_help=False)
    filtered.add_argument(
        "--document", action="append", default=[], metavar="NAME", help="only this document; may be given repeatedly"
    )
    filtered.add_argument(
        "--outlet", action="append", default=[], metavar="NAME", help="only this outlet; may be given repeatedly"
    )
    filtered.add_argument(
        "--from", type=_day, dest="since", metavar="YYYY-MM-DD", help="only what was published on this day or later"
    )
    filtered.add_argument(
        "--to", type=_day, dest="until", metavar="YYYY-MM-DD", help="only what was published on this day or earlier"
    )

    def command(
        name: str, run: Callable[[argparse.Namespace], int], help_: str, *parents: argparse.ArgumentParser
    ) -> Any:
        sub = commands.add_parser(name, help=help_, description=help_, parents=[one_set, *parents])
        sub.set_defaults(run=run)
        return sub

    sync = command("sync", _sync, "Bring the index up to the folder.", as_json)
    sync.add_argument("--dry-run", action="store_true", help="only print what would be done")
    sync.add_argument("--rebuild", action="store_true", help="make the index anew beside the old one, then switch")
    ask = command("ask", _ask, "Answer one question.", as_json, no_model, filtered)
    ask.add_argument("question")
    command(
        "chat",
        _chat,
        "Ask and ask on in the terminal; conversations are kept. /help lists what it can do.",
        no_model,
        filtered,
    )
    answer = command(
        "answer",
        _answer,
        'Answer every question of a JSON-lines file: {"id", "question"} a line, with the earlier questions of a'
        ' conversation, which are answered first, as "after"; "asked", the day of the question, is accepted and has no'
        " effect yet.",
        no_model,
    )
    answer.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    answer.add_argument("--out", type=Path, required=True, metavar="ANSWERS.jsonl")
    search = command("search", _search, "Print the passages that fit some words best.", as_json, filtered)
    search.add_argument("words")
    search.add_argument(
        "--count", type=_count, default=10, help=f"how many passages, at most {_MOST_PASSAGES} (default: 10)"
    )
    command(
        "conversations",
        _conversations,
        "List the conversations that are kept: all, or with --documents those about that set.",
        as_json,
    )
    export = command("export", _export, "Write a conversation as Markdown, as HTML or as JSON.")
    which = export.add_mutually_exclusive_group(required=True)
    which.add_argument("conversation", nargs="?", metavar="CONVERSATION", help="its id, or how the id begins")
    which.add_argument("--last", action="store_true", help="the conversation that was last added to")
    export.add_argument(
        "--format", choices=FORMATS, help="html is one file with working citations (default: as FILE ends, or else md)"
    )
    export.add_argument("--out", type=Path, metavar="FILE", help="write to this file (default: to stdout)")
    command("documents", _documents, "List the documents and what could not be read.", as_json)
    command("check", _check, "Prove that every chunk is found, and repair what is not.", as_json)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_PASSAGES:
        raise argparse.ArgumentTypeError(f"must be from 1 to {_MOST_PASSAGES}")
    return int(text)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no date: write it as in 2021-03-31") from None


def _within(options: argparse.Namespace, assistant: Assistant, document_set: DocumentSet) -> Filter:
    """The filter that the options name; raises InputError for names that the set does not have."""
    from rag.types import Filter

    documents, outlets = (tuple(dict.fromkeys(names)) for names in (options.document, options.outlet))
    return assistant.checked_filter(document_set, Filter(documents, outlets, options.since, options.until))


def _open(options: argparse.Namespace) -> tuple[Assistant, DocumentSet]:
    from rag.assistant import Assistant
    from rag.settings import load_settings

    assistant = Assistant(load_settings())
    if options.documents is None:
        return assistant, assistant.library.first
    return assistant, assistant.library.at(options.documents)


def _opened_and_read(options: argparse.Namespace) -> tuple[Assistant, DocumentSet]:
    """As `_open`; a set that was never read is read first."""
    assistant, document_set = _open(options)
    if not assistant.synced(document_set):
        tell(f"reading {document_set.folder} for the first time")
        with Bar() as bar:
            report = assistant.sync(document_set, bar)
        tell_failures(report.plan)
    return assistant, document_set


def _sync(options: argparse.Namespace) -> int:
    assistant, document_set = _open(options)
    with Bar() as bar:
        if options.dry_run:
            plan = assistant.plan(document_set, bar, rebuild=options.rebuild)
            counts: dict[str, Any] = {"dry_run": True}
        else:
            report = assistant.sync(document_set, bar, rebuild=options.rebuild)
            plan = report.plan
            counts = {
                "embedded": report.embedded,
                "reused": report.reused,
                "tokens": report.tokens,
                "seconds": round(report.seconds, 3),
            }
    if options.json:
        print_json(
            {
                "added": plan.added,
                "changed": plan.changed,
                "renamed": plan.renamed,
                "removed": plan.removed,
                "unchanged": len(plan.unchanged),
                "failed": {failure.name: failure.reason for failure in plan.failed},
                **counts,
            }
        )
        return 0
    if options.dry_run:
        lines = [f"+ {name}" for name in plan.added] + [f"~ {name}" for name in plan.changed]
        lines += [f"> {old} -> {new}" for old, new in plan.renamed] + [f"- {name}" for name in plan.removed]
        for line in lines:
            say(line)
    say(plan.summary())
    if not options.dry_run and (report.embedded or report.reused):
        tell(
            f"{report.embedded:,} passages embedded, {report.reused:,} reused, {report.tokens:,} tokens,"
            f" {report.seconds:.1f} s"
        )
    tell_failures(plan)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from rag.answer.records import answer_record

    assistant, document_set = _opened_and_read(options)
    within = _within(options, assistant, document_set)
    answer = assistant.ask(document_set, options.question, quotes=options.quotes, within=within)
    if options.json:
        print_json(answer_record(answer))
    else:
        print_answer(answer)
    return 0


def _chat(options: argparse.Namespace) -> int:
    from rag.chat import Chat

    assistant, document_set = _opened_and_read(options)
    within = _within(options, assistant, document_set)
    Chat(assistant, document_set, quotes=options.quotes, within=within).run()
    return 0


def _conversations(options: argparse.Namespace) -> int:
    from rag.conversations import list_conversations

    assistant, document_set = _open(options)
    list_conversations(assistant, document_set if options.documents else None, as_json=options.json)
    return 0


def _export(options: argparse.Namespace) -> int:
    from rag.conversations import export_conversation

    assistant, document_set = _open(options)
    about = document_set if options.documents else None
    ending = options.out.suffix.lower().removeprefix(".") if options.out else ""
    form = options.format or (ending if ending in FORMATS else "md")
    export_conversation(assistant, about, options.conversation, form, options.out)
    return 0


def _answer(options: argparse.Namespace) -> int:
    from rag.answer.records import answer_record
    from rag.history import exchanges
    from rag.types import Turn

    questions = _questions(options.questions)
    if not options.out.resolve().parent.is_dir():
        raise InputError(f"There is no folder {options.out.resolve().parent} to write {options.out.name} into.")
    assistant, document_set = _opened_and_read(options)
    unfinished = options.out.with_name(options.out.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8") as out, Bar() as bar:
            for done, (id_, question, after) in enumerate(questions):
                bar.show("Answering", done, len(questions))
                before: list[Turn] = []
                for each in after:
                    answer = assistant.ask(document_set, each, exchanges(before), quotes=options.quotes)
                    before.append(Turn(each, answer))
                answer = assistant.ask(document_set, question, exchanges(before), quotes=options.quotes)
                record = {**answer_record(answer), "id": id_}
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
            bar.show("Answering", len(questions), len(questions))
        unfinished.replace(options.out)
    finally:
        unfinished.unlink(missing_ok=True)
    return 0


def _questions(path: Path) -> list[tuple[Any, str, list[str]]]:
    """(id as given, question, earlier questions) of every line; raises InputError that names the first bad line."""
    rows = []
    try:
        # not splitlines: JSON may hold other line ends, as U+2028, inside its strings
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            rows.append(_question(line, f"Line {number} of {path}"))
    return rows


def _question(line: str, place: str) -> tuple[Any, str, list[str]]:
    from rag.assistant import checked_question

    try:
        row = json.loads(line)
        id_, question, after = row["id"], row["question"], row.get("after") or []
        if not isinstance(after, list) or not all(isinstance(text, str) for text in (question, *after)):
            raise TypeError
        f"{id_}{question}{''.join(after)}".encode()  # halves of characters, which JSON can name, fit into no file
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f'{place} is not a question: it should be {{"id": …, "question": "…"}}.') from None
    for text in (question, *after):
        try:
            checked_question(text)
        except InputError as error:
            raise InputError(f"{place} cannot be asked: {error}") from None
    return id_, question, after


def _search(options: argparse.Namespace) -> int:
    assistant, document_set = _opened_and_read(options)
    within = _within(options, assistant, document_set)
    passages = assistant.search(document_set, options.words, options.count, within)
    if options.json:
        print_json(
            [
                {
                    "document": p.document,
                    "title": p.title,
                    "outlet": p.outlet,
                    "published": p.published and p.published.isoformat(),
                    "page": p.page,
                    "start": p.start,
                    "end": p.end,
                    "score": round(p.score, 4),
                    "text": p.text,
                }
                for p in passages
            ]
        )
        return 0
    for n, passage in enumerate(passages, 1):
        say(f"{n}. {passage.title} ({where(passage.document, passage.outlet, passage.published, passage.page)})")
        say(f"   {' '.join(passage.text.split())}")
        say()
    return 0


def _documents(options: argparse.Namespace) -> int:
    assistant, document_set = _open(options)
    infos = assistant.documents(document_set)
    if options.json:
        print_json(
            [
                {
                    "document": i.name,
                    "title": i.title,
                    "outlet": i.outlet,
                    "published": i.published and i.published.isoformat(),
                    "size": i.size,
                    "words": i.words,
                    "chunks": i.chunks,
                    "state": i.state,
                    "reason": i.reason,
                }
                for i in infos
            ]
        )
        return 0
    for info in infos:
        published = info.published.isoformat() if info.published else "no date"
        title = info.title if info.words else ""
        say(f"{info.state:9s} {published:10s} {info.chunks:5d} chunks  {info.name}  {title}".rstrip())
        if info.reason:
            say(f"          {info.reason}")
    tell(f"{len(infos)} documents")
    return 0


def _check(options: argparse.Namespace) -> int:
    assistant, document_set = _open(options)
    with Bar() as bar:
        report = assistant.check(document_set, bar)
    if options.json:
        print_json(
            {
                "chunks": report.chunks,
                "lost": report.lost,
                "missing": report.missing,
                "stray": report.stray,
                "repaired": report.repaired,
            }
        )
    elif report.sound:
        say(f"all {report.chunks:,} chunks are found by their own embedding")
    else:
        found = f"{report.lost:,} not found, {report.missing:,} missing, {report.stray:,} left over"
        say(f"{report.chunks:,} chunks: {found}; {'all' if report.repaired else 'not all could be'} repaired")
    return 0 if report.sound or report.repaired else 1
