"""Figures of the report on understanding: pure functions over answers, with their intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.statistics import hit, wilson
from bench.task import SEED
from bench.understanding_sets import PAIR, Asked, product_questions
from bot.search.decision import Uitkomst

BINS = 10
PRECISION = 0.95
"""The share of direct answers that must be right, for the figure "answered at this precision"."""
RESAMPLES = 2000


@dataclass(frozen=True)
class Rate:
    """A share of a number of questions."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval."""
        return wilson(self.hits, self.total)


def rate(hits: Sequence[bool]) -> Rate:
    """The share of True."""
    return Rate(sum(hits), len(hits))


def inside(asked: Sequence[Asked]) -> list[Asked]:
    """Product questions that a product answers."""
    return [one for one in product_questions(asked) if one.vraag.producten]


def outside(asked: Sequence[Asked]) -> list[Asked]:
    """Product questions that no product answers."""
    return [one for one in product_questions(asked) if not one.vraag.producten]


def is_answered(one: Asked) -> bool:
    """Whether one product was answered directly."""
    return one.result.uitkomst is Uitkomst.ANTWOORD


def is_first(one: Asked, most: int = 1) -> bool:
    """Whether a right product is among the first `most`."""
    return hit(one.result.ranking, one.vraag.producten, most)


def is_covered(one: Asked) -> bool:
    """Answered right, or asked back with a right choice among the buttons."""
    if is_answered(one):
        return one.result.product in one.vraag.producten
    return one.result.uitkomst is Uitkomst.VERDUIDELIJKING and bool(one.vraag.producten & set(one.result.kandidaten))


def hits_top1(asked: Sequence[Asked]) -> list[bool]:
    """Whether the first product is right, per question that a product answers."""
    return [is_first(one) for one in inside(asked)]


def hits_precision(asked: Sequence[Asked]) -> list[bool]:
    """Whether the answered product is right, per direct answer to a product question, in and out of scope."""
    return [one.result.product in one.vraag.producten for one in product_questions(asked) if is_answered(one)]


def hits_false(asked: Sequence[Asked]) -> list[bool]:
    """Whether a product was answered, per question that no product answers."""
    return [is_answered(one) for one in outside(asked)]


MEASURES: dict[str, Callable[[Sequence[Asked]], list[bool]]] = {
    "top1": hits_top1,
    "top3": lambda asked: [is_first(one, 3) for one in inside(asked)],
    "direct": lambda asked: [is_answered(one) for one in inside(asked)],
    "antwoord_precisie": hits_precision,
    "gedekt": lambda asked: [is_covered(one) for one in inside(asked)],
    "vals_antwoord": hits_false,
    "aspect_juist": lambda asked: [one.result.aspect == one.vraag.aspect for one in inside(asked) if one.vraag.aspect],
    "act_juist": lambda asked: [one.result.act == one.vraag.act for one in asked if one.vraag.act is not None],
}
"""The figures, by the same definitions as `bot.search.measure`."""


def figures(asked: Sequence[Asked]) -> dict[str, Rate]:
    """All figures."""
    return {name: rate(measure(asked)) for name, measure in MEASURES.items()}


