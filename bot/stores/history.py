"""The recent part of a conversation: enough to go on, however long it has become. Events in, events out."""

from __future__ import annotations

from collections.abc import Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    ConversationResumed,
    Event,
    SlotSet,
)

STAND = (SlotSet, ActiveLoop, ConversationPaused, ConversationResumed)
"""Events that say how things stand, whenever they happened."""


def recent(events: Sequence[Event], most: int) -> list[Event]:
    """The last events, at most `most`, from a moment on which the bot listened; before them what still holds.

    A turn that was cut in two would be read wrongly. When the bot never listened, nothing is left out.
    """
    if len(events) <= most:
        return list(events)
    start = next((place for place in range(len(events) - most, len(events)) if _listens(events[place])), 0)
    return [*standing(events[:start]), *events[start:]]


def standing(events: Sequence[Event]) -> list[Event]:
    """Of the events that say how things stand, the last of each kind (of each slot), in the order in which they came."""
    last = {_what(event): place for place, event in enumerate(events) if isinstance(event, STAND)}
    return [events[place] for place in sorted(last.values())]


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME


def _what(event: Event) -> tuple[str, str]:
    if isinstance(event, SlotSet):
        return ("slot", event.key)
    return ("form", "") if isinstance(event, ActiveLoop) else ("pause", "")
