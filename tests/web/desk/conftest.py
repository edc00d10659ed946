"""A website with a desk, its database, and employees who are logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy.engine import Engine

from bot.catalog.library import read_product_file
from bot.catalog.store import import_library
from bot.database import open_database
from bot.handoff import employees
from bot.settings import ROOT, Settings
from tests.web.desk import people
from tests.web.desk.always_open import always_open
from tests.web.desk.people import Agent

NewAgent = Callable[..., Agent]
PRODUCTEN = ("burgerzaken/paspoort-aanvragen", "burgerzaken/identiteitskaart-aanvragen")


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing a password is slow on purpose; here it need not be."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(employees, "_HASHER", hasher)
    monkeypatch.setattr(employees, "_NOBODY", hasher.hash("niemand"))


@pytest.fixture(scope="session")
def open_gemeenten(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Municipalities that are open whenever the tests run."""
    return always_open(tmp_path_factory.mktemp("open") / "gemeenten")


@pytest.fixture
def sqlite_settings(sqlite_settings: Settings, open_gemeenten: str) -> Settings:
    """The settings of a test, with those municipalities."""
    return replace(sqlite_settings, gemeenten_dir=open_gemeenten)


@pytest.fixture
def engine(site: httpx.Client, sqlite_settings: Settings) -> Engine:
    """The database of the website, with two products."""
    engine = open_database(sqlite_settings.catalog_url)
    files = [path for name in PRODUCTEN if (path := ROOT / "products" / f"{name}.md").is_file()]
    import_library(engine, [read_product_file(path) for path in files])
    return engine


@pytest.fixture
def browser(site: httpx.Client) -> Iterator[Callable[[], Agent]]:
    """Browsers in which nobody is logged in."""
    opened: list[httpx.Client] = []

    def make() -> Agent:
        opened.append(httpx.Client(base_url=site.base_url, timeout=10))
        return Agent(opened[-1])

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def agent(engine: Engine, browser: Callable[[], Agent]) -> NewAgent:
    """Makes an account and logs it in."""

    def make(gebruikersnaam: str = "sanne", *gemeenten: str, aanwezig: bool = True) -> Agent:
        people.employee(engine, gebruikersnaam, *gemeenten, aanwezig=aanwezig)
        one = browser()
        one.log_in(gebruikersnaam)
        assert one.csrf
        return one

    return make
