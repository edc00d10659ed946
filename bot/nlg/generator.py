"""Renders every response inside the engine, for the municipality of the conversation.

Which words a response has stands in `domain/antwoorden.yml`; this module gives them their fields and adds the choices.
The choices travel in the message's metadata with what they lead to, so that the next message can take one by its title
or number (`bot.search.decision`); outsiders never need Rasa's `/intent` notation.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any, Callable, Dict, List, Optional

from rasa.core.nlg.generator import NaturalLanguageGenerator, ResponseVariationFilter
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.catalog.answer import HEEL_ANTWOORD, compose
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of, live_catalog, waarden_van
from bot.catalog.product import CONTACT, Kop
from bot.contact import shown
from bot.errors import ContentError
from bot.handoff.model import Reden
from bot.handoff.offer import terugbellen_voor
from bot.nlg import afspraken
from bot.nlg.answers import answer_choices, answer_fields, human
from bot.nlg.fields import dag, fields_for
from bot.nlg.texts import knoppen, render
from bot.nlu.conversation import KEUZES, conversation_so_far, gemeente_of_tracker
from bot.nlu.keys import ASPECT, KANDIDAAT, PRODUCT, TAAL, TWEEDE, UITKOMST
from bot.search.acts import VRAAG_PRODUCT
from bot.search.decision import Keuze, Uitkomst
from bot.settings import ROOT, load_settings

OVERDRACHT = "overdracht"
"""Key in a message: it belongs to handing over, and is shown although the bot has the conversation no more."""
INGEKORT = "ingekort"
"""Key in a message's metadata: it was too long, only its beginning was read."""


_APPOINTMENT = re.compile(
    r"utter_ask_afspraak_(?:wijzig_)?formulier_(afspraak_(?:product|locatie|moment|gegevens|akkoord))"
)

Maker = Callable[[DialogueStateTracker, Gemeente, Dict[str, Any]], Dict[str, Any]]
"""(tracker, municipality, what an action gives with the response) → what is special about the message."""


