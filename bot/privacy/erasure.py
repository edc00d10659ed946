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

from bot.conversations import store
from bot.database import forget_deleted

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

    def as_json(self) -> dict[str, Any]:
        """As the resident gets it."""
        return {
            "nummer": self.nummer,
            "tijd": self.tijd.isoformat(timespec="seconds"),
            "verwijderd": {
                "berichten": self.berichten,
                "oordelen": self.oordelen,
                "gebeurtenissen": self.gebeurtenissen,
            },
        }


def erase_everywhere(engine: Engine, tracker_store: Engine, gesprek_id: str) -> Wisbewijs:
    """Erase a conversation from our tables and from Rasa's tracker store. Raises UnknownGesprek."""
    # Rasa's first: when that fails the conversation is still known, and the resident can ask again.
    gebeurtenissen = erase_tracker(tracker_store, gesprek_id)
    gewist = store.erase(engine, gesprek_id)
    for one in {engine, tracker_store}:
        forget_deleted(one)
    return Wisbewijs(
        nummer=secrets.token_hex(6).upper(),
        tijd=datetime.now(UTC),
        berichten=gewist.berichten,
        oordelen=gewist.oordelen,
        gebeurtenissen=gebeurtenissen,
    )


def erase_tracker(tracker_store: Engine, sender_id: str) -> int:
    """Delete what Rasa kept of a conversation; returns the number of events."""
    if not sa.inspect(tracker_store).has_table("events"):
        return 0
    with tracker_store.begin() as connection:
        gone = connection.execute(sa.delete(_TRACKER_EVENTS).where(_TRACKER_EVENTS.c.sender_id == sender_id))
        return int(gone.rowcount)
