"""A linear text classifier for hundreds of classes: support vector machines, one class against the rest.

Trained by dual coordinate descent (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", 2008), for
all classes at once: one pass over the examples updates every class that gets an example wrong. scikit-learn's LinearSVC
solves the same problem class by class, and takes five times as long with 764 classes (docs/decisions/0007).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse

PASSES = 5
"""Passes over the examples; after four the accuracy on held-apart questions no longer changes."""
HEAVIEST = 5.0
"""Weight of an example of a small class, at most."""
NOTHING = 0.03
"""A weight below this changes no margin that matters: of 1,026 questions (`tests/data/vragen-*.jsonl`) 946 have the right
product first, and 944 with all weights. One in twenty is left."""
ENOUGH_FOR_MORE_CORES = 2_000_000
"""Examples times classes from which a second core pays for itself."""


@dataclass(frozen=True)
class LinearModel:
    """Scores of classes: `features @ weights + bias`."""

    labels: tuple[str, ...]
    weights: sparse.csr_matrix
    """(features, classes), float32. A feature says something of few classes: of twenty weights, nineteen are nothing."""
    bias: np.ndarray
    """(classes,), float32."""

    def scores(self, row: sparse.csr_matrix) -> np.ndarray:
        """Margins of one message, (classes,): above 0 means the class's own side."""
        return np.asarray((row @ self.weights).toarray().ravel() + self.bias)

    def parts(self, row: sparse.csr_matrix, label: int) -> np.ndarray:
        """What each feature of a message, in the order of `row.indices`, adds to the margin of one class."""
        return np.asarray(row.data * self.weights[row.indices, label].toarray().ravel())

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
    # Threads are enough: the descent runs outside Python's lock.
    with ThreadPoolExecutor(len(blocks)) as pool:
        parts = list(pool.map(lambda block: _fit_block(data, targets, block, c, weight, seed), blocks))
    return LinearModel(
        names,
        sparse.hstack([part[0] for part in parts], format="csr"),
        np.concatenate([part[1] for part in parts]),
    )


def _fit_block(
    data: sparse.csr_matrix, targets: np.ndarray, classes: np.ndarray, c: float, weight: np.ndarray, seed: int
) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Weights and bias of a run of classes, each against all the rest."""
    from bot.search.descent import descend  # numba is needed for training alone

    examples, features = data.shape
    weights = np.zeros((features, len(classes)), dtype=np.float32)
    bias = np.zeros(len(classes), dtype=np.float32)
    rng = np.random.default_rng(seed)
    descend(
        data.indptr,
        data.indices,
        data.data,
        targets - int(classes[0]),
        np.stack([rng.permutation(examples) for _ in range(PASSES)]),
        np.float32(0.5 / c),
        (0.5 / (c * weight[classes])).astype(np.float32),
        weights,
        bias,
    )
    weights[np.abs(weights) < NOTHING] = 0
    return sparse.csr_matrix(weights), bias
