"""What happens to the queue by the clock: employees who are gone, waiting that takes long, and closing time."""

from __future__ import annotations

import asyncio
import logging

from sanic import Blueprint

from bot.catalog.live import gemeenten_of
from bot.database import open_database
from bot.settings import Settings
from bot.signals import Signals
from bot.takeover import keep_queue
from bot.threads import in_thread
from bot.web.rounds import rounds

logger = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two rounds."""


def blueprint(settings: Settings) -> Blueprint:
    """No addresses: the rounds, as long as the application serves."""
    return rounds("queue_keeper", lambda: _rounds(settings))


async def _rounds(settings: Settings) -> None:
    engine = open_database(settings.catalog_url)
    signals = Signals(engine, settings.redis_url)
    gemeenten = list(gemeenten_of(settings))
    while True:
        try:
            for gesprek_id in await in_thread(keep_queue, engine, gemeenten):
                await signals.announce(gesprek_id)
        except Exception as error:  # noqa: BLE001 (whatever broke, those who wait must not be forgotten)
            logger.error("De wachtrij bijhouden lukte niet (%s); zo opnieuw", type(error).__name__)
        await asyncio.sleep(EVERY)
