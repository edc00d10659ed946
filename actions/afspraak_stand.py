"""What a conversation about an appointment has come to, as one value that goes into slots and comes out of them."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Dict, List, Mapping, Optional, Tuple

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.appointments.values import TIJDZONE, Keus
from bot.appointments.wishes import Wens

SLOTS = (
    "afspraak_product",
    "afspraak_locatie",
    "afspraak_moment",
    "afspraak_gegevens",
    "afspraak_akkoord",
    "afspraak_referentie",
    "afspraak_bewijs",
    "afspraak_hulp",
)
STOP: Dict[str, Any] = dict.fromkeys(SLOTS[:-1], "")
"""Fills a form with nothing, so that it ends; what stopped it was said."""


@dataclass(frozen=True)
class Plaats:
    """A place as it is offered."""

    id: str
    naam: str
    adres: str


@dataclass(frozen=True)
class Stand:
    """Everything chosen, offered and asked so far. Empty: nothing."""

    product: str = ""
    locatie: str = ""
    moment: Optional[datetime] = None
    gegevens: Mapping[str, str] = field(default_factory=dict)
    """Field → answer; complete once `vraag` is empty after the place and moment are known."""
    compleet: bool = False
    akkoord: str = ""
    referentie: str = ""
    bewijs: str = ""
    doel: str = "maken"
    """maken, verzetten or annuleren."""
    wens: Wens = field(default_factory=Wens)
    aantal: int = 1
    sleutel: str = field(default_factory=lambda: secrets.token_hex(16))
    kandidaten: Tuple[str, ...] = ()
    """Products offered to choose from."""
    plaatsen: Tuple[Plaats, ...] = ()
    aanbod: Tuple[datetime, ...] = ()
    """Moments offered."""
    past: bool = True
    """Whether they are what was asked for."""
    meer: bool = False
    na: Optional[datetime] = None
    dag_vragen: bool = False
    vraag: str = ""
    """The field that was asked."""
    wijzigen: bool = False
    """After "nee" to the summary: what should change."""
    oud: Optional[Dict[str, str]] = None
    """The appointment that is to be changed, for the texts: begin and place."""

    def keuzen(self, dienst: str) -> Tuple[Keus, ...]:
        """What to ask of the system."""
        return (Keus(dienst, self.aantal),)

    def with_place(self, locatie: str) -> Stand:
        """Another place: what hung on the old one goes."""
        return replace(self, locatie=locatie, moment=None, aanbod=(), na=None, akkoord="")

    def plaats(self) -> Optional[Plaats]:
        """The chosen place."""
        return next((one for one in self.plaatsen if one.id == self.locatie), None)


def read(tracker: Tracker) -> Stand:
    """The stand that the slots hold."""
    hulp = dict(tracker.get_slot("afspraak_hulp") or {})
    moment = tracker.get_slot("afspraak_moment")
    return Stand(
        product=tracker.get_slot("afspraak_product") or "",
        locatie=tracker.get_slot("afspraak_locatie") or "",
        moment=_moment(moment),
        compleet=bool(tracker.get_slot("afspraak_gegevens")),
        akkoord=tracker.get_slot("afspraak_akkoord") or "",
        referentie=tracker.get_slot("afspraak_referentie") or "",
        bewijs=tracker.get_slot("afspraak_bewijs") or "",
        gegevens=hulp.get("gegevens", {}),
        doel=hulp.get("doel", "maken"),
        wens=wens_from(hulp.get("wens", {})),
        aantal=hulp.get("aantal", 1),
        sleutel=hulp.get("sleutel") or secrets.token_hex(16),
        kandidaten=tuple(hulp.get("kandidaten", ())),
        plaatsen=tuple(Plaats(**one) for one in hulp.get("plaatsen", ())),
        aanbod=tuple(datetime.fromisoformat(one).astimezone(TIJDZONE) for one in hulp.get("aanbod", ())),
        past=hulp.get("past", True),
        meer=hulp.get("meer", False),
        na=_moment(hulp.get("na")),
        dag_vragen=hulp.get("dag_vragen", False),
        vraag=hulp.get("vraag", ""),
        wijzigen=hulp.get("wijzigen", False),
        oud=hulp.get("oud"),
    )


def written(stand: Stand) -> Dict[str, Any]:
    """Slot → value; empty ones None, so that the form asks for them."""
    return {
        "afspraak_product": stand.product or None,
        "afspraak_locatie": stand.locatie or None,
        "afspraak_moment": stand.moment.isoformat() if stand.moment else None,
        "afspraak_gegevens": "compleet" if stand.compleet else None,
        "afspraak_akkoord": stand.akkoord or None,
        "afspraak_referentie": stand.referentie or None,
        "afspraak_bewijs": stand.bewijs or None,
        "afspraak_hulp": {
            "gegevens": dict(stand.gegevens),
            "doel": stand.doel,
            "wens": wens_json(stand.wens),
            "aantal": stand.aantal,
            "sleutel": stand.sleutel,
            "kandidaten": list(stand.kandidaten),
            "plaatsen": [asdict(one) for one in stand.plaatsen],
            "aanbod": [one.isoformat() for one in stand.aanbod],
            "past": stand.past,
            "meer": stand.meer,
            "na": stand.na.isoformat() if stand.na else None,
            "dag_vragen": stand.dag_vragen,
            "vraag": stand.vraag,
            "wijzigen": stand.wijzigen,
            "oud": stand.oud,
        },
    }


def carried(asked: List[str], tracker: Tracker) -> List[str]:
    """The slots of a form, and after them those that hold something: of other slots the SDK drops what a form fills in."""
    return [*asked, *(slot for slot in SLOTS if slot not in asked and tracker.get_slot(slot) is not None)]


def as_events(values: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """Slot events."""
    return [SlotSet(slot, value) for slot, value in values.items()]


def cleared() -> List[Dict[str, Any]]:
    """Everything forgotten."""
    return [SlotSet(slot, None) for slot in (*SLOTS, "requested_slot")]


def wens_json(wens: Wens) -> Dict[str, Any]:
    """A wish as JSON; `wens_from` reads it back."""
    return {
        "van": wens.van.isoformat() if wens.van else None,
        "tot": wens.tot.isoformat() if wens.tot else None,
        "weekdagen": sorted(wens.weekdagen),
        "niet": [[van.isoformat(), tot.isoformat()] for van, tot in wens.niet],
        "niet_weekdagen": sorted(wens.niet_weekdagen),
        "uur_van": wens.uur_van.isoformat() if wens.uur_van else None,
        "uur_tot": wens.uur_tot.isoformat() if wens.uur_tot else None,
        "precies": wens.precies,
        "zo_snel": wens.zo_snel,
    }


def wens_from(found: Mapping[str, Any]) -> Wens:
    """A wish out of JSON."""
    return Wens(
        van=date.fromisoformat(found["van"]) if found.get("van") else None,
        tot=date.fromisoformat(found["tot"]) if found.get("tot") else None,
        weekdagen=frozenset(found.get("weekdagen", ())),
        niet=tuple((date.fromisoformat(van), date.fromisoformat(tot)) for van, tot in found.get("niet", ())),
        niet_weekdagen=frozenset(found.get("niet_weekdagen", ())),
        uur_van=time.fromisoformat(found["uur_van"]) if found.get("uur_van") else None,
        uur_tot=time.fromisoformat(found["uur_tot"]) if found.get("uur_tot") else None,
        precies=found.get("precies", False),
        zo_snel=found.get("zo_snel", False),
    )


def _moment(value: Optional[str]) -> Optional[datetime]:
    return datetime.fromisoformat(value).astimezone(TIJDZONE) if value else None
