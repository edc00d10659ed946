"""Making an appointment: begin, ask what is missing, book."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Dict, List, Optional

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import clock
from actions.afspraak_begrip import NotUnderstood, understand, with_product
from actions.afspraak_bericht import confirm
from actions.afspraak_hulp import ask_a_human
from actions.afspraak_product import conversation_product, find_product, first_products
from actions.afspraak_stand import STOP, Stand, as_events, carried, cleared, read, written
from actions.afspraak_stappen import afspraken_of, go_on, keuzen_of, system_of, take
from actions.context import Context, context_of, last_text, verified_number
from actions.safe_action import SafeAction, SafeForm
from bot.appointments import booking
from bot.appointments.backend import AppointmentBackend
from bot.appointments.errors import AfspraakError, InvalidInput, SlotTaken, Uncertain
from bot.appointments.intake import klant_of, number_of_people
from bot.appointments.values import TIJDZONE, Locatie
from bot.appointments.wishes import Wens, parse_wens
from bot.channels.tokens import secret_of

logger = logging.getLogger(__name__)


class ActionAfspraakBeginnen(SafeAction):
    """Begins an appointment with everything that was said at once; says so when none is needed."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_afspraak_beginnen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Product, day and time from the message; the product of the conversation when the message names none."""
        context = context_of(tracker)
        if context.gemeente.afspraken is None:
            dispatcher.utter_message(response="utter_afspraak_maken")
            return [SlotSet("afspraak_kan", "nee")]
        found = find_product(context, tracker)
        if found.anders:
            dispatcher.utter_message(response="utter_afspraak_anders", product=found.anders)
            return [SlotSet("afspraak_kan", "nee")]
        text = last_text(tracker)
        kandidaten = found.kandidaten
        product = found.product
        if not product:
            product = conversation_product(context, tracker) or ""
        stand = with_product(Stand(), product)
        stand = replace(
            stand,
            kandidaten=kandidaten or first_products(context),
            wens=parse_wens(text, clock.now().astimezone(TIJDZONE).date()) or Wens(),
            aantal=number_of_people(text) or 1,
            # On WhatsApp the number is known; the summary shows it, and it may be changed there.
            gegevens={"telefoon": eigen} if (eigen := verified_number(context)) else {},
        )
        ready = await ready_or_told(context, stand, dispatcher)
        if ready is None:
            return [*cleared(), SlotSet("afspraak_kan", "nee")]
        return [*cleared(), SlotSet("afspraak_kan", "ja"), *as_events(written(ready))]


