"""The live desk: a stream (server-sent events) of how it stands, each time that something differs for this employee.

Each event is the whole state, so a reconnect needs no memory. Messages themselves are fetched by number: none is lost and
none comes twice.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

from sanic.request import Request

from bot.handoff import employees
from bot.threads import in_thread
from bot.web.desk import present
from bot.web.desk.api import products_per_gemeente
from bot.web.desk.common import Call

TICK = 20.0
"""Seconds between two questions whether the page is still there; it answers with a heartbeat."""


async def events(call: Call, request: Request) -> None:
    """`event: stand` with the state, `event: tik` now and then, `event: uit` when the session is over."""
    desk, medewerker = call.desk, call.medewerker
    await in_thread(employees.heartbeat, desk.engine, medewerker.id)
    # Nothing comes after a stream on its connection: a process that stops need not wait for more.
    assert request.stream is not None
    request.stream.keep_alive = False
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    stream = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
    await stream.send("retry: 1000\n\n")
    loop = asyncio.get_running_loop()
    shown, tick = "", loop.time() + TICK
    async with desk.watch.waiting() as something:
        stand = await desk.watch.look()
        while not desk.watch.stopped:
            something.clear()
            every = await in_thread(products_per_gemeente, desk)
            content = json.dumps(present.state(stand, medewerker, desk.gemeenten, every), ensure_ascii=False)
            if content != shown:
                shown = content
                await stream.send(_event("stand", f'{{"nu": "{_now()}", "stand": {content}}}'))
            try:
                await asyncio.wait_for(something.wait(), max(0.0, tick - loop.time()))
            except TimeoutError:
                tick = loop.time() + TICK
                found = await in_thread(employees.session, desk.engine, call.cookie)
                if found is None:
                    await stream.send(_event("uit", "{}"))
                    return
                # Roles may have changed since.
                medewerker = found[0]
                await stream.send(_event("tik", f'{{"nu": "{_now()}"}}'))
            stand = await desk.watch.stand()


def _event(kind: str, data: str) -> str:
    return f"event: {kind}\ndata: {data}\n\n"


def _now() -> str:
    return datetime.now(UTC).isoformat()
