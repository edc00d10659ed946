"""Values of the connection to Open Klant. What a resident said or is called is kept out of every repr, and so of logs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.handoff.openklant.errors import Misconfigured

PAD = "/klantinteracties/api/v1"
"""Path of the API below the address of an Open Klant."""

SoortActor = Literal["geautomatiseerde_actor", "medewerker", "organisatorische_eenheid"]
SoortAdres = Literal["telefoonnummer", "email"]
Status = Literal["te_verwerken", "verwerkt"]


@dataclass(frozen=True)
class Identificator:
    """What something is called in another register."""

    object_id: str
    code_objecttype: str
    code_register: str
    code_soort_object_id: str

    def as_json(self) -> dict[str, str]:
        """As it travels."""
        return {
            "objectId": self.object_id,
            "codeObjecttype": self.code_objecttype,
            "codeRegister": self.code_register,
            "codeSoortObjectId": self.code_soort_object_id,
        }


@dataclass(frozen=True)
class ActorVerwijzing:
    """An actor to be found or made: by its identificator, or a fixed one by its uuid (which is never made)."""

    naam: str
    soort: SoortActor
    identificator: Identificator | None = None
    uuid: str | None = None
    functie: str = ""
    """What it does, at most 40 characters; Open Klant wants it of an automated actor."""

    def __post_init__(self) -> None:
        if (self.identificator is None) == (self.uuid is None):
            raise Misconfigured(f"Geef voor {self.naam} of een identificator, of een uuid.")
        if self.uuid is not None and not is_uuid(self.uuid):
            raise Misconfigured(f"De uuid van {self.naam} is geen uuid.")


def afdeling(naam: str, object_id: str, code_objecttype: str = "afd") -> ActorVerwijzing:
    """A department as KISS writes it down; `grp` as type makes it a group."""
    return ActorVerwijzing(naam, "organisatorische_eenheid", Identificator(object_id, code_objecttype, "obj", "idf"))


VRAAGBAAK = ActorVerwijzing(
    "Vraagbaak",
    "geautomatiseerde_actor",
    Identificator("vraagbaak", "bot", "vraagbaak", "idf"),
    functie="Digitale assistent",
)
"""Who shows as the maker of a klantcontact."""


@dataclass(frozen=True)
class ZaakCodes:
    """How a zaak is pointed at. These are the values that KISS recognises; the API document has other examples."""

    code_objecttype: str = "zgw-Zaak"
    code_register: str = "openzaak"
    code_soort_object_id: str = "uuid"


@dataclass(frozen=True)
class OpenKlantConfig:
    """One municipality's connection."""

    adres: str
    """Of Open Klant (`https://openklant.gemeente.nl`), with or without the path of the API."""
    token: str = field(repr=False)
    afdeling: ActorVerwijzing
    """Who gets the task."""
    kanaal: str = "chatbot"
    """Free text of at most 50 characters, unless Open Klant checks it against a list (Referentielijsten)."""
    vraagbaak: ActorVerwijzing = VRAAGBAAK
    zaak: ZaakCodes = ZaakCodes()
    handeling: str = "Contact opnemen met betrokkene"
    """What the employee is asked to do. Travels in notifications, as does `toelichting`: no personal data in either."""
    toelichting: str = (
        "Terugbelverzoek via Vraagbaak. De vraag en de gegevens van de inwoner staan bij het klantcontact."
    )
    timeout: float = 10.0
    """Seconds to wait for a connection, and for each part of an answer; a whole answer gets twice as long."""
    pogingen: int = 3
    """How often something is tried when Open Klant cannot be reached."""
    pauze: float = 0.5
    """Seconds that a second attempt waits at most; each further one at most twice as long."""
    ca_bestand: str | None = None
    """PEM file with the certificate authorities to trust, for a municipality with one of its own."""

    @property
    def basis(self) -> str:
        """Address of the API, without a slash at the end."""
        adres = self.adres.strip().rstrip("/")
        return adres if re.search(r"/api/v\d+$", adres) else adres + PAD


@dataclass(frozen=True)
class Verzoek:
    """A call-back request.

    Raises ValueError for what no resident can cause: a reference that is not ten digits, a moment without zone, ...
    """

    referentienummer: str
    """Ten digits, never used before; the resident gets it too."""
    naam: str = field(repr=False)
    """As the resident gave it; it is not taken apart."""
    telefoon: str | None = field(repr=False)
    """Normalised: digits, `0612345678` or `+31612345678`."""
    email: str | None = field(repr=False)
    onderwerp: str = field(repr=False)
    inhoud: str = field(repr=False)
    """The question, for the employee."""
    wanneer: str = field(repr=False)
    """When to call, in words; may be empty."""
    taal: str
    """ISO 639-2/B: `nld`, `eng`."""
    gesprek: str = field(repr=False)
    """Opaque id that leads us, and nobody else, back to the conversation."""
    zaak_uuid: str | None
    geplaatst_op: datetime

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{10}", self.referentienummer):
            raise ValueError("een referentienummer is tien cijfers")
        if not re.fullmatch(r"[a-z]{3}", self.taal):
            raise ValueError("een taal is een code van drie letters (ISO 639-2/B)")
        if self.geplaatst_op.tzinfo is None:
            raise ValueError("geplaatst_op heeft geen tijdzone")
        if not (self.telefoon or self.email):
            raise ValueError("een terugbelverzoek heeft een telefoonnummer of een e-mailadres nodig")
        if self.zaak_uuid is not None and not is_uuid(self.zaak_uuid):
            raise ValueError("zaak_uuid is geen uuid")


@dataclass(frozen=True)
class Stappen:
    """What Open Klant has of a request already, by uuid; a submission that broke off goes on from here."""

    klantcontact: str | None = None
    betrokkene: str | None = None
    adressen: Mapping[str, str] = field(default_factory=dict)
    """Per kind (`telefoonnummer`, `email`) the uuid of the digitaal adres."""
    actor: str | None = None
    actorklantcontact: str | None = None
    afdeling: str | None = None
    internetaak: str | None = None
    """When this is there the request is registered; before that it is not."""

    def as_json(self) -> dict[str, Any]:
        """As it is stored; steps that were not taken are left out."""
        fields = {name: value for name, value in vars(self).items() if value}
        return {**fields, "adressen": dict(self.adressen)} if self.adressen else fields

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Stappen:
        """What `as_json` gave; None and unreadable parts count as steps not taken, which is always safe."""
        stored = stored or {}
        steps = {
            name: value
            for name in cls.__dataclass_fields__
            if name != "adressen" and is_uuid(value := stored.get(name))
        }
        addresses = stored.get("adressen")
        known = addresses if isinstance(addresses, Mapping) else {}
        return cls(**steps, adressen={str(kind): one for kind, one in known.items() if is_uuid(one)})


@dataclass(frozen=True)
class Taakstatus:
    """How far the employees are."""

    internetaak: str
    status: Status
    toegewezen_op: datetime | None
    afgehandeld_op: datetime | None


@dataclass(frozen=True)
class Teruggetrokken:
    """What a withdrawal took away."""

    klantcontact: bool
    """With its betrokkenen and internetaken."""
    adressen: int
    behouden: int
    """Addresses that meanwhile belong to a known customer, and stay with that customer."""


def is_uuid(value: object) -> bool:
    """Whether this is a uuid in its usual form."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
