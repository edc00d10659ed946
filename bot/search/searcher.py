"""A message in, ranked products with certainty out.

The order of the steps:

1. candidates: the best of the question model, of the nearest examples and of field search
2. signals of each candidate (`ranker.SIGNALEN`)
3. the ranker turns signals into certainties; "none of them" takes part
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bot.catalog.product import Product
from bot.search.acts import BUITEN_SCOPE
from bot.search.fields import FieldIndex, content_words
from bot.search.linear import LinearModel
from bot.search.names import NameIndex
from bot.search.neighbours import Neighbours
from bot.search.prepared import Analyse, Prepared, Vectorise, prepare
from bot.search.ranker import SIGNALEN, Ranker
from bot.search.text import Token

UIT_MODEL, UIT_BUREN, UIT_VELDEN = 12, 5, 5
"""Candidates that each source may bring in."""
SCHERPTE = 4.0
"""Factor on the question model's margins before they become shares."""


@dataclass(frozen=True)
class Vraag:
    """A message, made ready for searching."""

    tokens: Sequence[Token]
    vector: sparse.csr_matrix
    """(1, features)"""
    bereik: Mapping[str, float]
    """Shares of `scope.LABELS`: a product question, out of scope, or another dialogue act."""


@dataclass(frozen=True)
class Treffer:
    """A product in the ranking."""

    product: str
    zekerheid: float
    signalen: tuple[float, ...]


@dataclass(frozen=True)
class Ranking:
    """Products, most certain first, and the certainty that none of them is meant."""

    treffers: tuple[Treffer, ...]
    geen: float


@dataclass(frozen=True)
class Onderdelen:
    """The parts of a searcher; arrays are in the order of its products."""

    order: Sequence[str]
    model_column: np.ndarray
    """Place among the labels of the question model; -1 for a product it does not know."""
    columns: Sequence[tuple[Neighbours, np.ndarray, np.ndarray]]
    """Examples (of the library, then of the texts), the places of their products, and the columns that belong there."""
    fields: FieldIndex
    names: NameIndex


