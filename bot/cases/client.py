"""Asking a register of cases (Zaken API 1.2-1.5, Catalogi API 1.1-1.3, as Open Zaak serves them).

Every question is a read, so one that stumbles is asked again, with pauses that grow; a register that keeps failing is
left alone for a while. Types come from the catalogue once and are kept for a while; nothing of a case is kept.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import ssl
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

import httpx
from async_lru import alru_cache
from circuitbreaker import CircuitBreaker
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random_exponential

from bot.cases.errors import BY_STATUS, Forbidden, Invalid, Malformed, Unavailable, ZgwError
from bot.cases.reading import Record, read_resultaattype, read_statustype, read_zaaktype
from bot.cases.tokens import make_token
from bot.cases.values import Resultaattype, Statustype, Zaaktype, ZgwConfig

logger = logging.getLogger(__name__)

EXPAND_SINCE = (1, 5)
"""Version of the Zaken API that can send related things along."""
TYPES_KEPT = 2000


class ZgwClient:
    """A municipality's register. Keep one per configuration: it holds connections and the catalogue.

    All methods raise errors of `bot.cases.errors`. Use it in one event loop, and `aclose` it there.
    """

    def __init__(self, config: ZgwConfig, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.config = config
        # These two write every address down, and with it the number of a case.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(
            headers={"Accept": "application/json", "Accept-Crs": config.crs, "Content-Crs": config.crs},
            timeout=httpx.Timeout(config.timeout, connect=min(2.0, config.timeout)),
            limits=httpx.Limits(max_connections=config.max_connections),
            verify=_trust(config),
            transport=transport,
        )
        self._zaken = _Api(self._http, config, config.zaken_root, config.client_id, config.secret)
        self._catalogi = _Api(
            self._http,
            config,
            config.catalogi_root,
            config.catalogi_client_id or config.client_id,
            config.catalogi_secret or config.secret,
        )
        self._state = {"expands": True}
        # Waits of several askers for one type are one call; errors are not kept.
        keep = alru_cache(maxsize=TYPES_KEPT, ttl=config.catalogue_seconds)
        self.zaaktype = keep(self._get_zaaktype)
        self.statustype = keep(self._get_statustype)
        self.statustypen = keep(self._get_statustypen)
        self.resultaattype = keep(self._get_resultaattype)

    async def __aenter__(self) -> ZgwClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections and forget the catalogue."""
        for types in (self.zaaktype, self.statustype, self.statustypen, self.resultaattype):
            types.cache_clear()
        await self._http.aclose()

    def on_behalf(self, pseudonym: str) -> ZgwClient:
        """The same client, with a pseudonym of the conversation in the register's audit trail. Never a BSN."""
        other = copy.copy(self)
        other._zaken = self._zaken.on_behalf(pseudonym)
        return other

    async def zaken(self, filters: Mapping[str, str]) -> list[Record]:
        """Cases by exact filters of the standard."""
        return await self._zaken.pages("zaken", filters)

    async def search_zaken(self, body: Mapping[str, Any]) -> list[Record]:
        """The first page of cases by filters in a body, so that no number of a person gets into logs of addresses."""
        answer = await self._zaken.call("zaken", "POST", self.config.zaken_root + "zaken/_zoek", json=dict(body))
        return _results(answer, "zaken")

    async def zaak(self, url: str) -> Record:
        """One case by its address; with its result along where the register can do that."""
        if self._state["expands"] and self._zaken.version >= EXPAND_SINCE:
            with suppress(Forbidden, Invalid):
                return await self._zaken.call("zaken", "GET", url, params={"expand": "resultaat"})
            # Some registers want more rights for it. When the plain question is good, that was the reason.
            plain = await self._zaken.call("zaken", "GET", url)
            self._state["expands"] = False
            return plain
        return await self._zaken.call("zaken", "GET", url)

    async def statussen(self, zaak_url: str) -> list[Record]:
        """The history of a case."""
        return await self._zaken.pages("statussen", {"zaak": zaak_url})

    async def rollen(self, zaak_url: str) -> list[Record]:
        """The initiators of a case; some registers ignore the filter and send all roles."""
        return await self._zaken.pages("rollen", {"zaak": zaak_url, "omschrijvingGeneriek": "initiator"})

    async def resultaat(self, url: str) -> Record:
        """The result of a case."""
        return await self._zaken.call("resultaten", "GET", url)

    async def zaaktypen(self) -> list[Zaaktype]:
        """The first page of published types of cases; for checking a connection."""
        answer = await self._catalogi.call("zaaktypen", "GET", self.config.catalogi_root + "zaaktypen")
        return [read_zaaktype(record) for record in _results(answer, "zaaktypen")]

    async def _get_zaaktype(self, url: str) -> Zaaktype:
        return read_zaaktype(await self._catalogi.call("zaaktypen", "GET", url))

    async def _get_statustype(self, url: str) -> Statustype:
        return read_statustype(await self._catalogi.call("statustypen", "GET", url))

    async def _get_statustypen(self, zaaktype_url: str) -> tuple[Statustype, ...]:
        records = await self._catalogi.pages("statustypen", {"zaaktype": zaaktype_url})
        return tuple(read_statustype(record) for record in records)

    async def _get_resultaattype(self, url: str) -> Resultaattype:
        return read_resultaattype(await self._catalogi.call("resultaattypen", "GET", url))

    @property
    def last_answers(self) -> tuple[httpx.Headers | None, httpx.Headers | None]:
        """Headers of the last answer of the Zaken and of the Catalogi API; for checking a connection."""
        return self._zaken.last_headers, self._catalogi.last_headers


