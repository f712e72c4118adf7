"""A sentence -> questions: every rule on every clause of it, and of what they make what is fit to be asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from rag.answer.questions import circumstances, descriptions, objects, subjects
from rag.answer.questions.asking import Made
from rag.answer.questions.clauses import Clause, clauses_of, subject_of
from rag.answer.questions.people import People
from rag.answer.questions.standing import stands_alone
from rag.answer.questions.tidying import GLUE
from rag.words import content_words, names

_LONGEST: Final = 17  # words
_SHORTEST: Final = 4
_TELLING: Final = 4  # words of meaning that do without a name
_OPEN_ENDS: Final = (" back", " the", " a", " and", " or", " that", " first", " then", " only", " in large part")
_DANGLING: Final = (" on", " in", " at", " of", " for", " with", " by", " from", " to")
_SHORT: Final = ("who is", "what is", "age")  # kinds that need only a name
_OWNERS: Final = ("who", "which", "when", "where", "why", "how many", "how much")

_RULES: Final[tuple[Callable[[Clause, People], Iterator[Made]], ...]] = (
    subjects.how_many, objects.how_many, objects.how_much, circumstances.when, circumstances.where, circumstances.why,
    descriptions.stated, descriptions.apposed, descriptions.ranked, objects.whom, subjects.who, subjects.which,
    objects.what_about, objects.of_what, objects.what,
)  # fmt: skip


def questions_of(sentence: str, people: People, meant: str = "") -> list[Made]:
    """The questions that the sentence answers and that stand alone, best first.

    `meant` is the person whom a "he" or "she" at its beginning means; they are not asked for, but asked about.
    """
    pronoun = _pronoun(sentence)
    if pronoun and not meant:
        return []
    made: list[Made] = []
    for clause in clauses_of(meant + sentence[pronoun:] if pronoun else sentence):
        for rule in _RULES:
            made += [each for each in rule(clause, people) if not pronoun or each.answer != meant]
    made += descriptions.how_old(sentence, people)
    fit = [each for one in made if (each := _finished(one, people)) is not None]
    return list({each.question: each for each in fit}.values())


def spoken_of(sentence: str, people: People, meant: str = "") -> str:
    """The person whom a sentence is about and whom a "he" or "she" after it means; "" if it is not sure."""
    persons = {people.person(name) for name in names(sentence)} - {""}
    if _pronoun(sentence):
        return "" if persons else meant
    person = people.person(subject_of(sentence))
    return "" if persons - {person} else person


def _pronoun(sentence: str) -> int:
    """The length of the "He" or "She" that opens the sentence."""
    found = re.match(r"(?:He|She)(?= [a-z])", sentence)
    return found.end() if found else 0


def _finished(made: Made, people: People) -> Made | None:
    text = " ".join(made.question.replace(GLUE, " ").replace(" The ", " the ").split()).rstrip(" ,.")
    question = people.in_full(text) + "?"
    if text.endswith(_OPEN_ENDS) or (made.kind in _OWNERS and text.endswith(_DANGLING)):
        return None
    if not _SHORTEST <= len(question.split()) <= _LONGEST and made.kind not in _SHORT:
        return None
    words = set(content_words(question))
    if not (names_in(question) or len(words) >= _TELLING) or set(content_words(made.answer)) <= words:
        return None
    alone = stands_alone(question, owner=made.kind in _OWNERS, known=made.kind == "saying")
    return Made(question, made.kind, made.answer) if alone else None


def names_in(question: str) -> set[str]:
    """The content words of the names in a question."""
    return {word for name in names(question.partition(" ")[2]) for word in content_words(name)}
