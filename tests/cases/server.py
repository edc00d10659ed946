"""The Open Zaak sandbox on a port of its own, in a thread of the test."""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from datetime import date
from pathlib import Path
from typing import Any

from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.cases.values import ZgwConfig
from bot.database import open_database
from bot.sandbox.cases import OMGEVINGSDIENST, RSIN, VOORBEELDSTAD
from bot.sandbox.faults import Faults
from bot.sandbox.openzaak import make_app
from tests.stopping import stop_thread

CLIENT_ID, SECRET = "vraagbaak-test", "een-geheim-dat-lang-genoeg-is-voor-hs256"
PATIENCE = 10.0
TODAY = date(2026, 11, 25)


class Sandbox:
    """A running sandbox."""

    def __init__(self, folder: Path, today: date = TODAY, **options: Any) -> None:
        self.today = today
        self.faults = Faults()
        self.database: Engine = open_database(f"sqlite:///{folder / f'zaken-{uuid.uuid4().hex}.sqlite'}")
        self.port = _free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        # Sanic rewrites its own methods at a start; only so it can start a second time in one process.
        Sanic.test_mode = True
        self._app = make_app(
            self.database,
            {CLIENT_ID: SECRET},
            today=today,
            faults=self.faults,
            name=f"openzaak_{uuid.uuid4().hex}",
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

    def stop(self) -> None:
        stop_thread(self._loop, self._app, self._thread, PATIENCE)
        self.database.dispose()

    def config(self, **fields: Any) -> ZgwConfig:
        """The connection of Voorbeeldstad, quick to give up."""
        return ZgwConfig(
            **{
                "zaken_url": f"{self.root}/zaken/api/v1",
                "catalogi_url": f"{self.root}/catalogi/api/v1",
                "client_id": CLIENT_ID,
                "secret": SECRET,
                "bronorganisaties": (RSIN[VOORBEELDSTAD], OMGEVINGSDIENST),
                "timeout": 2.0,
                "attempts": 1,
            }
            | fields
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
