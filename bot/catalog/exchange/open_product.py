"""Reading product types from an Open Product (Producttypen API 1.x, as Maykin publishes it).

Every question is a read, so one that stumbles is asked again. Pages are asked for by number: the address of the next page
that an answer gives is not followed, because the token would go along. No error holds the token or words of an answer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.errors import VraagbaakError

Json = dict[str, Any]
Oorzaak = Literal["instelling", "token", "adres", "verbinding", "tijd", "status", "antwoord"]

PAGE_SIZE = 100
MOST_PAGES = 100
"""Pages of one list: a server that always gives a next page must not keep us for ever."""
LARGEST_ANSWER = 20_000_000
"""Bytes of one answer."""
AT_ONCE = 4
"""Questions under way at the same time."""
LONGEST_PAUSE = 10.0
"""Seconds between two attempts at most."""
_BUSY = frozenset({408, 425, 429})


class OpenProductError(VraagbaakError):
    """Open Product gave no answer that can be used; nothing was changed.

    `oorzaak` says what to do: mend the setting, the token or the address; try later; or ask the supplier (antwoord).
    """

    def __init__(self, oorzaak: Oorzaak, text: str, status: int | None = None) -> None:
        super().__init__(f"Open Product: {text}")
        self.oorzaak = oorzaak
        self.status = status


@dataclass(frozen=True)
class OpenProductConfig:
    """How to reach an Open Product."""

    adres: str
    """Base address of the API, ending in `/producttypen/api/v1`."""
    token: str = field(repr=False)
    timeout: float = 10.0
    """Seconds to wait for a part of an answer; a whole answer may take three times as long."""
    pogingen: int = 3
    pauze: float = 0.5
    """Seconds before the second attempt; then longer."""


@dataclass(frozen=True)
class Record:
    """A product type with its contents, as the API gave them."""

    producttype: Json
    content: tuple[Json, ...]
    """Its content elements, in their order."""


async def fetch(config: OpenProductConfig, transport: httpx.AsyncBaseTransport | None = None) -> list[Record]:
    """All published product types with their Dutch contents.

    Args:
        config: of the Open Product.
        transport: in place of the network, for tests.

    Raises:
        OpenProductError
    """
    headers = {"authorization": f"Token {_token(config)}", "accept": "application/json", "accept-language": "nl"}
    base = _address(config)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    async with httpx.AsyncClient(
        headers=headers, timeout=config.timeout, follow_redirects=False, transport=transport
    ) as http:
        api = _Api(http, base, config)
        seen: dict[str, Json] = {}
        async for one in api.results("producttypen", {"gepubliceerd": "true"}):
            # A list that changes while it is read can show a product type on two pages.
            seen.setdefault(_uuid(one), one)
        contents = await _gather(api, list(seen))
    return [Record(one, tuple(contents[uuid])) for uuid, one in seen.items()]


async def _gather(api: _Api, uuids: list[str]) -> dict[str, list[Json]]:
    """The contents of product types, a few at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(uuid: str) -> list[Json]:
        async with places:
            return [element async for element in api.results(f"producttypen/{uuid}/content", {})]

    tasks = [asyncio.ensure_future(one(uuid)) for uuid in uuids]
    try:
        return dict(zip(uuids, await asyncio.gather(*tasks), strict=True))
    finally:
        for task in tasks:
            task.cancel()


class _Api:
    """Questions to one API."""

    def __init__(self, http: httpx.AsyncClient, base: str, config: OpenProductConfig) -> None:
        self._http, self._base, self._config = http, base, config

    async def results(self, path: str, params: Mapping[str, str]) -> AsyncIterator[Json]:
        """All results of a list, page after page. Raises OpenProductError."""
        for page in range(1, MOST_PAGES + 1):
            answer = await self._get(path, {**params, "page": str(page), "page_size": str(PAGE_SIZE)})
            results = answer.get("results")
            if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
                raise OpenProductError("antwoord", "een antwoord is geen lijst zoals de standaard die beschrijft.")
            for one in results:
                yield one
            if not answer.get("next"):
                return
        raise OpenProductError("antwoord", f"een lijst houdt na {MOST_PAGES} bladzijden niet op.")

    async def _get(self, path: str, params: Mapping[str, str]) -> Json:
        retrying = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._config.pogingen),
            wait=wait_random_exponential(multiplier=self._config.pauze, max=LONGEST_PAUSE),
            reraise=True,
        )
        answer: Json = await retrying(self._once, path, params)
        return answer

    async def _once(self, path: str, params: Mapping[str, str]) -> Json:
        failure: OpenProductError
        try:
            async with (
                asyncio.timeout(3 * self._config.timeout),
                self._http.stream("GET", f"{self._base}/{path}", params=params) as answer,
            ):
                _refuse_status(answer.status_code)
                return _json(await _body(answer))
        except (TimeoutError, httpx.TimeoutException):
            failure = OpenProductError("tijd", "het antwoord kwam niet op tijd.")
        except httpx.HTTPError:
            failure = OpenProductError("verbinding", "er is geen verbinding.")
        # Outside the except block, so that the request, with the token, does not go along.
        raise failure


async def _body(answer: httpx.Response) -> bytes:
    """The answer itself, and never more than one may have."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise OpenProductError("antwoord", f"een antwoord is groter dan {LARGEST_ANSWER // 1_000_000} MB.")
        parts.append(part)
    return b"".join(parts)


def _json(body: bytes) -> Json:
    try:
        contents = json.loads(body)
    except (ValueError, RecursionError):
        contents = None
    if not isinstance(contents, dict):
        raise OpenProductError("antwoord", "een antwoord is geen JSON zoals de standaard die beschrijft.")
    return contents


def _refuse_status(status: int) -> None:
    if status == 200:
        return
    if status in (401, 403):
        raise OpenProductError("token", f"het token wordt geweigerd, of mag dit niet lezen (HTTP {status}).", status)
    if status >= 500 or status in _BUSY:
        raise OpenProductError("status", f"het is er, maar werkt nu niet (HTTP {status}).", status)
    raise OpenProductError("adres", f"op dit adres antwoordt geen Producttypen-API (HTTP {status}).", status)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, OpenProductError) and error.oorzaak in ("verbinding", "tijd", "status")


def _token(config: OpenProductConfig) -> str:
    if not re.fullmatch(r"[!-~]+", config.token):
        raise OpenProductError("instelling", "het token is leeg, of er staat een spatie of vreemd teken in.")
    return config.token


def _address(config: OpenProductConfig) -> str:
    """The base address without a slash at its end. Plain http only on this machine: the token would be readable."""
    try:
        url = httpx.URL(config.adres)
    except (httpx.InvalidURL, UnicodeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise OpenProductError("instelling", "het adres begint niet met https:// en een naam.")
    if url.scheme == "http" and not _is_here(url.host):
        raise OpenProductError("instelling", "het adres begint met http://; het token zou onderweg te lezen zijn.")
    if url.userinfo or url.query or url.fragment:
        raise OpenProductError(
            "instelling", "het adres heeft een naam, vraag of anker; geef alleen het adres van de API."
        )
    return config.adres.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _uuid(producttype: Json) -> str:
    """The uuid, fit to go into a path; what a server calls a uuid might be anything."""
    try:
        return str(UUID(producttype["uuid"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise OpenProductError("antwoord", "een producttype heeft geen uuid.") from None
