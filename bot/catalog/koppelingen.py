"""Connections of a municipality with its back office, as its file describes them. Secrets never stand there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field, root_validator, validator

from bot.catalog.rooster import Waarde, Weekrooster


class Actor(Waarde):
    """A department as Open Klant knows it (`Actor.actoridentificator`)."""

    naam: str
    object_id: str
    code_objecttype: str = "afd"
    code_register: str = "obj"
    code_soort_object_id: str = "idf"


class OpenKlant(Waarde):
    """The municipality's Open Klant. Its token is read from a file or the environment, never from here."""

    adres: str
    """Base address of the API, ending in `/klantinteracties/api/v1`; `sandbox` is the one that `make run` starts."""
    kanaal: str = "chatbot"
    afdeling: Actor


class Portaal(Waarde):
    """The municipality's own portal, where residents log in (DigiD). It signs who somebody is; its public key is a file."""

    uitgever: str
    """`iss` of its tokens."""
    publiek: str = "vraagbaak"
    """`aud` of its tokens."""
    hoogstens_seconden: int = Field(default=120, ge=10, le=600)
    """Age from which a token is too old to begin a conversation with."""


class Zaken(Waarde):
    """The municipality's case register (ZGW). Its secret is read from a file, never from here."""

    zaken_url: str
    """Base address of the Zaken API; `sandbox` is the register that `make run` starts."""
    catalogi_url: str = ""
    client_id: str = "vraagbaak"
    bronorganisaties: tuple[str, ...] = ()
    """RSINs of the organisations whose cases may be shown."""
    nummers: tuple[str, ...]
    """How case numbers look: `ZAAK-{jaar}-{10 cijfers}`; docs/zaken.md describes the pieces."""
    voorbeeld: str
    """A case number as residents know it, shown when they are asked for theirs."""
    wachtstatussen: tuple[str, ...] = ()
    """Names of statuses that mean that the municipality waits for the resident."""
    besluit_zaaktypen: tuple[str, ...] = ()
    max_vertrouwelijkheid: str = "openbaar"
    portaal: Portaal | None = None
    """Residents who are logged in there need no code."""

    @root_validator(skip_on_failure=True)
    def _both_apis(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["zaken_url"] != "sandbox" and not values["catalogi_url"]:
            raise ValueError("catalogi_url ontbreekt: zonder catalogus is niet te zeggen wat een status betekent")
        return values


class AfspraakProduct(Waarde):
    """A product of ours that one can make an appointment for."""

    dienst: str = ""
    """Id of the service in the system; ours when empty."""
    minuten: int = Field(default=10, ge=5, le=480)
    """How long it takes; only for the own agenda, other systems know for themselves."""
    minuten_extra: int = Field(default=0, ge=0, le=240)
    """For each further person."""
    hoogstens: int = Field(default=1, ge=1, le=20)
    """Most people in one appointment."""
    locaties: tuple[str, ...] = ()
    """Where it can be had, of `locaties`; empty is everywhere."""


class AfspraakLocatie(Waarde):
    """A place of the own agenda."""

    naam: str
    adres: str
    postcode: str = ""
    plaats: str = ""
    openingstijden: Weekrooster | None = None
    """When appointments can be held; else the hours of the counter."""
    capaciteit: int = Field(default=1, ge=1, le=100)
    """Appointments at the same time."""
    raster: int = Field(default=10, ge=5, le=60)
    """Minutes between two moments that are offered; divides the hour."""
    dicht: tuple[date, ...] = ()
    breedte: float | None = Field(default=None, ge=-90, le=90)
    lengte: float | None = Field(default=None, ge=-180, le=180)
    """Degrees (WGS 84), for a place on the map where the channel shows one."""

    @validator("raster")
    def _divides_the_hour(cls, value: int) -> int:
        if 60 % value:
            raise ValueError("moet een uur in gelijke stukken delen: 5, 10, 15, 20, 30 of 60")
        return value


Vraag = Literal[
    "voorletters",
    "voornaam",
    "tussenvoegsel",
    "achternaam",
    "geboortedatum",
    "email",
    "telefoon",
    "postcode",
    "huisnummer",
]


class Afspraken(Waarde):
    """How the municipality makes appointments. Secrets of the system are files, never here."""

    systeem: Literal["agenda", "jcc", "qmatic"] = "agenda"
    url: str = ""
    """Base address of JCC (`.../api/warp/v1/`) or Qmatic (`.../public/api/`); `sandbox` is the one that `make run` starts."""
    client_id: str = ""
    """Of JCC."""
    producten: Mapping[str, AfspraakProduct]
    """Product id → what it is in the system."""
    locaties: Mapping[str, AfspraakLocatie] = {}
    """Places of the own agenda."""
    alleen_locaties: tuple[str, ...] = ()
    """Ids of the places in JCC or Qmatic that may be offered; empty is all."""
    vragen: tuple[Vraag, ...] = ("achternaam", "email", "telefoon")
    """What is asked of whoever comes, beside what the system itself requires. Of e-mail and phone one is enough."""
    dagen_vooruit: int = Field(default=90, ge=1, le=400)
    minuten_vooraf: int = Field(default=60, ge=0, le=10080)
    """How long before it begins an appointment can still be made."""
    wijzigen_tot_minuten: int = Field(default=120, ge=0, le=20160)
    """How long before it begins one may still cancel or move it."""
    vasthouden_minuten: int = Field(default=5, ge=1, le=30)
    """How long a chosen moment stays free for whoever is filling in the rest."""
    eerste: tuple[str, ...] = ()
    """Products that are offered first when somebody does not say what the appointment is for."""
    aantal: Literal["extra", "totaal"] = "totaal"
    """Whether Qmatic's `numberOfCustomers` counts all people, or only the further ones."""
    verzet_zelf: bool = False
    """Whether this Qmatic can move an appointment by itself."""
    zoekt_op_email: bool = False
    """Whether this Qmatic can find a customer by e-mail, to see whether a booking arrived."""

    @root_validator(skip_on_failure=True)
    def _fits_the_system(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["systeem"] == "agenda":
            if not values["locaties"]:
                raise ValueError("de eigen agenda heeft minstens een locatie nodig")
            unknown = {one for product in values["producten"].values() for one in product.locaties} - set(
                values["locaties"]
            )
            if unknown:
                raise ValueError(f"locatie {sorted(unknown)[0]} bestaat niet")
        elif not values["url"]:
            raise ValueError("url ontbreekt")
        if set(values["eerste"]) - set(values["producten"]):
            raise ValueError("eerste noemt een product dat niet bij producten staat")
        return values


class Whatsapp(Waarde):
    """The municipality's number on WhatsApp (Business Cloud API). Token and app secret are files, never here."""

    phone_number_id: str
    """Meta's id of the number, by which its messages are known to be this municipality's."""
    nummer: str
    """The number itself as residents see it."""
    waba_id: str = ""
    """Meta's id of the business account; only to check the connection."""
    url: str = "https://graph.facebook.com"
    """Address of the Graph API; `sandbox` is the one that `make run` starts."""
    versie: str = "v25.0"
    sjabloon: str = ""
    """Name of the approved template that asks whether the conversation may go on, for outside the 24 hours; empty is none."""
