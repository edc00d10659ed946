"""Names and synonyms of products: how much of a name stands in a message."""

from __future__ import annotations

from collections.abc import Sequence, Set

from bot.catalog.product import Product
from bot.search.fields import Analyse, content_words


class NameIndex:
    """All names and synonyms of the live products."""

    def __init__(self, products: Sequence[Product], analyse: Analyse, earlier: NameIndex | None = None) -> None:
        """
        Args:
            products: the live texts.
            analyse: language pipeline.
            earlier: an index over an older set; names of texts that did not change are taken over from it.
        """
        self._content: dict[str, tuple[Product, list[frozenset[str]]]] = {
            product.id: earlier._content[product.id]
            for product in products
            if earlier is not None and product.id in earlier._content and earlier._content[product.id][0] is product
        }
        fresh = [product for product in products if product.id not in self._content]
        names = iter(analyse([name for product in fresh for name in _names_of(product)]))
        for product in fresh:
            content = [frozenset(content_words(next(names))) for _ in _names_of(product)]
            self._content[product.id] = (product, [words for words in content if words])

    def coverage(self, product: str, lemmas: Set[str]) -> float:
        """Share (0-1) of the content words of a product's name that stand in the message: of the name that fits best.

        It tells a general product from a variant whose deciding word is not there: "paspoort" covers all of "paspoort"
        and half of "paspoort met spoed".
        """
        return max((len(name & lemmas) / len(name) for name in self._content[product][1]), default=0.0)


def _names_of(product: Product) -> list[str]:
    return [product.kop.naam, *product.kop.synoniemen]
