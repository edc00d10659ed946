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


@dataclass(frozen=True)
class AspectModel:
    """Shares of the aspects, with "none" as one of them."""

    model: ActModel

    def aspect(self, row: sparse.csr_matrix, drempel: float = ASPECT_DREMPEL) -> tuple[str | None, float]:
        """The asked aspect (or None) and its share, for one message's vector."""
        shares = self.model.shares(row)
        none = shares.pop(GEEN, 0.0)
        best = max(shares, key=lambda label: shares[label])
        return (best, shares[best]) if shares[best] >= drempel else (None, none)


def fit_aspects(matrix: sparse.csr_matrix, aspects: Sequence[str | None]) -> AspectModel:
    """Train on (questions, features) and the aspect of each question."""
    labels = [aspect or GEEN for aspect in aspects]
    if len(set(labels)) < 2:
        raise ValueError("the question library marks no aspects")
    return AspectModel(fit_acts(matrix, np.array(labels).tolist()))
