"""What goes to JCC and what comes back, held against what recorded traffic shows of its REST API.

There is no public document of it. Schemas here say what a request must be, and what an answer is known to look like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import httpx
from jsonschema import Draft202012Validator

ROOT = "/jcc/api/warp/v1/"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
NAIVE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"
AWARE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00$"
DAY = r"^\d{4}-\d\d-\d\d$"


class ContractBroken(AssertionError):
    """A request or answer is not as JCC's are."""


def text(pattern: str = r".", most: int | None = None) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern} | ({"maxLength": most} if most else {})


def closed(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def many(one: Mapping[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": one, "minItems": least}


CUSTOMER_FIELDS = (
    "gender",
    "firstName",
    "initials",
    "lastNamePrefix",
    "birthDate",
    "socialSecurityNumber",
    "emailAddress",
    "mainPhoneNumber",
    "mobilePhoneNumber",
    "streetName",
    "houseNumber",
    "houseNumberSuffix",
    "postalCode",
    "city",
)
STATE = {"enum": [1, 2]}
"""0 is left out."""
ACTIVITY = closed(
    {
        "id": text(UUID),
        "number": {"type": "integer"},
        "description": text(),
        "appointmentDuration": {"type": "integer"},
    },
    {"necessities": text(), "maxCountForEvent": {"type": "integer"}, "activityGroupId": text(UUID)},
)
ADDRESS = closed(
    {},
    {name: text() for name in ("streetName", "houseNumber", "houseNumberSuffix", "postalCode", "city")},
)
LOCATION = closed(
    {"id": text(UUID), "description": text(), "address": ADDRESS, "locationNumber": {"type": "integer"}},
    {"isDefault": {"const": True}, "isActive": {"const": True}},
)
CUSTOMER = {
    "firstName": text(most=128),
    "initials": text(most=128),
    "lastNamePrefix": text(most=128),
    "birthDate": text(DAY),
    "socialSecurityNumber": text(most=16),
    "emailAddress": text(most=254),
    "phoneNumber": text(r"^[0-9+\- ]+$", 16),
    "mobilePhoneNumber": text(r"^[0-9+\- ]+$", 16),
    "streetName": text(most=64),
    "houseNumber": text(most=16),
    "houseNumberSuffix": text(most=16),
    "postalCode": text(most=16),
    "city": text(most=80),
}
"""What may be sent of somebody: nothing empty, nothing that is nobody's question."""
BOOKING = closed(
    {
        "id": {"type": "null"},
        "activityList": many(
            closed({"activityId": text(UUID), "amount": {"type": "integer", "minimum": 1}}),
            1,
        ),
        "locationId": text(UUID),
        "fromDateTime": text(AWARE),
        "toDateTime": text(AWARE),
        "customerList": many(
            closed(
                {
                    "id": {"type": "null"},
                    "isMainCustomer": {"const": True},
                    "gender": {"const": 0},
                    "lastName": text(most=128),
                },
                CUSTOMER,
            ),
            1,
        )
        | {"maxItems": 1},
        "message": {"type": "string"},
        "fieldList": {"type": "null"},
    }
)
APPOINTMENT = closed(
    {
        "id": text(UUID),
        "startDateTime": text(NAIVE),
        "endDateTime": text(NAIVE),
        "number": {"type": "integer"},
        "activityList": many(closed({"amount": {"type": "integer"}, "activity": ACTIVITY}), 1),
        "customerList": many({"type": "object", "required": ["id", "isMainCustomer", "gender", "lastName"]}, 1),
        "location": closed({"id": text(UUID), "description": text()}),
        "fieldList": many({}),
        "creationDateTime": text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$"),
    },
    {"message": text()},
)
PROBLEM = closed(
    {
        "title": text(),
        "detail": text(),
        "instance": text(r"^/api/warp/v1/"),
        "type": text(r"rfc7807"),
        "status": {"const": 500},
        "code": {"type": "integer"},
        "errors": many(closed({"code": {"type": "integer"}, "name": text(), "detail": text()}), 1),
    }
)
BOOKED = {
    "oneOf": [
        closed({"id": text(UUID), "acknowledgeIsSuccess": {"const": True}}),
        closed(
            {"acknowledgeIsSuccess": {"const": False}, "code": {"type": "integer"}, "message": text()},
            {"validateErrors": many(text(), 1)},
        ),
    ]
}
FIELDS = closed(
    {},
    {
        **dict.fromkeys(
            (*CUSTOMER_FIELDS, "nationality", "language", "country"),
            STATE,
        ),
        "areFirstNameOrInitialsRequired": {"const": True},
        "isAnyPhoneNumberRequired": {"const": True},
    },
)

Query = Mapping[str, tuple[str, bool, bool]]
"""Parameter → pattern of its value, whether it must be there, whether it may be there more than once."""
_PAIRS: Query = {"activityId": (UUID, True, True), "amount": (r"^[1-9]\d?$", True, True)}
_CHOSEN: Query = {"selectedActivityId": (UUID, True, True)}
_PLACE: Query = {"locationId": (UUID, False, False)}
OPERATIONS: Mapping[tuple[str, str], tuple[Query, Any]] = {
    ("GET", "version"): ({}, closed({}, {"warpApiVersion": text(), "afsprakenVersion": text()})),
    ("GET", "activity/listforappointment"): (_PLACE, many(ACTIVITY)),
    ("GET", "activity/listforappointment/additional"): (
        {**_CHOSEN, "includeSelectedActivities": (r"^(True|False)$", True, False), **_PLACE},
        many(ACTIVITY),
    ),
    ("GET", "activity/appointmentdaterange"): (
        {"activityId": (UUID, True, True)},
        closed({"minDate": text(NAIVE), "maxDate": text(NAIVE)}),
    ),
    ("GET", "location"): ({}, many(LOCATION)),
    ("GET", "location/forappointment"): (_CHOSEN, many(LOCATION)),
    ("GET", "location/ID"): ({}, LOCATION),
    ("GET", "appointment/availabletimelist"): (
        {**_PAIRS, "locationId": (UUID, True, False), "fromDate": (DAY, True, False), "toDate": (DAY, True, False)},
        closed({"availableTimesList": many(text(NAIVE)), "appointmentDuration": {"type": "integer"}}),
    ),
    ("GET", "appointment/calculateduration"): ({**_PAIRS, "dateTime": (DAY, True, False)}, {"type": "integer"}),
    ("GET", "appointment/qrcode"): ({"id": (UUID, True, False)}, text(r"^\w+$")),
    ("GET", "customer/customerfields/required"): (_CHOSEN, FIELDS),
    ("GET", "appointment"): ({"id": (UUID, True, False)}, APPOINTMENT),
    ("POST", "appointment"): ({}, BOOKED),
    ("DELETE", "appointment"): (
        {"id": (UUID, True, False)},
        {"oneOf": [closed({"id": text(UUID)}), closed({"code": {"type": "integer"}, "message": text()})]},
    ),
}


def operation(request: httpx.Request) -> tuple[str, str]:
    """Method, and path without the base."""
    if not request.url.path.startswith(ROOT):
        raise ContractBroken("outside the API")
    path = request.url.path.removeprefix(ROOT)
    if path.startswith("location/") and path != "location/forappointment":
        path = "location/ID"
    return request.method, path


def check_request(request: httpx.Request) -> None:
    """Raises ContractBroken for a request that JCC would not understand as it is meant."""
    kind = operation(request)
    if kind == ("POST", "connect/token"):
        _check_token_request(request)
        return
    if kind not in OPERATIONS:
        raise ContractBroken(f"no such call: {kind}")
    _expect(request.headers.get("language") == "nl", "header language")
    _expect(request.headers.get("accept") == "application/json", "header accept")
    _expect(bool(re.match(r"Bearer [!-~]+$", request.headers.get("authorization", ""))), "header authorization")
    _check_query(OPERATIONS[kind][0], parse_qsl(request.url.query.decode(), keep_blank_values=True))
    if request.method == "POST":
        _expect(request.headers["content-type"] == "application/json", "content type")
        _validate(BOOKING, json.loads(request.content))
    else:
        _expect(not request.content, "a body")


def check_response(request: httpx.Request, response: httpx.Response) -> None:
    """Raises ContractBroken for an answer that JCC would not give."""
    kind = operation(request)
    if response.status_code == 401:
        return
    _expect(response.headers["content-type"] == "application/json; charset=utf-8", "content type of an answer")
    if kind == ("POST", "connect/token"):
        _expect("access_token" in response.json() or response.status_code == 400, "token")
        return
    _expect(response.status_code in (200, 500), f"status {response.status_code}")
    _validate(OPERATIONS[kind][1] if response.status_code == 200 else PROBLEM, response.json())


def _check_token_request(request: httpx.Request) -> None:
    _expect(request.headers.get("authorization", "").startswith("Basic "), "basic auth")
    _expect(request.headers["content-type"] == "application/x-www-form-urlencoded", "a form")
    form = parse_qs(request.content.decode())
    _expect(form == {"grant_type": ["client_credentials"], "scope": ["warp-api"]}, "form")


def _check_query(known: Query, given: list[tuple[str, str]]) -> None:
    names = [name for name, _ in given]
    _expect(set(names) <= set(known), f"parameters {names}")
    for name, (pattern, needed, repeated) in known.items():
        _expect(name in names or not needed, f"no parameter {name}")
        _expect(names.count(name) <= 1 or repeated, f"parameter {name} more than once")
        for key, value in given:
            _expect(key != name or bool(re.search(pattern, value)), f"value of {name}")
    if "amount" in known:
        _expect(names.count("amount") == names.count("activityId"), "as many amounts as activities")


def _validate(schema: Any, value: Any) -> None:
    errors = list(Draft202012Validator(schema).iter_errors(value))
    if errors:
        raise ContractBroken("; ".join(f"{list(one.absolute_path)}: {one.message}" for one in errors))


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise ContractBroken(what)
