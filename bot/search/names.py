"""Names and synonyms of products, found in a message: word for word, or nearly (RapidFuzz)."""

from __future__ import annotations

from collections.abc import Sequence, Set

from rapidfuzz import fuzz, process

from bot.catalog.product import Product
from bot.search.fields import Analyse, content_words
from bot.search.text import Token

LANGSTE_NAAM = 6
"""Words in the longest synonym that is looked for word for word."""


class NameIndex:
    """All names and synonyms of the live products."""

    def __init__(self, products: Sequence[Product], analyse: Analyse, earlier: NameIndex | None = None) -> None:
        """
        Args:
            products: the live texts.
            analyse: language pipeline.
            earlier: an index over an older set; names of texts that did not change are taken over from it.
        """
        self._tokens: dict[str, tuple[Product, list[list[Token]]]] = {
            product.id: earlier._tokens[product.id]
            for product in products
            if earlier is not None and product.id in earlier._tokens and earlier._tokens[product.id][0] is product
        }
        fresh = [product for product in products if product.id not in self._tokens]
        names = iter(analyse([name for product in fresh for name in _names_of(product)]))
        for product in fresh:
            self._tokens[product.id] = (product, [next(names) for _ in _names_of(product)])
        self._phrases: dict[tuple[str, ...], list[str]] = {}
        self._names: dict[str, list[str]] = {}
        self._content: dict[str, list[frozenset[str]]] = {}
        for product in products:
            for tokens in self._tokens[product.id][1]:
                lemmas = tuple(token.lemma for token in tokens)
                if 0 < len(lemmas) <= LANGSTE_NAAM:
                    self._phrases.setdefault(lemmas, []).append(product.id)
                self._names.setdefault(product.id, []).append(" ".join(token.woord for token in tokens))
                content = frozenset(content_words(tokens))
                if content:
                    self._content.setdefault(product.id, []).append(content)

    def literal(self, tokens: Sequence[Token]) -> dict[str, int]:
        """Products whose name or synonym stands in the message → the number of words of the longest one found."""
        lemmas = [token.lemma for token in tokens]
        found: dict[str, int] = {}
        for size in range(1, min(LANGSTE_NAAM, len(lemmas)) + 1):
            for start in range(len(lemmas) - size + 1):
                for product in self._phrases.get(tuple(lemmas[start : start + size]), ()):
                    found[product] = size
        return found

    def coverage(self, product: str, lemmas: Set[str]) -> float:
        """Share (0-1) of the content words of a product's name that stand in the message: of the name that fits best.

        It tells a general product from a variant whose deciding word is not there: "paspoort" covers all of "paspoort"
        and half of "paspoort met spoed".
        """
        return max((len(name & lemmas) / len(name) for name in self._content.get(product, ())), default=0.0)

    def likeness(self, product: str, text: str) -> float:
        """Likeness (0-1) of the message to the nearest name of a product, whatever the order of the words."""
        found = process.extractOne(text, self._names.get(product, ()), scorer=fuzz.token_set_ratio)
        return found[1] / 100 if found else 0.0


def _names_of(product: Product) -> list[str]:
    return [product.kop.naam, *product.kop.synoniemen]
