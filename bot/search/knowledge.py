"""What is learned from the question library, and how it is learned."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.catalog.product import Product
from bot.catalog.questions import Voorbeeld
from bot.search.acts import VRAAG_PRODUCT, ActModel
from bot.search.aspects import AspectModel, fit_aspects
from bot.search.fields import Analyse
from bot.search.linear import LinearModel, fit_linear
from bot.search.ranker import Geval, Ranker, fit_ranker
from bot.search.scope import fit_scope
from bot.search.searcher import Searcher, Vectorise, Vraag, question_signals

logger = logging.getLogger(__name__)

GENOEG_APART = 300
"""Held-apart questions needed to fit the ranker on them; with fewer, part of the library is set apart for it."""
VERGEET = 0.1
"""Share of the ranker's questions whose product the question model is taken not to know: that teaches the ranker what
the other signals are worth for a product that an editor added after training."""


@dataclass(frozen=True)
class Knowledge:
    """The learned part of the search; the live texts are added when it runs."""

    questions: LinearModel
    scope: ActModel
    aspects: AspectModel
    ranker: Ranker
    library: tuple[Voorbeeld, ...]
    library_vectors: sparse.csr_matrix


def learn(
    products: Mapping[str, Product],
    library: Sequence[Voorbeeld],
    vectors: sparse.csr_matrix,
    other_acts: Sequence[str],
    other_vectors: sparse.csr_matrix,
    held_apart: Iterable[tuple[str, str | None]],
    *,
    analyse: Analyse,
    vectorise: Vectorise,
    seed: int = 11,
) -> Knowledge:
    """Learn from the library.

    Args:
        products: id → text of the central library.
        library: the questions to train on.
        vectors: their vectors, (questions, features).
        other_acts, other_vectors: the messages that are no product question.
        held_apart: (question, product or None for "none of them"), written by others than the library.
        analyse, vectorise: language pipeline and features.
        seed: makes training repeatable.

    Raises:
        ValueError: fewer than two products have questions, or no aspects are marked.
    """
    rng = np.random.default_rng(seed)
    apart = [(vraag, product) for vraag, product in held_apart if product is None or product in products]
    names = [voorbeeld.product for voorbeeld in library]
    scope = fit_scope(
        sparse.vstack([vectors, other_vectors], format="csr"), [VRAAG_PRODUCT] * len(names) + list(other_acts)
    )
    if sum(product is not None for _, product in apart) >= GENOEG_APART:
        logger.info("Vraagmodel: %d vragen over %d producten", len(names), len(set(names)))
        questions = fit_linear(vectors, names)
        ranker = _learn_ranker(products, library, vectors, questions, scope, apart, analyse, vectorise, rng)
    else:
        logger.info("Te weinig apart gehouden vragen (%d): een vijfde van de bibliotheek wordt apart gezet", len(apart))
        outside = rng.random(len(names)) < 0.2
        inside = np.flatnonzero(~outside)
        part = [library[index] for index in inside]
        trial = fit_linear(vectors[inside], [voorbeeld.product for voorbeeld in part])
        set_apart = [(library[index].vraag, library[index].product) for index in np.flatnonzero(outside)]
        # Each question set apart stays honest against the examples; only the shares of the scope have seen it.
        none = [item for item in apart if item[1] is None]
        ranker = _learn_ranker(products, part, vectors[inside], trial, scope, [*set_apart, *none], analyse, vectorise, rng)
        questions = fit_linear(vectors, names)
    marked = [index for index, voorbeeld in enumerate(library) if not voorbeeld.uit_product]
    # Product files mark no aspects, so their examples say nothing about "none".
    aspects = fit_aspects(vectors[marked], [library[index].aspect for index in marked])
    return Knowledge(questions, scope, aspects, ranker, tuple(library), vectors)


def _learn_ranker(
    products: Mapping[str, Product],
    library: Sequence[Voorbeeld],
    vectors: sparse.csr_matrix,
    questions: LinearModel,
    scope: ActModel,
    apart: Sequence[tuple[str, str | None]],
    analyse: Analyse,
    vectorise: Vectorise,
    rng: np.random.Generator,
) -> Ranker:
    searcher = Searcher(
        products,
        model=questions,
        library=library,
        library_vectors=vectors,
        analyse=analyse,
        vectorise=vectorise,
    )
    tokens = analyse([vraag for vraag, _ in apart])
    matrix = vectorise(tokens)
    gevallen = []
    for index, (_, product) in enumerate(apart):
        vraag = Vraag(tokens[index], matrix[index], scope.shares(matrix[index]))
        if not vraag.tokens or not vraag.vector.nnz:
            continue
        forget = product if product and rng.random() < VERGEET else None
        candidates, signals = searcher.signals(vraag, hide=forget)
        right = np.array([searcher.product_at(place) == product for place in candidates])
        gevallen.append(Geval(signals, question_signals(vraag), right))
    logger.info("Rangschikker: %d vragen", len(gevallen))
    return fit_ranker(gevallen)
