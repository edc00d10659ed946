"""Questions of the forms for appointments: what was found so far, and the choices that go with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Mapping

from rasa.shared.core.trackers import DialogueStateTracker

from bot.appointments.values import TIJDZONE
from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Product
from bot.contact import shown
from bot.nlg.fields import moment_tekst, moment_titel
from bot.nlg.texts import knoppen
from bot.nlu.conversation import KEUZES
from bot.search.decision import Keuze

BEVESTIGEN, STOPPEN = "bevestigen", "opnieuw_beginnen"


def question(
    slot: str, tracker: DialogueStateTracker, gemeente: Gemeente, products: Mapping[str, Product]
) -> Dict[str, Any]:
    """Fields and choices for the question after a slot of an appointment form."""
    hulp: Mapping[str, Any] = tracker.get_slot("afspraak_hulp") or {}
    make = {
        "afspraak_product": _product,
        "afspraak_locatie": _place,
        "afspraak_moment": _moment,
        "afspraak_gegevens": _field,
        "afspraak_akkoord": _summary,
    }[slot]
    return make(tracker, hulp, products)


def _product(tracker: DialogueStateTracker, hulp: Mapping[str, Any], products: Mapping[str, Product]) -> Dict[str, Any]:
    keuzes = [
        Keuze(products[one].kop.naam, act=BEVESTIGEN, waarde=f"product:{one}")
        for one in hulp.get("kandidaten", ())
        if one in products
    ]
    return {KEUZES: [*keuzes, _stop()]}


def _place(tracker: DialogueStateTracker, hulp: Mapping[str, Any], products: Mapping[str, Product]) -> Dict[str, Any]:
    places = hulp.get("plaatsen", ())
    keuzes = [Keuze(one["naam"], act=BEVESTIGEN, waarde=f"locatie:{one['id']}") for one in places]
    return {KEUZES: [*keuzes, _stop()], "velden": {"plaatsen": places}}


def _moment(tracker: DialogueStateTracker, hulp: Mapping[str, Any], products: Mapping[str, Product]) -> Dict[str, Any]:
    titels = knoppen()["afspraak"]
    momenten = [] if hulp.get("dag_vragen") else [datetime.fromisoformat(one) for one in hulp.get("aanbod", ())]
    keuzes = [
        Keuze(moment_titel(one), act=BEVESTIGEN, waarde=f"moment:{one.astimezone(TIJDZONE).isoformat()}")
        for one in momenten
    ]
    if momenten and hulp.get("meer"):
        keuzes.append(Keuze(titels["later"], act=BEVESTIGEN, waarde="later"))
    if momenten:
        keuzes.append(Keuze(titels["dag"], act=BEVESTIGEN, waarde="dag"))
    if len(hulp.get("plaatsen", ())) > 1:
        keuzes.append(Keuze(titels["plaats"], act=BEVESTIGEN, waarde="plaats"))
    product = products.get(tracker.get_slot("afspraak_product") or "")
    return {
        KEUZES: [*keuzes, _stop()],
        "velden": {
            "momenten": [moment_tekst(one) for one in momenten],
            "past": hulp.get("past", True),
            "later": bool(hulp.get("na")),
            "dag_vragen": bool(hulp.get("dag_vragen")),
            "aantal": hulp.get("aantal", 1),
            "plaats": _place_name(tracker, hulp),
            "product": product.kop.naam if product else "",
            "oud": hulp.get("oud"),
        },
    }


def _field(tracker: DialogueStateTracker, hulp: Mapping[str, Any], products: Mapping[str, Product]) -> Dict[str, Any]:
    # No choices: a house number must not be taken for the number of a choice.
    return {KEUZES: [], "velden": {"veld": hulp.get("vraag", "")}}


def _summary(tracker: DialogueStateTracker, hulp: Mapping[str, Any], products: Mapping[str, Product]) -> Dict[str, Any]:
    gegevens: Mapping[str, str] = hulp.get("gegevens", {})
    product = products.get(tracker.get_slot("afspraak_product") or "")
    moment = tracker.get_slot("afspraak_moment")
    contact = [gegevens[one] for one in ("email", "telefoon") if gegevens.get(one)]
    naam = [gegevens[one] for one in ("voornaam", "voorletters", "tussenvoegsel", "achternaam") if gegevens.get(one)]
    return {
        KEUZES: _summary_choices(hulp),
        "velden": {
            "doel": hulp.get("doel", "maken"),
            "wijzigen": bool(hulp.get("wijzigen")),
            "product": product.kop.naam if product else "",
            "aantal": hulp.get("aantal", 1),
            "moment": moment_tekst(datetime.fromisoformat(moment)) if moment else "",
            "plaats": _place_name(tracker, hulp),
            "naam": " ".join(naam),
            "contact_tekst": ", ".join(one if "@" in one else shown(one) for one in contact),
            "oud": hulp.get("oud"),
        },
    }


def _summary_choices(hulp: Mapping[str, Any]) -> List[Keuze]:
    titels, doel = knoppen()["afspraak"], hulp.get("doel", "maken")
    more_places = len(hulp.get("plaatsen", ())) > 1
    if doel == "annuleren":
        return [_choice("ja_annuleren", "ja"), Keuze(titels["nee"], act=STOPPEN)]
    change = [_choice("tijd", "dag")] + [_choice("plaats", "plaats")] * more_places
    if hulp.get("wijzigen"):
        return [*change, _choice("onderwerp", "onderwerp"), _choice("gegevens", "gegevens"), _stop()]
    if doel == "verzetten":
        return [_choice("ja_verzetten", "ja"), *change, Keuze(titels["nee"], act=STOPPEN)]
    return [_choice("ja", "ja"), _choice("wijzigen", "wijzigen"), _stop()]


def _choice(titel: str, waarde: str) -> Keuze:
    return Keuze(knoppen()["afspraak"][titel], act=BEVESTIGEN, waarde=waarde)


def _stop() -> Keuze:
    return Keuze(knoppen()["afspraak"]["stoppen"], act=STOPPEN)


def _place_name(tracker: DialogueStateTracker, hulp: Mapping[str, Any]) -> str:
    chosen = tracker.get_slot("afspraak_locatie")
    return next((one["naam"] for one in hulp.get("plaatsen", ()) if one["id"] == chosen), "")
