"""What happens to the queue by the clock: employees who are gone, waiting that takes long, closing time, and what must be sent
on to Open Klant."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from sanic import Blueprint, Sanic
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.catalog.live import gemeenten_of
from bot.connections import open_klant_configs
from bot.database import open_database
from bot.handoff.forwarding import forward
from bot.handoff.openklant.values import OpenKlantConfig
from bot.settings import Settings
from bot.signals import Signals
from bot.takeover import keep_queue

logger = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two rounds."""


def blueprint(settings: Settings) -> Blueprint:
    """No addresses: the rounds, as long as the application serves."""
    rounds = Blueprint("queue_keeper")

    @rounds.listener("after_server_start")
    async def start(app: Sanic, _loop: Any) -> None:
        app.ctx.queue_rounds = asyncio.create_task(_rounds(settings))

    @rounds.listener("before_server_stop")
    async def stop(app: Sanic, _loop: Any) -> None:
        app.ctx.queue_rounds.cancel()
        with suppress(asyncio.CancelledError):
            await app.ctx.queue_rounds

    return rounds


async def _rounds(settings: Settings) -> None:
    engine = open_database(settings.catalog_url)
    signals = Signals(engine, settings.redis_url)
    gemeenten = gemeenten_of(settings)
    keep = partial(keep_queue, engine, list(gemeenten))
    configs = open_klant_configs(settings, gemeenten)
    while True:
        try:
            for gesprek_id in await asyncio.get_running_loop().run_in_executor(None, keep):
                await signals.announce(gesprek_id)
        except SQLAlchemyError as error:
            logger.warning("De wachtrij bijhouden lukte niet (%s); zo opnieuw", type(error).__name__)
        await _forward(engine, configs)
        await asyncio.sleep(EVERY)


async def _forward(engine: Engine, configs: Mapping[str, OpenKlantConfig]) -> None:
    try:
        await forward(engine, configs)
    except Exception as error:  # noqa: BLE001 (one request that cannot be sent must not end the rounds)
        # Only the kind of error: a request is personal.
        logger.error("Doorsturen naar Open Klant mislukte: %s", type(error).__name__)
