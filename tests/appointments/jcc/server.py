"""The JCC sandbox on a port of its own, in a thread of the test, and a network that is looked at."""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import httpx
from sanic import Sanic

from bot.appointments.jcc import JccBackend, JccConfig
from bot.appointments.values import TIJDZONE, Keus, Klant
from bot.database import open_database
from bot.sandbox.faults import Faults
from bot.sandbox.jcc import PAD, make_app
from bot.sandbox.jcc_store import Store
from bot.sandbox.jcc_world import PASPOORT, VOORBEELDSTAD, Klok, Plek, Wereld
from tests.appointments.jcc.contract import check_request, check_response, operation
from tests.stopping import stop_thread

CLIENT_ID, SECRET = "vraagbaak-test", "een-geheim"
PATIENCE = 10.0
NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
"""A Tuesday, eight in the morning."""
TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 5)
AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
"""Days of 25 and of 23 hours."""
NACHTBALIE = "a1000000-0000-4000-8000-000000000003"
NIGHT = Plek(
    NACHTBALIE,
    3,
    "Nachtbalie",
    "Stationsplein",
    "2",
    "1236 EF",
    "Voorbeeldstad",
    dict.fromkeys(range(7), ((time(0), time(6), 1),)),
)
WERELD = replace(
    VOORBEELDSTAD,
    plekken=(*VOORBEELDSTAD.plekken, NIGHT),
    activiteiten=tuple(
        replace(one, plekken=(*one.plekken, NACHTBALIE)) if one.id == PASPOORT else one
        for one in VOORBEELDSTAD.activiteiten
    ),
)
"""The sample municipality with a place that is open when the clock is changed."""
PAS = (Keus(PASPOORT),)
NOOR = Klant(
    achternaam="Voorbeeld",
    voorletters="N.",
    geboortedatum=date(1985, 4, 12),
    email="n.voorbeeld@mail.example",
    telefoon="06 12345678",
)


def at(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TIJDZONE).replace(fold=fold)


class Contract(httpx.AsyncBaseTransport):
    """The network, with an eye on what goes over it."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=False)
        self.requests: list[httpx.Request] = []
        self.check_answers = True
        self.before: Callable[[httpx.Request], None] = lambda _request: None
        """Something that happens just before a request."""
        self.instead: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None
        """Another answer; JCC does not see the request then."""
        self.after: Callable[[httpx.Request, httpx.Response], httpx.Response] = lambda _request, response: response
        """Something done with an answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        check_request(request)
        self.before(request)
        if (other := self.instead(request)) is not None:
            return other
        response = await self._inner.handle_async_request(request)
        await response.aread()
        if self.check_answers:
            check_response(request, response)
        return self.after(request, response)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def calls(self, name: str = "") -> list[str]:
        """Methods and paths in order, but for tokens; or only those with a name in them."""
        found = [" ".join(operation(one)) for one in self.requests]
        return [one for one in found if "token" not in one and name in one]

    def queries(self, path: str) -> list[list[tuple[str, str]]]:
        """Parameters of each call to a path."""
        return [list(one.url.params.multi_items()) for one in self.requests if operation(one)[1] == path]


class Sandbox:
    """A running sandbox."""

    def __init__(self, folder: Path, wereld: Wereld = WERELD, **options: Any) -> None:
        self.faults, self.klok = Faults(), Klok(NOW)
        self.database = open_database(f"sqlite:///{folder / f'jcc-{uuid.uuid4().hex}.sqlite'}")
        self.store = Store(self.database, wereld, self.klok)
        self.port = _free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.origin}{PAD}/"
        # Sanic rewrites its own methods at a start; only so it can start a second time in one process.
        Sanic.test_mode = True
        self._app = make_app(
            f"jcc_{uuid.uuid4().hex}",
            self.database,
            {CLIENT_ID: SECRET},
            wereld=wereld,
            klok=self.klok,
            faults=self.faults,
            **options,
        )
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

    def reset(self) -> None:
        """Empty, without faults, at NOW."""
        self.faults.clear()
        self.klok.set(NOW)
        self.store.empty()

    def stop(self) -> None:
        stop_thread(self._loop, self._app, self._thread, PATIENCE)
        self.database.dispose()

    def config(self, **changes: Any) -> JccConfig:
        return replace(JccConfig(self.url, CLIENT_ID, SECRET, timeout=5.0), **changes)

    @asynccontextmanager
    async def backend(
        self, transport: httpx.AsyncBaseTransport | None = None, **changes: Any
    ) -> AsyncIterator[JccBackend]:
        """A backend on this sandbox, with an eye on what goes over the network."""
        made = JccBackend(self.config(**changes), transport or Contract())
        try:
            yield made
        finally:
            await made.aclose()

    def booked(self) -> list[datetime]:
        """When there are appointments."""
        return [one["start"] for one in self.store.appointments()]

    def take_all(self, location: str, start: datetime, minutes: int = 10) -> None:
        """Let others have every place at a moment."""
        while self.store.take(location, start.replace(tzinfo=None), minutes):
            pass


def is_booking(request: httpx.Request) -> bool:
    return operation(request) == ("POST", "appointment")


def is_cancelling(request: httpx.Request) -> bool:
    return request.method == "DELETE"


def problem() -> httpx.Response:
    """What JCC says to whatever it does not like."""
    fault = {"code": -1, "name": "InternalException", "detail": "InternalException: code -1"}
    kind = "http://www.jccsoftware.nl/rfc7807/internal-exception"
    return httpx.Response(500, json={"title": "InternalException", "type": kind, "code": -1, "errors": [fault]})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
