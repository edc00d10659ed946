"""Sending what was written down, in order per person and at the pace that Meta allows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, Dict, Optional

from sqlalchemy.engine import Engine

from bot.appointment_texts import calendar_of
from bot.appointments import register
from bot.calendar_links import read_link
from bot.catalog.live import gemeenten_of
from bot.channels.tokens import BadToken
from bot.channels.whatsapp_failures import STOP_KIJKEN, Failures
from bot.channels.whatsapp_outgoing import as_outgoing, goes_out
from bot.channels.whatsapp_saying import Saying
from bot.channels.whatsapp_values import Nummers
from bot.conversations import store
from bot.settings import Settings
from bot.threads import in_thread
from bot.whatsapp import outbox, people
from bot.whatsapp.errors import NotSent, Reactie, Refused, Unknown, reactie
from bot.whatsapp.graph import Graph, Graphs
from bot.whatsapp.limits import PER_USER, Tempo, per_number
from bot.whatsapp.outbox import Uit
from bot.whatsapp.people import Adres, Persoon
from bot.whatsapp.render import render as rendered
from bot.whatsapp.values import GraphConfig

_AGENDA_ALS = "text/plain"
"""Meta knows no text/calendar; phones go by the name."""


class Sending:
    """One for the process. The paces are kept here: each process keeps to its own share of them."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        secret: str,
        saying: Saying,
        nummers: Nummers,
        now: Callable[[], datetime],
        graphs: Optional[Graphs] = None,
    ) -> None:
        self._settings, self._engine, self._secret = settings, engine, secret
        self._nummers, self._now = nummers, now
        self._graphs = graphs or Graphs()
        self.failures = Failures(settings, engine, saying, now)
        self._per_user: Dict[str, Tempo] = {}
        self._per_number: Dict[str, Tempo] = {}

    async def aclose(self) -> None:
        """Close the connections with Meta."""
        await self._graphs.aclose()

    def start_anew(self) -> None:
        """Numbers that were stopped may try again: token, rights or account may have been mended since."""
        for config in self._nummers.configs.values():
            outbox.let_rest(self._engine, config.phone_number_id, until=None)

    def came_in(self, phone_number_id: str) -> None:
        """A message came in: it counts towards what the number may send."""
        pace = self._per_number.get(phone_number_id, Tempo(per_number()))
        self._per_number[phone_number_id] = pace.counted(self._now())

    def make_ready(self, persoon: Persoon) -> None:
        """Write down to be sent what was said in the conversation since the last time."""
        for bericht in store.since(self._engine, persoon.gesprek_id, persoon.uitgezet):
            part = rendered(as_outgoing(bericht)) if goes_out(persoon, bericht) else None
            changes: Dict[str, Any] = {}
            if part is not None:
                meer = {"nummer": bericht.nummer, "vanaf": part.meer} if part.meer is not None else None
                changes["meer"] = meer
            outbox.put(
                self._engine,
                persoon_id=persoon.id,
                gemeente=persoon.gemeente,
                nummer=bericht.nummer,
                lijven=part.lijven if part else (),
                now=self._now(),
                uitgezet=bericht.nummer,
                **changes,
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
            return await self.failures.refused(config, persoon, one, Reactie.ONBEREIKBAAR, None)
        if one.stand == outbox.TERUG:
            return await self._refused(config, persoon, one, reactie(one.fout, None), one.fout)
        now = self._now()
        rust, stopped = await in_thread(outbox.rest_until, self._engine, config.phone_number_id)
        if stopped or (rust is not None and rust > now):
            at = max(rust or now, now + STOP_KIJKEN if stopped else now)
            await in_thread(outbox.postponed, self._engine, one, at)
            return False
        is_template = one.lijf["type"] == "template"
        if persoon is not None and not one.adres and not is_template and persoon.window_until() <= now:
            return await self.failures.outside_window(persoon, one, None)
        user = self._per_user.get(persoon_id, Tempo(PER_USER))
        number = self._per_number.get(config.phone_number_id, Tempo(per_number()))
        wait_until = max(user.next_allowed(now), number.next_allowed(now))
        if wait_until > now:
            await in_thread(outbox.postponed, self._engine, one, wait_until)
            return False
        taken = await in_thread(outbox.take, self._engine, one, now)
        if taken is None:
            return True
        self._per_user[persoon_id] = user.counted(now)
        self._per_number[config.phone_number_id] = number.counted(now)
        return await self._send(config, persoon, taken, adres)

    async def _send(self, config: GraphConfig, persoon: Optional[Persoon], one: Uit, adres: Adres) -> bool:
        graph = self._graphs.graph(config)
        assert one.lijf is not None
        try:
            try:
                body = await self._with_file(graph, one.lijf)
            except Unknown:
                # Of a file it does no harm to be sent twice.
                raise NotSent("een bestand kon niet worden verstuurd") from None
            # With both, the number wins; a user name only works where Meta gives it.
            wamid = await graph.send(
                body, to=adres.nummer or None, recipient=None if adres.nummer else adres.gebruiker, sleutel=one.sleutel
            )
        except Refused as error:
            return await self._refused(config, persoon, one, error.reactie, error.code)
        except Unknown:
            return await self.failures.unanswered(persoon, one)
        except NotSent:
            return await self.failures.not_sent(one)
        await in_thread(outbox.accepted, self._engine, one, wamid)
        if one.fout is None:
            # What was refused before may be so again, by a status that comes later.
            self._per_user[one.persoon_id] = self._per_user[one.persoon_id].accepted()
            self.failures.went_well(config)
        return True

    async def _refused(
        self, config: GraphConfig, persoon: Optional[Persoon], one: Uit, wat: Reactie, code: Optional[int]
    ) -> bool:
        if wat is not Reactie.GEBRUIKER_RUSTIG:
            return await self.failures.refused(config, persoon, one, wat, code)
        pace = self._per_user.get(one.persoon_id, Tempo(PER_USER)).refused(self._now())
        self._per_user[one.persoon_id] = pace
        await in_thread(outbox.later, self._engine, one, pace.next_allowed(self._now()), code, counts=False)
        return False

    async def _with_file(self, graph: Graph, body: Dict[str, Any]) -> Dict[str, Any]:
        """A calendar file of ours is uploaded: Meta takes no address of that kind."""
        found = body.get("document") or {}
        prefix = f"{self._settings.public_web_url}/agenda/"
        link = str(found.get("link") or "")
        if not link.startswith(prefix):
            return body
        contents = await in_thread(self._calendar, link.removeprefix(prefix).split("/")[0])
        if contents is None:
            return body
        media = await graph.upload(str(found.get("filename") or "afspraak.ics"), _AGENDA_ALS, contents)
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
