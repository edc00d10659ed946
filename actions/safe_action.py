"""The base of all custom actions: an exception never shows a resident's words, and always leaves a way on.

rasa-sdk 3.6.2 answers an unhandled exception with the whole request, messages included; catching it here keeps them in.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

logger = logging.getLogger(__name__)


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
            return await self.perform(dispatcher, tracker, domain)
        except Exception as error:  # noqa: BLE001 (see the module's text)
            logger.error("%s mislukte: %s", self.name(), type(error).__name__)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_actie_mislukt")
            return []
