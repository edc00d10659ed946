"""Sending requests to be called back on to Open Klant, from our own table: again and again until it has them.

A request that Open Klant refuses for good goes to our own desk, so that nobody is forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.engine import Engine

from bot.handoff import callback
from bot.handoff.model import Terugbelverzoek
from bot.handoff.openklant.client import Client
from bot.handoff.openklant.errors import Invalid, NotFound, OpenKlantError, Refused
from bot.handoff.openklant.submit import status, submit, withdraw
from bot.handoff.openklant.values import OpenKlantConfig, Stappen, Verzoek
from bot.threads import in_thread

logger = logging.getLogger(__name__)

TAAL = "nld"
"""ISO 639-2/B."""


async def forward(engine: Engine, configs: Mapping[str, OpenKlantConfig], now: datetime | None = None) -> int:
    """Send what waits; returns how many requests Open Klant now has (or no longer has, when withdrawn).

    Several processes may do this at once: each request is taken by one of them.
    """
    done = 0
    for one in await in_thread(callback.to_send, engine, now):
        config = configs.get(one.gemeente)
        if config is None:
            # The municipality left Open Klant with requests on the way: its own desk does them.
            await in_thread(callback.to_desk, engine, one.referentienummer)
        elif await in_thread(callback.take_for_sending, engine, one, now):
            done += await _send(engine, config, one)
    return done


async def refresh(engine: Engine, config: OpenKlantConfig, one: Terugbelverzoek) -> Terugbelverzoek:
    """The request with what Open Klant says of it now. Raises OpenKlantError when it cannot be asked."""
    task = Stappen.from_json(one.stappen).internetaak
    if one.bestemming != "openklant" or one.status != "te_verwerken" or task is None:
        return one
    async with Client(config) as client:
        found = await status(client, internetaak=task)
    if found.status == "verwerkt":
        moment = found.afgehandeld_op or datetime.now(UTC)
        await in_thread(callback.done_elsewhere, engine, one.referentienummer, moment)
    return await in_thread(callback.load, engine, one.referentienummer)


async def _send(engine: Engine, config: OpenKlantConfig, one: Terugbelverzoek) -> bool:
    stappen = Stappen.from_json(one.stappen)

    async def keep(taken: Stappen) -> None:
        await in_thread(callback.keep_steps, engine, one.referentienummer, taken.as_json())

    try:
        async with Client(config) as client:
            if one.status == "ingetrokken":
                await _gone(client, stappen, one.referentienummer)
                await keep(Stappen())
            else:
                await submit(client, config, _verzoek(one), stappen, keep)
    except (Refused, Invalid) as error:
        logger.error("Open Klant weigert een terugbelverzoek (%s); het komt op de eigen balie", type(error).__name__)
        await in_thread(callback.failed, engine, one.referentienummer, type(error).__name__)
        await in_thread(callback.to_desk, engine, one.referentienummer)
        return False
    except OpenKlantError as error:
        # Only the kind of error; the next try is set already.
        logger.warning("Een terugbelverzoek kon niet naar Open Klant: %s", type(error).__name__)
        await in_thread(callback.failed, engine, one.referentienummer, type(error).__name__)
        return False
    await in_thread(callback.sent, engine, one.referentienummer)
    return True


async def _gone(client: Client, stappen: Stappen, referentienummer: str) -> None:
    try:
        await withdraw(client, stappen, referentienummer=referentienummer)
    except NotFound:
        # It never arrived, or went already: either way it is not there.
        return


def _verzoek(one: Terugbelverzoek) -> Verzoek:
    return Verzoek(
        referentienummer=one.referentienummer,
        naam=one.naam or "",
        telefoon=one.telefoon,
        email=one.email,
        onderwerp=f"Terugbelverzoek: {one.onderwerp or 'vraag aan de gemeente'}",
        inhoud=one.vraag or one.onderwerp or "",
        wanneer=one.wanneer or "",
        taal=TAAL,
        # Not the conversation's own id: whoever has that could pass for it.
        gesprek=one.referentienummer,
        zaak_uuid=None,
        geplaatst_op=one.gevraagd_op,
    )
