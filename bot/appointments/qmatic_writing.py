"""What is sent to Qmatic: paths with matrix parameters, the record of a customer, the body of a booking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.appointments.errors import InvalidInput
from bot.appointments.qmatic_values import LENGTES, QmaticConfig, Samenstelling
from bot.appointments.values import Klant

TITEL_LENGTE = 255

QMATIC_FIELDS: Mapping[str, tuple[str, ...]] = {
    "firstName": ("voornaam", "voorletters"),
    "lastName": ("tussenvoegsel", "achternaam"),
    "email": ("email",),
    "phone": ("telefoon",),
    "addressLine1": ("straat", "huisnummer", "toevoeging"),
    "addressZip": ("postcode",),
    "addressCity": ("plaats",),
    "identificationNumber": ("bsn",),
    "dateOfBirth": ("geboortedatum",),
}
"""Qmatic's name of a field → the neutral ones that make it up, joined with a space."""


def segment(text: str) -> str:
    """Text as one piece of a path."""
    # These two would lead up the path.
    return "%2E" * len(text) if text in (".", "..") else quote(text, safe="")


def matrix(name: str, values: Iterable[object]) -> str:
    """Matrix parameters: `;name=value`, once for each value. The `;` and `=` themselves stay as they are."""
    return "".join(f";{name}={segment(str(value))}" for value in values)


def services_matrix(wat: Samenstelling, config: QmaticConfig) -> str:
    """The services of an appointment and for how many people, as matrix parameters."""
    return matrix("servicePublicId", wat.diensten) + persons_matrix(wat.personen, config)


def persons_matrix(personen: int, config: QmaticConfig) -> str:
    """How many people, as this site counts them; nothing for one person."""
    if personen == 1:
        return ""
    return matrix("numberOfCustomers", [personen if config.extra_persons_counted == "total" else personen - 1])


def moment_path(locatie: str, dag: str, tijd: str) -> str:
    """Path of a moment at a place; `dag` as 2026-09-01 and `tijd` as 09:00."""
    return f"v2/branches/{segment(locatie)}/dates/{dag}/times/{tijd}"


def wall(begin: datetime, zone: ZoneInfo) -> tuple[date, str] | None:
    """Day and HH:MM of a moment as the clock at the place shows them.

    None when no HH:MM names it: between two minutes, or the second of a doubled hour in autumn.
    """
    local = begin.astimezone(zone)
    if local.second or local.microsecond or local.fold:
        return None
    return local.date(), local.strftime("%H:%M")


def customer_record(klant: Klant, config: QmaticConfig) -> dict[str, str]:
    """The record of whoever comes, with only what the municipality asks and what was filled in.

    Raises InvalidInput for what is required and missing, and for what is too long.
    """
    given = {naam: _text(getattr(klant, naam)) for naam in config.velden}
    missing = tuple(naam for naam in config.velden if naam in config.verplicht and not given[naam])
    if missing:
        raise InvalidInput("boeken", missing)
    record, too_long = {}, []
    for name, parts in QMATIC_FIELDS.items():
        filled = [part for part in parts if given.get(part)]
        value = " ".join(given[part] for part in filled)
        if len(value) > LENGTES[parts[0]]:
            too_long += filled
        if value:
            record[name] = value
    if too_long:
        raise InvalidInput("boeken", tuple(too_long))
    return record


def booking(
    wat: Samenstelling, namen: Iterable[str], record: Mapping[str, str], remark: str, titel: str
) -> dict[str, Any]:
    """Body of a booking (v2). For n people the same record goes n times, as Open Forms does."""
    return {
        "title": make_title(titel, namen),
        "services": services_body(wat),
        "customers": [dict(record)] * wat.personen,
        "notes": remark,
    }


def services_body(wat: Samenstelling) -> list[dict[str, str]]:
    """The services as they stand in a body."""
    return [{"publicId": dienst} for dienst in wat.diensten]


def make_title(titel: str, namen: Iterable[str]) -> str:
    """Title of an appointment: `Vraagbaak: Paspoort, Rijbewijs`."""
    return f"{titel}: {', '.join(namen)}"[:TITEL_LENGTE]


def _text(value: date | str | None) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return (value or "").strip()
