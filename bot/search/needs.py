"""Cutting a message into the parts that could each be a need: "mijn pas is kwijt, en wanneer komt het grofvuil"."""

from __future__ import annotations

import re

KORTSTE_DEEL = 3
"""Words that a part needs to be able to say something by itself."""
KORTSTE_BERICHT = 8
"""A shorter message holds one need."""
MEESTE_DELEN = 4

_GRENS = re.compile(
    r"[.?!;\n]+|,?\s+\b(?:en ook|en verder|en daarnaast|daarnaast|verder|ook nog|trouwens|en dan nog|en|maar ook)\b\s+",
    re.IGNORECASE,
)


_ZIN = re.compile(
    r"(?<=[.?!])\s+|\n+|,\s+(?=(?:hoe|wat|waar|wie|wanneer|mag|moet|kan|welke|hoeveel|tot|bij|naar|vanaf)\b)"
)


def last_sentence(text: str) -> str | None:
    """The last sentence of a longer message, where the question usually stands; None when there is but one.

    A question that begins after a comma ("..., hoe lang duurt dat?") counts as a sentence.
    """
    sentences = [one for one in _ZIN.split(text) if len(one.split()) >= KORTSTE_DEEL]
    return sentences[-1] if len(sentences) > 1 else None


def parts(text: str) -> list[str]:
    """The parts of a message between full stops, question marks and joining words; none for a message with one part.

    Parts of fewer than KORTSTE_DEEL words are joined to the one before them, so that a name or a day stays with its need.
    """
    if len(text.split()) < KORTSTE_BERICHT:
        return []
    found: list[str] = []
    for piece in (one.strip() for one in _GRENS.split(text)):
        if not piece:
            continue
        if found and len(piece.split()) < KORTSTE_DEEL:
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found[:MEESTE_DELEN] if len(found) > 1 else []
