"""Names and synonyms of products: how much of a name stands in a message, and whether it says a name and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from bot.search.prepared import Prepared
from bot.search.subject import said_of
from bot.search.text import Token


class NameIndex:
    """All names and synonyms of the live products."""

    def __init__(self, texts: Mapping[str, Prepared]) -> None:
        """`texts`: product id → the live text, made ready."""
        self._texts = texts
        self._called: dict[frozenset[str], set[str]] = {}
        for product, text in texts.items():
            for said in text.gezegd:
                self._called.setdefault(said, set()).add(product)

    def named(self, tokens: Sequence[Token]) -> str | None:
        """The product of which a name or synonym is all that a message says beside asking; of a product and its variants
        the general one. None when there are more, or none."""
        found = self._called.get(said_of(tokens), set())
        general = {product for product in found if self._texts[product].product.kop.boven not in found}
        return next(iter(general)) if len(general) == 1 else None

    def coverage(self, product: str, lemmas: Set[str]) -> float:
        """Share (0-1) of the content words of a product's name that stand in the message: of the name that fits best.

        It tells a general product from a variant whose deciding word is not there: "paspoort" covers all of "paspoort"
        and half of "paspoort met spoed".
        """
        return max((len(name & lemmas) / len(name) for name in self._texts[product].namen), default=0.0)
