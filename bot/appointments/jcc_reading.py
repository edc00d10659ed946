"""What JCC-Afspraken answers, in our own words. Every reader raises ValueError for another shape.

What has no value is left out of its answers; times are of the clock in the Netherlands, without a zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from bot.appointments.jcc_customer import read_customer
from bot.appointments.values import TIJDZONE, Afspraak, Dienst, Keus, Locatie

NO_ID = "00000000-0000-0000-0000-000000000000"
"""What .NET calls an id that there is not."""


def read_products(data: Any) -> list[Dienst]:
    """Services, of `activity/listforappointment`; their duration is in seconds there."""
    return [_product(_record(one)) for one in _list(data)]


def read_locations(data: Any) -> list[Locatie]:
    """Places that are in use, of `location` and `location/forappointment`."""
    # Left out means in use as well: the answers of JCC's acceptance environment name it only when it is true.
    return [read_location(one) for one in _list(data) if _record(one).get("isActive") is not False]


def read_location(data: Any) -> Locatie:
    """One place, of `location/ID`; in an appointment it has no address."""
    record = _record(data)
    address = _record(record.get("address", {}))
    street, number = _text(address.get("streetName")), _text(address.get("houseNumber"))
    return Locatie(
        id=_id(record.get("id")),
        naam=_text(record.get("description")),
        adres=f"{street} {number}{_text(address.get('houseNumberSuffix'))}".strip() if street else "",
        postcode=_text(address.get("postalCode")),
        plaats=_text(address.get("city")),
    )


def read_range(data: Any) -> tuple[date, date]:
    """First and last day that can be booked, of `activity/appointmentdaterange`; one that is left out is no bound."""
    record = _record(data)
    first, last = record.get("minDate"), record.get("maxDate")
    if first is None and last is None and record:
        raise ValueError("no range")
    return (
        datetime.fromisoformat(_text(first)).date() if first is not None else date.min,
        datetime.fromisoformat(_text(last)).date() if last is not None else date.max,
    )


def read_times(data: Any) -> list[datetime]:
    """Moments in order, each once, of `appointment/availabletimelist`.

    An hour that comes twice in autumn cannot be told from its double: it is the first. One that spring skips is none.
    """
    found = {_moment(_text(one)) for one in _list(_record(data).get("availableTimesList"))}
    return sorted(one for one in found if one is not None)


def read_minutes(data: Any) -> int:
    """A duration, of `appointment/calculateduration`: there it is in minutes."""
    if isinstance(data, bool) or not isinstance(data, int) or data <= 0:
        raise ValueError("no duration")
    return data


def read_appointment(data: Any) -> Afspraak:
    """An appointment, of `GET appointment`; its place without an address."""
    record = _record(data)
    begin, end = _text(record.get("startDateTime")), _text(record.get("endDateTime"))
    number = _text(record.get("number"))
    customers = [_record(one) for one in _list(record.get("customerList", []))]
    main = next((one for one in customers if one.get("isMainCustomer")), customers[0] if customers else None)
    return Afspraak(
        id=_id(record.get("id")),
        keuzen=tuple(_choice(_record(one)) for one in _list(record.get("activityList"))),
        locatie=read_location(record.get("location")),
        begin=_certain(begin),
        einde=_certain(end) if end else None,
        klant=read_customer(main) if main else None,
        extra={"nummer": number} if number else {},
    )


def read_qr(data: Any) -> str:
    """The text of a QR code, of `appointment/qrcode`."""
    if not isinstance(data, str) or not data:
        raise ValueError("no text")
    return data


def read_version(data: Any) -> str:
    """The versions of the product and of its API in one line, of `version`; either may be left out."""
    record = _record(data)
    names = {"JCC-Afspraken": "afsprakenVersion", "WARP": "warpApiVersion"}
    return ", ".join(f"{name} {_text(record.get(key))}".strip() for name, key in names.items())


def read_booked_id(body: Mapping[str, Any]) -> str:
    """The id in the answer to booking or cancelling; empty when there is none."""
    found = body.get("id")
    return found if isinstance(found, str) and found != NO_ID else ""


def in_zone(moment: datetime) -> datetime:
    """The same moment on the clock of the Netherlands. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    try:
        # By way of UTC: within one zone Python does not look at the clock being put back.
        return moment.astimezone(UTC).astimezone(TIJDZONE)
    except OverflowError:
        raise ValueError("no moment of ours") from None


def _product(record: Mapping[str, Any]) -> Dienst:
    seconds, most = record.get("appointmentDuration", 0), record.get("maxCountForEvent", 0)
    if not isinstance(seconds, int) or not isinstance(most, int) or seconds < 0 or most < 0:
        raise ValueError("no number")
    return Dienst(
        id=_id(record.get("id")),
        naam=_text(record.get("description")),
        meenemen=_text(record.get("necessities")),
        # Upwards: nobody is told that it takes less than it does.
        minuten=-(-seconds // 60) or None,
        hoogstens=most or None,
    )


def _choice(record: Mapping[str, Any]) -> Keus:
    amount = record.get("amount", 1)
    if not isinstance(amount, int):
        raise ValueError("no number")
    return Keus(_id(_record(record.get("activity")).get("id")), amount)


def _moment(text: str) -> datetime | None:
    """A time of the clock as a moment; None for one that the clock skips."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        return in_zone(found)
    moment = in_zone(found.replace(tzinfo=TIJDZONE))
    return moment if moment.replace(tzinfo=None) == found else None


def _certain(text: str) -> datetime:
    """A time of the clock as a moment; one that the clock skips is as much later as it skips."""
    found = datetime.fromisoformat(text)
    return in_zone(found if found.tzinfo is not None else found.replace(tzinfo=TIJDZONE))


def _record(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("no object")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("no text")
    return str(value).strip()


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no id")
    return value
