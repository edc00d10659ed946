"""The website on a port of its own."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sanic import Sanic

from bot.database import open_database, upgrade
from bot.settings import Settings
from bot.web.app import make_app
from tests.channels.webchat_server import PATIENCE, free_port

Site = Callable[..., httpx.Client]


@pytest.fixture
def serve(sqlite_settings: Settings) -> Iterator[Site]:
    """Starts the website with settings of the test; gives a client for it."""
    stops: list[Callable[[], None]] = []

    def start(**fields: Any) -> httpx.Client:
        settings = replace(sqlite_settings, web_port=free_port(), engine_port=free_port(), **fields)
        upgrade(open_database(settings.catalog_url))
        app = make_app(settings, f"web_{uuid.uuid4().hex}")
        app.config.TOUCHUP = False
        started = threading.Event()
        loops: list[asyncio.AbstractEventLoop] = []

        @app.listener("after_server_start")
        async def ready(_app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            loops.append(loop)
            started.set()

        def run() -> None:
            app.run(settings.host, settings.web_port, register_sys_signals=False, access_log=False, motd=False)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert started.wait(PATIENCE)
        client = httpx.Client(base_url=f"http://{settings.host}:{settings.web_port}", timeout=PATIENCE)

        def stop() -> None:
            client.close()
            loops[0].call_soon_threadsafe(app.stop)
            thread.join(PATIENCE)

        stops.append(stop)
        return client

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def site(serve: Site) -> httpx.Client:
    return serve()
