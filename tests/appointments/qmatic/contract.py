"""What goes to and comes from Qmatic, held against the shapes that were recorded (see the specification of appointments).

No document of the supplier describes this API publicly, so the shapes are written down here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from jsonschema import Draft202012Validator

Schema = dict[str, Any]

CALENDAR, CUSTOMERS = "/qmatic/calendar-backend/public/api/", "/qmatic/appointment/"
TEXT = "application/text"
_ID, _DAY, _TIME = r"[^/;?]+", r"\d{4}-\d\d-\d\d", r"\d\d:\d\d"
_SERVICES = r"(?:;servicePublicId=[^/;?]+)+"
_PERSONS = r"(?:;numberOfCustomers=[1-9]\d*)?"
_WALL = r"\d{4}-\d\d-\d\dT\d\d:\d\d"


class ContractBroken(AssertionError):
    """A request or answer is not as it was recorded."""


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None, *, closed: bool = False) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": not closed,
    }


def many(schema: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": schema, "minItems": least}


def wrapped(name: str, schema: Schema) -> Schema:
    meta = record({"totalResults": {"type": "integer"}, "arguments": {"type": "object"}, "start": {"type": "string"}})
    return record({name: schema, "meta": meta, "notifications": many({})}, closed=True)


def text(pattern: str = "", length: int | None = None) -> Schema:
    return {"type": "string", "pattern": pattern, **({"maxLength": length} if length else {})}


STRING: Schema = {"type": "string", "minLength": 1}
MAYBE: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
MOMENT = text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$")

GROUPED = record(
    {"publicId": STRING, "name": STRING, "duration": NUMBER, "additionalCustomerDuration": NUMBER, "custom": MAYBE},
    closed=True,
)
SERVICE = record(
    {
        **GROUPED["properties"],
        "active": {"type": "boolean"},
        "publicEnabled": {"type": "boolean"},
        "created": NUMBER,
        "updated": NUMBER,
    },
    closed=True,
)
GROUPS = many(record({"services": many(GROUPED, 1)}, closed=True))
BRANCH = record(
    {
        "publicId": text("^[0-9a-f]{64}$"),
        "name": STRING,
        "addressLine1": MAYBE,
        "addressLine2": MAYBE,
        "addressZip": MAYBE,
        "addressCity": MAYBE,
        "timeZone": STRING,
        "fullTimeZone": STRING,
    }
)
CUSTOMER_OUT = record(
    {
        "publicId": text("^[0-9a-f]{64}$"),
        "lastName": MAYBE,
        "email": MAYBE,
        "dateOfBirth": {"type": ["integer", "null"]},
        "deletionTimestamp": MOMENT,
        "created": NUMBER,
    }
)
APPOINTMENT = record(
    {
        "publicId": text("^[0-9a-f]{64}$"),
        "start": MOMENT,
        "end": MOMENT,
        "status": {"enum": [10, 20]},
        "services": many(SERVICE, 1),
        "branch": BRANCH,
        "customers": many(CUSTOMER_OUT),
        "numberOfCustomers": NUMBER,
        "notes": MAYBE,
        "title": MAYBE,
        "created": NUMBER,
    }
)
CUSTOMER_IN = record(
    {},
    {
        "firstName": text(length=200),
        "lastName": text(length=200),
        "email": text("@", 255),
        "phone": text(length=50),
        "addressLine1": text(length=255),
        "addressZip": text(length=255),
        "addressCity": text(length=255),
        "identificationNumber": text(length=255),
        "dateOfBirth": text(r"^\d{4}-\d\d-\d\d$"),
    },
    closed=True,
)
SERVICES_IN = many(record({"publicId": STRING}, closed=True), 1)
BOOKING = record(
    {"title": STRING, "services": SERVICES_IN, "customers": many(CUSTOMER_IN, 1), "notes": text()}, closed=True
)
CONFIRMATION = record({"title": STRING, "customers": many(CUSTOMER_IN, 1), "notes": text()}, closed=True)
KNOWN = many(record({"id": NUMBER, "publicId": text("^[0-9a-f]{64}$"), "properties": {"type": "object"}}))


@dataclass(frozen=True)
class Operation:
    """One call, and its good answers."""

    name: str
    method: str
    path: str
    answer: Schema | None
    body: Schema | None = None
    status: int = 200
    kind: str = "application/json"


OPERATIONS = [
    Operation("services", "GET", "v1/services", wrapped("serviceList", many(SERVICE))),
    Operation("branch_services", "GET", f"v1/branches/{_ID}/services", wrapped("serviceList", many(SERVICE))),
    Operation(
        "groups",
        "GET",
        f"v1/services/groups{_SERVICES}",
        many(record({"branchPublicId": STRING, "branchName": STRING, "serviceGroups": GROUPS}, closed=True)),
    ),
    Operation("branch_groups", "GET", f"v2/branches/{_ID}/services/groups{_SERVICES}", GROUPS),
    Operation("branches", "GET", "v1/branches", wrapped("branchList", many(BRANCH))),
    Operation("service_branches", "GET", f"v1/services/{_ID}/branches", wrapped("branchList", many(BRANCH))),
    Operation("branch", "GET", f"v1/branches/{_ID}", wrapped("branch", BRANCH)),
    Operation(
        "dates",
        "GET",
        f"v2/branches/{_ID}/dates{_SERVICES}{_PERSONS}",
        wrapped("dates", many(text(r"^\d{4}-\d\d-\d\dT00:00:00$"))),
    ),
    Operation(
        "times",
        "GET",
        f"v2/branches/{_ID}/dates/{_DAY}/times{_SERVICES}{_PERSONS}",
        wrapped("times", many(text(r"^\d\d:\d[05]$"))),
    ),
    Operation(
        "book",
        "POST",
        f"v2/branches/{_ID}/dates/{_DAY}/times/{_TIME}/book",
        APPOINTMENT,
        BOOKING,
        status=202,
        kind=TEXT,
    ),
    Operation(
        "reserve",
        "POST",
        f"v2/branches/{_ID}/dates/{_DAY}/times/{_TIME}/reserve{_PERSONS}",
        APPOINTMENT,
        record({"services": SERVICES_IN}, closed=True),
    ),
    Operation("confirm", "POST", f"v2/branches/appointments/{_ID}/confirm", APPOINTMENT, CONFIRMATION),
    Operation("read", "GET", f"v1/appointments/{_ID}", wrapped("appointment", APPOINTMENT)),
    Operation("cancel", "DELETE", f"v1/appointments/{_ID}", None, status=204),
    Operation(
        "reschedule",
        "PUT",
        rf"v1/appointments/{_ID}/reschedule\?start={_WALL}&end={_WALL}",
        wrapped("appointment", APPOINTMENT),
    ),
    Operation(
        "of_customer", "GET", f"v1/customers/{_ID}/appointments", wrapped("appointmentList", many(APPOINTMENT, 1))
    ),
    Operation("identify", "GET", "customers/identify;email=[^/;?@]+%40[^/;?@]+", KNOWN),
]


def operation_of(request: httpx.Request) -> Operation:
    """The call that a request is. Raises ContractBroken when it is none."""
    raw = request.url.raw_path.decode()
    base = CUSTOMERS if raw.startswith(CUSTOMERS) else CALENDAR
    path = raw.removeprefix(base)
    beside = base == CUSTOMERS
    for one in OPERATIONS:
        if one.method == request.method and (one.name == "identify") is beside and re.fullmatch(one.path, path):
            return one
    raise ContractBroken(f"{request.method} {raw}")


def check_request(request: httpx.Request) -> Operation:
    """The call that a request is. Raises ContractBroken when it is not as the API wants it."""
    operation = operation_of(request)
    if not (request.headers.get("X-Api-Key") or request.headers.get("Authorization", "").startswith("Basic ")):
        raise ContractBroken(f"{operation.name}: zonder sleutel")
    if request.headers.get("Content-Type") != "application/json":
        raise ContractBroken(f"{operation.name}: Content-Type")
    if operation.body is None:
        if request.content:
            raise ContractBroken(f"{operation.name}: met inhoud")
    else:
        _check(operation.body, json.loads(request.content), f"{operation.name}, inhoud")
    return operation


def check_response(operation: Operation, response: httpx.Response) -> None:
    """Raises ContractBroken when an answer is not as it was recorded."""
    if response.status_code != operation.status:
        # A refusal: its reason stands in a header, or in its body.
        if response.status_code not in (401, 404, 500):
            raise ContractBroken(f"{operation.name}: HTTP {response.status_code}")
        if not response.headers.get("error_message") and not response.text:
            raise ContractBroken(f"{operation.name}: geweigerd zonder reden")
        return
    if operation.answer is None:
        if response.content:
            raise ContractBroken(f"{operation.name}: met inhoud")
        return
    if response.headers["content-type"].partition(";")[0] != operation.kind:
        raise ContractBroken(f"{operation.name}: {response.headers['content-type']}")
    _check(operation.answer, json.loads(response.content), f"{operation.name}, antwoord")


def _check(schema: Schema, value: Any, where: str) -> None:
    errors = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda error: list(map(str, error.path)))
    if errors:
        raise ContractBroken(f"{where}: {'/'.join(map(str, errors[0].path))}: {errors[0].message}")


class Contract(httpx.AsyncBaseTransport):
    """The network, with an eye on what goes over it. Keeps what was asked."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=False)
        self.requests: list[httpx.Request] = []
        self.asked: list[str] = []
        self.check_answers = True
        self.before: Callable[[str], None] | None = None
        """Called with the name of every call, just before it is made."""
        self.instead: dict[str, list[httpx.Response | None]] = {}
        """Answers that calls with a name get, in turn, in place of the real one (None)."""
        self.later: dict[str, BaseException] = {}
        """What the next call with a name raises; it is carried out all the same, after another call has been."""
        self._underway: list[tuple[httpx.Request, int]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        operation = check_request(request)
        self.requests.append(request)
        self.asked.append(operation.name)
        if self.before:
            self.before(operation.name)
        await self._let_arrive()
        if operation.name in self.later:
            self._underway.append((request, len(self.asked)))
            raise self.later.pop(operation.name)
        other = self.instead.get(operation.name, [])
        if other and (answer := other.pop(0)):
            return answer
        response = await self._inner.handle_async_request(request)
        await response.aread()
        if self.check_answers:
            check_response(operation, response)
        return response

    async def _let_arrive(self) -> None:
        """Carry out what nobody waits for any more, when one other call has been made since."""
        arrived = [request for request, number in self._underway if len(self.asked) > number + 1]
        self._underway = [one for one in self._underway if one[0] not in arrived]
        for request in arrived:
            await (await self._inner.handle_async_request(request)).aread()

    async def aclose(self) -> None:
        await self._inner.aclose()

    def paths(self, name: str) -> list[str]:
        """Raw paths of the calls with a name, below the API."""
        raw = [one.url.raw_path.decode() for one, asked in zip(self.requests, self.asked, strict=True) if asked == name]
        return [path.removeprefix(CALENDAR).removeprefix(CUSTOMERS) for path in raw]

    def bodies(self, name: str) -> list[Any]:
        """What was sent with the calls with a name."""
        found = zip(self.requests, self.asked, strict=True)
        return [json.loads(one.content) for one, asked in found if asked == name]
