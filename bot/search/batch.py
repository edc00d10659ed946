"""Many questions through the search at once, for the gate. The outcome is that of `Searcher.rank`, question by question.

What does not depend on the live texts (words, vector, question model, examples of the library) is worked out once per question
and kept in a `Rij`: a changed text asks for none of it again. A test holds the two ways side by side.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from scipy import sparse

from bot.search.acts import ActModel, total_per_act
from bot.search.dutch import Dutch
from bot.search.features import TextFeatures
from bot.search.fields import content_words
from bot.search.knowledge import Knowledge
from bot.search.ranker import Ranker
from bot.search.searcher import (
    SCHERPTE,
    UIT_BUREN,
    UIT_MODEL,
    UIT_VELDEN,
    Onderdelen,
    Ranking,
    Searcher,
    Treffer,
    Vraag,
    question_signals,
)
from bot.search.text import Token

SAMEN = 256
"""Questions that are worked out at once: more takes more memory and no less time."""
GEHEUGEN = 40_000
"""Questions that are kept ready, at most: some 7 kB each."""


@dataclass(frozen=True)
class Geleerd:
    """All that was learned in training."""

    features: TextFeatures
    acts: ActModel
    knowledge: Knowledge


Key = tuple[str, tuple[str | None, ...]]
"""A question and the concepts in it: all that its `Rij` depends on."""


@dataclass(frozen=True)
class Rij:
    """A question, as far as it does not depend on the live texts."""

    tekst: str
    vraag: Vraag
    acts: Mapping[str, float]
    """Share per dialogue act, largest first."""
    marges: np.ndarray
    """Of the question model, in the order of its labels."""
    bibliotheek: np.ndarray
    """Likeness of the nearest question of the library per product, in the order of `Neighbours.products`."""

    @property
    def key(self) -> Key:
        """What it depends on."""
        return self.tekst, tuple(token.begrip for token in self.vraag.tokens)


@dataclass(frozen=True)
class Randen:
    """What a product must reach to become a candidate by an example, or by the words of its text."""

    buur: float
    veld: float


class Lezer:
    """Makes questions ready, and keeps what it made for the next time."""

    def __init__(self, geleerd: Geleerd) -> None:
        self.geleerd = geleerd
        self._tokens: OrderedDict[str, list[Token]] = OrderedDict()
        self._keys: WeakKeyDictionary[Dutch, dict[str, Key]] = WeakKeyDictionary()
        self._rijen: OrderedDict[Key, Rij] = OrderedDict()

    def __call__(self, teksten: Sequence[str], dutch: Dutch) -> list[Rij]:
        """The questions made ready, in the same order, by the concepts of `dutch`."""
        keys = self._keys.setdefault(dutch, {})
        todo = [tekst for tekst in dict.fromkeys(teksten) if keys.get(tekst) not in self._rijen]
        fresh = [tekst for tekst in todo if tekst not in self._tokens]
        self._tokens.update(zip(fresh, dutch.many(fresh), strict=True))
        for start in range(0, len(todo), SAMEN):
            marked = [(tekst, dutch.marked(self._tokens[tekst])) for tekst in todo[start : start + SAMEN]]
            keys.update((tekst, (tekst, tuple(token.begrip for token in tokens))) for tekst, tokens in marked)
            unknown = [one for one in marked if keys[one[0]] not in self._rijen]
            for rij in self._made(unknown) if unknown else ():
                self._rijen[rij.key] = rij
        found = [self._rijen[keys[tekst]] for tekst in teksten]
        self._forget()
        return found

    def _made(self, group: Sequence[tuple[str, list[Token]]]) -> Iterator[Rij]:
        geleerd, knowledge = self.geleerd, self.geleerd.knowledge
        # One by one, as messages of residents are: the last bits of a sum depend on its order.
        vectors = [geleerd.features([tokens]) for _, tokens in group]
        matrix = sparse.vstack(vectors, format="csr")
        marges = (matrix @ knowledge.questions.weights).toarray() + knowledge.questions.bias
        library = knowledge.library.many(matrix)
        scopes, acts = knowledge.scope.shares_of_many(matrix), geleerd.acts.shares_of_many(matrix)
        for index, (tekst, tokens) in enumerate(group):
            yield Rij(
                tekst,
                Vraag(tokens, vectors[index], scopes[index]),
                total_per_act(acts[index]),
                marges[index],
                library[index],
            )

    def _forget(self) -> None:
        if len(self._rijen) > GEHEUGEN:
            self._keys.clear()
        for kept in (self._tokens, self._rijen):
            while len(kept) > GEHEUGEN:
                kept.popitem(last=False)  # type: ignore[attr-defined]


def rank_many(rijen: Sequence[Rij], searcher: Searcher, ranker: Ranker) -> Iterator[Ranking]:
    """The ranking of each question, in order; the signals of the products are not kept."""
    return (ranking for ranking, _ in rank_with_edges(rijen, searcher, ranker))


def rank_with_edges(rijen: Sequence[Rij], searcher: Searcher, ranker: Ranker) -> Iterator[tuple[Ranking, Randen]]:
    """The same, each with what another product must reach to take part."""
    parts = searcher.parts()
    for start in range(0, len(rijen), SAMEN):
        yield from _ranked(rijen[start : start + SAMEN], parts, ranker)


def _ranked(rijen: Sequence[Rij], parts: Onderdelen, ranker: Ranker) -> Iterator[tuple[Ranking, Randen]]:
    rows, columns, signals, edges = _signals(rijen, parts)
    asked = np.stack([question_signals(rij.vraag) for rij in rijen])
    utility = ((signals - ranker.midden) / ranker.schaal) @ ranker.gewicht
    none = asked @ ranker.gewicht_geen
    ends = np.searchsorted(rows, np.arange(len(rijen) + 1))
    for index, rij in enumerate(rijen):
        begin, end = ends[index], ends[index + 1]
        if not rij.vraag.tokens or not rij.vraag.vector.nnz or begin == end:
            yield Ranking((), 1.0), Randen(0.0, 0.0)
            continue
        share = np.r_[utility[begin:end], none[index]]
        share = np.exp(share - share.max())
        share /= share.sum()
        places = columns[begin:end]
        yield (
            Ranking(
                tuple(
                    Treffer(parts.order[places[at]], float(share[at]), ())
                    for at in np.argsort(-share[:-1], kind="stable")
                ),
                float(share[-1]),
            ),
            Randen(float(edges[index, 0]), float(edges[index, 1])),
        )


def _signals(rijen: Sequence[Rij], parts: Onderdelen) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(question, product, signals) of every candidate, by question, as `Searcher.signals` for one; and per question the worst
    likeness and the worst words with which a product is a candidate."""
    new = parts.model_column < 0
    scores = np.stack([rij.marges for rij in rijen])
    margins = scores[:, np.maximum(parts.model_column, 0)]
    if new.any():
        margins = np.where(new, np.median(scores, axis=1)[:, None], margins)
    best = np.zeros(margins.shape, dtype=np.float32)
    (library, *own_library), (texts, *own_texts) = parts.columns
    for nearest, (places, taken) in (
        (np.stack([rij.bibliotheek for rij in rijen]), own_library),
        (texts.many(sparse.vstack([rij.vraag.vector for rij in rijen], format="csr")), own_texts),
    ):
        best[:, places] = np.maximum(best[:, places], nearest[:, taken])
    words = [content_words(rij.vraag.tokens) for rij in rijen]
    fields = parts.fields.many(words)
    candidates = _top(margins, UIT_MODEL) | _top(best, UIT_BUREN) | _top(fields, UIT_VELDEN)
    rows, columns = np.nonzero(candidates)
    shares = np.exp((margins - margins.max(axis=1, keepdims=True)) * SCHERPTE)
    shares /= shares.sum(axis=1, keepdims=True)
    fresh = new[columns].astype(np.float64)
    likeness = best[rows, columns].astype(np.float64)
    field = fields[rows, columns].astype(np.float64)
    covered = parts.names.coverages(words)[rows, columns]
    signals = np.stack(
        [
            np.log(shares[rows, columns] + 1e-6),
            likeness,
            field - fields.max(axis=1)[rows],
            covered,
            fresh,
            fresh * likeness,
            fresh * field,
        ],
        axis=1,
    )
    edges = np.stack([_worst(best, UIT_BUREN), _worst(fields, UIT_VELDEN)], axis=1)
    return rows, columns, signals, edges


def _worst(scores: np.ndarray, count: int) -> np.ndarray:
    """The score of the last of so many best, per question; 0 where all are among them."""
    if scores.shape[1] <= count:
        return np.zeros(scores.shape[0])
    return -np.partition(-scores, count - 1, axis=1)[:, count - 1]


def _top(scores: np.ndarray, count: int) -> np.ndarray:
    """(questions, products) True at the best of each question, without those that score as low as the worst of all."""
    found = np.zeros(scores.shape, dtype=bool)
    if scores.shape[1] <= count:
        found[:] = True
        return found
    places = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    worth = np.take_along_axis(scores, places, axis=1) > scores.min(axis=1, keepdims=True)
    np.put_along_axis(found, places, worth, axis=1)
    return found
