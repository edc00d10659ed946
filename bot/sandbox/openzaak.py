"""A register of cases that answers as Open Zaak 1.30 does (Zaken API 1.5.1, Catalogi API 1.3.1), reading only.

Same paths, headers, token checks, filters, pages and errors; made-up cases (`bot.sandbox.cases`). Where the published
documents and the server differ it follows the server. Every known client may read up to `vertrouwelijk`; what lies
above that is left out of lists and refused on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sanic import Blueprint, Sanic
from sanic.exceptions import MethodNotSupported, NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.sandbox import openzaak_store as store
from bot.sandbox.faults import Faults
from bot.sandbox.openzaak_http import (
    Refused,
    answer,
    authenticate,
    check_crs,
    counted,
    forbidden,
    invalid,
    not_found,
    origin,
    page_of,
    problem,
)

Json = dict[str, Any]
Filter = Callable[[Json, str], bool]
Query = dict[str, str]

ZAKEN, CATALOGI = "/zaken/api/v1", "/catalogi/api/v1"
LEVELS = (
    "openbaar",
    "beperkt_openbaar",
    "intern",
    "zaakvertrouwelijk",
    "vertrouwelijk",
    "confidentieel",
    "geheim",
    "zeer_geheim",
)
READABLE = "vertrouwelijk"
_PAGING = frozenset({"page", "pageSize"})
_ROLES = ("initiator", "mede_initiator", "behandelaar", "belanghebbende", "adviseur", "beslisser", "klantcontacter")
_PERSON = "betrokkeneIdentificatie__natuurlijkPersoon__inpBsn"
_ORGANISATION = "betrokkeneIdentificatie__nietNatuurlijkPersoon__innNnpId"
_ORDERINGS = ("startdatum", "registratiedatum", "einddatum", "identificatie")

_EXPANDS: Mapping[str, tuple[str, str]] = {
    "zaaktype": ("zaaktypen", "zaaktype"),
    "status": ("statussen", "status"),
    "status.statustype": ("statustypen", "statustype"),
    "resultaat": ("resultaten", "resultaat"),
    "resultaat.resultaattype": ("resultaattypen", "resultaattype"),
    "rollen": ("rollen", "rollen"),
    "rollen.roltype": ("roltypen", "roltype"),
}
"""What can be sent along: kind of object, and the field that holds its address."""
_EMPTY_EXPANDS = frozenset({"deelzaken", "hoofdzaak", "eigenschappen", "zaakinformatieobjecten", "zaakobjecten"})
"""Known too, but no sample case has any."""


def openzaak_blueprint(
    database: Engine, clients: Mapping[str, str], *, faults: Faults | None = None, page_size: int = 100
) -> Blueprint:
    """Routes of both APIs.

    Args:
        database: SQLite, filled by `bot.sandbox.openzaak_store.fill`.
        clients: client_id → secret of those who may ask.
        faults: what goes wrong, for tests and demonstrations.
        page_size: results on a page.
    """
    routes = Blueprint("openzaak")
    trouble = faults or Faults()

    def add(path: str, api: str, handle: Callable[..., HTTPResponse], name: str, methods: Sequence[str]) -> None:
        async def view(request: Request, **params: str) -> HTTPResponse:
            async def respond() -> HTTPResponse:
                try:
                    authenticate(request, clients)
                    return handle(request, **params)
                except Refused as refused:
                    return problem(request, refused, api)

            return counted(await trouble.around(request, respond))

        routes.add_route(view, path, methods=list(methods), name=name)

    for kind, filters in _FILTERS.items():
        api, base = ("zaken", ZAKEN) if kind in _IN_ZAKEN else ("catalogi", CATALOGI)
        add(f"{base}/{kind}", api, _list_view(database, kind, api, filters, page_size), f"{kind}_list", ["GET"])
        add(f"{base}/{kind}/<uuid:str>", api, _detail_view(database, kind, api), f"{kind}_read", ["GET"])
    add(f"{ZAKEN}/zaken/_zoek", "zaken", _search_view(database, page_size), "zaken_zoek", ["POST"])
    return routes


def make_app(
    database: Engine,
    clients: Mapping[str, str],
    *,
    today: date | None = None,
    faults: Faults | None = None,
    page_size: int = 100,
    name: str = "openzaak_sandbox",
) -> Sanic:
    """The sandbox as an application of its own, filled with the sample cases as they stand today."""
    store.fill(database, today or datetime.now(UTC).date())
    app = Sanic(name, configure_logging=False)
    app.blueprint(openzaak_blueprint(database, clients, faults=faults, page_size=page_size))
    app.error_handler.add(SanicException, unknown_path)
    return app


async def unknown_path(request: Request, error: SanicException) -> HTTPResponse:
    """What Open Zaak says to a path or method that it does not have."""
    if isinstance(error, MethodNotSupported):
        return problem(request, Refused(405, "method_not_allowed", "Methode niet toegestaan."), None)
    if isinstance(error, NotFound):
        return problem(request, not_found(), None)
    return problem(request, Refused(error.status_code, "error", "Er ging iets mis."), None)


def _list_view(
    database: Engine, kind: str, api: str, filters: Mapping[str, Filter], page_size: int
) -> Callable[..., HTTPResponse]:
    def view(request: Request) -> HTTPResponse:
        if kind == "zaken":
            check_crs(request)
        query = _query(request)
        found = _found(database, request, kind, filters, query)
        page = page_of(request, query, found, page_size)
        if kind == "zaken":
            _expand_all(database, request, page["results"], _expand_names(query.get("expand", "")))
        return answer(request, page, api, crs=kind == "zaken", detail=False)

    return view


def _detail_view(database: Engine, kind: str, api: str) -> Callable[..., HTTPResponse]:
    def view(request: Request, uuid: str) -> HTTPResponse:
        if kind == "zaken":
            check_crs(request)
        query = _query(request)
        unknown = set(query) - ({"expand"} if kind == "zaken" else set())
        if unknown:
            raise _unknown_parameters(unknown)
        expand = _expand_names(query.get("expand", ""))
        found = store.get(database, kind, _uuid(uuid), _roots(request))
        if found is None:
            raise not_found()
        if not _is_readable(database, request, kind, found):
            raise forbidden()
        if kind == "zaken":
            _expand_all(database, request, [found], expand)
        return answer(request, found, api, crs=kind == "zaken", detail=True)

    return view


def _search_view(database: Engine, page_size: int) -> Callable[..., HTTPResponse]:
    def view(request: Request) -> HTTPResponse:
        check_crs(request)
        query = _query(request)
        unknown = set(query) - _PAGING - {"expand"}
        if unknown:
            raise _unknown_parameters(unknown)
        body = _search_body(request)
        expand = [*_expand_names(query.get("expand", "")), *_expand_names(",".join(body.pop("expand", [])))]
        wanted = {key: ",".join(value) if isinstance(value, list) else str(value) for key, value in body.items()}
        found = _found(database, request, "zaken", _SEARCH_FILTERS, wanted)
        page = page_of(request, query, found, page_size)
        _expand_all(database, request, page["results"], expand)
        return answer(request, page, "zaken", crs=True, detail=False)

    return view


def _search_body(request: Request) -> Json:
    if request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
        raise Refused(415, "unsupported_media_type", "Alleen application/json.")
    try:
        body = request.json
    except SanicException:
        raise Refused(400, "parse_error", "De JSON is niet te lezen.") from None
    if not body:
        raise invalid("nonFieldErrors", "empty_search_body", "Er is niets om op te zoeken.")
    if not isinstance(body, dict):
        raise invalid("nonFieldErrors", "invalid", "Een object wordt verwacht.")
    # Keys that the search does not know change nothing: a client cannot tell that a filter was not used.
    return {key: value for key, value in body.items() if key in _SEARCH_FILTERS or key == "expand"}


def _found(database: Engine, request: Request, kind: str, filters: Mapping[str, Filter], query: Query) -> list[Json]:
    unknown = set(query) - set(filters) - _PAGING - ({"expand", "ordering"} if kind == "zaken" else set())
    if unknown:
        raise _unknown_parameters(unknown)
    roots = _roots(request)
    wanted = {name: value for name, value in query.items() if name in filters and value}
    for name, value in wanted.items():
        _check_value(name, value)
    where = {name: roots.short(value) for name, value in wanted.items() if name in store.COLUMNS}
    found = store.select(database, kind, roots, where)
    roles = _RoleLookup(database, roots)
    found = [one for one in found if _matches(one, filters, wanted, roles)]
    if kind in _CATALOGUE_TYPES and wanted.get("status") != "alles":
        concept = wanted.get("status") == "concept"
        found = [one for one in found if bool(one.get("concept")) is concept]
    owners = {one["zaak"]: one for one in found} if kind in _IN_ZAKEN - {"zaken"} else {}
    closed = {url for url, one in owners.items() if not _is_readable(database, request, kind, one)}
    found = (
        [one for one in found if one["zaak"] not in closed]
        if owners
        else [one for one in found if _is_readable(database, request, kind, one)]
    )
    return _ordered(kind, found, query.get("ordering", ""))


def _matches(one: Json, filters: Mapping[str, Filter], wanted: Query, roles: _RoleLookup) -> bool:
    plain = {name: value for name, value in wanted.items() if not name.startswith("rol__")}
    if not all(filters[name](one, value) for name, value in plain.items()):
        return False
    # All filters on roles together have to fit one and the same role.
    of_role = {name.removeprefix("rol__"): value for name, value in wanted.items() if name.startswith("rol__")}
    return not of_role or any(
        all(_ROLE_FILTERS[name](role, value) for name, value in of_role.items()) for role in roles.of(one)
    )


class _RoleLookup:
    """Roles of a case, read when they are needed."""

    def __init__(self, database: Engine, roots: store.Roots) -> None:
        self._database, self._roots = database, roots

    def of(self, zaak: Json) -> list[Json]:
        return store.select(self._database, "rollen", self._roots, {"zaak": self._roots.short(zaak["url"])})


def _is_readable(database: Engine, request: Request, kind: str, one: Json) -> bool:
    """Whether the client has rights on a case, or on something that belongs to one."""
    if kind == "zaken":
        return LEVELS.index(one["vertrouwelijkheidaanduiding"]) <= LEVELS.index(READABLE)
    if kind not in _IN_ZAKEN:
        return True
    zaak = store.get(database, "zaken", one["zaak"].rsplit("/", 1)[1], _roots(request))
    return zaak is None or _is_readable(database, request, "zaken", zaak)


def _ordered(kind: str, found: list[Json], ordering: str) -> list[Json]:
    if kind == "statussen":
        return sorted(found, key=lambda one: str(one["datumStatusGezet"]), reverse=True)
    for field in reversed([name for name in ordering.split(",") if name]):
        name = field.lstrip("-")
        if name not in _ORDERINGS:
            raise invalid("ordering", "invalid_choice", "Op dit veld kan niet worden geordend.")
        found = sorted(found, key=lambda one: str(one[name] or ""), reverse=field.startswith("-"))
    return found


def _expand_names(value: str) -> list[str]:
    names = [name for name in value.split(",") if name]
    for name in names:
        if name not in _EXPANDS and name.partition(".")[0] not in _EMPTY_EXPANDS:
            raise invalid("expand", "invalid_choice", "Deze relatie bestaat niet.")
    return names


def _expand_all(database: Engine, request: Request, zaken: Sequence[Json], names: Sequence[str]) -> None:
    for zaak in zaken:
        zaak["_expand"] = dict(_expanded(database, _roots(request), zaak, [n for n in names if n in _EXPANDS], ""))
        zaak["_expand"] |= {n: None if n == "hoofdzaak" else [] for n in names if n in _EMPTY_EXPANDS}


def _expanded(
    database: Engine, roots: store.Roots, one: Json, names: Sequence[str], parent: str
) -> Iterator[tuple[str, Any]]:
    for name in names:
        if name.rpartition(".")[0] != parent:
            continue
        kind, field = _EXPANDS[name]

        def read(url: str, kind: str = kind, name: str = name) -> Json | None:
            child = store.get(database, kind, url.rsplit("/", 1)[1], roots)
            below = dict(_expanded(database, roots, child, names, name)) if child else {}
            return child | {"_expand": below} if child and below else child

        address = one.get(field)
        if isinstance(address, list):
            yield field, [child for url in address if (child := read(url))]
        elif address and (child := read(address)):
            yield field, child


def _query(request: Request) -> Query:
    return {name: values[-1] for name, values in request.args.items()}


def _roots(request: Request) -> store.Roots:
    return store.Roots(f"{origin(request)}{ZAKEN}/", f"{origin(request)}{CATALOGI}/")


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise not_found() from None


def _unknown_parameters(names: set[str]) -> Refused:
    reason = f"Onbekende query parameters: {', '.join(sorted(names))}"
    return invalid("nonFieldErrors", "unknown-parameters", reason)


def _check_value(name: str, value: str) -> None:
    """Raises Refused (400) for a value of the wrong kind."""
    base = name.partition("__")[0]
    if base in ("zaak", "zaaktype", "statustype", "resultaattype", "catalogus", "roltype") and not _is_url(value):
        raise invalid(name, "invalid", "Geef een volledige URL op.")
    if base in _DATES and not name.endswith("__isnull") and not _is_date(value):
        raise invalid(name, "invalid", "Voer een geldige datum in.")
    choices = {
        "maximaleVertrouwelijkheidaanduiding": LEVELS,
        "omschrijvingGeneriek": _ROLES,
        "rol__omschrijvingGeneriek": _ROLES,
        "status": ("alles", "concept", "definitief"),
    }.get(name)
    if choices and value not in choices:
        raise invalid(name, "invalid_choice", "Dit is geen geldige keuze.")


def _is_url(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _equal(field: str) -> Filter:
    return lambda one, value: one.get(field) == value


def _one_of(field: str) -> Filter:
    return lambda one, value: one.get(field) in value.split(",")


def _person(field: str) -> Filter:
    return lambda role, value: (role.get("betrokkeneIdentificatie") or {}).get(field) == value


def _compared(field: str) -> Iterator[tuple[str, Filter]]:
    """Filters on a date; ISO dates compare as text."""
    yield field, _equal(field)
    yield f"{field}__gt", lambda one, value: bool(one[field]) and one[field] > value
    yield f"{field}__gte", lambda one, value: bool(one[field]) and one[field] >= value
    yield f"{field}__lt", lambda one, value: bool(one[field]) and one[field] < value
    yield f"{field}__lte", lambda one, value: bool(one[field]) and one[field] <= value


def _at_most(one: Json, value: str) -> bool:
    return LEVELS.index(one["vertrouwelijkheidaanduiding"]) <= LEVELS.index(value)


def _is_last(one: Json, value: str) -> bool:
    return one["indicatieLaatstGezetteStatus"] is (value.lower() == "true")


def _any(one: Json, value: str) -> bool:
    return True


_DATES = ("startdatum", "registratiedatum", "einddatum", "einddatumGepland", "uiterlijkeEinddatumAfdoening")
_ROLE_FILTERS: Mapping[str, Filter] = {
    "betrokkene": _equal("betrokkene"),
    "betrokkeneType": _equal("betrokkeneType"),
    "omschrijvingGeneriek": _equal("omschrijvingGeneriek"),
    _PERSON: _person("inpBsn"),
    _ORGANISATION: _person("innNnpId"),
}
_ZAAK_FILTERS: Mapping[str, Filter] = {
    "identificatie": _equal("identificatie"),
    "bronorganisatie": _equal("bronorganisatie"),
    "bronorganisatie__in": _one_of("bronorganisatie"),
    "zaaktype": _equal("zaaktype"),
    "archiefstatus": _equal("archiefstatus"),
    "archiefstatus__in": _one_of("archiefstatus"),
    "maximaleVertrouwelijkheidaanduiding": _at_most,
    "einddatum__isnull": lambda one, value: (one["einddatum"] is None) is (value.lower() == "true"),
    **{name: test for field in ("startdatum",) for name, test in _compared(field)},
    **{name: test for field in _DATES[1:] for name, test in _compared(field) if not name.endswith(("__gte", "__lte"))},
    **{f"rol__{name}": test for name, test in _ROLE_FILTERS.items()},
}
_SEARCH_FILTERS: Mapping[str, Filter] = {
    **_ZAAK_FILTERS,
    "uuid__in": _one_of("uuid"),
    "zaaktype__in": _one_of("zaaktype"),
}
_TYPE_FILTERS: Mapping[str, Filter] = {
    "zaaktype": _equal("zaaktype"),
    "zaaktypeIdentificatie": _equal("zaaktypeIdentificatie"),
    "status": _any,
    "datumGeldigheid": _any,
}
_FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "zaken": _ZAAK_FILTERS,
    "statussen": {
        "zaak": _equal("zaak"),
        "statustype": _equal("statustype"),
        "indicatieLaatstGezetteStatus": _is_last,
    },
    "resultaten": {"zaak": _equal("zaak"), "resultaattype": _equal("resultaattype")},
    "rollen": {"zaak": _equal("zaak"), "roltype": _equal("roltype"), **_ROLE_FILTERS},
    "catalogussen": {"rsin": _equal("rsin"), "rsin__in": _one_of("rsin"), "domein": _equal("domein")},
    "zaaktypen": {
        "catalogus": _equal("catalogus"),
        "identificatie": _equal("identificatie"),
        "status": _any,
        "datumGeldigheid": _any,
    },
    "statustypen": _TYPE_FILTERS,
    "resultaattypen": _TYPE_FILTERS,
    "roltypen": {**_TYPE_FILTERS, "omschrijvingGeneriek": _equal("omschrijvingGeneriek")},
}
_IN_ZAKEN = frozenset({"zaken", "statussen", "resultaten", "rollen"})
_CATALOGUE_TYPES = frozenset({"zaaktypen", "statustypen", "resultaattypen", "roltypen"})
