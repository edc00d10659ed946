"""Counting complaints about the assistant's answers, for the editors."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.safe_action import SafeAction
from bot.catalog.feedback import record_complaint
from bot.database import open_database
from bot.settings import load_settings


class ActionKlachtVastleggen(SafeAction):
    """Keeps which product and municipality a complaint was about; never what the resident wrote."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_klacht_vastleggen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Stores one row."""
        settings = load_settings()
        metadata = tracker.latest_message.get("metadata") or {}
        record_complaint(
            open_database(settings.catalog_url),
            gemeente=metadata.get("gemeente") or settings.gemeente,
            product_id=tracker.get_slot("product"),
        )
        return []
