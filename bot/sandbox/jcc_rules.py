"""What the JCC sandbox asks of a request, and how it shows things: recorded answers as far as there are, else our own guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.sandbox.jcc_store import Choice, Json
from bot.sandbox.jcc_world import HIDDEN, REQUIRED, ZONE, Activiteit, Plek, Wereld

MOST_DAYS = 50
_LENGTHS = {
    "firstName": 128,
    "initials": 128,
    "lastNamePrefix": 128,
    "lastName": 128,
    "socialSecurityNumber": 16,
    "emailAddress": 254,
    "phoneNumber": 16,
    "mobilePhoneNumber": 16,
    "streetName": 64,
    "houseNumber": 16,
    "houseNumberSuffix": 16,
    "postalCode": 16,
    "city": 80,
}
"""Most characters; what else a customer can have JCC finds by an id."""
_OWN_NAMES = {"mainPhoneNumber": "phoneNumber"}
"""Fields that are called otherwise where they are asked."""
_ASKED = (
    "gender",
    "firstName",
    "initials",
    "lastNamePrefix",
    "birthDate",
    "socialSecurityNumber",
    "nationality",
    "language",
    "emailAddress",
    "mainPhoneNumber",
    "mobilePhoneNumber",
    "streetName",
    "houseNumber",
    "houseNumberSuffix",
    "postalCode",
    "city",
    "country",
)


class Internal(Exception):
    """Whatever JCC does not like: HTTP 500, and no word of what it is."""


@dataclass(frozen=True)
class Wish:
    """A booking that can be read."""

    choices: tuple[Choice, ...]
    plek: Plek
    start: datetime
    """Of the clock on the wall."""
    minutes: int
    customers: tuple[Json, ...]
    message: str


def choices_of(wereld: Wereld, ids: Sequence[str], amounts: Sequence[str]) -> list[Choice]:
    """Activities with their amounts, side by side. Raises Internal."""
    if not ids or len(ids) != len(amounts):
        raise Internal
    found = list(zip(activities_of(wereld, ids), (whole(one) for one in amounts), strict=True))
    check_choices(found)
    return found


def activities_of(wereld: Wereld, ids: Sequence[str]) -> list[Activiteit]:
    """Activities by their ids. Raises Internal for none, and for an unknown one."""
    found = [wereld.activiteit(id) for id in ids]
    if not found or None in found:
        raise Internal
    return [one for one in found if one is not None]


def check_choices(choices: Sequence[Choice]) -> None:
    """Raises Internal for what does not go together, and for more than the most of something."""
    for one, amount in choices:
        if amount < 1 or (one.hoogstens and amount > one.hoogstens):
            raise Internal
    activities = [one for one, _ in choices]
    if len({one.id for one in activities}) < len(activities) or all(one.alleen_erbij for one in activities):
        raise Internal
    if len(activities) > 1 and (len({one.groep for one in activities}) > 1 or not activities[0].groep):
        raise Internal


def additional(wereld: Wereld, chosen: Sequence[Activiteit]) -> list[Activiteit]:
    """What goes with the chosen ones, and is not among them."""
    groups = {one.groep for one in chosen}
    if len(groups) > 1 or "" in groups:
        return []
    return [one for one in wereld.activiteiten if one.groep in groups and one not in chosen]


def plek_of(wereld: Wereld, id: str | None) -> Plek:
    """A location. Raises Internal."""
    found = wereld.plek(id or "")
    if found is None:
        raise Internal
    return found


def days_of(begin: str | None, after: str | None) -> tuple[date, date]:
    """From, and up to what is not in it. Raises Internal, also for more than fifty days or the wrong order."""
    try:
        first, last = date.fromisoformat(begin or ""), date.fromisoformat(after or "")
    except ValueError:
        raise Internal from None
    if not 0 <= (last - first).days <= MOST_DAYS:
        raise Internal
    return first, last


def whole(text: str) -> int:
    """A whole number. Raises Internal."""
    if not text.isdecimal():
        raise Internal
    return int(text)


def asked_fields(activities: Sequence[Activiteit]) -> Json:
    """What is asked for all of these together: required by one is required, hidden is what all hide. 0 is left out."""
    shown: Json = {}
    for name in _ASKED:
        states = [one.velden.get(name, 0) for one in activities]
        if REQUIRED in states:
            shown[name] = REQUIRED
        elif all(state == HIDDEN for state in states):
            shown[name] = HIDDEN
    if any(one.een_naam for one in activities):
        shown["areFirstNameOrInitialsRequired"] = True
    if any(one.een_nummer for one in activities):
        shown["isAnyPhoneNumberRequired"] = True
    return shown


def read_booking(wereld: Wereld, body: Any) -> Wish:
    """A booking as it was sent. Raises Internal when it is not of the shape that JCC wants."""
    if not isinstance(body, Mapping) or "id" not in body or body["id"] is not None:
        raise Internal
    activities = body.get("activityList")
    if not isinstance(activities, list) or not activities:
        raise Internal
    try:
        ids = [str(one["activityId"]) for one in activities]
        amounts = [str(one["amount"]) for one in activities]
        start, end = (datetime.fromisoformat(body[name]) for name in ("fromDateTime", "toDateTime"))
        customers = [dict(one) for one in body["customerList"]]
    except (KeyError, TypeError, ValueError):
        raise Internal from None
    if start.tzinfo is None or end.tzinfo is None or sum(one.get("isMainCustomer") is True for one in customers) != 1:
        raise Internal
    if any(one.get("gender") not in (0, 1, 2) or one.get("id", "") is not None for one in customers):
        raise Internal
    return Wish(
        tuple(choices_of(wereld, ids, amounts)),
        plek_of(wereld, body.get("locationId")),
        start.astimezone(ZONE).replace(tzinfo=None),
        int((end - start).total_seconds() // 60),
        tuple(customers),
        str(body.get("message") or ""),
    )


def validate(wish: Wish) -> list[str]:
    """What is wrong with whoever comes; the words are our guess."""
    asked = asked_fields([one for one, _ in wish.choices])
    customer = next(one for one in wish.customers if one["isMainCustomer"])
    needed = ["lastName", *(_OWN_NAMES.get(name, name) for name in _ASKED if asked.get(name) == REQUIRED)]
    faults = [f"{_title(name)} is required." for name in needed if name != "gender" and not customer.get(name)]
    for flag, names in {
        "areFirstNameOrInitialsRequired": ("firstName", "initials"),
        "isAnyPhoneNumberRequired": ("phoneNumber", "mobilePhoneNumber"),
    }.items():
        if asked.get(flag) and not any(customer.get(name) for name in names):
            faults.append(f"One of {_title(names[0])} and {_title(names[1])} is required.")
    faults += [
        f"{_title(name)} is too long."
        for name, most in _LENGTHS.items()
        if name in customer and len(str(customer[name])) > most
    ]
    if "emailAddress" in customer and "@" not in str(customer["emailAddress"]):
        faults.append("EmailAddress is invalid.")
    return faults


def show_activity(one: Activiteit) -> Json:
    """As in a list; the duration in seconds."""
    shown: Json = {"id": one.id, "number": one.nummer, "description": one.naam}
    if one.meenemen:
        shown["necessities"] = one.meenemen
    shown["appointmentDuration"] = one.seconden
    if one.hoogstens is not None:
        shown["maxCountForEvent"] = one.hoogstens
    if one.groep:
        shown["activityGroupId"] = one.groep
    return shown


def show_location(one: Plek) -> Json:
    """With its address."""
    address = {"streetName": one.straat, "houseNumber": one.huisnummer}
    if one.toevoeging:
        address["houseNumberSuffix"] = one.toevoeging
    address |= {"postalCode": one.postcode, "city": one.plaats}
    shown: Json = {"isDefault": True} if one.nummer == 1 else {}
    return shown | {
        "locationNumber": one.nummer,
        "description": one.naam,
        "address": address,
        "isActive": True,
        "id": one.id,
    }


def show_appointment(wereld: Wereld, row: Mapping[str, Any]) -> Json:
    """An appointment as it is read; the place without its address, a birth date with a time."""
    body, plek = row["body"], wereld.plek(row["location"])
    assert plek is not None
    activities = [(wereld.activiteit(id), amount) for id, amount in body["activities"]]
    shown: Json = {
        "id": row["id"],
        "startDateTime": row["start"].isoformat(),
        "endDateTime": row["end"].isoformat(),
        "number": row["number"],
        "activityList": [{"amount": amount, "activity": show_activity(one)} for one, amount in activities if one],
        "customerList": [_show_customer(row["id"], one) for one in body["customers"]],
        "location": {"id": plek.id, "description": plek.naam},
        "fieldList": [],
    }
    if body["message"]:
        shown["message"] = body["message"]
    return shown | {"creationDateTime": row["created"].isoformat(timespec="milliseconds")}


def _show_customer(id: str, customer: Mapping[str, Any]) -> Json:
    shown = {name: value for name, value in customer.items() if value not in (None, "")}
    if "birthDate" in shown:
        shown["birthDate"] = f"{shown['birthDate']}T00:00:00"
    if str(shown.get("houseNumber", "")).isdecimal():
        shown["houseNumber"] = int(shown["houseNumber"])
    # Its own id has the same first part, which is enough for a sandbox.
    return {"id": f"{id[:8]}-0000-4000-8000-000000000001", **shown}


def _title(name: str) -> str:
    return name[0].upper() + name[1:]
