"""The contents of the Qmatic sandbox: appointments and customers in SQLite, and what they leave free."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from bot.database import Moment
from bot.sandbox.qmatic_world import Branch, Service, World

Json = dict[str, Any]
Busy = Sequence[tuple[int, datetime, datetime]]
"""Desk, and from when to when it is taken."""

RESERVED, BOOKED = 10, 20

metadata = sa.MetaData()
"""Apart from the installation's own tables: a sandbox is no part of its database."""

qmatic_appointment = sa.Table(
    "qmatic_appointment",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("public_id", sa.String(64), nullable=False, unique=True),
    sa.Column("branch", sa.String(64), nullable=False, index=True),
    sa.Column("desk", sa.Integer, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("expires", Moment, nullable=True),
    sa.Column("services", sa.Text, nullable=False),
    sa.Column("persons", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=True),
    sa.Column("notes", sa.Text, nullable=True),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
)

qmatic_customer = sa.Table(
    "qmatic_customer",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("public_id", sa.String(64), nullable=False, unique=True),
    sa.Column("appointment", sa.String(64), nullable=False, index=True),
    sa.Column("email", sa.String(255), nullable=True, index=True),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
)


class Store:
    """Contents as they stand at a moment, within a transaction."""

    def __init__(self, connection: Connection, world: World, now: datetime) -> None:
        self.world, self.now = world, now
        self._connection = connection

    def starts(self, branch: Branch, day: date, minutes: int, without: str = "") -> list[datetime]:
        """When something of so many minutes can begin on a day; `without` an appointment that would make room."""
        if not minutes or not 0 <= (day - self._today(branch)).days <= self.world.horizon_days:
            return []
        return list(self._free_starts(branch, day, minutes, self._busy(branch, day, day, without)))

    def days(self, branch: Branch, minutes: int) -> list[date]:
        """Days on which something of so many minutes can begin."""
        if not minutes:
            return []
        days = [self._today(branch) + timedelta(days=number) for number in range(self.world.horizon_days + 1)]
        busy = self._busy(branch, days[0], days[-1])
        return [day for day in days if any(self._free_starts(branch, day, minutes, busy))]

    def add(
        self,
        branch: Branch,
        start: datetime,
        minutes: int,
        services: Sequence[Service],
        persons: int,
        *,
        reserved: bool = False,
        title: str | None = None,
        notes: str | None = None,
    ) -> str:
        """Put an appointment where there is a free desk; gives its id. The caller has seen that there is one."""
        end = start + timedelta(minutes=minutes)
        desk = _free_desk(branch, self._busy(branch, start.date(), end.date()), start, end)
        assert desk is not None
        public_id = secrets.token_hex(32)
        self._connection.execute(
            sa.insert(qmatic_appointment).values(
                public_id=public_id,
                branch=branch.id,
                desk=desk,
                start=start,
                end=end,
                status=RESERVED if reserved else BOOKED,
                expires=self.now + timedelta(seconds=self.world.reservation_seconds) if reserved else None,
                services=json.dumps([service.id for service in services]),
                persons=persons,
                title=title,
                notes=notes,
                created=self.now,
                updated=self.now,
            )
        )
        return public_id

    def add_customers(self, appointment: str, customers: Sequence[Json]) -> None:
        """Write down who comes; every booking makes new records."""
        for fields in customers:
            self._connection.execute(
                sa.insert(qmatic_customer).values(
                    public_id=secrets.token_hex(32),
                    appointment=appointment,
                    email=fields.get("email"),
                    fields=json.dumps(fields),
                    created=self.now,
                )
            )

    def appointment(self, public_id: str) -> RowMapping | None:
        """An appointment, or a reservation that has not ended."""
        table = qmatic_appointment.c
        query = sa.select(qmatic_appointment).where(table.public_id == public_id, self._counts())
        return self._connection.execute(query).mappings().one_or_none()

    def change(self, public_id: str, /, **values: Any) -> None:
        """Change an appointment."""
        table = qmatic_appointment
        self._connection.execute(
            sa.update(table).where(table.c.public_id == public_id).values(updated=self.now, **values)
        )

    def delete(self, public_id: str) -> None:
        """Cancel an appointment, or end a reservation."""
        self._connection.execute(sa.delete(qmatic_appointment).where(qmatic_appointment.c.public_id == public_id))

    def customers(self, appointment: str) -> list[RowMapping]:
        """Who comes to an appointment."""
        query = sa.select(qmatic_customer).where(qmatic_customer.c.appointment == appointment)
        return list(self._connection.execute(query.order_by(qmatic_customer.c.id)).mappings())

    def customers_with(self, email: str) -> list[RowMapping]:
        """Records with an e-mail address; what was cancelled leaves them behind."""
        query = sa.select(qmatic_customer).where(sa.func.lower(qmatic_customer.c.email) == email.lower())
        return list(self._connection.execute(query.order_by(qmatic_customer.c.id)).mappings())

    def appointments_of(self, customer: str) -> list[RowMapping] | None:
        """Appointments of a customer; None for nobody."""
        found = self._connection.execute(
            sa.select(qmatic_customer.c.appointment).where(qmatic_customer.c.public_id == customer)
        ).scalar_one_or_none()
        if found is None:
            return None
        row = self.appointment(found)
        return [row] if row else []

    def free_desks(self, branch: Branch, start: datetime, minutes: int) -> int:
        """How many desks are free for so long."""
        end = start + timedelta(minutes=minutes)
        busy = self._busy(branch, start.date(), end.date())
        return sum(_is_free(busy, desk, start, end) for desk in range(branch.desks))

    def fill_up(self, branch: Branch, start: datetime, minutes: int) -> None:
        """Let others take all that is left at a moment."""
        while self.free_desks(branch, start, minutes):
            self.add(branch, start, minutes, [self.world.services[0]], 1, title="Iemand anders")

    def _today(self, branch: Branch) -> date:
        return self.now.astimezone(branch.zone).date()

    def _free_starts(self, branch: Branch, day: date, minutes: int, busy: Busy) -> Iterator[datetime]:
        for start in _walls(branch, day, minutes, self.world.grid):
            if start > self.now and _free_desk(branch, busy, start, start + timedelta(minutes=minutes)) is not None:
                yield start

    def _counts(self) -> Any:
        table = qmatic_appointment.c
        return sa.or_(table.status == BOOKED, table.expires > self.now)

    def _busy(self, branch: Branch, first: date, last: date, without: str = "") -> Busy:
        """What is taken on some days, and around them: a day begins at another moment elsewhere."""
        table = qmatic_appointment.c
        begins, ends = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, last))
        query = sa.select(table.desk, table.start, table.end).where(
            table.branch == branch.id,
            table.end > begins - timedelta(days=1),
            table.start < ends + timedelta(days=2),
            table.public_id != without,
            self._counts(),
        )
        return [(desk, start, end) for desk, start, end in self._connection.execute(query)]


