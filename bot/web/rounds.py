"""What the website's process does by itself, again and again, as long as it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sanic import Blueprint, Sanic


def rounds(name: str, go: Callable[[], Awaitable[None]]) -> Blueprint:
    """A blueprint without addresses that runs `go`, which never ends by itself, from start to stop."""
    blueprint = Blueprint(name)
    running: list[asyncio.Task[None]] = []

    @blueprint.listener("after_server_start")
    async def start(_app: Sanic, _loop: Any) -> None:
        running.append(asyncio.ensure_future(go()))  # type: ignore[arg-type]

    @blueprint.listener("before_server_stop")
    async def stop(_app: Sanic, _loop: Any) -> None:
        while running:
            task = running.pop()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return blueprint
