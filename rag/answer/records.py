"""An answer as JSON: what the command line prints, files keep, and the evaluation reads."""

from __future__ import annotations

from typing import Any

from rag.types import Answer


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
    }
