"""What the pages about one text share: what is live there, what it is called, and how its parts look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bot.catalog.gemeente import Gemeente
from bot.catalog.product import ASPECTS, Product, parse_product
from bot.catalog.tables import CENTRAAL
from bot.errors import ContentError
from bot.redactie import reading
from bot.redactie.standing import counting_version, standing
from bot.redactie.values import Concept, Melding, NietGevonden, Status
from bot.web.redactie.common import Call
from bot.web.redactie.preview import Deel, preview

STATUSSEN: Mapping[str, str] = {
    Status.CONCEPT.value: "Concept",
    Status.TER_BEOORDELING.value: "Wacht op beoordeling",
    Status.GOEDGEKEURD.value: "Goedgekeurd",
    Status.GEPLAND.value: "Gepland",
    Status.GEPUBLICEERD.value: "Gepubliceerd",
    Status.WEGGEGOOID.value: "Weggegooid",
    Status.MISLUKT.value: "Planning mislukt",
}
KORT = "kort"
DELEN: Mapping[str, str] = {KORT: "Kort antwoord", **ASPECTS}
"""The written parts of a text, with their titles."""
LIJSTEN = ("synoniemen", "vragen", "bronnen", "upl")
"""Fields with one item a line."""


@dataclass(frozen=True)
class Stukje:
    """A piece of a text that an editor looks at: plain, or marked with what is the matter."""

    tekst: str
    soort: str = ""
    waarom: str = ""


def product_id(call: Call) -> str:
    """The product that the address names."""
    return call.names["product_id"]


def parsed(tekst: str, thema: str) -> Product | None:
    """A text as a product; None while it is not right yet."""
    try:
        return parse_product(tekst, thema, "de tekst")
    except ContentError:
        return None


def seen_by(call: Call, gemeente: str) -> Product | None:
    """What residents of a municipality (or those with central texts only) get for the product of the address."""
    return call.room.catalog().products(gemeente).get(product_id(call))


def name_of(call: Call, concept: Concept | None = None) -> str:
    """The name of the product of the address, wherever it can be found. Raises NietGevonden."""
    if concept is not None:
        draft = parsed(concept.tekst, concept.thema)
        if draft is not None:
            return draft.kop.naam
    for gemeente in (call.gemeente, CENTRAAL, *call.room.gemeenten.ids):
        found = seen_by(call, gemeente)
        if found is not None:
            return found.kop.naam
    if concept is not None:
        return concept.product_id
    raise NietGevonden("Dit product bestaat hier niet.")


def the_concept(call: Call) -> Concept:
    """The open draft of the address. Raises NietGevonden."""
    concept = reading.open_of(call.engine, product_id(call), call.gemeente)
    if concept is None:
        raise NietGevonden("Er is geen open concept van deze tekst. Begin met bewerken.")
    return concept


def others(call: Call) -> list[Product]:
    """The other products that are live there: what a text must not claim a second time."""
    mine = product_id(call)
    return [one for key, one in call.room.catalog().products(call.gemeente).items() if key != mine]


@dataclass(frozen=True)
class Begin:
    """What stands for a text, and what a draft of it would begin from."""

    tekst: str
    thema: str
    versie: int | None
    """The version that a draft must have begun at to go live; None when there is none."""
    eigen: bool
    """Whether it is the place's own text, and not the central one for a municipality."""


def beginning(call: Call) -> Begin:
    """What a draft of the address' text would begin from; an empty text when there is none."""
    with call.engine.connect() as connection:
        stands = standing(connection, product_id(call), call.gemeente)
        versie = counting_version(connection, product_id(call), call.gemeente)
    return Begin(stands.tekst, stands.thema, versie, stands.eigen)


def shown(call: Call, product: Product, gemeente: Gemeente) -> tuple[Deel, ...]:
    """A product as residents of a municipality would get it."""
    return preview(call.room.settings, product, gemeente, call.room.catalog().products(gemeente.id))


def names(call: Call) -> dict[str, str]:
    """Product id → name, for what an editor here can meet."""
    catalog = call.room.catalog()
    return {key: one.kop.naam for key, one in {**catalog.products(), **catalog.products(call.gemeente)}.items()}


def marked(tekst: str, meldingen: Iterable[Melding]) -> list[Stukje]:
    """A text in pieces, each with all that is the matter with it: a hard word in a long sentence is marked as both."""
    placed = [
        (one.van, min(one.tot, len(tekst)), one)
        for one in meldingen
        if one.van is not None and one.tot is not None and one.van < min(one.tot, len(tekst))
    ]
    cuts = sorted({0, len(tekst), *(place for begin, end, _ in placed for place in (begin, end))})
    pieces = []
    for begin, end in pairwise(cuts):
        here = [one for first, last, one in placed if first <= begin and end <= last]
        kinds, reasons = dict.fromkeys(one.soort for one in here), dict.fromkeys(one.tekst for one in here)
        pieces.append(Stukje(tekst[begin:end], " ".join(kinds), "; ".join(reasons)))
    return pieces
