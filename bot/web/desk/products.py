"""Products for an employee: looking one up by a few letters, and its texts as they can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz

from bot.catalog.answer import HEEL_ANTWOORD, compose
from bot.catalog.gemeente import Gemeente
from bot.catalog.product import ASPECTS, Product
from bot.channels.blocks import blocks
from bot.search.text import fold, words
from bot.web.desk.present import as_text

MEESTE = 12
LIJKT = 82.0
"""From this likeness (0-100) a word counts as a typing error of another."""


def find(products: Mapping[str, Product], wanted: str) -> list[dict[str, str]]:
    """Products whose name or other names hold all words of `wanted`, best first."""
    asked = words(wanted)
    if not asked:
        return []
    scored = []
    for product in products.values():
        score = _score(product, asked, fold(wanted).strip())
        if score:
            scored.append((-score, product.kop.naam, product.id))
    return [{"id": product_id, "naam": naam} for _, naam, product_id in sorted(scored)[:MEESTE]]


def details(product: Product, gemeente: Gemeente, values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """All texts of a product for a municipality, each as blocks to read and as a text to send."""
    whole = compose(product, None, gemeente, values)
    parts = []
    for aspect in (HEEL_ANTWOORD, *(one for one in ASPECTS if one in product.aspecten)):
        found = blocks(compose(product, aspect, gemeente, values).tekst)
        titel = ASPECTS.get(aspect, "Kort antwoord")
        parts.append({"id": aspect, "titel": titel, "blokken": found, "tekst": as_text(found)})
    return {
        "id": product.id,
        "naam": whole.naam,
        "delen": parts,
        "url": whole.url,
        "bronnen": list(whole.bronnen),
        "herzien": product.kop.herzien.isoformat(),
        "gevoelig": whole.gevoelig,
    }


def _score(product: Product, asked: list[str], wanted: str) -> float:
    naam = fold(product.kop.naam)
    names = [naam, *(fold(one) for one in product.kop.synoniemen)]
    if naam.startswith(wanted):
        return 400.0 - len(naam) / 10
    if all(word in naam for word in asked):
        return 300.0 - len(naam) / 10
    if any(all(word in one for word in asked) for one in names):
        return 200.0
    likeness = max(fuzz.ratio(wanted, one) for one in names)
    return likeness if likeness >= LIJKT else 0.0
