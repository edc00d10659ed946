"""Filling what differs per municipality: `{{ tarief.paspoort }}` becomes `€ 77,85`.

Editors write plain placeholders only, `{{ group.key }}`; anything else between braces is refused, so that a text stays
readable for everyone and cannot compute. Rendering happens in Jinja2's sandbox, and a missing value is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_time, get_day_names
from babel.numbers import format_currency
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.catalog.gemeente import Bedrag, Gemeente
from bot.catalog.rooster import Weekrooster
from bot.errors import ContentError

LOCALE = "nl_NL"
GROUPS = ("gemeente", "contact", "organisatie", "tarief", "termijn", "regel", "landelijk")

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\.([a-z0-9_]+)\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{\{|\{%|\{#", re.DOTALL)
_templates = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
)
_texts = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=lambda value: value)


@dataclass(frozen=True)
class Placeholder:
    """One `{{ groep.sleutel }}` in a text."""

    groep: str
    sleutel: str

    def __str__(self) -> str:
        return f"{self.groep}.{self.sleutel}"


def placeholders(text: str) -> Iterator[Placeholder]:
    """The placeholders of a text, in order, repeats included."""
    for groep, sleutel in _PLACEHOLDER.findall(text):
        yield Placeholder(groep, sleutel)


def stray_braces(text: str) -> Iterator[str]:
    """Pieces between braces that are no plain placeholder: conditions, filters, comments, typing errors."""
    for match in _BRACES.finditer(text):
        if not _PLACEHOLDER.fullmatch(match.group()):
            yield match.group()


def waarden(gemeente: Gemeente, landelijk: Mapping[str, Bedrag]) -> dict[str, dict[str, str]]:
    """All values that a text may use for this municipality: group → key → ready text."""
    contact = gemeente.contact.dict(exclude={"breedte", "lengte"})
    contact["openingstijden"] = rooster_tekst(gemeente.openingstijden.balie)
    contact["openingstijden_telefoon"] = rooster_tekst(gemeente.openingstijden.telefoon)
    return {
        "gemeente": {"naam": gemeente.naam, "website": gemeente.website},
        "contact": contact,
        "organisatie": dict(gemeente.organisatie),
        "tarief": {key: bedrag(value) for key, value in gemeente.tarief.items()},
        "termijn": dict(gemeente.termijn),
        "regel": dict(gemeente.regel),
        "landelijk": {key: bedrag(value.bedrag) for key, value in landelijk.items()},
    }


def fill(text: str, values: Mapping[str, Mapping[str, str]], where: str) -> str:
    """Fill the placeholders of an editor's text.

    Raises:
        ContentError: a value is missing for this municipality, or the text holds more than plain placeholders.
    """
    for stray in stray_braces(text):
        raise ContentError(where, f"tussen accolades mag alleen {{{{ groep.sleutel }}}} staan, niet {stray!r}")
    for field in placeholders(text):
        # Looked up before Jinja does: for `{{ gemeente.items }}` it would find what every dict has.
        if field.sleutel not in values.get(field.groep, {}):
            raise ContentError(where, f"de gemeente heeft geen waarde voor een invulveld ({field})")
    return str(_compiled(text).render(values))


def bedrag(value: float) -> str:
    """An amount in euros in Dutch notation: `€ 1.250,00`."""
    return format_currency(value, "EUR", locale=LOCALE)


def rooster_tekst(rooster: Weekrooster) -> str:
    """Opening hours as a text: neighbouring days with the same hours are taken together."""
    namen = get_day_names("wide", locale=LOCALE)
    groups: list[dict[str, Any]] = []
    for weekday in range(7):
        vakken = rooster.dag(weekday)
        if not vakken:
            continue
        last = groups[-1] if groups else None
        if last and last["vakken"] == vakken and last["eind"] == weekday - 1:
            last["eind"] = weekday
        else:
            groups.append({"begin": weekday, "eind": weekday, "vakken": vakken})
    dagen = [
        {
            "eerste": namen[group["begin"]],
            "laatste": namen[group["eind"]],
            "aantal": group["eind"] - group["begin"] + 1,
            "vakken": [(klok(vak.van), klok(vak.tot)) for vak in group["vakken"]],
        }
        for group in groups
    ]
    return _templates.get_template("rooster.txt.j2").render(dagen=dagen).strip()


def klok(moment: Any) -> str:
    """A time as Dutch municipalities write it: `9.00`."""
    return format_time(moment, "H.mm", locale=LOCALE)


@lru_cache(maxsize=8192)
def _compiled(text: str) -> Any:
    return _texts.from_string(text)
