"""How the Qmatic sandbox shows what it has: the fields that were recorded, most of which are empty."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.engine import RowMapping

from bot.sandbox.qmatic_store import RESERVED, Store
from bot.sandbox.qmatic_world import Branch, Service

Json = dict[str, Any]

_ADDED = 1_448_449_772_077
"""When services and places were set up, in epoch milliseconds."""
_KEPT = timedelta(days=30)


def wrapped(name: str, contents: Any, arguments: Mapping[str, Sequence[str]] | None = None) -> Json:
    """An answer in its wrapping, which repeats the matrix parameters."""
    shown = {key: f"[{', '.join(values)}]" for key, values in (arguments or {}).items()}
    total = len(contents) if isinstance(contents, list) else 1
    meta = {"start": "", "end": "", "totalResults": total, "offset": None, "limit": None, "fields": ""}
    return {name: contents, "meta": {**meta, "arguments": shown}, "notifications": []}


def service(one: Service) -> Json:
    """A service as lists and appointments show it."""
    return {
        **service_in_group(one),
        "active": one.active,
        "publicEnabled": one.public,
        "created": _ADDED,
        "updated": _ADDED,
    }


def service_in_group(one: Service) -> Json:
    """A service as groups show it: not whether residents may book it."""
    return {
        "publicId": one.id,
        "name": one.name,
        "duration": one.duration,
        "additionalCustomerDuration": one.additional,
        "custom": one.custom,
    }


def branch(one: Branch) -> Json:
    """A place."""
    return {
        "publicId": one.id,
        "name": one.name,
        "addressLine1": one.line1,
        "addressLine2": one.line2,
        "addressZip": one.zip,
        "addressCity": one.city,
        "addressState": None,
        "addressCountry": None,
        "timeZone": one.time_zone,
        "fullTimeZone": one.time_zone,
        "latitude": None,
        "longitude": None,
        "phone": None,
        "email": None,
        "branchPrefix": None,
        "custom": None,
        "created": _ADDED,
        "updated": _ADDED,
    }


def appointment(store: Store, row: RowMapping) -> Json:
    """An appointment; its times are in UTC."""
    place = store.world.branch(row["branch"])
    services = [store.world.service(id) for id in json.loads(row["services"])]
    assert place is not None
    return {
        "publicId": row["public_id"],
        "title": row["title"] or ("Pending reservation" if row["status"] == RESERVED else None),
        "notes": row["notes"],
        "status": row["status"],
        "start": moment(row["start"]),
        "end": moment(row["end"]),
        "numberOfCustomers": row["persons"],
        "customSlotLength": None,
        "services": [service(one) for one in services if one],
        "branch": branch(place),
        "customers": [customer(one, place) for one in store.customers(row["public_id"])],
        "resource": {"name": f"Balie {row['desk'] + 1}", "custom": '{"color":"#3a87ad","email":""}'},
        "allDay": False,
        "blocking": False,
        "custom": None,
        "created": milliseconds(row["created"]),
        "updated": milliseconds(row["updated"]),
    }


def customer(row: RowMapping, place: Branch) -> Json:
    """Who comes to an appointment. A date of birth goes in as a date, and comes out as midnight on the server's clock."""
    fields: Json = json.loads(row["fields"])
    born = fields.get("dateOfBirth")
    names = ("firstName", "lastName", "email", "phone", "identificationNumber", "externalId")
    lines = ("addressLine1", "addressLine2", "addressZip", "addressCity", "addressState", "addressCountry")
    return {
        **{name: fields.get(name) for name in (*names, *lines)},
        "dateOfBirth": milliseconds(_midnight(date.fromisoformat(born), place)) if born else None,
        "dateOfBirthWithoutTime": None,
        "name": f"{fields.get('firstName') or 'null'} {fields.get('lastName') or 'null'}",
        "publicId": row["public_id"],
        "custom": None,
        "consentTimestamp": None,
        "consentIdentifier": None,
        "retentionPolicy": "default",
        "lastInteractionTimestamp": moment(row["created"]),
        "deletionTimestamp": moment(row["created"] + _KEPT),
        "created": milliseconds(row["created"]),
        "updated": None,
    }


def known_customer(row: RowMapping) -> Json:
    """A customer as the API beside this one shows them."""
    fields: Json = json.loads(row["fields"])
    return {
        "id": row["id"],
        "publicId": row["public_id"],
        "firstName": fields.get("firstName"),
        "lastName": fields.get("lastName"),
        "cardNumber": "",
        "retentionPolicy": "appointment_days",
        "lastInteractionTimestamp": moment(row["created"]),
        "deletionTimestamp": moment(row["created"] + _KEPT),
        "properties": {
            "email": fields.get("email", ""),
            "phoneNumber": fields.get("phone", ""),
            "dateOfBirth": fields.get("dateOfBirth", ""),
        },
    }


def moment(value: datetime) -> str:
    """2026-09-01T07:00:00.000+0000."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}+0000"


def milliseconds(value: datetime) -> int:
    """Since 1970."""
    return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _midnight(day: date, place: Branch) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=place.zone)
