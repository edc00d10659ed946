"""The Qmatic sandbox on a port of its own, in a thread of the test, and connections with it."""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import sqlalchemy as sa
from sanic import Sanic

from bot.appointments.qmatic import QmaticBackend
from bot.appointments.qmatic_values import QmaticConfig
from bot.appointments.values import Klant
from bot.database import open_database
from bot.sandbox.faults import Faults
from bot.sandbox.qmatic import make_app
from bot.sandbox.qmatic_store import metadata, occupy, qmatic_appointment, qmatic_customer
from bot.sandbox.qmatic_world import STADSKANTOOR, WORLD, Branch, Service, made_up_id
from tests.appointments.qmatic.contract import Contract
from tests.stopping import stop_thread

KEY = "sleutel-0123456789"
ZONE = ZoneInfo("Europe/Amsterdam")
PATIENCE = 10.0
TODAY = date(2026, 9, 1)
"""A Tuesday."""
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=ZONE)
STRANGE = "Vreemd; a/b é"
"""The id of a service that cannot go into a path as it is."""
NACHTLOKET = made_up_id("nachtloket")
CURACAO = made_up_id("curacao")

TEST_WORLD = replace(
    WORLD,
    services=(*WORLD.services, Service(STRANGE, "Vreemde dienst", 10, 0)),
    branches=(
        *WORLD.branches,
        # Open while the clock changes, and with room for three.
        Branch(
            NACHTLOKET,
            "Nachtloket",
            "Kade 3",
            None,
            "1236 EF",
            "Voorbeeldstad",
            services=("Paspoort", "Uittreksel_BRP", STRANGE),
            groups=(("Paspoort", STRANGE),),
            hours={6: (("01:00", "04:00"),), 2: (("09:00", "12:00"),)},
            desks=3,
        ),
        Branch(
            CURACAO,
            "Vertegenwoordiging",
            "Waterfort 1",
            None,
            "0000 XX",
            "Willemstad",
            services=("Paspoort",),
            groups=(("Paspoort",),),
            hours=dict.fromkeys(range(5), (("08:00", "23:00"),)),
            desks=1,
            time_zone="America/Curacao",
        ),
    ),
)

STEADY_WORLD = replace(TEST_WORLD, vanishing=frozenset())
"""Nobody is faster than we are."""

NOOR = Klant(
    achternaam="Voorbeeld",
    email="noor@voorbeeld.example",
    telefoon="0612345678",
    geboortedatum=date(1985, 4, 12),
)


def at(text: str, zone: ZoneInfo = ZONE) -> datetime:
    """A moment on the clock of a place: 2026-09-02T09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Sandbox:
    """A running sandbox."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.faults, self.clock = Faults(), Clock()
        self.database = open_database(f"sqlite:///{folder / f'qmatic-{uuid.uuid4().hex}.sqlite'}")
        self.port = _free_port()
        self.root = f"http://127.0.0.1:{self.port}/qmatic"
        # Sanic rewrites its own methods at a start; only so it can start a second time in one process.
        Sanic.test_mode = True
        options = {"world": TEST_WORLD, "clock": self.clock, "faults": self.faults} | options
        self.world = options["world"]
        self._app = make_app(f"qmatic_{uuid.uuid4().hex}", self.database, [KEY], **options)
        started = threading.Event()

        @self._app.listener("after_server_start")
        async def ready(_app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            self._loop = loop
            started.set()

        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert started.wait(PATIENCE), "de server begon niet"

    def _run(self) -> None:
        self._app.run("127.0.0.1", self.port, register_sys_signals=False, access_log=False, motd=False)

    def stop(self) -> None:
        stop_thread(self._loop, self._app, self._thread, PATIENCE)
        self.database.dispose()

    def reset(self) -> None:
        """Empty, without faults, and at the time at which tests begin."""
        self.faults.clear()
        self.clock.now = NOW
        with self.database.begin() as connection:
            for table in metadata.tables.values():
                connection.execute(sa.delete(table))

    def config(self, **fields: Any) -> QmaticConfig:
        given: dict[str, Any] = {
            "url": f"{self.root}/calendar-backend/public/api/",
            "api_key": KEY,
            "timeout": 5.0,
            "looks": (0.0, 0.02),
        }
        return QmaticConfig(**given | fields)

    @asynccontextmanager
    async def connected(self, **fields: Any) -> AsyncIterator[tuple[QmaticBackend, Contract]]:
        """A connection, and what goes over it."""
        net = Contract()
        backend = QmaticBackend(self.config(**fields), net, now=self.clock)
        try:
            yield backend, net
        finally:
            await backend.aclose()

    def disturb(self, net: Contract, name: str, fault: str, **fields: Any) -> None:
        """Let the next call with a name go wrong; `later` is one that gets no answer and is carried out after a while."""
        if fault == "later":
            net.later[name] = httpx.ReadTimeout("te laat")
        else:
            path = {"book": "/book", "confirm": "/confirm", "reschedule": "/reschedule", "cancel": "/appointments/"}[
                name
            ]
            method = {"cancel": "DELETE", "reschedule": "PUT"}.get(name, "POST")
            self.faults.add(fault, method=method, path=path, times=1, **fields)  # type: ignore[arg-type]

    def appointments(self) -> list[dict[str, Any]]:
        """What stands in the calendar, oldest first."""
        with self.database.connect() as connection:
            rows = connection.execute(sa.select(qmatic_appointment).order_by(qmatic_appointment.c.id)).mappings()
            return [dict(row) for row in rows]

    def customers(self) -> list[dict[str, Any]]:
        """Records of those who come, oldest first."""
        with self.database.connect() as connection:
            rows = connection.execute(sa.select(qmatic_customer).order_by(qmatic_customer.c.id)).mappings()
            return [dict(row) for row in rows]

    def occupy(self, begin: datetime, minutes: int = 5, branch: str = STADSKANTOOR) -> None:
        """Others take whatever is left at a moment."""
        occupy(self.database, self.world, branch, begin.astimezone(UTC), minutes, self.clock())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
