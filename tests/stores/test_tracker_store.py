"""The tracker store: what Rasa's own would give, also after long conversations, other engines and erasure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine

from bot.privacy.erasure import erase_tracker
from bot.stores.history import recent
from bot.stores.tracker_store import VENSTER, ConversationStore

DOMAIN = Domain.from_dict(
    {
        "intents": ["vraag_product"],
        "slots": {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in ("product", "zaak")},
        "responses": {"utter_antwoord": [{"text": "Antwoord"}]},
    }
)


class Listening(EventBroker):
    """A broker that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        """Keep the event."""
        self.told.append(event)


def store(database: Engine, broker: EventBroker | None = None) -> ConversationStore:
    return ConversationStore(DOMAIN, broker, host=database.url.render_as_string(hide_password=False))


def rasas_own(database: Engine) -> SQLTrackerStore:
    return SQLTrackerStore(DOMAIN, host=database.url.render_as_string(hide_password=False))


def turn(number: int, *more: Event) -> list[Event]:
    return [
        UserUttered(f"vraag {number}", {"name": "vraag_product"}),
        SlotSet("product", f"product-{number}"),
        ActionExecuted("utter_antwoord"),
        BotUttered(f"antwoord {number}"),
        *more,
        ActionExecuted("action_listen"),
    ]


def begin(conversations: SQLTrackerStore, sender: str = "een") -> None:
    """A new conversation, as Rasa begins one."""
    say(
        conversations,
        [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")],
        sender,
    )


def say(conversations: SQLTrackerStore, events: Sequence[Event], sender: str = "een") -> DialogueStateTracker:
    """One message: take the tracker, add to it, store it."""

    async def go() -> DialogueStateTracker:
        tracker = await conversations.get_or_create_tracker(sender, append_action_listen=False)
        for event in events:
            tracker.update(event)
        await conversations.save(tracker)
        return tracker

    return asyncio.run(go())


def seen(conversations: SQLTrackerStore, sender: str = "een") -> DialogueStateTracker:
    tracker = asyncio.run(conversations.retrieve(sender))
    assert tracker is not None
    return tracker


def texts(tracker: DialogueStateTracker) -> list[str | None]:
    return [event.text for event in tracker.events if isinstance(event, (UserUttered, BotUttered))]


def rows(database: Engine, sender: str = "een") -> list[Any]:
    with database.connect() as connection:
        query = sa.text("SELECT type_name, intent_name, action_name, data FROM events WHERE sender_id = :s ORDER BY id")
        return list(connection.execute(query, {"s": sender}).all())


@pytest.fixture(autouse=True)
def tables(database: Engine) -> None:
    store(database)


def test_stores_what_rasas_own_store_does(database: Engine) -> None:
    ours, own = store(database), rasas_own(database)
    for sender, conversations in (("ons", ours), ("rasa", own)):
        begin(conversations, sender)
        for number in range(3):
            say(conversations, turn(number), sender)
    kinds = [[row[:3] for row in rows(database, sender)] for sender in ("ons", "rasa")]
    assert kinds[0] == kinds[1]
    assert texts(seen(own, "ons")) == texts(seen(ours, "ons")) == texts(seen(ours, "rasa"))


def test_an_unknown_conversation_is_none(database: Engine) -> None:
    assert asyncio.run(store(database).retrieve("niemand")) is None


def test_a_long_conversation_is_stored_whole_and_read_at_its_end(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    say(conversations, turn(0, SlotSet("zaak", "Z-1"), ActiveLoop("zaak_formulier")))
    for number in range(1, 120):
        tracker = say(conversations, turn(number))
        assert len(tracker.events) <= 2 * VENSTER + 20
        assert tracker.latest_message is not None and tracker.latest_message.text == f"vraag {number}"
    stored = rows(database)
    assert [row.type_name for row in stored].count("user") == 120
    for reader in (conversations, store(database)):
        tracker = seen(reader)
        assert texts(tracker)[-2:] == ["vraag 119", "antwoord 119"]
        assert tracker.get_slot("zaak") == "Z-1" and tracker.get_slot("product") == "product-119"
        assert tracker.active_loop_name == "zaak_formulier"
    say(store(database), turn(120))
    assert [row.type_name for row in rows(database)].count("user") == 121


def test_a_conversation_that_goes_on_is_not_read_again(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    saved = say(conversations, turn(0))
    assert seen(conversations) is saved


def test_what_another_engine_stored_counts(database: Engine) -> None:
    one, two = store(database), store(database)
    begin(one)
    for number in range(40):
        say(one if number % 3 else two, turn(number))
        assert texts(seen(one))[-10:] == texts(seen(two))[-10:]
    assert [row.type_name for row in rows(database)].count("user") == 40


def test_a_change_that_was_not_stored_is_forgotten(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    say(conversations, turn(0))
    seen(conversations).update(UserUttered("nooit bewaard"))
    assert texts(seen(conversations)) == ["vraag 0", "antwoord 0"]


def test_an_erased_conversation_is_gone_from_memory_too(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    say(conversations, turn(0))
    erase_tracker(database, "een")
    assert asyncio.run(conversations.retrieve("een")) is None


def test_a_new_session_begins_empty(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    say(conversations, turn(0))
    begin(conversations)
    say(conversations, turn(1))
    assert texts(seen(conversations)) == texts(seen(store(database))) == ["vraag 1", "antwoord 1"]
    assert texts(asyncio.run(conversations.retrieve_full_tracker("een"))) == [  # type: ignore[arg-type]
        "vraag 0",
        "antwoord 0",
        "vraag 1",
        "antwoord 1",
    ]


def test_a_newly_trained_model_brings_its_slots(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    say(conversations, turn(0))
    conversations.domain = DOMAIN.merge(
        Domain.from_dict({"slots": {"nieuw": {"type": "any", "mappings": [{"type": "custom"}]}}})
    )
    assert "nieuw" in seen(conversations).slots


def test_the_broker_hears_each_event_once(database: Engine) -> None:
    broker = Listening()
    conversations = store(database, broker)
    begin(conversations)
    for number in range(60):
        say(conversations, turn(number))
    assert len(broker.told) == len(rows(database))
    assert [event["text"] for event in broker.told if event["event"] == "user"] == [f"vraag {n}" for n in range(60)]


def test_a_pause_outlives_what_is_left_out(database: Engine) -> None:
    conversations = store(database)
    begin(conversations)
    say(conversations, [ConversationPaused()])
    for number in range(80):
        say(conversations, turn(number))
    assert seen(conversations).is_paused() and seen(store(database)).is_paused()


EVENTS = st.one_of(
    st.builds(SlotSet, st.sampled_from(["product", "zaak"]), st.integers()),
    st.builds(ActiveLoop, st.sampled_from([None, "formulier"])),
    st.builds(ConversationPaused),
    st.builds(ConversationResumed),
    st.builds(UserUttered, st.text(max_size=3)),
    st.just(ActionExecuted("action_listen")),
    st.just(ActionExecuted("utter_antwoord")),
)


@given(st.lists(EVENTS, max_size=60), st.integers(min_value=1, max_value=30))
def test_the_recent_part_leaves_things_as_they_stand(events: list[Event], most: int) -> None:
    whole = DialogueStateTracker.from_events("x", events, DOMAIN.slots)
    part = DialogueStateTracker.from_events("x", recent(events, most), DOMAIN.slots)
    assert part.current_slot_values() == whole.current_slot_values()
    assert part.active_loop_name == whole.active_loop_name
    assert part.is_paused() == whole.is_paused()
