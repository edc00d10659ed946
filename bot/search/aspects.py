"""Which aspect of a product a message asks for: kosten, aanvragen, meenemen, doorlooptijd, voorwaarden, contact, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.search.acts import ActModel, fit_acts

GEEN = "geen"
ASPECT_DREMPEL = 0.3
"""Share from which an aspect is taken as asked; below it the short answer is the safer reply."""
SLOTZIN_DREMPEL = 0.5
"""The same for the last sentence read by itself."""


@dataclass(frozen=True)
class AspectModel:
    """Shares of the aspects, with "none" as one of them."""

    model: ActModel

    def aspect(self, row: sparse.csr_matrix, last: sparse.csr_matrix | None = None) -> str | None:
        """The asked aspect, or None.

        Args:
            row: vector of the whole message.
            last: vector of its last sentence, when it has several. People tell their story first and ask at the end;
                there the aspect must be clear, because a torn sentence can ask for anything.
        """
        found = [(*self._best(row), ASPECT_DREMPEL)]
        if last is not None and last.nnz:
            found.append((*self._best(last), SLOTZIN_DREMPEL))
        _, best = max(((share, aspect) for share, aspect, drempel in found if share >= drempel), default=(0.0, None))
        return best

    def _best(self, row: sparse.csr_matrix) -> tuple[float, str]:
        shares = self.model.shares(row)
        shares.pop(GEEN, None)
        return max((share, aspect) for aspect, share in shares.items())


def fit_aspects(matrix: sparse.csr_matrix, aspects: Sequence[str | None]) -> AspectModel:
    """Train on (questions, features) and the aspect of each question."""
    labels = [aspect or GEEN for aspect in aspects]
    if len(set(labels)) < 2:
        raise ValueError("the question library marks no aspects")
    return AspectModel(fit_acts(matrix, np.array(labels).tolist()))
