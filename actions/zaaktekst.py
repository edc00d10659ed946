"""A case overview as plain values for the text: days in Dutch, words of the register as they are."""

from __future__ import annotations

from datetime import date
from typing import Any, Dict, Optional

from babel.dates import format_date

from bot.cases.summary import Stapstand, Zaakoverzicht
from bot.catalog.render import LOCALE

MEESTE_STAPPEN = 8
"""Steps that are shown; of a longer way the part round the present one."""


def as_fields(zaak: Zaakoverzicht) -> Dict[str, Any]:
    """What `utter_zaak` may use."""
    return {
        "titel": zaak.titel,
        "gestart": day(zaak.gestart),
        "toestand": zaak.toestand.value,
        # Catalogues write a sentence or a bare word; here it stands in the middle of one.
        "laatste": zaak.laatste.label.rstrip(". ") if zaak.laatste else None,
        "laatste_op": day(zaak.laatste.datum) if zaak.laatste else None,
        "stappen": _steps(zaak),
        "verwacht": day(zaak.termijn.verwacht),
        "uiterlijk": day(zaak.termijn.uiterlijk),
        "verlengd": zaak.termijn.verlengd,
        "voorbij": zaak.termijn.voorbij,
        "afgehandeld_op": day(zaak.afgehandeld_op),
        "resultaat": zaak.resultaat,
        "bezwaar_tot": day(zaak.bezwaar.tot_en_met) if zaak.bezwaar else None,
        "mogelijkheden": [one.value for one in zaak.mogelijkheden],
    }


def day(value: Optional[date]) -> Optional[str]:
    """A day in Dutch: `3 december 2026`."""
    return format_date(value, "d MMMM y", locale=LOCALE) if value else None


def _steps(zaak: Zaakoverzicht) -> list[Dict[str, str]]:
    shown = [stap for stap in zaak.stappen if stap.stand is not Stapstand.OVERGESLAGEN]
    if zaak.afgehandeld_op is not None:
        return []
    if len(shown) > MEESTE_STAPPEN:
        now = next((place for place, stap in enumerate(shown) if stap.stand is Stapstand.NU), 0)
        first = max(0, min(now - 2, len(shown) - MEESTE_STAPPEN))
        shown = shown[first : first + MEESTE_STAPPEN]
    return [{"label": stap.label, "stand": stap.stand.value} for stap in shown]
