"""A sentence of a document -> the natural questions whose answers are words of it, by rules.

`clauses` takes the sentence apart, `patterns` asks for a part of it, `people` knows who is who, and `standing` lets
pass what can be understood by itself. Each rule would rather ask nothing than something odd.
"""

from rag.answer.questions.asking import Made
from rag.answer.questions.patterns import questions_of
from rag.answer.questions.people import People

__all__ = ["Made", "People", "questions_of"]