class Zaaksystemen:
    """The clients of an installation, one per configuration."""

    def __init__(self) -> None:
        self._clients: dict[ZgwConfig, ZgwClient] = {}

    def client(self, config: ZgwConfig) -> ZgwClient:
        """The client for a configuration; the same one each time."""
        if config not in self._clients:
            self._clients[config] = ZgwClient(config)
        return self._clients[config]

    async def aclose(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        await asyncio.gather(*(client.aclose() for client in clients))


class _Api:
    """One of the two APIs: its address, credentials and breaker."""

    def __init__(self, http: httpx.AsyncClient, config: ZgwConfig, root: str, client_id: str, secret: str) -> None:
        self._http = http
        self._config = config
        self._root = root
        self._credentials = (client_id, secret)
        self._user = config.user_representation
        self._breaker = CircuitBreaker(
            failure_threshold=config.breaker_failures,
            recovery_timeout=config.breaker_seconds,
            expected_exception=_is_trouble,
            name=httpx.URL(root).host,
        )
        self.last_headers: httpx.Headers | None = None
        self._shared: dict[str, tuple[int, ...]] = {}

    def on_behalf(self, pseudonym: str) -> _Api:
        other = copy.copy(self)
        other._user = f"{self._config.user_representation} ({pseudonym})"
        return other

    @property
    def version(self) -> tuple[int, ...]:
        """Version of the API as its answers said; (0,) before the first one."""
        return self._shared.get("version", (0,))

    async def pages(self, resource: str, params: Mapping[str, str]) -> list[Record]:
        """All results of a list, up to the configured number of pages."""
        answer = await self.call(resource, "GET", self._root + resource, params=params)
        found = _results(answer, resource)
        for _ in range(self._config.max_pages - 1):
            following = answer.get("next")
            if not following:
                break
            answer = await self.call(resource, "GET", following)
            found += _results(answer, resource)
        return found

    async def call(self, what: str, method: str, url: Any, **content: Any) -> Record:
        """Ask, and ask again where that makes sense; gives the JSON object of the answer."""
        if not _within(url, self._root):
            # Else a register could make us send our token elsewhere.
            raise Malformed(what, code="foreign-address")
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(lambda error: isinstance(error, Unavailable) and error.again),
                stop=stop_after_attempt(self._config.attempts) | stop_after_delay(self._config.patience),
                wait=wait_random_exponential(multiplier=0.2, max=1.0),
                reraise=True,
            ):
                with attempt:
                    return await self._guarded(what, method, url, content)
        except Unavailable as error:
            logger.warning("%s", error)
            raise
        raise AssertionError("een laatste poging slaagt of geeft een fout")

    async def _guarded(self, what: str, method: str, url: str, content: Mapping[str, Any]) -> Record:
        if self._breaker.opened:
            raise Unavailable(what, code="breaker-open")
        with self._breaker:
            return _record(await self._send(what, method, url, content), what)

    async def _send(self, what: str, method: str, url: str, content: Mapping[str, Any]) -> httpx.Response:
        token = make_token(*self._credentials, self._config.user_id, self._user)
        try:
            response = await self._http.request(method, url, headers={"Authorization": f"Bearer {token}"}, **content)
        except httpx.TimeoutException:
            # Not again: a register that is slow gets slower by it, and someone is waiting.
            raise Unavailable(what, code="timeout") from None
        except httpx.TransportError as error:
            raise Unavailable(what, code=_trouble_code(error), again=True) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Malformed(what, code="unreadable-answer") from None
        self.last_headers = response.headers
        version = _version(response.headers.get("API-version", ""))
        if version:
            self._shared["version"] = version
        if not response.is_success:
            raise _error(what, response)
        return response


def _trust(config: ZgwConfig) -> ssl.SSLContext | bool:
    if not config.ca_file and not config.client_cert:
        return True
    context = ssl.create_default_context(cafile=config.ca_file or None)
    if config.client_cert:
        context.load_cert_chain(config.client_cert)
    return context


def _is_trouble(kind: type[BaseException], _error: BaseException) -> bool:
    """What counts against a register. A refusal does not: it answered. Being broken off does: it took too long."""
    return issubclass(kind, (Unavailable, asyncio.CancelledError))


def _trouble_code(error: httpx.TransportError) -> str:
    """What stood in the way, as far as it matters to an operator: TLS, or the connection as such."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "connection"


def _within(url: Any, root: str) -> bool:
    return isinstance(url, str) and url.startswith(root) and "/../" not in url


def _version(header: str) -> tuple[int, ...] | None:
    parts = header.split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else None


def _error(what: str, response: httpx.Response) -> ZgwError:
    status = response.status_code
    problem: Any = None
    with suppress(ValueError):
        problem = response.json()
    problem = problem if isinstance(problem, Mapping) else {}
    code = str(problem.get("code") or "")
    if status == 429 or status >= 500:
        return Unavailable(what, status, code, again=True)
    params = problem.get("invalidParams")
    fields = [str(one.get("code")) for one in params if isinstance(one, Mapping)] if isinstance(params, list) else []
    return BY_STATUS.get(status, Malformed)(what, status, code, tuple(fields))


def _record(response: httpx.Response, what: str) -> Record:
    try:
        body = response.json()
    except ValueError:
        raise Malformed(what, response.status_code, "no-json") from None
    if not isinstance(body, Mapping):
        raise Malformed(what, response.status_code, "no-object")
    return body


def _results(answer: Record, what: str) -> list[Record]:
    found = answer.get("results")
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise Malformed(what, fields=("results",))
    return list(found)
