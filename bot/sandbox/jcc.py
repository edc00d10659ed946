"""A sandbox of JCC-Afspraken: the part of its REST API ("WARP") by which residents make appointments, with its habits.

Serve it by `make_app`, or add `jcc_blueprint` to an application. Nobody outside JCC has its documents: shapes are those of
recorded traffic; what was never recorded is a guess and says so. Its habits that bite:
- a token first, and the header `language` with every call;
- several ids and amounts as repeated parameters, side by side;
- `toDate` is not in the answer, and more than fifty days are an error;
- durations in seconds, but for `calculateduration`, which is in minutes;
- times of the clock on the wall without a zone, one that spring skips among them;
- what has no value is left out;
- HTTP 500 with a problem for whatever is wrong, HTTP 200 with `acknowledgeIsSuccess` false for a booking that cannot be.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable, Coroutine, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.sandbox import jcc_rules as rules
from bot.sandbox.faults import Faults
from bot.sandbox.jcc_rules import Internal
from bot.sandbox.jcc_store import Choice, Store, duration
from bot.sandbox.jcc_world import VOORBEELDSTAD, ZONE, Klok, Wereld

PAD = "/jcc/api/warp/v1"
ZANDBAK = "/jcc/zandbak"
VERSIONS = {"warpApiVersion": "1.0.0", "afsprakenVersion": "2026.2"}
SCOPE = "warp-api"
TAKEN, INVALID, OVER = 1001, 1002, 1003
"""Codes of a refusal with HTTP 200; JCC's own are not known."""

Answer = Callable[[Request], Any]


def jcc_blueprint(
    database: Engine,
    clients: Mapping[str, str],
    *,
    wereld: Wereld = VOORBEELDSTAD,
    klok: Klok | None = None,
    faults: Faults | None = None,
    token_seconds: int = 3600,
) -> Blueprint:
    """The API below `/jcc/api/warp/v1`, and for trying things `/jcc/zandbak`.

    Args:
        database: SQLite, where appointments and tokens are kept; the tables are made when they are not there.
        clients: client id → secret of those who get a token.
        wereld: what can be booked where.
        klok: the time; the real one when not given.
        faults: what should go wrong.
        token_seconds: how long a token is good.
    """
    return _Api(Store(database, wereld, klok or Klok()), clients, faults or Faults(), token_seconds).blueprint()


