"""An answer about one product for one municipality: the asked text, what else can be asked, how to arrange it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalog.gemeente import Gemeente
from bot.catalog.product import ASPECTS, CONTACT, Product
from bot.catalog.render import fill

HEEL_ANTWOORD = "alles"
"""Asks for the short answer, not for one aspect."""


@dataclass(frozen=True)
class Antwoord:
    """What a resident gets to see, with placeholders filled."""

    product: str
    naam: str
    aspect: str
    """The aspect that `tekst` answers; HEEL_ANTWOORD for the short answer."""
    tekst: str
    """Markdown; empty when the aspect is CONTACT, which is answered from the municipality's file."""
    andere_aspecten: tuple[str, ...]
    regelen: str
    url: str
    """Where to arrange it or read more: another body, the appointments page, or the municipality's own page."""
    bronnen: tuple[str, ...]
    telefoon: str
    """Whom to call when that is another than the municipality; empty otherwise."""
    gevoelig: bool


def compose(
    product: Product, aspect: str | None, gemeente: Gemeente, values: Mapping[str, Mapping[str, str]]
) -> Antwoord:
    """The answer to a question about `product`.

    An aspect that the product does not have gives the short answer.

    Args:
        product: the live text.
        aspect: an aspect id, CONTACT, HEEL_ANTWOORD or None.
        gemeente: whose page and appointments to point to.
        values: `render.waarden` of the municipality.

    Raises:
        ContentError: a placeholder has no value for this municipality.
    """
    kop, where = product.kop, f"product {product.id}"
    chosen = aspect if aspect in product.aspecten or aspect == CONTACT else HEEL_ANTWOORD
    if chosen == CONTACT:
        tekst = ""
    elif chosen == HEEL_ANTWOORD or chosen is None:
        chosen, tekst = HEEL_ANTWOORD, product.kort
    else:
        tekst = product.aspecten[chosen]
    return Antwoord(
        product=product.id,
        naam=kop.naam,
        aspect=chosen,
        tekst=fill(tekst, values, where),
        andere_aspecten=tuple(key for key in ASPECTS if key in product.aspecten and key != chosen),
        regelen=kop.regelen.soort,
        url=_url(product, gemeente),
        bronnen=tuple(kop.bronnen),
        telefoon=fill(kop.regelen.telefoon or "", values, where),
        gevoelig=kop.gevoelig,
    )


def _url(product: Product, gemeente: Gemeente) -> str:
    regelen = product.kop.regelen
    if regelen.url:
        return regelen.url
    if product.id in gemeente.paginas:
        return gemeente.paginas[product.id]
    return gemeente.afsprakenpagina if regelen.soort == "afspraak" else gemeente.pagina(product.id)
