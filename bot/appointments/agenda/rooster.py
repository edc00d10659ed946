"""Free moments, computed: opening hours and what is taken go in, moments come out. No database, no clock.

Everything here counts in whole minutes since 1970 (UTC), so summer and winter time play no part in it; only opening hours
are read on the clock on the wall. A *cell* is a stretch of `raster` minutes, named by its first minute. The offset of the
Netherlands is whole hours, so cells begin on the same minutes of the hour in UTC and on the wall.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from bot.appointments.agenda.config import LocatieInstelling
from bot.appointments.values import TIJDZONE
from bot.catalog.opening_hours import sluitingsreden

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUUT = timedelta(minutes=1)


class Stuk(NamedTuple):
    """A stretch of time: from `van` until just before `tot`."""

    van: int
    tot: int


def minuut(moment: datetime) -> int:
    """The minute in which a moment lies. Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return (moment - _EPOCH) // _MINUUT


def eerste_minuut(moment: datetime) -> int:
    """The first minute that begins no sooner than a moment. Raises ValueError for one without a zone."""
    return -((_EPOCH - moment) // _MINUUT) if moment.tzinfo else minuut(moment)


def lokaal(minute: int) -> datetime:
    """A minute on the clock on the wall. Of an hour that comes twice, the second has `fold=1`.

    Python compares two moments of one zone by the clock on the wall: compare them in UTC where that hour matters.
    """
    return datetime.fromtimestamp(minute * 60, TIJDZONE)


def middernacht(dag: date) -> int:
    """The minute at which a day begins in the Netherlands."""
    return minuut(datetime.combine(dag, time(), TIJDZONE))


def cellen(begin: int, einde: int, raster: int) -> range:
    """The cells that a stretch touches."""
    return range(begin - begin % raster, einde, raster)


def bezetting(stukken: Iterable[tuple[int, int]], raster: int) -> Counter[int]:
    """How many appointments touch each cell; cells that none touches are left out."""
    return Counter(chain.from_iterable(cellen(begin, einde, raster) for begin, einde in stukken))


def open_stukken(locatie: LocatieInstelling, dag: date) -> list[Stuk]:
    """When a place is open on a day, in order; stretches that touch are one.

    The clock on the wall decides: an hour that is skipped is not there, and an hour that comes twice is open twice.
    """
    if dag in locatie.dicht or sluitingsreden(locatie.gemeente, dag):
        return []
    found = [
        stuk
        for vak in locatie.openingstijden.dag(dag.weekday())
        for stuk in _in_utc(dag, _minutes(vak.van), _minutes(vak.tot))
    ]
    joined: list[Stuk] = []
    for stuk in sorted(found):
        if joined and stuk.van <= joined[-1].tot:
            joined[-1] = Stuk(joined[-1].van, max(joined[-1].tot, stuk.tot))
        else:
            joined.append(stuk)
    return joined


def volle_cellen(bezet: Mapping[int, int], capaciteit: int) -> frozenset[int]:
    """The cells in which nobody fits any more, of the counts of `bezetting`."""
    return frozenset(cel for cel, aantal in bezet.items() if aantal >= capaciteit)


def vrije_minuten(open_: Sequence[Stuk], vol: frozenset[int], raster: int, duur: int, vanaf: int) -> Iterator[int]:
    """Minutes at which an appointment of `duur` minutes can begin, in order.

    It begins on the edge of a cell, not before `vanaf`, ends before closing, and touches no full cell.
    """
    for stuk in open_:
        first = -(-max(stuk.van, vanaf) // raster) * raster
        for begin in range(first, stuk.tot - duur + 1, raster):
            if vol.isdisjoint(cellen(begin, begin + duur, raster)):
                yield begin


def _in_utc(dag: date, van: int, tot: int) -> list[Stuk]:
    """A stretch on the wall (minutes since midnight) as the one or two stretches that it really is."""
    nul = (dag - _EPOCH.date()).days * 24 * 60
    before, after = _offset(middernacht(dag)), _offset(middernacht(dag + timedelta(days=1)))
    first, last = Stuk(nul + van - before, nul + tot - before), Stuk(nul + van - after, nul + tot - after)
    if before == after:
        return [first]
    minutes = range(middernacht(dag), middernacht(dag + timedelta(days=1)))
    change = minutes[bisect_left(minutes, True, key=lambda minute: _offset(minute) == after)]
    parts = [Stuk(first.van, min(first.tot, change)), Stuk(max(last.van, change), last.tot)]
    return [part for part in parts if part.van < part.tot]


def _offset(minute: int) -> int:
    """How far the clock on the wall is ahead of UTC, in minutes."""
    ahead = lokaal(minute).utcoffset()
    assert ahead is not None
    return ahead // _MINUUT


def _minutes(klok: time) -> int:
    return klok.hour * 60 + klok.minute
