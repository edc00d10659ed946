"""RapidFuzz alone: likeness of characters and words with what stands in the product files."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from bench.content import Example, product_examples, read_products
from bench.task import Built, Rank, Task
from bot.settings import load_settings

FILE = "choices.json"


def gather(task: Task) -> list[Example]:
    """Names, synonyms and example questions."""
    return product_examples(read_products(load_settings()))


def build(task: Task, data: list[Example]) -> Built:
    """Keep the texts, made equal in the way RapidFuzz's `default_process` does."""
    from rapidfuzz.utils import default_process

    (task.path / FILE).write_text(json.dumps([(default_process(text), product) for text, product in data]))
    return Built()


def load(task: Task) -> Rank:
    """The texts from disk."""
    from rapidfuzz.utils import default_process

    choices = json.loads((task.path / FILE).read_text())
    texts = [text for text, _ in choices]
    products = sorted({product for _, product in choices})
    place = {product: index for index, product in enumerate(products)}
    owners = np.array([place[product] for _, product in choices])
    scorer = getattr(fuzz, task.variant)

    def rank(question: str) -> Sequence[str]:
        scores = process.cdist([default_process(question)], texts, scorer=scorer, workers=1)[0]
        best = np.zeros(len(products), dtype=np.float32)
        np.maximum.at(best, owners, scores)
        return [products[index] for index in np.argsort(-best, kind="stable")[:10] if best[index] > 0]

    return rank
