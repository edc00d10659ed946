"""The dialogue act of a message: does it ask about a product, greet, want a human, say yes, or signal danger?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar

from bot.search.linear import LinearModel, fit_linear

VRAAG_PRODUCT = "vraag_product"
BUITEN_SCOPE = "buiten_scope"
NOODGEVAL = "noodgeval"
ANDERE_TAAL = "andere_taal"

MEESTE = 15000
"""Examples of one label to learn from, at most."""
NOOD_DREMPEL = 0.35
"""Danger wins from this share on: showing 112 once too often costs a smile, missing it could cost a life."""


@dataclass(frozen=True)
class ActModel:
    """Shares of the dialogue acts. A label may have a kind behind a slash: `noodgeval/zelfmoord`."""

    linear: LinearModel
    scherpte: float
    """Factor on the margins that makes the softmax honest; fitted on held-apart messages."""

    def shares(self, row: sparse.csr_matrix) -> dict[str, float]:
        """Label → share (0-1, together 1) for one message's vector."""
        margins = self.linear.scores(row) * self.scherpte
        share = np.exp(margins - margins.max())
        share /= share.sum()
        return dict(zip(self.linear.labels, share.tolist(), strict=True))

    def shares_of_many(self, matrix: sparse.csr_matrix) -> list[dict[str, float]]:
        """`shares` of many messages, (messages, features)."""
        margins = ((matrix @ self.linear.weights).toarray() + self.linear.bias) * self.scherpte
        share = np.exp(margins - margins.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        return [dict(zip(self.linear.labels, row, strict=True)) for row in share.tolist()]


def fit_acts(matrix: sparse.csr_matrix, labels: Sequence[str], *, seed: int = 7) -> ActModel:
    """Train on (messages, features) and a label per message; a tenth is kept apart to fit the sharpness."""
    rng = np.random.default_rng(seed)
    names = np.array(labels)
    matrix, names = _thinned(matrix, names, rng)
    apart = rng.random(len(names)) < 0.1
    trial = _fit(matrix[~apart], names[~apart].tolist())
    place = {name: index for index, name in enumerate(trial.labels)}
    known = np.array([name in place for name in names]) & apart
    margins = trial.many(matrix[known])
    truth = np.array([place[name] for name in names[known]])

    def loss(log_factor: float) -> float:
        scaled = margins * np.exp(log_factor)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(truth)), truth]).mean())

    factor = float(np.exp(minimize_scalar(loss, bounds=(-2, 3), method="bounded").x)) if len(truth) else 1.0
    return ActModel(_fit(matrix, names.tolist()), factor)


def _thinned(
    matrix: sparse.csr_matrix, names: np.ndarray, rng: np.random.Generator
) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Keep at most MEESTE examples of a label: more of the same costs training time and teaches little."""
    keep = []
    for name in np.unique(names):
        places = np.flatnonzero(names == name)
        keep.append(places if len(places) <= MEESTE else rng.choice(places, MEESTE, replace=False))
    kept = np.sort(np.concatenate(keep))
    return matrix[kept], names[kept]


def _fit(matrix: sparse.csr_matrix, labels: Sequence[str]) -> LinearModel:
    # Balanced: a product question has a hundred times as many examples as a goodbye, and is not a hundred times as likely.
    return fit_linear(matrix, labels, c=1.0, balanced=True)


def total_per_act(shares: dict[str, float]) -> dict[str, float]:
    """Shares with the kinds of one act taken together, largest first."""
    totals: dict[str, float] = {}
    for label, share in shares.items():
        act = label.split("/")[0]
        totals[act] = totals.get(act, 0.0) + share
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def kind_of(act: str, shares: dict[str, float]) -> str | None:
    """The likeliest kind of an act (`zelfmoord` of `noodgeval/zelfmoord`), or None when it has no kinds."""
    kinds = {label.split("/")[1]: share for label, share in shares.items() if label.startswith(act + "/")}
    return max(kinds, key=lambda kind: kinds[kind]) if kinds else None
