"""Figures over answers: rates with their uncertainty, and percentiles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import sqrt

import numpy as np

from bench.task import SEED

Z95 = 1.959964
"""Standard normal quantile of a two-sided 95% interval."""
RESAMPLES = 10_000


def hit(ranking: Sequence[str], right: Collection[str], count: int) -> bool:
    """Whether a right product is among the first `count`."""
    return any(product in right for product in ranking[:count])


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95% interval of a rate; (0, 1) when there is nothing to go by."""
    if not total:
        return 0.0, 1.0
    rate, square = hits / total, Z95 * Z95
    middle = (rate + square / (2 * total)) / (1 + square / total)
    half = Z95 / (1 + square / total) * sqrt(rate * (1 - rate) / total + square / (4 * total * total))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def paired_difference(ours: Sequence[bool], theirs: Sequence[bool]) -> tuple[float, float, float]:
    """Difference of two rates over the same questions, and its 95% interval.

    The interval is a bootstrap over questions (fixed seed): what both get right or wrong alike does not blur it.
    """
    differences = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    if not len(differences):
        raise ValueError("a difference over no questions")
    drawn = np.random.default_rng(SEED).integers(0, len(differences), (RESAMPLES, len(differences)), dtype=np.int32)
    low, high = np.percentile(differences[drawn].mean(axis=1), (2.5, 97.5))
    return float(differences.mean()), float(low), float(high)


def percentile(values: Sequence[float], point: float) -> float | None:
    """A percentile; None of nothing."""
    return float(np.percentile(values, point)) if values else None
