"""Moving or cancelling an appointment: which one, whose it is, and then the change."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from functools import partial
from typing import Any, Dict, List, Optional

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import clock
from actions.afspraak_bericht import confirm
from actions.afspraak_hulp import ask_a_human
from actions.afspraak_maken import let_go, next_slots, ready_or_told
from actions.afspraak_stand import STOP, Stand, as_events, carried, cleared, read, written
from actions.afspraak_stappen import afspraken_of, system_of
from actions.context import Context, asks_something_else, context_of, last_intent, last_text
from actions.safe_action import SafeAction, SafeForm
from bot.appointment_texts import as_fields
from bot.appointments import booking, register
from bot.appointments.errors import AfspraakError, HalfMoved, NotAllowed, SlotTaken, Uncertain
from bot.appointments.reference import references
from bot.appointments.register import Vastgelegd
from bot.appointments.values import TIJDZONE, Klant, Locatie
from bot.appointments.wishes import Wens, parse_wens
from bot.attempts import Locked
from bot.channels.tokens import secret_of
from bot.contact import find_contact
from bot.nlg.fields import moment_tekst
from bot.threads import in_thread

logger = logging.getLogger(__name__)

DOELEN = {"afspraak_verzetten": "verzetten", "afspraak_annuleren": "annuleren"}
"""Dialogue act → what is to be done with the appointment."""


KWIJT = re.compile(r"\bweet\b.*\bniet\b|\bkwijt\b|\bgeen\b|\bniet (?:meer|bij)\b", re.IGNORECASE)
"""How people say that they do not have the number."""


class ActionAfspraakZoeken(SafeAction):
    """Begins moving or cancelling: an appointment of this conversation is known, of another the proof is asked."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_afspraak_zoeken"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Reference, day and time are taken from the message when they stand there."""
        context = context_of(tracker)
        doel = DOELEN.get(last_intent(tracker) or "", "verzetten")
        if context.gemeente.afspraken is None:
            dispatcher.utter_message(response=f"utter_afspraak_{doel}")
            return [SlotSet("afspraak_kan", "nee")]
        mine = await in_thread(register.of_conversation, context.engine, context.gesprek_id, clock.now())
        mine = [one for one in mine if one.gemeente == context.gemeente.id]
        named = references(last_text(tracker))
        wens = parse_wens(last_text(tracker), clock.now().astimezone(TIJDZONE).date()) or Wens()
        stand = Stand(doel=doel, wens=wens if doel == "verzetten" else Wens())
        known = [one for one in mine if not named or one.referentie in named]
        if len(known) == 1:
            ready = await _proven(context, stand, known[0], dispatcher)
            return _begun(ready)
        if named:
            stand = replace(stand, referentie=named[0])
        return [*cleared(), SlotSet("afspraak_kan", "ja"), *as_events(written(stand))]


class ValidateAfspraakWijzigFormulier(SafeForm):
    """Reference, and the e-mail address or phone number that was given; then the new moment, then a yes."""

    def name(self) -> str:
        """Its name in the domain."""
        return "validate_afspraak_wijzig_formulier"

    async def required_slots(
        self, domain_slots: List[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[str]:
        """Cancelling needs no moment; another place may be chosen on the way."""
        if (tracker.get_slot("afspraak_hulp") or {}).get("doel") == "annuleren":
            return carried([slot for slot in domain_slots if slot != "afspraak_moment"], tracker)
        if tracker.get_slot("afspraak_bewijs") and not tracker.get_slot("afspraak_locatie"):
            domain_slots = [*domain_slots[:2], "afspraak_locatie", *domain_slots[2:]]
        return carried(domain_slots, tracker)

    async def extract_afspraak_referentie(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """All slots of the form at once."""
        asked, context = tracker.get_slot("requested_slot"), context_of(tracker)
        if asked is None or last_intent(tracker) in ("opnieuw_beginnen", "noodgeval", "medewerker_spreken"):
            return {}
        if asked in ("afspraak_referentie", "afspraak_bewijs"):
            return await self._prove(dispatcher, tracker, context)
        stand = read(tracker)
        if asked == "afspraak_akkoord" and last_intent(tracker) == "ontkennen" and not _choice(tracker):
            await let_go(system_of(context), stand)
            dispatcher.utter_message(response="utter_afspraak_wijzigen_gestopt")
            return STOP
        if stand.doel == "annuleren" and last_intent(tracker) in ("afspraak_annuleren", "afspraak_maken"):
            return {"afspraak_hulp": written(stand)["afspraak_hulp"]}
        return await next_slots(context, tracker, dispatcher)

    async def _prove(self, dispatcher: CollectingDispatcher, tracker: Tracker, context: Context) -> Dict[str, Any]:
        """Reference and address, in whatever order they come; an unknown one and a wrong one get the same words."""
        stand, text = read(tracker), last_text(tracker)
        named, contact = references(text), find_contact(text)
        if named:
            stand = replace(stand, referentie=named[0])
        given = (contact.email or contact.telefoon) if contact else ""
        if not named and not given:
            if asks_something_else(tracker):
                return {}
            asked = "referentie" if not stand.referentie else "contact"
            if asked == "referentie" and (last_intent(tracker) == "ontkennen" or KWIJT.search(text)):
                dispatcher.utter_message(response="utter_afspraak_referentie_kwijt")
                return STOP
            dispatcher.utter_message(response=f"utter_afspraak_{asked}_onbekend")
            return {"afspraak_hulp": written(stand)["afspraak_hulp"]}
        if not stand.referentie or not given:
            # Kept until the other half is there.
            return written(replace(stand, gegevens={**stand.gegevens, **({"gegeven": given} if given else {})}))
        return await self._look_up(dispatcher, context, stand, given)

    async def _look_up(
        self, dispatcher: CollectingDispatcher, context: Context, stand: Stand, given: str
    ) -> Dict[str, Any]:
        look = partial(
            register.prove,
            context.engine,
            secret_of(context.settings),
            gemeente=context.gemeente.id,
            referentie=stand.referentie,
            contact=given,
            gesprek_id=context.gesprek_id,
            now=clock.now(),
        )
        try:
            found = await in_thread(look)
        except Locked:
            dispatcher.utter_message(response="utter_afspraak_op_slot")
            return STOP
        if found is None:
            dispatcher.utter_message(response="utter_afspraak_klopt_niet")
            return written(replace(stand, referentie="", gegevens={}))
        ready = await _proven(context, stand, found, dispatcher)
        return STOP if ready is None else written(ready)


class ActionAfspraakWijzigen(SafeAction):
    """Moves or cancels what was confirmed."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_afspraak_wijzigen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Says nothing when nothing was confirmed: what stopped the form was said already."""
        context, stand = context_of(tracker), read(tracker)
        if stand.akkoord != "ja" or context.gemeente.afspraken is None:
            return cleared()
        one = await in_thread(_own, context, stand)
        if one is None:
            dispatcher.utter_message(response="utter_afspraak_klopt_niet")
            return cleared()
        try:
            changed = await self._change(context, stand, one)
        except SlotTaken:
            dispatcher.utter_message(response="utter_afspraak_net_bezet")
            wanted = stand.moment
            again = replace(stand, moment=None, aanbod=(), akkoord="", wens=Wens(van=wanted.date() if wanted else None))
            ready = await ready_or_told(context, again, dispatcher)
            if ready is None:
                return cleared()
            return [*as_events(written(ready)), FollowupAction("afspraak_wijzig_formulier")]
        except NotAllowed:
            dispatcher.utter_message(response="utter_afspraak_mag_niet")
            return cleared()
        except HalfMoved as error:
            logger.error("%s", error)
            verzoek = ask_a_human(context, _reachable(stand, error.nieuw.klant), "verzetten", one.referentie)
            dispatcher.utter_message(
                response="utter_afspraak_dubbel", moment=moment_tekst(error.nieuw.begin), verzoek=verzoek
            )
            return cleared()
        except Uncertain as error:
            logger.error("%s", error)
            klant = await _klant(context, one)
            verzoek = ask_a_human(context, _reachable(stand, klant), stand.doel, one.referentie)
            dispatcher.utter_message(response="utter_afspraak_onzeker", verzoek=verzoek)
            return cleared()
        except AfspraakError as error:
            logger.warning("%s", error)
            dispatcher.utter_message(response="utter_afspraak_wijzigen_storing", moment=moment_tekst(one.begin))
            return cleared()
        klant = await _klant(context, changed) if stand.doel == "verzetten" else None
        fields = await confirm(context, changed, klant)
        response = "utter_afspraak_verzet" if stand.doel == "verzetten" else "utter_afspraak_geannuleerd"
        dispatcher.utter_message(response=response, afspraak=fields)
        return cleared()

    async def _change(self, context: Context, stand: Stand, one: Vastgelegd) -> Vastgelegd:
        backend, tot = system_of(context), afspraken_of(context).wijzigen_tot_minuten
        if stand.doel == "annuleren":
            return await booking.cancel(context.engine, backend, one, tot_minuten=tot, now=clock.now())
        assert stand.moment is not None
        places = {place.id: place for place in await backend.list_locations(one.keuzen)}
        return await booking.move(
            context.engine,
            backend,
            one,
            stand.moment,
            places.get(stand.locatie) or Locatie(stand.locatie, ""),
            sleutel=stand.sleutel,
            tot_minuten=tot,
            now=clock.now(),
        )


