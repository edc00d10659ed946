"""One database of each kind for this folder, empty at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments.agenda.tables import agenda_afspraak, agenda_cel, agenda_locatie
from bot.database import open_database, upgrade
from tests.conftest import PostgresqlDatabase


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('agenda') / 'test.sqlite'}")
        upgrade(engine)
        yield engine
        return
    with PostgresqlDatabase() as url:
        engine = open_database(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def database(opened: Engine) -> Engine:
    """An empty agenda: once on SQLite, once on PostgreSQL."""
    with opened.begin() as connection:
        for table in (agenda_cel, agenda_afspraak, agenda_locatie):
            connection.execute(sa.delete(table))
    return opened
