"""The plainest ways to name a product, made by a program: a name or synonym in an everyday form, and single words.

People who write questions with care avoid exactly these; residents do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.catalog.product import Product
from bot.catalog.questions import Voorbeeld, Vorm
from bot.search.text import STOPWOORDEN, words

GENERAL = 3
"""A product with variants gets so many times as many plain questions."""
LANGSTE = 5
"""Words in a name or synonym that still fits in a form."""


@dataclass(frozen=True)
class Plain:
    """What was made of the names of the products."""

    leren: tuple[Voorbeeld, ...]
    ijken: tuple[Voorbeeld, ...]
    woorden: tuple[str, ...]
    """Single words that name a subject of the municipality."""


def plain_questions(
    products: Sequence[Product], vormen: Mapping[str, Sequence[Vorm]], *, leren: int = 6, ijken: int = 2, seed: int = 5
) -> Plain:
    """Fill forms with names.

    Args:
        products: the products.
        vormen: the forms to learn from (`leren`) and those to fit certainties on (`ijken`).
        leren, ijken: how many to make for each product.
        seed: which names meet which forms.
    """
    rng = np.random.default_rng(seed)
    general = {product.kop.boven for product in products}
    made: dict[str, list[Voorbeeld]] = {"leren": [], "ijken": []}
    for product in products:
        namen = [naam for naam in _names(product) if len(naam.split()) <= LANGSTE] or _names(product)[:1]
        # A general product has variants that share its words; its plain questions must be its own.
        factor = GENERAL if product.id in general else 1
        for doel, aantal in (("leren", leren * factor), ("ijken", ijken)):
            if not vormen.get(doel):
                continue
            chosen = rng.choice(len(vormen[doel]), size=min(aantal, len(vormen[doel])), replace=False)
            for index in chosen:
                vorm = vormen[doel][int(index)]
                naam = namen[int(rng.integers(len(namen)))]
                made[doel].append(Voorbeeld(vorm.vorm.format(naam=naam), product.id, vorm.aspect, "kort", "vorm"))
    found = {word for product in products for naam in _names(product) for word in words(naam)}
    woorden = sorted(word for word in found if len(word) >= 3 and word not in STOPWOORDEN and not word.isdigit())
    return Plain(tuple(made["leren"]), tuple(made["ijken"]), tuple(woorden))


def _names(product: Product) -> list[str]:
    naam = product.kop.naam
    return [naam[:1].lower() + naam[1:], *product.kop.synoniemen]
