"""Shared by the tests of import and export."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeenten, load_gemeenten
from bot.catalog.library import ProductFile, read_library
from bot.database import forget_deleted, open_database, upgrade
from bot.settings import ROOT
from tests.catalog.exchange.stub import OpenProductStub


@pytest.fixture(scope="session")
def library() -> list[ProductFile]:
    """The whole central library."""
    return list(read_library(ROOT / "products"))


@pytest.fixture(scope="session")
def gemeenten() -> Gemeenten:
    """The municipalities of this project."""
    return load_gemeenten(Path(ROOT / "gemeenten"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with up-to-date, empty tables: to copy, which is faster than making them for each test."""
    path = tmp_path_factory.mktemp("leeg") / "catalogus.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    forget_deleted(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty, up-to-date SQLite database; what PostgreSQL may do otherwise takes the fixture `database`."""
    shutil.copy(migrated, tmp_path / "test.sqlite")
    engine = open_database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def running() -> Iterator[OpenProductStub]:
    stub = OpenProductStub()
    yield stub
    stub.stop()


@pytest.fixture
def stub(running: OpenProductStub) -> Iterator[OpenProductStub]:
    """An Open Product with one product type; what it answers is checked against the published document."""
    running.reset()
    yield running
    assert running.broken == []
