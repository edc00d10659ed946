"""Which questions are alike, by their words: deterministic, and quick for thousands.

Questions with the same words (whatever their order, case, accents and small words) are one. After that, from the most asked
on, each joins the group whose first question it resembles enough, or begins one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz

GELIJKENIS = 80.0
"""RapidFuzz's `token_sort_ratio` from which two questions are alike (0-100)."""
_PREFIX = 4
"""Letters by which a misspelt word still meets the right one."""

_ACCENTS = re.compile("[\u0300-\u036f]")
_WORDS = re.compile(r"[^\W_]+")

_SMALL = frozenset(
    """
    aan al als alstublieft aub beste bij dag dan dat de deze die dit doe doen dus een eens en er even gaat
    goedemiddag goedemorgen goedenavond graag had hallo heb hebben heeft hem het hier hoe hoi hun ik in is ja
    je jij jullie kan kun kunnen kunt maar mag me men met mij mijn mn moet moeten na naar nee niet nog nu of
    om omdat ons onze ook op over te ten ter toch u uit uw van via voor waar waarom wanneer waren was wat we
    wel welke werd wie wij wil willen wilt word worden wordt zal ze zij zijn zo zou
    """.split()  # noqa: SIM905 (readable as words)
)
"""Small words and greetings, which make no question another."""


def plain(text: str) -> str:
    """A text in small letters without accents and punctuation."""
    bare = text.lower()
    if not bare.isascii():
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", bare))
    return " ".join(_WORDS.findall(bare))


def key(text: str) -> str:
    """The words that count, each once and sorted; all words when there are only small ones."""
    words = plain(text).split()
    return " ".join(sorted({word for word in words if word not in _SMALL} or set(words)))


def group(counted: Iterable[tuple[str, int]]) -> dict[str, str]:
    """Key → the key that leads its group.

    Args:
        counted: (key, how often) pairs, each key once. The order they come in does not matter.
    """
    leaders: dict[str, list[str]] = defaultdict(list)
    leader_of: dict[str, str] = {}
    for one, _ in sorted(counted, key=lambda pair: (-pair[1], pair[0])):
        handles = {word[:_PREFIX] for word in one.split()}
        best, score = one, 0.0
        for candidate in dict.fromkeys(name for handle in sorted(handles) for name in leaders[handle]):
            found = fuzz.token_sort_ratio(one, candidate, score_cutoff=GELIJKENIS)
            if found > score:
                best, score = candidate, found
        leader_of[one] = best
        if best == one:
            for handle in handles:
                leaders[handle].append(one)
    return leader_of
