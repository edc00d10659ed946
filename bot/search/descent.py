"""The inner loop of `linear.py`, compiled by numba. Imported when training, never when answering."""

from __future__ import annotations

import numba
import numpy as np

SMALLEST_STEP = 1e-4


@numba.njit(nogil=True, fastmath=True)  # type: ignore[misc]
def descend(
    starts: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    targets: np.ndarray,
    order: np.ndarray,
    softness: np.float32,
    own_softness: np.ndarray,
    weights: np.ndarray,
    bias: np.ndarray,
) -> None:
    """Dual coordinate descent for the squared hinge loss, each class against the rest.

    Args:
        starts, columns, values: the examples as the three arrays of a CSR matrix, float32.
        targets: (examples,) the class of each, as a place among the classes of this call; outside it means "the rest".
        order: (passes, examples) in which order each pass goes through the examples.
        softness: 1 / 2C, of examples of the rest.
        own_softness: (classes,) the same, of examples of the class itself.
        weights: (features, classes) float32, zeros; filled in place.
        bias: (classes,) float32, zeros; filled in place.
    """
    count = bias.shape[0]
    alpha = np.zeros((targets.shape[0], count), np.float32)
    margin = np.empty(count, np.float32)
    change = np.empty(count, np.float32)
    wrong = np.empty(count, np.int64)
    for turn in range(order.shape[0]):
        for place in range(order.shape[1]):
            example = order[turn, place]
            begin, end = starts[example], starts[example + 1]
            own = targets[example]
            # Squared length of the example, with the constant 1 that carries the bias.
            length = np.float32(1.0)
            margin[:] = bias
            for at in range(begin, end):
                row, value = weights[columns[at]], values[at]
                length += value * value
                for label in range(count):
                    margin[label] += value * row[label]
            found = 0
            for label in range(count):
                sign = np.float32(1.0) if label == own else np.float32(-1.0)
                soft = own_softness[label] if label == own else softness
                old = alpha[example, label]
                new = max(old - (sign * margin[label] - 1 + soft * old) / (length + soft), np.float32(0.0))
                if abs(new - old) > SMALLEST_STEP:
                    alpha[example, label] = new
                    change[found] = sign * (new - old)
                    wrong[found] = label
                    found += 1
            if found == 0:
                continue
            for index in range(found):
                bias[wrong[index]] += change[index]
            for at in range(begin, end):
                row, value = weights[columns[at]], values[at]
                for index in range(found):
                    row[wrong[index]] += value * change[index]
