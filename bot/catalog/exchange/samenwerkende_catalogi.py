"""Samenwerkende Catalogi 4.0: a municipality's products as the national catalogue harvests them.

Structure as in published feeds: `overheidproduct:scproducten` with an `scproduct` each, holding the OWMS core, the OWMS
mantle and `scmeta`. A record points to the municipality's page and holds no answer; only the short answer goes along, as
abstract. `contactpunt` is left empty, as Logius asks (IPM SC 4.0, part B).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from bot.catalog.answer import compose
from bot.catalog.exchange.build import unfit_character
from bot.catalog.exchange.plain import one_line, plain
from bot.catalog.exchange.upl import GEEN_NAAM, GEEN_NAAM_URI, name_of
from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Product
from bot.errors import ContentError

DCTERMS = "http://purl.org/dc/terms/"
OVERHEID = "http://standaarden.overheid.nl/owms/terms/"
OVERHEIDPRODUCT = "http://standaarden.overheid.nl/product/terms/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://standaarden.overheid.nl/sc/4.0/xsd/sc.xsd"
OWMS_VERSIE = "4.0"
PRODUCTBESCHRIJVING = "productbeschrijving"
AUDIENCES: Mapping[str, tuple[str, ...]] = {
    "inwoner": ("particulier",),
    "ondernemer": ("ondernemer",),
    "beide": ("particulier", "ondernemer"),
}
"""Our doelgroep → `dcterms:audience`."""
ONLINE: Mapping[str, bool] = {"ja": True, "digid": True, "nee": False}
"""`onlineAanvragen` → whether it can be asked for online."""


@dataclass(frozen=True)
class ScProduct:
    """What a record of Samenwerkende Catalogi says of a product."""

    product_id: str
    identifier: str
    """Address of the page about it."""
    title: str
    modified: date
    audiences: tuple[str, ...]
    abstract: str
    """One line of plain text."""
    online: bool
    aanvraag_url: str
    """Empty when it cannot be asked for online."""
    upl: tuple[str, ...]
    """Addresses of its uniform product names."""


def is_own(product: Product) -> bool:
    """Whether a product is the municipality's: what another body decides stands in that body's own feed."""
    return product.kop.regelen.soort != "doorverwijzing"


def sc_product(
    product: Product, gemeente: Gemeente, values: Mapping[str, Mapping[str, str]], modified: date
) -> ScProduct:
    """The record of one product.

    Args:
        product: the live text.
        gemeente: whose page it points to.
        values: `render.waarden` of the municipality.
        modified: when its text was changed last.

    Raises:
        ContentError: a placeholder of the short answer has no value for this municipality.
    """
    antwoord = compose(product, None, gemeente, values)
    online = product.kop.regelen.soort == "formulier"
    return ScProduct(
        product_id=product.id,
        identifier=gemeente.pagina(product.id),
        title=one_line(product.kop.naam),
        modified=max(modified, product.kop.herzien),
        audiences=AUDIENCES[product.kop.doelgroep],
        abstract=plain(antwoord.tekst),
        online=online,
        aanvraag_url=antwoord.url if online else "",
        upl=tuple(product.kop.upl),
    )


def write_sc(records: Iterable[ScProduct], naam: str, uri: str = "") -> bytes:
    """The feed of a municipality, in UTF-8.

    Args:
        records: in the order of the feed.
        naam: of the municipality, as OWMS writes it (without `gemeente` in front).
        uri: its address in OWMS, such as `http://standaarden.overheid.nl/owms/terms/Utrecht_(gemeente)`; empty leaves it
            out.

    Raises:
        ContentError: for a text that XML cannot hold.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<overheidproduct:scproducten xmlns:dcterms="{DCTERMS}" xmlns:overheid="{OVERHEID}" '
        f'xmlns:overheidproduct="{OVERHEIDPRODUCT}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{OVERHEIDPRODUCT} {SCHEMA}">',
    ]
    for record in records:
        lines += _record(record, naam, uri)
    lines.append("</overheidproduct:scproducten>\n")
    return "\n".join(lines).encode("utf-8")


def _record(record: ScProduct, naam: str, uri: str) -> list[str]:
    where = f"product {record.product_id}"

    def element(name: str, text: str, scheme: str = "", resource: str = "") -> str:
        for value in (text, resource):
            found = unfit_character(value)
            if found:
                raise ContentError(where, f"het teken {found} kan niet in XML")
        attributes = f' scheme="overheid:{scheme}"' if scheme else ""
        attributes += f" resourceIdentifier={quoteattr(resource)}" if resource else ""
        return f"<{name}{attributes}>{escape(text)}</{name}>" if text else f"<{name}{attributes}/>"

    upl = [(name_of(one), one) for one in record.upl] or [(GEEN_NAAM, GEEN_NAAM_URI)]
    online = "ja" if record.online else "nee"
    return [
        f'<overheidproduct:scproduct owms-version="{OWMS_VERSIE}">',
        "<overheidproduct:meta>",
        "<overheidproduct:owmskern>",
        element("dcterms:identifier", record.identifier),
        element("dcterms:title", record.title),
        element("dcterms:language", "nl"),
        element("dcterms:type", PRODUCTBESCHRIJVING, "Informatietype"),
        element("dcterms:modified", record.modified.isoformat()),
        element("dcterms:spatial", naam, "Gemeente", uri),
        element("overheid:authority", naam, "Gemeente", uri),
        "</overheidproduct:owmskern>",
        "<overheidproduct:owmsmantel>",
        *(element("dcterms:audience", one, "Doelgroep") for one in record.audiences),
        element("dcterms:abstract", record.abstract),
        "</overheidproduct:owmsmantel>",
        "<overheidproduct:scmeta>",
        element("overheidproduct:productID", record.product_id),
        element("overheidproduct:onlineAanvragen", online),
        *([element("overheidproduct:aanvraagURL", "", "", record.aanvraag_url)] if record.aanvraag_url else []),
        *(element("overheidproduct:uniformeProductnaam", name, "UniformeProductnaam", one) for name, one in upl),
        "</overheidproduct:scmeta>",
        "</overheidproduct:meta>",
        "<overheidproduct:body/>",
        "</overheidproduct:scproduct>",
    ]
