"""Names and synonyms of products: how much of a name stands in a message."""

from __future__ import annotations

from collections.abc import Sequence, Set

from bot.catalog.product import Product
from bot.search.fields import Analyse, content_words
from bot.search.subject import said_of
from bot.search.text import Token


class NameIndex:
    """All names and synonyms of the live products."""

    def __init__(self, products: Sequence[Product], analyse: Analyse, earlier: NameIndex | None = None) -> None:
        """
        Args:
            products: the live texts.
            analyse: language pipeline.
            earlier: an index over an older set; names of texts that did not change are taken over from it.
        """
        self._entries: dict[str, tuple[Product, list[frozenset[str]], set[frozenset[str]]]] = {
            product.id: earlier._entries[product.id]
            for product in products
            if earlier is not None and product.id in earlier._entries and earlier._entries[product.id][0] is product
        }
        self._called: dict[frozenset[str], set[str]] = {}
        fresh = [product for product in products if product.id not in self._entries]
        names = iter(analyse([name for product in fresh for name in _names_of(product)]))
        for product in fresh:
            tokens = [next(names) for _ in _names_of(product)]
            content = [frozenset(words) for words in map(content_words, tokens) if words]
            self._entries[product.id] = (product, content, {said_of(one) for one in tokens} - {frozenset()})
        for product in products:
            for subject in self._entries[product.id][2]:
                self._called.setdefault(subject, set()).add(product.id)

    def named(self, tokens: Sequence[Token]) -> str | None:
        """The product of which a name or synonym is all that a message speaks of; of a product and its variants the
        general one. None when there are more, or none."""
        found = self._called.get(said_of(tokens), set())
        general = {product for product in found if self._entries[product][0].kop.boven not in found}
        return next(iter(general)) if len(general) == 1 else None

    def coverage(self, product: str, lemmas: Set[str]) -> float:
        """Share (0-1) of the content words of a product's name that stand in the message: of the name that fits best.

        It tells a general product from a variant whose deciding word is not there: "paspoort" covers all of "paspoort"
        and half of "paspoort met spoed".
        """
        return max((len(name & lemmas) / len(name) for name in self._entries[product][1]), default=0.0)


def _names_of(product: Product) -> list[str]:
    return [product.kop.naam, *product.kop.synoniemen]
