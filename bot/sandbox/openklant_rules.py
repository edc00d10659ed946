"""What the sandbox accepts in a body: per resource a table of fields, each with a reader that gives a value or faults.

Faults are called as Open Klant calls them: a name with dots, a code, a reason.
Source: the API document 0.9.0 and the behaviour of Open Klant 2.4 up to and including 2.18.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Fault = tuple[str, str, str]
Versie = tuple[int, int]
"""Of Open Klant itself: (2, 18)."""

OWN = "nonFieldErrors"
"""Name of faults that belong to no single field."""


class Faulty(Exception):
    """What was sent is refused; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(f"{name} {code}" for name, code, _ in faults))
        self.faults = faults

    def below(self, name: str) -> Faulty:
        """The same faults, within a field."""
        return Faulty(*((f"{name}.{inner}" if inner else name, code, reason) for inner, code, reason in self.faults))


def fault(code: str, reason: str, name: str = "") -> Faulty:
    """One fault of the field itself."""
    return Faulty((name, code, reason))


@dataclass(frozen=True)
class Context:
    """What reading a body depends on."""

    versie: Versie
    exists: Callable[[str, str], bool]
    """Whether a resource has an object with a uuid."""
    kanalen: frozenset[str] | None
    """Channels of the Referentielijsten; None is any."""


Reader = Callable[[Any, Context], Any]


@dataclass(frozen=True)
class Field:
    """One field of a body."""

    read: Reader
    required: bool = False
    nullable: bool = False
    since: Versie = (2, 4)
    """Older versions ignore it."""
    optional_since: Versie | None = None
    """Until then it was required."""


Fields = Mapping[str, Field]


def read_body(fields: Fields, body: object, context: Context, *, partial: bool = False) -> dict[str, Any]:
    """The values of a body. Fields that are unknown or read-only are ignored. Raises Faulty with all faults at once."""
    if not isinstance(body, dict):
        raise fault("invalid", "Hier hoort een object.", OWN)
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, field in fields.items():
        if context.versie < field.since:
            continue
        required = field.required or (field.optional_since is not None and context.versie < field.optional_since)
        if name not in body:
            if required and not partial:
                faults.append((name, "required", "Dit veld is verplicht."))
            continue
        if body[name] is None:
            if field.nullable:
                values[name] = None
            else:
                faults.append((name, "null", "Dit veld mag niet leeg zijn."))
            continue
        try:
            values[name] = field.read(body[name], context)
        except Faulty as error:
            faults += error.below(name).faults
    if faults:
        raise Faulty(*faults)
    return values


def text(limit: int, *, blank: bool = True, pattern: str | None = None) -> Reader:
    """A text of at most `limit` characters, without white space at its ends."""

    def read(value: object, context: Context) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise fault("invalid", "Dit is geen tekst.")
        read_value = str(value).strip()
        if "\0" in read_value or re.search("[\ud800-\udfff]", read_value):
            raise fault("invalid", "Er staat een teken in dat niet mag.")
        if not read_value and not blank:
            raise fault("blank", "Dit veld mag niet leeg zijn.")
        if len(read_value) > limit:
            raise fault("max_length", f"Dit veld heeft ten hoogste {limit} tekens.")
        if pattern and read_value and not re.fullmatch(pattern, read_value):
            raise fault("invalid", "Dit heeft niet de vorm die hier hoort.")
        return read_value

    return read


def boolean(value: object, context: Context) -> bool:
    """True or false."""
    if value in (True, "true", "True", "1"):
        return True
    if value in (False, "false", "False", "0"):
        return False
    raise fault("invalid", "Dit is niet waar en niet onwaar.")


def choice(*allowed: str) -> Reader:
    """One of some words."""

    def read(value: object, context: Context) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise fault("invalid_choice", "Dit is geen van de mogelijkheden.")
        return value

    return read


def moment(value: object, context: Context) -> datetime:
    """A moment; kept in UTC without its zone."""
    try:
        read_value = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise fault("invalid", "Dit is geen tijdstip.") from None
    return (read_value if read_value.tzinfo else read_value.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)


def day(value: object, context: Context) -> date:
    """A date."""
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise fault("invalid", "Dit is geen datum.") from None


def reference(resource: str) -> Reader:
    """Another object: an object with its uuid."""

    def read(value: object, context: Context) -> str:
        if not isinstance(value, dict):
            raise fault("invalid", "Hier hoort een object met een uuid.", OWN)
        if "uuid" not in value:
            raise fault("required", "Dit veld is verplicht.", "uuid")
        found = as_uuid(value["uuid"])
        if found is None:
            raise fault("invalid", "Dit is geen uuid.", "uuid")
        if not context.exists(resource, found):
            raise fault("invalid", "Dit object bestaat niet.", "uuid")
        return found

    return read