def make_app(name: str, database: Engine, clients: Mapping[str, str], **options: Any) -> Sanic:
    """A whole application with only the sandbox; Sanic wants one name per application in a process."""
    app = Sanic(name, configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "text"
    app.blueprint(jcc_blueprint(database, clients, **options))
    return app


class _Api:
    """The routes of one sandbox."""

    def __init__(self, store: Store, clients: Mapping[str, str], faults: Faults, token_seconds: int) -> None:
        self._store, self._clients, self._faults, self._token_seconds = store, clients, faults, token_seconds
        self._wereld = store.wereld

    def blueprint(self) -> Blueprint:
        routes = Blueprint("jcc")
        asked: dict[tuple[str, str], Answer] = {
            ("GET", "version"): lambda _request: VERSIONS,
            ("GET", "activity/listforappointment"): self._activities,
            ("GET", "activity/listforappointment/additional"): self._additional,
            ("GET", "activity/appointmentdaterange"): self._range,
            ("GET", "location"): lambda _request: [rules.show_location(one) for one in self._wereld.plekken],
            ("GET", "location/forappointment"): self._locations,
            ("GET", "appointment/availabletimelist"): self._times,
            ("GET", "appointment/calculateduration"): self._duration,
            ("GET", "appointment/qrcode"): self._qr,
            ("GET", "customer/customerfields/required"): self._fields,
            ("GET", "appointment"): self._read,
            ("POST", "appointment"): self._book,
            ("DELETE", "appointment"): self._cancel,
        }
        for (method, path), answer in asked.items():
            name = f"{method.lower()}_{path.replace('/', '_')}"
            routes.add_route(self._route(answer), f"{PAD}/{path}", [method], name=name)
        routes.add_route(self._location_route(), f"{PAD}/location/<id_:str>", ["GET"], name="get_one_location")
        routes.add_route(self._token_route(), f"{PAD}/connect/token", ["POST"], name="token")
        _add_controls(routes, self._store)
        return routes

    def _route(self, answer: Answer) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
        """Who may come in, and errors in the shape of the API."""

        async def handle(request: Request) -> HTTPResponse:
            async def carry_out() -> HTTPResponse:
                return self._carry_out(request, answer)

            return await self._faults.around(request, carry_out)

        return handle

    def _location_route(self) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
        async def handle(request: Request, id_: str) -> HTTPResponse:
            def read(_request: Request) -> Any:
                return rules.show_location(rules.plek_of(self._wereld, id_))

            return await self._route(read)(request)

        return handle

    def _token_route(self) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
        async def handle(request: Request) -> HTTPResponse:
            async def carry_out() -> HTTPResponse:
                return self._token(request)

            return await self._faults.around(request, carry_out)

        return handle

    def _carry_out(self, request: Request, answer: Answer) -> HTTPResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not self._store.is_valid(token):
            return HTTPResponse("", 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        try:
            if not request.headers.get("language"):
                raise Internal
            return _json(answer(request))
        except Internal:
            return _problem(request)

    def _token(self, request: Request) -> HTTPResponse:
        if self._clients.get((login := _basic(request))[0]) != login[1]:
            return _json({"error": "invalid_client"}, 400)
        if request.form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type"}, 400)
        if request.form.get("scope") != SCOPE:
            return _json({"error": "invalid_scope"}, 400)
        token = self._store.give_token(self._token_seconds)
        return _json({"access_token": token, "expires_in": self._token_seconds, "token_type": "Bearer", "scope": SCOPE})

    def _activities(self, request: Request) -> Any:
        found = [one for one in self._wereld.activiteiten if not one.alleen_erbij]
        return [rules.show_activity(one) for one in found if self._is_at(one.plekken, request)]

    def _additional(self, request: Request) -> Any:
        chosen = rules.activities_of(self._wereld, request.args.getlist("selectedActivityId", []))
        found = rules.additional(self._wereld, chosen)
        if request.args.get("includeSelectedActivities", "").lower() == "true":
            found = [*chosen, *found]
        return [rules.show_activity(one) for one in found if self._is_at(one.plekken, request)]

    def _is_at(self, plekken: tuple[str, ...], request: Request) -> bool:
        wanted = request.args.get("locationId")
        return not wanted or rules.plek_of(self._wereld, wanted).id in plekken

    def _locations(self, request: Request) -> Any:
        chosen = rules.activities_of(self._wereld, request.args.getlist("selectedActivityId", []))
        found = [one for one in self._wereld.plekken if all(one.id in activity.plekken for activity in chosen)]
        return [rules.show_location(one) for one in found]

    def _range(self, request: Request) -> Any:
        activities = rules.activities_of(self._wereld, request.args.getlist("activityId", []))
        first, last = self._store.range(activities)
        return {"minDate": f"{first.isoformat()}T00:00:00", "maxDate": f"{last.isoformat()}T00:00:00"}

    def _times(self, request: Request) -> Any:
        choices = self._choices(request)
        plek = rules.plek_of(self._wereld, request.args.get("locationId"))
        begin, after = rules.days_of(request.args.get("fromDate"), request.args.get("toDate"))
        times = self._store.times(choices, plek, begin, after)
        return {
            "availableTimesList": [one.isoformat() for one in times],
            "appointmentDuration": int(duration(choices).total_seconds()),
        }

    def _duration(self, request: Request) -> Any:
        choices = self._choices(request)
        day = request.args.get("dateTime")
        rules.days_of(day, day)
        return int(duration(choices).total_seconds() // 60)

    def _choices(self, request: Request) -> list[Choice]:
        args = request.args
        return rules.choices_of(self._wereld, args.getlist("activityId", []), args.getlist("amount", []))

    def _fields(self, request: Request) -> Any:
        ids = request.args.getlist("selectedActivityId", [])
        return rules.asked_fields(rules.activities_of(self._wereld, ids))

    def _read(self, request: Request) -> Any:
        return rules.show_appointment(self._wereld, self._row(request))

    def _qr(self, request: Request) -> Any:
        return sha256(self._row(request)["id"].encode()).hexdigest()[:14]

    def _book(self, request: Request) -> Any:
        try:
            body = request.json
        except SanicException:
            raise Internal from None
        wish = rules.read_booking(self._wereld, body)
        faults = rules.validate(wish)
        if wish.minutes * 60 != duration(wish.choices).total_seconds():
            faults.append("ToDateTime is invalid.")
        if faults:
            return {
                "acknowledgeIsSuccess": False,
                "code": INVALID,
                "message": "Validation failed.",
                "validateErrors": faults,
            }
        made = self._store.book(wish.choices, wish.plek, wish.start, wish.customers, wish.message)
        if made is None:
            return {"acknowledgeIsSuccess": False, "code": TAKEN, "message": "The appointment could not be planned."}
        return {"id": made, "acknowledgeIsSuccess": True}

    def _cancel(self, request: Request) -> Any:
        row = self._row(request)
        if row["start"] < self._store.klok.local():
            return {"code": OVER, "message": "The appointment is over."}
        self._store.cancel(row["id"])
        # Without acknowledgeIsSuccess, as recorded.
        return {"id": row["id"]}

    def _row(self, request: Request) -> Mapping[str, Any]:
        found = self._store.appointment(request.args.get("id", ""))
        if found is None:
            raise Internal
        return found


def _add_controls(routes: Blueprint, store: Store) -> None:
    """What is not JCC's: letting others take a place or a whole day, and setting the time."""

    @routes.post(f"{ZANDBAK}/bezet")
    async def take(request: Request) -> HTTPResponse:
        """`{"locationId", "dateTime", "minutes"}`; 409 when there is no place left."""
        body = request.json or {}
        start = datetime.fromisoformat(body["dateTime"])
        start = start if start.tzinfo is None else start.astimezone(ZONE).replace(tzinfo=None)
        done = store.take(body["locationId"], start, int(body.get("minutes", 10)))
        return HTTPResponse("", 204 if done else 409)

    @routes.post(f"{ZANDBAK}/vol")
    async def fill(request: Request) -> HTTPResponse:
        """`{"locationId", "dag"}`: a day on which it is open and nothing is free."""
        body = request.json or {}
        store.fill_day(body["locationId"], date.fromisoformat(body["dag"]))
        return HTTPResponse("", 204)

    @routes.put(f"{ZANDBAK}/klok")
    async def set_clock(request: Request) -> HTTPResponse:
        """`{"nu": "2026-12-01T09:00:00+01:00"}`; without `nu` the real time again."""
        moment = (request.json or {}).get("nu")
        store.klok.set(datetime.fromisoformat(moment) if moment else None)
        return HTTPResponse("", 204)


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        name, _, secret = b64decode(given, validate=True).decode().partition(":")
    except (NoBase64, ValueError):
        return "", ""
    return (name, secret) if scheme == "Basic" else ("", "")


def _json(data: Any, status: int = 200) -> HTTPResponse:
    # Written out over lines, as recorded.
    text = json.dumps(data, indent=2, ensure_ascii=False).replace("\n", "\r\n")
    return HTTPResponse(text, status, content_type="application/json; charset=utf-8")


def _problem(request: Request) -> HTTPResponse:
    """The one problem that JCC has, as recorded."""
    title, detail = "InternalException", "InternalException: code -1"
    return _json(
        {
            "title": title,
            "detail": detail,
            "instance": request.path[request.path.index("/api/") :],
            "type": "http://www.jccsoftware.nl/rfc7807/internal-exception",
            "status": 500,
            "code": -1,
            "errors": [{"code": -1, "name": title, "detail": detail}],
        },
        500,
    )
