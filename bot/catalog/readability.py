"""How hard a text is to read, as a hint for editors.

Flesch-Douma (Douma 1960): 206.835 - 0.93 x words per sentence - 77 x syllables per word. No program can measure "B1";
the score ranks texts and shows where to look. Lists, links and placeholders are left out of the count.
"""

from __future__ import annotations

import re

LASTIG = 45.0
"""Below this a text gets a warning: by Douma's table "moeilijk", about level B2 and up."""

_VOWELS = re.compile(r"[aeiouyáàäâéèëêíìïîóòöôúùüû]+", re.IGNORECASE)
# Vowels that are written together and spoken apart: re-al, ka-nari-e, be-oordelen, ge-uit, initi-atief, muse-um.
_APART = re.compile(
    r"(?:[eo]a(?![u])|io|ia|iu|ie(?=[lrt]\b)(?<=[lr]ie)|eo|eü|eï|ië|oë|aï|ui(?<=[gb]eui)|eu(?=m\b)|uo|ua)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def flesch_douma(markdown: str) -> float | None:
    """The score of a text, roughly 0 (very hard) to 100 (very easy); None when it has fewer than ten words."""
    sentences = _sentences(markdown)
    words = [word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence)]
    if len(words) < 10:
        return None
    syllables = sum(count_syllables(word) for word in words)
    return 206.835 - 0.93 * len(words) / len(sentences) - 77 * syllables / len(words)


def count_syllables(word: str) -> int:
    """Syllables of a Dutch word, by its groups of vowels."""
    return max(len(_VOWELS.findall(word)) + len(_APART.findall(word)), 1)


def long_sentences(markdown: str, limit: int = 25) -> list[str]:
    """Sentences of more than `limit` words."""
    return [sentence for sentence in _sentences(markdown) if len(sentence.split()) > limit]


def _sentences(markdown: str) -> list[str]:
    lines = [line.strip() for line in markdown.split("\n")]
    prose = " ".join(line for line in lines if line and not re.match(r"(?:[-*]|\d+\.)\s", line))
    prose = _LINK.sub(r"\1", _PLACEHOLDER.sub("dit", prose)).replace("**", "")
    return [part for part in re.split(r"(?<=[.!?])\s+|:\s*$", prose) if re.search(r"\w", part)]
