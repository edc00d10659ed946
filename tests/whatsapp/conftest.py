"""One database for all tests of a file: making one takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from bot.database import open_database, upgrade
from bot.whatsapp.tables import whatsapp_in, whatsapp_nummer, whatsapp_persoon, whatsapp_uit
from tests.conftest import PostgresqlDatabase


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite'}")
        upgrade(engine)
        yield engine
        engine.dispose()
        return
    with PostgresqlDatabase() as url:
        engine = open_database(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def database(filled: Engine) -> Engine:
    """An up-to-date database without anybody on WhatsApp."""
    with filled.begin() as connection:
        for table in (whatsapp_in, whatsapp_uit, whatsapp_nummer, whatsapp_persoon):
            connection.execute(table.delete())
    return filled
