"""Vectors of texts: one text at a time gives the same as scikit-learn gives for many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.features import TextFeatures
from bot.search.text import Token

_WORDS = ["paspoort", "paspoorten", "kliko", "de", "én", "a", "id", "verhuizen", "🙂x", "onbekendwoord"]
_tokens = st.builds(
    Token,
    st.sampled_from(_WORDS) | st.text("abpk", min_size=1, max_size=6),
    st.sampled_from(_WORDS),
    st.none() | st.just("t"),
)
FITTED = [
    [Token("paspoort", "paspoort", "reisdocument"), Token("de", "de"), Token("kliko", "kliko")],
    [Token("paspoorten", "paspoort"), Token("id", "id", "t"), Token("a", "a")],
    [Token("verhuizen", "verhuizen"), Token("én", "en"), Token("kliko", "kliko"), Token("kliko", "kliko")],
]


def fitted(min_df: int = 1) -> TextFeatures:
    features = TextFeatures(min_df=min_df)
    features.fit(FITTED)
    return features


features = fitted()


@given(st.lists(_tokens, max_size=25))
def test_one_text_gives_the_vector_that_scikit_learn_gives(tokens: list[Token]) -> None:
    one, many = features([tokens]), features([tokens, FITTED[0]])[0]
    assert one.shape == many.shape == (1, features.size)
    assert one.dtype == many.dtype == np.float32
    assert one.has_canonical_format
    np.testing.assert_allclose(one.toarray(), many.toarray(), atol=1e-6)


def test_rare_words_are_left_out_in_both_ways() -> None:
    rare = fitted(min_df=2)
    assert rare.size < features.size
    for tokens in FITTED:
        np.testing.assert_allclose(rare([tokens]).toarray(), rare([tokens, tokens])[:1].toarray(), atol=1e-6)


def test_no_text_and_unknown_words_give_nothing() -> None:
    assert features([[]]).nnz == 0
    assert features([[Token("zzz", "zzz")]]).nnz == 0


def test_a_concept_counts_as_a_word() -> None:
    with_concept = features([[Token("x", "x", "reisdocument")]])
    assert with_concept.nnz == 1
    assert features([[Token("x", "x")]]).nnz == 0


def test_both_halves_of_a_vector_have_length_one() -> None:
    assert np.linalg.norm(features([FITTED[0]]).toarray()) == pytest.approx(np.sqrt(2))
