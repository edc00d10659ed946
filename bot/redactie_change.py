"""A change that an editor wants to try, as it travels from the website to the engine, and what comes back.

Both sides use this: `bot/redactie_engine.py` (asks) and `bot/channels/redactie.py` (answers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from bot.catalog.product import Product, parse_product
from bot.catalog.thesaurus import Groep
from bot.errors import ContentError
from bot.search.gate_values import BekendeVraag, Bevinding, Herkomst, Oordeel, Poortuitslag, Stand


@dataclass(frozen=True)
class Tekst:
    """A product text as it would be; `tekst` None: withdrawn."""

    product: str
    thema: str
    tekst: str | None


@dataclass(frozen=True)
class Wijziging:
    """A change to try, at one municipality or centrally (`gemeente == ""`)."""

    gemeente: str = ""
    teksten: tuple[Tekst, ...] = ()
    groepen: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    """Concept → its words in `bot.catalog.live_thesaurus` (the concept first), or None to take them back."""


class Onleesbaar(ValueError):
    """What came in has not the form that it should have. The text says what is wrong."""


def as_json(wijziging: Wijziging) -> dict[str, Any]:
    """To travel."""
    return asdict(wijziging)


def read_change(raw: object) -> Wijziging:
    """The other way round. Raises Onleesbaar."""
    try:
        assert isinstance(raw, dict)
        teksten = tuple(Tekst(**one) for one in raw.get("teksten", []))
        assert all(isinstance(one.product, str) and isinstance(one.thema, str) for one in teksten)
        assert all(one.tekst is None or isinstance(one.tekst, str) for one in teksten)
        groepen = {
            str(begrip): None if woorden is None else tuple(str(woord) for woord in woorden)
            for begrip, woorden in raw.get("groepen", {}).items()
        }
        gemeente = raw.get("gemeente", "")
        assert isinstance(gemeente, str)
    except (AssertionError, TypeError, AttributeError):
        raise Onleesbaar('"wijziging" heeft niet de vorm {gemeente, teksten, groepen}.') from None
    return Wijziging(gemeente, teksten, groepen)


def texts_of(wijziging: Wijziging) -> dict[str, Product | None]:
    """Product id → the text it would have, read. Raises ContentError for one that cannot be read."""
    found: dict[str, Product | None] = {}
    for one in wijziging.teksten:
        product = None if one.tekst is None else parse_product(one.tekst, one.thema, one.product)
        if product is not None and product.id != one.product:
            raise ContentError(one.product, f"de tekst is van het product {product.id}")
        found[one.product] = product
    return found


def groups_of(wijziging: Wijziging) -> dict[str, Groep | None]:
    """Concept → the group it would have. Raises ContentError for one of fewer than two words."""
    found: dict[str, Groep | None] = {}
    for begrip, woorden in wijziging.groepen.items():
        if woorden is not None and (len(woorden) < 2 or woorden[0] != begrip):
            raise ContentError(
                "thesaurus", f'de groep "{begrip}" begint met het begrip, en heeft minstens twee woorden'
            )
        found[begrip] = None if woorden is None else Groep(tuple(woord.lower() for woord in woorden))
    return found


def read_known(raw: object) -> list[BekendeVraag]:
    """Known questions that travelled along. Raises Onleesbaar."""
    try:
        assert isinstance(raw, list)
        found = [BekendeVraag(**one) for one in raw]
        assert all(isinstance(one.vraag, str) and isinstance(one.gemeente, str) for one in found)
        assert all(one.product is None or isinstance(one.product, str) for one in found)
        assert all(one.herkomst in get_args(Herkomst) for one in found)
    except (AssertionError, TypeError):
        raise Onleesbaar('"vragen" is een lijst van {vraag, product, herkomst, gemeente}.') from None
    return found


def read_outcome(raw: Mapping[str, Any]) -> Poortuitslag:
    """The outcome of the gate, as `dataclasses.asdict` wrote it."""
    bevindingen = tuple(
        Bevinding(
            **{
                **one,
                "oordeel": Oordeel(one["oordeel"]),
                "voor": _stand(one["voor"]),
                "na": _stand(one["na"]),
                "gemeenten": tuple(one["gemeenten"]),
            }
        )
        for one in raw["bevindingen"]
    )
    return Poortuitslag(**{**raw, "bevindingen": bevindingen})


def _stand(raw: Mapping[str, Any]) -> Stand:
    return Stand(**{**raw, "kandidaten": tuple(raw["kandidaten"])})
