"""A month of residents who hold, book, move and cancel: at each step, and in the end, the agenda is as the model says."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.engine import Engine

from bot.appointments.agenda import upkeep
from bot.appointments.agenda.backend import Agenda
from bot.appointments.agenda.config import AgendaConfig, DienstInstelling, LocatieInstelling
from bot.appointments.errors import NotAllowed, NotFound, SlotTaken
from bot.appointments.values import TIJDZONE, Afspraak, Keus, Klant
from bot.catalog.rooster import Openingstijden, Sluiting, Weekrooster
from tests.appointments.agenda.builders import Klok, check_places, op, rows
from tests.appointments.agenda.month_model import Kept, Model, Outcome, Place

BEGIN, DAYS, STEPS = op("2027-03-12 06:00"), 31, 2000
"""With Goede Vrijdag, both days of Easter, and the clock that goes forward on the first of them."""
OUTCOMES = {SlotTaken: Outcome.TAKEN, NotFound: Outcome.UNKNOWN, NotAllowed: Outcome.TOO_LATE}
Services = tuple[tuple[str, int], ...]


def _closed_at_easter() -> Openingstijden:
    return Openingstijden(
        telefoon=Weekrooster(),
        balie=Weekrooster(),
        toch_open=("Eerste paasdag",),
        sluitingen=(Sluiting(datum=date(2027, 4, 6), reden="opleiding"),),
    )


CONFIG = AgendaConfig(
    gemeente="voorbeeldstad",
    diensten={
        "paspoort": DienstInstelling("Paspoort", 10, 5, 4),
        "rijbewijs": DienstInstelling("Rijbewijs", 15),
        "huwelijk": DienstInstelling("Huwelijk", 45, locaties=("stadhuis",)),
    },
    locaties={
        "stadhuis": LocatieInstelling(
            "Stadhuis",
            Weekrooster(
                maandag="09:00-12:30",
                dinsdag="09:00-12:30",
                woensdag="09:00-12:30",
                donderdag="09:00-12:30, 17:00-20:00",
                vrijdag="09:00-12:25",
            ),
            _closed_at_easter(),
            capaciteit=2,
        ),
        "wijkpost": LocatieInstelling(
            "Wijkpost",
            Weekrooster(dinsdag="13:00-15:00", donderdag="13:00-15:00"),
            _closed_at_easter(),
            raster=15,
            dicht=(date(2027, 3, 18),),
        ),
        "nachtloket": LocatieInstelling(
            "Nachtloket", Weekrooster(zondag="00:30-04:30"), _closed_at_easter(), raster=30
        ),
    },
    dagen_vooruit=8,
)


def _model() -> Model:
    morning, evening = (time(9), time(12, 30)), (time(17), time(20))
    afternoon = (time(13), time(15))
    closed = frozenset({date(2027, 3, 26), date(2027, 3, 29), date(2027, 4, 6), date(2027, 4, 27)})
    both = frozenset({"paspoort", "rijbewijs"})
    return Model(
        {
            "stadhuis": Place(
                {0: [morning], 1: [morning], 2: [morning], 3: [morning, evening], 4: [(time(9), time(12, 25))]},
                2,
                10,
                both | {"huwelijk"},
                closed,
            ),
            "wijkpost": Place({1: [afternoon], 3: [afternoon]}, 1, 15, both, closed | {date(2027, 3, 18)}),
            "nachtloket": Place({6: [(time(0, 30), time(4, 30))]}, 1, 30, both, closed),
        },
        {"paspoort": (10, 5), "rijbewijs": (15, 0), "huwelijk": (45, 0)},
        days_ahead=8,
        lead=timedelta(minutes=60),
        hold=timedelta(minutes=5),
    )


class Month:
    """Residents who do as the dice say, before the agenda and the model alike."""

    def __init__(self, database: Engine, seed: int) -> None:
        self.database, self.dice, self.klok, self.model = database, random.Random(seed), Klok(BEGIN), _model()
        self.agenda = Agenda(CONFIG, database, self.klok)
        self.seen: Counter[tuple[str, Outcome]] = Counter()
        self.repeated = self.lapsed = 0
        self.keys = 0
        self.gone: list[str] = ["0" * 32]

    @property
    def now(self) -> datetime:
        return self.klok.nu.astimezone(UTC)

    async def live(self) -> None:
        steps = [self.hold, self.book, self.move, self.cancel, self.release, self.look, self.read, self.tidy]
        weights = [24, 30, 17, 9, 3, 4, 6, 2]
        for _ in range(STEPS):
            await self.dice.choices(steps, weights)[0]()
            # Most act within seconds of each other; now and then nobody does for hours, as at night.
            pause = self.dice.choice([20, 60, 120, 400, 6700])
            self.klok.verder(seconds=round(self.dice.expovariate(1 / pause)))
        assert self.klok.nu > BEGIN + timedelta(days=DAYS - 3)

    async def hold(self) -> None:
        place, services, begin = await self.wish()
        key = self.key()
        self.lapsed += key in self.model.holds and self.model._held(key, self.now) is None
        expected = self.model.hold(place, services, begin, key, self.now)
        found, until = await self.tried("hold", self.agenda.hold(keuzen(services), place, begin, key), expected)
        if found is Outcome.DONE:
            assert until.astimezone(UTC) == self.model.holds[key].until

    async def book(self) -> None:
        place, services, begin = await self.wish()
        key = self.dice.choice(["", self.key(), self.key(new=True)])
        held = self.model.holds.get(key)
        if held and self.dice.random() < 0.8:
            place, services, begin = held.place, held.services, held.begin.astimezone(TIJDZONE)
        person, before = f"P{self.dice.randrange(10**6)}", self.model.booked_with(key)
        expected, kept = self.model.book(place, services, begin, person, key, self.now)
        klant = Klant(achternaam=person, telefoon="0612345678")
        work = self.agenda.book(keuzen(services), place, begin, klant, sleutel=key)
        found, made = await self.tried("book", work, expected)
        if found is Outcome.DONE:
            assert kept is not None
            self.repeated += before is not None
            assert before in (None, made.id)
            self.model.appointments[made.id] = kept
            self.same(made, kept)

    async def move(self) -> None:
        id, key = self.some_appointment(), self.dice.choice(["", self.key()])
        place, _, begin = await self.wish(self.model.appointments.get(id))
        to = self.dice.choice([place, place, None])
        expected = self.model.move(id, begin, to, key, self.now)
        found, moved = await self.tried("move", self.agenda.move(id, begin, to, key), expected)
        if found is Outcome.DONE:
            assert moved.id == id
            self.same(moved, self.model.appointments[id])

    async def cancel(self) -> None:
        id = self.some_appointment()
        expected = self.model.cancel(id, self.now)
        await self.tried("cancel", self.agenda.cancel(id), expected)
        if expected is Outcome.DONE:
            self.gone.append(id)

    async def release(self) -> None:
        key = self.key()
        self.model.release(key)
        await self.agenda.release(key)

    async def look(self) -> None:
        """All days and one day's times, as anybody sees them."""
        place, services, _ = await self.wish()
        if not {name for name, _ in services} <= self.model.places[place].services:
            return
        today = self.klok.nu.date()
        week = [today + timedelta(days=number) for number in range(-1, 10)]
        offered = {day: self.model.offered(place, services, day, self.now) for day in week}
        days = await self.agenda.list_dates(keuzen(services), place, week[0], week[-1])
        assert days == [day for day in week if offered[day]]
        day = self.dice.choice(days or week)
        times = await self.agenda.list_times(keuzen(services), place, day)
        assert [one.astimezone(UTC) for one in times] == offered[day]
        self.seen["look", Outcome.DONE] += 1

    async def read(self) -> None:
        id = self.some_appointment()
        kept = self.model.appointments.get(id)
        expected = Outcome.DONE if kept else Outcome.UNKNOWN
        found, afspraak = await self.tried("read", self.agenda.get(id), expected)
        if found is Outcome.DONE:
            assert kept is not None
            self.same(afspraak, kept)

    async def tidy(self) -> None:
        assert upkeep.clean_up(self.database, self.klok.nu) == self.model.clean_up(self.now)

    async def wish(self, near: Kept | None = None) -> tuple[str, Services, datetime]:
        """Mostly something that is on offer; at times what another has already, or what nobody can have."""
        place = self.dice.choices(list(self.model.places), [6, 2, 1])[0]
        name = self.dice.choices(list(self.model.services), [5, 3, 2])[0]
        services: Services = ((name, self.dice.choice([1, 1, 2, 4]) if name == "paspoort" else 1),)
        if self.dice.random() < 0.15 and name != "rijbewijs":
            services += (("rijbewijs", 1),)
        day = self.klok.nu.date() + timedelta(days=self.dice.choice([0, 1, 1, 2, 2, 3, 4, 6, 8, 9]))
        if place != "stadhuis" and self.dice.random() < 0.8:
            # The days on which the others are open are few.
            day += timedelta(days=-day.weekday() % 7 + {"wijkpost": self.dice.choice([1, 3]), "nachtloket": 6}[place])
            if day > self.klok.nu.date() + timedelta(days=9):
                day -= timedelta(days=7)
        dice = self.dice.random()
        meant = near.services if near else services
        can = {one for one, _ in meant} <= self.model.places[place].services
        if dice < 0.6 and can:
            offered = await self.agenda.list_times(keuzen(meant), place, day)
            if offered:
                return place, services, self.dice.choice(offered[:4] + offered)
        if dice < 0.7 and self.model.appointments:
            another = self.dice.choice(list(self.model.appointments.values()))
            return another.place, services, another.begin.astimezone(TIJDZONE)
        grid = 5 if self.dice.random() < 0.2 else self.model.places[place].grid
        clock = time(self.dice.choice([0, 1, 2, 3, 9, 10, 11, 12, 14, 18]), self.dice.randrange(0, 60, grid))
        # The hour that is skipped means the hour after it to Python; both must see it so.
        return place, services, datetime.combine(day, clock, TIJDZONE)

    def key(self, new: bool = False) -> str:
        """A new wish, or one of the last few."""
        self.keys += new or self.dice.random() < 0.3
        return f"wens-{self.keys if new else max(0, self.keys - self.dice.randrange(6))}"

    def some_appointment(self) -> str:
        if not self.model.appointments or self.dice.random() < 0.07:
            return self.dice.choice(self.gone)
        return self.dice.choice(list(self.model.appointments))

    async def tried(self, what: str, work: Awaitable[Any], expected: Outcome) -> tuple[Outcome, Any]:
        try:
            given, found = await work, Outcome.DONE
        except tuple(OUTCOMES) as error:
            given, found = None, OUTCOMES[type(error)]
        self.seen[what, found] += 1
        assert found is expected, f"{what} at {self.klok.nu}, {sum(self.seen.values())} steps in"
        return found, given

    def same(self, afspraak: Afspraak, kept: Kept) -> None:
        assert afspraak.einde is not None and afspraak.klant is not None
        assert (afspraak.begin.astimezone(UTC), afspraak.einde.astimezone(UTC)) == (kept.begin, kept.end)
        assert (afspraak.locatie.id, keuzen(kept.services)) == (kept.place, afspraak.keuzen)
        assert afspraak.klant.achternaam == kept.person
        assert afspraak.mag_weg == (kept.begin > self.now)

    def check_end(self) -> None:
        """The database holds exactly what the model does."""
        upkeep.clean_up(self.database, self.klok.nu)
        self.model.clean_up(self.now)
        standing = {
            row.id: (
                row.locatie,
                tuple((name, people) for name, people in row.keuzen),
                row.begin.astimezone(UTC),
                row.einde.astimezone(UTC),
                row.klant and row.klant["achternaam"],
                row.verloopt_op,
            )
            for row in rows(self.database)
        }
        holds = [one for key in self.model.holds if (one := self.model._held(key, self.now))]
        kept = [
            (one.place, one.services, one.begin, one.end, one.person, None) for one in self.model.appointments.values()
        ]
        held = [(one.place, one.services, one.begin, one.end, None, one.until) for one in holds]
        assert sorted(standing.values(), key=repr) == sorted(kept + held, key=repr)
        assert {id for id, row in standing.items() if row[-1] is None} == set(self.model.appointments)
        check_places(self.database, CONFIG)


def keuzen(services: Services) -> tuple[Keus, ...]:
    return tuple(Keus(name, people) for name, people in services)


def test_a_month_of_bookings_ends_as_the_model_says(database: Engine) -> None:
    month = Month(database, seed=2027)
    asyncio.run(month.live())
    month.check_end()
    seen = month.seen
    # It is no test when the dice never came up.
    assert min(seen["hold", Outcome.DONE], seen["book", Outcome.DONE], seen["move", Outcome.DONE]) > 100
    assert min(seen["hold", Outcome.TAKEN], seen["book", Outcome.TAKEN], seen["move", Outcome.TAKEN]) > 50
    assert min(seen["cancel", Outcome.DONE], seen["look", Outcome.DONE]) > 60
    assert min(seen["cancel", Outcome.TOO_LATE], seen["move", Outcome.TOO_LATE], seen["read", Outcome.UNKNOWN]) > 3
    assert min(seen["book", Outcome.UNKNOWN], seen["move", Outcome.UNKNOWN]) > 3
    assert month.repeated > 15 and month.lapsed > 15
