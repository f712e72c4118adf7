"""What users think of answers, as a table for a spreadsheet and as JSON for a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from rag.answer.records import answer_record
from rag.export.footnotes import footnote_source
from rag.export.records import json_text
from rag.export.transcript import clean
from rag.feedback import Judged

_COLUMNS: Final = (
    "when", "set", "thumb", "comment", "question", "answer", "sources", "model", "conversation", "conversation id",
    "number",
)  # fmt: skip
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
_BYTE_ORDER_MARK: Final = "\ufeff"  # without which Excel does not take it for UTF-8


def thumb(good: bool) -> str:
    """`up` or `down`."""
    return "up" if good else "down"


def judgements_as_csv(judged: Sequence[Judged], set_names: Mapping[str, str]) -> str:
    """A line for each answer; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)  # some spreadsheets split at a semicolon as well
    writer.writerow(_COLUMNS)
    for each in judged:
        answer = each.turn.answer
        cells = (
            each.judgement.updated.isoformat(timespec="seconds"),
            set_names.get(each.key, each.key),
            thumb(each.judgement.good),
            each.judgement.comment,
            each.turn.question,
            answer.text if answer else each.turn.error,
            "\n".join(f"[{c.number}] {footnote_source(c)}" for c in answer.citations) if answer else "",
            answer.model if answer else "",
            each.title,
            each.conversation,
            str(each.number + 1),
        )
        writer.writerow(map(_cell, cells))
    return _BYTE_ORDER_MARK + table.getvalue()


def judgements_as_json(judged: Sequence[Judged], set_names: Mapping[str, str]) -> str:
    """A list with an object for each answer, which is given as the command line prints it."""
    return json_text(
        [
            {
                "when": each.judgement.updated.isoformat(),
                "set": set_names.get(each.key, each.key),
                "thumb": thumb(each.judgement.good),
                "comment": each.judgement.comment,
                "conversation": {"id": each.conversation, "title": each.title, "number": each.number + 1},
                "question": each.turn.question,
                "answer": answer_record(each.turn.answer) if each.turn.answer else None,
            }
            for each in judged
        ]
    )


def _cell(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text.lstrip().startswith(_BEGINS_A_FORMULA) or text.startswith(("\t", "\n")) else text
