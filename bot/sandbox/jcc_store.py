"""The appointments of the JCC sandbox, and what is free because of them. Times are of the clock on the wall."""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.sandbox.jcc_world import GRID, Activiteit, Klok, Plek, Wereld

Json = dict[str, Any]
Choice = tuple[Activiteit, int]

metadata = sa.MetaData()
"""Apart from the installation's own tables: a sandbox is no part of its database."""

jcc_appointment = sa.Table(
    "jcc_appointment",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("location", sa.String(36), nullable=False, index=True),
    sa.Column("start", sa.DateTime, nullable=False, index=True),
    sa.Column("end", sa.DateTime, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime, nullable=False),
)
jcc_token = sa.Table(
    "jcc_token",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("until", sa.DateTime, nullable=False),
)

_MIDNIGHT = time(0)


class Store:
    """What is booked. Its methods may be called from any thread."""

    def __init__(self, database: Engine, wereld: Wereld, klok: Klok) -> None:
        self._database, self.wereld, self.klok = database, wereld, klok
        # SQLite lets two transactions read before one of them writes.
        self._lock = threading.Lock()
        metadata.create_all(database)

    def empty(self) -> None:
        """Forget all appointments and tokens."""
        with self._lock, self._database.begin() as connection:
            for table in (jcc_appointment, jcc_token):
                connection.execute(sa.delete(table))

    def give_token(self, seconds: int) -> str:
        """A new token, and no more of what is over."""
        now, token = self.klok.now().replace(tzinfo=None), secrets.token_urlsafe(40)
        with self._lock, self._database.begin() as connection:
            connection.execute(sa.delete(jcc_token).where(jcc_token.c.until <= now))
            connection.execute(sa.insert(jcc_token).values(token=token, until=now + timedelta(seconds=seconds)))
        return token

    def is_valid(self, token: str) -> bool:
        """Whether a token was given out and is not over."""
        now = self.klok.now().replace(tzinfo=None)
        wanted = sa.select(jcc_token.c.token).where(jcc_token.c.token == token, jcc_token.c.until > now)
        with self._database.connect() as connection:
            return connection.execute(wanted).first() is not None

    def forget_tokens(self) -> None:
        """As JCC does when it starts anew."""
        with self._lock, self._database.begin() as connection:
            connection.execute(sa.delete(jcc_token))

    def range(self, activities: Sequence[Activiteit]) -> tuple[date, date]:
        """First and last day on which these can be had."""
        today = self.klok.local().date()
        first = max((one.vanaf_dagen for one in activities), default=0)
        return today + timedelta(days=first), today + timedelta(days=self.wereld.vooruit_dagen)

    def times(self, choices: Sequence[Choice], plek: Plek, begin: date, after: date) -> list[datetime]:
        """Free moments from a day up to another one."""
        with self._database.connect() as connection:
            return self._free(connection, choices, plek, begin, after)

    def book(
        self, choices: Sequence[Choice], plek: Plek, start: datetime, customers: Sequence[Json], message: str
    ) -> str | None:
        """The id of a new appointment; None when the moment is not free."""
        with self._lock, self._database.begin() as connection:
            day = start.date()
            if start not in self._free(connection, choices, plek, day, day + timedelta(days=1)):
                return None
            activities = [(one.id, amount) for one, amount in choices]
            body = {"activities": activities, "customers": list(customers), "message": message}
            return self._insert(connection, plek, start, start + duration(choices), body)

    def take(self, location: str, start: datetime, minutes: int = 10) -> bool:
        """Let somebody else have one place at a moment of the grid; whether there was one left."""
        plek = self.wereld.plek(location)
        if plek is None or (start - datetime.combine(start.date(), _MIDNIGHT)) % GRID:
            return False
        with self._lock, self._database.begin() as connection:
            length = timedelta(minutes=minutes)
            if not self._fits(self._taken(connection, plek, start, start + length), plek, start, length):
                return False
            self._insert(connection, plek, start, start + length, {"activities": [], "customers": [], "message": ""})
        return True

    def fill_day(self, location: str, day: date) -> None:
        """Let others have every place on a day."""
        plek = self.wereld.plek(location)
        assert plek is not None
        for opens, closes, _ in plek.openings(day):
            start, end = datetime.combine(day, opens), datetime.combine(day, closes)
            while self.take(location, start, (end - start) // timedelta(minutes=1)):
                pass
            # What was taken before leaves gaps.
            while start < end:
                while self.take(location, start, 5):
                    pass
                start += GRID

    def appointment(self, id: str) -> Mapping[str, Any] | None:
        """One, with its `body` as it was asked."""
        with self._database.connect() as connection:
            found = connection.execute(sa.select(jcc_appointment).where(jcc_appointment.c.id == id)).mappings().first()
        return None if found is None else {**found, "body": json.loads(found["body"])}

    def appointments(self) -> list[Mapping[str, Any]]:
        """All that somebody booked by the API, oldest first; not what others `take`."""
        with self._database.connect() as connection:
            rows = connection.execute(sa.select(jcc_appointment).order_by(jcc_appointment.c.number)).mappings().all()
        found = [{**row, "body": json.loads(row["body"])} for row in rows]
        return [one for one in found if one["body"]["activities"]]

    def cancel(self, id: str) -> bool:
        """Take an appointment away; whether there was one."""
        with self._lock, self._database.begin() as connection:
            return bool(connection.execute(sa.delete(jcc_appointment).where(jcc_appointment.c.id == id)).rowcount)

    def _insert(self, connection: Connection, plek: Plek, start: datetime, end: datetime, body: Json) -> str:
        made = {"id": str(uuid.uuid4()), "location": plek.id, "start": start, "end": end, "created": self.klok.local()}
        connection.execute(sa.insert(jcc_appointment).values(**made, body=json.dumps(body)))
        return str(made["id"])

    def _free(
        self, connection: Connection, choices: Sequence[Choice], plek: Plek, begin: date, after: date
    ) -> list[datetime]:
        if any(plek.id not in one.plekken for one, _ in choices):
            return []
        first, last = self.range([one for one, _ in choices])
        begin, after = max(begin, first), min(after, last + timedelta(days=1))
        if begin >= after:
            return []
        length, soonest = duration(choices), self.klok.local() + self.wereld.vooraf
        taken = self._taken(connection, plek, datetime.combine(begin, _MIDNIGHT), datetime.combine(after, _MIDNIGHT))
        found = []
        for day in (begin + timedelta(days=n) for n in range((after - begin).days)):
            for opens, closes, _ in plek.openings(day):
                start = datetime.combine(day, opens)
                while start < datetime.combine(day, closes):
                    if start >= soonest and self._fits(taken, plek, start, length):
                        found.append(start)
                    start += GRID
        return found

    def _fits(self, taken: Mapping[datetime, int], plek: Plek, start: datetime, length: timedelta) -> bool:
        """Whether one more can be helped from a moment on, in a place that stays open."""
        places = {opens: (closes, most) for opens, closes, most in plek.openings(start.date())}
        moment = start
        while moment < start + length:
            most = next((m for opens, (closes, m) in places.items() if opens <= moment.time() < closes), 0)
            if moment.date() != start.date() or taken.get(moment, 0) >= most:
                return False
            moment += GRID
        return True

    def _taken(self, connection: Connection, plek: Plek, begin: datetime, after: datetime) -> dict[datetime, int]:
        """How many are helped at each moment of the grid."""
        columns = jcc_appointment.c
        wanted = sa.select(columns.start, columns.end).where(
            columns.location == plek.id, columns.start < after, columns.end > begin
        )
        counts: dict[datetime, int] = {}
        for start, end in connection.execute(wanted):
            while start < end:
                counts[start] = counts.get(start, 0) + 1
                start += GRID
        return counts


def duration(choices: Sequence[Choice]) -> timedelta:
    """How long activities take together; JCC keeps seconds."""
    return timedelta(seconds=sum(one.seconden * amount for one, amount in choices))
