"""Whoever comes, checked against what the municipality asks, and kept as just that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.appointments.errors import InvalidInput
from bot.appointments.values import Klant, Velden


def kept(velden: Velden, klant: Klant) -> dict[str, str]:
    """What is stored of somebody: the fields that are asked and filled in; nothing else, whatever was given.

    Raises InvalidInput naming every field that is missing or too long.
    """
    given = {veld.naam: _text(klant, veld.naam) for veld in velden.velden}
    wrong = [
        veld.naam
        for veld in velden.velden
        if len(given[veld.naam]) > veld.lengte or (veld.verplicht and not given[veld.naam])
    ]
    for groep in velden.een_van:
        if not any(given.get(naam) for naam in groep):
            wrong += groep
    if wrong:
        raise InvalidInput("klant", tuple(dict.fromkeys(wrong)))
    return {naam: waarde for naam, waarde in given.items() if waarde}


def restored(stored: Mapping[str, str]) -> Klant:
    """Somebody as they were stored."""
    texts = {naam: waarde for naam, waarde in stored.items() if naam != "geboortedatum"}
    birth = stored.get("geboortedatum")
    return Klant(**texts, geboortedatum=date.fromisoformat(birth) if birth else None)


def aanspreeknaam(stored: Mapping[str, str]) -> str:
    """A name to call somebody by at the counter: first name or initials, prefix, last name."""
    first = stored.get("voornaam") or stored.get("voorletters") or ""
    parts = (first, stored.get("tussenvoegsel", ""), stored.get("achternaam", ""))
    return " ".join(part for part in parts if part)


def _text(klant: Klant, naam: str) -> str:
    waarde = getattr(klant, naam)
    if waarde is None:
        return ""
    return waarde.isoformat() if isinstance(waarde, date) else str(waarde).strip()
