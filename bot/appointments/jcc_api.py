"""Reaching the REST API of JCC-Afspraken ("WARP"): the token, the language, and what its answers are worth.

Its documents are not public; what is known comes from recorded traffic of its acceptance environment:
- a token by client credentials at `connect/token`; `language` in a header of every call;
- what has no value, is false or nought is left out of an answer;
- bad input, such as an id that it does not know, gets HTTP 500 with a problem document, always of the same text.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.appointments.errors import Unavailable
from bot.appointments.http import Http, json_of

Params = Sequence[tuple[str, str | int]]
"""Pairs, in order: JCC wants a name repeated for each of several values."""

MOST_DAYS = 50
"""Days in one question for times; JCC answers more with an error."""
_UNSAID_LIFE = 300.0
"""Seconds that a token is used when JCC does not say how long it lives."""
_MARGIN = 30.0
"""Seconds before its end after which a token is not used any more."""


@dataclass(frozen=True)
class JccConfig:
    """A municipality's JCC-Afspraken.

    Raises ValueError for more days in a question than JCC takes.
    """

    url: str
    """Base of the API, e.g. `https://HOST/JCC/Gemeente/G-Plan/api/api/warp/v1/`."""
    client_id: str
    secret: str = field(repr=False)
    scope: str = "warp-api"
    token_url: str = ""
    """Where tokens are; empty is `connect/token` below `url`."""
    taal: str = "nl"
    """Language of names and of what to bring."""
    timeout: float = 5.0
    """Seconds that one answer may take. Times of fifty days took JCC's acceptance environment two to three."""
    dagen_per_vraag: int = MOST_DAYS
    """Days in one question for times."""
    breaker_failures: int = 5
    breaker_seconds: int = 30
    """After so many failures in a row it is left alone for so many seconds."""

    def __post_init__(self) -> None:
        if not 1 <= self.dagen_per_vraag <= MOST_DAYS:
            raise ValueError(f"dagen_per_vraag is 1 to {MOST_DAYS}")

    @property
    def root(self) -> str:
        """The base with a slash at its end."""
        return self.url.rstrip("/") + "/"


class JccApi:
    """Calls with a token. Use it in one event loop, and `aclose` it there."""

    def __init__(
        self,
        config: JccConfig,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._clock = config, clock
        self._http = Http(
            timeout=config.timeout,
            headers={"language": config.taal},
            transport=transport,
            failures=config.breaker_failures,
            rest=config.breaker_seconds,
            is_answer=is_problem,
        )
        self._token, self._until = "", 0.0
        self._lock = asyncio.Lock()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def read(self, what: str, path: str, params: Params = ()) -> httpx.Response:
        """Ask something that changes nothing. Gives back what Http.read does, and problems with 500.

        Raises Unavailable; also for a token that is refused.
        """
        return await self._with_token(self._http.read, what, "GET", path, params=list(params))

    async def change(self, what: str, method: str, path: str, **content: Any) -> httpx.Response:
        """Ask something that changes something, once; a refused token is no second time, for nothing was done.

        Raises Unavailable when nothing was done, Uncertain when the answer stayed away.
        """
        return await self._with_token(self._http.change, what, method, path, **content)

    async def _with_token(
        self, ask: Callable[..., Any], what: str, method: str, path: str, **content: Any
    ) -> httpx.Response:
        refused = ""
        for _ in range(2):
            token = await self._valid_token(refused)
            headers = {"Authorization": f"Bearer {token}"}
            response: httpx.Response = await ask(what, method, self._config.root + path, headers=headers, **content)
            if response.status_code != 401:
                return response
            refused = token
        raise Unavailable(what, 401, "token")

    async def _valid_token(self, refused: str) -> str:
        """A token other than the refused one; those who want one at the same time share one call."""
        async with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._until:
                self._token, life = await self._fetch_token()
                self._until = self._clock() + max(life - _MARGIN, life / 2)
            return self._token

    async def _fetch_token(self) -> tuple[str, float]:
        response = await self._http.read(
            "token",
            "POST",
            self._config.token_url or self._config.root + "connect/token",
            data={"grant_type": "client_credentials", "scope": self._config.scope},
            auth=(self._config.client_id, self._config.secret),
        )
        if response.status_code != 200:
            raise Unavailable("token", response.status_code, code_of(response, "error"))
        answer = json_of("token", response)
        token = answer.get("access_token") if isinstance(answer, Mapping) else None
        if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
            raise Unavailable("token", response.status_code, "shape")
        life = answer.get("expires_in")
        return token, float(life) if isinstance(life, int | float) and life > 0 else _UNSAID_LIFE


def is_problem(response: httpx.Response) -> bool:
    """Whether JCC itself says that something is wrong: HTTP 500 with its problem document, also for bad input."""
    body = body_of(response)
    return response.status_code == 500 and ("rfc7807" in str(body.get("type")) or isinstance(body.get("errors"), list))


def body_of(response: httpx.Response) -> Mapping[str, Any]:
    """The object in an answer; an empty one when there is none."""
    with suppress(ValueError, RecursionError):
        body = response.json()
        if isinstance(body, Mapping):
            return body
    return {}


def code_of(response: httpx.Response, name: str = "code") -> str:
    """JCC's own word for what went wrong, if it is a word: never a text, which may quote what was sent."""
    code = str(body_of(response).get(name, ""))
    return code if re.fullmatch(r"-?\w{1,40}", code) else ""
