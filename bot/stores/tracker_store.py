"""Rasa's SQL tracker store, made fit for long conversations and many turns.

Same table and same events as Rasa's own; what differs is how often they are read (docs/decisions/0009):

- the tracker of a conversation that goes on is kept in memory, and taken from there when the table holds nothing newer
- of a long conversation Rasa goes by the end alone, with what still holds of the rest: slots, form, pause (history.py)
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cachetools import TTLCache
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import sessionmaker

from bot.database import open_database
from bot.nlu.conversation import gemeente_of_tracker
from bot.noticing import note
from bot.settings import load_settings
from bot.stores.history import STAND, recent
from bot.stores.noticed import noticed
from bot.threads import in_thread

GEHEUGEN, GEHEUGEN_SECONDEN = 200, 600
"""Conversations that are kept in memory, at most, and for how long after their last turn."""
VENSTER = 100
"""Events of one conversation that Rasa goes by, at least: some nine turns. Up to twice as many before it is shortened."""

_TELLING = sa.text("SELECT count(*), max(timestamp) FROM events WHERE sender_id = :sender_id")


OPGESLAGEN = "vraagbaak_opgeslagen"
"""Attribute that a tracker from this store carries (`_Opgeslagen`)."""


@dataclass(frozen=True)
class _Stand:
    """What the table holds of a conversation. Nothing can be added or erased without changing it."""

    events: int
    newest: float
    """Timestamp of the newest event."""

    def __add__(self, events: Sequence[Event]) -> _Stand:
        return _Stand(self.events + len(events), max([self.newest, *(event.timestamp for event in events)]))


@dataclass(frozen=True)
class _Opgeslagen:
    """What is stored of a tracker: so many of its own events, and what the table then held."""

    events: int
    stand: _Stand


_NIETS = _Stand(0, 0.0)


class ConversationStore(SQLTrackerStore):
    """Conversations in the SQL database of the installation (`tracker_store` in endpoints.yml)."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        noticing: bool = False,
        **kwargs: Any,
    ) -> None:
        """Opens the database; `host` is its address, as Rasa passes it on. `noticing`: tell editors what went wrong."""
        super().__init__(domain=domain, event_broker=event_broker, **kwargs)
        ours: Engine = self.engine  # type: ignore[has-type]
        ours.dispose()
        self.engine = open_database(ours.url.render_as_string(hide_password=False))
        self.sessionmaker = sessionmaker(bind=self.engine)
        self._events = self.SQLEvent.__table__
        self._noticing = noticing
        self._busy: set[asyncio.Task[None]] = set()
        """What is being noted; the event loop itself holds its tasks weakly."""
        self._kept: TTLCache[str, DialogueStateTracker] = TTLCache(GEHEUGEN, GEHEUGEN_SECONDEN)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the conversation's latest session; None when there is none."""
        # Whoever gets a tracker may change it without saving it, so it leaves the memory until it is saved.
        kept = self._kept.pop(sender_id, None)
        with self.engine.connect() as connection:
            stand = self._stand(connection, sender_id)
            if stand == _NIETS:
                return None
            if kept is not None and getattr(kept, OPGESLAGEN).stand == stand and self._has_our_slots(kept):
                return kept
            tracker = self._read(connection, sender_id)
        setattr(tracker, OPGESLAGEN, _Opgeslagen(len(tracker.events), stand))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what happened since the tracker was retrieved, and tell the event broker."""
        sender_id = tracker.sender_id
        known: _Opgeslagen = getattr(tracker, OPGESLAGEN, None) or self._stored(tracker)
        events = list(itertools.islice(tracker.events, known.events, None))
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, events, sender_id)
        with self.engine.begin() as connection:
            if events:
                connection.execute(sa.insert(self._events), [_row(sender_id, event) for event in events])
        self._notice(tracker, known.events)
        stand = known.stand + events
        setattr(tracker, OPGESLAGEN, _Opgeslagen(len(tracker.events), stand))
        if known.events > 0 and any(isinstance(event, SessionStarted) for event in events):
            # A new session begins with an empty history: it is read afresh.
            return
        kept = tracker
        if len(tracker.events) > 2 * VENSTER:
            kept = self._made_of(sender_id, list(tracker.events))
            setattr(kept, OPGESLAGEN, _Opgeslagen(len(kept.events), stand))
        self._kept[sender_id] = kept

    def _notice(self, tracker: DialogueStateTracker, known: int) -> None:
        """Let it be written down, beside the conversation, what editors want to know of the events from `known` on."""
        gebeurd = noticed(list(tracker.events), known) if self._noticing else []
        if gebeurd:
            settings = load_settings()
            gemeente = gemeente_of_tracker(tracker, settings)
            engine = open_database(settings.catalog_url)
            kanaal = tracker.get_latest_input_channel()
            task = asyncio.ensure_future(in_thread(note, engine, gemeente, tracker.sender_id, kanaal, gebeurd))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def settled(self) -> None:
        """Wait until everything that happened is written down."""
        await asyncio.gather(*self._busy)

    def _has_our_slots(self, tracker: DialogueStateTracker) -> bool:
        """Whether a tracker was made for this domain; a newly trained model may bring other slots."""
        return bool(tracker.slots.keys() == {slot.name for slot in self.domain.slots})

    def _stored(self, tracker: DialogueStateTracker) -> _Opgeslagen:
        """What is stored of a tracker that was made elsewhere, as Rasa counts it."""
        with self.engine.connect() as connection:
            stand = self._stand(connection, tracker.sender_id)
        if stand == _NIETS:
            return _Opgeslagen(0, stand)
        with self.session_scope() as session:
            query = self._event_query(session, tracker.sender_id, fetch_events_from_all_sessions=False)
            return _Opgeslagen(int(query.count()), stand)

    @staticmethod
    def _stand(connection: Connection, sender_id: str) -> _Stand:
        count, newest = connection.execute(_TELLING, {"sender_id": sender_id}).one()
        return _Stand(count, newest or 0.0)

    def _read(self, connection: Connection, sender_id: str) -> DialogueStateTracker:
        table = self._events
        mine = table.c.sender_id == sender_id
        begin = sa.select(sa.func.max(table.c.id)).where(mine, table.c.type_name == SessionStarted.type_name)
        session = sa.and_(mine, table.c.id >= (connection.execute(begin).scalar() or 0))
        end = sa.select(table.c.id, table.c.data).where(session).order_by(table.c.id.desc()).limit(VENSTER)
        window = connection.execute(end).all()[::-1]
        before = sa.select(table.c.data).where(
            session, table.c.id < window[0].id, table.c.type_name.in_([kind.type_name for kind in STAND])
        )
        texts = [*connection.execute(before.order_by(table.c.id)).scalars(), *(row.data for row in window)]
        return self._made_of(sender_id, deserialise_events([json.loads(text) for text in texts]))

    def _made_of(self, sender_id: str, events: Sequence[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, recent(events, VENSTER), self.domain.slots)


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
