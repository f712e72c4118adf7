"""A conversation as JSON: every turn with its answer as the command line prints it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from rag.answer.records import answer_record
from rag.export.transcript import Transcript

_VERSION: Final = 1
_STEERING = re.compile("[\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def as_json(transcript: Transcript) -> str:
    """The conversation as one JSON object; an answer's `id` is the number of its question, counted from 1."""
    record = {
        "version": _VERSION,
        "title": transcript.title,
        "document_set": transcript.document_set,
        "began": transcript.began.isoformat(),
        "turns": [
            {
                "question": turn.question,
                "error": turn.error,
                "answer": answer_record(turn.answer, str(number)) if turn.answer else None,
            }
            for number, turn in enumerate(transcript.turns, 1)
        ],
    }
    return json_text(record)


def json_text(value: Any) -> str:
    """The value as indented JSON, with escapes for what cannot be encoded and for what would steer a terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
