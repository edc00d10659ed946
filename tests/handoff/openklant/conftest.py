"""The Open Klant sandbox on a port of its own, and a client whose every request and answer is held against the document."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.engine import Engine

from bot.database import open_database
from bot.handoff.openklant.client import Client
from bot.handoff.openklant.values import OpenKlantConfig, Stappen, Verzoek, afdeling
from bot.sandbox import openklant_tables as tables
from bot.sandbox.faults import Faults
from bot.sandbox.openklant import make_app
from tests.channels.webchat_server import Running, free_port
from tests.handoff.openklant.contract import check_request, check_response

TOKEN = "geheim-token-0123456789"
UNHURRIED = settings(deadline=None)
"""For properties: a busy machine is no fault of theirs."""
OLD_NULLS = ("2.4", "2.7")


class Contract(httpx.AsyncBaseTransport):
    """The network, with an eye on what goes over it."""

    def __init__(self, *, strict: bool = True) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=False)
        self._strict = strict
        self.requests: list[httpx.Request] = []
        self.responses: list[httpx.Response] = []
        self.check_answers = True
        self.check_requests: Callable[[httpx.Request], bool] = lambda _request: True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.check_requests(request):
            check_request(request, strict=self._strict)
        response = await self._inner.handle_async_request(request)
        await response.aread()
        self.responses.append(response)
        if self.check_answers:
            check_response(request, response)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    @property
    def posts(self) -> list[str]:
        """What was posted to, in order."""
        return [request.url.path.rsplit("/", 1)[-1] for request in self.requests if request.method == "POST"]


class Sandbox:
    """A running sandbox, its database, and its faults."""

    def __init__(self, database: Engine, versie: str, **options: Any) -> None:
        self.database, self.versie, self.faults = database, versie, Faults()
        self.stopped = False
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        app = make_app(f"openklant_{uuid.uuid4().hex}", database, [TOKEN], versie=versie, faults=self.faults, **options)
        self._running = Running(app, self.port)

    def stop(self) -> None:
        if not self.stopped:
            self._running.stop()
        self.stopped = True

    def reset(self) -> None:
        """Empty, and without faults."""
        self.faults.clear()
        with self.database.begin() as connection:
            for table in tables.metadata.tables.values():
                connection.execute(sa.delete(table))

    def config(self, **changes: Any) -> OpenKlantConfig:
        made = OpenKlantConfig(
            adres=self.url,
            token=TOKEN,
            afdeling=afdeling("Team Vergunningen", "VERGUNNINGEN"),
            timeout=5.0,
            pauze=0.01,
        )
        return replace(made, **changes)

    def transport(self) -> Contract:
        return Contract(strict=self.versie not in OLD_NULLS)

    def client(self, **changes: Any) -> Client:
        return Client(self.config(**changes), self.transport())

    def rows(self, name: str) -> list[dict[str, Any]]:
        """What is in one of its tables, oldest first."""
        table = getattr(tables, name)
        with self.database.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]

    def counts(self) -> dict[str, int]:
        """How much is in each table that is not empty."""
        with self.database.connect() as connection:
            found = {
                name.removeprefix("openklant_"): connection.execute(
                    sa.select(sa.func.count()).select_from(table)
                ).scalar_one()
                for name, table in tables.metadata.tables.items()
            }
        return {name: count for name, count in found.items() if count}


Serve = Callable[..., Sandbox]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sandbox]]:
    """Sandboxes that go on running from test to test."""
    sandboxes: dict[str, Sandbox] = {}
    yield sandboxes
    for sandbox in sandboxes.values():
        sandbox.stop()


@pytest.fixture
def serve(running: dict[str, Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Gives sandboxes, empty and without faults; a second one in a test has other options than the first."""
    used: list[Sandbox] = []

    def start(versie: str = "2.18", **options: Any) -> Sandbox:
        key = f"{versie} {options}"
        if key not in running or running[key].stopped:
            folder = tmp_path_factory.mktemp("openklant")
            running[key] = Sandbox(open_database(f"sqlite:///{folder / 'openklant.sqlite'}"), versie, **options)
        used.append(running[key])
        running[key].reset()
        return running[key]

    yield start
    for sandbox in used:
        sandbox.faults.clear()


@pytest.fixture
def sandbox(serve: Serve) -> Sandbox:
    return serve()


def make_verzoek(**changes: Any) -> Verzoek:
    """A request with everything in it that a request can have."""
    fields: dict[str, Any] = {
        "referentienummer": "4820017365",
        "naam": "Noor Voorbeeld",
        "telefoon": "0612345678",
        "email": "noor@voorbeeld.example",
        "onderwerp": "Evenementenvergunning",
        "inhoud": "Mag er een aggregaat bij een buurtfeest?",
        "wanneer": "Maandag tussen 9 en 12 uur",
        "taal": "nld",
        "gesprek": "b7c1f0",
        "zaak_uuid": "0f9a3c52-6f0e-4b7a-9a55-3d6f2c1b8e01",
        "geplaatst_op": datetime(2026, 9, 1, 7, 12, tzinfo=UTC),
    }
    return Verzoek(**{**fields, **changes})


class Kept:
    """Stores steps as a caller does: as JSON."""

    def __init__(self) -> None:
        self.history: list[dict[str, Any]] = []

    async def __call__(self, stappen: Stappen) -> None:
        self.history.append(stappen.as_json())

    @property
    def last(self) -> Stappen:
        return Stappen.from_json(self.history[-1] if self.history else None)
