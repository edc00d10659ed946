"""The question library, read once per training and shared by the components.

It goes round Rasa's own training data on purpose: Rasa compares and copies each message several times, which costs more
than all learning when there are tens of thousands (docs/decisions/0004-vragenbibliotheek-buiten-rasa.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, List, Optional, Tuple

from scipy import sparse

from bot.catalog.library import read_library
from bot.catalog.product import Product
from bot.catalog.questions import (
    APART,
    Voorbeeld,
    examples_of,
    questions_digest,
    read_forms,
    read_out_of_scope,
    read_questions,
)
from bot.search.dutch import load_dutch
from bot.search.features import TextFeatures
from bot.search.plain import plain_questions
from bot.search.text import Token
from bot.settings import Settings, load_settings


@dataclass(frozen=True)
class Texts:
    """Texts with their words."""

    texts: List[str]
    tokens: List[List[Token]]


@dataclass(frozen=True)
class Vectors:
    """Vectors of the texts of the library, (texts, features) each."""

    questions: sparse.csr_matrix
    outside: sparse.csr_matrix
    subjects: sparse.csr_matrix


class Library:
    """What the components train on, beside Rasa's examples of the dialogue acts."""

    def __init__(self, settings: Settings) -> None:
        """Read product files and questions. Raises ContentError when one of them cannot be used."""
        folder = settings.path(settings.questions_dir)
        self.products: Dict[str, Product] = {
            file.product.id: file.product for file in read_library(settings.path(settings.products_dir))
        }
        known = [voorbeeld for voorbeeld in read_questions(folder) if voorbeeld.product in self.products]
        plain = plain_questions(list(self.products.values()), read_forms(folder))
        self.voorbeelden: List[Voorbeeld] = [*examples_of(self.products.values()), *plain.leren, *known]
        self.out_of_scope: List[Tuple[str, str]] = read_out_of_scope(folder)
        apart = folder / APART
        self.held_apart: List[Tuple[str, Optional[str]]] = [
            *((voorbeeld.vraag, voorbeeld.product) for voorbeeld in read_questions(apart)),
            *((voorbeeld.vraag, voorbeeld.product) for voorbeeld in plain.ijken),
            *((text, None) for text, _ in read_out_of_scope(apart)),
        ]
        self.questions = _texts([voorbeeld.vraag for voorbeeld in self.voorbeelden])
        self.outside = _texts([text for text, _ in self.out_of_scope])
        self.subjects = _texts(list(plain.woorden))
        self._vectors: Optional[Tuple[TextFeatures, Vectors]] = None

    def vectors(self, features: TextFeatures) -> Vectors:
        """Vectors of all texts of the library; worked out once per set of features."""
        if self._vectors is None or self._vectors[0] is not features:
            parts = (features(part.tokens) for part in (self.questions, self.outside, self.subjects))
            self._vectors = (features, Vectors(*parts))
        return self._vectors[1]


def training_library() -> Library:
    """The library of this installation as it is now."""
    settings = load_settings()
    return _read(settings, library_digest())


def library_digest() -> str:
    """Changes whenever a component that learns from the library must be trained again."""
    settings = load_settings()
    return "".join(
        questions_digest(settings.path(folder), kind)
        for folder, kind in ((settings.questions_dir, "yml"), (settings.products_dir, "md"))
    )


@lru_cache(maxsize=1)
def _read(settings: Settings, _digest: str) -> Library:
    return Library(settings)


def _texts(texts: List[str]) -> Texts:
    return Texts(texts, load_dutch().many(texts))
