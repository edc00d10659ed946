"""Sending what was written down, in order per person: pace, retries, the 24 hours, and what Meta's errors ask for."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, Mapping, Optional

from sqlalchemy.engine import Engine

from bot.appointment_texts import calendar_of
from bot.appointments import register
from bot.calendar_links import read_link
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.channels.tokens import BadToken
from bot.channels.whatsapp_turns import as_outgoing
from bot.channels.whatsapp_values import Nummers
from bot.conversations import store
from bot.conversations.model import Nieuw, UnknownGesprek
from bot.nlg.fields import fields_for
from bot.nlg.texts import render, responses
from bot.settings import Settings
from bot.signals import Signals
from bot.threads import in_thread
from bot.whatsapp import outbox, people
from bot.whatsapp.errors import NotSent, Reactie, Refused, Unknown
from bot.whatsapp.graph import Graphs
from bot.whatsapp.limits import PER_USER, Tempo, pause, per_number
from bot.whatsapp.outbox import Uit
from bot.whatsapp.people import Adres, Persoon
from bot.whatsapp.render import render as rendered

logger = logging.getLogger(__name__)

RUST = timedelta(minutes=1)
"""How long a number waits after too much, at first."""
NIET_VERDER = frozenset(
    {
        Reactie.ONBEREIKBAAR,
        Reactie.ONZE_FOUT,
        Reactie.SJABLOON_FOUT,
        Reactie.GRENS,
        Reactie.ANDER_SOORT,
    }
)
"""Errors after which the same message is never tried again."""


class Sending:
    """One for the process. The paces are kept here: each process keeps to its own share of them."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        secret: str,
        signals: Signals,
        nummers: Nummers,
        now: Callable[[], datetime],
        graphs: Optional[Graphs] = None,
    ) -> None:
        self._settings, self._engine, self._secret = settings, engine, secret
        self._signals, self._nummers, self._now = signals, nummers, now
        self._graphs = graphs or Graphs()
        self._per_user: Dict[str, Tempo] = {}
        self._per_number: Dict[str, Tempo] = {}

    async def aclose(self) -> None:
        """Close the connections with Meta."""
        await self._graphs.aclose()

    def make_ready(self, persoon: Persoon) -> None:
        """Write down to be sent what was said in the conversation since the last time."""
        for bericht in store.since(self._engine, persoon.gesprek_id, persoon.uitgezet):
            is_own = bericht.van == "bewoner" or bericht.extra.get("voor") == "medewerker"
            part = None if is_own else rendered(as_outgoing(bericht))
            outbox.put(
                self._engine,
                persoon_id=persoon.id,
                gemeente=persoon.gemeente,
                nummer=bericht.nummer,
                lijven=part.lijven if part else (),
                now=self._now(),
                uitgezet=bericht.nummer,
                meer={"nummer": bericht.nummer, "vanaf": part.meer} if part and part.meer is not None else None,
            )

    async def deliver(self, persoon_id: str) -> None:
        """Send what may be sent to somebody now, in order; what must wait says until when."""
        while True:
            one = await in_thread(outbox.next_of, self._engine, persoon_id)
            if one is None or one.volgende_op > self._now():
                return
            if not await self._one(persoon_id, one):
                return

    async def _one(self, persoon_id: str, one: Uit) -> bool:
        """Send one piece; whether the next one may follow at once."""
        config = self._nummers.configs.get(one.gemeente)
        persoon = await in_thread(people.by_id, self._engine, self._secret, persoon_id)
        adres = people.decrypted(self._secret, one.adres) if one.adres else persoon.adres if persoon else Adres()
        if config is None or one.lijf is None or not (adres.nummer or adres.gebruiker):
            await in_thread(outbox.failed, self._engine, one, None)
            return True
        rust, stopped = await in_thread(outbox.rest_until, self._engine, config.phone_number_id)
        now = self._now()
        if stopped or (rust is not None and rust > now):
            await in_thread(
                outbox.postponed, self._engine, one, max(rust or now, now) + timedelta(seconds=30 * stopped)
            )
            return False
        if persoon is not None and not one.adres and persoon.window_until() <= now:
            await self._outside_window(persoon, one, None)
            return True
        user = self._per_user.get(persoon_id, Tempo(PER_USER))
        number = self._per_number.get(config.phone_number_id, Tempo(per_number()))
        wait_until = max(user.next_allowed(now), number.next_allowed(now))
        if wait_until > now:
            await in_thread(outbox.postponed, self._engine, one, wait_until)
            return False
        self._per_user[persoon_id] = user.counted(now)
        self._per_number[config.phone_number_id] = number.counted(now)
        return await self._send(persoon, one, adres)

    async def _send(self, persoon: Optional[Persoon], one: Uit, adres: Adres) -> bool:
        graph = self._graphs.graph(self._nummers.configs[one.gemeente])
        assert one.lijf is not None
        try:
            body = await self._with_file(graph, dict(one.lijf))
            # With both, the number wins; a user name only works where Meta gives it.
            wamid = await graph.send(
                body, to=adres.nummer or None, recipient=None if adres.nummer else adres.gebruiker, sleutel=one.sleutel
            )
        except Refused as error:
            return await self._refused(persoon, one, error.reactie, error.code)
        except Unknown:
            await in_thread(outbox.uncertain, self._engine, one, self._now())
            return False
        except NotSent:
            return await self._again(persoon, one, Reactie.OPNIEUW, None)
        await in_thread(outbox.accepted, self._engine, one, wamid)
        tempo = self._per_user.get(one.persoon_id)
        if tempo is not None:
            self._per_user[one.persoon_id] = tempo.accepted()
        return True

    async def _refused(self, persoon: Optional[Persoon], one: Uit, wat: Reactie, code: Optional[int]) -> bool:
        """What an error asks for; whether the next piece may follow at once."""
        config, now = self._nummers.configs[one.gemeente], self._now()
        if wat is Reactie.VENSTER and persoon is not None:
            await self._outside_window(persoon, one, code)
            return True
        if wat in NIET_VERDER or wat is Reactie.VENSTER:
            if wat in (Reactie.ONZE_FOUT, Reactie.SJABLOON_FOUT):
                logger.error("WhatsApp weigert een bericht van ons (code %s): dit moet iemand nakijken", code)
            await in_thread(outbox.failed, self._engine, one, code)
            await self.tell_employee(persoon, "utter_whatsapp_mislukt_voor_medewerker", code=code)
            return True
        if wat is Reactie.STOPPEN:
            logger.critical("WhatsApp laat %s niet meer sturen (code %s): token, recht of rekening", one.gemeente, code)
            await in_thread(outbox.let_rest, self._engine, config.phone_number_id, until=None, stopped=now, fout=code)
            return False
        if wat is Reactie.NUMMER_RUSTIG:
            rest = pause(wat, one.pogingen + 1, random.random(), code) or RUST  # noqa: S311 (spreads load, guards nothing)
            await in_thread(
                outbox.let_rest, self._engine, config.phone_number_id, until=now + rest, stopped=None, fout=code
            )
            await in_thread(outbox.later, self._engine, one, now + rest, code)
            return False
        if wat is Reactie.GEBRUIKER_RUSTIG:
            tempo = self._per_user.get(one.persoon_id, Tempo(PER_USER)).refused(now)
            self._per_user[one.persoon_id] = tempo
            await in_thread(outbox.later, self._engine, one, tempo.next_allowed(now), code)
            return False
        return await self._again(persoon, one, wat, code)

    async def _again(self, persoon: Optional[Persoon], one: Uit, wat: Reactie, code: Optional[int]) -> bool:
        """A passing error: again after a pause that grows, and in the end a word to whoever helps."""
        rest = pause(wat, one.pogingen + 1, random.random(), code)  # noqa: S311 (spreads load, guards nothing)
        if rest is None:
            await in_thread(outbox.failed, self._engine, one, code)
            await self.tell_employee(persoon, "utter_whatsapp_mislukt_voor_medewerker", code=code)
            return True
        await in_thread(outbox.later, self._engine, one, self._now() + rest, code)
        return False

    async def _outside_window(self, persoon: Persoon, one: Uit, code: Optional[int]) -> None:
        """The 24 hours are over: a template asks whether one may go on, or the employee is told."""
        gemeente = gemeenten_of(self._settings)[persoon.gemeente]
        sjabloon = gemeente.whatsapp.sjabloon if gemeente.whatsapp else ""
        await in_thread(outbox.held, self._engine, one, code)
        if sjabloon and not persoon.gestopt:
            graph = self._graphs.graph(self._nummers.configs[persoon.gemeente])
            body = {"type": "template", "template": {"name": sjabloon, "language": {"code": "nl"}}}
            try:
                await graph.send(
                    body,
                    to=persoon.adres.nummer or None,
                    recipient=None if persoon.adres.nummer else persoon.adres.gebruiker,
                    sleutel=f"s{one.sleutel}"[:32],
                )
            except (Refused, Unknown, NotSent) as error:
                logger.error("Het sjabloon van %s kon niet worden verstuurd: %s", persoon.gemeente, error)
                sjabloon = ""
        await self.tell_employee(persoon, "utter_whatsapp_te_laat_voor_medewerker", sjabloon=bool(sjabloon))

    async def tell_employee(self, persoon: Optional[Persoon], name: str, **fields: Any) -> None:
        """A line in the conversation that only the desk shows."""
        if persoon is None:
            return
        gemeente = gemeenten_of(self._settings)[persoon.gemeente]
        text = self._text(gemeente, name, fields)
        nieuw = Nieuw("systeem", text, extra={"voor": "medewerker"})
        try:
            await in_thread(store.append, self._engine, persoon.gesprek_id, nieuw)
        except UnknownGesprek:
            return
        await self._signals.announce(persoon.gesprek_id)

    def _text(self, gemeente: Gemeente, name: str, fields: Mapping[str, Any]) -> str:
        return render(responses()[name][0]["text"], {**fields_for(self._settings, gemeente, self._now()), **fields})

    async def _with_file(self, graph: Any, body: Dict[str, Any]) -> Dict[str, Any]:
        """A calendar file of ours is uploaded: Meta takes no address of that kind."""
        found = body.get("document") or {}
        prefix = f"{self._settings.public_web_url}/agenda/"
        link = str(found.get("link") or "")
        if not link.startswith(prefix):
            return body
        contents = await in_thread(self._calendar, link.removeprefix(prefix).split("/")[0])
        if contents is None:
            return body
        # Meta knows no text/calendar; phones go by the name.
        media = await graph.upload(str(found.get("filename") or "afspraak.ics"), "text/plain", contents)
        rest = {key: value for key, value in found.items() if key != "link"}
        return {**body, "document": {**rest, "id": media}}

    def _calendar(self, token: str) -> Optional[bytes]:
        try:
            found = register.load(self._engine, read_link(self._settings, token))
        except BadToken:
            return None
        if found is None:
            return None
        return calendar_of(self._settings, gemeenten_of(self._settings)[found.gemeente], found, self._now())
