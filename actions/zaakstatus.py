"""How something stands that the resident asked for earlier."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import context_of, last_text
from actions.safe_action import SafeAction
from actions.terugbellen import told


class ActionZaakstatus(SafeAction):
    """Tells how requests to be called back stand; for a case it says where residents see it."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_zaakstatus"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Looks for requests of this conversation first."""
        verzoeken = told(context_of(tracker), last_text(tracker))
        if verzoeken:
            dispatcher.utter_message(response="utter_terugbelverzoek_stand", verzoeken=verzoeken)
        else:
            dispatcher.utter_message(response="utter_zaakstatus")
        return []