class Generator(NaturalLanguageGenerator):
    """Rasa's NLG, with product answers, clarifications and opening hours."""

    def __init__(
        self,
        endpoint_config: Optional[EndpointConfig] = None,
        domain: Optional[Domain] = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Called by Rasa with the endpoint and the domain; `now` can be set by tests."""
        # Rasa makes its NLG before the model, and with it the domain, is loaded; the texts are read from their files.
        self._responses = (domain if domain and domain.responses else Domain.load(ROOT / "domain")).responses
        self._settings = load_settings()
        self._now = now
        self._make: Dict[str, Maker] = {
            "utter_antwoord": self._answer,
            "utter_verduidelijking": self._clarification,
            "utter_terugval": self._fallback,
            "utter_overdracht_gestart": self._handed_over,
            "utter_overdracht_aanbod": self._ways_to_a_human,
            "utter_overdracht_net_dicht": self._ways_to_a_human,
            "utter_ask_terugbel_formulier_akkoord": self._callback_summary,
            "utter_ask_zaak_formulier_zaaknummer": self._case_number,
            "utter_zaaknummer_onbekend": self._case_number,
            "utter_zaak_kiezen": self._which_case,
            "utter_afspraak_anders": self._without_appointment,
            "utter_afspraak_gemaakt": self._appointment_made,
            "utter_afspraak_verzet": self._appointment_made,
        }

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> Optional[Dict[str, Any]]:
        """The message for a response: `text` (Markdown), `buttons`, and metadata with the choices and the outcome."""
        gemeente = gemeenten_of(self._settings)[gemeente_of_tracker(tracker, self._settings)]
        live_catalog(self._settings).refresh()
        if utter_action not in self._responses:
            # Rasa asks for optional texts as well, such as utter_restart.
            return None
        variations = ResponseVariationFilter(self._responses).responses_for_utter_action(
            utter_action, output_channel, tracker.current_slot_values()
        )
        if not variations:
            return None
        extra = self._maker(utter_action)(tracker, gemeente, kwargs)
        fields = {**fields_for(self._settings, gemeente, self._now()), **kwargs, **extra.pop("velden", {})}
        latest = tracker.latest_message
        fields[INGEKORT] = bool(latest and (latest.metadata or {}).get(INGEKORT))
        keuzes: List[Keuze] = extra.pop(KEUZES) if KEUZES in extra else _buttons(variations[0])
        return {
            "text": render(variations[0]["text"], fields),
            "buttons": [{"title": keuze.titel, "payload": keuze.titel} for keuze in keuzes],
            KEUZES: [{key: value for key, value in asdict(keuze).items() if value} for keuze in keuzes],
            "gemeente": gemeente.id,
            TAAL: tracker.get_slot(TAAL) if utter_action == "utter_andere_taal" else None,
            **extra,
        }

    def _maker(self, utter_action: str) -> Maker:
        """What makes a response special."""
        question = _APPOINTMENT.fullmatch(utter_action)
        return partial(self._appointment, question.group(1)) if question else self._make.get(utter_action, self._plain)

    def _answer(self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]) -> Dict[str, Any]:
        product_id, aspect = tracker.get_slot(PRODUCT), tracker.get_slot(ASPECT)
        products = live_catalog(self._settings).products(gemeente.id)
        product = products.get(product_id)
        if product is None:
            # Withdrawn between the decision and the answer: a matter of milliseconds.
            raise ContentError(f"product {product_id}", "is net uit gebruik genomen")
        antwoord = compose(product, aspect, gemeente, waarden_van(self._settings, gemeente.id))
        tweede = self._second(tracker, gemeente)
        return {
            "velden": answer_fields(
                antwoord,
                gemeente,
                nieuw_onderwerp=conversation_so_far(tracker).product != antwoord.product,
                tweede=tweede,
            ),
            KEUZES: answer_choices(
                antwoord, gemeente, products, in_formulier=tracker.active_loop_name is not None, tweede=tweede
            ),
            PRODUCT: antwoord.product,
            ASPECT: antwoord.aspect,
            "plaats": _counter(gemeente) if antwoord.aspect == CONTACT else None,
            "bronnen": list(antwoord.bronnen),
            UITKOMST: Uitkomst.ANTWOORD.value,
        }

    def _second(self, tracker: DialogueStateTracker, gemeente: Gemeente) -> Optional[Kop]:
        """The product of a second need in the message that is being answered."""
        found = (entity["value"] for entity in tracker.latest_message.entities if entity["entity"] == TWEEDE)  # type: ignore[union-attr]
        product = live_catalog(self._settings).products(gemeente.id).get(next(found, ""))
        return product.kop if product else None

    def _clarification(
        self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]
    ) -> Dict[str, Any]:
        products = live_catalog(self._settings).products(gemeente.id)
        found = [entity["value"] for entity in tracker.latest_message.entities if entity["entity"] == KANDIDAAT]  # type: ignore[union-attr]
        aspect = tracker.get_slot(ASPECT)
        keuzes = [Keuze(products[product].kop.naam, product, aspect) for product in found if product in products]
        keuzes.append(Keuze(knoppen()["geen_van_deze"], act=VRAAG_PRODUCT))
        return {KEUZES: keuzes, UITKOMST: Uitkomst.VERDUIDELIJKING.value}

    def _fallback(self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]) -> Dict[str, Any]:
        uitkomst = tracker.get_slot(UITKOMST) or Uitkomst.TERUGVAL.value
        return {KEUZES: [human()], UITKOMST: uitkomst}

    def _ways_to_a_human(
        self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]
    ) -> Dict[str, Any]:
        aanbod = given["aanbod"]
        extra = self._plain(tracker, gemeente, given)
        if given.get("reden") == Reden.NIET_BEGREPEN.value:
            extra[UITKOMST] = Uitkomst.TERUGVAL_HERHAALD.value
        if aanbod["terugbellen"] and not aanbod["livechat"]:
            extra[KEUZES] = [Keuze(knoppen()["terugbellen"], act="terugbelverzoek")]
        return extra

    def _handed_over(self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]) -> Dict[str, Any]:
        return {**self._plain(tracker, gemeente, given), OVERDRACHT: True}

    def _callback_summary(
        self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]
    ) -> Dict[str, Any]:
        contact = tracker.get_slot("contact")
        velden = {slot: tracker.get_slot(slot) for slot in ("onderwerp", "naam_bewoner", "wanneer")}
        velden["contact_tekst"] = contact if "@" in contact else shown(contact)
        velden["uiterlijk"] = dag(terugbellen_voor(gemeente, self._now()))
        return {**self._plain(tracker, gemeente, given), "velden": velden}

    def _case_number(self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]) -> Dict[str, Any]:
        voorbeeld = gemeente.zaken.voorbeeld if gemeente.zaken else ""
        return {**self._plain(tracker, gemeente, given), "velden": {"voorbeeldnummer": voorbeeld}}

    def _which_case(self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]) -> Dict[str, Any]:
        keuzes = [Keuze(titel, act="bevestigen") for titel in given["zaken"]]
        return {**self._plain(tracker, gemeente, given), KEUZES: keuzes}

    def _appointment(
        self, slot: str, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]
    ) -> Dict[str, Any]:
        products = live_catalog(self._settings).products(gemeente.id)
        return {**self._plain(tracker, gemeente, given), **afspraken.question(slot, tracker, gemeente, products)}

    def _without_appointment(
        self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]
    ) -> Dict[str, Any]:
        product = live_catalog(self._settings).products(gemeente.id)[given["product"]]
        antwoord = compose(product, None, gemeente, waarden_van(self._settings, gemeente.id))
        keuzes = [Keuze(knoppen()["aspect"]["alles"], antwoord.product, HEEL_ANTWOORD), human()]
        return {**self._plain(tracker, gemeente, given), "velden": {"antwoord": antwoord}, KEUZES: keuzes}

    def _appointment_made(
        self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]
    ) -> Dict[str, Any]:
        afspraak = given["afspraak"]
        return {
            **self._plain(tracker, gemeente, given),
            "document": {"naam": "afspraak.ics", "url": afspraak["agenda"]},
            "plaats": _booked_place(gemeente, afspraak["locatie"]),
        }

    def _plain(self, tracker: DialogueStateTracker, gemeente: Gemeente, given: Dict[str, Any]) -> Dict[str, Any]:
        return {UITKOMST: Uitkomst.DIALOOG.value}


def _counter(gemeente: Gemeente) -> Optional[Dict[str, Any]]:
    """The counter on the map, when the municipality says where it is."""
    contact = gemeente.contact
    if contact.breedte is None or contact.lengte is None:
        return None
    return {"naam": gemeente.naam, "adres": contact.adres, "breedte": contact.breedte, "lengte": contact.lengte}


def _booked_place(gemeente: Gemeente, locatie: str) -> Optional[Dict[str, Any]]:
    """The place of an appointment on the map, when it is one of the own agenda that says where it is."""
    places = gemeente.afspraken.locaties if gemeente.afspraken else {}
    one = places.get(locatie)
    if one is None or one.breedte is None or one.lengte is None:
        return None
    adres = ", ".join(part for part in (one.adres, one.plaats) if part)
    return {"naam": one.naam, "adres": adres, "breedte": one.breedte, "lengte": one.lengte}


def _buttons(variation: Dict[str, Any]) -> List[Keuze]:
    """Buttons that a response has in the domain: the payload is the dialogue act that the choice stands for."""
    return [Keuze(button["title"], act=button["payload"]) for button in variation.get("buttons") or []]
