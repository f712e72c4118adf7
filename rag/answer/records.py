"""An answer as JSON: in short, as the command line prints it and the evaluation reads it, and whole, to be kept."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from rag.errors import InputError
from rag.types import Answer

_VERSION: Final = 1  # of the form that keeps an answer whole; a new key with a default needs no new version
_DAMAGED: Final = "The answer kept for this question is damaged: ask the question again."
_NEWER: Final = "The answer kept for this question is of a newer version of Footnote: update Footnote to read it."
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:u(d[89a-f][0-9a-f]{2})|.)")

_Restore = Callable[[Any], Any]


def answer_record(answer: Answer, id_: str | None = None) -> dict[str, Any]:
    """The answer as a JSON object; spans index the document's text as shown, dates are ISO or null."""
    return {
        "id": id_,
        "question": answer.question,
        "searched": answer.searched,
        "answer": answer.text,
        "abstained": answer.abstained,
        "sentences": [
            {
                "text": s.text,
                "citations": list(s.citations),
                "supported": s.supported,
                "support": round(s.support, 4),
                "short": s.short,
                "opens": s.opens,
            }
            for s in answer.sentences
        ],
        "citations": [
            {
                "number": c.number,
                "document": c.document,
                "title": c.title,
                "outlet": c.outlet,
                "published": c.published.isoformat() if c.published else None,
                "page": c.page,
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
                "short": list(c.short) if c.short else None,
            }
            for c in answer.citations
        ],
        "passages": [
            {"document": p.document, "start": p.start, "end": p.end, "score": round(p.score, 4)}
            for p in answer.passages
        ],
        "model": answer.model,
        "seconds": {step: round(seconds, 4) for step, seconds in answer.seconds.items()},
        "problem": answer.problem,
        "notes": list(answer.notes),
        "dropped": answer.dropped,
        "within": {
            "documents": list(answer.within.documents),
            "outlets": list(answer.within.outlets),
            "from": answer.within.since.isoformat() if answer.within.since else None,
            "to": answer.within.until.isoformat() if answer.within.until else None,
        },
        "documents_searched": answer.documents_searched,
        "documents_held": answer.documents_held,
        "passages_read": answer.passages_read,
    }


def answer_to_json(answer: Answer) -> str:
    """The answer whole, as JSON that `answer_from_json` makes an equal one of; it can be encoded as UTF-8."""
    text = json.dumps(
        {"version": _VERSION, **_plain(answer)}, ensure_ascii=False, separators=(",", ":"), default=_plain
    )
    return _HALF_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):x}", text)


def answer_from_json(text: str) -> Answer:
    """The answer that `answer_to_json` wrote; keys that it does not know are left out.

    Raises InputError for a text that is damaged or that a newer version of Footnote wrote.
    """
    try:
        record = json.loads(_ESCAPE.sub(_unescaped, text) if "\\ud" in text else text)
        version = _checked(int, record["version"])
        if version != _VERSION:
            raise InputError(_NEWER if version > _VERSION else _DAMAGED)
        answer: Answer = _restorer(Answer)(record)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise InputError(_DAMAGED) from error
    return answer


def _plain(value: Any) -> Any:
    """What JSON has no form for, in one that it has."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _unescaped(escape: re.Match[str]) -> str:
    """Half characters as they are: Python's reader would join two that follow each other into one character."""
    return chr(int(escape[1], 16)) if escape[1] else escape[0]


# -- a value of a type, from what JSON made of it ---------------------------------------------------------------------


@lru_cache(maxsize=64)
def _restorer(kind: Any) -> _Restore:
    """What makes values of the type `kind`, as the fields of `Answer` have them; raises TypeError for any other."""
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _object_restorer(kind)
    if origin is tuple:
        return _tuple_restorer(parts)
    if origin in (Union, types.UnionType):
        return _optional_restorer(parts)
    if origin is Mapping:
        return _mapping_restorer(parts)
    if kind is date:
        return lambda value: date.fromisoformat(_checked(str, value))
    return lambda value: _checked(kind, value)


def _object_restorer(kind: Any) -> _Restore:
    hints = get_type_hints(kind)
    restorers = {each.name: _restorer(hints[each.name]) for each in fields(kind)}
    needed = {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}

    def restored(value: Any) -> Any:
        record = _checked(dict, value)
        if not needed <= record.keys():
            raise TypeError(f"a {kind.__name__} without {needed - record.keys()}")
        return kind(**{name: restore(record[name]) for name, restore in restorers.items() if name in record})

    return restored


def _tuple_restorer(parts: tuple[Any, ...]) -> _Restore:
    if parts[-1] is Ellipsis:
        each = _restorer(parts[0])
        return lambda value: tuple(map(each, _checked(list, value)))
    restorers = [_restorer(part) for part in parts]
    return lambda value: tuple(restore(item) for restore, item in zip(restorers, _checked(list, value), strict=True))


def _optional_restorer(parts: tuple[Any, ...]) -> _Restore:
    (part,) = [part for part in parts if part is not types.NoneType]
    restore = _restorer(part)
    return lambda value: None if value is None else restore(value)


def _mapping_restorer(parts: tuple[Any, ...]) -> _Restore:
    restore = _restorer(parts[1])
    return lambda value: {key: restore(item) for key, item in _checked(dict, value).items()}


def _checked(kind: Any, value: Any) -> Any:
    """The value, if it is of just that type; a whole number is a float too, a truth value is no number."""
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise TypeError(f"{type(value).__name__} where {kind.__name__} should be")
