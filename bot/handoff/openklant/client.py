"""Talking to Open Klant: one request, a page, a POST that must not be done twice.

Every answer is looked at before it is used: older versions ignore filters that they do not know and then give all there is.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.handoff.openklant.bodies import BRON, reference_line
from bot.handoff.openklant.errors import (
    Conflict,
    Invalid,
    Misconfigured,
    NotFound,
    Oorzaak,
    OpenKlantError,
    Unauthorized,
    Unavailable,
)
from bot.handoff.openklant.values import ActorVerwijzing, OpenKlantConfig, is_uuid
from bot.handoff.openklant.versions import Dialect, Versie, dialect, read_version

Json = dict[str, Any]
Find = Callable[[], Awaitable[Json | None]]
"""Looks whether something is there already."""

PAGE_SIZE = 100
MAX_PAGES = 50
"""Pages to read at most: a filter that is ignored must not make us read a municipality's whole history."""
LONGEST_PAUSE = 30.0
"""Seconds between two attempts at most."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BUSY = frozenset({408, 425, 429})


class Client:
    """A connection; use it with `async with`, within one event loop.

    All methods raise OpenKlantError: Unauthorized, Misconfigured and Unavailable always, others where they say so.

    Args:
        config: of the municipality.
        transport: in place of the network, for tests.

    Raises Misconfigured for an address, token or certificate file that cannot be used.
    """

    def __init__(self, config: OpenKlantConfig, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._config = config
        self._url = _address(config)
        self._headers = {"authorization": f"Token {_token(config)}", "accept": "application/json"}
        self._transport = transport
        self._verify = _certificates(config)
        self._http: httpx.AsyncClient | None = None
        self.versie: Versie | None = None
        """Of the last answer that told it."""

    @property
    def dialect(self) -> Dialect:
        """How to speak to this Open Klant, as far as it is known."""
        return dialect(self.versie)

    async def __aenter__(self) -> Client:
        # Redirects are not followed: the token is for this address only.
        self._http = httpx.AsyncClient(
            headers=self._headers,
            timeout=self._config.timeout,
            follow_redirects=False,
            transport=self._transport,
            verify=self._verify,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Read; tried again when Open Klant cannot be reached. Raises NotFound, Invalid (an unknown parameter)."""
        answer: Json = await self._retrying()(self.send, "GET", path, params=params)
        return answer

    async def detail(self, resource: str, uuid: str) -> Json:
        """One object. Raises NotFound."""
        found = await self.get(f"{resource}/{_checked(uuid)}")
        if str(found.get("uuid")).lower() != uuid.lower():
            raise Unavailable("antwoord", perhaps_done=False)
        return found

    async def delete(self, resource: str, uuid: str) -> bool:
        """Delete one object, again and again until it is gone; returns whether it was there the first time."""
        try:
            await self._retrying()(self.send, "DELETE", f"{resource}/{_checked(uuid)}")
        except NotFound:
            return False
        return True

    async def find(
        self, resource: str, params: Mapping[str, str], matches: Callable[[Json], bool], pages: int = MAX_PAGES
    ) -> Json | None:
        """The first result that is really what was asked for, newest first; None when there is none. Raises Invalid."""
        async for one in self._results(resource, params, pages):
            if matches(one):
                return one
        return None

    async def post_once(self, resource: str, body: Json, find: Find) -> Json:
        """Make something, once. Before a POST is repeated whose answer got lost, `find` looks whether it arrived.

        Returns the answer, or what `find` found. Raises Invalid, Conflict, NotFound.
        """
        perhaps_there = False

        async def attempt() -> Json:
            nonlocal perhaps_there
            if perhaps_there and (found := await find()) is not None:
                return found
            try:
                return await self.send("POST", resource, body=body)
            except Unavailable as error:
                perhaps_there = perhaps_there or error.perhaps_done
                raise

        try:
            made: Json = await self._retrying()(attempt)
        except (Invalid, Conflict) as error:
            # Somebody, most likely our own earlier attempt, was first.
            there = await find() if isinstance(error, Conflict) or "unique" in error.codes else None
            if there is None:
                raise
            return there
        return made

    async def find_klantcontact(self, referentienummer: str) -> Json | None:
        """The klantcontact with our reference, in whichever way this version keeps it."""
        found = await self._by_number(referentienummer) if self.dialect.takes_reference else None
        # The answer has told the version, if it was not known yet.
        if found is None and self.dialect.reference_in_text:
            found = await self._by_text(referentienummer)
        return found

    async def find_actor(self, wanted: ActorVerwijzing) -> Json | None:
        """An actor, an active one if there is a choice; of doubles the newest. Raises Misconfigured for an unknown uuid."""
        if wanted.uuid is not None:
            try:
                return await self.detail("actoren", wanted.uuid)
            except NotFound:
                raise Misconfigured(f"Open Klant kent de ingestelde actor {wanted.naam} niet.") from None
        assert wanted.identificator is not None
        codes = wanted.identificator.as_json()
        params = {f"actoridentificator{name[0].upper()}{name[1:]}": value for name, value in codes.items()}
        resting: Json | None = None
        async for one in self._results("actoren", {"soortActor": wanted.soort, **params}):
            if one.get("soortActor") == wanted.soort and one.get("actoridentificator") == codes:
                if one.get("indicatieActief") is not False:
                    return one
                resting = resting or one
        return resting

    async def send(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Json | None = None
    ) -> Json:
        """One request, tried once; an answer without contents gives {}. Raises any OpenKlantError."""
        assert self._http is not None, "gebruik de client met async with"
        failure: OpenKlantError
        try:
            async with asyncio.timeout(2 * self._config.timeout):
                answer = await self._http.request(method, f"{self._url}/{path}", params=params, json=body)
        except TimeoutError:
            failure = Unavailable("tijd", perhaps_done=True)
        except httpx.HTTPError as error:
            failure = Unavailable(_cause(error), perhaps_done=not isinstance(error, _NEVER_SENT))
        except (httpx.InvalidURL, UnicodeError):
            failure = Misconfigured("Het adres van Open Klant kan niet worden gebruikt.")
        else:
            self.versie = read_version(answer.headers.get("api-version")) or self.versie
            return _read(answer)
        # Outside the except block, so that the request, with the token and the resident's words, does not go along.
        raise failure

    async def _by_number(self, referentienummer: str) -> Json | None:
        try:
            return await self.find(
                "klantcontacten",
                {"referentienummer": referentienummer},
                # Other systems choose numbers too; what they made is not ours to add a resident to.
                lambda one: one.get("referentienummer") == referentienummer and _is_ours(one),
                # A reference is unique: when it is not on the first page, the filter was ignored or there is none.
                pages=1,
            )
        except Invalid:
            if not self.dialect.reference_in_text:
                raise
            # A version that was not known yet, and turns out not to know references.
            return None

    async def _by_text(self, referentienummer: str) -> Json | None:
        line = reference_line(referentienummer)
        return await self.find(
            "klantcontacten",
            {"inhoud": line},
            # The last line, and on our channel: a colleague may quote the reference in a contact of their own.
            lambda one: one.get("kanaal") == self._config.kanaal and str(one.get("inhoud")).split("\n")[-1] == line,
        )

    async def _results(self, resource: str, params: Mapping[str, str], pages: int = MAX_PAGES) -> AsyncIterator[Json]:
        for page in range(1, pages + 1):
            try:
                answer = await self.get(resource, {**params, "page": str(page), "pageSize": str(PAGE_SIZE)})
            except NotFound:
                if page == 1:
                    raise
                return
            results = answer.get("results")
            if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
                raise Unavailable("antwoord", perhaps_done=False)
            for one in results:
                yield one
            # The next address itself is not used: it may point elsewhere, and the token would go along.
            if not answer.get("next"):
                return

    def _retrying(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._config.pogingen),
            wait=wait_random_exponential(multiplier=self._config.pauze, max=LONGEST_PAUSE),
            reraise=True,
        )