def references(resource: str) -> Reader:
    """Several other objects."""
    one = reference(resource)

    def read(value: object, context: Context) -> list[str]:
        if not isinstance(value, list):
            raise fault("not_a_list", "Hier hoort een lijst.", OWN)
        found: list[str] = []
        faults: list[Fault] = []
        for place, item in enumerate(value):
            try:
                found.append(one(item, context))
            except Faulty as error:
                faults += error.below(str(place)).faults
        if faults:
            raise Faulty(*faults)
        return found

    return read


def group(fields: Fields) -> Reader:
    """An object with fields of its own."""

    def read(value: object, context: Context) -> dict[str, Any]:
        return read_body(fields, value, context)

    return read


def flat_map(value: object, context: Context) -> dict[str, str]:
    """Texts under free names."""
    if not isinstance(value, dict):
        raise fault("not_a_dict", "Hier hoort een object.")
    limit = 255 if context.versie >= (2, 18) else 100
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for name, item in value.items():
        try:
            found[name] = text(limit, blank=False)(item, context)
        except Faulty as error:
            faults += error.below(name).faults
    if faults:
        raise Faulty(*faults)
    return found


def channel(value: object, context: Context) -> str:
    """`kanaal`: free, unless there is a list."""
    found: str = text(50, blank=False)(value, context)
    if context.kanalen is not None and found not in context.kanalen:
        raise fault("invalid", "Dit kanaal staat niet in de lijst.")
    return found


