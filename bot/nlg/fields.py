"""The fields that every text for residents may use: the municipality's values, and how it can be reached now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import waarden_van
from bot.catalog.render import LOCALE, klok
from bot.handoff.opening_hours import Bereikbaarheid, bereikbaarheid
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
