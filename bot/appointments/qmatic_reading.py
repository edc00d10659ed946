"""What Qmatic answers, read into the plain values of appointments. Raises ShapeError for what is not as it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from bot.appointments.qmatic_values import QmaticConfig
from bot.appointments.values import Afspraak, Dienst, Keus, Klant, Locatie

Record = Mapping[str, Any]

RESERVED = 10
"""Status of an appointment that is only a reservation (front ends); a booked one had 20 in recorded traffic."""
_NUMBER = re.compile(r"^(?P<straat>.*\D)\s+(?P<huisnummer>\d+)(?:\s*(?P<toevoeging>\D.*))?$")


class ShapeError(ValueError):
    """An answer is not of the shape that was recorded. Its text names a field, never a value."""


@dataclass(frozen=True)
class Gevonden:
    """An appointment in the list of a customer, as far as it is needed to recognise it."""

    id: str
    begin: datetime
    diensten: frozenset[str]
    locatie: str
    gemaakt: datetime | None


def records(answer: Any, name: str) -> list[Record]:
    """The list of records below a name; without a name the answer itself is the list."""
    found = _field(answer, name, list) if name else answer
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise ShapeError(name or "lijst")
    return found


def texts(answer: Any, name: str) -> list[str]:
    """The list of texts below a name."""
    found: list[Any] = _field(answer, name, list)
    if not all(isinstance(one, str) for one in found):
        raise ShapeError(name)
    return found


def read_services(answer: Any) -> list[Dienst]:
    """The services that residents may book: active, and open to the public."""
    return [
        _read_service(one)
        for one in records(answer, "serviceList")
        if one.get("active") is True and one.get("publicEnabled") is True
    ]


def read_groups(answer: Any) -> list[frozenset[str]]:
    """Groups of services that go together at one place (v2)."""
    return [frozenset(_text(one, "publicId") for one in records(group, "services")) for group in records(answer, "")]


def read_groups_by_branch(answer: Any) -> dict[str, list[frozenset[str]]]:
    """Groups of services that go together, by place (v1)."""
    return {_text(one, "branchPublicId"): read_groups(records(one, "serviceGroups")) for one in records(answer, "")}


def read_branches(answer: Any) -> list[Locatie]:
    """Places; what has no postcode is no place where people come, as Open Forms reads it."""
    return [read_branch(one) for one in records(answer, "branchList") if one.get("addressZip")]


def read_branch(one: Any) -> Locatie:
    """One place."""
    zone = _text(one, "timeZone")
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        raise ShapeError("timeZone") from None
    lines = [str(one[line]).strip() for line in ("addressLine1", "addressLine2") if one.get(line)]
    return Locatie(
        id=_text(one, "publicId"),
        naam=_text(one, "name"),
        adres=", ".join(lines),
        postcode=str(one.get("addressZip") or ""),
        plaats=str(one.get("addressCity") or ""),
        tijdzone=zone,
    )


def read_dates(answer: Any, van: date, tot: date) -> list[date]:
    """Days within a range, in order; Qmatic gives all it has, as midnights without a zone."""
    try:
        found = {datetime.fromisoformat(text).date() for text in texts(answer, "dates")}
    except ValueError:
        raise ShapeError("dates") from None
    return sorted(day for day in found if van <= day <= tot)


def read_times(answer: Any, dag: date, zone: ZoneInfo) -> list[datetime]:
    """Moments of a day, in order, from HH:MM at the place.

    A time that the clock skips in spring is left out; of a doubled hour in autumn it is the first.
    """
    try:
        found = [datetime.combine(dag, time.fromisoformat(text), zone) for text in texts(answer, "times")]
    except ValueError:
        raise ShapeError("times") from None
    there = {moment for moment in found if moment.astimezone(UTC).astimezone(zone).time() == moment.time()}
    return sorted(there, key=lambda moment: moment.astimezone(UTC))


def read_appointment(one: Any, config: QmaticConfig) -> Afspraak:
    """An appointment. Its start and end come in UTC, and are given in the zone of the place."""
    if not isinstance(one, Mapping):
        raise ShapeError("appointment")
    services = records(one, "services")
    if not services:
        raise ShapeError("services")
    customers = records(one, "customers")
    locatie = read_branch(_field(one, "branch", Mapping))
    aantal = max(1, len(customers))
    customs = [_custom(service) for service in services]
    return Afspraak(
        id=_text(one, "publicId"),
        keuzen=tuple(Keus(_text(service, "publicId"), aantal) for service in services),
        locatie=locatie,
        begin=_moment(one, "start").astimezone(locatie.zone),
        einde=_moment(one, "end").astimezone(locatie.zone) if one.get("end") else None,
        mag_weg=all(custom.get("cancelEnabled") is not False for custom in customs),
        mag_anders=all(custom.get("rescheduleEnabled") is not False for custom in customs),
        klant=read_customer(customers[0], config) if customers else None,
        extra={"status": str(one["status"])} if "status" in one else {},
    )


def read_booked(answer: Any, config: QmaticConfig) -> Afspraak | None:
    """The appointment in an answer; None when it is only a reservation."""
    one = unwrapped(answer, "appointment")
    if isinstance(one, Mapping) and one.get("status") == RESERVED:
        return None
    return read_appointment(one, config)


def unwrapped(answer: Any, name: str) -> Any:
    """What an answer is about. Most are wrapped, the answer to a booking is not."""
    return answer.get(name, answer) if isinstance(answer, Mapping) else answer


def read_public_id(answer: Any) -> str:
    """The id of the appointment that was made."""
    return _text(unwrapped(answer, "appointment"), "publicId")


def read_found(answer: Any) -> list[Gevonden]:
    """The appointments of a customer."""
    return [
        Gevonden(
            id=_text(one, "publicId"),
            begin=_moment(one, "start"),
            diensten=frozenset(_text(service, "publicId") for service in records(one, "services")),
            locatie=_text(_field(one, "branch", Mapping), "publicId"),
            gemaakt=_since_epoch(one["created"]) if isinstance(one.get("created"), int) else None,
        )
        for one in records(answer, "appointmentList")
    ]


def read_customer_ids(answer: Any) -> list[str]:
    """Ids of the customers with an e-mail address, the latest to be here first."""
    found = records(answer, "")
    found = sorted(found, key=lambda one: str(one.get("lastInteractionTimestamp") or ""), reverse=True)
    return [_text(one, "publicId") for one in found]


def read_customer(one: Record, config: QmaticConfig) -> Klant:
    """Whoever comes. A prefix stays with the last name, and a house number is taken from the line of the street."""

    def text(name: str) -> str:
        return str(one.get(name) or "")

    line = text("addressLine1")
    address = _NUMBER.match(line)
    first = "voorletters" if "voorletters" in config.velden else "voornaam"
    return Klant(
        achternaam=text("lastName"),
        geboortedatum=_birth_date(one.get("dateOfBirth")),
        email=text("email"),
        telefoon=text("phone"),
        straat=address["straat"] if address else line,
        huisnummer=address["huisnummer"] if address else "",
        toevoeging=(address["toevoeging"] or "") if address else "",
        postcode=text("addressZip"),
        plaats=text("addressCity"),
        bsn=text("identificationNumber") if "bsn" in config.velden else "",
        **{first: text("firstName")},
    )


def _birth_date(value: Any) -> date | None:
    """Epoch milliseconds of midnight, in whichever zone the server has: the day that lies nearest. Else an ISO date."""
    if isinstance(value, int):
        return (_since_epoch(value) + timedelta(hours=12)).date()
    if isinstance(value, str) and value:
        with suppress(ValueError):
            return date.fromisoformat(value[:10])
    return None


def _read_service(one: Record) -> Dienst:
    minutes = one.get("duration")
    return Dienst(
        id=_text(one, "publicId"),
        naam=_text(one, "name"),
        meenemen=_plain(_custom(one).get("infoText")),
        minuten=int(minutes) if isinstance(minutes, (int, float)) else None,
    )


def _custom(service: Record) -> Record:
    """What a site has set for a service: JSON in a text. Nothing when it is empty or cannot be read."""
    with suppress(ValueError):
        found = json.loads(str(service.get("custom") or "{}"))
        if isinstance(found, Mapping):
            return found
    return {}


def _plain(text: Any) -> str:
    """Text without markup."""
    if not isinstance(text, str):
        return ""
    reader = _Words()
    reader.feed(text)
    reader.close()
    return " ".join("".join(reader.pieces).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        # What stands below each other must not run together; what stands in a sentence stays as it is.
        if tag not in ("a", "b", "em", "i", "span", "strong", "u"):
            self.pieces.append(" ")


def _moment(one: Record, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(one, name))
    except ValueError:
        raise ShapeError(name) from None
    if moment.tzinfo is None:
        raise ShapeError(name)
    return moment


def _since_epoch(milliseconds: int) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise ShapeError("created") from None


def _text(one: Any, name: str) -> str:
    found: str = _field(one, name, str)
    if not found:
        raise ShapeError(name)
    return found


def _field(one: Any, name: str, kind: type | Sequence[type]) -> Any:
    if not isinstance(one, Mapping) or not isinstance(one.get(name), kind):  # type: ignore[arg-type]
        raise ShapeError(name)
    return one[name]
