"""The linear classifier learns what can be learned, and gives what scikit-learn's LinearSVC gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.svm import LinearSVC

from bot.search import linear
from bot.search.linear import fit_linear


def problem(classes: int, each: int, features: int, noise: float, seed: int = 1) -> tuple[sparse.csr_matrix, list[str]]:
    """Points round a centre of each class, scaled to length one as texts are."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, features))
    points = np.repeat(centres, each, axis=0) + noise * rng.normal(size=(classes * each, features))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return sparse.csr_matrix(points.astype(np.float32)), [f"k{number // each}" for number in range(classes * each)]


def predicted(scores: np.ndarray, labels: tuple[str, ...]) -> list[str]:
    return [labels[place] for place in scores.argmax(axis=1)]


def test_what_can_be_told_apart_is_learned() -> None:
    matrix, labels = problem(classes=5, each=20, features=30, noise=0.3)
    model = fit_linear(matrix, labels)
    assert predicted(model.many(matrix), model.labels) == labels


def test_two_words_that_each_mean_something() -> None:
    matrix = sparse.csr_matrix(np.eye(2, dtype=np.float32)[[0, 0, 1, 1]])
    model = fit_linear(matrix, ["a", "a", "b", "b"])
    assert model.scores(matrix[0])[0] > 0 > model.scores(matrix[0])[1]
    assert model.scores(matrix[2])[1] > 0 > model.scores(matrix[2])[0]


def test_it_comes_close_to_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "PASSES", 200)
    monkeypatch.setattr(linear, "NOTHING", 0)
    matrix, labels = problem(classes=4, each=30, features=15, noise=1.5)
    ours = fit_linear(matrix, labels, c=0.5)
    theirs = LinearSVC(C=0.5, tol=1e-6, max_iter=20_000, random_state=0).fit(matrix, labels)
    np.testing.assert_allclose(ours.many(matrix), theirs.decision_function(matrix), atol=0.01)


def test_a_few_passes_give_nearly_the_same_choices() -> None:
    matrix, labels = problem(classes=6, each=40, features=40, noise=1.0)
    ours = fit_linear(matrix, labels, c=0.5)
    theirs = LinearSVC(C=0.5, max_iter=20_000, random_state=0).fit(matrix, labels)
    agreed = np.mean(np.array(predicted(ours.many(matrix), ours.labels)) == theirs.predict(matrix))
    assert agreed >= 0.98


def test_more_cores_give_the_same_model(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, labels = problem(classes=5, each=10, features=12, noise=0.8)
    alone = fit_linear(matrix, labels, jobs=1)
    monkeypatch.setattr(linear, "ENOUGH_FOR_MORE_CORES", 0)
    shared = fit_linear(matrix, labels, jobs=2)
    assert (alone.weights != shared.weights).nnz == 0
    np.testing.assert_array_equal(alone.bias, shared.bias)
    assert alone.labels == shared.labels


def test_the_same_seed_gives_the_same_model() -> None:
    matrix, labels = problem(classes=3, each=10, features=8, noise=1.0)
    assert (fit_linear(matrix, labels).weights != fit_linear(matrix, labels).weights).nnz == 0


def test_balanced_hears_a_small_class() -> None:
    matrix, labels = problem(classes=2, each=60, features=6, noise=1.5)
    few = sparse.vstack([matrix[:60], matrix[60:64]], format="csr")
    scores = {
        balanced: fit_linear(few, labels[:64], balanced=balanced).many(few[60:])[:, 1].mean()
        for balanced in (True, False)
    }
    assert scores[True] > scores[False]
