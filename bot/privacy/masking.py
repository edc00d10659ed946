"""Masking of numbers that must never be stored or logged.

A BSN is recognised by its eleven test (Besluit BSN, bijlage), an IBAN by its check digits (ISO 13616), a payment card by
Luhn's check (ISO/IEC 7812). One in eleven random nine-digit numbers passes the eleven test; masking one too many costs a
resident nothing, storing one too many would.
"""

from __future__ import annotations

import re

from stdnum import iban, luhn
from stdnum.nl import bsn

MASKS = {"bsn": "[bsn]", "iban": "[rekeningnummer]", "kaart": "[kaartnummer]"}
"""What stands in a text in place of a masked number, per kind."""

# Separators that people put into numbers: spaces (also the no-break kind), dots, dashes, slashes.
_SEP = r"[\s.\-/\u00a0\u2010-\u2015]{0,3}"
_DIGITS = re.compile(rf"(?<!\d)\d(?:{_SEP}\d)*")
_IBAN_BEGIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}" + _SEP + r"\d{2}")
_IBAN_REST = re.compile(rf"(?:{_SEP}[A-Za-z0-9]){{11,30}}")


def mask(text: str) -> str:
    """`text` with each BSN, IBAN and card number replaced by its mask; all else stays as it is."""
    return _mask_digits(_mask_iban(text))


def _mask_iban(text: str) -> str:
    done, position = [], 0
    # Each beginning is tried, also inside text that a wrong beginning before it had taken in.
    for begin in _IBAN_BEGIN.finditer(text):
        rest = _IBAN_REST.match(text, begin.end())
        if begin.start() < position or rest is None:
            continue
        end = _longest_iban(text, begin.start(), rest.end())
        if end:
            done += [text[position : begin.start()], MASKS["iban"]]
            position = end
    return "".join(done) + text[position:]


def _longest_iban(text: str, start: int, end: int) -> int | None:
    """End of the longest valid IBAN that begins at `start`; words that follow it may have been taken in as well."""
    for stop in range(end, start + 14, -1):
        compact = re.sub(r"[^A-Za-z0-9]", "", text[start:stop])
        if text[stop - 1].isalnum() and iban.is_valid(compact, check_country=False):
            return stop
    return None


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
