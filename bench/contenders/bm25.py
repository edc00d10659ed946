"""BM25 with the package bm25s."""

from __future__ import annotations

import json
from collections.abc import Sequence

import bm25s
import numpy as np

from bench.content import Document, content_words, documents, read_products
from bench.task import Built, Rank, Task
from bot.settings import load_settings

INDEX, IDS = "index", "products.json"


def gather(task: Task) -> list[Document]:
    """The product texts."""
    return documents(read_products(load_settings()))


def build(task: Task, data: list[Document]) -> Built:
    """Cut into words, index and keep."""
    index = bm25s.BM25()
    index.index([content_words(document.text) for document in data], show_progress=False)
    index.save(task.path / INDEX, show_progress=False)
    (task.path / IDS).write_text(json.dumps([document.product for document in data]), encoding="utf-8")
    return Built()


def load(task: Task) -> Rank:
    """The index from disk."""
    index = bm25s.BM25.load(task.path / INDEX)
    products = json.loads((task.path / IDS).read_text(encoding="utf-8"))

    def rank(question: str) -> Sequence[str]:
        known = [word for word in dict.fromkeys(content_words(question)) if word in index.vocab_dict]
        if not known:
            return []
        scores = index.get_scores(known)
        return [products[place] for place in np.argsort(-scores, kind="stable")[:10] if scores[place] > 0]

    return rank
