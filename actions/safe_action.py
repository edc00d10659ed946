"""The base of all custom actions and forms: an exception never shows a resident's words, and always leaves a way on.

rasa-sdk 3.6.2 answers an unhandled exception with the whole request, messages included; catching it here keeps them in.
"""

from __future__ import annotations

import logging
import warnings
from abc import ABC, abstractmethod
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

logger = logging.getLogger(__name__)
# A slot that `extract_...` has judged already needs no second judgement; the SDK warns of that in every turn.
logging.getLogger("rasa_sdk.forms").setLevel(logging.ERROR)
# One method of a form may fill several slots.
warnings.filterwarnings("ignore", message="No method 'extract_")

MISLUKT = "actie_mislukt"
"""Slot: actions that failed in a row."""
NAAR_MENS = 2
"""Failures in a row from which a human is offered."""
REDEN = "overdracht_reden"


class SafeAction(Action, ABC):
    """Write `perform` instead of `run`."""

    @abstractmethod
    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Do the work; returns Rasa events. May raise anything."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Called by the SDK."""
        try:
            events = await self.perform(dispatcher, tracker, domain)
        except Exception as error:  # noqa: BLE001 (see the module's text)
            events = failed(self.name(), error, dispatcher, tracker)
            if not any(event["event"] == "followup" for event in events):
                # What would come next counts on what this action should have found out.
                events.append(FollowupAction("action_listen"))
            return events
        # Offering a human after failures does not make up for them.
        if tracker.get_slot(MISLUKT) and not any(event.get("name") == MISLUKT for event in events):
            events = [*events, SlotSet(MISLUKT, None)]
        return events


class SafeForm(FormValidationAction, ABC):
    """A form's validation that keeps the resident's words in."""

    @abstractmethod
    def name(self) -> str:
        """Its name in the domain. Abstract, so that the SDK does not take this base for an action."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Called by the SDK."""
        try:
            return await super().run(dispatcher, tracker, domain)  # type: ignore[no-any-return]
        except Exception as error:  # noqa: BLE001 (see the module's text)
            return failed(self.name(), error, dispatcher, tracker)


def failed(name: str, error: Exception, dispatcher: CollectingDispatcher, tracker: Tracker) -> List[Dict[str, Any]]:
    """Say that something broke; the second time in a row a human is offered at once."""
    # Only the kind of error: its text may hold what the resident wrote.
    logger.error("%s mislukte: %s", name, type(error).__name__)
    dispatcher.messages.clear()
    count = int(tracker.get_slot(MISLUKT) or 0) + 1
    if count >= NAAR_MENS and name != "action_overdracht_aanbieden":
        return [SlotSet(MISLUKT, None), SlotSet(REDEN, MISLUKT), FollowupAction("action_overdracht_aanbieden")]
    dispatcher.utter_message(response="utter_actie_mislukt")
    return [SlotSet(MISLUKT, float(count))]
