"""What somebody tells about themselves for an appointment: which field is still to be asked, and reading an answer to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date

from bot.appointments.values import Klant, Velden
from bot.contact import find_contact

CONTACT = "contact"
"""Question for an e-mail address or a phone number, whichever somebody likes."""
LANGST = 80
_MAANDEN = ("jan", "feb", "maa", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_DATUM = re.compile(r"(?<!\d)(\d{1,2})\s*[-/. ]\s*(\d{1,2}|[a-z]{3,9})\.?\s*[-/. ]\s*(\d{4})(?!\d)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<!\d)([1-9]\d{3})\s*([A-Za-z]{2})(?![A-Za-z])")
_AANTAL = {"twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8}
_PERSONEN = re.compile(
    r"\b(\d{1,2}|twee|drie|vier|vijf|zes|zeven|acht)\s+(?:personen|mensen|man|volwassenen|paspoorten|kaarten|identiteitskaarten)\b"
    r"|\b(?:zijn|z[’']n|ons)\s+(tweeën|drieën|vieren|vijven|zessen|tweeen|drieen)\b",
    re.IGNORECASE,
)
_SAMEN = {"tweeën": 2, "drieën": 3, "vieren": 4, "vijven": 5, "zessen": 6, "tweeen": 2, "drieen": 3}


def next_question(velden: Velden, deel: Mapping[str, str]) -> str | None:
    """The field to ask next, or CONTACT; None when everything needed is there.

    Args:
        deel: field → what was filled in so far; an empty value is no answer.
    """
    filled = {name for name, value in deel.items() if value}
    for naam in (one.naam for one in velden.velden if one.verplicht):
        if naam not in filled:
            return naam
    for groep in velden.een_van:
        if not filled & set(groep):
            return CONTACT if {"email", "telefoon"} <= set(groep) else groep[0]
    return None


def with_contact(velden: Velden) -> Velden:
    """The same, with e-mail address or phone needed when a system asks for both and requires neither: whoever books must be
    able to find the appointment again, and to be reached when it cannot go on."""
    names = {one.naam for one in velden.velden}
    required = {one.naam for one in velden.velden if one.verplicht}
    grouped = {naam for groep in velden.een_van for naam in groep}
    if {"email", "telefoon"} <= names and not {"email", "telefoon"} & (required | grouped):
        return Velden(velden.velden, (*velden.een_van, ("email", "telefoon")))
    return velden


def read_field(naam: str, text: str) -> dict[str, str] | None:
    """What an answer to the question for a field fills in; None when it cannot be an answer to it."""
    reader = _READERS.get(naam, _words)
    found = reader(text)
    if found is None:
        return None
    return found if isinstance(found, dict) else {naam: found}


def klant_of(deel: Mapping[str, str]) -> Klant:
    """Whoever comes, from the filled in fields. Raises ValueError for a birth date that is none."""
    known = {one.name for one in fields(Klant)} - {"geboortedatum"}
    born = deel.get("geboortedatum")
    return Klant(
        geboortedatum=date.fromisoformat(born) if born else None,
        **{name: value for name, value in deel.items() if name in known and value},
    )


def number_of_people(text: str) -> int | None:
    """For how many people somebody wants to come, when they say so in a number."""
    found = _PERSONEN.search(text)
    if found is None:
        return None
    if found.group(2):
        return _SAMEN[found.group(2).lower()]
    word = found.group(1).lower()
    return _AANTAL.get(word) or int(word)


def _birth_date(text: str) -> str | None:
    found = _DATUM.search(text)
    if found is None:
        return None
    day, month, year = found.groups()
    number = int(month) if month.isdigit() else _month(month)
    try:
        born = date(int(year), number, int(day))
    except ValueError:
        return None
    return born.isoformat() if date(1900, 1, 1) <= born <= date.today() else None


def _month(word: str) -> int:
    short = word[:3].lower().replace("mrt", "maa")
    return _MAANDEN.index(short) + 1 if short in _MAANDEN else 0


def _contact(text: str) -> dict[str, str] | None:
    found = find_contact(text)
    if found is None:
        return None
    return {"email": found.email} if found.email else {"telefoon": str(found.telefoon)}


def _email(text: str) -> str | None:
    found = find_contact(text)
    return found.email if found else None


def _telefoon(text: str) -> str | None:
    found = find_contact(text)
    return found.telefoon if found else None


def _postcode(text: str) -> str | None:
    found = _POSTCODE.search(text)
    return f"{found.group(1)} {found.group(2).upper()}" if found else None


def _huisnummer(text: str) -> dict[str, str] | None:
    found = re.search(r"(?<!\d)(\d{1,5})\s*[-/]?\s*([A-Za-z]{0,2}\d{0,3})\b", text)
    if found is None:
        return None
    return {"huisnummer": found.group(1), **({"toevoeging": found.group(2)} if found.group(2) else {})}


def _words(text: str) -> str | None:
    words = " ".join(text.split()).strip(" .,!")[:LANGST]
    return words if re.search(r"[^\W\d_]", words) else None


_READERS: Mapping[str, Callable[[str], str | dict[str, str] | None]] = {
    CONTACT: _contact,
    "email": _email,
    "telefoon": _telefoon,
    "geboortedatum": _birth_date,
    "postcode": _postcode,
    "huisnummer": _huisnummer,
}
