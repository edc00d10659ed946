"""Whoever comes, as JCC-Afspraken asks and keeps it.

Per field JCC says 0 (may be given), 1 (hidden) or 2 (required); what it leaves out is 0. The main phone number has one name
in that answer and another in a booking, and there is a second one for a mobile: for us both are `telefoon`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.appointments.errors import InvalidInput, Unsupported
from bot.appointments.values import Klant, Veld, Velden

VISIBLE, HIDDEN, REQUIRED = 0, 1, 2
PHONE_LENGTH = 16
_LAST_NAME = ("achternaam", "lastName", 128)
_FIELDS = (
    ("voorletters", "initials", 128),
    ("voornaam", "firstName", 128),
    ("tussenvoegsel", "lastNamePrefix", 128),
    _LAST_NAME,
    ("geboortedatum", "birthDate", 10),
    ("email", "emailAddress", 254),
    ("telefoon", "phoneNumber", PHONE_LENGTH),
    ("straat", "streetName", 64),
    ("huisnummer", "houseNumber", 16),
    ("toevoeging", "houseNumberSuffix", 16),
    ("postcode", "postalCode", 16),
    ("plaats", "city", 80),
    ("bsn", "socialSecurityNumber", 16),
)
"""Our name, JCC's in a booking, and most characters; in the order in which they are asked."""
_NOT_OURS = ("nationality", "language", "country")
"""What JCC can require and we never ask: codes of its own lists."""
_BESIDES = ("gender", "areFirstNameOrInitialsRequired", "isAnyPhoneNumberRequired", "isDefault", "auditId", "id")
_IN_MESSAGES = {
    **{theirs: ours for ours, theirs, _ in _FIELDS},
    "mainPhoneNumber": "telefoon",
    "mobilePhoneNumber": "telefoon",
}


@dataclass(frozen=True)
class Gevraagd:
    """What JCC asks for a choice of services, by its own names."""

    standen: Mapping[str, int]
    een_naam: bool
    """First name or initials."""
    een_nummer: bool
    """Main or mobile number."""

    def stand(self, name: str) -> int:
        """0, 1 or 2 for a field."""
        return self.standen.get(name, VISIBLE)


def read_fields(data: Any) -> Gevraagd:
    """The answer of `customer/customerfields/required`. Raises ValueError for another shape."""
    if not isinstance(data, Mapping):
        raise ValueError("no object")
    names = [theirs for _, theirs, _ in _FIELDS if theirs not in ("lastName", "phoneNumber")]
    names += ["mainPhoneNumber", "mobilePhoneNumber", *_NOT_OURS]
    if data and data.keys().isdisjoint([*names, *_BESIDES]):
        # An empty answer says that all is visible; one about something else says nothing.
        raise ValueError("no fields")
    standen = {name: data[name] for name in names if name in data}
    if any(isinstance(one, bool) or one not in (VISIBLE, HIDDEN, REQUIRED) for one in standen.values()):
        raise ValueError("no state of a field")
    return Gevraagd(
        standen, bool(data.get("areFirstNameOrInitialsRequired")), bool(data.get("isAnyPhoneNumberRequired"))
    )


def fields_of(gevraagd: Gevraagd) -> Velden:
    """What must and may be asked.

    Of a first name and initials of which one is needed, the one that is not hidden is; with both hidden the first name, as
    Open Forms does. Raises Unsupported when JCC requires what we cannot give.
    """
    for name in _NOT_OURS:
        if gevraagd.stand(name) == REQUIRED:
            raise Unsupported("klantvelden", code=name)
    states = {ours: gevraagd.stand(theirs) for ours, theirs, _ in _FIELDS}
    states["achternaam"] = REQUIRED
    states["telefoon"] = _phone_state(gevraagd)
    groups: tuple[tuple[str, ...], ...] = ()
    first, initials = states["voornaam"], states["voorletters"]
    if gevraagd.een_naam and REQUIRED not in (first, initials):
        if HIDDEN not in (first, initials):
            groups = (("voornaam", "voorletters"),)
        else:
            states["voorletters" if first == HIDDEN and initials != HIDDEN else "voornaam"] = REQUIRED
    found = tuple(Veld(ours, states[ours] == REQUIRED, length) for ours, _, length in _FIELDS if states[ours] != HIDDEN)
    return Velden(found, groups)


