"""What the agenda ought to do, by itself: plain lists, minute by minute on real clocks, sharing no code with the agenda."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from tests.appointments.agenda import brute

Hours = dict[int, list[tuple[time, time]]]
"""Weekday (Monday is 0) to the stretches of that day."""


class Outcome(Enum):
    DONE = "done"
    TAKEN = "taken"
    UNKNOWN = "unknown"
    TOO_LATE = "too late"


@dataclass(frozen=True)
class Place:
    hours: Hours
    capacity: int
    grid: int
    services: frozenset[str]
    closed: frozenset[date]


@dataclass(frozen=True)
class Kept:
    """An appointment, or (with `until`) a moment that is held."""

    place: str
    services: tuple[tuple[str, int], ...]
    begin: datetime
    end: datetime
    key: str = ""
    person: str = ""
    until: datetime | None = None


class Model:
    """The state of one municipality's agenda; all moments are UTC."""

    def __init__(
        self,
        places: dict[str, Place],
        services: dict[str, tuple[int, int]],
        *,
        days_ahead: int,
        lead: timedelta,
        hold: timedelta,
    ) -> None:
        self.places, self.services = places, services
        self.days_ahead, self.lead, self.hold_for = days_ahead, lead, hold
        self.appointments: dict[str, Kept] = {}
        self.holds: dict[str, Kept] = {}

    def length(self, services: tuple[tuple[str, int], ...]) -> timedelta:
        minutes = 0
        for name, people in services:
            first, further = self.services[name]
            minutes += first + further * (people - 1)
        return timedelta(minutes=minutes)

    def hours(self, place: str, day: date) -> list[tuple[time, time]]:
        return [] if day in self.places[place].closed else self.places[place].hours.get(day.weekday(), [])

    def offered(self, place: str, services: tuple[tuple[str, int], ...], day: date, now: datetime) -> list[datetime]:
        """What anybody is offered on a day."""
        today = now.astimezone(brute.AMSTERDAM).date()
        if not today <= day <= today + timedelta(days=self.days_ahead):
            return []
        standing = [one for one in self._standing(now) if one.place == place]
        return brute.free(
            self.hours(place, day),
            day,
            [(one.begin, one.end) for one in standing],
            capacity=self.places[place].capacity,
            grid=self.places[place].grid,
            minutes=int(self.length(services).total_seconds() // 60),
            earliest=now + self.lead,
        )

    def hold(
        self, place: str, services: tuple[tuple[str, int], ...], begin: datetime, key: str, now: datetime
    ) -> Outcome:
        wanted = self._wanted(place, services, begin)
        if wanted is None:
            return Outcome.UNKNOWN
        if not self._may(wanted, now, [self._held(key, now)], self._others(now, key)):
            return Outcome.TAKEN
        self.holds[key] = replace(wanted, key=key, until=now + self.hold_for)
        return Outcome.DONE

    def release(self, key: str) -> None:
        self.holds.pop(key, None)

    def booked_with(self, key: str) -> str | None:
        """The appointment that a key has."""
        return next((id for id, one in self.appointments.items() if key and one.key == key), None)

    def book(
        self, place: str, services: tuple[tuple[str, int], ...], begin: datetime, person: str, key: str, now: datetime
    ) -> tuple[Outcome, Kept | None]:
        """Whether it is booked, and as what; the caller gives it an id (unless the key has one)."""
        wanted = self._wanted(place, services, begin)
        if wanted is None:
            return Outcome.UNKNOWN, None
        before = self.booked_with(key)
        if before is None and not self._may(wanted, now, [self._held(key, now)], self._others(now, key)):
            return Outcome.TAKEN, None
        self.holds.pop(key, None)
        return Outcome.DONE, self.appointments[before] if before else replace(wanted, key=key, person=person)

    def move(self, id: str, begin: datetime, place: str | None, key: str, now: datetime) -> Outcome:
        old = self.appointments.get(id)
        if old is None:
            return Outcome.UNKNOWN
        if old.begin <= now:
            return Outcome.TOO_LATE
        wanted = self._wanted(place or old.place, old.services, begin)
        if wanted is None:
            return Outcome.UNKNOWN
        others = [one for one in self._others(now, key) if one is not old]
        if not self._may(wanted, now, [self._held(key, now), old], others):
            return Outcome.TAKEN
        self.holds.pop(key, None)
        self.appointments[id] = replace(old, place=wanted.place, begin=wanted.begin, end=wanted.end)
        return Outcome.DONE

    def cancel(self, id: str, now: datetime) -> Outcome:
        if id in self.appointments and self.appointments[id].begin <= now:
            return Outcome.TOO_LATE
        self.appointments.pop(id, None)
        return Outcome.DONE

    def clean_up(self, now: datetime) -> int:
        over = [id for id, one in self.appointments.items() if one.end + timedelta(days=1) <= now]
        for id in over:
            del self.appointments[id]
        return len(over)

    def _wanted(self, place: str, services: tuple[tuple[str, int], ...], begin: datetime) -> Kept | None:
        if place not in self.places or not {name for name, _ in services} <= self.places[place].services:
            return None
        begin = begin.astimezone(UTC)
        return Kept(place, services, begin, begin + self.length(services))

    def _standing(self, now: datetime) -> list[Kept]:
        return [*self.appointments.values(), *(one for one in self.holds.values() if one.until and now < one.until)]

    def _others(self, now: datetime, key: str) -> list[Kept]:
        mine = self._held(key, now)
        return [one for one in self._standing(now) if one is not mine]

    def _held(self, key: str, now: datetime) -> Kept | None:
        one = self.holds.get(key)
        return one if one and one.until and now < one.until else None

    def _may(self, wanted: Kept, now: datetime, own: list[Kept | None], others: list[Kept]) -> bool:
        place = self.places[wanted.place]
        has_it = any(one and (one.place, one.begin) == (wanted.place, wanted.begin) for one in own)
        local = wanted.begin.astimezone(brute.AMSTERDAM)
        if wanted.begin < (now if has_it else now + self.lead) or brute.down(wanted.begin, place.grid) != wanted.begin:
            return False
        if local.date() > now.astimezone(brute.AMSTERDAM).date() + timedelta(days=self.days_ahead):
            return False
        near = [
            (brute.down(one.begin, place.grid), brute.up(one.end, place.grid))
            for one in others
            if one.place == wanted.place and abs(one.begin - wanted.begin) < timedelta(days=1)
        ]
        for minute in brute.between(wanted.begin, brute.up(wanted.end, place.grid)):
            wall = minute.astimezone(brute.AMSTERDAM)
            is_open = any(van <= wall.time() < tot for van, tot in self.hours(wanted.place, wall.date()))
            if minute < wanted.end and not is_open:
                return False
            if sum(begin <= minute < end for begin, end in near) >= place.capacity:
                return False
        return True
