"""Asking a supplier's system: reads that stumble are asked again, what changes something never is, and a system that keeps
failing is left alone for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from circuitbreaker import CircuitBreaker
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random_exponential

from bot.appointments.errors import AfspraakError, Unavailable, Uncertain

logger = logging.getLogger(__name__)

PATIENCE = 8.0
"""Seconds after which a read that failed is not asked again."""
ATTEMPTS = 3
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


class Http:
    """Connections to one system. Use it in one event loop, and `aclose` it there.

    Args:
        timeout: seconds that one answer may take.
        failures, rest: after so many failures in a row the system is left alone for `rest` seconds.
        is_answer: tells of a 5xx that it is an answer all the same: some systems say "unknown" that way. `read` gives such
            a response back, and it does not count as a failure.
    """

    def __init__(
        self,
        *,
        timeout: float = 5.0,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        failures: int = 5,
        rest: int = 30,
        is_answer: Callable[[httpx.Response], bool] | None = None,
    ) -> None:
        # These two write every address down, and with it what identifies an appointment.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(
            headers={"Accept": "application/json", **(headers or {})},
            timeout=httpx.Timeout(timeout, connect=min(2.0, timeout)),
            limits=httpx.Limits(max_connections=20),
            transport=transport,
        )
        self._breaker = CircuitBreaker(failures, rest, _is_trouble)
        self._is_answer = is_answer or (lambda _response: False)
        # Each part of an answer has that time for itself; one that drips would never end.
        self._longest = 2 * timeout

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def read(self, what: str, method: str, url: str, **content: Any) -> httpx.Response:
        """Ask something that changes nothing; any answer below 500 is given back as it is, but for 429.

        Raises Unavailable for no answer in time, 429 and 5xx; `status` and `code` say what was seen last.
        """
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(lambda error: isinstance(error, Unavailable) and error.again),
                stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(PATIENCE),
                wait=wait_random_exponential(multiplier=0.2, max=1.0),
                reraise=True,
            ):
                with attempt:
                    return await self._guarded(what, method, url, content)
        except Unavailable as error:
            logger.warning("%s", error)
            raise
        raise AssertionError("a last attempt succeeds or raises")

    async def change(self, what: str, method: str, url: str, **content: Any) -> httpx.Response:
        """Ask something that changes something, once; gives back every answer, also 5xx: what it means only the adapter knows.

        Raises Unavailable when it surely never arrived, Uncertain when the answer stayed away.
        """
        if self._breaker.opened:
            raise Unavailable(what, code="breaker-open")
        failure: AfspraakError
        try:
            async with asyncio.timeout(self._longest):
                with self._breaker:
                    return await self._http.request(method, url, **content)
        except _NEVER_SENT:
            failure = Unavailable(what, code="connection")
        except (TimeoutError, httpx.TimeoutException):
            failure = Uncertain(what, code="timeout")
        except httpx.HTTPError:
            failure = Uncertain(what, code="connection")
        logger.warning("%s", failure)
        # Outside the except block, so that the request, with somebody's name in it, does not go along.
        raise failure

    async def _guarded(self, what: str, method: str, url: str, content: Mapping[str, Any]) -> httpx.Response:
        if self._breaker.opened:
            raise Unavailable(what, code="breaker-open")
        with self._breaker:
            try:
                async with asyncio.timeout(self._longest):
                    response = await self._http.request(method, url, **content)
            except (TimeoutError, httpx.TimeoutException):
                # Not again: a system that is slow gets slower by it, and someone is waiting.
                raise Unavailable(what, code="timeout") from None
            except httpx.InvalidURL:
                raise Unavailable(what, code="address") from None
            except httpx.HTTPError:
                raise Unavailable(what, code="connection", again=True) from None
            if response.status_code == 429 or (response.status_code >= 500 and not self._is_answer(response)):
                raise Unavailable(what, response.status_code, again=True)
            return response


def json_of(what: str, response: httpx.Response) -> Any:
    """The JSON of an answer, whatever its content type says. Raises Unavailable for something else."""
    with suppress(ValueError, RecursionError):
        return response.json()
    raise Unavailable(what, response.status_code, "no-json")


def _is_trouble(kind: type[BaseException], _error: BaseException) -> bool:
    """What counts against a system. A refusal does not: it answered."""
    return issubclass(kind, (Unavailable, httpx.TransportError, asyncio.CancelledError))
