"""How something stands that the resident asked for earlier: a request to be called back, or a case.

A case is shown to whoever has the code that was sent to the address in the case itself. Words, number of steps and time are
the same for a number that does not exist (`bot.cases.identity`).
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import defaultdict
from functools import partial
from typing import Any, Dict, List, Optional, Set, Tuple

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import clock
from actions.context import Context, asks_something_else, context_of, last_intent, last_text, verified_number
from actions.safe_action import SafeAction, SafeForm
from actions.terugbellen import told
from actions.zaaktekst import as_fields
from bot.attempts import Locked
from bot.case_numbers import case_numbers
from bot.cases import identity, portal
from bot.cases.client import Zaaksystemen, ZgwClient
from bot.cases.errors import ZgwError
from bot.cases.lookup import ask_in_vain, dossier, find, find_own, initiators, load
from bot.cases.summary import overzicht
from bot.cases.values import Zaak
from bot.catalog.koppelingen import Zaken
from bot.channels.tokens import secret_of
from bot.connections import SANDBOX, sandbox_url, zgw_config
from bot.contact import find_contact, same_number
from bot.messages_out import NotSent, can_send, send
from bot.nlg.fields import fields_for
from bot.nlg.texts import render, responses
from bot.threads import in_thread

logger = logging.getLogger(__name__)

SLOTS = ("zaaknummer", "zaak_code", "zaak_keuze", "requested_slot")
STOP: Dict[str, Any] = {"zaaknummer": "", "zaak_code": ""}
"""Fills the form with nothing, so that it ends; what stopped it was said."""
EVEN_LANG = 1.0
"""Seconds that naming a number takes at least, existing or not."""
MEESTE_ZAKEN, MEESTE_EIGEN = 4, 8
"""Cases under one number, and of a resident who is logged in, that are offered."""
_CODE = re.compile(rf"(?<!\d)(?:\d[ -]?){{{identity.CIJFERS - 1}}}\d(?!\d)")
_ONLY_DIGITS = re.compile(r"\s*\d[\d .-]*")
_systemen = Zaaksystemen()
_sending: Set[asyncio.Task[None]] = set()


class ActionZaakstatus(SafeAction):
    """Tells how requests to be called back stand; for a case it begins to ask."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_zaakstatus"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """A case number in the question goes before all; then requests of this conversation; then the form."""
        context = context_of(tracker)
        nummer = number_in(context, last_text(tracker))
        verzoeken = [] if nummer else told(context, last_text(tracker))
        if verzoeken:
            dispatcher.utter_message(response="utter_terugbelverzoek_stand", verzoeken=verzoeken)
            return [SlotSet("zaak_kan", "nee")]
        if context.gemeente.zaken is None:
            dispatcher.utter_message(response="utter_zaakstatus")
            return [SlotSet("zaak_kan", "nee")]
        ingelogd = await in_thread(
            partial(portal.known, context.engine, secret_of(context.settings), context.gesprek_id, clock.now())
        )
        if ingelogd is not None:
            return await self._own(dispatcher, context, ingelogd, nummer)
        if nummer is None:
            return [SlotSet("zaak_kan", "ja")]
        begun = await begin(context, nummer, dispatcher)
        if begun == STOP:
            return [SlotSet("zaak_kan", "nee")]
        return [SlotSet("zaak_kan", "ja"), *(SlotSet(slot, value) for slot, value in begun.items())]

    async def _own(
        self, dispatcher: CollectingDispatcher, context: Context, bsn: str, nummer: Optional[str]
    ) -> List[Dict[str, Any]]:
        """Who is logged in at the portal needs no number and no code."""
        config = zgw_config(context.settings, context.gemeente)
        assert config is not None
        try:
            mine = await find_own(_systemen.client(config), bsn)
        except ZgwError as error:
            say_unreachable(dispatcher, error)
            return [SlotSet("zaak_kan", "nee")]
        found = [zaak for zaak in mine if nummer in (None, zaak.identificatie)][:MEESTE_EIGEN]
        if not found:
            dispatcher.utter_message(response="utter_zaak_geen_eigen", nummer=bool(nummer))
            return [SlotSet("zaak_kan", "nee")]
        prove = partial(
            identity.prove,
            context.engine,
            secret_of(context.settings),
            gesprek_id=context.gesprek_id,
            gemeente=context.gemeente.id,
            urls=[zaak.url for zaak in found],
            now=clock.now(),
        )
        await in_thread(prove)
        return [SlotSet("zaak_kan", "ja"), SlotSet("zaaknummer", "eigen"), SlotSet("zaak_code", "goed")]


