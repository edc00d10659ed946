"""To a human: offering what is open, asking what the employee may read, and into the queue."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.events import ConversationPaused, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import clock
from actions.context import Context, asks_something_else, context_of, last_intent, last_text
from actions.names import name_in
from actions.safe_action import REDEN, SafeAction, SafeForm
from bot import takeover
from bot.handoff.model import Reden
from bot.handoff.offer import is_sensitive

_SLOTS = ("doorgeven", "naam_bewoner", REDEN)


class ActionOverdrachtAanbieden(SafeAction):
    """Says which ways to a human are open now."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_overdracht_aanbieden"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Offers; sets whether a live chat may begin, and why a human is needed."""
        context = context_of(tracker)
        reden = _reden(tracker, context)
        aanbod = takeover.what_is_open(context.engine, context.gemeente, context.kanaal, clock.now())
        dispatcher.utter_message(response="utter_overdracht_aanbod", aanbod=asdict(aanbod), reden=reden.value)
        return [SlotSet("overdracht_kan", "livechat" if aanbod.livechat else "anders"), SlotSet(REDEN, reden.value)]


class ValidateOverdrachtFormulier(SafeForm):
    """The two questions before a conversation is handed over."""

    def name(self) -> str:
        """Its name in the domain."""
        return "validate_overdracht_formulier"

    async def extract_doorgeven(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """Yes or no, from the dialogue act."""
        answer = {"bevestigen": True, "ontkennen": False}.get(last_intent(tracker) or "")
        asked = tracker.get_slot("requested_slot") == "doorgeven"
        return {"doorgeven": answer} if asked and answer is not None else {}

    async def extract_naam_bewoner(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """The name, or an empty text when the resident gives none."""
        return extract_name(tracker)


class ActionOverdragen(SafeAction):
    """Puts the conversation in the queue; from then on the bot is silent."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_overdragen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Asks for a human, unless the last place closed meanwhile."""
        context = context_of(tracker)
        cleared = [SlotSet(slot, None) for slot in _SLOTS]
        aanbod = takeover.what_is_open(context.engine, context.gemeente, context.kanaal, clock.now())
        if not aanbod.livechat:
            dispatcher.utter_message(response="utter_overdracht_net_dicht", aanbod=asdict(aanbod))
            return cleared
        naam = tracker.get_slot("naam_bewoner") or None
        # First what the resident reads, then the silence: a message after it would be dropped.
        dispatcher.utter_message(response="utter_overdracht_gestart", naam_bewoner=naam)
        takeover.ask(
            context.engine,
            context.gemeente,
            gesprek_id=context.gesprek_id,
            reden=_reden(tracker, context),
            delen=bool(tracker.get_slot("doorgeven")),
            naam=naam,
            product_id=tracker.get_slot("product"),
            now=clock.now(),
        )
        return [*cleared, ConversationPaused()]


class ActionFormulierStoppen(SafeAction):
    """Forgets what was filled in."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_formulier_stoppen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Clears the slots of the forms."""
        slots = (*_SLOTS, "contact", "onderwerp", "wanneer", "akkoord", "wijzigen", "requested_slot")
        return [SlotSet(slot, None) for slot in slots]


def extract_name(tracker: Tracker) -> Dict[str, Any]:
    """The resident's name when it was asked for: empty when they give none; nothing for a question of their own."""
    if tracker.get_slot("requested_slot") != "naam_bewoner" or asks_something_else(tracker):
        return {}
    if last_intent(tracker) in ("ontkennen", "opnieuw_beginnen", "noodgeval"):
        return {"naam_bewoner": ""} if last_intent(tracker) == "ontkennen" else {}
    return {"naam_bewoner": name_in(last_text(tracker))}


def _reden(tracker: Tracker, context: Context) -> Reden:
    """Why a human is needed: what an action or the channel said, twice not understood, a sensitive subject that the
    municipality points out, or asked for."""
    said = tracker.get_slot(REDEN)
    if said in {one.value for one in Reden}:
        return Reden(said)
    if last_intent(tracker) != "medewerker_spreken":
        return Reden.NIET_BEGREPEN
    return Reden.GEVOELIG if is_sensitive(context.gemeente, tracker.get_slot("product")) else Reden.GEVRAAGD
