"""A linear text classifier, small enough to keep in memory for hundreds of classes.

One support vector machine per class (scikit-learn's LinearSVC, liblinear). The weights are kept as 16-bit floats, a row
per feature, so that scoring a message reads only the rows of the features it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.svm import LinearSVC


@dataclass(frozen=True)
class LinearModel:
    """Scores of classes: `features @ weights + bias`."""

    labels: tuple[str, ...]
    weights: np.ndarray
    """(features, classes), float16."""
    bias: np.ndarray
    """(classes,), float32."""

    def scores(self, row: sparse.csr_matrix) -> np.ndarray:
        """Margins of one message, (classes,): above 0 means the class's own side."""
        rows = self.weights[row.indices].astype(np.float32)
        return row.data @ rows + self.bias

    def many(self, matrix: sparse.csr_matrix) -> np.ndarray:
        """Margins of many messages, (messages, classes)."""
        return np.stack([self.scores(matrix[index]) for index in range(matrix.shape[0])])


def fit_linear(
    matrix: sparse.csr_matrix, labels: Sequence[str], *, c: float = 1.0, balanced: bool = False, jobs: int = 2
) -> LinearModel:
    """Train one-against-the-rest.

    Args:
        matrix: (examples, features).
        labels: the class of each example; at least two different ones.
        c: inverse strength of the regularisation.
        balanced: weigh the classes by the inverse of their size.
        jobs: processor cores to use.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise ValueError("a classifier needs at least two classes")
    index = {name: position for position, name in enumerate(names)}
    targets = np.array([index[label] for label in labels])
    data = matrix.astype(np.float64)
    blocks = np.array_split(np.arange(len(names)), max(jobs * 4, 1))
    # Threads: liblinear releases the interpreter lock, and the data need not be copied.
    parts = Parallel(n_jobs=jobs, prefer="threads")(
        delayed(_fit_block)(data, targets, block, c, balanced) for block in blocks if len(block)
    )
    weights = np.concatenate([part[0] for part in parts], axis=1)
    bias = np.concatenate([part[1] for part in parts])
    return LinearModel(names, weights, bias)


def _fit_block(
    data: sparse.csr_matrix, targets: np.ndarray, classes: np.ndarray, c: float, balanced: bool
) -> tuple[np.ndarray, np.ndarray]:
    weights = np.empty((data.shape[1], len(classes)), dtype=np.float16)
    bias = np.empty(len(classes), dtype=np.float32)
    for position, label in enumerate(classes):
        machine = LinearSVC(C=c, tol=1e-2, max_iter=200, class_weight="balanced" if balanced else None, random_state=0)
        machine.fit(data, targets == label)
        weights[:, position] = machine.coef_[0]
        bias[position] = machine.intercept_[0]
    return weights, bias
