"""The pieces that a sentence about a moment is read in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Dagen:
    """A stretch of days."""

    van: date
    tot: date
    maand: int = 0
    """The month, when it is one day of a month that was named."""
    jaar: bool = False
    """Its year was said."""
    dichtbij: bool = False
    """"Morgen", "volgende week": with "voor" before it, it is the day itself and not the time before."""
    week: bool = False
    """A number of weeks on: with a weekday after it, that day of that week."""
    eind: bool = False
    """The end of a period: before it is until it is over."""
    feest: bool = False
    """Holidays, which "tussen" leaves out."""


@dataclass(frozen=True)
class Deel:
    """A piece of a sentence. `soort` is one letter, so that a sentence is a word in which patterns can be found.

    Moments: D days, W weekdays, B day of the month, N number, E "een uur", K clock time, M part of the day, G bound to
    days, T hours settled, H bound to hours, Z days that do not suit, S as soon as possible, A any time, V cannot be placed, P past.
    Between moments: n after, v before, f from, t until, u at the latest, g towards, b between, y of or from, r about,
    o at, p on or in, a to, i instead of, d than, l rather, m but, c and or or, x not, X except.
    Other: Q an appointment there is, j something that happens then, J the same of the moment before it, L too early or
    late, < before that, > after that, k coming, h auxiliary words, w any other word. Punctuation is itself.
    """

    soort: str
    dagen: Dagen | None = None
    weekdagen: frozenset[int] = frozenset()
    elke: bool = False
    """A weekday in general, not the next one."""
    uren: tuple[int | None, int | None] = (None, None)
    """Minutes of the day: from, and until."""
    helft: str = ""
    """How a part of the day makes a bare hour sure: o morning, m afternoon, a evening."""
    klok: int = 0
    """Minutes of the day, as they were said."""
    vast: bool = False
    """The clock time is sure, whatever part of the day."""
    grens: str = ""
    """Of G and H the letter of their bound; of T "=" for the moment itself; of M "S" when it may mean S."""
    getal: int = 0
    sterk: bool = False
    """Of v: surely "before", not "for"; of M with "S": surely about the hour."""
    bestemd: bool = False
    """Of v: "for" that day, as in "een afspraak voor vrijdag"; for holidays it is before them all the same."""


Rij = tuple[Deel, ...]
ONBEKEND = Deel("V")
