"""Which free moments to offer: the first ones that fit what somebody said, in small steps through the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.appointments.backend import AppointmentBackend
from bot.appointments.values import Keus
from bot.appointments.wishes import Wens

AANTAL = 3
"""Moments offered at once."""
STAP = 14
"""Days asked of a system at once."""


@dataclass(frozen=True)
class Aanbod:
    """Moments to choose from."""

    momenten: tuple[datetime, ...]
    past: bool
    """Whether they are what was asked for; else they are the nearest there are."""
    meer: bool
    """Whether there may be others after the last one."""


async def first_free(
    backend: AppointmentBackend,
    keuzen: Sequence[Keus],
    locatie: str,
    wens: Wens,
    *,
    nu: datetime,
    dagen_vooruit: int,
    na: datetime | None = None,
    aantal: int = AANTAL,
) -> Aanbod:
    """The first free moments that fit a wish; when none does, the first from that day on, whatever the time.

    Args:
        na: only moments after this one ("later").

    Raises errors of bot.appointments.errors.
    """
    vandaag = nu.date()
    laatste = vandaag + timedelta(days=dagen_vooruit)
    van = max(wens.van or vandaag, vandaag, na.date() if na else vandaag)
    tot = min(wens.tot or laatste, laatste)
    # In UTC: moments of one zone are compared by their clock, and one hour of autumn has the same clock twice.
    later_than = max(one.astimezone(UTC) for one in (nu, na) if one is not None)
    found = await _search(backend, keuzen, locatie, wens, van, tot, later_than, aantal + 1)
    if found:
        return Aanbod(tuple(found[:aantal]), True, len(found) > aantal)
    vrij = Wens()
    found = await _search(backend, keuzen, locatie, vrij, min(van, laatste), laatste, later_than, aantal + 1)
    return Aanbod(tuple(found[:aantal]), False, len(found) > aantal)


async def _search(
    backend: AppointmentBackend,
    keuzen: Sequence[Keus],
    locatie: str,
    wens: Wens,
    van: date,
    tot: date,
    later_than: datetime,
    aantal: int,
) -> list[datetime]:
    found: list[datetime] = []
    begin = van
    while begin <= tot and len(found) < aantal:
        einde = min(begin + timedelta(days=STAP - 1), tot)
        dagen = await backend.list_dates(keuzen, locatie, begin, einde)
        for dag in dagen:
            if not _may_fit(wens, dag):
                continue
            momenten = await backend.list_times(keuzen, locatie, dag)
            found += [moment for moment in momenten if moment.astimezone(UTC) > later_than and wens.past(moment)]
            if len(found) >= aantal:
                break
        begin = einde + timedelta(days=1)
    return found[:aantal]


def _may_fit(wens: Wens, dag: date) -> bool:
    """Whether a day can hold a moment that fits, so that only such days are asked for their times."""
    return (
        (not wens.weekdagen or dag.weekday() in wens.weekdagen)
        and dag.weekday() not in wens.niet_weekdagen
        and not any(van <= dag <= tot for van, tot in wens.niet)
    )
