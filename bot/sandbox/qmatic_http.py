"""Taking questions to the Qmatic sandbox apart, and refusing them as Qmatic does."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

Matrix = dict[str, list[str]]

SLOT_TAKEN = "E440"
"""Front ends."""
LENGTHS = {
    "firstName": 200,
    "lastName": 200,
    "email": 255,
    "phone": 50,
    "addressLine1": 255,
    "addressLine2": 255,
    "addressZip": 255,
    "addressCity": 255,
    "addressState": 255,
    "addressCountry": 255,
    "identificationNumber": 255,
    "externalId": 255,
    "dateOfBirth": 255,
}
"""Fields of a customer, and how many characters they may have."""


class Refused(Exception):
    """An answer that says what went wrong."""

    def __init__(self, status: int, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.status, self.reason, self.code = status, reason, code


def check_who(request: Request, keys: Collection[str], users: Mapping[str, str]) -> None:
    """Raises Refused for whoever has no key, and no name and password."""
    if request.headers.get("x-api-key") in keys:
        return
    kind, _, pair = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(pair).decode().partition(":")
    except ValueError:
        raise Refused(401, "Unauthorized") from None
    if kind.lower() != "basic" or users.get(name) != password:
        raise Refused(401, "Unauthorized")


def refusal(refused: Refused, *, in_header: bool, with_code: bool) -> HTTPResponse:
    """The answer that says what went wrong, in a header or in its body."""
    headers = {"Access-Control-Expose-Headers": "error_code, error_message"}
    if in_header:
        headers["error_message"] = refused.reason
    if refused.code and with_code:
        headers["error_code"] = refused.code
    body = {"msg": "An error occurred." if in_header else refused.reason}
    return response.json(body, refused.status, headers=headers)


def taken() -> Refused:
    """The moment is not free (any more)."""
    return Refused(500, "Time slot is not available", SLOT_TAKEN)


def taken_apart(rest: str) -> tuple[list[str], Matrix]:
    """Pieces of a raw path, and all of its matrix parameters."""
    segments, matrix = [], Matrix()
    for piece in rest.strip("/").split("/"):
        name, *parameters = piece.split(";")
        segments.append(unquote(name))
        for parameter in filter(None, parameters):
            key, _, value = parameter.partition("=")
            matrix.setdefault(key, []).append(unquote(value))
    return segments, matrix


def matched(pattern: list[str], segments: list[str]) -> tuple[str, ...] | None:
    """What stands in the open places (`*`) of a pattern; None when a path is not like it."""
    if len(pattern) != len(segments) or any(
        want not in ("*", have) for want, have in zip(pattern, segments, strict=True)
    ):
        return None
    return tuple(have for want, have in zip(pattern, segments, strict=True) if want == "*")


def body_of(request: Request) -> Any:
    """The object in the body. Raises Refused when there is none."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415, "Unsupported media type")
    try:
        body = json.loads(request.body)
    except ValueError:
        raise Refused(500, "Not JSON") from None
    if not isinstance(body, dict):
        raise Refused(500, "Not an object")
    return body


def customers_in(body: Any) -> list[Any]:
    """The customers in a body. Raises Refused for what cannot be kept."""
    listed = body.get("customers")
    if not isinstance(listed, list) or not listed:
        raise Refused(500, "customers is missing")
    for one in listed:
        if not isinstance(one, dict) or set(one) - set(LENGTHS):
            raise Refused(500, "Unrecognized field in customer")
        for name, value in one.items():
            if not isinstance(value, str) or len(value) > LENGTHS[name]:
                raise Refused(500, f"Field {name} is not valid")
        if "dateOfBirth" in one:
            try:
                date.fromisoformat(one["dateOfBirth"])
            except ValueError:
                raise Refused(500, "Field dateOfBirth is not valid") from None
    return listed


def optional(body: Any, name: str) -> str | None:
    """A text that may be there."""
    value = body.get(name)
    return value if isinstance(value, str) else None


def day_of(text: str) -> date:
    """2026-09-01. Raises Refused for something else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(500, "Date is not valid") from None


def wall_of(text: str) -> datetime:
    """A moment on the clock of a place, without its zone: 2026-09-01T09:00. Raises Refused for something else."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    raise Refused(500, "Time is not valid")


def as_text(contents: Any) -> HTTPResponse:
    """The answer to a booking: JSON that is called text."""
    return HTTPResponse(json.dumps(contents), 202, content_type="application/text;charset=UTF-8")
