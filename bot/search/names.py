"""Names and synonyms of products, found in a message: word for word, or nearly (RapidFuzz)."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.catalog.product import Product
from bot.search.fields import Analyse
from bot.search.text import Token

LANGSTE_NAAM = 6
"""Words in the longest synonym that is looked for word for word."""


class NameIndex:
    """All names and synonyms of the live products."""

    def __init__(self, products: Sequence[Product], analyse: Analyse) -> None:
        namen = [(product.id, naam) for product in products for naam in (product.kop.naam, *product.kop.synoniemen)]
        self._phrases: dict[tuple[str, ...], list[str]] = {}
        self._names: dict[str, list[str]] = {}
        for (product_id, _), tokens in zip(namen, analyse([naam for _, naam in namen])):
            lemmas = tuple(token.lemma for token in tokens)
            if 0 < len(lemmas) <= LANGSTE_NAAM:
                self._phrases.setdefault(lemmas, []).append(product_id)
            self._names.setdefault(product_id, []).append(" ".join(token.woord for token in tokens))

    def literal(self, tokens: Sequence[Token]) -> dict[str, int]:
        """Products whose name or synonym stands in the message → the number of words of the longest one found."""
        lemmas = [token.lemma for token in tokens]
        found: dict[str, int] = {}
        for size in range(1, min(LANGSTE_NAAM, len(lemmas)) + 1):
            for start in range(len(lemmas) - size + 1):
                for product in self._phrases.get(tuple(lemmas[start : start + size]), ()):
                    found[product] = size
        return found

    def likeness(self, product: str, text: str) -> float:
        """Likeness (0-1) of the message to the nearest name of a product, whatever the order of the words."""
        return max((fuzz.token_set_ratio(text, naam) for naam in self._names.get(product, ())), default=0.0) / 100
