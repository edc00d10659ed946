"""Which questions a change of live texts can reach.

A question is reached when a changed text is among its candidates, or can come among them: by an example, by its words, by a name
that is called or an example that is asked; or when one of its words became rarer or more common. What is left moves by the mean
length of a text alone: a certainty by less than a ten-thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bot.search.batch import Randen, Rij
from bot.search.fields import content_words
from bot.search.needs import parts
from bot.search.neighbours import lengths_of
from bot.search.prepared import Prepared
from bot.search.searcher import Searcher
from bot.search.subject import said_of

ZELDZAAM = 100
"""A word of more texts than this hardly gets another weight from one of them: less than a two-hundredth."""
SPELING = 0.01
"""A score that comes as near to the worst candidate's counts as good enough."""


class Reach:
    """Between two sets of live texts."""

    def __init__(self, before: Searcher, after: Searcher) -> None:
        was, wordt = before.texts, after.texts
        self._changed = frozenset(id for id in was.keys() | wordt.keys() if not _is_same(was.get(id), wordt.get(id)))
        pairs = [(was.get(id), wordt.get(id)) for id in sorted(self._changed)]
        self._fields = after.parts().fields
        place = {product: index for index, product in enumerate(after.parts().order)}
        self._places = [place[id] for id in sorted(self._changed) if id in place]
        vectors = [text.vectors for _, text in pairs if text is not None]
        self._vectors: sparse.csr_matrix | None = sparse.vstack(vectors, format="csr") if vectors else None
        words = set().union(*(_words(one) ^ _words(other) for one, other in pairs))
        self._words = before.parts().fields.rare(words, ZELDZAAM) | self._fields.rare(words, ZELDZAAM)
        names = set().union(*(_names(one) ^ _names(other) for one, other in pairs))
        self._said = frozenset(said for said, _ in names)
        self._asked = frozenset().union(*(_asked(one) ^ _asked(other) for one, other in pairs))
        # A feature that became too common to count, or no longer is: whoever has it is as near to other examples.
        self._features = np.setxor1d(_common(before), _common(after))

    def __call__(self, rijen: Sequence[Rij], known: Sequence[tuple[Sequence[str], Randen]]) -> np.ndarray:
        """Whether the change can reach each question, (questions,).

        Args:
            rijen: the questions.
            known: the candidates of each before the change, and what another product needs to become one.
        """
        if not rijen or not self._changed:
            return np.zeros(len(rijen), dtype=bool)
        words = [content_words(rij.vraag.tokens) for rij in rijen]
        reached = np.array([self._by_words(*one) for one in zip(rijen, words, known, strict=True)], dtype=bool)
        edges = np.array([(one.buur, one.veld) for _, one in known])
        matrix = sparse.vstack([rij.vraag.vector for rij in rijen], format="csr")
        if len(self._features):
            reached |= np.asarray(matrix[:, self._features].getnnz(axis=1) > 0)
        if self._vectors is not None:
            likeness = (matrix @ self._vectors.T.tocsr()).toarray().max(axis=1) / lengths_of(matrix)
            reached |= (likeness > 0) & (likeness >= edges[:, 0] - SPELING)
        if self._places:
            score = self._fields.many(words, self._places).max(axis=1)
            reached |= (score > 0) & (score >= edges[:, 1] - SPELING)
        return reached

    def _by_words(self, rij: Rij, words: Sequence[str], known: tuple[Sequence[str], Randen]) -> bool:
        tokens = rij.vraag.tokens
        return (
            not self._changed.isdisjoint(known[0])
            or not self._words.isdisjoint(words)
            or said_of(tokens) in self._said
            or tuple(token.woord for token in tokens) in self._asked
            # A part that is searched with by itself has candidates of its own.
            or bool(parts(rij.tekst))
        )


def _is_same(one: Prepared | None, other: Prepared | None) -> bool:
    """What was taken over keeps its parts; what was made ready again may still have become the same."""
    if one is None or other is None:
        return False
    if one.velden is other.velden and one.vectors is other.vectors:
        return True
    return (
        one.velden == other.velden
        and one.product == other.product
        and one.vectors.shape == other.vectors.shape
        and (one.vectors != other.vectors).nnz == 0
    )


def _words(text: Prepared | None) -> set[str]:
    return set().union(*text.velden.values()) if text is not None else set()


def _names(text: Prepared | None) -> set[tuple[frozenset[str], str | None]]:
    """Names that are called, each with its general product: that goes before a variant."""
    return set() if text is None else {(said, text.product.kop.boven) for said in text.gezegd}


def _asked(text: Prepared | None) -> frozenset[tuple[str, ...]]:
    return frozenset() if text is None else text.gevraagd


def _common(searcher: Searcher) -> np.ndarray:
    texts, *_ = searcher.parts().columns[1]
    return texts.common
