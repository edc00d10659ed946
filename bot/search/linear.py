"""A linear text classifier for hundreds of classes: support vector machines, one class against the rest.

Trained by dual coordinate descent (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", 2008), for
all classes at once: one pass over the examples updates every class that gets an example wrong. scikit-learn's LinearSVC
solves the same problem class by class, and takes five times as long with 764 classes (docs/decisions/0007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

PASSES = 5
"""Passes over the examples; after four the accuracy on held-apart questions no longer changes."""
HEAVIEST = 5.0
"""Weight of an example of a small class, at most."""
ENOUGH_FOR_MORE_CORES = 2_000_000
"""Examples times classes from which a second process pays for itself."""
SMALLEST_STEP = 1e-4


@dataclass(frozen=True)
class LinearModel:
    """Scores of classes: `features @ weights + bias`."""

    labels: tuple[str, ...]
    weights: np.ndarray
    """(features, classes), float16: a row per feature, so that a message reads only the rows of the features it has."""
    bias: np.ndarray
    """(classes,), float32."""

    def scores(self, row: sparse.csr_matrix) -> np.ndarray:
        """Margins of one message, (classes,): above 0 means the class's own side."""
        rows = self.weights[row.indices].astype(np.float32)
        return np.asarray(row.data @ rows + self.bias)

    def many(self, matrix: sparse.csr_matrix) -> np.ndarray:
        """Margins of many messages, (messages, classes)."""
        return np.stack([self.scores(matrix[index]) for index in range(matrix.shape[0])])


def fit_linear(
    matrix: sparse.csr_matrix,
    labels: Sequence[str],
    *,
    c: float = 0.5,
    balanced: bool = False,
    jobs: int = 2,
    seed: int = 0,
) -> LinearModel:
    """Train one-against-the-rest with the squared hinge loss.

    Args:
        matrix: (examples, features).
        labels: the class of each example; at least two different ones.
        c: inverse strength of the regularisation.
        balanced: weigh the classes by the inverse of their size, up to a limit.
        jobs: processor cores to use.
        seed: order of the examples.

    Raises:
        ValueError: there are fewer than two classes.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise ValueError("a classifier needs at least two classes")
    index = {name: position for position, name in enumerate(names)}
    targets = np.array([index[label] for label in labels])
    counts = np.bincount(targets)
    weight = np.minimum(len(targets) / (2 * counts), HEAVIEST) if balanced else np.ones(len(names))
    data = sparse.csr_matrix(matrix, dtype=np.float32)
    large = len(targets) * len(names) >= ENOUGH_FOR_MORE_CORES
    blocks = np.array_split(np.arange(len(names)), jobs if large else 1)
    parts = Parallel(n_jobs=len(blocks))(delayed(_fit_block)(data, targets, block, c, weight, seed) for block in blocks)
    return LinearModel(
        names, np.concatenate([part[0] for part in parts], axis=1), np.concatenate([part[1] for part in parts])
    )


def _fit_block(
    data: sparse.csr_matrix, targets: np.ndarray, classes: np.ndarray, c: float, weight: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (float16) and bias of a run of classes, each against all the rest."""
    examples, features = data.shape
    first, count = int(classes[0]), len(classes)
    weights = np.zeros((features, count), dtype=np.float32)
    bias = np.zeros(count, dtype=np.float32)
    alpha = np.zeros((examples, count), dtype=np.float32)
    starts, columns, values = data.indptr, data.indices, data.data
    # Squared length of each example, with the constant 1 that carries the bias.
    length = np.asarray(data.multiply(data).sum(axis=1)).ravel() + 1.0
    softness = np.float32(0.5 / c)
    own_softness = (0.5 / (c * weight)).astype(np.float32)
    rng = np.random.default_rng(seed)
    for _ in range(PASSES):
        for example in rng.permutation(examples):
            begin, end = starts[example], starts[example + 1]
            rows, row = columns[begin:end], values[begin:end]
            own = int(targets[example]) - first
            mine = 0 <= own < count
            margin = -(row @ weights[rows] + bias)
            if mine:
                margin[own] = -margin[own]
            old = alpha[example]
            new = old - (margin - 1 + softness * old) / (length[example] + softness)
            if mine:
                soft = own_softness[targets[example]]
                new[own] = old[own] - (margin[own] - 1 + soft * old[own]) / (length[example] + soft)
            np.maximum(new, 0, out=new)
            step = new - old
            wrong = np.flatnonzero(np.abs(step) > SMALLEST_STEP)
            if not len(wrong):
                continue
            old[wrong] = new[wrong]
            change = -step[wrong]
            if mine:
                change[wrong == own] *= -1
            weights[rows[:, None], wrong] += row[:, None] * change
            bias[wrong] += change
    return weights.astype(np.float16), bias
