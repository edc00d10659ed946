"""A sandbox of Open Klant: the part of its Klantinteracties API that call-back requests use, with its rules and its habits.

Serve it by `make_app`, or add `openklant_blueprint` to an application. State is in SQL, in tables of its own.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.sandbox import openklant_filters
from bot.sandbox.faults import Faults
from bot.sandbox.openklant_rules import OWN, Faulty, Versie, fault
from bot.sandbox.openklant_store import EXPANDABLE, FIELDS, TABLES, Missing, Store
from bot.sandbox.openklant_tables import metadata

PAD = "/klantinteracties/api/v1"
VERSIES: dict[str, str] = {
    "2.4": "0.0.3",
    "2.7": "0.1.2",
    "2.10": "0.2.1",
    "2.13": "0.4.1",
    "2.14": "0.5.0",
    "2.15": "0.6.0",
    "2.16": "0.7.0",
    "2.17": "0.8.0",
    "2.18": "0.9.0",
}
"""Versions of Open Klant that can be imitated, and of the API in each."""
PAGE_SIZE, MAX_PAGE_SIZE = 100, 500
_KNOWS_ITS_PARAMETERS = (2, 14)
_CASCADE = (2, 15)

Answer = Callable[[Request, Store], HTTPResponse]


class Problem(Exception):
    """An answer that says what went wrong."""

    def __init__(self, status: int, code: str, title: str, kind: str) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.kind = status, code, title, kind


def openklant_blueprint(
    database: Engine,
    tokens: Iterable[str],
    versie: str = "2.18",
    *,
    kanalen: Iterable[str] | None = None,
    faults: Faults | None = None,
    header: bool = True,
) -> Blueprint:
    """The API below `/klantinteracties/api/v1`.

    Args:
        database: where the state is kept; the tables are made when they are not there.
        tokens: that may do everything; others get a 401.
        versie: which Open Klant to be; see VERSIES.
        kanalen: the channels of the Referentielijsten API; None is any.
        faults: what should go wrong.
        header: whether answers tell the version; a proxy may take that away.
    """
    metadata.create_all(database)
    return _Api(database, frozenset(tokens), versie, kanalen, faults or Faults(), header).blueprint()


def make_app(name: str, database: Engine, tokens: Iterable[str], **options: Any) -> Sanic:
    """A whole application with only the sandbox; Sanic wants one name per application in a process."""
    app = Sanic(name, configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "text"
    app.blueprint(openklant_blueprint(database, tokens, **options))
    return app


class _Api:
    """The routes of one sandbox."""

    def __init__(
        self,
        database: Engine,
        tokens: frozenset[str],
        versie: str,
        kanalen: Iterable[str] | None,
        faults: Faults,
        header: bool,
    ) -> None:
        self._database, self._tokens, self._faults = database, tokens, faults
        self._api_version, self._header = VERSIES[versie], header
        major, minor = versie.split(".")
        self._versie: Versie = (int(major), int(minor))
        self._kanalen = None if kanalen is None else frozenset(kanalen)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("openklant", url_prefix=PAD, strict_slashes=True)
        for resource in TABLES:
            routes.add_route(self._route(self._list(resource)), f"/{resource}", ["GET"], name=f"{resource}_list")
            routes.add_route(
                self._route(self._detail(resource)), f"/{resource}/<uuid_:str>", ["GET"], name=f"{resource}_detail"
            )
        for resource in FIELDS:
            routes.add_route(self._route(self._create(resource)), f"/{resource}", ["POST"], name=f"{resource}_create")
            for method in ("PUT", "PATCH"):
                routes.add_route(
                    self._route(self._update(resource, partial=method == "PATCH")),
                    f"/{resource}/<uuid_:str>",
                    [method],
                    name=f"{resource}_{method.lower()}",
                )
            routes.add_route(
                self._route(self._delete(resource)), f"/{resource}/<uuid_:str>", ["DELETE"], name=f"{resource}_delete"
            )
        routes.add_route(self._route(self._maak_klantcontact), "/maak-klantcontact", ["POST"], name="maak_klantcontact")
        return routes

    def _route(self, answer: Callable[..., HTTPResponse]) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
        """Who may come in, the transaction, and errors in the shape of the API."""

        async def handle(request: Request, **parts: str) -> HTTPResponse:
            async def carry_out() -> HTTPResponse:
                made = self._carry_out(request, answer, parts)
                if self._header:
                    made.headers["API-version"] = self._api_version
                return made

            return await self._faults.around(request, carry_out)

        return handle

    def _carry_out(self, request: Request, answer: Callable[..., HTTPResponse], parts: dict[str, str]) -> HTTPResponse:
        basis = f"{request.scheme}://{request.host}{PAD}"
        try:
            self._check_token(request)
            with self._database.begin() as connection:
                return answer(request, Store(connection, basis, self._versie, self._kanalen), **parts)
        except Faulty as error:
            shown = [{"name": name, "code": code, "reason": reason} for name, code, reason in error.faults]
            problem = Problem(400, "invalid", "Ongeldige invoer.", "ValidationError")
            return _problem(request, problem, invalidParams=shown)
        except Missing:
            return _problem(request, Problem(404, "not_found", "Niet gevonden.", "NotFound"))
        except Problem as error:
            return _problem(request, error)

    def _check_token(self, request: Request) -> None:
        keyword, _, token = request.headers.get("authorization", "").partition(" ")
        if keyword.lower() != "token":
            raise Problem(401, "not_authenticated", "Er is geen token meegestuurd.", "NotAuthenticated")
        if token not in self._tokens:
            raise Problem(401, "authentication_failed", "Dit token is niet geldig.", "AuthenticationFailed")

    def _list(self, resource: str) -> Answer:
        def answer(request: Request, store: Store) -> HTTPResponse:
            filters = openklant_filters.known(resource, self._versie)
            params = {name: values[-1] for name, values in request.args.items()}
            expandable = EXPANDABLE.get(resource)
            own = {"page", "pageSize", *(["expand"] if expandable else [])}
            unknown = sorted(params.keys() - filters.keys() - own)
            if unknown and self._versie >= _KNOWS_ITS_PARAMETERS:
                raise Faulty((OWN, "unknown-parameters", f"Onbekende parameters: {', '.join(unknown)}"))
            expand = _expand(params, expandable)
            table = TABLES[resource]
            chosen = openklant_filters.conditions(filters, params)
            count = store.connection.execute(sa.select(sa.func.count()).select_from(table).where(*chosen)).scalar_one()
            size, page = _page_size(params), _page(params)
            if page > max(1, -(-count // size)):
                raise Missing
            newest = [table.c.plaatsgevondenOp.desc()] if self._sorts_by_moment(resource) else []
            rows = store.connection.execute(
                sa.select(table)
                .where(*chosen)
                .order_by(*newest, table.c.id.desc())
                .limit(size)
                .offset((page - 1) * size)
            )
            shown = [store.show(resource, row, expand) for row in rows.mappings().all()]
            contents = {
                "count": count,
                "next": _page_url(request, page + 1) if page * size < count else None,
                "previous": _page_url(request, page - 1) if page > 1 else None,
                "results": shown,
            }
            return response.json(contents)

        return answer

    def _sorts_by_moment(self, resource: str) -> bool:
        return resource == "klantcontacten" and self._versie >= (2, 16)

    def _detail(self, resource: str) -> Callable[..., HTTPResponse]:
        def answer(request: Request, store: Store, uuid_: str) -> HTTPResponse:
            row = store.row(resource, uuid_)
            params = {name: values[-1] for name, values in request.args.items()}
            return response.json(store.show(resource, row, _expand(params, EXPANDABLE.get(resource))))

        return answer

    def _create(self, resource: str) -> Answer:
        def answer(request: Request, store: Store) -> HTTPResponse:
            return response.json(store.create(resource, _body(request)), 201)

        return answer

    def _maak_klantcontact(self, request: Request, store: Store) -> HTTPResponse:
        return response.json(store.maak_klantcontact(_body(request)), 201)

    def _update(self, resource: str, *, partial: bool) -> Callable[..., HTTPResponse]:
        def answer(request: Request, store: Store, uuid_: str) -> HTTPResponse:
            return response.json(store.update(resource, uuid_, _body(request), partial=partial))

        return answer

    def _delete(self, resource: str) -> Callable[..., HTTPResponse]:
        def answer(request: Request, store: Store, uuid_: str) -> HTTPResponse:
            cascade = request.args.get("cascade", "").lower() == "true"
            if resource == "onderwerpobjecten" and cascade and self._versie >= _CASCADE:
                return response.json({"behouden": store.delete_cascade(uuid_)})
            store.delete(resource, uuid_)
            return response.empty()

        return answer


def _body(request: Request) -> Any:
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Problem(415, "unsupported_media_type", "Alleen JSON wordt gelezen.", "UnsupportedMediaType")
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise Problem(400, "parse_error", "Dit is geen JSON.", "ParseError") from None


def _expand(params: dict[str, str], expandable: frozenset[str] | None) -> frozenset[str]:
    wanted = {one for one in params.get("expand", "").split(",") if one} if expandable else set()
    if wanted - (expandable or frozenset()):
        raise fault("invalid_choice", "Dit kan niet worden meegegeven.", "expand")
    # What lies deeper only comes along with what it lies in.
    return frozenset(one for one in wanted if "." not in one or one.rpartition(".")[0] in wanted)


def _page(params: dict[str, str]) -> int:
    given = params.get("page") or "1"
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0):
        raise Missing
    return int(given[:9])


def _page_size(params: dict[str, str]) -> int:
    given = params.get("pageSize", "")
    size = int(given[:9]) if given.isascii() and given.isdigit() else 0
    return min(size, MAX_PAGE_SIZE) or PAGE_SIZE


def _page_url(request: Request, page: int) -> str:
    pairs = [(name, value) for name, values in request.args.items() for value in values if name != "page"]
    if page > 1:
        pairs.append(("page", str(page)))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{request.scheme}://{request.host}{request.path}{query}"


def _problem(request: Request, problem: Problem, **more: Any) -> HTTPResponse:
    contents = {
        "type": f"{request.scheme}://{request.host}/ref/fouten/{problem.kind}/",
        "code": problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": "" if more else problem.title,
        "instance": f"urn:uuid:{uuid.uuid4()}",
        **more,
    }
    answer = response.json(contents, problem.status, content_type="application/problem+json")
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Token"
    return answer
