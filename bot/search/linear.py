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

CLASSES_PER_BLOCK = 96
REST = -1
HEAVIEST = 5.0
"""Weight of an example of a small class, at most."""


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
        return np.asarray(row.data @ rows + self.bias)

    def many(self, matrix: sparse.csr_matrix) -> np.ndarray:
        """Margins of many messages, (messages, classes)."""
        return np.stack([self.scores(matrix[index]) for index in range(matrix.shape[0])])


def fit_linear(
    matrix: sparse.csr_matrix, labels: Sequence[str], *, c: float = 0.5, balanced: bool = False, jobs: int = 2
) -> LinearModel:
    """Train one-against-the-rest.

    Args:
        matrix: (examples, features).
        labels: the class of each example; at least two different ones.
        c: inverse strength of the regularisation.
        balanced: weigh the classes by the inverse of their size, up to a limit.
        jobs: processor cores to use.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise ValueError("a classifier needs at least two classes")
    index = {name: position for position, name in enumerate(names)}
    targets = np.array([index[label] for label in labels])
    data = matrix.astype(np.float64)
    # Blocks, because the weights of all classes at once would not fit as 64-bit floats; few, because liblinear copies the
    # data for each. Threads, because it releases the interpreter lock.
    blocks = [
        block
        for block in np.array_split(np.arange(len(names)), max(len(names) // CLASSES_PER_BLOCK, jobs))
        if len(block)
    ]
    parts = Parallel(n_jobs=jobs, prefer="threads")(
        delayed(_fit_block)(data, targets, block, c, balanced) for block in blocks
    )
    return LinearModel(
        names, np.concatenate([part[0] for part in parts], axis=1), np.concatenate([part[1] for part in parts])
    )


def _fit_block(
    data: sparse.csr_matrix, targets: np.ndarray, classes: np.ndarray, c: float, balanced: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of some classes, each against all the rest."""
    own = np.where(np.isin(targets, classes), targets, REST)
    weight = None
    if balanced:
        # As scikit-learn's "balanced", up to a limit: very heavy examples make training slow and the model no better.
        counts = zip(*np.unique(own, return_counts=True), strict=True)
        weight = {label: min(len(own) / (2 * count), HEAVIEST) for label, count in counts}
    machine = LinearSVC(C=c, tol=0.1, max_iter=1000, class_weight=weight, random_state=0)
    machine.fit(data, own)
    rows = np.flatnonzero(np.isin(machine.classes_, classes))
    if len(machine.classes_) == 2:
        # Two classes share one machine: its margin is that of the second, and minus that of the first.
        sign = np.where(rows == 1, 1.0, -1.0)
        return (sign[:, None] * machine.coef_).T.astype(np.float16), (sign * machine.intercept_).astype(np.float32)
    return machine.coef_[rows].T.astype(np.float16), machine.intercept_[rows].astype(np.float32)
