"""Numbers that are no case numbers: BSN, phone number, IBAN, postcode, date. Better one too many than one too few."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.nl import bsn

_S = r"[\s.\-/\u2010-\u2015\u2212]{1,3}"
_S0 = r"[\s.\-/()\u2010-\u2015\u2212]{0,3}"

_BSN = re.compile(
    rf"(?<!\d)(?:\d{{8,9}}|\d{{2,3}}{_S}\d{{3}}{_S}\d{{3}}|\d{{4}}{_S}\d{{2}}{_S}\d{{3}})(?!\d)",
)
_PHONE = re.compile(
    # 06 12345678, 030 286 10 00
    rf"(?<!\d)0[1-9](?:{_S0}\d){{8}}(?!\d)"
    # +31 6 ..., +49 ..., 0031 ..., 316...
    rf"|\+{_S0}[1-9](?:{_S0}\d){{6,13}}(?!\d)"
    rf"|(?<!\d)00(?:31|32|49)(?:{_S0}\d){{8,11}}(?!\d)"
    rf"|(?<!\d)31{_S0}6(?:{_S0}\d){{8}}(?!\d)"
    # 0800-1234, 0900 123456, 14 030
    rf"|(?<!\d)0(?:800|900|906|909){_S0}\d{{4}}(?:{_S0}\d{{1,3}})?(?!\d)"
    rf"|(?<!\d)14{_S0}0\d{{2,3}}(?!\d)"
)
_IBAN = re.compile(r"(?<![^\W_])[a-z]{2}\d{2}\s?[a-z]{4}(?:\s?\d){7,14}(?!\d)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<![^\W_])(?<!\d[-/.,:])[1-9]\d{3}(?:[A-Za-z]{2}|\s{1,2}[A-Za-z]{2})(?![^\W_])")
_WORDS = frozenset(
    [
        "al",
        "an",
        "as",
        "at",
        "bv",
        "cm",
        "da",
        "de",
        "di",
        "do",
        "dr",
        "en",
        "er",
        "ga",
        "ge",
        "ha",
        "he",
        "ho",
        "ik",
        "in",
        "is",
        "ja",
        "je",
        "ka",
        "km",
        "kg",
        "kn",
        "ku",
        "la",
        "ma",
        "me",
        "ml",
        "na",
        "no",
        "nu",
        "of",
        "og",
        "oh",
        "om",
        "on",
        "op",
        "pa",
        "sp",
        "te",
        "to",
        "uw",
        "va",
        "vr",
        "wa",
        "we",
        "wo",
        "xl",
        "za",
        "ze",
        "zo",
        "zn",
    ]
)
"""Two letters after a number that are no part of a postcode when written small: "2026/1177 is van mij"."""

_D, _M, _Y = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATES = re.compile(
    rf"(?<!\d)(?:{_D}{_S}{_M}{_S}(?:{_Y}|\d\d)|{_Y}{_S}{_M}{_S}{_D})(?!\d)"
    rf"|(?<!\d)(?<!\d[-/.]){_M}[-/. ]{_Y}(?!\d)|(?<!\d){_Y}[-/. ]{_M}(?![-/.]?\d)"
    rf"|(?<!\d)(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){_Y})(?!\d)"
    rf"|(?<!\d)(?:{_Y}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)


def lookalikes(text: str) -> tuple[tuple[str, int, int], ...]:
    """What in a text is another kind of number: (kind, begin, end), in no particular order."""
    return tuple(_found(text))


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _overlapping(_BSN, text):
        digits = re.sub(r"\D", "", match.group()).zfill(9)
        if len(digits) == 9 and bsn.is_valid(digits):
            yield "bsn", *match.span()
    for kind, pattern in (("telefoon", _PHONE), ("iban", _IBAN), ("datum", _DATES)):
        for match in _overlapping(pattern, text):
            yield kind, *match.span()
    for match in _overlapping(_POSTCODE, text):
        letters = match.group()[-2:]
        spaced = match.group()[-3].isspace()
        if not (spaced and letters.islower() and letters in _WORDS):
            yield "postcode", *match.span()


def _overlapping(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    position = 0
    while match := pattern.search(text, position):
        yield match
        position = match.start() + 1
