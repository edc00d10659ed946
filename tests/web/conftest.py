"""The website on a port of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.database import open_database, upgrade
from bot.settings import Settings
from bot.web.app import make_app
from tests.channels.webchat_server import PATIENCE, Running, free_port

Site = Callable[..., httpx.Client]


@pytest.fixture
def serve(sqlite_settings: Settings) -> Iterator[Site]:
    """Starts the website with settings of the test; gives a client for it."""
    stops: list[Callable[[], None]] = []

    def start(**fields: Any) -> httpx.Client:
        settings = replace(sqlite_settings, web_port=free_port(), engine_port=free_port(), **fields)
        upgrade(open_database(settings.catalog_url))
        running = Running(make_app(settings, f"web_{uuid.uuid4().hex}"), settings.web_port)
        client = httpx.Client(base_url=f"http://{settings.host}:{settings.web_port}", timeout=PATIENCE)
        stops.extend((client.close, running.stop))
        return client

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def site(serve: Site) -> httpx.Client:
    return serve()
