"""From several signals to one ranking with a certainty that can be believed.

A conditional logit (McFadden 1974): each candidate product has a utility that is linear in its signals, and "none of
them" competes as one more candidate. The softmax over the utilities is the certainty. It is fitted on questions written
by others than those who wrote the training questions, so a certainty of 0.8 means right in about eight of ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

GEEN = "geen"
"""Label of a message that no product answers."""

SIGNALEN = (
    "log_aandeel",  # logarithm of the question model's share (softmax of the margins over all products)
    "buur",  # similarity of the nearest example
    "velden_achterstand",  # BM25 over the fields of the live text, below the best candidate's
    "naam_dekking",  # share of the content words of a name or synonym that stand in the message
    "nieuw",  # 1 for a product that the question model was not trained on
    "nieuw_buur",
    "nieuw_velden",
)
"""Signals of one candidate, in the order of the columns."""

VRAAGSIGNALEN = ("een", "buiten_scope")
"""Signals of the message itself; they drive "none of them"."""


@dataclass(frozen=True)
class Ranker:
    """Weights of the signals, on standardised signals."""

    gewicht: np.ndarray
    gewicht_geen: np.ndarray
    midden: np.ndarray
    schaal: np.ndarray

    def certainties(self, signalen: np.ndarray, vraag: np.ndarray) -> tuple[np.ndarray, float]:
        """Certainty per candidate, and of "none of them"; together they are 1.

        Args:
            signalen: (candidates, len(SIGNALEN)).
            vraag: (len(VRAAGSIGNALEN),).
        """
        utility = np.r_[((signalen - self.midden) / self.schaal) @ self.gewicht, vraag @ self.gewicht_geen]
        share = np.exp(utility - utility.max())
        share /= share.sum()
        return share[:-1], float(share[-1])

    def contributions(self, signalen: np.ndarray) -> dict[str, float]:
        """What each signal adds to the utility of one candidate, for an explanation."""
        parts = (signalen - self.midden) / self.schaal * self.gewicht
        return dict(zip(SIGNALEN, parts.tolist(), strict=True))


@dataclass(frozen=True)
class Geval:
    """One training question for the ranker."""

    signalen: np.ndarray
    vraag: np.ndarray
    goed: np.ndarray
    """Per candidate whether it is right; all False when none is."""


def fit_ranker(gevallen: Sequence[Geval], *, penalty: float = 1.0) -> Ranker:
    """Fit the weights by maximum likelihood with a quadratic penalty.

    A question whose right product is not among its candidates counts for "none of them": then asking back is right.
    """
    stacked = np.concatenate([geval.signalen for geval in gevallen])
    midden, schaal = stacked.mean(axis=0), stacked.std(axis=0)
    schaal[schaal < 1e-6] = 1.0
    signals = (stacked - midden) / schaal
    questions = np.stack([geval.vraag for geval in gevallen])
    owner = np.repeat(np.arange(len(gevallen)), [len(geval.goed) for geval in gevallen])
    right = np.concatenate([geval.goed for geval in gevallen]).astype(float)
    none = np.array([not geval.goed.any() for geval in gevallen], dtype=float)
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    k = signals.shape[1]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        candidate, empty = signals @ weights[:k], questions @ weights[k:]
        top = np.maximum(np.maximum.reduceat(candidate, starts), empty)
        exp_candidate, exp_empty = np.exp(candidate - top[owner]), np.exp(empty - top)
        total = np.add.reduceat(exp_candidate, starts) + exp_empty
        good = np.add.reduceat(exp_candidate * right, starts) + exp_empty * none
        value = float(np.log(total).sum() - np.log(np.maximum(good, 1e-300)).sum())
        share, share_good = exp_candidate / total[owner], exp_candidate * right / np.maximum(good, 1e-300)[owner]
        gradient = np.r_[
            signals.T @ (share - share_good),
            questions.T @ (exp_empty / total - exp_empty * none / np.maximum(good, 1e-300)),
        ]
        return value + penalty * float(weights @ weights) / 2, gradient + penalty * weights

    start = np.zeros(k + questions.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return Ranker(found.x[:k], found.x[k:], midden, schaal)
