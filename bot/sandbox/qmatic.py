"""A calendar that answers as Qmatic Orchestra does (calendar public API v1 and v2), with invented places and services.

Same paths with matrix parameters, wrappings, content types, times and refusals as in recorded traffic. What the supplier's
public front ends use and no recording shows is marked "front ends" here: reserving and confirming, moving, the code of a
moment that is taken. Which status an unknown service, place or service group gives is a guess.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.sandbox import qmatic_show as show
from bot.sandbox.faults import Faults
from bot.sandbox.qmatic_http import (
    Matrix,
    Refused,
    as_text,
    body_of,
    check_who,
    customers_in,
    day_of,
    matched,
    optional,
    refusal,
    taken,
    taken_apart,
    wall_of,
)
from bot.sandbox.qmatic_store import BOOKED, RESERVED, Store, metadata, minutes_for
from bot.sandbox.qmatic_world import WORLD, Branch, Service, World

BASE = "/qmatic"
CALENDAR = "/calendar-backend/public/api/"


@dataclass(frozen=True)
class Asked:
    """A question, taken apart."""

    store: Store
    parts: tuple[str, ...]
    """What stands in the open places of the path."""
    matrix: Matrix
    body: Any
    query: Mapping[str, str]


Answer = Callable[[Asked], HTTPResponse]


def qmatic_blueprint(
    database: Engine,
    keys: Iterable[str],
    *,
    users: Mapping[str, str] | None = None,
    world: World = WORLD,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    faults: Faults | None = None,
    counts: Literal["extra", "total"] = "total",
    codes: bool = True,
    reasons: Literal["header", "body"] = "header",
    base: str = BASE,
) -> Blueprint:
    """The API below `BASE/calendar-backend/public/api`, and what is asked of `BASE/appointment`.

    Args:
        database: SQLite, where the state is kept; the tables are made when they are not there.
        keys: values of X-Api-Key that may do everything.
        users: name → password of those who come with basic auth instead.
        world: what there is.
        clock: the time, with a zone.
        faults: what should go wrong.
        counts: what numberOfCustomers counts: everybody, or everybody but the first.
        codes: whether a moment that is taken has a code (front ends).
        reasons: where the reason of a refusal stands.
    """
    metadata.create_all(database)
    api = _Api(database, frozenset(keys), users or {}, world, clock, faults or Faults(), counts, codes, reasons)
    return api.blueprint(base)


def make_app(name: str, database: Engine, keys: Iterable[str], **options: Any) -> Sanic:
    """A whole application with only this; Sanic wants one name per application in a process."""
    app = Sanic(name, configure_logging=False)
    app.blueprint(qmatic_blueprint(database, keys, **options))
    return app


@dataclass(frozen=True)
class _Api:
    database: Engine
    keys: frozenset[str]
    users: Mapping[str, str]
    world: World
    clock: Callable[[], datetime]
    faults: Faults
    counts: str
    codes: bool
    reasons: str

    def blueprint(self, base: str) -> Blueprint:
        routes = Blueprint("qmatic")
        calendar: dict[tuple[str, str], Answer] = {
            ("GET", "v1/services"): self._services,
            ("GET", "v1/services/*/branches"): self._service_branches,
            ("GET", "v1/services/groups"): self._groups,
            ("GET", "v1/branches"): self._branches,
            ("GET", "v1/branches/*"): self._branch,
            ("GET", "v1/branches/*/services"): self._branch_services,
            ("GET", "v2/branches/*/services/groups"): self._branch_groups,
            ("GET", "v2/branches/*/dates"): self._dates,
            ("GET", "v2/branches/*/dates/*/times"): self._times,
            ("POST", "v2/branches/*/dates/*/times/*/book"): self._book,
            ("POST", "v2/branches/*/dates/*/times/*/reserve"): self._reserve,
            ("POST", "v2/branches/appointments/*/confirm"): self._confirm,
            ("GET", "v1/appointments/*"): self._appointment,
            ("DELETE", "v1/appointments/*"): self._delete,
            ("PUT", "v1/appointments/*/reschedule"): self._reschedule,
            ("GET", "v1/customers/*/appointments"): self._customer_appointments,
        }
        customers: dict[tuple[str, str], Answer] = {("GET", "customers/identify"): self._identify}
        methods = ["GET", "POST", "PUT", "DELETE"]
        # Matrix parameters are part of a path, of which only the raw text shows them.
        for name, prefix, table in (("calendar", CALENDAR, calendar), ("customers", "/appointment/", customers)):
            routes.add_route(self._route(table), f"{base}{prefix}<rest:path>", methods, name=name)
        return routes

    def _route(self, table: Mapping[tuple[str, str], Answer]) -> Callable[..., Any]:
        async def handle(request: Request, rest: str) -> HTTPResponse:
            async def carry_out() -> HTTPResponse:
                try:
                    return self._carry_out(request, rest, table)
                except Refused as refused:
                    return refusal(refused, in_header=self.reasons == "header", with_code=self.codes)

            return await self.faults.around(request, carry_out)

        return handle

    def _carry_out(self, request: Request, rest: str, table: Mapping[tuple[str, str], Answer]) -> HTTPResponse:
        check_who(request, self.keys, self.users)
        segments, matrix = taken_apart(rest)
        found = {pattern: answer for (method, pattern), answer in table.items() if method == request.method}
        # A path without open places goes before one with them: `services/groups` is no service.
        for pattern in sorted(found, key=lambda one: one.count("*")):
            parts = matched(pattern.split("/"), segments)
            if parts is not None:
                body = body_of(request) if request.method == "POST" else None
                query = {name: values[-1] for name, values in request.args.items()}
                return self._within(found[pattern], parts, matrix, body, query)
        raise Refused(404, "Not found")

    def _within(
        self, answer: Answer, parts: tuple[str, ...], matrix: Matrix, body: Any, query: Mapping[str, str]
    ) -> HTTPResponse:
        """Answer in a transaction; a refusal does not undo what others did meanwhile."""
        with self.database.begin() as connection:
            store = Store(connection, self.world, self.clock())
            try:
                return answer(Asked(store, parts, matrix, body, query))
            except Refused as error:
                refused = error
        raise refused

    def _services(self, asked: Asked) -> HTTPResponse:
        return response.json(show.wrapped("serviceList", [show.service(one) for one in self.world.services]))

    def _branch_services(self, asked: Asked) -> HTTPResponse:
        branch = self._place(asked.parts[0])
        there = [show.service(one) for one in self.world.services if one.id in branch.services]
        return response.json(show.wrapped("serviceList", there))

    def _service_branches(self, asked: Asked) -> HTTPResponse:
        if self.world.service(asked.parts[0]) is None:
            raise Refused(404, "Service not found")
        there = [show.branch(one) for one in self.world.branches if asked.parts[0] in one.services]
        return response.json(show.wrapped("branchList", there))

    def _branches(self, asked: Asked) -> HTTPResponse:
        return response.json(show.wrapped("branchList", [show.branch(one) for one in self.world.branches]))

    def _branch(self, asked: Asked) -> HTTPResponse:
        return response.json(show.wrapped("branch", show.branch(self._place(asked.parts[0]))))

    def _groups(self, asked: Asked) -> HTTPResponse:
        found = [(one, self._groups_of(one, asked.matrix)) for one in self.world.branches]
        return response.json(
            [
                {"branchPublicId": one.id, "branchName": one.name, "serviceGroups": groups}
                for one, groups in found
                if groups
            ]
        )

    def _branch_groups(self, asked: Asked) -> HTTPResponse:
        return response.json(self._groups_of(self._place(asked.parts[0]), asked.matrix))

    def _groups_of(self, branch: Branch, matrix: Matrix) -> list[Any]:
        """Groups with any of the services: whoever wants all of them together has to look."""
        wanted = {service.id for service in self._wanted(matrix.get("servicePublicId", []))}
        return [
            {"services": [show.service_in_group(one) for one in self.world.services if one.id in group]}
            for group in branch.groups
            if wanted & set(group)
        ]

    def _dates(self, asked: Asked) -> HTTPResponse:
        branch, minutes = self._length(asked, asked.parts[0])
        days = [f"{day.isoformat()}T00:00:00" for day in asked.store.days(branch, minutes)]
        return response.json(show.wrapped("dates", days, asked.matrix))

    def _times(self, asked: Asked) -> HTTPResponse:
        branch, minutes = self._length(asked, asked.parts[0])
        starts = asked.store.starts(branch, day_of(asked.parts[1]), minutes)
        times = [start.astimezone(branch.zone).strftime("%H:%M") for start in starts]
        return response.json(show.wrapped("times", times, asked.matrix))

    def _book(self, asked: Asked) -> HTTPResponse:
        branch = self._place(asked.parts[0])
        customers = customers_in(asked.body)
        services = self._services_in(asked.body, branch)
        minutes = minutes_for(services, len(customers))
        start = self._free_start(asked, branch, minutes)
        id = asked.store.add(
            branch,
            start,
            minutes,
            services,
            len(customers),
            title=optional(asked.body, "title"),
            notes=optional(asked.body, "notes"),
        )
        asked.store.add_customers(id, customers)
        return as_text(self._shown(asked.store, id))

    def _reserve(self, asked: Asked) -> HTTPResponse:
        """Front ends."""
        branch = self._place(asked.parts[0])
        services, persons = self._services_in(asked.body, branch), self._persons(asked.matrix)
        minutes = minutes_for(services, persons)
        start = self._free_start(asked, branch, minutes)
        id = asked.store.add(branch, start, minutes, services, persons, reserved=True)
        return response.json(self._shown(asked.store, id))

    def _confirm(self, asked: Asked) -> HTTPResponse:
        """Front ends."""
        row = asked.store.appointment(asked.parts[0])
        if row is None or row["status"] != RESERVED:
            raise Refused(500, "Reservation not found")
        customers = customers_in(asked.body)
        texts = {name: optional(asked.body, name) for name in ("title", "notes")}
        asked.store.change(asked.parts[0], status=BOOKED, expires=None, **texts)
        asked.store.add_customers(asked.parts[0], customers)
        return response.json(self._shown(asked.store, asked.parts[0]))

    def _appointment(self, asked: Asked) -> HTTPResponse:
        return response.json(show.wrapped("appointment", self._shown(asked.store, asked.parts[0])))

    def _delete(self, asked: Asked) -> HTTPResponse:
        self._shown(asked.store, asked.parts[0])
        asked.store.delete(asked.parts[0])
        return response.empty()

    def _reschedule(self, asked: Asked) -> HTTPResponse:
        """Front ends. Whether the end that is asked counts is not known; here it follows from the services."""
        row = asked.store.appointment(asked.parts[0])
        if row is None:
            raise Refused(404, "Appointment not found")
        branch = self._place(row["branch"])
        wall = wall_of(asked.query.get("start", ""))
        wall_of(asked.query.get("end", ""))
        start = wall.replace(tzinfo=branch.zone).astimezone(UTC)
        minutes = (row["end"] - row["start"]) // timedelta(minutes=1)
        if start not in asked.store.starts(branch, wall.date(), minutes, without=asked.parts[0]):
            raise taken()
        again = {name: row[name] for name in ("title", "notes", "created", "public_id")}
        services = self._wanted(json.loads(row["services"]))
        asked.store.delete(asked.parts[0])
        id = asked.store.add(branch, start, minutes, services, row["persons"])
        asked.store.change(id, **again)
        return response.json(show.wrapped("appointment", self._shown(asked.store, asked.parts[0])))

    def _customer_appointments(self, asked: Asked) -> HTTPResponse:
        rows = asked.store.appointments_of(asked.parts[0])
        if not rows:
            raise Refused(404, "No appointments")
        shown = [show.appointment(asked.store, row) for row in rows]
        return response.json(show.wrapped("appointmentList", shown))

    def _identify(self, asked: Asked) -> HTTPResponse:
        email = asked.matrix.get("email", [""])[-1]
        return response.json([show.known_customer(row) for row in asked.store.customers_with(email)])

    def _shown(self, store: Store, id: str) -> Any:
        row = store.appointment(id)
        if row is None:
            raise Refused(404, "Appointment not found")
        return show.appointment(store, row)

    def _place(self, id: str) -> Branch:
        found = self.world.branch(id)
        if found is None:
            raise Refused(404, "Branch not found")
        return found

    def _wanted(self, ids: Iterable[str]) -> list[Service]:
        found = [self.world.service(id) for id in ids]
        if not found or None in found:
            raise Refused(500, "Service not found")
        return [one for one in found if one]

    def _length(self, asked: Asked, branch_id: str) -> tuple[Branch, int]:
        """The place, and how many minutes are asked; 0 when the services cannot be had together there."""
        branch = self._place(branch_id)
        services = self._wanted(asked.matrix.get("servicePublicId", []))
        if not _together(branch, services):
            return branch, 0
        return branch, minutes_for(services, self._persons(asked.matrix))

    def _persons(self, matrix: Matrix) -> int:
        given = matrix.get("numberOfCustomers", ["1" if self.counts == "total" else "0"])[-1]
        if not given.isascii() or not given.isdigit():
            raise Refused(500, "numberOfCustomers is not a number")
        return max(1, int(given) if self.counts == "total" else int(given) + 1)

    def _services_in(self, body: Any, branch: Branch) -> list[Service]:
        listed = body.get("services")
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise Refused(500, "services is missing")
        services = self._wanted(str(one.get("publicId")) for one in listed)
        if not all(one.active and one.public for one in services) or not _together(branch, services):
            raise Refused(500, "Service not available")
        return services

    def _free_start(self, asked: Asked, branch: Branch, minutes: int) -> datetime:
        """The moment in the path. Raises Refused when it cannot be had."""
        day, text = day_of(asked.parts[1]), asked.parts[2]
        wall = wall_of(f"{day.isoformat()}T{text}")
        start = wall.replace(tzinfo=branch.zone).astimezone(UTC)
        # A time that the clock skips would become another one.
        skipped = start.astimezone(branch.zone).replace(tzinfo=None) != wall
        if skipped or start not in asked.store.starts(branch, day, minutes):
            raise taken()
        if text in self.world.vanishing:
            # Somebody else was first.
            asked.store.fill_up(branch, start, minutes)
            raise taken()
        return start


def _together(branch: Branch, services: Iterable[Service]) -> bool:
    ids = {one.id for one in services}
    return ids <= set(branch.services) and (len(ids) == 1 or any(ids <= set(group) for group in branch.groups))
