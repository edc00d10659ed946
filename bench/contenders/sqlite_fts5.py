"""SQLite's full-text search, FTS5."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bench.content import Document, content_words, documents, read_products
from bench.task import Built, NotAvailable, Rank, Task
from bot.search.fields import VELDEN
from bot.settings import load_settings

FILE = "fts5.sqlite"
WEIGHTS = ", ".join(str(weight) for weight in VELDEN.values())
SEARCH = f"SELECT product FROM search WHERE search MATCH ? ORDER BY bm25(search, 0, {WEIGHTS}) LIMIT 10"  # noqa: S608


def gather(task: Task) -> list[Document]:
    """The product texts."""
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE probe USING fts5(x)")
    except sqlite3.OperationalError as error:
        raise NotAvailable(f"this SQLite has no FTS5 ({error})") from error
    return documents(read_products(load_settings()))


def build(task: Task, data: list[Document]) -> Built:
    """Make and fill the index."""
    columns = ", ".join(VELDEN)
    places = ", ".join("?" * (len(VELDEN) + 1))
    with sqlite3.connect(task.path / FILE) as database:
        database.execute(
            f"CREATE VIRTUAL TABLE search USING fts5(product UNINDEXED, {columns}, "
            "tokenize = 'unicode61 remove_diacritics 2')"
        )
        rows = ((document.product, *document.fields.values()) for document in data)
        database.executemany(f"INSERT INTO search (product, {columns}) VALUES ({places})", rows)
        database.execute("INSERT INTO search (search) VALUES ('optimize')")
    database.close()
    return Built()


def load(task: Task) -> Rank:
    """The index from disk."""
    database = sqlite3.connect(task.path / FILE)

    def rank(question: str) -> Sequence[str]:
        query = match_query(question)
        return [row[0] for row in database.execute(SEARCH, (query,))] if query else []

    return rank


def match_query(question: str) -> str:
    """An FTS5 query for any of the content words, each quoted, so that nothing in a question is an operator."""
    return " OR ".join('"{}"'.format(word.replace('"', '""')) for word in dict.fromkeys(content_words(question)))
