"""Shared by all tests: services that may be there or not, databases of their own, and the trained model."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.database import open_database, upgrade
from bot.settings import Settings

POSTGRESQL = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"


def missing_service(what: str) -> None:
    """Skip with a clear line; where services are required (`VRAAGBAAK_REQUIRE_SERVICES=1`, in CI) fail instead."""
    if os.environ.get("VRAAGBAAK_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is niet bereikbaar, en VRAAGBAAK_REQUIRE_SERVICES=1 eist het")
    pytest.skip(f"{what} is niet bereikbaar")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty, up-to-date database: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path / 'test.sqlite'}")
        upgrade(engine)
        yield engine
        return
    with PostgresqlDatabase() as url:
        engine = open_database(url)
        upgrade(engine)
        yield engine
        engine.dispose()


class PostgresqlDatabase:
    """A fresh PostgreSQL database that is dropped afterwards."""

    def __enter__(self) -> str:
        self._name = f"vraagbaak_test_{uuid.uuid4().hex[:10]}"
        self._admin = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT", future=True)
        try:
            with self._admin.connect() as connection:
                connection.execute(sa.text(f"CREATE DATABASE {self._name}"))
        except sa.exc.OperationalError:
            missing_service("PostgreSQL op 127.0.0.1:5432")
        return POSTGRESQL.rsplit("/", 1)[0] + "/" + self._name

    def __exit__(self, *_: object) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)"))
        self._admin.dispose()


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    """Settings with everything that is written in a folder of the test."""
    return Settings(data_dir=str(tmp_path / "data"))


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The project's own model, trained when it is not there yet."""
    from bot.cli.training import MODEL, train_if_needed

    settings = Settings()
    folder = settings.path(settings.models_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".training").open("w") as lock:
        # Tests may run in several processes: one trains, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        train_if_needed(settings)
    return folder / MODEL


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case by its place when its value is long or raw: tests may run in several processes, which must call it the same,
    and a token or a zip holds the second at which it was made."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 80) else None