def by_style(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    """Product questions by their style; a style of questions without a right product as well."""
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in product_questions(asked):
        groups[one.vraag.stijl].append(one)
    return dict(sorted(groups.items()))


def second_needs(asked: Sequence[Asked]) -> Rate:
    """Share of messages with a second need in which both needs were found, whichever came first."""
    return rate(
        [
            one.result.product is not None
            and one.second is not None
            and (
                (one.result.product in one.vraag.producten and one.second in one.item.second)
                or (one.result.product in one.item.second and one.second in one.vraag.producten)
            )
            for one in asked
            if one.item.second
        ]
    )


def needless_seconds(asked: Sequence[Asked]) -> tuple[Rate, Rate]:
    """Of the messages with one need that were offered a second: the answer right, and the best of the whole message right."""
    found = [one for one in inside(asked) if one.second is not None and not one.item.second]
    return rate([one.result.product in one.vraag.producten for one in found]), rate([is_first(one) for one in found])


def whole_pairs(asked: Sequence[Asked]) -> Rate:
    """Share of pairs of questions that differ in one word of which both have the right first product."""
    pairs: dict[str, list[bool]] = defaultdict(list)
    for one in asked:
        if one.vraag.stijl.startswith(PAIR):
            pairs[one.vraag.stijl].append(is_first(one))
    return rate([all(both) for both in pairs.values()])


@dataclass(frozen=True)
class Bin:
    """Questions whose certainty lies between two bounds."""

    low: float
    high: float
    count: int
    certainty: float
    """Mean certainty of the best product."""
    right: int

    @property
    def share(self) -> float:
        """Observed share right; 0 of nothing."""
        return self.right / self.count if self.count else 0.0


def bin_of(certainties: np.ndarray) -> np.ndarray:
    """The bin (0 to BINS - 1) of each certainty; 1.0 falls into the last."""
    return np.minimum((np.asarray(certainties) * BINS).astype(int), BINS - 1)


def reliability(certainties: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Predicted certainty against observed share right, in ten bins of equal width."""
    values, good = np.asarray(certainties, dtype=float), np.asarray(right, dtype=bool)
    place = bin_of(values)
    return [
        Bin(
            index / BINS,
            (index + 1) / BINS,
            int((place == index).sum()),
            float(values[place == index].mean()) if (place == index).any() else 0.0,
            int(good[place == index].sum()),
        )
        for index in range(BINS)
    ]


def calibration_error(certainties: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Expected calibration error: the mean distance between certainty and share right, over ten bins by their size.

    Args:
        certainties, right: (questions,).
        weights: (draws, questions) how often each question is drawn; None for all once.

    Returns:
        (draws,).
    """
    if weights is None:
        weights = np.ones((1, len(certainties)))
    gap = (np.asarray(certainties) - np.asarray(right, dtype=float))[:, None]
    member = bin_of(certainties)[:, None] == np.arange(BINS)
    return np.abs(weights @ (gap * member)).sum(axis=1) / weights.sum(axis=1)


def answered_at_precision(
    certainties: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None, precision: float = PRECISION
) -> np.ndarray:
    """The largest share of questions that one threshold can answer while so large a share of the answers is right.

    Shapes as in `calibration_error`.
    """
    if weights is None:
        weights = np.ones((1, len(certainties)))
    order = np.argsort(-np.asarray(certainties), kind="stable")
    drawn = weights[:, order]
    answered = drawn.cumsum(axis=1)
    good = (drawn * np.asarray(right, dtype=float)[order]).cumsum(axis=1)
    enough = (good >= precision * answered) & (answered > 0)
    return np.where(enough, answered, 0).max(axis=1) / drawn.sum(axis=1)


def draws(count: int, resamples: int = RESAMPLES) -> np.ndarray:
    """(draws, questions) how often a bootstrap draws each question; fixed seed."""
    rng = np.random.default_rng(SEED)
    return rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95% interval of bootstrapped values."""
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def confusions(asked: Sequence[Asked]) -> list[tuple[str, str, int, str]]:
    """(expected, found, count, an example) of the questions whose first product is wrong; most frequent first."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in inside(asked):
        if not is_first(one):
            found = one.result.ranking[0] if one.result.ranking else "(niets)"
            groups[" / ".join(sorted(one.vraag.producten)), found].append(one.vraag.vraag)
    rows = [(expected, found, len(texts), min(texts, key=len)) for (expected, found), texts in groups.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def errors(asked: Sequence[Asked]) -> list[Asked]:
    """Product questions in scope whose first product is wrong, or that were not covered."""
    return [one for one in inside(asked) if not (is_first(one) and is_covered(one))]