async def _proven(context: Context, stand: Stand, one: Vastgelegd, dispatcher: CollectingDispatcher) -> Optional[Stand]:
    """The stand once it is known whose the appointment is; None after telling that it can be changed no more."""
    try:
        booking.in_time(one.begin, afspraken_of(context).wijzigen_tot_minuten, clock.now())
    except NotAllowed:
        dispatcher.utter_message(
            response="utter_afspraak_te_laat", afspraak=as_fields(context.settings, context.gemeente, one)
        )
        return None
    naam = as_fields(context.settings, context.gemeente, one)["naam"]
    stand = replace(
        stand,
        referentie=one.referentie,
        bewijs="goed",
        product=one.product,
        locatie=one.locatie,
        aantal=sum(keus.aantal for keus in one.keuzen),
        gegevens={},
        oud={
            "moment": moment_tekst(one.begin),
            "plek": one.plek,
            "naam": naam,
        },
    )
    if stand.doel == "annuleren":
        return stand
    return await ready_or_told(context, stand, dispatcher)


def _begun(ready: Optional[Stand]) -> List[Dict[str, Any]]:
    if ready is None:
        return [*cleared(), SlotSet("afspraak_kan", "nee")]
    return [*cleared(), SlotSet("afspraak_kan", "ja"), *as_events(written(ready))]


def _own(context: Context, stand: Stand) -> Optional[Vastgelegd]:
    """The proven appointment; None when it was cancelled or passed meanwhile."""
    mine = register.of_conversation(context.engine, context.gesprek_id, clock.now())
    return next((one for one in mine if one.referentie == stand.referentie), None)


async def _klant(context: Context, one: Vastgelegd) -> Optional[Klant]:
    """Whoever comes, as the system has it; None when it does not tell now."""
    try:
        return (await system_of(context).get(one.systeem_id)).klant
    except AfspraakError as error:
        logger.warning("%s", error)
        return None


def _reachable(stand: Stand, klant: Optional[Klant]) -> Stand:
    if klant is None:
        return stand
    return replace(stand, gegevens={"email": klant.email, "telefoon": klant.telefoon, "achternaam": klant.achternaam})


def _choice(tracker: Tracker) -> bool:
    return any(one.get("entity") == "keuze" for one in tracker.latest_message.get("entities") or [])
