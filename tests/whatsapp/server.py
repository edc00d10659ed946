"""The WhatsApp sandbox on a port of its own, in a thread of the test; and somebody who receives its webhooks."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sanic import Sanic

from bot.database import open_database
from bot.sandbox.whatsapp import Token, make_app
from bot.sandbox.whatsapp_delivery import Delivering
from bot.sandbox.whatsapp_faults import WhatsAppFaults
from bot.sandbox.whatsapp_values import PERSONS, Limits, Number
from bot.sandbox.whatsapp_webhooks import HEADER, signature
from bot.sandbox.whatsapp_world import Clock, Habits, WhatsApp
from tests.stopping import stop_thread

TOKEN, APP_SECRET, VERIFY_TOKEN = "systeemgebruiker-van-de-test", "appgeheim-van-de-test", "zelf-bedacht"
VERSION = "v25.0"
PATIENCE = 10.0
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ANS, MEHMET, NOOR = PERSONS
NUMBER = Number("700200", "31850000000", "900100", "Gemeente Voorbeeldstad")
OTHER = Number("700300", "31850000001", "900200", "Gemeente Molendam")
NO_RATES = Limits(pair=False, throughput=None)
QUICK = Delivering(pauses=(0.02, 0.05, 0.1, 0.2, 0.4), timeout=2.0)
Json = dict[str, Any]


@dataclass(frozen=True)
class Got:
    """A webhook that was received."""

    path: str
    raw: bytes
    headers: Mapping[str, str]

    @property
    def body(self) -> Json:
        found: Json = json.loads(self.raw)
        return found

    @property
    def is_signed(self) -> bool:
        return self.headers.get(HEADER.lower()) == signature(APP_SECRET, self.raw)

    def values(self) -> list[Json]:
        return [change["value"] for entry in self.body["entry"] for change in entry["changes"]]


class Receiver:
    """Takes webhooks. `answer` gives the status of each from its number (from 1) and may wait."""

    def __init__(self, answer: Callable[[int], int] | None = None) -> None:
        self.got: list[Got] = []
        self.answer = answer or (lambda count: 200)
        lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with lock:
                    receiver.got.append(Got(self.path, body, headers))
                    count = len(receiver.got)
                self._say(receiver.answer(count), b"")

            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                good = query.get("hub.mode") == "subscribe" and query.get("hub.verify_token") == VERIFY_TOKEN
                self._say(200 if good else 403, query.get("hub.challenge", "").encode() if good else b"")

            def _say(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # Who asked did not wait.

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/whatsapp/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def forget(self) -> None:
        """As new."""
        self.got.clear()
        self.answer = lambda count: 200

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def messages(self) -> list[Json]:
        return self._all("messages")

    def statuses(self) -> list[Json]:
        return self._all("statuses")

    def errors(self) -> list[Json]:
        return self._all("errors")

    def _all(self, kind: str) -> list[Json]:
        return [one for got in self.got for value in got.values() for one in value.get(kind, ())]


class Sandbox:
    """A running sandbox with two numbers, that stands still at NOW; `pass_time` moves it."""

    def __init__(
        self,
        folder: Path,
        callback: str = "",
        *,
        numbers: tuple[Number, ...] = (NUMBER, OTHER),
        tokens: Mapping[str, Token] | None = None,
        limits: Limits | None = None,
        delivering: Delivering = QUICK,
        real_time: bool = False,
        **options: Any,
    ) -> None:
        """`callback` is of every number; the pair rate is off unless `limits` says otherwise."""
        self.moment = NOW
        self.faults = WhatsAppFaults()
        self.database = open_database(f"sqlite:///{folder / f'whatsapp-{uuid.uuid4().hex}.sqlite'}")
        self.world = WhatsApp(
            self.database,
            [replace(number, callback=callback) for number in numbers],
            app_secret=APP_SECRET,
            clock=None if real_time else Clock(lambda: self.moment),
            faults=self.faults,
            limits=limits or NO_RATES,
            delivering=delivering,
            **options,
        )
        self._persons = dict(self.world.persons)
        self.number, self.other = (self.world.numbers[one.phone_number_id] for one in (numbers[0], numbers[-1]))
        # Sanic rewrites its own methods at a start; only so it can start a second time in one process.
        Sanic.test_mode = True
        self._app = make_app(self.world, tokens or {TOKEN: Token()}, f"whatsapp_{uuid.uuid4().hex}")
        started = threading.Event()

        @self._app.listener("after_server_start")
        async def ready(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            self._loop = loop
            started.set()

        self.port = _free_port()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert started.wait(PATIENCE), "de server begon niet"
        self.root = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.root, timeout=PATIENCE, trust_env=False)

    def _run(self) -> None:
        self._app.run("127.0.0.1", self.port, register_sys_signals=False, access_log=False, motd=False)

    def stop(self) -> None:
        self.http.close()
        stop_thread(self._loop, self._app, self._thread, PATIENCE)
        self.database.dispose()

    def forget(self) -> None:
        """As new, with the usual limits; quicker than another one."""
        self.settle()
        self.moment = NOW
        self.faults.clear()
        world = self.world
        world.begin_anew()
        world.persons = dict(self._persons)
        world.limits, world.habits = NO_RATES, Habits()
        world.webhooks.options = QUICK
        world.webhooks.log.clear()

    def pass_time(self, **how_long: float) -> None:
        self.moment += timedelta(**how_long)

    def settle(self) -> None:
        """Wait until every webhook was taken, or given up."""
        deadline = time.monotonic() + PATIENCE
        while self.world.webhooks.pending:
            assert time.monotonic() < deadline, f"{self.world.webhooks.pending} webhooks bleven liggen"
            time.sleep(0.005)

    def post(self, fields: Json, *, token: str | None = TOKEN, number: str = "") -> httpx.Response:
        """Send something from the first number, as a body."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        path = f"/{VERSION}/{number or self.number.phone_number_id}/messages"
        return self.http.post(path, json={"messaging_product": "whatsapp", **fields}, headers=headers)

    def say(self, text: str = "Goedemorgen.", to: str = "+31600000001", **more: Any) -> httpx.Response:
        """Send a text."""
        return self.post({"to": to, "type": "text", "text": {"body": text}, **more})

    def get(self, path: str, token: str = TOKEN, **query: str) -> httpx.Response:
        return self.http.get(f"/{VERSION}/{path}", params=query, headers={"Authorization": f"Bearer {token}"})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
