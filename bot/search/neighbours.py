"""The example questions nearest to a message.

Examples come from the question library and from the live texts; those of editors count from the moment they are live.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bot.catalog.questions import Voorbeeld

DICHTBIJ = 3
"""Examples of one product that count together: one lucky match says less than three."""


class Neighbours:
    """Similarity (cosine of the features, 0-1) between a message and the examples of each product."""

    def __init__(self, products: Sequence[str], voorbeelden: Sequence[Voorbeeld], vectors: sparse.csr_matrix) -> None:
        """
        Args:
            products: ids in the order in which scores are wanted.
            voorbeelden: the examples; those of other products are left out.
            vectors: (examples, features), rows of equal length.
        """
        place = {product: index for index, product in enumerate(products)}
        keep = [index for index, voorbeeld in enumerate(voorbeelden) if voorbeeld.product in place]
        # Sorted by product, so that the best of each product is one `reduceat`.
        keep.sort(key=lambda index: place[voorbeelden[index].product])
        self._voorbeelden = [voorbeelden[index] for index in keep]
        owner = np.array([place[voorbeeld.product] for voorbeeld in self._voorbeelden], dtype=np.int64)
        self._owner = owner
        self._starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else np.array([], dtype=np.int64)
        self._size = len(products)
        self._by_feature = vectors[keep].T.tocsr()

    def scores(self, row: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """Best similarity and mean of the three best, per product, for one message's vector."""
        best, mean = np.zeros(self._size, dtype=np.float32), np.zeros(self._size, dtype=np.float32)
        if not len(self._owner):
            return best, mean
        similar = self._similar(row)
        owners = self._owner[self._starts]
        total = np.zeros(len(self._starts), dtype=np.float32)
        for turn in range(DICHTBIJ):
            top = np.maximum.reduceat(similar, self._starts)
            if turn == 0:
                best[owners] = top
            total += top
            # Take the best ones out, and look again for the next best.
            first = similar == np.repeat(top, np.diff(np.r_[self._starts, len(similar)]))
            similar = np.where(first, 0, similar)
        mean[owners] = total / DICHTBIJ
        return best, mean

    def nearest(self, row: sparse.csr_matrix, product_index: int) -> tuple[Voorbeeld, float] | None:
        """The nearest example of one product and its similarity, for an explanation."""
        places = np.flatnonzero(self._owner == product_index)
        if not len(places):
            return None
        similar = self._similar(row)[places]
        at = int(similar.argmax())
        return self._voorbeelden[places[at]], float(similar[at])

    def _similar(self, row: sparse.csr_matrix) -> np.ndarray:
        length = float(np.sqrt((row.data**2).sum())) or 1.0
        return np.asarray((row @ self._by_feature).todense(), dtype=np.float32).ravel() / (length * np.sqrt(2.0))
