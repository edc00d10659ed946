"""A website with a redactie, a few products, editors who are logged in, and an engine that can be told what to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from sqlalchemy.engine import Engine

from bot.catalog.library import read_product_file
from bot.catalog.store import import_library
from bot.database import open_database
from bot.settings import ROOT, Settings
from tests.web.desk.conftest import quick_hashing  # noqa: F401 (a fixture that every test here uses)
from tests.web.redactie import editors
from tests.web.redactie.editors import Editor
from tests.web.redactie.fake_engine import Gate, stand_in

NewEditor = Callable[..., Editor]
PRODUCTEN = (
    "burgerzaken/paspoort-aanvragen",
    "burgerzaken/identiteitskaart-aanvragen",
    "burgerzaken/rijbewijs-aanvragen",
)


@pytest.fixture
def engine(site: httpx.Client, sqlite_settings: Settings) -> Engine:
    """The database of the website, with three products."""
    engine = open_database(sqlite_settings.catalog_url)
    import_library(engine, [read_product_file(ROOT / "products" / f"{name}.md") for name in PRODUCTEN])
    return engine


@pytest.fixture
def browser(site: httpx.Client) -> Iterator[Callable[[], Editor]]:
    """Browsers in which nobody is logged in."""
    opened: list[httpx.Client] = []

    def make() -> Editor:
        opened.append(httpx.Client(base_url=site.base_url, timeout=20))
        return Editor(opened[-1])

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def editor(engine: Engine, browser: Callable[[], Editor]) -> NewEditor:
    """Makes an account and logs it in."""

    def make(gebruikersnaam: str = "noor", *rollen: tuple[str, str]) -> Editor:
        editors.editor(engine, gebruikersnaam, *rollen)
        one = browser()
        one.log_in(gebruikersnaam)
        assert one.csrf
        return one

    return make


@pytest.fixture(autouse=True)
def poort(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Stands in for the engine, which has the trained model."""
    return stand_in(monkeypatch)
