"""Asking Qmatic Orchestra, and what its answers mean.

It says 500 to whatever it refuses, with the reason in the headers `error_message` and `error_code`; the reason is never
passed on, because it may quote what somebody filled in.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import httpx

from bot.appointments.errors import NotFound, Unavailable
from bot.appointments.http import Http, json_of
from bot.appointments.qmatic_reading import ShapeError
from bot.appointments.qmatic_values import QmaticConfig
from bot.appointments.qmatic_writing import QMATIC_FIELDS

T = TypeVar("T")

SLOT_TAKEN = "E440"
"""`error_code` of a moment that is not free any more (front ends)."""
_CODE = re.compile(r"[A-Za-z]?[0-9]{1,6}")


class Uitslag(StrEnum):
    """What an answer to something that changes says."""

    GEDAAN = "gedaan"
    BEZET = "bezet"
    """The moment is not free."""
    GEWEIGERD = "geweigerd"
    """Qmatic looked at it and did not do it."""
    NIET_AANGEKOMEN = "niet aangekomen"
    """Something before Qmatic turned it away."""
    ONBEKEND = "onbekend"
    """Something before Qmatic lost the answer."""


class Calls:
    """Connections to one Qmatic. Use it in one event loop, and `aclose` it there."""

    def __init__(self, config: QmaticConfig, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._config = config
        self._http = Http(
            timeout=config.timeout,
            headers=_headers(config),
            transport=transport,
            failures=config.failures,
            rest=config.rest,
            is_answer=is_refusal,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, what: str, path: str, read: Callable[[Any], T]) -> T:
        """Read something below `public/api/`. Raises Unavailable, NotFound."""
        return await self._read(what, self._config.base + path, read)

    async def identify(self, what: str, path: str, read: Callable[[Any], T]) -> T:
        """Read something from the API of customers, which lies beside it. Raises Unavailable, NotFound."""
        return await self._read(what, self._config.customers + path, read)

    async def change(self, what: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask something that changes something, once. Raises Unavailable when it never arrived, else Uncertain."""
        content = {} if body is None else {"json": body}
        return await self._http.change(what, method, self._config.base + path, **content)

    async def _read(self, what: str, url: str, read: Callable[[Any], T]) -> T:
        response = await self._http.read(what, "GET", url)
        if response.status_code == 404:
            raise NotFound(what, 404)
        if response.status_code != 200:
            raise Unavailable(what, response.status_code, error_code(response))
        return read_json(what, response, read)


def read_json(what: str, response: httpx.Response, read: Callable[[Any], T]) -> T:
    """An answer, read. Raises Unavailable for what cannot be: it is no JSON, or not of the right shape."""
    answer = json_of(what, response)
    try:
        return read(answer)
    except ShapeError as error:
        raise Unavailable(what, response.status_code, f"shape:{error}") from None


def verdict(response: httpx.Response) -> Uitslag:
    """What an answer to something that changes says."""
    status = response.status_code
    if response.is_success:
        return Uitslag.GEDAAN
    if error_code(response) == SLOT_TAKEN or status == 409:
        return Uitslag.BEZET
    if status in (400, 404, 405, 410, 415, 422) or _gives_reason(response):
        return Uitslag.GEWEIGERD
    if status < 500 or status in (501, 503):
        return Uitslag.NIET_AANGEKOMEN
    return Uitslag.ONBEKEND


def is_refusal(response: httpx.Response) -> bool:
    """Whether a 500 is Qmatic's own: it looked, and says no. Others come from what lies before it, or from a crash."""
    return response.status_code == 500 and bool({"error_code", "error_message"} & set(response.headers))


def _gives_reason(response: httpx.Response) -> bool:
    """Whether a 500 says why, in a header or in its body; the page of a server that broke down is no reason."""
    text = response.text.strip()
    return is_refusal(response) or (response.status_code == 500 and bool(text) and not text.startswith("<"))


def error_code(response: httpx.Response) -> str:
    """Qmatic's own code for what went wrong; empty when there is none, or when it is no code."""
    code = response.headers.get("error_code", "")
    return code if _CODE.fullmatch(code) else ""


def blamed_fields(response: httpx.Response) -> tuple[str, ...]:
    """Neutral names of the fields that a refusal is about, by the names that its reason mentions."""
    reason = response.headers.get("error_message") or response.text
    words = set(re.findall(r"[A-Za-z0-9]+", reason))
    return tuple(part for name, parts in QMATIC_FIELDS.items() if name in words for part in parts)


def _headers(config: QmaticConfig) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if config.api_key:
        headers["X-Api-Key"] = config.api_key
    if config.user:
        pair = base64.b64encode(f"{config.user}:{config.password}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    return headers