def as_uuid(value: object) -> str | None:
    """A uuid in its usual form, or None."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def check_address(values: Mapping[str, Any], context: Context) -> None:
    """What may be in `adres` depends on its kind. Raises Faulty."""
    soort, adres = values.get("soortDigitaalAdres"), values.get("adres") or ""
    wrong = (soort == "telefoonnummer" and not _is_phone(adres, context.versie)) or (
        soort == "email" and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@.]+", adres)
    )
    if wrong:
        raise fault("invalid", "Dit is geen geldig adres van deze soort.", "adres")


def _is_phone(number: str, versie: Versie) -> bool:
    if versie < (2, 13):
        # These only looked whether something like a number was in it.
        return re.search(r"0[89]00[0-9]{4,7}|0[1-9][0-9]{8}|\+[0-9]{9,20}|1400|140[0-9]{2,3}", number) is not None
    refused = ("0800", "0900", "1400", "140", "088") if versie < (2, 17) else ("0800", "0900", "1400", "140")
    return not number.startswith(refused) and bool(re.fullmatch(r"0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13}", number))


NUMBER = r"-?\d+"
"""What `nummer` and `referentienummer` may be."""


def _codes() -> Field:
    names = ("objectId", "codeObjecttype", "codeRegister", "codeSoortObjectId")
    return Field(group({name: Field(text(200)) for name in names}), nullable=True)


_POSTCODE = r"[1-9][0-9]{3} [A-Z]{2}"
_ADDRESS = Field(
    group(
        {
            "nummeraanduidingId": Field(text(16, pattern="[0-9]{16}")),
            "straatnaam": Field(text(255)),
            "huisnummer": Field(lambda value, context: _house_number(value), nullable=True),
            "huisnummertoevoeging": Field(text(20)),
            "postcode": Field(text(7, pattern=_POSTCODE)),
            "stad": Field(text(255)),
            "adresregel1": Field(text(80)),
            "adresregel2": Field(text(80)),
            "adresregel3": Field(text(80)),
            "land": Field(text(2, pattern="[A-Z]{2}")),
        }
    ),
    nullable=True,
)


def _house_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 99999:
        raise fault("invalid", "Dit is geen huisnummer.")
    return value


_RELATION_OPTIONAL = (2, 8)

KLANTCONTACT: Fields = {
    "nummer": Field(text(10, pattern=NUMBER), nullable=True),
    "referentienummer": Field(text(10, pattern=NUMBER), nullable=True, since=(2, 16)),
    "kanaal": Field(channel, required=True),
    "onderwerp": Field(text(200, blank=False), required=True),
    "inhoud": Field(text(1000)),
    "reactie": Field(
        lambda value, context: text(4000 if context.versie >= (2, 18) else 1000)(value, context), since=(2, 16)
    ),
    "indicatieContactGelukt": Field(boolean, nullable=True),
    "hoofdOnderwerpType": Field(text(200, pattern=r"https?://\S+"), since=(2, 18)),
    "verdereActieOndernomen": Field(boolean, since=(2, 18)),
    "taal": Field(text(3, blank=False), required=True),
    "vertrouwelijk": Field(boolean, required=True),
    "plaatsgevondenOp": Field(moment),
    "metadata": Field(flat_map, since=(2, 16)),
}

BETROKKENE_WITHOUT_CONTACT: Fields = {
    "wasPartij": Field(reference("partijen"), nullable=True, optional_since=_RELATION_OPTIONAL),
    "bezoekadres": _ADDRESS,
    "correspondentieadres": _ADDRESS,
    "contactnaam": Field(
        group(
            {
                "voorletters": Field(text(10)),
                "voornaam": Field(text(200)),
                "voorvoegselAchternaam": Field(text(10)),
                "achternaam": Field(text(200)),
            }
        ),
        nullable=True,
    ),
    "rol": Field(choice("vertegenwoordiger", "klant"), required=True),
    "organisatienaam": Field(text(200)),
    "initiator": Field(boolean, required=True),
}
BETROKKENE: Fields = {
    "hadKlantcontact": Field(reference("klantcontacten"), required=True),
    **BETROKKENE_WITHOUT_CONTACT,
}

DIGITAAL_ADRES: Fields = {
    "verstrektDoorBetrokkene": Field(reference("betrokkenen"), nullable=True, optional_since=_RELATION_OPTIONAL),
    "verstrektDoorPartij": Field(reference("partijen"), nullable=True, optional_since=_RELATION_OPTIONAL),
    "adres": Field(text(80, blank=False), required=True),
    "soortDigitaalAdres": Field(choice("email", "telefoonnummer", "overig"), required=True),
    "isStandaardAdres": Field(boolean),
    "omschrijving": Field(text(40), optional_since=(2, 7)),
    "referentie": Field(text(50, pattern="[-a-zA-Z0-9_]+")),
    "verificatieDatum": Field(day, nullable=True),
}

_MEDEWERKER: Fields = {
    "functie": Field(text(40, blank=False), required=True),
    "emailadres": Field(text(254, pattern=r"[^\s@]+@[^\s@]+\.[^\s@.]+")),
    "telefoonnummer": Field(text(20, blank=False), required=True),
}
_AUTOMATED: Fields = {"functie": Field(text(40, blank=False), required=True), "omschrijving": Field(text(200))}
_UNIT: Fields = {
    "omschrijving": Field(text(200)),
    "emailadres": Field(text(254, pattern=r"[^\s@]+@[^\s@]+\.[^\s@.]+")),
    "faxnummer": Field(text(20)),
    "telefoonnummer": Field(text(20)),
}
ACTOR_KINDS: Mapping[str, Fields] = {
    "medewerker": _MEDEWERKER,
    "geautomatiseerde_actor": _AUTOMATED,
    "organisatorische_eenheid": _UNIT,
}
ACTOR: Fields = {
    "naam": Field(text(200, blank=False), required=True),
    "soortActor": Field(choice(*ACTOR_KINDS), required=True),
    "indicatieActief": Field(boolean),
    "actoridentificator": _codes(),
}

ACTORKLANTCONTACT: Fields = {
    "actor": Field(reference("actoren"), required=True),
    "klantcontact": Field(reference("klantcontacten"), required=True),
}

INTERNETAAK: Fields = {
    "nummer": Field(text(10, pattern=NUMBER), nullable=True),
    "referentienummer": Field(text(10, pattern=NUMBER), nullable=True, since=(2, 16)),
    "gevraagdeHandeling": Field(text(200, blank=False), required=True),
    "aanleidinggevendKlantcontact": Field(reference("klantcontacten"), required=True),
    "toegewezenAanActor": Field(reference("actoren")),
    "toegewezenAanActoren": Field(references("actoren")),
    "toelichting": Field(text(1000)),
    "status": Field(choice("te_verwerken", "verwerkt"), required=True),
    "afgehandeldOp": Field(moment, nullable=True),
}

ONDERWERPOBJECT_WITHOUT_CONTACT: Fields = {
    "wasKlantcontact": Field(reference("klantcontacten"), nullable=True, optional_since=_RELATION_OPTIONAL),
    "onderwerpobjectidentificator": _codes(),
}
ONDERWERPOBJECT: Fields = {
    "klantcontact": Field(reference("klantcontacten"), nullable=True, optional_since=_RELATION_OPTIONAL),
    **ONDERWERPOBJECT_WITHOUT_CONTACT,
}

MAAK_KLANTCONTACT: Fields = {
    "klantcontact": Field(group(KLANTCONTACT), required=True),
    "betrokkene": Field(group(BETROKKENE_WITHOUT_CONTACT)),
    "onderwerpobject": Field(group(ONDERWERPOBJECT_WITHOUT_CONTACT)),
}
