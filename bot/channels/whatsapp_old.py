"""What came in more than 24 hours after it was sent, by a long disturbance: it cannot be answered any more, so a human does."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.engine import Engine

from bot import takeover
from bot.channels.whatsapp_saying import Saying
from bot.contact import Contact
from bot.conversations.model import WHATSAPP
from bot.handoff import callback
from bot.handoff.model import Reden
from bot.handoff.offer import terugbellen_voor
from bot.threads import in_thread
from bot.whatsapp import inbox
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import VENSTER, Persoon

logger = logging.getLogger(__name__)


async def too_old(engine: Engine, saying: Saying, persoon: Persoon, one: Binnen, now: datetime) -> None:
    """Somebody calls, when a number is known and the municipality calls back; else it waits for an employee at the desk.

    All that somebody sent so long ago becomes one request.
    """
    await saying.heard(persoon, one, _words(saying, persoon, one))
    await in_thread(_for_a_human, engine, saying, persoon, now)


def _words(saying: Saying, persoon: Persoon, one: Binnen) -> str:
    text = str(one.inhoud.get("tekst") or one.inhoud.get("titel") or "")
    if text and one.inhoud.get("soort") in ("tekst", "keuze"):
        return text
    soort = one.inhoud.get("media") or one.inhoud.get("soort")
    return f"{saying.text(persoon, 'utter_whatsapp_bijlage', soort=soort)} {text}".strip()


def _for_a_human(engine: Engine, saying: Saying, persoon: Persoon, now: datetime) -> None:
    gemeente, nummer = saying.gemeente(persoon), persoon.adres.nummer
    if not nummer or not gemeente.balie.terugbellen:
        takeover.ask(engine, gemeente, gesprek_id=persoon.gesprek_id, reden=Reden.ACTIE_MISLUKT, delen=True, now=now)
        logger.warning("Een bericht van meer dan 24 uur geleden wacht op een medewerker")
        return
    if any(made.status == "te_verwerken" for made in callback.of_conversation(engine, persoon.gesprek_id)):
        return
    old = [other for other in inbox.waiting(engine, persoon.id) if now - other.tijd > VENSTER]
    callback.create(
        engine,
        gemeente=gemeente.id,
        kanaal=WHATSAPP,
        contact=Contact(telefoon=nummer),
        onderwerp=saying.text(persoon, "utter_whatsapp_oud_bericht"),
        vraag="\n".join(_words(saying, persoon, other) for other in old),
        gesprek_id=persoon.gesprek_id,
        uiterlijk_op=terugbellen_voor(gemeente, now),
        bestemming="openklant" if gemeente.open_klant else "balie",
        now=now,
    )
