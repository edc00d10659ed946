"""scikit-learn's TF-IDF and linear support vector machine."""

from __future__ import annotations

from collections.abc import Sequence

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from bench.content import Example, library_examples, product_examples, read_products
from bench.task import SEED, Built, Rank, Task
from bot.settings import load_settings

FILE = "tfidf.joblib"


def gather(task: Task) -> list[Example]:
    """Questions with their product."""
    settings = load_settings()
    if task.variant == "library":
        return library_examples(settings, task.quick)
    return product_examples(read_products(settings))


def build(task: Task, data: list[Example]) -> Built:
    """Fit features and classifier."""
    texts, labels = zip(*data, strict=True)
    features = vectorizer(least=2 if task.variant == "library" else 1)
    matrix = features.fit_transform(texts)
    classifier = LinearSVC(C=0.5, tol=0.1, random_state=SEED)
    classifier.fit(matrix, labels)
    # In this order a question reads only the rows of its own features; in the other the whole is copied each time.
    classifier.coef_ = np.asfortranarray(classifier.coef_)
    joblib.dump((features, classifier), task.path / FILE)
    return Built(f"{len(data):,} questions, {matrix.shape[1]:,} features")


def load(task: Task) -> Rank:
    """Features and classifier from disk."""
    features, classifier = joblib.load(task.path / FILE)

    def rank(question: str) -> Sequence[str]:
        margins = classifier.decision_function(features.transform([question]))[0]
        return [str(classifier.classes_[index]) for index in np.argsort(-margins, kind="stable")[:10]]

    return rank


def vectorizer(least: int) -> FeatureUnion:
    """Words and pieces of words that occur in at least `least` questions."""
    shared = {"lowercase": True, "strip_accents": "unicode", "sublinear_tf": True, "min_df": least, "dtype": np.float32}
    return FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", **shared)),
            ("pieces", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared)),
        ]
    )
