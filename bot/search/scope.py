"""Whether a message is a question for the municipality at all: a signal for the ranker.

It is learned beside the dialogue acts and not taken from them, because the ranker must be fitted on messages that its
signals were not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

from scipy import sparse

from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT, ActModel, fit_acts

ANDERE_ACT = "andere_act"
LABELS = (VRAAG_PRODUCT, BUITEN_SCOPE, ANDERE_ACT)


def fit_scope(matrix: sparse.csr_matrix, acts: Sequence[str]) -> ActModel:
    """Train on (messages, features) and the dialogue act of each message."""
    return fit_acts(matrix, [act if act in LABELS else ANDERE_ACT for act in acts])
