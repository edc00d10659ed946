"""References of appointments: short, without letters or digits that look alike, recognised however they are typed."""

from __future__ import annotations

import re
import secrets

TEKENS = "23456789BCDFGHJKMNPQRTVWXYZ"
"""Without vowels, so that no words come out, and without 0, 1, L and S, which are taken for something else."""
_GROEP = 4
LENGTE = 2 * _GROEP
# Looks ahead, so that a number before it does not swallow half of it.
_GETYPT = re.compile(
    rf"(?<![A-Za-z0-9])(?=([{TEKENS}]{{{_GROEP}}})([\s\-–.]?)([{TEKENS}]{{{_GROEP}}})(?![A-Za-z0-9]))", re.I
)


def make_reference() -> str:
    """A new one, such as `K7MC-2PQR`: 27⁸, more than 280 thousand million."""
    made = ""
    # One with a digit in it is never taken for a word.
    while not re.search(r"\d", made):
        made = "".join(secrets.choice(TEKENS) for _ in range(LENGTE))
    return f"{made[:_GROEP]}-{made[_GROEP:]}"


def references(text: str) -> list[str]:
    """The references in a text as they are written here, each once, in order; those in two loose halves come last."""
    typed = sorted(_GETYPT.finditer(text), key=lambda one: one.group(2).isspace())
    found = [f"{one.group(1)}-{one.group(3)}".upper() for one in typed]
    return list(dict.fromkeys(one for one in found if re.search(r"\d", one)))