def occupy(database: Engine, world: World, branch_id: str, start: datetime, minutes: int, now: datetime) -> None:
    """Let others take whatever is left at a moment, as happens between looking and booking."""
    branch = world.branch(branch_id)
    assert branch is not None
    with database.begin() as connection:
        store = Store(connection, world, now)
        store.fill_up(branch, start, minutes)


def minutes_for(services: Sequence[Service], persons: int) -> int:
    """How long an appointment takes: every service takes the time of all people."""
    return sum(service.duration + (persons - 1) * service.additional for service in services)


def _walls(branch: Branch, day: date, minutes: int, grid: int) -> Iterator[datetime]:
    """Starts on the grid within opening hours, as moments; what the clock skips is not there, what it doubles is once."""
    if (day.month, day.day) in branch.closed or day.day in branch.full_days:
        return
    for opens, closes in branch.hours.get(day.weekday(), ()):
        wall, last = (datetime.fromisoformat(f"{day.isoformat()}T{text}") for text in (opens, closes))
        end = last.replace(tzinfo=branch.zone).astimezone(UTC)
        while wall < last:
            start = wall.replace(tzinfo=branch.zone).astimezone(UTC)
            there = start.astimezone(branch.zone).replace(tzinfo=None) == wall
            if there and start + timedelta(minutes=minutes) <= end:
                yield start
            wall += timedelta(minutes=grid)


def _free_desk(branch: Branch, busy: Busy, start: datetime, end: datetime) -> int | None:
    return next((desk for desk in range(branch.desks) if _is_free(busy, desk, start, end)), None)


def _is_free(busy: Busy, desk: int, start: datetime, end: datetime) -> bool:
    return not any(taken == desk and begun < end and start < ended for taken, begun, ended in busy)
