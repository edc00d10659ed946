"""Erasing a conversation everywhere, with a receipt that tells what went and nothing of what it said.

Source of the right: AVG (GDPR) article 17.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments import register
from bot.cases import identity
from bot.conversations import store
from bot.database import forget_deleted
from bot.handoff import callback, queue
from bot.redactie import inbox
from bot.whatsapp import people

_TRACKER_EVENTS = sa.table("events", sa.column("sender_id"))
"""The table of Rasa's SQL tracker store."""


@dataclass(frozen=True)
class Wisbewijs:
    """What was erased, and when. `nummer` is new and leads back to nobody."""

    nummer: str
    tijd: datetime
    berichten: int
    oordelen: int
    gebeurtenissen: int
    terugbelverzoeken: int

    def as_json(self) -> dict[str, Any]:
        """As the resident gets it."""
        return {
            "nummer": self.nummer,
            "tijd": self.tijd.isoformat(timespec="seconds"),
            "verwijderd": {
                "berichten": self.berichten,
                "oordelen": self.oordelen,
                "gebeurtenissen": self.gebeurtenissen,
                "terugbelverzoeken": self.terugbelverzoeken,
            },
        }


def erase_everywhere(engine: Engine, tracker_store: Engine, gesprek_id: str, *, op_verzoek: bool = True) -> Wisbewijs:
    """Erase a conversation from our tables and from Rasa's tracker store. Raises UnknownGesprek.

    `op_verzoek`: the resident asks for it, and then nobody needs to help or call any more; False when its time has passed:
    a request to be called back that is still open has a term of its own.
    """
    # Rasa's first: when that fails the conversation is still known, and the resident can ask again.
    gebeurtenissen = erase_tracker(tracker_store, gesprek_id)
    if op_verzoek:
        verzoeken = callback.withdraw(engine, gesprek_id)
    else:
        verzoeken = 0
        callback.let_go(engine, gesprek_id)
    register.let_go(engine, gesprek_id)
    queue.forget(engine, gesprek_id)
    identity.forget_resident(engine, gesprek_id)
    people.forget(engine, gesprek_id)
    inbox.forget(engine, gesprek_id)
    gewist = store.erase(engine, gesprek_id)
    for one in {engine, tracker_store}:
        forget_deleted(one)
    return Wisbewijs(
        nummer=secrets.token_hex(6).upper(),
        tijd=datetime.now(UTC),
        berichten=gewist.berichten,
        oordelen=gewist.oordelen,
        gebeurtenissen=gebeurtenissen,
        terugbelverzoeken=verzoeken,
    )


def erase_tracker(tracker_store: Engine, sender_id: str) -> int:
    """Delete what Rasa kept of a conversation; returns the number of events."""
    if not sa.inspect(tracker_store).has_table("events"):
        return 0
    with tracker_store.begin() as connection:
        gone = connection.execute(sa.delete(_TRACKER_EVENTS).where(_TRACKER_EVENTS.c.sender_id == sender_id))
        return int(gone.rowcount)
