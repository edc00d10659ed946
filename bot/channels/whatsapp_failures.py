"""What Meta's errors ask for: waiting, another form, a template, or a word to whoever helps. The table: bot/whatsapp/errors.py."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Callable, Dict, Optional

from sqlalchemy.engine import Engine

from bot.catalog.live import gemeenten_of
from bot.channels.whatsapp_outgoing import plainer
from bot.channels.whatsapp_saying import Saying
from bot.settings import Settings
from bot.threads import in_thread
from bot.whatsapp import outbox
from bot.whatsapp.errors import Reactie
from bot.whatsapp.limits import pause
from bot.whatsapp.outbox import Uit
from bot.whatsapp.people import Persoon
from bot.whatsapp.values import Fout, GraphConfig

logger = logging.getLogger(__name__)

STOP_KIJKEN = timedelta(seconds=30)
"""How often is looked whether a number that was stopped may send again."""
ONZEKER_HOOGSTENS = 3
"""Times that something is sent of which Meta's answer stays away; each may be a double."""
LANGSTE_PAUZE = timedelta(minutes=1)
"""Between two attempts while there is no connection with Meta."""
NIET_VERDER = frozenset({Reactie.ONBEREIKBAAR, Reactie.ONZE_FOUT, Reactie.SJABLOON_FOUT, Reactie.GRENS})
"""Errors after which the same message is never tried again."""


class Failures:
    """One for the process. Each gives whether the next piece for the same person may follow at once."""

    def __init__(self, settings: Settings, engine: Engine, saying: Saying, now: Callable[[], datetime]) -> None:
        self._settings, self._engine, self._saying, self._now = settings, engine, saying, now
        self._in_a_row: Dict[str, int] = {}
        """Number → how often it was too much since it last went well."""
        self._unreached = 0
        """How often there was no connection since it last went well."""

    def went_well(self, config: GraphConfig) -> None:
        """Meta took a message of a number."""
        self._in_a_row.pop(config.phone_number_id, None)
        self._unreached = 0

    async def refused(
        self, config: Optional[GraphConfig], persoon: Optional[Persoon], one: Uit, wat: Reactie, code: Optional[int]
    ) -> bool:
        """Meta said no, at once or by a status that came later; not for GEBRUIKER_RUSTIG, of which the pace knows."""
        if wat is Reactie.VENSTER and persoon is not None and not one.adres:
            return await self.outside_window(persoon, one, code)
        if wat is Reactie.ANDER_SOORT:
            return await self._in_words(persoon, one, code)
        if config is None or wat in NIET_VERDER or wat is Reactie.VENSTER:
            if wat in (Reactie.ONZE_FOUT, Reactie.SJABLOON_FOUT):
                logger.error("WhatsApp weigert een bericht van ons (code %s): dit moet iemand nakijken", code)
            return await self._given_up(persoon, one, code)
        if wat is Reactie.STOPPEN or wat is Reactie.NUMMER_RUSTIG:
            await in_thread(outbox.later, self._engine, one, self._now(), code, counts=False)
            await in_thread(self.hold_back, config.phone_number_id, one.gemeente, wat, code)
            # The queue looks at the number again, and sees that it must wait.
            return True
        rest = pause(wat, max(one.pogingen, 1), random.random(), code)  # noqa: S311 (spreads load, guards nothing)
        if rest is None:
            return await self._given_up(persoon, one, code)
        await in_thread(outbox.later, self._engine, one, self._now() + rest, code)
        return False

    def hold_back(self, phone_number_id: str, gemeente: str, wat: Reactie, code: Optional[int]) -> None:
        """Stop a number, or let it rest for longer each time."""
        now = self._now()
        if wat is Reactie.STOPPEN:
            _, stopped = outbox.rest_until(self._engine, phone_number_id)
            if not stopped:
                logger.critical("WhatsApp laat %s niet sturen (code %s): token, recht of rekening", gemeente, code)
            outbox.let_rest(self._engine, phone_number_id, until=None, stopped=now, fout=code)
            return
        self._in_a_row[phone_number_id] = attempt = self._in_a_row.get(phone_number_id, 0) + 1
        rest = pause(Reactie.NUMMER_RUSTIG, attempt, random.random(), code)  # noqa: S311 (spreads load)
        assert rest is not None, "a number always goes on"
        outbox.let_rest(self._engine, phone_number_id, until=now + rest, fout=code)

    def told_of_number(self, phone_number_id: str, gemeente: str, error: Fout, wat: Reactie) -> None:
        """An error of a number as a whole, that came by webhook."""
        logger.error("WhatsApp meldt een fout over het nummer van %s (code %s)", gemeente, error.code)
        if wat in (Reactie.STOPPEN, Reactie.NUMMER_RUSTIG):
            self.hold_back(phone_number_id, gemeente, wat, error.code)

    async def unanswered(self, persoon: Optional[Persoon], one: Uit) -> bool:
        """Meta's answer stayed away: a status may still tell that it was sent. It stands so already."""
        if one.pogingen >= ONZEKER_HOOGSTENS:
            return await self._given_up(persoon, one, None)
        return False

    async def not_sent(self, one: Uit) -> bool:
        """No connection: nothing was done, and it goes on until there is one."""
        self._unreached += 1
        longest = LANGSTE_PAUZE.total_seconds()
        seconds = min(2.0 ** min(self._unreached, 10), longest) * (0.75 + random.random() / 2)  # noqa: S311 (spreads load)
        at = self._now() + timedelta(seconds=seconds)
        await in_thread(outbox.later, self._engine, one, at, counts=False)
        return False

    async def outside_window(self, persoon: Persoon, one: Uit, code: Optional[int]) -> bool:
        """The 24 hours are over: a template asks once whether one may go on, and the employee is told."""
        first, first_piece = await in_thread(outbox.held, self._engine, one, code)
        gemeente = gemeenten_of(self._settings)[persoon.gemeente]
        sjabloon = gemeente.whatsapp.sjabloon if gemeente.whatsapp and not persoon.gestopt else ""
        if first and sjabloon:
            body = {"type": "template", "template": {"name": sjabloon, "language": {"code": "nl"}}}
            await in_thread(
                outbox.put_loose,
                self._engine,
                persoon_id=persoon.id,
                gemeente=persoon.gemeente,
                lijven=[body],
                now=self._now(),
            )
        if first_piece:
            await self._saying.tell_employee(persoon, "utter_whatsapp_te_laat_voor_medewerker", sjabloon=bool(sjabloon))
        return True

    async def _in_words(self, persoon: Optional[Persoon], one: Uit, code: Optional[int]) -> bool:
        """This kind of message does not work: the same as a bare text, if that is something else."""
        body = plainer(one.lijf or {})
        if body is None:
            return await self._given_up(persoon, one, code)
        await in_thread(outbox.later, self._engine, one, self._now(), code, lijf=body)
        return True

    async def _given_up(self, persoon: Optional[Persoon], one: Uit, code: Optional[int]) -> bool:
        first_piece = await in_thread(outbox.failed, self._engine, one, code)
        if first_piece and persoon is not None:
            await self._saying.tell_employee(persoon, "utter_whatsapp_mislukt_voor_medewerker", code=code)
        return True
