"""A name that is given in part gets the full form that was used before."""

from __future__ import annotations

import re

from rag.answer.followups.scene import Mention, Scene, is_title, proper_names


def with_full_names(text: str, seen: Scene) -> str:
    """The text with the full form of each person's name that was given in full before."""
    for name in dict.fromkeys(proper_names(text)):
        alone = (
            rf"(?<!^)\b[A-Z][\w'’.-]+ {re.escape(name)}\b|\b{re.escape(name)} [A-Z]|\b(?i:the|an?) {re.escape(name)}\b"
        )
        if " " in name or re.search(alone, text):
            continue
        fuller = [each for each in seen.mentions if _is_part(name, each, seen)]
        fuller = [each for each in fuller if each is seen.label] or fuller
        if len(fuller) == 1:
            text = re.sub(rf"\b{re.escape(name)}\b", fuller[0].name.replace("\\", ""), text, count=1)
    return text


def _is_part(name: str, mention: Mention, seen: Scene) -> bool:
    """True if the name is the first or last of a person who can be meant by it alone."""
    parts = mention.name.split()
    if name.isupper() or is_title(parts[0]):
        return False
    if not (2 <= len(parts) <= 4 and all(part[0].isupper() for part in parts)):
        return False
    if mention is seen.label or (mention.sex and mention.central):
        return name in (parts[0], parts[-1])
    return mention.person and mention.central and name == parts[-1]
