"""Reading Rasa's tracker: what the conversation so far says about the next message."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from rasa.shared.core.events import BotUttered, Restarted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.catalog.live import gemeenten_of
from bot.search.decision import Gesprek, Keuze, Uitkomst
from bot.settings import Settings

GEMEENTE = "gemeente"
KEUZES = "keuzes"
"""Key in a bot message's metadata: the choices under it, each with title and what it leads to."""


def gemeente_of(message: Message, tracker: DialogueStateTracker, settings: Settings) -> str:
    """The municipality of a message: its own metadata, else the conversation's, else the setting."""
    return _known((message.get("metadata") or {}).get(GEMEENTE), settings) or gemeente_of_tracker(tracker, settings)


def gemeente_of_tracker(tracker: DialogueStateTracker, settings: Settings) -> str:
    """The municipality of a conversation: of its last message that named one, else the setting."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            named = _known((event.metadata or {}).get(GEMEENTE), settings)
            if named:
                return named
    return settings.gemeente


def conversation_so_far(tracker: DialogueStateTracker) -> Gesprek:
    """Product, offered choices and fallbacks in a row, from the bot's own messages."""
    said = list(_bot_turns(tracker))
    product = next((turn["product"] for turn in said if turn.get("product")), None)
    keuzes = said[0].get(KEUZES, ()) if said else ()
    niet_begrepen = 0
    for turn in said:
        if turn.get("uitkomst") not in (Uitkomst.TERUGVAL.value, Uitkomst.TERUGVAL_HERHAALD.value):
            break
        niet_begrepen += 1
    in_formulier = tracker.active_loop_name is not None
    return Gesprek(product, tuple(Keuze(**keuze) for keuze in keuzes), niet_begrepen, in_formulier)


def _bot_turns(tracker: DialogueStateTracker) -> Iterator[Mapping[str, Any]]:
    """Metadata of the bot's messages, newest first, one per turn (the last message of each turn)."""
    fresh = True
    for event in reversed(tracker.events):
        if isinstance(event, (Restarted, SessionStarted)):
            return
        if isinstance(event, UserUttered):
            fresh = True
        elif isinstance(event, BotUttered) and fresh:
            fresh = False
            yield event.metadata or {}


def _known(gemeente: Any, settings: Settings) -> str | None:
    return gemeente if isinstance(gemeente, str) and gemeente in gemeenten_of(settings) else None