class ValidateAfspraakFormulier(SafeForm):
    """What is needed to book. A question of their own is answered in between; anything may be changed."""

    def name(self) -> str:
        """Its name in the domain."""
        return "validate_afspraak_formulier"

    async def required_slots(
        self, domain_slots: List[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[str]:
        """Those of the form, and what goes along with them."""
        return carried(domain_slots, tracker)

    async def extract_afspraak_product(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """All slots of the form at once: one message may say several things."""
        if tracker.get_slot("requested_slot") is None:
            # Just begun: what was said is in the slots already.
            return {}
        context = context_of(tracker)
        if (tracker.latest_message.get("intent") or {}).get("name") == "afspraak_annuleren":
            dispatcher.utter_message(response="utter_afspraak_gestopt")
            return STOP
        return await next_slots(context, tracker, dispatcher)


class ActionAfspraakBoeken(SafeAction):
    """Books what was confirmed. A moment that just went is said, and others are offered."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_afspraak_boeken"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Says nothing when nothing was confirmed: what stopped the form was said already."""
        context, stand = context_of(tracker), read(tracker)
        if stand.akkoord != "ja" or stand.moment is None or context.gemeente.afspraken is None:
            return cleared()
        backend = system_of(context)
        try:
            klant = klant_of(stand.gegevens)
            places = {one.id: one for one in await backend.list_locations(keuzen_of(context, stand))}
            made = await booking.book(
                context.engine,
                secret_of(context.settings),
                backend,
                booking.Verzoek(
                    gemeente=context.gemeente.id,
                    systeem=context.gemeente.afspraken.systeem,
                    sleutel=stand.sleutel,
                    gesprek_id=context.gesprek_id,
                    product=stand.product,
                    keuzen=keuzen_of(context, stand),
                    locatie=places.get(stand.locatie) or Locatie(stand.locatie, ""),
                    begin=stand.moment,
                    klant=klant,
                ),
                now=clock.now(),
            )
        except SlotTaken:
            return await _offer_others(context, stand, dispatcher, backend)
        except InvalidInput as error:
            logger.warning("Afspraak niet aangenomen: velden %s", " ".join(error.velden))
            dispatcher.utter_message(response="utter_afspraak_gegevens_fout")
            again = replace(stand, gegevens={}, compleet=False, akkoord="")
            ready = await ready_or_told(context, again, dispatcher)
            return cleared() if ready is None else [*as_events(written(ready)), FollowupAction("afspraak_formulier")]
        except Uncertain as error:
            logger.error("%s", error)
            verzoek = ask_a_human(context, stand, "boeken")
            dispatcher.utter_message(response="utter_afspraak_onzeker", verzoek=verzoek)
            return cleared()
        except AfspraakError as error:
            logger.warning("%s", error)
            dispatcher.utter_message(response="utter_afspraak_storing")
            return cleared()
        fields = await confirm(context, made, klant)
        dispatcher.utter_message(response="utter_afspraak_gemaakt", afspraak=fields)
        return cleared()


class ActionAfspraakStoppen(SafeAction):
    """Forgets what was filled in, and lets go of the moment that was kept."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_afspraak_stoppen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Clears the slots; a hold that cannot be let go lapses by itself."""
        context, stand = context_of(tracker), read(tracker)
        if context.gemeente.afspraken is not None and stand.moment is not None:
            await let_go(system_of(context), stand)
        return cleared()


async def next_slots(context: Context, tracker: Tracker, dispatcher: CollectingDispatcher) -> Dict[str, Any]:
    """Slots after a message; empty when it is about something else, STOP when it cannot go on."""
    before = read(tracker)
    try:
        stand = understand(context, tracker, before)
    except NotUnderstood as error:
        response, _, value = error.what.partition(":")
        dispatcher.utter_message(response=response, product=value, veld=value)
        # Asked again, with what there was.
        return {"afspraak_hulp": written(before)["afspraak_hulp"]}
    if stand is None:
        return {}
    ready = await ready_or_told(context, stand, dispatcher, before)
    return STOP if ready is None else written(ready)


async def ready_or_told(
    context: Context, stand: Stand, dispatcher: CollectingDispatcher, before: Optional[Stand] = None
) -> Optional[Stand]:
    """The stand made ready for the next question; None after telling that the system cannot be reached, or has nothing."""
    backend = system_of(context)
    try:
        if stand.moment is not None and (before is None or stand.moment != before.moment):
            wanted = stand.moment
            stand = await take(context, stand, backend)
            if stand.moment is None:
                dispatcher.utter_message(response="utter_afspraak_net_bezet")
                stand = replace(stand, wens=Wens(van=wanted.date()))
        elif before is not None and before.moment is not None and stand.moment is None:
            await let_go(backend, before)
        stand = await go_on(context, stand, backend)
    except AfspraakError as error:
        logger.warning("%s", error)
        dispatcher.utter_message(response="utter_afspraak_storing")
        return None
    if stand.locatie and stand.moment is None and not stand.aanbod and not stand.dag_vragen:
        dispatcher.utter_message(response="utter_afspraak_vol", dagen=afspraken_of(context).dagen_vooruit)
        return None
    return stand


async def let_go(backend: AppointmentBackend, stand: Stand) -> None:
    """Let go of a moment that was kept; what cannot be let go lapses."""
    try:
        await backend.release(stand.sleutel)
    except AfspraakError as error:
        logger.warning("%s", error)


async def _offer_others(
    context: Context, stand: Stand, dispatcher: CollectingDispatcher, backend: AppointmentBackend
) -> List[Dict[str, Any]]:
    dispatcher.utter_message(response="utter_afspraak_net_bezet")
    wanted = stand.moment
    again = replace(stand, moment=None, aanbod=(), akkoord="", wens=Wens(van=wanted.date() if wanted else None))
    ready = await ready_or_told(context, again, dispatcher)
    if ready is None:
        return cleared()
    return [*as_events(written(ready)), FollowupAction("afspraak_formulier")]