class ValidateZaakFormulier(SafeForm):
    """The number, and the proof. A question of their own is answered in between; another number may be named."""

    def name(self) -> str:
        """Its name in the domain."""
        return "validate_zaak_formulier"

    async def required_slots(
        self, domain_slots: List[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[str]:
        """With more cases under one number: which one."""
        if not tracker.get_slot("zaak_code"):
            return domain_slots
        context = context_of(tracker)
        urls = await in_thread(identity.proven, context.engine, context.gesprek_id, clock.now())
        return [*domain_slots, "zaak_keuze"] if len(urls) > 1 else domain_slots

    async def extract_zaaknummer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """A number in what was said, also in place of the code."""
        asked, text, context = tracker.get_slot("requested_slot"), last_text(tracker), context_of(tracker)
        if asked not in ("zaaknummer", "zaak_code") or last_intent(tracker) in ("opnieuw_beginnen", "noodgeval"):
            return {}
        nummer = number_in(context, text)
        if nummer is not None:
            return await begin(context, nummer, dispatcher)
        if asked == "zaak_code":
            return await self._instead_of_a_code(dispatcher, tracker, context)
        if last_intent(tracker) == "ontkennen":
            dispatcher.utter_message(response="utter_zaaknummer_weet_niet")
            return STOP
        if asks_something_else(tracker):
            return {}
        dispatcher.utter_message(response="utter_zaaknummer_onbekend")
        return {"zaaknummer": None}

    async def _instead_of_a_code(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, context: Context
    ) -> Dict[str, Any]:
        said = last_text(tracker).lower()
        if "ander nummer" in said:
            return {"zaaknummer": None}
        if "nieuwe code" in said:
            return await begin(context, tracker.get_slot("zaaknummer"), dispatcher)
        return {}

    async def extract_zaak_code(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """Six digits; what they open is looked up at once, and they are not kept."""
        context = context_of(tracker)
        text = last_text(tracker)
        if tracker.get_slot("requested_slot") != "zaak_code" or number_in(context, text) is not None:
            return {}
        found = _CODE.search(text)
        if found is None and _ONLY_DIGITS.fullmatch(text):
            # A digit too few or too many: no attempt, and no question of their own either.
            dispatcher.utter_message(response="utter_zaak_code_fout")
            return {"zaak_code": None}
        if found is None:
            return {}
        code = re.sub(r"\D", "", found.group())
        geheim = secret_of(context.settings)
        try:
            bewijs = await in_thread(identity.current, context.engine, context.gesprek_id)
            urls = await in_thread(identity.verify, context.engine, geheim, bewijs, code, clock.now())
        except Locked:
            dispatcher.utter_message(response="utter_zaak_op_slot")
            return {"zaak_code": "", "zaaknummer": ""}
        if not urls:
            dispatcher.utter_message(response="utter_zaak_code_fout")
            return {"zaak_code": None}
        return {"zaak_code": "goed"}

    async def extract_zaak_keuze(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        """The place of the chosen case, by its title or number."""
        if tracker.get_slot("requested_slot") != "zaak_keuze":
            return {}
        try:
            titles = [case_title(zaak) for zaak in await proven_cases(context_of(tracker), tracker)]
        except ZgwError as error:
            say_unreachable(dispatcher, error)
            return {**STOP, "zaak_keuze": ""}
        said = last_text(tracker).strip().lower()
        for place, title in enumerate(titles):
            if said in (title.lower(), str(place + 1)):
                return {"zaak_keuze": str(place)}
        return {}


class ActionAskZaakKeuze(SafeAction):
    """Asks which of the cases under one number."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_ask_zaak_formulier_zaak_keuze"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Titles with the day on which they began; when those cannot be read the form ends."""
        try:
            zaken = await proven_cases(context_of(tracker), tracker)
        except ZgwError as error:
            say_unreachable(dispatcher, error)
            return [SlotSet(slot, None) for slot in SLOTS]
        dispatcher.utter_message(response="utter_zaak_kiezen", zaken=[case_title(zaak) for zaak in zaken])
        return []


class ActionZaakTonen(SafeAction):
    """Tells how the proven case stands, and forgets it."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_zaak_tonen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Says nothing when nothing was proven: what stopped the form was said already."""
        context, cleared = context_of(tracker), [SlotSet(slot, None) for slot in SLOTS]
        config = zgw_config(context.settings, context.gemeente)
        try:
            zaken = await proven_cases(context, tracker)
            if not tracker.get_slot("zaak_code") or config is None:
                return cleared
            if not zaken:
                dispatcher.utter_message(response="utter_zaak_niet_meer")
                return cleared
            zaak = zaken[min(int(tracker.get_slot("zaak_keuze") or 0), len(zaken) - 1)]
            found = await dossier(_systemen.client(config), zaak)
        except ZgwError as error:
            say_unreachable(dispatcher, error)
            return cleared
        settings = _zaken(context)
        summary = overzicht(
            found,
            clock.now(),
            wachtstatussen=settings.wachtstatussen,
            besluit_zaaktypen=settings.besluit_zaaktypen,
        )
        dispatcher.utter_message(response="utter_zaak", zaak=as_fields(summary))
        await in_thread(identity.forget, context.engine, context.gesprek_id)
        return cleared


class ActionZaakStoppen(SafeAction):
    """Forgets number and proof."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_zaak_stoppen"

    async def perform(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Clears the slots."""
        context = context_of(tracker)
        await in_thread(identity.forget, context.engine, context.gesprek_id)
        return [SlotSet(slot, None) for slot in SLOTS]


def number_in(context: Context, text: str) -> Optional[str]:
    """The case number in a sentence as the register has it; None when there is none, or more than one."""
    found = {one.identificatie for one in case_numbers(text, context.gemeente)}
    return found.pop() if len(found) == 1 else None


async def begin(context: Context, nummer: str, dispatcher: CollectingDispatcher) -> Dict[str, Any]:
    """Send a code to where the case says, if there is such a case; slots of the form, the same either way."""
    began = time.monotonic()
    config, geheim = zgw_config(context.settings, context.gemeente), secret_of(context.settings)
    assert config is not None
    ask = partial(
        identity.begin,
        context.engine,
        geheim,
        gesprek_id=context.gesprek_id,
        gemeente=context.gemeente.id,
        identificatie=nummer,
        now=clock.now(),
    )
    try:
        bewijs = await in_thread(ask)
        eigen = await in_thread(verified_number, context)
        adressen, bewezen = await reachable(_systemen.client(config), context, nummer, eigen)
    except Locked:
        dispatcher.utter_message(response="utter_zaak_op_slot")
        return STOP
    except ZgwError as error:
        say_unreachable(dispatcher, error)
        return STOP
    if bewezen:
        prove = partial(
            identity.prove,
            context.engine,
            geheim,
            gesprek_id=context.gesprek_id,
            gemeente=context.gemeente.id,
            urls=bewezen,
            now=clock.now(),
        )
        await in_thread(prove)
        return {"zaaknummer": nummer, "zaak_code": "goed"}
    codes = await in_thread(identity.issue, context.engine, geheim, bewijs, adressen, clock.now())
    for adres, code in codes.items():
        # Beside the answer: how long a mail server takes must not tell whether there was a mail.
        task = asyncio.ensure_future(_send(context, adres, code))
        _sending.add(task)
        task.add_done_callback(_sending.discard)
    await asyncio.sleep(max(0.0, EVEN_LANG - (time.monotonic() - began)))
    return {"zaaknummer": nummer}


async def reachable(
    client: ZgwClient, context: Context, nummer: str, eigen: str
) -> Tuple[Dict[str, List[str]], List[str]]:
    """Address or phone number → the cases with this number whose initiator has it; and the cases of whoever has `eigen`.

    Args:
        eigen: phone number that the channel vouches for (E.164), or empty.

    Raises ZgwError.
    """
    found: Dict[str, List[str]] = defaultdict(list)
    mine: List[str] = []
    zaken = (await find(client, nummer))[:MEESTE_ZAKEN]
    if not zaken:
        await ask_in_vain(client)
    for zaak in zaken:
        for rol in await initiators(client, zaak):
            mail, telefoon = find_contact(rol.email), find_contact(rol.telefoon)
            if eigen and same_number(rol.telefoon, eigen) and zaak.url not in mine:
                mine.append(zaak.url)
            contact = mail or telefoon
            adres = (contact.email or contact.telefoon) if contact else None
            if adres and can_send(context.settings, adres, _sandbox(context)) and zaak.url not in found[adres]:
                found[adres].append(zaak.url)
    return dict(found), mine


async def proven_cases(context: Context, tracker: Tracker) -> List[Zaak]:
    """The cases that were proven to be the resident's. Raises ZgwError."""
    config = zgw_config(context.settings, context.gemeente)
    if config is None or not tracker.get_slot("zaak_code"):
        return []
    client = _systemen.client(config)
    urls = await in_thread(identity.proven, context.engine, context.gesprek_id, clock.now())
    found = [await load(client, url) for url in urls]
    return [zaak for zaak in found if zaak is not None]


def say_unreachable(dispatcher: CollectingDispatcher, error: ZgwError) -> None:
    """The register cannot be asked now; what else the resident can do."""
    logger.warning("Zaken niet bereikbaar: %s", type(error).__name__)
    dispatcher.utter_message(response="utter_zaken_storing")


def case_title(zaak: Zaak) -> str:
    """What a case is called in a choice."""
    return f"{zaak.titel} ({zaak.startdatum:%d-%m-%Y})"


async def _send(context: Context, adres: str, code: str) -> None:
    fields = {**fields_for(context.settings, context.gemeente, clock.now()), "code": code}
    tekst = render(responses()["utter_zaak_code_bericht"][0]["text"], fields)
    try:
        await send(context.settings, adres, f"Uw code: {code}", tekst, _sandbox(context))
    except NotSent as error:
        logger.error("Een code kon niet worden verstuurd: %s", error)


def _sandbox(context: Context) -> Optional[str]:
    """Address of the sandbox, when the register is the sandbox: its invented people have no real addresses."""
    return sandbox_url(context.settings) if _zaken(context).zaken_url == SANDBOX else None


def _zaken(context: Context) -> Zaken:
    assert context.gemeente.zaken is not None
    return context.gemeente.zaken
