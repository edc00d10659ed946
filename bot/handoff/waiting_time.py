"""How long somebody still has to wait: an honest range, or nothing while too little is known.

The queue moves one place with each pick-up. The times between pick-ups while all employees are busy say how fast; the range
covers what such times vary, and that their mean is only estimated (prediction interval of a sum of k draws:
k * mean ± z * sqrt(k * s² + k² * s² / n)).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

GENOEG = 5
"""Pick-ups that must be known before anything is announced."""
MEESTE = 30
"""Latest pick-ups that count: the desk of an hour ago is not the desk of now."""
Z = 1.96
"""Of a normal distribution: 95% lies within."""
LANGST = 60 * 60
"""Seconds; a range that ends later than this tells nobody anything."""


def intervals(moves: Sequence[tuple[str, str, datetime]]) -> list[float]:
    """Seconds between pick-ups since the queue was last empty, as far as an employee had to finish something else first.

    What idle employees pick up at once says nothing of how long it takes when all are busy, and neither does an hour ago.

    Args:
        moves: (kind, request, moment) in order of time: `in_wachtrij` when somebody joined, `opgepakt` when they were picked
            up, `gesloten` when they left, waiting or helped.
    """
    waiting: set[str] = set()
    helped: set[str] = set()
    found: list[float] = []
    since, freed = datetime.min, 0
    for kind, request, moment in moves:
        if kind == "in_wachtrij":
            if not waiting:
                found, since, freed = [], moment, 0
            waiting.add(request)
            helped.discard(request)
        elif kind == "opgepakt":
            waiting.discard(request)
            helped.add(request)
            if freed:
                found.append((moment - since).total_seconds())
                freed -= 1
            since = moment
        elif request in helped:
            helped.discard(request)
            freed += bool(waiting)
        else:
            waiting.discard(request)
    return found[-MEESTE:] if waiting else []


def expected(place: int, between: Sequence[float]) -> tuple[int, int] | None:
    """Seconds from and to which somebody at a place (1 is next) may expect to wait; None while data is thin."""
    count = len(between)
    if count < GENOEG or place < 1:
        return None
    mean = sum(between) / count
    variance = sum((one - mean) ** 2 for one in between) / (count - 1)
    margin = Z * math.sqrt(place * variance + place**2 * variance / count)
    least, most = max(place * mean - margin, 0.0), place * mean + margin
    if most > LANGST:
        return None
    return math.floor(least), math.ceil(most)


def minutes(seconds: tuple[int, int]) -> tuple[int, int]:
    """A range in whole minutes, rounded outwards; at least one."""
    return seconds[0] // 60, max(math.ceil(seconds[1] / 60), 1)
