"""What is said in a conversation on WhatsApp outside Rasa: the resident's own words, and those of the channel itself."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Callable, Dict, Optional

from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.channels.whatsapp_outgoing import MEDEWERKER, VOOR
from bot.conversations import store
from bot.conversations.model import Bericht, Nieuw, UnknownGesprek
from bot.nlg.fields import fields_for
from bot.nlg.texts import render, responses
from bot.nlu.conversation import KEUZES
from bot.settings import Settings
from bot.signals import Signals
from bot.threads import in_thread
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import Persoon

VRAAG = "vraag"
"""Key in a message of the channel: what it asked or said, that the channel itself has to know of later."""
TERUGKIJKEN = 20
"""Messages to look back for what the assistant said last."""


class Saying:
    """One for the process."""

    def __init__(self, settings: Settings, engine: Engine, signals: Signals, now: Callable[[], datetime]) -> None:
        self._settings, self._engine, self._signals, self._now = settings, engine, signals, now

    def gemeente(self, persoon: Persoon) -> Gemeente:
        """The municipality of somebody. Raises UnknownGemeente."""
        return gemeenten_of(self._settings)[persoon.gemeente]

    async def heard(self, persoon: Persoon, one: Binnen, text: str) -> Bericht:
        """Add what the resident said; a second time it is the same message. Raises UnknownGesprek."""
        sent, _ = await in_thread(
            store.append, self._engine, persoon.gesprek_id, Nieuw("bewoner", text, client_id=one.sleutel)
        )
        await self._signals.announce(persoon.gesprek_id)
        return sent

    async def say(
        self,
        persoon: Persoon,
        one: Binnen,
        name: str,
        *,
        antwoord_op: Optional[int] = None,
        vraag: Optional[str] = None,
        **fields: Any,
    ) -> None:
        """Say something of `domain/whatsapp.yml` because of what came in; for the same message only once.

        Args:
            antwoord_op: number of the message that it answers; None when the answer is still to come.
            vraag: what is kept with it under VRAAG.
        """
        keuzes = [
            {"titel": button["title"], "act": button["payload"]} for button in responses()[name][0].get("buttons", [])
        ]
        extra: Dict[str, Any] = {**({VRAAG: vraag} if vraag else {}), **({KEUZES: keuzes} if keuzes else {})}
        key = hashlib.sha256(f"{one.sleutel} {name}".encode()).hexdigest()
        await self._add(
            persoon,
            Nieuw("vraagbaak", self.text(persoon, name, **fields), None, extra, client_id=key, antwoord_op=antwoord_op),
        )

    async def tell_employee(self, persoon: Persoon, name: str, **fields: Any) -> None:
        """A line in the conversation that only the desk shows."""
        await self._add(persoon, Nieuw("systeem", self.text(persoon, name, **fields), extra={VOOR: MEDEWERKER}))

    def text(self, persoon: Persoon, name: str, **fields: Any) -> str:
        """Words of `domain/`, filled in."""
        values = fields_for(self._settings, self.gemeente(persoon), self._now())
        return render(responses()[name][0]["text"], {**values, **fields})

    def last_said(self, persoon: Persoon) -> Optional[Bericht]:
        """The assistant's last message."""
        return last_said(self._engine, persoon)

    async def _add(self, persoon: Persoon, nieuw: Nieuw) -> None:
        try:
            await in_thread(store.append, self._engine, persoon.gesprek_id, nieuw)
        except UnknownGesprek:
            # Erased meanwhile.
            return
        await self._signals.announce(persoon.gesprek_id)


def last_said(engine: Engine, persoon: Persoon) -> Optional[Bericht]:
    """The assistant's last message in somebody's conversation; None when it said nothing lately."""
    position = store.positions(engine, [persoon.gesprek_id]).get(persoon.gesprek_id)
    if position is None:
        return None
    said = store.since(engine, persoon.gesprek_id, max(position[0] - TERUGKIJKEN, 0))
    return next((one for one in reversed(said) if one.van == "vraagbaak"), None)