def customer_record(klant: Klant, gevraagd: Gevraagd) -> dict[str, Any]:
    """Somebody as JCC takes them in a booking; fields that are hidden are not sent, whatever is known.

    Raises InvalidInput for what is missing or too long, by our names; Unsupported as `fields_of`.
    """
    velden = fields_of(gevraagd)
    known = {one.naam: _value(klant, one.naam) for one in velden.velden}
    wrong = [one.naam for one in velden.velden if len(known[one.naam]) > one.lengte]
    wrong += [one.naam for one in velden.velden if one.verplicht and not known[one.naam]]
    wrong += [groep[0] for groep in velden.een_van if not any(known[naam] for naam in groep)]
    if klant.telefoon.strip() and "telefoon" in known and not re.search(r"\d", known["telefoon"]):
        wrong.append("telefoon")
    if wrong:
        raise InvalidInput("boeken", tuple(dict.fromkeys(wrong)))
    # JCC wants a gender; 0 is another one than male or female, and what Open Forms sends for not asked.
    record: dict[str, Any] = {"id": None, "isMainCustomer": True, "gender": 0}
    for ours, theirs, _ in _FIELDS:
        if known.get(ours):
            names = _phone_names(gevraagd) if ours == "telefoon" else (theirs,)
            record |= dict.fromkeys(names, known[ours])
    return record


def read_customer(record: Mapping[str, Any]) -> Klant:
    """Somebody as JCC has them. Raises ValueError for another shape."""
    found: dict[str, Any] = {ours: _text(record.get(theirs)) for ours, theirs, _ in _FIELDS}
    found["telefoon"] = found["telefoon"] or _text(record.get("mobilePhoneNumber"))
    born = found["geboortedatum"]
    found["geboortedatum"] = datetime.fromisoformat(born).date() if born else None
    return Klant(**found)


def clean_phone(text: str) -> str:
    """A phone number with digits, +, - and spaces only; without the last two if it is too long else."""
    cleaned = re.sub(r" {2,}", " ", re.sub(r"[^0-9+\- ]", " ", text)).strip(" -")
    return cleaned if len(cleaned) <= PHONE_LENGTH else re.sub(r"[ -]", "", cleaned)


def fields_in(messages: Iterable[Any]) -> tuple[str, ...]:
    """Our names of the fields that JCC's messages are about; its texts themselves go no further."""
    found: list[str] = []
    for message in messages:
        rest = str(message)
        # Longest first, so that a suffix of a number is not taken for the number.
        for theirs in sorted(_IN_MESSAGES, key=len, reverse=True):
            pattern = rf"(?<![A-Za-z])[{theirs[0]}{theirs[0].upper()}]{theirs[1:]}(?![a-z])"
            rest, times = re.subn(pattern, " ", rest)
            if times:
                found.append(_IN_MESSAGES[theirs])
    return tuple(dict.fromkeys(found))


def _value(klant: Klant, naam: str) -> str:
    if naam == "geboortedatum":
        return klant.geboortedatum.isoformat() if klant.geboortedatum else ""
    value = str(getattr(klant, naam)).strip()
    return clean_phone(value) if naam == "telefoon" else value


def _phone_state(gevraagd: Gevraagd) -> int:
    states = (gevraagd.stand("mainPhoneNumber"), gevraagd.stand("mobilePhoneNumber"))
    if gevraagd.een_nummer or REQUIRED in states:
        return REQUIRED
    return HIDDEN if states == (HIDDEN, HIDDEN) else VISIBLE


def _phone_names(gevraagd: Gevraagd) -> tuple[str, ...]:
    """JCC's fields in which the one number that we have goes: the main one, unless only the mobile one is shown."""
    main, mobile = gevraagd.stand("mainPhoneNumber"), gevraagd.stand("mobilePhoneNumber")
    names = []
    if main != HIDDEN or mobile == HIDDEN:
        names.append("phoneNumber")
    if mobile == REQUIRED or (main == HIDDEN and mobile != HIDDEN):
        names.append("mobilePhoneNumber")
    return tuple(names)


def _text(value: Any) -> str:
    if value is None:
        return ""
    # A house number comes back as a number.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("no text")
    return str(value).strip()
