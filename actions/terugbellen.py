"""Being called back: the form, writing it down, and telling later how it stands."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import clock
from actions.context import (
    Context,
    asks_something_else,
    context_of,
    last_intent,
    last_text,
    product_name,
    verified_number,
)
from actions.overdracht import extract_name
from actions.safe_action import SafeAction, SafeForm
from bot.catalog.opening_hours import TIJDZONE
from bot.contact import find_contact, kept_contact
from bot.handoff import callback
from bot.handoff.model import Terugbelverzoek
from bot.handoff.offer import terugbellen_voor
from bot.nlg.fields import dag

SLOTS = ("contact", "naam_bewoner", "onderwerp", "wanneer", "akkoord", "wijzigen")
WIJZIGEN = {
    "onderwerp": "onderwerp",
    "telefoon": "contact",
    "mail": "contact",
    "naam": "naam_bewoner",
    "wanneer": "wanneer",
}
"""Word in the resident's choice → the slot to ask again."""
_NUMMER = re.compile(rf"\b[1-9]\d{{{callback.CIJFERS - 1}}}\b")


class ActionTerugbellenAanbieden(SafeAction):
    """Begins a request, when the municipality takes them."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_terugbellen_aanbieden"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Fills in the subject when the conversation has one."""
        context = context_of(tracker)
        if not context.gemeente.balie.terugbellen:
            return [SlotSet("terugbellen_kan", "nee")]
        if any(one.status == "te_verwerken" for one in callback.of_conversation(context.engine, context.gesprek_id)):
            return [SlotSet("terugbellen_kan", "loopt")]
        return [
            SlotSet("terugbellen_kan", "ja"),
            SlotSet("onderwerp", product_name(context, tracker.get_slot("product"))),
            # On WhatsApp it is known already; the summary shows it, and it may be changed there.
            SlotSet("contact", verified_number(context) or None),
        ]


class ValidateTerugbelFormulier(SafeForm):
    """What is needed to call somebody back. A question of their own is answered in between; anything may be changed."""

    def name(self) -> str:
        """Its name in the domain."""
        return "validate_terugbel_formulier"

    async def required_slots(
        self, domain_slots: List[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[str]:
        """After "nee" to the summary: what should change."""
        return [*domain_slots, "wijzigen"] if tracker.get_slot("akkoord") is False else domain_slots

    async def extract_onderwerp(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """Anything is a subject."""
        if _asked(tracker, "onderwerp") and last_intent(tracker) not in ("opnieuw_beginnen", "noodgeval"):
            return {"onderwerp": " ".join(last_text(tracker).split())[: callback.ONDERWERP]}
        return {}

    async def extract_contact(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """A phone number or e-mail address in what was said."""
        if not _asked(tracker, "contact") or last_intent(tracker) in ("opnieuw_beginnen", "noodgeval"):
            return {}
        found = find_contact(last_text(tracker))
        if found is not None:
            return {"contact": found.telefoon or found.email}
        return {} if asks_something_else(tracker) else {"contact": ""}

    def validate_contact(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """An empty one is asked again, with an example."""
        if not value:
            dispatcher.utter_message(response="utter_contact_onbekend")
        return {"contact": value or None}

    async def extract_naam_bewoner(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """The name, or an empty text when the resident gives none."""
        return extract_name(tracker)

    async def extract_wanneer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """In the resident's own words."""
        skip = asks_something_else(tracker) or last_intent(tracker) in ("opnieuw_beginnen", "noodgeval")
        return {"wanneer": last_text(tracker)[: callback.WANNEER]} if _asked(tracker, "wanneer") and not skip else {}

    async def extract_akkoord(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """Yes or no, from the dialogue act."""
        answer = {"bevestigen": True, "ontkennen": False}.get(last_intent(tracker) or "")
        return {"akkoord": answer} if _asked(tracker, "akkoord") and answer is not None else {}

    async def extract_wijzigen(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """What is asked again."""
        if not _asked(tracker, "wijzigen"):
            return {}
        said = last_text(tracker).lower()
        slot = next((slot for word, slot in WIJZIGEN.items() if word in said), None)
        return {"wijzigen": None, "akkoord": None, slot: None} if slot else {}


class ActionTerugbellen(SafeAction):
    """Writes the request down; it is sent on to Open Klant from there."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_terugbellen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Gives the reference and the term; forgets what was filled in."""
        context = context_of(tracker)
        contact = kept_contact(tracker.get_slot("contact") or "")
        if contact is None:
            raise ValueError("contact")
        made = callback.create(
            context.engine,
            gemeente=context.gemeente.id,
            kanaal=context.kanaal,
            contact=contact,
            naam=tracker.get_slot("naam_bewoner"),
            onderwerp=tracker.get_slot("onderwerp") or "",
            wanneer=tracker.get_slot("wanneer") or "",
            gesprek_id=context.gesprek_id,
            product_id=tracker.get_slot("product"),
            uiterlijk_op=terugbellen_voor(context.gemeente, clock.now()),
            bestemming="openklant" if context.gemeente.open_klant else "balie",
            now=clock.now(),
        )
        dispatcher.utter_message(
            response="utter_terugbelverzoek_gemaakt",
            uiterlijk=_day(made.uiterlijk_op),
            referentie=made.referentienummer,
        )
        return [SlotSet(slot, None) for slot in (*SLOTS, "requested_slot")]


def told(context: Context, text: str) -> List[Dict[str, Any]]:
    """How the requests of this conversation stand, and those whose reference is named; of one from elsewhere only its state."""
    mine = callback.of_conversation(context.engine, context.gesprek_id)
    named = [
        callback.load(context.engine, nummer)
        for nummer in _NUMMER.findall(text)
        if callback.exists(context.engine, nummer)
    ]
    other = [one for one in named if one not in mine and one.gemeente == context.gemeente.id]
    return [_told(one, own=True) for one in mine] + [_told(one, own=False) for one in other]


def _told(one: Terugbelverzoek, *, own: bool) -> Dict[str, Any]:
    klaar = one.afgehandeld_op
    return {
        "referentie": one.referentienummer,
        "onderwerp": (one.onderwerp if own else None) or "uw vraag",
        "klaar": _day(klaar) if klaar else None,
        "uiterlijk": _day(one.uiterlijk_op),
        "te_laat": klaar is None and one.uiterlijk_op < clock.now(),
    }


def _day(moment: datetime) -> str:
    return dag(moment.astimezone(TIJDZONE))


def _asked(tracker: Tracker, slot: str) -> bool:
    return bool(tracker.get_slot("requested_slot") == slot)
