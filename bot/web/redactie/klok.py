"""What happens to texts by the clock: planned ones go live, those with an end date go, links are looked at now and then."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sanic import Blueprint
from sanic.blueprint_group import BlueprintGroup
from sqlalchemy.engine import Engine

from bot.catalog.live import LiveCatalog, gemeenten_of
from bot.catalog.tables import CENTRAAL
from bot.database import open_database
from bot.redactie import clock, links
from bot.redactie.checks import links_of
from bot.settings import Settings
from bot.threads import in_thread
from bot.web.rounds import rounds

logger = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two rounds."""
LINKS_EVERY = 3600.0
LINKS_AFTER = timedelta(days=1)
"""An address is asked again after so long."""
LINKS_AT_A_TIME = 100


def blueprint(settings: Settings) -> BlueprintGroup:
    """No addresses: the rounds, as long as the application serves."""
    return Blueprint.group(
        rounds("redactie_klok", lambda: _rounds(settings)),
        rounds("redactie_links", lambda: _link_rounds(settings)),
    )


async def _rounds(settings: Settings) -> None:
    engine = open_database(settings.catalog_url)
    gemeenten = gemeenten_of(settings)
    while True:
        try:
            for one in await in_thread(clock.due, engine, gemeenten):
                logger.info("Redactie: %s van %s %s", one.wat.value, one.product_id, one.gemeente)
        except Exception as error:  # noqa: BLE001 (whatever broke, the next text must still go live on time)
            logger.error("De planning van de redactie bijhouden lukte niet (%s); zo opnieuw", type(error).__name__)
        await asyncio.sleep(EVERY)


async def _link_rounds(settings: Settings) -> None:
    engine = open_database(settings.catalog_url)
    while True:
        # Waiting comes first: a process that was started has something better to do.
        await asyncio.sleep(LINKS_EVERY)
        try:
            await check_some_links(settings, engine)
        except Exception as error:  # noqa: BLE001 (an address that cannot be looked at must not end the looking)
            logger.warning("Links nakijken lukte niet (%s); over een uur opnieuw", type(error).__name__)


async def check_some_links(settings: Settings, engine: Engine) -> int:
    """Look at the addresses in live texts that were not looked at for a day, some at a time; how many."""
    live = LiveCatalog(engine)
    await in_thread(live.refresh)
    gemeenten = gemeenten_of(settings).ids
    found = {url for plek in (CENTRAAL, *gemeenten) for one in live.products(plek).values() for url in links_of(one)}
    todo = await in_thread(links.to_ask, engine, sorted(found), datetime.now(UTC) - LINKS_AFTER, LINKS_AT_A_TIME)
    await in_thread(links.record, engine, await links.check_links(todo))
    return len(todo)
