"""Names, synonyms and example questions of products: how much of a name stands in a message, and whether it says a name and no
more, or just such a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import cached_property

import numpy as np
from scipy import sparse

from bot.search.prepared import Prepared
from bot.search.subject import said_of
from bot.search.text import Token


class NameIndex:
    """All names, synonyms and example questions of the live products."""

    def __init__(self, texts: Mapping[str, Prepared]) -> None:
        """`texts`: product id → the live text, made ready."""
        self._texts = texts
        self._called: dict[frozenset[str], set[str]] = {}
        self._asked: dict[tuple[str, ...], set[str]] = {}
        for product, text in texts.items():
            for said in text.gezegd:
                self._called.setdefault(said, set()).add(product)
            for asked in text.gevraagd:
                self._asked.setdefault(asked, set()).add(product)

    def named(self, tokens: Sequence[Token]) -> str | None:
        """The product of which a name or synonym is all that a message says beside asking; of a product and its variants
        the general one. None when there are more, or none."""
        found = self._called.get(said_of(tokens), set())
        general = {product for product in found if self._texts[product].product.kop.boven not in found}
        return next(iter(general)) if len(general) == 1 else None

    def asked(self, tokens: Sequence[Token]) -> str | None:
        """The product of which a message is, word for word, an example question; None when there are more, or none."""
        found = self._asked.get(tuple(token.woord for token in tokens), set())
        return next(iter(found)) if len(found) == 1 else None

    def coverage(self, product: str, lemmas: Set[str]) -> float:
        """Share (0-1) of the content words of a product's name that stand in the message: of the name that fits best.

        It tells a general product from a variant whose deciding word is not there: "paspoort" covers all of "paspoort"
        and half of "paspoort met spoed".
        """
        return max((len(name & lemmas) / len(name) for name in self._texts[product].namen), default=0.0)

    def coverages(self, questions: Sequence[Sequence[str]]) -> np.ndarray:
        """`coverage` for the content words of many questions, (questions, products in the order of the texts)."""
        found = np.zeros((len(questions), len(self._texts)))
        vocabulary, words, sizes, owners = self._words_of_names
        if not len(sizes):
            return found
        said = _there(
            [[vocabulary[word] for word in set(one) if word in vocabulary] for one in questions], len(vocabulary)
        )
        share = (said @ words).toarray() / sizes
        starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        found[:, owners[starts]] = np.maximum.reduceat(share, starts, axis=1)
        return found

    @cached_property
    def _words_of_names(self) -> tuple[dict[str, int], sparse.csr_matrix, np.ndarray, np.ndarray]:
        """Word → row; (words, names) 1 where a word stands in a name; words of each name, and the place of its product."""
        names = [(place, name) for place, text in enumerate(self._texts.values()) for name in text.namen]
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(word, len(vocabulary)) for word in name] for _, name in names]
        sizes, owners = np.array([len(name) for _, name in names]), np.array([place for place, _ in names])
        return vocabulary, _there(rows, len(vocabulary)).T.tocsr(), sizes, owners


def _there(rows: Sequence[Sequence[int]], width: int) -> sparse.csr_matrix:
    """A row per list, 1 at each of its columns."""
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    ends = np.cumsum([0, *(len(row) for row in rows)])
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), width))
