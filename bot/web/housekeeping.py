"""What the website's process does by itself now and then: erasing conversations whose time has passed, and telling editors of
questions that were left."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from sanic import Blueprint
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import attempts
from bot.appointments import register
from bot.appointments.agenda import upkeep as agenda
from bot.cases import identity
from bot.catalog.live import gemeenten_of
from bot.database import open_database
from bot.noticing import left_in_silence
from bot.privacy.retention import erase_expired
from bot.settings import Settings
from bot.threads import in_thread
from bot.web.rounds import rounds
from bot.whatsapp import inbox, outbox

logger = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds between two rounds."""


def blueprint(settings: Settings) -> Blueprint:
    """No addresses: the rounds, as long as the application serves."""
    return rounds("housekeeping", lambda: _rounds(settings))


async def _rounds(settings: Settings) -> None:
    engine, tracker_store = open_database(settings.catalog_url), open_database(settings.tracker_store_url)
    gemeenten = list(gemeenten_of(settings))
    while True:
        try:
            count = await in_thread(erase_expired, engine, tracker_store, gemeenten)
            await in_thread(_clean_up, engine)
            await in_thread(left_in_silence, engine)
            if count:
                logger.info("%d gesprekken gewist: hun bewaartermijn is voorbij", count)
        except SQLAlchemyError as error:
            logger.warning("Wissen lukte niet (%s); over een uur opnieuw", type(error).__name__)
        await asyncio.sleep(EVERY)


def _clean_up(engine: Engine) -> None:
    now = datetime.now(UTC)
    identity.clean_up(engine, now)
    attempts.clean_up(engine, now)
    register.clean_up(engine, now)
    agenda.clean_up(engine, now)
    inbox.clean_up(engine, now)
    outbox.clean_up(engine, now)
