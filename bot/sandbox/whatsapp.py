"""An imitation of the WhatsApp Business Cloud API (Meta's Graph API) over HTTP, with the phones of invented users.

Serve it by `make_app`, or add it to an application with `mount_whatsapp`. What it allows is in `whatsapp_rules`, what
happens then in `whatsapp_world`. Nothing leaves this machine but webhooks to the callback of a number.
"""

from __future__ import annotations

import hashlib
import hmac
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sanic import Blueprint, Sanic, response
from sanic.exceptions import SanicException
from sanic.request import File as Uploaded
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.sandbox.whatsapp_errors import GraphError, missing, no_such_object, unknown, wrong
from bot.sandbox.whatsapp_store import File
from bot.sandbox.whatsapp_values import BUSINESS_TYPES, MEDIA_URL, Json, Number
from bot.sandbox.whatsapp_world import WhatsApp
from bot.web.phone.pages import phone_blueprint

MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
DOWNLOADS = "/whatsapp_business/attachments/"
_APP = {"link": "https://www.example.com/", "name": "Vraagbaak", "id": "660001"}

Answer = Json | HTTPResponse


@dataclass(frozen=True)
class Token:
    """A token of a system user."""

    scopes: tuple[str, ...] = (MANAGEMENT, MESSAGING)
    expires: datetime | None = None
    """In the sandbox's time; None is never."""
    wabas: tuple[str, ...] | None = None
    """Accounts that it is for; None is all."""


def whatsapp_blueprint(world: WhatsApp, tokens: Iterable[str] | Mapping[str, Token]) -> Blueprint:
    """The API of a world, below `/v<number>/`; some of it without a version as well, as Graph allows.

    Args:
        world: with its numbers. Its webhooks start and stop with the server.
        tokens: that are good: their texts (which may do everything), or text → what it may do.
    """
    known = dict(tokens) if isinstance(tokens, Mapping) else {text: Token() for text in tokens}
    return _Api(world, known).blueprint()


def mount_whatsapp(
    app: Sanic, database: Engine, numbers: Iterable[Number], *, token: str, app_secret: str, **options: Any
) -> WhatsApp:
    """Add the API and the phone page (`/telefoon`) to an application.

    Args:
        app: that is served by one worker process.
        database: SQLite; its tables are made.
        numbers: of the municipalities, each with the address where it takes webhooks.
        token: that sends have to carry.
        app_secret: signs the webhooks.
        options: those of WhatsApp.
    """
    world = WhatsApp(database, numbers, app_secret=app_secret, **options)
    app.blueprint(whatsapp_blueprint(world, [token]))
    app.blueprint(phone_blueprint(world))
    return world


def make_app(world: WhatsApp, tokens: Iterable[str] | Mapping[str, Token], name: str = "whatsapp_sandbox") -> Sanic:
    """The API and the phone page as an application of their own."""
    app = Sanic(name, configure_logging=False)
    app.blueprint(whatsapp_blueprint(world, tokens))
    app.blueprint(phone_blueprint(world))
    app.error_handler.add(SanicException, unknown_path)
    return app


async def unknown_path(request: Request, error: SanicException) -> HTTPResponse:
    """What Graph says to a path or method that it does not have."""
    return _refused(GraphError(2500, f"{request.method}: unknown path"))


