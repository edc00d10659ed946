"""The content that contenders learn from: product files, and the question library."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.task import SEED
from bot.catalog.library import read_library
from bot.catalog.product import Product
from bot.catalog.questions import examples_of, read_questions
from bot.search.fields import VELDEN
from bot.search.text import STOPWOORDEN, words
from bot.settings import Settings

QUICK_PER_PRODUCT = 6
"""Library questions per product in a quick run."""


@dataclass(frozen=True)
class Document:
    """One product as search engines see it."""

    product: str
    fields: dict[str, str]
    """Text per field of `bot.search.fields.VELDEN`: name, synonyms, example questions, short answer, sections."""

    @property
    def text(self) -> str:
        """All fields as one text."""
        return "\n".join(self.fields.values())


Example = tuple[str, str]
"""A way to ask, and the product it asks for."""


def read_products(settings: Settings) -> list[Product]:
    """The products of the library on disk."""
    return [file.product for file in read_library(settings.path(settings.products_dir))]


def documents(products: Sequence[Product]) -> list[Document]:
    """Products as documents."""
    return [Document(product.id, dict(zip(VELDEN, _fields(product), strict=True))) for product in products]


def product_examples(products: Sequence[Product]) -> list[Example]:
    """Name, synonyms and example questions of the product files; without repetitions."""
    return _unique([(item.vraag, item.product) for item in examples_of(products)])


def ways_to_ask(settings: Settings, products: Sequence[Product]) -> list[str]:
    """All texts of product files and question library; quickly, for counting and comparing."""
    known = {product.id for product in products}
    library = read_questions(settings.path(settings.questions_dir))
    return [*(text for text, _ in product_examples(products)), *(one.vraag for one in library if one.product in known)]


def library_examples(settings: Settings, quick: bool = False) -> list[Example]:
    """What this engine's question model learns from: the product files' examples and the whole question library."""
    from bot.nlu.library import Library

    found = _unique([(item.vraag, item.product) for item in Library(settings).voorbeelden])
    return sample_per_product(found, QUICK_PER_PRODUCT) if quick else found


def sample_per_product(examples: Sequence[Example], count: int) -> list[Example]:
    """At most `count` examples of each product, drawn with the fixed seed."""
    by_product: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_product[example[1]].append(example)
    draw = random.Random(SEED)
    return [one for group in by_product.values() for one in draw.sample(group, min(count, len(group)))]


def content_words(text: str) -> list[str]:
    """Words that carry a subject, in lower case without accents; plain words, no lemmas."""
    return [word for word in words(text) if word not in STOPWOORDEN]


def _fields(product: Product) -> tuple[str, str, str, str, str]:
    kop = product.kop
    return (
        kop.naam,
        "\n".join(kop.synoniemen),
        "\n".join(kop.vragen),
        product.kort,
        "\n".join(product.aspecten.values()),
    )


def _unique(examples: Sequence[Example]) -> list[Example]:
    return list(dict.fromkeys(examples))
