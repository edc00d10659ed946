"""Sending requests to be called back on to Open Klant. Apart from the queue: an Open Klant that is slow holds up nobody else."""

from __future__ import annotations

import asyncio
import logging

from sanic import Blueprint

from bot.catalog.live import gemeenten_of
from bot.connections import open_klant_configs
from bot.database import open_database
from bot.handoff.forwarding import forward
from bot.settings import Settings
from bot.web.rounds import rounds

logger = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two rounds."""


def blueprint(settings: Settings) -> Blueprint:
    """No addresses: the rounds, as long as the application serves."""
    return rounds("forwarding", lambda: _rounds(settings))


async def _rounds(settings: Settings) -> None:
    engine = open_database(settings.catalog_url)
    configs = open_klant_configs(settings, gemeenten_of(settings))
    while True:
        try:
            await forward(engine, configs)
        except Exception as error:  # noqa: BLE001 (one request that cannot be sent must not end the rounds)
            # Only the kind of error: a request is personal.
            logger.error("Doorsturen naar Open Klant mislukte: %s", type(error).__name__)
        await asyncio.sleep(EVERY)
