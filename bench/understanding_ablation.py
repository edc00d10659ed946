"""Ablation: the ranker fitted anew with signals, sources of candidates, or the thesaurus left out.

The signals of a candidate do not depend on which other candidates there are. So they are worked out once, with the
sources that brought each candidate in, and every variant takes the columns and the rows it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from bench.statistics import paired_difference
from bench.understanding_figures import answered_at_precision, calibration_error, draws, interval
from bench.understanding_model import Learned
from bot.catalog.product import Product
from bot.catalog.thesaurus import THESAURUS, read_thesaurus
from bot.nlu.library import Library
from bot.search import searcher as searching
from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT
from bot.search.concepts import Concepts
from bot.search.dutch import Dutch
from bot.search.features import TextFeatures
from bot.search.fields import content_words
from bot.search.knowledge import VERGEET, _some
from bot.search.linear import LinearModel, fit_linear
from bot.search.neighbours import Neighbours
from bot.search.ranker import SIGNALEN, VRAAGSIGNALEN, Geval, Ranker, fit_ranker
from bot.search.scope import fit_scope
from bot.search.searcher import Searcher, Vraag, question_signals
from bot.search.text import Token

SEED = 11
"""The seed of `bot.search.knowledge.learn`, so that the same questions and hidden products are drawn."""
MODEL, NEAREST, FIELDS = "vraagmodel", "voorbeelden", "tekstvelden"
SOURCES = (MODEL, NEAREST, FIELDS)
FAMILIES: Mapping[str, tuple[str, ...]] = {
    MODEL: ("log_aandeel",),
    NEAREST: ("buur", "nieuw_buur"),
    FIELDS: ("velden_achterstand", "nieuw_velden"),
    "namen": ("naam_dekking",),
    "nieuw product": ("nieuw", "nieuw_buur", "nieuw_velden"),
    "bericht": tuple(name for name in VRAAGSIGNALEN if name != "een"),
}
"""Signals that come from one thing."""
GROUPS = ("alles", "familie", "signaal", "bron", "familie en bron", "thesaurus", "samen")
TOP1_LOSS, COVERAGE_LOSS, NEW_LOSS, CALIBRATION_LOSS = 0.002, 0.005, 0.005, 0.002
"""What leaving something out may cost at most, if it is said not to earn its place."""


@dataclass(frozen=True)
class Case:
    """One question with all its candidates."""

    signals: np.ndarray
    """(candidates, len(SIGNALEN))."""
    question: np.ndarray
    right: np.ndarray
    """(candidates,) bool."""
    sources: np.ndarray
    """(candidates, len(SOURCES)) bool: which sources brought it in."""


@dataclass(frozen=True)
class Cases:
    """The questions that the ranker is fitted on and those that it is measured on."""

    fit: list[Case]
    test: list[Case]
    new: list[Case]
    """The test questions, their right product taken as added after training: no class, no library questions."""


@dataclass(frozen=True)
class Variant:
    """What is left out."""

    group: str
    name: str
    signals: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scored:
    """What a variant made of the test questions; (questions,) each."""

    first: np.ndarray
    three: np.ndarray
    certainty: np.ndarray
    inside: np.ndarray
    new_first: np.ndarray


@dataclass(frozen=True)
class Change:
    """A figure of a variant, and its difference with the whole engine."""

    value: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """A variant with its figures."""

    variant: Variant
    top1: Change
    top3: Change
    calibration: Change
    coverage: Change
    new: Change

    @property
    def earns(self) -> bool:
        """Whether the figures show that what was left out is missed."""
        changes = ((self.top1, TOP1_LOSS), (self.coverage, COVERAGE_LOSS), (self.new, NEW_LOSS))
        worse = any(change.difference < -loss or change.high < 0 for change, loss in changes)
        return worse or (self.calibration.low > 0 and self.calibration.difference > CALIBRATION_LOSS)


def variants() -> list[Variant]:
    """All that is left out in turn; the first leaves nothing out. A family of one signal is left out as a signal."""
    every = [*SIGNALEN, *(name for name in VRAAGSIGNALEN if name != "een")]
    return [
        Variant("alles", "niets weggelaten"),
        *(Variant("familie", name, frozenset(signals)) for name, signals in FAMILIES.items() if len(signals) > 1),
        *(Variant("signaal", name, frozenset([name])) for name in every),
        *(Variant("bron", name, sources=frozenset([name])) for name in SOURCES),
        *(Variant("familie en bron", name, frozenset(FAMILIES[name]), frozenset([name])) for name in SOURCES),
    ]


class TracingSearcher(Searcher):
    """A searcher that can tell which source brought in each candidate of the last message."""

    def _similar(self, row: sparse.csr_matrix, hidden: np.ndarray | None) -> np.ndarray:
        self._best = super()._similar(row, hidden)
        return self._best

    def _margins(self, row: sparse.csr_matrix, hidden: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        self._margin, new = super()._margins(row, hidden)
        return self._margin, new

    def brought_in(self, vraag: Vraag) -> dict[str, set[int]]:
        """Which candidates each source brought in, of the message whose signals were just worked out."""
        fields = self._fields.scores(content_words(vraag.tokens))
        return {
            MODEL: set(searching._top(self._margin, searching.UIT_MODEL).tolist()),
            NEAREST: set(searching._top(self._best, searching.UIT_BUREN).tolist()),
            FIELDS: set(searching._top(fields, searching.UIT_VELDEN).tolist()),
        }


@dataclass(frozen=True)
class Parts:
    """Everything that turns a text into signals."""

    searcher: TracingSearcher
    tokens: Callable[[Sequence[str]], list[list[Token]]]
    """Words as field search and names see them."""
    vectors: Callable[[list[list[Token]]], sparse.csr_matrix]
    shares: Callable[[sparse.csr_matrix], Mapping[str, float]]


def parts_of(learned: Learned, products: Mapping[str, Product], dutch: Dutch) -> Parts:
    """The parts of the trained engine."""
    return _parts(
        learned.knowledge.questions,
        learned.knowledge.library,
        learned.knowledge.scope.shares,
        products,
        dutch.many,
        learned.features,
    )


def parts_with_plain_fields(learned: Learned, products: Mapping[str, Product], plain: Dutch) -> Parts:
    """The same with the thesaurus left out of field search and names; the features keep it."""
    concepts = Concepts(read_thesaurus(THESAURUS), plain)

    def vectors(texts: Sequence[Sequence[Token]]) -> sparse.csr_matrix:
        return learned.features([concepts(list(tokens)) for tokens in texts])

    return _parts(
        learned.knowledge.questions,
        learned.knowledge.library,
        learned.knowledge.scope.shares,
        products,
        plain.many,
        vectors,
    )


def parts_without_thesaurus(
    library: Library, acts: Sequence[tuple[str, str]], plain: Dutch, say: Callable[[str], None]
) -> Parts:
    """Everything learned again without the thesaurus.

    Args:
        library: questions and products.
        acts: Rasa's examples (text, dialogue act), those of product questions among them.
        plain: the language pipeline without thesaurus.
        say: told what happens.
    """
    say("Zonder thesaurus: woorden")
    other = [(text, act) for text, act in acts if act != VRAAG_PRODUCT]
    groups = [
        plain.many(texts)
        for texts in (
            [text for text, _ in acts],
            library.questions.texts,
            library.outside.texts,
            library.subjects.texts,
            [text for text, _ in other],
        )
    ]
    examples, questions, outside, subjects, others = groups
    say("Zonder thesaurus: kenmerken")
    features = TextFeatures()
    features.fit([*examples, *questions, *outside, *subjects])
    vectors = features(questions)
    say("Zonder thesaurus: vraagmodel")
    model = fit_linear(vectors, [one.product for one in library.voorbeelden])
    say("Zonder thesaurus: buiten bereik")
    inside = sparse.vstack([features(subjects), vectors], format="csr")
    scope = fit_scope(
        sparse.vstack([inside, features(others), features(outside)], format="csr"),
        [VRAAG_PRODUCT] * inside.shape[0] + [act for _, act in other] + [BUITEN_SCOPE] * len(outside),
    )
    kept = [index for index, one in enumerate(library.voorbeelden) if one.bron == "bibliotheek"]

    neighbours = Neighbours([library.voorbeelden[index] for index in kept], vectors[kept])
    return _parts(model, neighbours, scope.shares, library.products, plain.many, features)


def _parts(
    model: LinearModel, library: Neighbours, shares: Any, products: Mapping[str, Product], analyse: Any, vectorise: Any
) -> Parts:
    searcher = TracingSearcher(
        products,
        model=model,
        from_library=library,
        analyse=analyse,
        vectorise=vectorise,
    )
    return Parts(searcher, analyse, vectorise, shares)


def fit_questions(library: Library) -> list[tuple[str, str | None]]:
    """The held-apart questions that training fits the ranker on."""
    apart = [(text, product) for text, product in library.held_apart if product is None or product in library.products]
    return _some(apart, SEED)


def cases_of(
    parts: Parts,
    fit: Sequence[tuple[str, str | None]],
    test: Sequence[tuple[str, frozenset[str]]],
    advance: Callable[[], None],
) -> Cases:
    """The signals of all questions; `advance` is called after each of the fit and each of the test."""
    rng = np.random.default_rng(SEED)
    searcher = parts.searcher
    products = len(searcher.products)
    fitted, tested, new = [], [], []
    for vraag, (_, product) in zip(_questions(parts, [text for text, _ in fit]), fit, strict=True):
        if vraag.tokens and vraag.vector.nnz:
            right = frozenset([product]) if product else frozenset()
            fitted.append(_case(searcher, vraag, right, rng.random(products) < VERGEET))
        advance()
    for vraag, (_, right) in zip(_questions(parts, [text for text, _ in test]), test, strict=True):
        tested.append(_case(searcher, vraag, right, None))
        if len(right) == 1:
            (only,) = right
            hidden = np.array([searcher.product_at(place) == only for place in range(products)])
            new.append(_case(searcher, vraag, right, hidden))
        advance()
    return Cases(fitted, tested, new)


def _questions(parts: Parts, texts: Sequence[str]) -> list[Vraag]:
    tokens = parts.tokens(texts)
    matrix = parts.vectors(tokens)
    return [Vraag(tokens[index], matrix[index], parts.shares(matrix[index])) for index in range(len(texts))]


def _case(searcher: TracingSearcher, vraag: Vraag, right: frozenset[str], hidden: np.ndarray | None) -> Case:
    if not vraag.tokens or not vraag.vector.nnz:
        empty = np.zeros((0, len(SIGNALEN)))
        return Case(empty, question_signals(vraag), np.zeros(0, bool), np.zeros((0, len(SOURCES)), bool))
    candidates, signals = searcher.signals(vraag, hidden)
    brought = searcher.brought_in(vraag)
    return Case(
        signals,
        question_signals(vraag),
        np.array([searcher.product_at(place) in right for place in candidates], dtype=bool),
        np.array([[place in brought[source] for source in SOURCES] for place in candidates], dtype=bool),
    )


def reduced(case: Case, variant: Variant) -> Geval:
    """A question as the variant sees it: without its columns, and without candidates that no other source brings."""
    columns = [index for index, name in enumerate(SIGNALEN) if name not in variant.signals]
    asked = [index for index, name in enumerate(VRAAGSIGNALEN) if name not in variant.signals]
    left = [index for index, name in enumerate(SOURCES) if name not in variant.sources]
    rows = case.sources[:, left].any(axis=1)
    return Geval(case.signals[rows][:, columns], case.question[asked], case.right[rows])


def fit_variant(cases: Sequence[Case], variant: Variant) -> Ranker:
    """The ranker of a variant, fitted as training does."""
    return fit_ranker([geval for geval in (reduced(case, variant) for case in cases) if len(geval.goed)])


def score(cases: Cases, inside: Sequence[bool], variant: Variant) -> Scored:
    """Fit a variant and measure it. `inside` says per test question whether a product answers it."""
    ranker = fit_variant(cases.fit, variant)
    found = [_ranked(ranker, reduced(case, variant)) for case in cases.test]
    new = [_ranked(ranker, reduced(case, variant))[0] for case in cases.new]
    first, three, certainty = zip(*found, strict=True)
    return Scored(np.array(first), np.array(three), np.array(certainty), np.array(inside, dtype=bool), np.array(new))


def _ranked(ranker: Ranker, geval: Geval) -> tuple[bool, bool, float]:
    """Whether the first is right, one of the first three is, and the certainty of the first."""
    if not len(geval.goed):
        return False, False, 0.0
    certainties, _ = ranker.certainties(geval.signalen, geval.vraag)
    order = np.argsort(-certainties, kind="stable")
    return bool(geval.goed[order[0]]), bool(geval.goed[order[:3]].any()), float(certainties[order[0]])


def compare(variant: Variant, own: Scored, whole: Scored) -> Result:
    """The figures of a variant beside those of the whole engine, with paired intervals over the same questions."""
    weights = draws(len(own.first))
    return Result(
        variant,
        _paired(own.first[own.inside], whole.first[whole.inside]),
        _paired(own.three[own.inside], whole.three[whole.inside]),
        _resampled(calibration_error, own, whole, weights),
        _resampled(answered_at_precision, own, whole, weights),
        _paired(own.new_first, whole.new_first),
    )


def _paired(own: np.ndarray, whole: np.ndarray) -> Change:
    return Change(float(own.mean()), *paired_difference(own.tolist(), whole.tolist()))


def _resampled(measure: Callable[..., np.ndarray], own: Scored, whole: Scored, weights: np.ndarray) -> Change:
    value, other = (float(measure(one.certainty, one.first)[0]) for one in (own, whole))
    drawn = measure(own.certainty, own.first, weights) - measure(whole.certainty, whole.first, weights)
    return Change(value, value - other, *interval(drawn))


def superfluous(results: Sequence[Result]) -> Variant:
    """The single signals that are not missed, all left out together; whether they are missed then is another question."""
    names = [one.variant.name for one in results if one.variant.group == "signaal" and not one.earns]
    return Variant("samen", "alle signalen die alleen niet worden gemist", frozenset(names))


def trimmed(cases: Cases, inside: Sequence[bool], whole: Scored, results: Sequence[Result]) -> Result:
    """Leave out one signal after another, the least missed first, as long as the whole does not miss them.

    All at once would also take away signals that stand in for each other.
    """
    order = sorted(
        (one for one in results if one.variant.group == "signaal" and not one.earns),
        key=lambda one: (-one.top1.difference - one.coverage.difference, one.variant.name),
    )
    kept = replace(results[0], variant=Variant("samen", "een voor een, zolang het kan"))
    for one in order:
        trial = replace(kept.variant, signals=kept.variant.signals | one.variant.signals)
        result = compare(trial, score(cases, inside, trial), whole)
        if not result.earns:
            kept = result
    return kept
