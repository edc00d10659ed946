"""Asking Meta's Graph API for one number: sending messages and files, and looking how the number is doing.

Every call is done once. Whether a message is tried again, only the queue of outgoing messages can decide: there is no
idempotency key, so after Unknown the same message again may be a double.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import httpx

from bot.whatsapp.errors import GraphError, NotSent, Refused, Unknown, reactie, without_people
from bot.whatsapp.values import GraphConfig, Nummer, Sjabloon, Tokenstand

Json = dict[str, Any]

LONGEST_KEY = 512
"""Characters of `biz_opaque_callback_data` that Meta takes."""
MAX_PAGES = 20
_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,throughput,status,platform_type,webhook_configuration"
)
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
_NOT_IN_A_NAME = re.compile(r"[^\w.() -]")


class Graph:
    """One number at the API. Use it in one event loop, and `aclose` it there (or `async with`).

    All methods raise GraphError: Refused, Unknown, NotSent.
    """

    def __init__(self, config: GraphConfig, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.config = config
        self.answered_version = ""
        """Version of the API that the last answer came from (header `facebook-api-version`); empty when it did not say."""
        # These two write every address down, and with it our token.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(
            base_url=f"{config.url.rstrip('/')}/{config.versie}/",
            headers={"Authorization": f"Bearer {config.token}", "Accept": "application/json"},
            timeout=httpx.Timeout(config.timeout, connect=min(5.0, config.timeout)),
            limits=httpx.Limits(max_connections=20),
            follow_redirects=False,
            transport=transport,
        )

    async def __aenter__(self) -> Graph:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(
        self,
        body: Mapping[str, Any],
        *,
        to: str | None,
        recipient: str | None,
        sleutel: str,
        context: str | None = None,
    ) -> str:
        """Send a message; its `wamid`. It is accepted then, not yet delivered: the rest comes by webhook.

        Args:
            body: `type` and the object of that name.
            to: phone number in digits with country code, with or without a plus. It goes before `recipient`.
            recipient: BSUID, for whoever has no number that we know.
            sleutel: our own key of the message, without anything about a person; statuses bring it back.
            context: `wamid` of the message that this one answers.

        Raises ValueError for no receiver at all, or a key that Meta does not take.
        """
        if not to and not recipient:
            raise ValueError("a message needs a number or a BSUID to go to")
        if not 0 < len(sleutel) <= LONGEST_KEY:
            raise ValueError(f"a key has 1 to {LONGEST_KEY} characters")
        # Without a plus Meta puts the country code of the business before the number.
        receiver = {"to": f"+{to.lstrip('+')}"} if to else {"recipient": recipient}
        answer = await self._post(
            {
                **body,
                **({"context": {"message_id": context}} if context else {}),
                **receiver,
                "recipient_type": "individual",
                "biz_opaque_callback_data": sleutel,
            }
        )
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        wamid = first.get("id") if isinstance(first, dict) else None
        if not isinstance(wamid, str) or not wamid:
            raise Unknown("het antwoord op een bericht noemt geen id")
        return wamid

    async def mark_read(self, wamid: str, typing: bool = False) -> None:
        """Show somebody that their message, and all before it, was read; `typing` also shows that an answer is coming."""
        typing_dots = {"typing_indicator": {"type": "text"}} if typing else {}
        await self._post({"status": "read", "message_id": wamid, **typing_dots})

    async def upload(self, naam: str, soort: str, inhoud: bytes) -> str:
        """Give Meta a file to send; the media id that a message of type `document` can name, for 30 days.

        Args:
            naam: of the file; only letters, digits and a few marks of it are kept.
            soort: media type, one that Meta takes: `application/pdf`, `text/plain`.
            inhoud: at most 100 MB for a document.
        """
        name = _NOT_IN_A_NAME.sub("_", naam)[:200] or "bestand"
        answer = await self._call(
            "POST",
            f"{self.config.phone_number_id}/media",
            data={"messaging_product": "whatsapp", "type": soort},
            files={"file": (name, inhoud, soort)},
        )
        found = answer.get("id")
        if not isinstance(found, str) or not found:
            raise Unknown("het antwoord op een bestand noemt geen id")
        return found

    async def number(self) -> Nummer:
        """How our number is doing."""
        found = await self._call("GET", self.config.phone_number_id, params={"fields": _NUMBER_FIELDS})
        throughput, webhooks = found.get("throughput"), found.get("webhook_configuration")
        return Nummer(
            naam=_word(found.get("verified_name")),
            weergave=_word(found.get("display_phone_number")),
            kwaliteit=_word(found.get("quality_rating")),
            doorvoer=_word(throughput.get("level")) if isinstance(throughput, dict) else "",
            status=_word(found.get("status")),
            platform=_word(found.get("platform_type")),
            webhook=_callback(webhooks) if isinstance(webhooks, dict) else "",
        )

    async def templates(self, waba: str, naam: str = "") -> tuple[Sjabloon, ...]:
        """Templates of a business account, of all or of one name: one for each language."""
        params = {"fields": "name,language,status,components", "limit": "100"} | ({"name": naam} if naam else {})
        found: list[Sjabloon] = []
        for _ in range(MAX_PAGES):
            answer = await self._call("GET", f"{_node(waba)}/message_templates", params=params)
            found += [_template(one) for one in _data(answer, "sjablonen")]
            paging = answer.get("paging")
            after = _after(paging) if isinstance(paging, dict) else ""
            if not after:
                break
            params = {**params, "after": after}
        return tuple(one for one in found if not naam or one.naam == naam)

    async def subscribed(self, waba: str) -> tuple[str, ...]:
        """Ids of the apps that get the webhooks of a business account."""
        answer = await self._call("GET", f"{_node(waba)}/subscribed_apps")
        apps = (one.get("whatsapp_business_api_data") for one in _data(answer, "abonnementen"))
        return tuple(_word(one.get("id")) for one in apps if isinstance(one, dict))

    async def debug_token(self) -> Tokenstand:
        """What Meta knows of our token. A token that ran out is Refused (code 190)."""
        answer = await self._call("GET", "debug_token", params={"input_token": self.config.token})
        found = answer.get("data")
        if not isinstance(found, dict):
            raise Unknown("het antwoord over het token kan niet worden gelezen")
        scopes, expires = found.get("scopes"), found.get("expires_at")
        return Tokenstand(
            geldig=found.get("is_valid") is True,
            soort=_word(found.get("type")),
            verloopt=_moment(expires) if isinstance(expires, int) and expires > 0 else None,
            rechten=frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset(),
            accounts=_accounts(found.get("granular_scopes")),
        )

    async def knows_secret(self, app_secret: str) -> bool:
        """Whether an app secret is the one of the app that our token is of.

        Source: Graph API, "secure requests": `appsecret_proof` is the HMAC-SHA256 of the token with the app secret as its key.
        Ask it once `number` goes well: then a refusal with code 100 can only be about the proof.
        """
        proof = hmac.new(app_secret.encode(), self.config.token.encode(), hashlib.sha256).hexdigest()
        try:
            await self._call("GET", self.config.phone_number_id, params={"fields": "id", "appsecret_proof": proof})
        except Refused as error:
            if error.code == 100:
                return False
            raise
        return True

    async def _post(self, body: Json) -> Json:
        # In ASCII, so that no text whatsoever stops at being encoded.
        content = json.dumps({**body, "messaging_product": "whatsapp"}).encode()
        return await self._call(
            "POST",
            f"{self.config.phone_number_id}/messages",
            content=content,
            headers={"Content-Type": "application/json"},
        )

    async def _call(self, method: str, path: str, **content: Any) -> Json:
        failure: GraphError
        try:
            # Each part of an answer has `timeout` for itself; one that drips would never end.
            async with asyncio.timeout(2 * self.config.timeout):
                answer = await self._http.request(method, path, **content)
        except _NEVER_SENT as error:
            failure = NotSent(f"geen verbinding met WhatsApp ({type(error).__name__})")
        except (TimeoutError, httpx.TimeoutException):
            failure = Unknown("WhatsApp antwoordde niet op tijd")
        except httpx.HTTPError as error:
            failure = Unknown(f"de verbinding met WhatsApp brak af ({type(error).__name__})")
        else:
            self.answered_version = answer.headers.get("facebook-api-version", "")
            return _read(answer)
        # Outside the except block, so that the request, with somebody's words and our token in it, does not go along.
        raise failure


class Graphs:
    """The clients of an installation, one per configuration."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._clients: dict[GraphConfig, Graph] = {}

    def graph(self, config: GraphConfig) -> Graph:
        """The client for a configuration; the same one each time."""
        if config not in self._clients:
            self._clients[config] = Graph(config, self._transport)
        return self._clients[config]

    async def aclose(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        await asyncio.gather(*(client.aclose() for client in clients))


def _read(answer: httpx.Response) -> Json:
    status, body = answer.status_code, _json(answer)
    if answer.is_success:
        if body is None or "error" in body:
            raise Unknown(f"het antwoord van WhatsApp kan niet worden gelezen (HTTP {status})")
        return body
    error = body.get("error") if body else None
    if isinstance(error, dict):
        code = error.get("code") if isinstance(error.get("code"), int) else None
        data = error.get("error_data")
        told = (data.get("details") if isinstance(data, dict) else None) or error.get("message")
        raise Refused(reactie(code, status), code, without_people(told) if isinstance(told, str) else "", status)
    if status == 408 or status >= 500:
        # Something between Meta and us answers; what is behind it may have got the message.
        raise Unknown(f"iets voor WhatsApp meldt een fout (HTTP {status})")
    raise Refused(reactie(None, status), None, "het antwoord komt niet van de Graph API", status)


def _json(answer: httpx.Response) -> Json | None:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _node(id: str) -> str:
    """An id that goes into an address. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,30}", id):
        raise ValueError("an id of Meta's is digits")
    return id


def _data(answer: Json, what: str) -> list[Json]:
    found = answer.get("data")
    if not isinstance(found, list):
        raise Unknown(f"het antwoord over {what} kan niet worden gelezen")
    return [one for one in found if isinstance(one, dict)]


def _after(paging: Json) -> str:
    """Where the next page begins; its whole address is not used, for it could lead our token elsewhere."""
    cursors = paging.get("cursors")
    return _word(cursors.get("after")) if paging.get("next") and isinstance(cursors, dict) else ""


def _template(found: Json) -> Sjabloon:
    places = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", json.dumps(found.get("components"))))
    return Sjabloon(
        naam=_word(found.get("name")),
        taal=_word(found.get("language")),
        status=_word(found.get("status")),
        parameters=len(places),
    )


def _callback(webhooks: Json) -> str:
    """Where webhooks go: the address of the number, else of the account, else of the app."""
    return next(
        (
            _word(webhooks[name])
            for name in ("phone_number", "whatsapp_business_account", "application")
            if webhooks.get(name)
        ),
        "",
    )


def _accounts(granular: object) -> frozenset[str] | None:
    """Accounts that the right to send is for; None when it is not limited, or not told."""
    for one in granular if isinstance(granular, list) else ():
        if isinstance(one, dict) and one.get("scope") == "whatsapp_business_messaging":
            targets = one.get("target_ids")
            return frozenset(map(str, targets)) if isinstance(targets, list) and targets else None
    return None


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
