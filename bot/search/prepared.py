"""Product texts made ready for searching, one by one: what the fields, names and examples need is worked out once.

A text that did not change keeps what was worked out, be it for an older set of live texts or when the model was trained.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from scipy import sparse

from bot.catalog.product import Product
from bot.catalog.questions import Voorbeeld, examples_of
from bot.search.fields import VELDEN, content_words
from bot.search.subject import said_of
from bot.search.text import STOPWOORDEN, Token

Analyse = Callable[[Sequence[str]], list[list[Token]]]
Vectorise = Callable[[Sequence[Sequence[Token]]], sparse.csr_matrix]


@dataclass(frozen=True)
class Prepared:
    """One product text."""

    product: Product
    velden: Mapping[str, Counter[str]]
    """Content words per field."""
    namen: tuple[frozenset[str], ...]
    """Content words of the name and of each synonym."""
    gezegd: frozenset[frozenset[str]]
    """The same as `subject.said_of` reads them in a message."""
    gevraagd: frozenset[tuple[str, ...]]
    """The words of each example question."""
    voorbeelden: tuple[Voorbeeld, ...]
    """Name, synonyms and example questions."""
    vectors: sparse.csr_matrix
    """(voorbeelden, features)"""


def prepare(
    products: Mapping[str, Product], known: Mapping[str, Prepared], analyse: Analyse, vectorise: Vectorise
) -> dict[str, Prepared]:
    """Make products ready, in their order; those that are in `known` with the same text are taken from there."""
    # With the live text itself, so that the one it was compared with can go.
    kept = {
        id: known[id] if known[id].product is product else replace(known[id], product=product)
        for id, product in products.items()
        if id in known and _same(known[id].product, product)
    }
    fresh = [product for id, product in products.items() if id not in kept]
    parts = {product.id: _Parts(product) for product in fresh}
    tokens = iter(analyse([text for part in parts.values() for text in part.texts]))
    done = {id: _prepared(part, [next(tokens) for _ in part.texts], vectorise) for id, part in parts.items()}
    return {id: kept[id] if id in kept else done[id] for id in products}


def reached_by(
    texts: Mapping[str, Prepared], before: Mapping[tuple[str, ...], str], after: Mapping[tuple[str, ...], str]
) -> frozenset[str]:
    """The products in whose text a phrase may stand that means another concept, or one where it meant none.

    Args:
        texts: product id → its text, made ready with the concepts of `before`.
        before, after: lemmas of a phrase of the thesaurus → its concept.
    """
    changed = [phrase for phrase in before.keys() | after.keys() if before.get(phrase) != after.get(phrase)]
    if not changed:
        return frozenset()
    # A lemma at which a phrase begins may stand in the counts as the concept of that phrase.
    also: dict[str, set[str]] = {}
    for phrase, begrip in (*before.items(), *after.items()):
        also.setdefault(phrase[0], {phrase[0]}).add(begrip)
    wanted = [[also.get(lemma, {lemma}) for lemma in phrase if lemma not in STOPWOORDEN] for phrase in changed]
    return frozenset(
        id
        for id, text in texts.items()
        if any(
            all(any(word in counts for word in one for counts in text.velden.values()) for one in lemmas)
            for lemmas in wanted
        )
    )


class _Parts:
    """The texts of a product: first the examples (name, synonyms, questions), then the running texts."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.voorbeelden = tuple(examples_of([product]))
        self.texts = [*(one.vraag for one in self.voorbeelden), product.kort, *product.aspecten.values()]


def _prepared(part: _Parts, tokens: Sequence[list[Token]], vectorise: Vectorise) -> Prepared:
    synoniemen, examples = len(part.product.kop.synoniemen), len(part.voorbeelden)
    names = tokens[: 1 + synoniemen]
    groups = (
        names[:1],
        names[1:],
        tokens[1 + synoniemen : examples],
        tokens[examples : examples + 1],
        tokens[examples + 1 :],
    )
    return Prepared(
        product=part.product,
        velden={
            # One object per word: there are as many counts as words in the library, and few different words.
            veld: Counter(sys.intern(word) for text in group for word in content_words(text))
            for veld, group in zip(VELDEN, groups, strict=True)
        },
        namen=tuple(frozenset(words) for words in map(content_words, names) if words),
        gezegd=frozenset(said_of(one) for one in names) - {frozenset()},
        gevraagd=frozenset(tuple(token.woord for token in one) for one in tokens[1 + synoniemen : examples] if one),
        voorbeelden=part.voorbeelden,
        vectors=vectorise(tokens[:examples]),
    )


def _same(one: Product, other: Product) -> bool:
    # Comparing texts takes a moment, and most of the time it is the very same object.
    return one is other or one == other
