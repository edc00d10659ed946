"""When a municipality can be reached: its own hours, Dutch public holidays, and one-off closures.

Holidays come from the `holidays` package: public ones close unless the municipality says otherwise, the optional one
(Bevrijdingsdag) closes when it says so. All moments are local time in the Netherlands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

from bot.catalog.rooster import Openingstijden, Tijdvak, Weekrooster

TIJDZONE = ZoneInfo("Europe/Amsterdam")
Kanaal = Literal["telefoon", "balie", "livechat"]
VOORUIT = 21
"""Days to look ahead for the next opening; longer closures than that count as no opening in sight."""


@dataclass(frozen=True)
class Bereikbaarheid:
    """How things stand at one moment for one channel."""

    open: bool
    tot: time | None
    """Closing time of the stretch we are in; None when closed."""
    opent_dag: date | None
    opent_tijd: time | None
    """Next opening; both None when open, or when none lies within three weeks."""
    dagen_verder: int | None
    """Days from now to the next opening: 0 is later today."""
    dicht_wegens: str | None
    """Name of the holiday or reason of the closure that closes today; None on an ordinary day."""


def bereikbaarheid(tijden: Openingstijden, kanaal: Kanaal, nu: datetime) -> Bereikbaarheid:
    """Whether a channel is open at `nu` (an aware moment), until when, or when it opens next."""
    lokaal = nu.astimezone(TIJDZONE)
    vandaag, klok = lokaal.date(), lokaal.time()
    reden = sluitingsreden(tijden, vandaag)
    for vak in _vakken(tijden, kanaal, vandaag):
        if vak.van <= klok < vak.tot:
            return Bereikbaarheid(True, vak.tot, None, None, None, reden)
    for verder in range(VOORUIT + 1):
        dag = vandaag + timedelta(days=verder)
        for vak in _vakken(tijden, kanaal, dag):
            if verder > 0 or vak.van > klok:
                return Bereikbaarheid(False, None, dag, vak.van, verder, reden)
    return Bereikbaarheid(False, None, None, None, None, reden)


def einde_van_werkdag(tijden: Openingstijden, kanaal: Kanaal, vanaf: datetime, werkdagen: int) -> datetime:
    """Closing time of the n-th working day after `vanaf` (an aware moment), as a local moment: the last one in time.

    A day on which the channel opens counts. Raises ValueError when so many days do not come within a quarter of a year.
    """
    vandaag, geteld = vanaf.astimezone(TIJDZONE).date(), 0
    for verder in range(1, 100):
        dag = vandaag + timedelta(days=verder)
        vakken = _vakken(tijden, kanaal, dag)
        geteld += bool(vakken)
        if vakken and geteld == werkdagen:
            return datetime.combine(dag, vakken[-1].tot, TIJDZONE)
    raise ValueError(f"binnen honderd dagen zijn er geen {werkdagen} werkdagen")


def sluitingsreden(tijden: Openingstijden, dag: date) -> str | None:
    """Why the municipality is closed that whole day: a closure's reason or a holiday's name; None when it is not."""
    for sluiting in tijden.sluitingen:
        if sluiting.datum == dag:
            return sluiting.reden
    public, optional = _feestdagen(dag.year)
    if dag in public and public[dag] not in tijden.toch_open:
        return public[dag]
    naam = optional.get(dag)
    return naam if naam in tijden.ook_dicht else None


def onbekende_feestdagen(tijden: Openingstijden, jaar: int) -> tuple[str, ...]:
    """Names in `ook_dicht` and `toch_open` that are no Dutch holiday of that kind in `jaar`."""
    public, optional = _feestdagen(jaar)
    return tuple(
        sorted(set(tijden.ook_dicht) - set(optional.values())) + sorted(set(tijden.toch_open) - set(public.values()))
    )


def _vakken(tijden: Openingstijden, kanaal: Kanaal, dag: date) -> tuple[Tijdvak, ...]:
    if sluitingsreden(tijden, dag):
        return ()
    rooster: Weekrooster = getattr(tijden, kanaal)
    return rooster.dag(dag.weekday())


@lru_cache(maxsize=16)
def _feestdagen(jaar: int) -> tuple[dict[date, str], dict[date, str]]:
    public = holidays.country_holidays("NL", years=jaar, language="nl")
    both = holidays.country_holidays("NL", years=jaar, language="nl", categories=("public", "optional"))
    return dict(public), {day: name for day, name in both.items() if day not in public}
