"""Which product of ours a record of another catalogue is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.catalog.exchange.build import slug
from bot.catalog.product import Product
from bot.errors import ContentError

SHOWN = 5
"""Products that a message names at most."""


@dataclass(frozen=True)
class Match:
    """The product that a record is about."""

    product_id: str
    is_new: bool


class Register:
    """Products by everything that a record may know them by."""

    def __init__(self, products: Mapping[str, Product], koppel: Mapping[str, str] | None = None) -> None:
        """Products by id, and `koppel`: id of a record in the other catalogue → id of ours, as an editor wrote it down."""
        self._products = products
        self._koppel = koppel or {}
        self._by_name: dict[str, list[str]] = {}
        self._by_upl: dict[str, list[str]] = {}
        self._by_word: dict[str, str] = {}
        for product_id, product in products.items():
            for word in (product.kop.naam, *product.kop.synoniemen):
                self._by_word.setdefault(_key(word), product_id)
            self._by_name.setdefault(_key(product.kop.naam), []).append(product_id)
            for uri in product.kop.upl:
                self._by_upl.setdefault(uri, []).append(product_id)

    def find(self, *, ids: Iterable[str], naam: str, upl: Iterable[str], where: str) -> Match:
        """Our product: by what an editor wrote down, by id, by name, by uniform product name; else a new one.

        Of the products with a uniform product name, variants (`boven`) give way to the one that they are variants of.

        Args:
            ids: what may be our id, the surest first.
            naam: the name in the other catalogue.
            upl: addresses of its uniform product names.
            where: for messages.

        Raises:
            ContentError: several products have the uniform product name, or no id can be made of the name.
        """
        ids = list(ids)
        for one in ids:
            if one in self._koppel:
                return self._match(self._koppel[one])
        known = next((one for one in ids if one in self._products), None)
        if known is not None:
            return self._match(known)
        named = self._by_name.get(_key(naam), [])
        if len(named) == 1:
            return self._match(named[0])
        product_id = slug(naam)
        if product_id in self._products:
            return self._match(product_id)
        for uri in upl:
            same = self._by_upl.get(uri, [])
            main = [one for one in same if self._products[one].kop.boven is None] or same
            if len(main) == 1:
                return self._match(main[0])
            if main:
                shown = ", ".join(sorted(main)[:SHOWN])
                raise ContentError(where, f"meer producten hebben deze uniforme productnaam ({shown}); koppel er een")
        if not product_id:
            raise ContentError(where, "van deze naam is geen id te maken; koppel er een")
        return self._match(product_id)

    def owner_of(self, word: str) -> str | None:
        """The product that a name or synonym already belongs to."""
        return self._by_word.get(_key(word))

    def _match(self, product_id: str) -> Match:
        return Match(product_id, product_id not in self._products)


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
