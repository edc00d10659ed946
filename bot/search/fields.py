"""Field search over the live product texts: BM25 with a weight per field.

It reads the texts that are live now, so a changed or new text counts without training. Okapi BM25 after Robertson and
Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); fields are weighed before saturation (BM25F).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

import numpy as np
from scipy import sparse

from bot.search.text import STOPWOORDEN, Token

VELDEN: Mapping[str, float] = {"naam": 4.0, "synoniemen": 3.0, "vragen": 1.5, "kort": 1.0, "aspecten": 0.4}
"""Field of a product → its weight."""

K1, B = 1.2, 0.6


def content_words(tokens: Sequence[Token]) -> list[str]:
    """Lemmas that carry a subject; a word of the thesaurus is counted as its concept."""
    return [
        token.begrip or token.lemma
        for token in tokens
        if token.begrip or (token.woord not in STOPWOORDEN and token.lemma not in STOPWOORDEN)
    ]


class FieldIndex:
    """BM25 scores of all live products for a question."""

    def __init__(self, terms: Mapping[str, Mapping[str, Counter[str]]]) -> None:
        """`terms`: product id → field → its content words, counted."""
        self.products = tuple(terms)
        self._terms = terms
        self._vocabulary: dict[str, int] = {}
        rows, columns, values = [], [], []
        for row, velden in enumerate(terms.values()):
            weighted: Counter[str] = Counter()
            for veld, counts in velden.items():
                for word, count in counts.items():
                    weighted[word] += count * VELDEN[veld]  # type: ignore[assignment]
            for word, value in weighted.items():
                rows.append(row)
                columns.append(self._vocabulary.setdefault(word, len(self._vocabulary)))
                values.append(value)
        shape = (len(terms), len(self._vocabulary))
        counts = sparse.csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float32)
        self._weights = _bm25(counts).tocsc()

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """BM25 per product, in the order of `products`, divided by the best score these words could give (0-1)."""
        columns = [self._vocabulary[word] for word in set(words) if word in self._vocabulary]
        if not columns:
            return np.zeros(len(self.products), dtype=np.float32)
        runs = [slice(*self._weights.indptr[column : column + 2]) for column in columns]
        places = np.concatenate([self._weights.indices[run] for run in runs])
        parts = np.concatenate([self._weights.data[run] for run in runs])
        total = np.bincount(places, weights=parts, minlength=len(self.products)).astype(np.float32)
        best = sum(float(self._weights.data[run].max()) for run in runs)
        unknown = len(set(words)) - len(columns)
        # A word that stands in no text at all counts as an average miss, so that gibberish beside one word scores low.
        ceiling = best * (1 + unknown / len(columns))
        return total / ceiling if ceiling else total

    def has(self, word: str) -> bool:
        """Whether a content word stands in any text."""
        return word in self._vocabulary

    def rare(self, words: Set[str], most: int) -> set[str]:
        """Those of some words that stand in fewer texts than `most`, or in none."""
        found = {word: self._vocabulary.get(word) for word in words}
        counts = np.diff(self._weights.indptr)
        return {word for word, column in found.items() if column is None or counts[column] < most}

    def many(self, questions: Sequence[Sequence[str]], places: Sequence[int] | None = None) -> np.ndarray:
        """`scores` for the words of many questions at once, (questions, products); of the products at `places` alone when
        they are given.
        """
        rows, columns = [], []
        ceiling = np.ones(len(questions))
        best = np.asarray(self._weights.max(axis=0).todense()).ravel() if self._vocabulary else np.zeros(0)
        for row, words in enumerate(questions):
            different = set(words)
            known = [self._vocabulary[word] for word in different if word in self._vocabulary]
            if known:
                rows += [row] * len(known)
                columns += known
                ceiling[row] = best[known].sum() * (1 + (len(different) - len(known)) / len(known)) or 1.0
        shape = (len(questions), len(self._vocabulary))
        there = sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
        weights = self._weights if places is None else self._weights.tocsr()[list(places)]
        return np.asarray((there @ weights.T.tocsr()).toarray() / ceiling[:, None], dtype=np.float32)

    def matches(self, product: str, words: Sequence[str]) -> dict[str, list[str]]:
        """Field → the words of the question that stand in it, for an explanation."""
        velden = self._terms[product]
        hits = {veld: [word for word in dict.fromkeys(words) if word in counts] for veld, counts in velden.items()}
        return {veld: found for veld, found in hits.items() if found}


def _bm25(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    documents = counts.shape[0]
    length = np.asarray(counts.sum(axis=1)).ravel()
    mean = length.mean() if documents else 1.0
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((documents - frequency + 0.5) / (frequency + 0.5))
    per_row = np.repeat(K1 * (1 - B + B * length / mean), np.diff(counts.indptr))
    weights = counts.copy()
    weights.data = (counts.data * (K1 + 1) / (counts.data + per_row) * idf[counts.indices]).astype(np.float32)
    return weights
