"""How Open Zaak looks at a request before it answers: token, coordinate system, page; and how it words a refusal."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

CRS = "EPSG:4326"
JWT_EXPIRY = 3600
"""Seconds that a token may be old, as Open Zaak's JWT_EXPIRY."""
VERSIONS = {"zaken": "1.5.1", "catalogi": "1.3.1"}
MAX_PAGE_SIZE = 500

_TITLES = {
    400: ("ValidationError", "Ongeldige invoer."),
    403: ("PermissionDenied", "Geen toestemming voor deze actie."),
    404: ("NotFound", "Niet gevonden."),
    405: ("MethodNotAllowed", "Methode niet toegestaan."),
    406: ("NotAcceptable", "De gevraagde vorm is niet beschikbaar."),
    412: ("PreconditionFailed", "Aan een voorwaarde is niet voldaan."),
    415: ("UnsupportedMediaType", "Dit mediatype wordt niet ondersteund."),
}


@dataclass
class Refused(Exception):
    """An answer other than the asked one."""

    status: int
    code: str
    detail: str
    params: Sequence[tuple[str, str, str]] = ()
    """(name, code, reason) of each wrong parameter; only with 400."""


def invalid(name: str, code: str, reason: str) -> Refused:
    """400 because of one parameter."""
    return Refused(400, "invalid", _TITLES[400][1], ((name, code, reason),))


def not_found() -> Refused:
    """404."""
    return Refused(404, "not_found", "Niet gevonden.")


def forbidden(code: str = "permission_denied", detail: str = "Geen toestemming voor deze actie.") -> Refused:
    """403."""
    return Refused(403, code, detail)


def problem(request: Request, refused: Refused, api: str | None) -> HTTPResponse:
    """A refusal as `application/problem+json`."""
    kind, title = _TITLES.get(refused.status, ("APIException", "Er ging iets mis."))
    body: dict[str, Any] = {
        "type": f"{origin(request)}/ref/fouten/{kind}/",
        "code": refused.code,
        "title": title,
        "status": refused.status,
        "detail": refused.detail,
        "instance": f"urn:uuid:{uuid.uuid4()}",
    }
    if refused.status == 400:
        body["invalidParams"] = [{"name": n, "code": c, "reason": r} for n, c, r in refused.params]
    headers = {"API-version": VERSIONS[api]} if api else {}
    return response.json(body, refused.status, headers, content_type="application/problem+json")


def answer(request: Request, body: Any, api: str, *, crs: bool, detail: bool) -> HTTPResponse:
    """A good answer with its headers; 304 without a body when the asker has this very thing already."""
    headers = {"API-version": VERSIONS[api]}
    if crs:
        headers["Content-Crs"] = CRS
    contents = json.dumps(body).encode()
    if detail:
        headers["ETag"] = f'"{hashlib.md5(contents, usedforsecurity=False).hexdigest()}"'
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return response.empty(304, headers)
    return response.raw(contents, 200, headers, content_type="application/json")


class _Counted(HTTPResponse):
    """Sanic takes the length off a 412, and whoever asked then waits for the rest."""

    @property
    def processed_headers(self) -> Any:
        yield from super().processed_headers
        yield b"content-length", str(len(self.body or b"")).encode()


def counted(given: HTTPResponse) -> HTTPResponse:
    """The same answer, with a length if Sanic would leave it out."""
    if given.status != 412:
        return given
    return _Counted(given.body, 412, given.headers, content_type=given.content_type)


def authenticate(request: Request, clients: Mapping[str, str]) -> str:
    """The client_id of a good token. Raises Refused (403), with Open Zaak's codes."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise forbidden()
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise forbidden("jwt-decode-error", "De JWT is niet te lezen.") from None
    client_id = claims.get("client_id")
    if not client_id:
        raise forbidden("missing-client-identifier", "De JWT noemt geen client_id.")
    if client_id not in clients:
        raise forbidden("invalid-client-identifier", "Dit client_id is onbekend.")
    _verify(token, clients[client_id])
    issued = claims.get("iat")
    if issued is None:
        raise forbidden("jwt-missing-iat-claim", "De JWT zegt niet wanneer hij is uitgegeven.")
    if not isinstance(issued, int) or time.time() - issued > JWT_EXPIRY:
        raise forbidden("jwt-expired", "De JWT is te oud.")
    return str(client_id)


def _verify(token: str, secret: str) -> None:
    try:
        # An iat in the future is taken, as Open Zaak does.
        jwt.decode(token, secret, algorithms=["HS256"], options={"verify_iat": False, "verify_aud": False})
    except jwt.ExpiredSignatureError:
        raise forbidden("jwt-expiredsignatureerror", "De JWT geldt niet meer.") from None
    except jwt.ImmatureSignatureError:
        raise forbidden("jwt-immaturesignatureerror", "De JWT geldt nog niet.") from None
    except jwt.InvalidTokenError:
        raise forbidden("invalid-jwt-signature", "De handtekening van de JWT klopt niet.") from None


def check_crs(request: Request) -> None:
    """Raises Refused: 412 when a header is missing, 406 when it asks for another system."""
    wanted = ["Accept-Crs"] + (["Content-Crs"] if request.method in ("POST", "PUT", "PATCH") else [])
    for header in wanted:
        value = request.headers.get(header)
        if value is None:
            raise Refused(412, "precondition_failed", f"De kop {header} ontbreekt.")
        if value != CRS:
            raise Refused(406, "not_acceptable", f"Alleen {CRS} is beschikbaar.")


def page_of(request: Request, query: Mapping[str, str], found: Sequence[Any], default_size: int) -> dict[str, Any]:
    """One page of a list. Raises Refused (404) for a page that is not there."""
    size = default_size
    if query.get("pageSize", "").isdigit() and int(query["pageSize"]) > 0:
        size = min(int(query["pageSize"]), MAX_PAGE_SIZE)
    asked = query.get("page", "1")
    last = max(1, -(-len(found) // size))
    if not asked.isdigit() or not 1 <= int(asked) <= last:
        raise Refused(404, "not_found", "Ongeldige pagina.")
    number = int(asked)

    def link(other: int) -> str | None:
        if not 1 <= other <= last:
            return None
        return f"{origin(request)}{request.path}?{urlencode({**query, 'page': other})}"

    return {
        "count": len(found),
        "next": link(number + 1),
        "previous": link(number - 1),
        "results": list(found[(number - 1) * size : number * size]),
    }


def origin(request: Request) -> str:
    """Scheme, host and port under which we were asked; addresses in answers begin with it."""
    return f"{request.scheme}://{request.host}"
