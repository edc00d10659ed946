"""Masking of numbers that must never be stored or logged.

A BSN is recognised by its eleven test (Besluit BSN, bijlage), an IBAN by its check digits (ISO 13616), a payment card by
Luhn's check (ISO/IEC 7812). One in eleven random nine-digit numbers passes the eleven test; masking one too many costs a
resident nothing, storing one too many would.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import iban, luhn
from stdnum.nl import bsn

MASKS = {"bsn": "[bsn]", "iban": "[rekeningnummer]", "kaart": "[kaartnummer]"}
"""What stands in a text in place of a masked number, per kind."""

# Separators that people put into numbers: spaces (also the no-break kind), dots, dashes, slashes.
_SEP = r"[\s.\-/\u00a0\u2010-\u2015]{0,2}"
_DIGITS = re.compile(rf"(?<!\d)\d(?:{_SEP}\d)*")
_IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}{_SEP}\d{{2}}(?:{_SEP}[A-Za-z0-9]){{11,30}}")


def mask(text: str) -> str:
    """`text` with each BSN, IBAN and card number replaced by its mask; all else stays as it is."""
    return _mask_digits(_mask_iban(text))


def _mask_iban(text: str) -> str:
    return _IBAN.sub(lambda match: _longest(match.group(), _is_iban, MASKS["iban"], minimum=15), text)


def _is_iban(compact: str) -> bool:
    return bool(iban.is_valid(compact, check_country=False))


def _longest(found: str, valid: Callable[[str], bool], mask_with: str, minimum: int) -> str:
    """Mask the longest valid beginning of `found`: a word that follows the number may have been caught with it."""
    for end in range(len(found), minimum - 1, -1):
        compact = re.sub(r"[^A-Za-z0-9]", "", found[:end])
        if len(compact) >= minimum and found[end - 1].isalnum() and valid(compact):
            return mask_with + found[end:]
    return found


def _mask_digits(text: str) -> str:
    return _DIGITS.sub(_mask_run, text)


def _mask_run(match: re.Match[str]) -> str:
    run = match.group()
    places = [index for index, char in enumerate(run) if char.isdigit()]
    digits = "".join(run[index] for index in places)
    # The whole run first; then its parts between separators, for two numbers typed one after another.
    kind = _kind(digits)
    if kind:
        return MASKS[kind]
    pieces = re.split(r"([^\d])", run)
    masked = "".join(MASKS[kind] if (kind := _kind(piece)) else piece for piece in pieces)
    if masked != run:
        return masked
    return _mask_window(run, places, digits)


def _mask_window(run: str, places: list[int], digits: str) -> str:
    """Mask a spaced BSN inside a longer run of numbers, such as `123 456 782 12 345`."""
    for start in range(len(digits) - 8):
        begin, end = places[start], places[start + 8] + 1
        at_edge = (start == 0 or places[start] - places[start - 1] > 1) and (
            start + 9 == len(digits) or places[start + 9] - places[start + 8] > 1
        )
        if at_edge and _kind(digits[start : start + 9]) == "bsn":
            return run[:begin] + MASKS["bsn"] + _DIGITS.sub(_mask_run, run[end:])
    return run


def _kind(digits: str) -> str | None:
    if len(digits) in (8, 9) and len(set(digits)) > 1 and bsn.is_valid(digits.zfill(9)):
        return "bsn"
    if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
        return "kaart"
    return None
