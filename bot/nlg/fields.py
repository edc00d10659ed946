"""The fields that every text for residents may use: the municipality's values, and how it can be reached now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import waarden_van
from bot.catalog.opening_hours import TIJDZONE, Bereikbaarheid, bereikbaarheid
from bot.catalog.render import LOCALE, klok
from bot.settings import Settings


def fields_for(settings: Settings, gemeente: Gemeente, now: datetime) -> dict[str, Any]:
    """Values of a municipality, and its reachability at `now` (an aware moment)."""
    tijden = gemeente.openingstijden
    return {
        **waarden_van(settings, gemeente.id),
        "gemeente": gemeente,
        "telefoon": _reachable(bereikbaarheid(tijden, "telefoon", now)),
        "balie": _reachable(bereikbaarheid(tijden, "balie", now)),
        "livechat": _reachable(bereikbaarheid(tijden, "livechat", now)),
    }


def dag(day: date) -> str:
    """A day as residents read it: `vrijdag 27 november`."""
    return str(format_date(day, "EEEE d MMMM", locale=LOCALE))


def moment_tekst(moment: datetime) -> str:
    """A moment as residents read it: `donderdag 3 december om 10.20 uur`, local time."""
    lokaal = moment.astimezone(TIJDZONE)
    return f"{dag(lokaal)} om {klok(lokaal)} uur"


def moment_titel(moment: datetime) -> str:
    """The same for a choice, at most 20 characters: `do 3 dec. 10.20 uur`."""
    lokaal = moment.astimezone(TIJDZONE)
    weekdag = format_date(lokaal, "EEEEEE", locale=LOCALE)
    maand = format_date(lokaal, "MMM", locale=LOCALE)[:3]
    return f"{weekdag} {lokaal.day} {maand} {klok(lokaal)} uur"


def _reachable(stand: Bereikbaarheid) -> dict[str, Any]:
    """Moments in Dutch notation, for the texts."""
    return {
        "open": stand.open,
        "tot": klok(stand.tot) if stand.tot else None,
        "opent_tijd": klok(stand.opent_tijd) if stand.opent_tijd else None,
        "opent_dag": dag(stand.opent_dag) if stand.opent_dag else None,
        "dagen_verder": stand.dagen_verder,
        "dicht_wegens": stand.dicht_wegens,
    }