class Searcher:
    """Search over one set of live products. Build a new one (`renewed`) when they change."""

    def __init__(
        self,
        products: Mapping[str, Product],
        *,
        model: LinearModel,
        from_library: Neighbours,
        analyse: Analyse,
        vectorise: Vectorise,
        known: Mapping[str, Prepared] | None = None,
    ) -> None:
        """
        Args:
            products: id → live text.
            model: the question model; products it does not know are found by the other signals.
            from_library: the questions of the library; they do not change while it runs.
            analyse, vectorise: language pipeline and features.
            known: texts that were made ready before; one that did not change is taken from there.
        """
        self.products = dict(products)
        self._model = model
        self._analyse, self._vectorise = analyse, vectorise
        self._texts = prepare(self.products, known or {}, analyse, vectorise)
        self._fields = FieldIndex({product: text.velden for product, text in self._texts.items()})
        self._names = NameIndex(self._texts)
        self._order = self._fields.products
        self._place = {product: index for index, product in enumerate(self._order)}
        self._from_library = from_library
        self._from_texts = _neighbours_of(list(self._texts.values()), vectorise)
        self._columns = [
            (source, *_matching(source.products, self._place)) for source in (self._from_library, self._from_texts)
        ]
        in_model = {label: index for index, label in enumerate(model.labels)}
        self._model_column = np.array([in_model.get(product, -1) for product in self._order])

    def renewed(
        self, products: Mapping[str, Product], analyse: Analyse | None = None, stale: Set[str] = frozenset()
    ) -> Searcher:
        """A searcher over a new set of products, built from this one as far as nothing changed.

        Args:
            products: id → live text.
            analyse: the language pipeline, when it has other concepts than before.
            stale: products whose text those concepts may reach (`prepared.reached_by`), the same or not.
        """
        return Searcher(
            products,
            model=self._model,
            from_library=self._from_library,
            analyse=analyse or self._analyse,
            vectorise=self._vectorise,
            known={product: text for product, text in self._texts.items() if product not in stale},
        )

    @property
    def texts(self) -> Mapping[str, Prepared]:
        """The live texts, made ready."""
        return self._texts

    def parts(self) -> Onderdelen:
        """What it searches in, for those who ask many questions at once."""
        return Onderdelen(self._order, self._model_column, self._columns, self._fields, self._names)

    def rank(self, vraag: Vraag, ranker: Ranker) -> Ranking:
        """The ranking for a message. An empty message, or one without any known word, gives an empty ranking."""
        if not vraag.tokens or not vraag.vector.nnz:
            return Ranking((), 1.0)
        candidates, signals = self.signals(vraag)
        certainties, none = ranker.certainties(signals, question_signals(vraag))
        order = np.argsort(-certainties, kind="stable")
        return Ranking(
            tuple(
                Treffer(self._order[candidates[index]], float(certainties[index]), tuple(signals[index].tolist()))
                for index in order
            ),
            none,
        )

    def signals(self, vraag: Vraag, hidden: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Candidates (places in `order`) and their signals, (candidates, len(SIGNALEN)).

        Args:
            vraag: the message.
            hidden: (products,) True for those that should be taken to be new (unknown to the question model, no
                questions in the library), for training the ranker; None hides none.
        """
        margins, new = self._margins(vraag.vector, hidden)
        best = self._similar(vraag.vector, hidden)
        words = content_words(vraag.tokens)
        fields = self._fields.scores(words)
        candidates = np.unique(
            np.r_[_top(margins, UIT_MODEL), _top(best, UIT_BUREN), _top(fields, UIT_VELDEN)].astype(np.int64)
        )
        lemmas = set(words)
        best_field = fields.max()
        shares = np.exp((margins - margins.max()) * SCHERPTE)
        shares /= shares.sum()
        columns = []
        for place in candidates:
            fresh = float(new[place])
            columns.append(
                (
                    np.log(shares[place] + 1e-6),
                    best[place],
                    fields[place] - best_field,
                    self._names.coverage(self._order[place], lemmas),
                    fresh,
                    fresh * best[place],
                    fresh * fields[place],
                )
            )
        signals = np.array(columns, dtype=np.float64)
        assert signals.shape[1] == len(SIGNALEN)
        return candidates, signals

    def named(self, tokens: Sequence[Token]) -> str | None:
        """The product that a message calls by its name or synonym and says no more about; None when there is none."""
        return self._names.named(tokens)

    def asked(self, tokens: Sequence[Token]) -> str | None:
        """The product of which a message is an example question, word for word; None when there is none, or several."""
        return self._names.asked(tokens)

    def product_at(self, place: int) -> str:
        """Id of the product at a place of the order."""
        return self._order[place]

    def explain(self, vraag: Vraag, product: str) -> dict[str, object]:
        """Why a product was found: fields and words, nearest example, and the features that weighed most."""
        words = content_words(vraag.tokens)
        found = [source.nearest(vraag.vector, product) for source in (self._from_library, self._from_texts)]
        nearest = max((one for one in found if one), key=lambda one: one[1], default=None)
        return {
            "velden": self._fields.matches(product, words),
            "voorbeeld": nearest[0].vraag if nearest else None,
            "gelijkenis": round(nearest[1], 3) if nearest else 0.0,
        }

    def model_weights(self, vraag: Vraag, product: str) -> list[tuple[int, float]]:
        """(feature, contribution) of the question model for a product, largest first; empty when it is new."""
        column = self._model_column[self._place[product]]
        if column < 0:
            return []
        parts = self._model.parts(vraag.vector, int(column))
        return sorted(zip(vraag.vector.indices.tolist(), parts.tolist(), strict=True), key=lambda item: -item[1])

    def _similar(self, row: sparse.csr_matrix, hidden: np.ndarray | None) -> np.ndarray:
        """Similarity of the nearest example per product, in the order of the products."""
        found = np.zeros(len(self._order), dtype=np.float32)
        for source, places, columns in self._columns:
            nearest = source.best(row)[columns]
            if hidden is not None and source is self._from_library:
                nearest = np.where(hidden[places], 0, nearest)
            found[places] = np.maximum(found[places], nearest)
        return found

    def _margins(self, row: sparse.csr_matrix, hidden: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Margins in the order of the products; one the model does not know gets the margin of an ordinary wrong one."""
        scores = self._model.scores(row)
        new = self._model_column < 0
        if hidden is not None:
            new = new | hidden
        margins = scores[np.maximum(self._model_column, 0)]
        if new.any():
            margins = np.where(new, np.median(scores), margins)
        return margins, new


def question_signals(vraag: Vraag) -> np.ndarray:
    """Signals of the message itself (`ranker.VRAAGSIGNALEN`)."""
    return np.array([1.0, vraag.bereik.get(BUITEN_SCOPE, 0.0)])


def _neighbours_of(texts: Sequence[Prepared], vectorise: Vectorise) -> Neighbours:
    """Neighbours among the examples that stand in the live texts."""
    voorbeelden = [voorbeeld for text in texts for voorbeeld in text.voorbeelden]
    vectors = [text.vectors for text in texts]
    return Neighbours(voorbeelden, sparse.vstack(vectors, format="csr") if vectors else vectorise([]))


def _matching(products: Sequence[str], place: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Places in our order, and the columns that belong there, of the products that are live."""
    live = [(place[product], column) for column, product in enumerate(products) if product in place]
    return np.array([pair[0] for pair in live], dtype=np.int64), np.array([pair[1] for pair in live], dtype=np.int64)


def _top(scores: np.ndarray, count: int) -> np.ndarray:
    if len(scores) <= count:
        return np.arange(len(scores))
    places = np.argpartition(-scores, count - 1)[:count]
    return np.asarray(places[scores[places] > scores.min()])
