"""Fresh values for tests of cases, with only what a test cares about spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.cases.values import Resultaat, Status, Statustype, Zaak, Zaakdossier, Zaaktype

ROOT = "https://oz.example/zaken/api/v1/"
TYPES = "https://oz.example/catalogi/api/v1/"


def zaaktype(**fields: Any) -> Zaaktype:
    """An application for a permit: 56 days by law, 42 by the municipality's own norm."""
    values: dict[str, Any] = {
        "url": f"{TYPES}zaaktypen/1",
        "identificatie": "EVENEMENT",
        "omschrijving": "Evenementenvergunning behandelen",
        "extern": True,
        "handeling_initiator": "aanvragen",
        "doorlooptijd": relativedelta(days=56),
        "servicenorm": relativedelta(days=42),
        "heeft_besluittypen": True,
    }
    return Zaaktype(**values | fields)


def zaak(**fields: Any) -> Zaak:
    """A case that began on 1 June 2026 and runs."""
    values: dict[str, Any] = {
        "url": f"{ROOT}zaken/1",
        "identificatie": "ZAAK-2026-0000000001",
        "bronorganisatie": "100000009",
        "titel": "Evenementenvergunning behandelen",
        "zaaktype": fields.pop("zaaktype", None) or zaaktype(),
        "startdatum": date(2026, 6, 1),
        "einddatum": None,
        "einddatum_gepland": None,
        "uiterlijke_einddatum": None,
        "opgeschort": False,
        "eerder_opgeschort": False,
        "verlengd_met": None,
        "status_url": None,
        "resultaat_url": None,
    }
    return Zaak(**values | fields)


def statustype(number: int | None, name: str = "", **fields: Any) -> Statustype:
    """A step; `name` is its omschrijving."""
    name = name or f"Stap {number}"
    values: dict[str, Any] = {
        "url": f"{TYPES}statustypen/{name}",
        "volgnummer": number,
        "omschrijving": name,
        "omschrijving_generiek": "",
        "statustekst": "",
        "is_eindstatus": False,
    }
    return Statustype(**values | fields)


def dossier(
    *reached: tuple[Statustype, str], types: Sequence[Statustype] = (), resultaat: str | None = None, **fields: Any
) -> Zaakdossier:
    """A case with steps that were set, oldest first: (step, moment in UTC such as `2026-06-09T08:30`)."""
    statussen = [
        Status(f"{ROOT}statussen/{place}", kind, datetime.fromisoformat(moment).replace(tzinfo=UTC))
        for place, (kind, moment) in enumerate(reached)
    ]
    fields = {"status_url": statussen[-1].url if statussen else None} | fields
    return Zaakdossier(
        zaak(**fields),
        tuple(reversed(statussen)),
        tuple(types),
        None if resultaat is None else Resultaat(resultaat, resultaat),
    )