class _Api:
    """The routes."""

    def __init__(self, world: WhatsApp, tokens: Mapping[str, Token]) -> None:
        self._world, self._tokens = world, tokens

    def blueprint(self) -> Blueprint:
        routes = Blueprint("whatsapp", strict_slashes=False)
        both = ("", r"/<version:v\d+\.\d+>")
        for number, prefix in enumerate(both):
            for path, methods, handle in (
                (r"/<node:\d+>/messages", ["POST"], self._messages),
                (r"/<node:\d+>/media", ["POST"], self._upload),
                (r"/<node:\d+>/message_templates", ["GET"], self._templates),
                (r"/<node:\d+>/phone_numbers", ["GET"], self._phone_numbers),
                (r"/<node:\d+>/subscribed_apps", ["GET", "POST", "DELETE"], self._subscribed_apps),
                (r"/<node:\d+>", ["GET"], self._read),
                ("/debug_token", ["GET"], self._debug_token),
            ):
                name = f"{handle.__name__.strip('_')}_{number}"
                routes.add_route(self._route(handle), prefix + path, methods, name=name)
        routes.add_route(self._route(self._download), DOWNLOADS, ["GET"], name="download")

        @routes.listener("after_server_start")
        async def start(app: Sanic, loop: Any) -> None:
            self._world.webhooks.start()

        @routes.listener("before_server_stop")
        async def stop(app: Sanic, loop: Any) -> None:
            await self._world.webhooks.stop()

        return routes

    def _route(
        self, handle: Callable[..., Answer | Awaitable[Answer]]
    ) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
        async def view(request: Request, version: str = "", **parts: str) -> HTTPResponse:
            async def respond() -> HTTPResponse:
                try:
                    found = handle(request, self._token(request), **parts)
                    answer = await found if inspect.isawaitable(found) else found
                except GraphError as error:
                    return _refused(error)
                return answer if isinstance(answer, HTTPResponse) else _json(answer)

            return await self._world.faults.around(request, respond)

        return view

    def _token(self, request: Request) -> Token:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            text = request.args.get("access_token", "")
        if not text:
            raise GraphError(0, "an access token is required")
        token = self._tokens.get(text)
        if token is None or self._is_expired(token):
            raise GraphError(190, "the access token is not valid, or has expired")
        return token

    def _is_expired(self, token: Token) -> bool:
        return token.expires is not None and self._world.clock.now() >= token.expires

    def _number(self, node: str, token: Token, kind: str = "post") -> Number:
        number = self._world.numbers.get(node)
        if number is None or (token.wabas is not None and number.waba_id not in token.wabas):
            raise no_such_object(kind)
        return number

    def _account(self, node: str, token: Token, kind: str = "get") -> list[Number]:
        """Numbers of an account."""
        numbers = [one for one in self._world.numbers.values() if one.waba_id == node]
        if not numbers or (token.wabas is not None and node not in token.wabas):
            raise no_such_object(kind)
        return numbers

    def _messages(self, request: Request, token: Token, node: str) -> Json:
        number = self._number(node, token)
        _permit(token, MESSAGING)
        if not request.headers.get("content-type", "").lower().startswith("application/json"):
            raise missing("messaging_product")
        return self._world.send(number, _body(request))

    def _upload(self, request: Request, token: Token, node: str) -> Json:
        number = self._number(node, token)
        _permit(token, MESSAGING)
        form = {name: values[-1] for name, values in (request.form or {}).items()}
        if "messaging_product" not in form:
            raise missing("messaging_product")
        if form["messaging_product"] != "whatsapp":
            raise wrong("messaging_product", "must be whatsapp")
        file: Uploaded | None = (request.files or {}).get("file")
        if file is None:
            raise missing("file")
        mime = str(form.get("type") or file.type).partition(";")[0].strip().lower()
        if mime not in BUSINESS_TYPES:
            raise GraphError(100, f"file: must be one of {', '.join(sorted(BUSINESS_TYPES))}")
        if not file.body:
            raise GraphError(131053, "file: empty")
        if len(file.body) > BUSINESS_TYPES[mime]:
            raise GraphError(131053, f"file: at most {BUSINESS_TYPES[mime]} bytes of this type")
        return {"id": self._world.upload(number, mime, file.body).id}

    def _read(self, request: Request, token: Token, node: str) -> Json:
        """A number, an account or a file."""
        if (file := self._world.file(node)) is not None:
            return self._file(request, token, file)
        if node in self._world.numbers:
            number = self._number(node, token, "get")
            _permit(token, MANAGEMENT, MESSAGING)
            return _chosen(request, self._about(number), ("verified_name", "display_phone_number", "quality_rating"))
        account = self._account(node, token)
        _permit(token, MANAGEMENT)
        fields = {"id": node, "name": account[0].naam, "timezone_id": "74", "currency": "EUR"}
        return _chosen(request, fields, ("name",))

    def _about(self, number: Number) -> Json:
        return {
            "id": number.phone_number_id,
            "verified_name": number.naam,
            "display_phone_number": f"+{number.display}",
            "quality_rating": number.quality,
            "throughput": {"level": number.throughput},
            "code_verification_status": "VERIFIED",
            "name_status": "APPROVED",
            "platform_type": "CLOUD_API",
            "status": "CONNECTED",
            "account_mode": "SANDBOX",
            "webhook_configuration": {"application": self._world.callback(number)},
        }

    def _file(self, request: Request, token: Token, file: File) -> Json:
        number = self._number(file.nummer, token, "get")
        _permit(token, MESSAGING)
        if request.args.get("phone_number_id", file.nummer) != number.phone_number_id:
            raise no_such_object()
        expires = int((self._world.clock.now() + MEDIA_URL).timestamp())
        query = f"?mid={file.id}&ext={expires}&hash={self._seal(file.id, expires)}"
        return {
            "messaging_product": "whatsapp",
            "url": f"{request.scheme}://{request.host}{DOWNLOADS}{query}",
            "mime_type": file.mime,
            "sha256": file.sha256,
            "file_size": len(file.inhoud),
            "id": file.id,
        }

    def _seal(self, id: str, expires: int) -> str:
        return hmac.new(self._world.app_secret.encode(), f"{id}:{expires}".encode(), hashlib.sha256).hexdigest()

    def _download(self, request: Request, token: Token) -> HTTPResponse:
        id, expires = request.args.get("mid", ""), request.args.get("ext", "")
        file = self._world.file(id)
        if file is None or not expires.isdecimal() or not expires.isascii():
            raise no_such_object()
        self._number(file.nummer, token, "get")
        seal = self._seal(id, int(expires)).encode()
        if not hmac.compare_digest(seal, request.args.get("hash", "").encode()):
            raise no_such_object()
        if self._world.clock.now().timestamp() > int(expires):
            return response.json({"error": "URL expired"}, 404)
        return response.raw(file.inhoud, content_type=file.mime)

    def _templates(self, request: Request, token: Token, node: str) -> Json:
        self._account(node, token)
        _permit(token, MANAGEMENT)
        found = [one.as_json(number) for number, one in enumerate(self._world.templates)]
        for field in ("name", "status", "language"):
            if field in request.args:
                found = [one for one in found if one[field] == request.args.get(field)]
        return {"data": found, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}}

    def _phone_numbers(self, request: Request, token: Token, node: str) -> Json:
        numbers = self._account(node, token)
        _permit(token, MANAGEMENT)
        defaults = ("verified_name", "display_phone_number", "quality_rating", "throughput")
        return {"data": [_chosen(request, self._about(number), defaults) for number in numbers]}

    async def _subscribed_apps(self, request: Request, token: Token, node: str) -> Json:
        self._account(node, token, request.method.lower())
        _permit(token, MANAGEMENT)
        if request.method == "DELETE":
            self._world.unsubscribe(node)
            return {"success": True}
        if request.method == "POST":
            await self._subscribe(request, node)
            return {"success": True}
        if not self._world.is_subscribed(node):
            return {"data": []}
        return {"data": [{"whatsapp_business_api_data": _APP}]}

    async def _subscribe(self, request: Request, node: str) -> None:
        fields = _body(request) if request.body else {}
        if not isinstance(fields, dict):
            raise GraphError(100, "body: must be an object")
        for name in fields:
            if name not in ("override_callback_uri", "verify_token"):
                raise unknown(name)
        url = str(fields.get("override_callback_uri", ""))
        if url and not await self._world.webhooks.verify(url, str(fields.get("verify_token", ""))):
            raise GraphError(2200, "the address did not answer the verification request with the challenge")
        self._world.subscribe(node, callback=url)

    def _debug_token(self, request: Request, token: Token) -> Json:
        asked = self._tokens.get(request.args.get("input_token", ""))
        if "input_token" not in request.args:
            raise missing("input_token")
        if asked is None or self._is_expired(asked):
            message = "The access token could not be decrypted, or has expired"
            return {"data": {"error": {"code": 190, "message": message}, "is_valid": False, "scopes": []}}
        wabas = sorted({one.waba_id for one in self._world.numbers.values()}) if asked.wabas is None else asked.wabas
        return {
            "data": {
                "app_id": _APP["id"],
                "type": "SYSTEM_USER",
                "application": _APP["name"],
                "expires_at": int(asked.expires.timestamp()) if asked.expires else 0,
                "data_access_expires_at": 0,
                "is_valid": True,
                "issued_at": 1_790_000_000,
                "scopes": [*asked.scopes, "public_profile"],
                "granular_scopes": [{"scope": scope, "target_ids": list(wabas)} for scope in asked.scopes],
                "user_id": "770001",
            }
        }


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise GraphError(100, "body: not JSON") from None


def _permit(token: Token, *scopes: str) -> None:
    """Raises GraphError (10) for a token without any of these permissions."""
    if not set(scopes) & set(token.scopes):
        raise GraphError(10, f"needs the permission {scopes[0]}")


def _chosen(request: Request, values: Json, defaults: Iterable[str]) -> Json:
    """The fields that were asked for, and always the id."""
    names = [name for name in request.args.get("fields", "").split(",") if name] or list(defaults)
    for name in names:
        if name not in values:
            raise GraphError(100, "fields: tried to access a field that this object does not have")
    return {**{name: values[name] for name in names}, "id": values["id"]}


def _json(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    text = json.dumps(body, ensure_ascii=False)
    return response.text(text, status, dict(headers or {}), content_type="application/json; charset=UTF-8")


def _refused(error: GraphError) -> HTTPResponse:
    headers = {"WWW-Authenticate": 'OAuth "Facebook Platform" "invalid_token"'} if error.status == 401 else {}
    return _json(error.body(), error.status, headers)
