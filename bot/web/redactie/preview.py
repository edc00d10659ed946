"""How an answer looks to residents: as the chat on the website shows it, and as WhatsApp does.

The words and choices come from the code that answers residents (`bot.nlg.answers`, `bot.channels.blocks`,
`bot.whatsapp.render`); only the frame around them is of the redactie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.catalog.answer import HEEL_ANTWOORD, compose
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import waarden_van
from bot.catalog.product import ASPECTS, Product
from bot.channels.blocks import Block, blocks
from bot.errors import ContentError
from bot.nlg.answers import answer_choices, said_outside_rasa
from bot.settings import Settings
from bot.whatsapp.render import Uitgaand, render

_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])", re.DOTALL)
"""WhatsApp's own marks: *bold*, _italic_, ~struck through~."""
_TAGS = {"*": "strong", "_": "em", "~": "s"}


@dataclass(frozen=True)
class Stuk:
    """A piece of a WhatsApp text: how it is marked, and its words."""

    soort: str
    """`strong`, `em`, `s`, or empty."""
    tekst: str


@dataclass(frozen=True)
class Bel:
    """One message on a phone."""

    stukken: tuple[Stuk, ...]
    knoppen: tuple[str, ...] = ()
    lijst: str = ""
    """Title of the button that opens the list, when the choices are in a list."""
    rijen: tuple[tuple[str, str], ...] = ()
    """(title, description) of each choice in that list."""


@dataclass(frozen=True)
class Deel:
    """One part of a product as residents get it: the short answer, or an aspect."""

    aspect: str
    titel: str
    blokken: tuple[Block, ...] = ()
    keuzes: tuple[str, ...] = ()
    bellen: tuple[Bel, ...] = ()
    bronnen: tuple[str, ...] = ()
    fout: str = ""
    """Why it cannot be shown: a placeholder without a value, or braces that are no placeholder."""


def preview(
    settings: Settings,
    product: Product,
    gemeente: Gemeente,
    products: Mapping[str, Product],
    now: datetime | None = None,
) -> tuple[Deel, ...]:
    """All parts of a product as residents of a municipality would get them at `now`.

    Args:
        products: what the municipality offers; whether an appointment can be made depends on it.
    """
    moment = now or datetime.now(UTC)
    around = {**products, product.id: product}
    parts = (HEEL_ANTWOORD, *(key for key in ASPECTS if key in product.aspecten))
    return tuple(_part(settings, product, key, gemeente, around, moment) for key in parts)


def _part(
    settings: Settings,
    product: Product,
    aspect: str,
    gemeente: Gemeente,
    products: Mapping[str, Product],
    now: datetime,
) -> Deel:
    titel = ASPECTS.get(aspect, "Kort antwoord")
    try:
        antwoord = compose(product, aspect, gemeente, waarden_van(settings, gemeente.id))
        tekst = said_outside_rasa(antwoord, gemeente, settings, now)
    except ContentError as error:
        return Deel(aspect, titel, fout=error.problem)
    keuzes = tuple(one.titel for one in answer_choices(antwoord, gemeente, products, in_formulier=False, tweede=None))
    bodies = render(Uitgaand(tekst, keuzes)).lijven
    return Deel(
        aspect,
        titel,
        blokken=tuple(blocks(tekst)),
        keuzes=keuzes,
        bellen=tuple(_bubble(body) for body in bodies),
        bronnen=antwoord.bronnen,
    )


def _bubble(body: Mapping[str, Any]) -> Bel:
    if body["type"] != "interactive":
        return Bel(tuple(_pieces(body["text"]["body"])))
    content = body["interactive"]
    stukken, action = tuple(_pieces(content["body"]["text"])), content["action"]
    if "buttons" in action:
        return Bel(stukken, knoppen=tuple(one["reply"]["title"] for one in action["buttons"]))
    rows = [row for section in action["sections"] for row in section["rows"]]
    return Bel(stukken, lijst=action["button"], rijen=tuple((row["title"], row.get("description", "")) for row in rows))


def _pieces(text: str) -> list[Stuk]:
    pieces, done = [], 0
    for found in _MARKS.finditer(text):
        if found.start() > done:
            pieces.append(Stuk("", text[done : found.start()]))
        pieces.append(Stuk(_TAGS[found.group(1)], found.group(2)))
        done = found.end()
    if done < len(text):
        pieces.append(Stuk("", text[done:]))
    return pieces
