"""Case numbers in what residents write, in the forms of their municipality. For all doors that read messages."""

from __future__ import annotations

from functools import lru_cache

from bot.cases.number import Formaat, Kandidaat, parse_formats, recognise
from bot.catalog.gemeente import Gemeente


def case_numbers(text: str, gemeente: Gemeente) -> tuple[Kandidaat, ...]:
    """The case numbers in a text; none when the municipality has no case register."""
    return recognise(text, _parsed(gemeente.zaken.nummers)) if gemeente.zaken else ()


@lru_cache(maxsize=256)
def _parsed(nummers: tuple[str, ...]) -> tuple[Formaat, ...]:
    return tuple(parse_formats(nummers))