def _address(config: OpenKlantConfig) -> str:
    try:
        url = httpx.URL(config.basis)
    except (httpx.InvalidURL, UnicodeError):
        raise Misconfigured("Het adres van Open Klant is geen internetadres.") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Misconfigured("Het adres van Open Klant begint niet met https:// en een naam.")
    return config.basis


def _token(config: OpenKlantConfig) -> str:
    if not re.fullmatch(r"[!-~]+", config.token):
        raise Misconfigured("Het token van Open Klant is leeg, of er staat een spatie of vreemd teken in.")
    return config.token


def _certificates(config: OpenKlantConfig) -> ssl.SSLContext | bool:
    if config.ca_bestand is None:
        return True
    try:
        return ssl.create_default_context(cafile=config.ca_bestand)
    except (OSError, ssl.SSLError):
        raise Misconfigured(f"Het bestand met certificaten kan niet worden gelezen: {config.ca_bestand}") from None


def _checked(uuid: str) -> str:
    """A uuid that goes into a path; what a server calls a uuid might be anything."""
    if not is_uuid(uuid):
        raise Unavailable("antwoord", perhaps_done=False)
    return uuid


def _is_ours(klantcontact: Json) -> bool:
    metadata = klantcontact.get("metadata")
    return isinstance(metadata, dict) and metadata.get("bron") == BRON


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and error.oorzaak != "certificaat"


def _read(answer: httpx.Response) -> Json:
    status = answer.status_code
    if status in (200, 201):
        contents = _json(answer)
        if contents is None:
            # Whoever answered may have carried it out first.
            raise Unavailable("antwoord", perhaps_done=True, status=status)
        return contents
    if status == 204:
        return {}
    problem = _json(answer) or {}
    if status == 400:
        faults = problem.get("invalidParams")
        known = [one for one in faults if isinstance(one, dict)] if isinstance(faults, list) else []
        raise Invalid((one.get("name"), one.get("code")) for one in known)
    if status in (401, 403):
        raise Unauthorized(status)
    if status == 404 and problem.get("code") == "not_found":
        raise NotFound
    if status == 409:
        raise Conflict
    if status >= 500 or status in _BUSY:
        raise Unavailable("status", perhaps_done=status not in _BUSY, status=status)
    raise Misconfigured(f"Op dit adres antwoordt geen Klantinteracties-API (status {status}).")


def _json(answer: httpx.Response) -> Json | None:
    try:
        contents = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return contents if isinstance(contents, dict) else None


def _cause(error: httpx.HTTPError) -> Oorzaak:
    chain = list(_chain(error))
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in chain):
        return "certificaat"
    if any(isinstance(one, socket.gaierror) for one in chain):
        return "naam"
    if isinstance(error, httpx.TimeoutException):
        return "tijd"
    if isinstance(error, httpx.DecodingError):
        return "antwoord"
    return "verbinding"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
