"""Texts as sparse vectors: lemmas, pairs of lemmas, and pieces of words.

One vocabulary serves the dialogue acts, the aspects and the products, so that a message is cut up once. The pieces of
words (3-4 characters, with word edges) carry typing errors, inflection and Dutch compounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.search.text import Token

MIN_PIECE, MAX_PIECE = 3, 4


class TextFeatures:
    """TF-IDF of words and of pieces of words, each block scaled to length 1, set side by side."""

    def __init__(self, min_df: int = 3) -> None:
        self._blocks = [
            TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, min_df=min_df, dtype=np.float32)
            for analyzer in (word_features, piece_features)
        ]
        self._idf: list[np.ndarray] = []
        self._words: list[str] | None = None

    def fit(self, texts: Sequence[Sequence[Token]]) -> sparse.csr_matrix:
        """Learn the vocabulary from tokenised texts; returns their vectors, (texts, features)."""
        vectors = sparse.hstack([block.fit_transform(texts) for block in self._blocks], format="csr")
        # scikit-learn works its idf out again at each question for it, and keeps the terms that it left out.
        self._idf = [block.idf_.astype(np.float32) for block in self._blocks]
        for block in self._blocks:
            block.stop_words_ = None
        return vectors

    def __call__(self, texts: Sequence[Sequence[Token]]) -> sparse.csr_matrix:
        """Vectors of tokenised texts, (texts, features), float32. Unknown words count for nothing."""
        if len(texts) == 1:
            return self._one(texts[0])
        return sparse.hstack([block.transform(texts) for block in self._blocks], format="csr")

    def _one(self, tokens: Sequence[Token]) -> sparse.csr_matrix:
        """The same for one text, as each message is: scikit-learn takes four times as long for a single one."""
        indices, values, offset = [], [], 0
        for block, idf in zip(self._blocks, self._idf, strict=True):
            counts = Counter(
                found for piece in block.analyzer(tokens) if (found := block.vocabulary_.get(piece)) is not None
            )
            places = np.fromiter(sorted(counts), dtype=np.int32, count=len(counts))
            weights = (1 + np.log(np.array([counts[place] for place in places], dtype=np.float32))) * idf[places]
            length = np.sqrt((weights**2).sum())
            indices.append(places + offset)
            values.append(weights / length if length else weights)
            offset += len(block.vocabulary_)
        row = np.concatenate(indices).astype(np.int32)
        data = np.concatenate(values).astype(np.float32)
        return sparse.csr_matrix((data, row, np.array([0, len(row)], dtype=np.int32)), shape=(1, offset))

    @property
    def size(self) -> int:
        """Number of features."""
        return sum(len(block.vocabulary_) for block in self._blocks)

    def words_of(self, weights: Sequence[tuple[int, float]], most: int = 5) -> list[str]:
        """The words and pairs of words among weighted features that weighed most, for an explanation.

        Args:
            weights: (feature, weight), largest first.
            most: how many to give.
        """
        if self._words is None:
            self._words = list(self._blocks[0].get_feature_names_out())
        words = [self._words[index] for index, weight in weights if weight > 0 and index < len(self._words)]
        return [word[2:] for word in words if word[0] in "wb"][:most]


def word_features(tokens: Sequence[Token]) -> Iterator[str]:
    """Lemmas, concepts of the thesaurus, and pairs of neighbouring lemmas."""
    lemmas = [token.lemma for token in tokens]
    for token in tokens:
        yield f"w:{token.lemma}"
        if token.begrip is not None:
            yield f"t:{token.begrip}"
    for first, second in pairwise(lemmas):
        yield f"b:{first} {second}"


def piece_features(tokens: Sequence[Token]) -> Iterator[str]:
    """Runs of 3-4 characters inside each word, with a space at both edges."""
    for token in tokens:
        padded = f" {token.woord} "
        length = len(padded)
        for size in range(MIN_PIECE, MAX_PIECE + 1):
            if size > length:
                break
            for start in range(length - size + 1):
                yield f"p:{padded[start : start + size]}"
