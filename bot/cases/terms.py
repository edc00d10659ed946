"""Terms of law: when they end, and how days are counted.

- Awb 6:7 and 6:8: objection within six weeks, counted from the day after the decision was announced.
- Awb 4:17: a notice of default is possible once the term for a decision has passed.
- Awb 4:15: a suspended term stands still.
- Algemene termijnenwet 1 and 3: a term that ends on a Saturday, Sunday or public holiday goes on until the end of the
  next working day. Its holidays are those of the `holidays` package, with Good Friday and, each year, 5 May.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from bot.cases.values import Zaak

TIJDZONE = ZoneInfo("Europe/Amsterdam")
BEZWAARTERMIJN = timedelta(weeks=6)


@dataclass(frozen=True)
class Termijn:
    """How a case stands to its terms on one day. All dates are Dutch calendar days."""

    verwacht: date | None
    """When it is expected to be ready; None when nobody can promise that."""
    uiterlijk: date | None
    """The last day by law; None when unknown or when the clock stands still."""
    opgeschort: bool
    verlengd: bool
    verwachting_voorbij: bool
    """It is still open after the day on which it was expected to be ready."""
    voorbij: bool
    """It is still open after the last day by law."""
    dagen_voorbij: int


def termijn(zaak: Zaak, vandaag: date) -> Termijn:
    """The terms of a case. Where the register gives no dates they are counted from the zaaktype, where that is certain.

    Unsure is None, never a guess: a resident may act on it.
    """
    verlengd = zaak.verlengd_met is not None
    verwacht = None if zaak.opgeschort else _verwacht(zaak, verlengd)
    uiterlijk = None if zaak.opgeschort else _uiterlijk(zaak)
    laatste = eerstvolgende_werkdag(uiterlijk) if uiterlijk else None
    open_ = zaak.einddatum is None
    voorbij = open_ and laatste is not None and vandaag > laatste
    return Termijn(
        verwacht=verwacht,
        uiterlijk=uiterlijk,
        opgeschort=zaak.opgeschort,
        verlengd=verlengd,
        verwachting_voorbij=open_ and verwacht is not None and vandaag > verwacht,
        voorbij=voorbij,
        dagen_voorbij=(vandaag - laatste).days if voorbij and laatste else 0,
    )


def bezwaar_tot_en_met(bekendgemaakt: date) -> date:
    """The last day for an objection against a decision that was announced on a day (Awb 6:7 and 6:8)."""
    return eerstvolgende_werkdag(bekendgemaakt + BEZWAARTERMIJN)


def eerstvolgende_werkdag(dag: date) -> date:
    """`dag` itself when it is a working day, else the next one (Algemene termijnenwet 1)."""
    while not _is_werkdag(dag):
        dag += timedelta(days=1)
    return dag


def tel_werkdagen(dag: date, aantal: int) -> date:
    """The day that lies a number of working days after `dag`."""
    for _ in range(aantal):
        dag = eerstvolgende_werkdag(dag + timedelta(days=1))
    return dag


def dag_in_nederland(moment: datetime) -> date:
    """The calendar day in the Netherlands at an aware moment."""
    return moment.astimezone(TIJDZONE).date()


def _verwacht(zaak: Zaak, verlengd: bool) -> date | None:
    if zaak.einddatum_gepland:
        return zaak.einddatum_gepland
    # The norm was for a case that runs through.
    if verlengd or zaak.eerder_opgeschort or zaak.zaaktype.servicenorm is None:
        return None
    return _add(zaak.startdatum, zaak.zaaktype.servicenorm)


def _uiterlijk(zaak: Zaak) -> date | None:
    if zaak.uiterlijke_einddatum:
        return zaak.uiterlijke_einddatum
    # How long an earlier suspension took is not in the register.
    if zaak.eerder_opgeschort or zaak.zaaktype.doorlooptijd is None:
        return None
    uiterlijk = _add(zaak.startdatum, zaak.zaaktype.doorlooptijd)
    if zaak.verlengd_met is None:
        return uiterlijk
    # The standard counts an extension in working days; months and years in it are calendar time all the same.
    extra = zaak.verlengd_met
    days = extra.days
    return tel_werkdagen(_add(uiterlijk, extra - type(extra)(days=days)), days)


def _add(start: date, duration: Any) -> date:
    end: date = start + duration
    return end


def _is_werkdag(dag: date) -> bool:
    return dag.weekday() < 5 and dag not in _feestdagen(dag.year)


@lru_cache(maxsize=32)
def _feestdagen(jaar: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=jaar, categories=("public", "optional")))
