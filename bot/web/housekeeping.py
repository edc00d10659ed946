"""What the website's process does by itself now and then: erasing conversations whose time has passed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any

from sanic import Blueprint, Sanic
from sqlalchemy.exc import SQLAlchemyError

from bot.cases.identity import clean_up
from bot.catalog.live import gemeenten_of
from bot.database import open_database
from bot.privacy.retention import erase_expired
from bot.settings import Settings

logger = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds between two rounds."""


def blueprint(settings: Settings) -> Blueprint:
    """No addresses: the rounds, as long as the application serves."""
    rounds = Blueprint("housekeeping")

    @rounds.listener("after_server_start")
    async def start(app: Sanic, _loop: Any) -> None:
        app.ctx.rounds = asyncio.create_task(_rounds(settings))

    @rounds.listener("before_server_stop")
    async def stop(app: Sanic, _loop: Any) -> None:
        app.ctx.rounds.cancel()
        with suppress(asyncio.CancelledError):
            await app.ctx.rounds

    return rounds


async def _rounds(settings: Settings) -> None:
    erase = partial(
        erase_expired,
        open_database(settings.catalog_url),
        open_database(settings.tracker_store_url),
        list(gemeenten_of(settings)),
    )
    while True:
        try:
            count = await asyncio.get_running_loop().run_in_executor(None, erase)
            await asyncio.get_running_loop().run_in_executor(None, clean_up, open_database(settings.catalog_url))
            if count:
                logger.info("%d gesprekken gewist: hun bewaartermijn is voorbij", count)
        except SQLAlchemyError as error:
            logger.warning("Wissen lukte niet (%s); over een uur opnieuw", type(error).__name__)
        await asyncio.sleep(EVERY)
