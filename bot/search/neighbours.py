"""The example questions nearest to a message.

Examples come from the question library and from the live texts; those of editors count from the moment they are live.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bot.catalog.questions import Voorbeeld

ALGEMEEN, GROOT = 25, 2000
"""A feature that stands in more than one of so many examples is too common to compare by; among fewer examples than the
second number each counts."""


SAMEN = 64
"""Messages that are compared at once when there are many: more takes more memory and no less time."""


class Neighbours:
    """Similarity (cosine of the features, 0-1) between a message and the examples of each product."""

    def __init__(self, voorbeelden: Sequence[Voorbeeld], vectors: sparse.csr_matrix) -> None:
        """
        Args:
            voorbeelden: the examples.
            vectors: (examples, features), in the same order.
        """
        order = sorted(range(len(voorbeelden)), key=lambda index: voorbeelden[index].product)
        self._voorbeelden = [voorbeelden[index] for index in order]
        owners = [voorbeeld.product for voorbeeld in self._voorbeelden]
        # Sorted by product, so that the best of each product is one `reduceat`.
        self._starts = np.array(
            [index for index, owner in enumerate(owners) if index == 0 or owner != owners[index - 1]], dtype=np.int64
        )
        self.products = tuple(owners[start] for start in self._starts)
        """Products that have examples, in the order of the scores."""
        self._place = {product: index for index, product in enumerate(self.products)}
        self.common = _common(vectors)
        """Features (in order) that stand in very many examples and are left out."""
        self._by_feature = _without(vectors[order], self.common).T.tocsr()
        # An explanation asks for the same message again.
        self._latest: tuple[sparse.csr_matrix, np.ndarray] | None = None

    def best(self, row: sparse.csr_matrix) -> np.ndarray:
        """The similarity of the nearest example per product, (products,)."""
        if not self.products:
            return np.zeros(0, dtype=np.float32)
        return np.asarray(np.maximum.reduceat(self._similarities(row), self._starts))

    def _similarities(self, row: sparse.csr_matrix) -> np.ndarray:
        """Similarity of every example, (examples,): only the examples that share a feature are touched."""
        latest = self._latest
        if latest is not None and latest[0] is row:
            return latest[1]
        starts, ends = self._by_feature.indptr[row.indices], self._by_feature.indptr[row.indices + 1]
        runs = list(map(slice, starts, ends))
        if not runs:
            return np.zeros(len(self._voorbeelden), dtype=np.float32)
        places = np.concatenate([self._by_feature.indices[run] for run in runs])
        parts = np.concatenate([self._by_feature.data[run] for run in runs]) * np.repeat(row.data, ends - starts)
        totals = np.bincount(places, weights=parts, minlength=len(self._voorbeelden))
        found = (totals / _length(row)).astype(np.float32)
        self._latest = (row, found)
        return found

    def many(self, matrix: sparse.csr_matrix) -> np.ndarray:
        """`best` for many messages at once, (messages, products)."""
        found = np.zeros((matrix.shape[0], len(self.products)), dtype=np.float32)
        if not self.products:
            return found
        lengths = lengths_of(matrix)
        for start in range(0, matrix.shape[0], SAMEN):
            part = slice(start, start + SAMEN)
            similar = (matrix[part] @ self._by_feature).toarray()
            found[part] = np.maximum.reduceat(similar, self._starts, axis=1) / lengths[part, None]
        return found

    def nearest(self, row: sparse.csr_matrix, product: str) -> tuple[Voorbeeld, float] | None:
        """The nearest example of one product and its similarity, for an explanation; None when it has none."""
        place = self._place.get(product)
        if place is None:
            return None
        start = self._starts[place]
        end = self._starts[place + 1] if place + 1 < len(self._starts) else len(self._voorbeelden)
        similar = self._similarities(row)[start:end]
        at = int(similar.argmax())
        return self._voorbeelden[start + at], float(similar[at])


def lengths_of(matrix: sparse.csr_matrix) -> np.ndarray:
    """`_length` of many messages, (messages,)."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())
    return np.asarray(np.where(lengths == 0, 1.0, lengths) * np.sqrt(2.0))


def _length(row: sparse.csr_matrix) -> float:
    """Length of a message's vector times that of an example's: two blocks of length 1 each."""
    return (float(np.sqrt((row.data**2).sum())) or 1.0) * float(np.sqrt(2.0))


def _common(vectors: sparse.csr_matrix) -> np.ndarray:
    """Features that stand in very many examples: they hardly tell examples apart and cost most time."""
    if vectors.shape[0] < GROOT:
        return np.zeros(0, dtype=np.int64)
    counts = np.bincount(vectors.indices, minlength=vectors.shape[1])
    return np.flatnonzero(counts > vectors.shape[0] / ALGEMEEN)


def _without(vectors: sparse.csr_matrix, common: np.ndarray) -> sparse.csr_matrix:
    if not len(common):
        return vectors
    kept = np.ones(vectors.shape[1], dtype=bool)
    kept[common] = False
    keep = kept[vectors.indices]
    starts = np.concatenate([np.zeros(1, np.int32), np.cumsum(keep, dtype=np.int32)])[vectors.indptr]
    return sparse.csr_matrix((vectors.data[keep], vectors.indices[keep], starts), shape=vectors.shape)
