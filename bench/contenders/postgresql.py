"""PostgreSQL's full-text search with the Dutch configuration, in a schema of its own that is dropped again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bench.content import Document, documents, read_products
from bench.task import Built, NotAvailable, Rank, Task
from bot.search.fields import VELDEN
from bot.settings import load_settings

URL = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
SCHEMA = "schema.txt"
FILL = """
    INSERT INTO search (product, terms) VALUES (
        :product,
        setweight(to_tsvector('dutch', :naam), 'A') || setweight(to_tsvector('dutch', :synoniemen), 'B')
        || setweight(to_tsvector('dutch', :vragen), 'C')
        || setweight(to_tsvector('dutch', :kort), 'D') || setweight(to_tsvector('dutch', :aspecten), 'D')
    )
"""
# ts_rank's own weights of D, C, B and A put too much on names here; these are those of this project's field search.
WEIGHTS = [VELDEN[field] / VELDEN["naam"] for field in ("kort", "vragen", "synoniemen", "naam")]
# plainto_tsquery quotes the lexemes; the ANDs that it puts between them become ORs.
SEARCH = """
    WITH question AS (SELECT replace(plainto_tsquery('dutch', :question)::text, ' & ', ' | ')::tsquery AS query)
    SELECT product FROM search, question WHERE terms @@ query
    ORDER BY ts_rank(CAST(:weights AS real[]), terms, query, 1) DESC, product LIMIT 10
"""


def gather(task: Task) -> list[Document]:
    """The product texts, when there is a server."""
    try:
        with _connect().connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.OperationalError as error:
        raise NotAvailable("no PostgreSQL server could be reached at 127.0.0.1:5432") from error
    return documents(read_products(load_settings()))


def build(task: Task, data: list[Document]) -> Built:
    """Make, fill and index a table in a fresh schema."""
    schema = f"vraagbaak_bench_{uuid.uuid4().hex[:10]}"
    (task.path / SCHEMA).write_text(schema, encoding="utf-8")
    with _connect().begin() as connection:
        version = connection.execute(sa.text("SHOW server_version")).scalar_one()
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
        connection.execute(sa.text(f"SET search_path TO {schema}"))
        connection.execute(sa.text("CREATE TABLE search (product text PRIMARY KEY, terms tsvector NOT NULL)"))
        connection.execute(sa.text(FILL), [{"product": one.product, **one.fields} for one in data])
        connection.execute(sa.text("CREATE INDEX ON search USING gin (terms)"))
        connection.execute(sa.text("ANALYZE search"))
    return Built(f"server {str(version).split()[0]}; memory is that of the client only")


def load(task: Task) -> Rank:
    """A connection that searches the schema."""
    connection = _connect().connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(sa.text(f"SET search_path TO {(task.path / SCHEMA).read_text(encoding='utf-8')}"))
    search = sa.text(SEARCH)

    def rank(question: str) -> Sequence[str]:
        values = {"question": question.replace("\0", ""), "weights": WEIGHTS}
        return list(connection.execute(search, values).scalars())

    return rank


def clean(task: Task) -> None:
    """Drop the schema, when it was made."""
    name = task.path / SCHEMA
    if name.exists():
        with _connect().begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {name.read_text(encoding='utf-8')} CASCADE"))
        name.unlink()


def _connect() -> Engine:
    return sa.create_engine(URL, future=True, connect_args={"connect_timeout": 5})
