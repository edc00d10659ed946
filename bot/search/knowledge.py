"""What is learned from the question library, and how it is learned."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.catalog.product import Product
from bot.catalog.questions import Voorbeeld
from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT, ActModel
from bot.search.aspects import AspectModel, fit_aspects
from bot.search.linear import LinearModel, fit_linear
from bot.search.neighbours import Neighbours
from bot.search.prepared import Analyse, Prepared, Vectorise, prepare
from bot.search.ranker import Geval, Ranker, fit_ranker
from bot.search.scope import fit_scope
from bot.search.searcher import Searcher, Vraag, question_signals

logger = logging.getLogger(__name__)

GENOEG_APART = 300
"""Held-apart questions needed to fit the ranker on them; with fewer, part of the library is set apart for it."""
GENOEG_BUITEN = 100
"""Held-apart messages without a right product that are needed as well."""
MEESTE_GEVALLEN = 3500
"""Held-apart questions that the ranker is fitted on, at most: it has some twenty weights, and more questions cost time."""
VERGEET = 0.05
"""Share of the products that the question model is taken not to know, drawn anew for each of the ranker's questions: that
teaches the ranker what the other signals are worth for a product that an editor added after training."""


@dataclass(frozen=True)
class Knowledge:
    """The learned part of the search; the live texts are added when it runs."""

    questions: LinearModel
    scope: ActModel
    aspects: AspectModel
    ranker: Ranker
    library: Neighbours
    """The questions of the library, ready to be compared with."""
    texts: Mapping[str, Prepared]
    """The central texts made ready, so that starting need not do it again for those that did not change."""


def learn(
    products: Mapping[str, Product],
    library: Sequence[Voorbeeld],
    vectors: sparse.csr_matrix,
    others: Sequence[tuple[str, str]],
    other_vectors: sparse.csr_matrix,
    subject_vectors: sparse.csr_matrix,
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
        others, other_vectors: (message, dialogue act) of the messages that are no product question, and their vectors.
        subject_vectors: vectors of single words that name a subject of the municipality.
        held_apart: (question, product or None for "none of them"), written by others than the library.
        analyse, vectorise: language pipeline and features.
        seed: makes training repeatable.

    Raises:
        ValueError: fewer than two products have questions, or no aspects are marked.
    """
    apart = _some([(vraag, product) for vraag, product in held_apart if product is None or product in products], seed)
    names = [voorbeeld.product for voorbeeld in library]
    logger.info("Vraagmodel: %d vragen over %d producten", len(names), len(set(names)))
    questions = fit_linear(vectors, names)
    inside = sparse.vstack([subject_vectors, vectors], format="csr")
    scope = fit_scope(
        sparse.vstack([inside, other_vectors], format="csr"),
        [VRAAG_PRODUCT] * inside.shape[0] + [act for _, act in others],
    )
    texts, neighbours = prepare(products, {}, analyse, vectorise), _neighbours(library, vectors)
    if _is_enough(apart):
        ranker = _learn_ranker(products, neighbours, questions, scope, apart, texts, analyse, vectorise, seed)
    else:
        ranker = _learn_ranker_on_a_part(
            products, library, vectors, others, other_vectors, apart, texts, analyse, vectorise, seed
        )
    # Product files mark no aspects.
    marked = [index for index, voorbeeld in enumerate(library) if voorbeeld.bron != "product"]
    aspects = fit_aspects(vectors[marked], [library[index].aspect for index in marked])
    return Knowledge(questions, scope, aspects, ranker, neighbours, texts)


def _neighbours(library: Sequence[Voorbeeld], vectors: sparse.csr_matrix) -> Neighbours:
    """Of what stands in the library itself: texts of products are searched as they are live."""
    places = [index for index, voorbeeld in enumerate(library) if voorbeeld.bron == "bibliotheek"]
    return Neighbours([library[index] for index in places], vectors[places])


def _some(apart: list[tuple[str, str | None]], seed: int) -> list[tuple[str, str | None]]:
    if len(apart) <= MEESTE_GEVALLEN:
        return apart
    chosen = np.random.default_rng(seed).choice(len(apart), MEESTE_GEVALLEN, replace=False)
    return [apart[index] for index in np.sort(chosen)]


def _is_enough(apart: Sequence[tuple[str, str | None]]) -> bool:
    inside = sum(product is not None for _, product in apart)
    return inside >= GENOEG_APART and len(apart) - inside >= GENOEG_BUITEN


def _learn_ranker_on_a_part(
    products: Mapping[str, Product],
    library: Sequence[Voorbeeld],
    vectors: sparse.csr_matrix,
    others: Sequence[tuple[str, str]],
    other_vectors: sparse.csr_matrix,
    apart: Sequence[tuple[str, str | None]],
    texts: Mapping[str, Prepared],
    analyse: Analyse,
    vectorise: Vectorise,
    seed: int,
) -> Ranker:
    """Set a fifth of the library apart, learn from the rest, and fit the ranker on that fifth."""
    logger.info("Te weinig apart gehouden vragen (%d): een vijfde van de bibliotheek wordt apart gezet", len(apart))
    rng = np.random.default_rng(seed)
    outside, other_outside = rng.random(len(library)) < 0.2, rng.random(len(others)) < 0.2
    inside, other_inside = np.flatnonzero(~outside), np.flatnonzero(~other_outside)
    part = [library[index] for index in inside]
    set_apart: list[tuple[str, str | None]] = list(apart)
    set_apart += [(library[index].vraag, library[index].product) for index in np.flatnonzero(outside)]
    set_apart += [
        (others[index][0], None) for index in np.flatnonzero(other_outside) if others[index][1] == BUITEN_SCOPE
    ]
    scope = fit_scope(
        sparse.vstack([vectors[inside], other_vectors[other_inside]], format="csr"),
        [VRAAG_PRODUCT] * len(part) + [others[index][1] for index in other_inside],
    )
    questions = fit_linear(vectors[inside], [voorbeeld.product for voorbeeld in part])
    neighbours = _neighbours(part, vectors[inside])
    return _learn_ranker(products, neighbours, questions, scope, set_apart, texts, analyse, vectorise, seed)


def _learn_ranker(
    products: Mapping[str, Product],
    neighbours: Neighbours,
    questions: LinearModel,
    scope: ActModel,
    apart: Sequence[tuple[str, str | None]],
    texts: Mapping[str, Prepared],
    analyse: Analyse,
    vectorise: Vectorise,
    seed: int,
) -> Ranker:
    rng = np.random.default_rng(seed)
    searcher = Searcher(
        products,
        model=questions,
        from_library=neighbours,
        analyse=analyse,
        vectorise=vectorise,
        known=texts,
    )
    tokens = analyse([vraag for vraag, _ in apart])
    matrix = vectorise(tokens)
    gevallen = []
    for index, (_, product) in enumerate(apart):
        vraag = Vraag(tokens[index], matrix[index], scope.shares(matrix[index]))
        if not vraag.tokens or not vraag.vector.nnz:
            continue
        candidates, signals = searcher.signals(vraag, hidden=rng.random(len(searcher.products)) < VERGEET)
        right = np.array([searcher.product_at(place) == product for place in candidates])
        gevallen.append(Geval(signals, question_signals(vraag), right))
    logger.info("Rangschikker: %d vragen", len(gevallen))
    return fit_ranker(gevallen)
