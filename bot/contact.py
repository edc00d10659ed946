"""Phone numbers and e-mail addresses as residents type them, in the form in which others take them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

LAND = "NL"
"""A number without a country code is taken to be Dutch."""
LANGST_ADRES = 80
"""Longest e-mail address that the Klantinteracties API takes (`DigitaalAdres.adres`)."""
GEEN_LIJN = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.UAN})
"""Numbers at which nobody can be called back (0800, 0900)."""
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Contact:
    """How somebody can be reached; one of both is filled."""

    telefoon: str | None = None
    """E.164: `+31612345678`."""
    email: str | None = None


def find_contact(text: str) -> Contact | None:
    """The phone number or e-mail address in a sentence; None when there is none at which one can be reached."""
    email = _EMAIL.search(text)
    if email and len(email.group()) <= LANGST_ADRES:
        return Contact(email=email.group())
    for match in PhoneNumberMatcher(text, LAND):
        if phonenumbers.number_type(match.number) not in GEEN_LIJN:
            return Contact(telefoon=phonenumbers.format_number(match.number, PhoneNumberFormat.E164))
    return None


def kept_contact(text: str) -> Contact | None:
    """Contact details as they were kept: an e-mail address, or a number in E.164 that was found or vouched for before."""
    if re.fullmatch(r"\+\d{8,15}", text):
        return Contact(telefoon=text)
    return find_contact(text)


def same_number(one: str, other: str) -> bool:
    """Whether two phone numbers are the same however they are written; False for what is no number."""
    try:
        parsed = [phonenumbers.parse(text, LAND) for text in (one, other)]
    except phonenumbers.NumberParseException:
        return False
    return parsed[0] == parsed[1]


def shown(telefoon: str) -> str:
    """A number as people write it: `06 12345678`, with the country code only when it is not Dutch."""
    number = phonenumbers.parse(telefoon, LAND)
    dutch = number.country_code == phonenumbers.country_code_for_region(LAND)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if dutch else PhoneNumberFormat.INTERNATIONAL)
