"""How long offering and booking take: `python -m bench.appointments`. Writes docs/benchmarks-afspraken.md.

The own agenda of two places, empty and with a year of appointments, on SQLite and on PostgreSQL. A page is made of chapters;
each measures and tells what it found.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bench.appointments_year import YEAR, fill_year
from bench.booking import conversation_chapter
from bench.machine import load_average, machine
from bot.appointments.agenda.backend import Agenda
from bot.appointments.offers import first_free
from bot.appointments.values import TIJDZONE, Keus, Klant
from bot.appointments.wishes import Wens
from bot.database import open_database, upgrade
from bot.settings import ROOT

OUT = ROOT / "docs" / "benchmarks-afspraken.md"
POSTGRESQL = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
APPOINTMENTS, LOOKS, BOOKINGS, CLIENTS = 20_000, 40, 100, 8
KEUZEN = (Keus("rijbewijs"),)
KLANT = Klant(achternaam="Voorbeeld", email="noor@mail.example", telefoon="0612345678")
Chapter = Callable[[str], str]
"""Address of a PostgreSQL server in, a part of the page in Markdown out."""


@dataclass(frozen=True)
class Figures:
    """Milliseconds of each of one thing."""

    p50: float
    p95: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Figures:
        """Half and nearly all stay below these."""
        parts = statistics.quantiles(milliseconds, n=100, method="inclusive")
        return cls(parts[49], parts[94])


@dataclass(frozen=True)
class Measured:
    """One agenda."""

    appointments: int
    days: Figures
    """The days of 90 on which something is free."""
    moments: Figures
    """The first three free moments."""
    alone: Figures
    """Booking, one after the other."""
    together: Figures
    """Booking, so many clients at once."""
    per_second: float


def measure(database: Engine, appointments: int) -> Measured:
    """Offer and book in an agenda with so many appointments."""
    upgrade(database)
    today = datetime.now(TIJDZONE).date()
    count = fill_year(database, YEAR, today, appointments) if appointments else 0
    if database.dialect.name == "postgresql":
        # As its autovacuum does by itself after a while.
        with database.begin() as connection:
            connection.execute(sa.text("ANALYZE"))
    agenda = Agenda(YEAR, database, lambda: datetime.now(TIJDZONE))
    return asyncio.run(_measure(agenda, today, count))


async def _measure(agenda: Agenda, today: date, count: int) -> Measured:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CLIENTS))
    last = today + timedelta(days=90)
    places = list(YEAR.locaties) * (LOOKS // 2)
    days = [await _timed(partial(agenda.list_dates, KEUZEN, place, today, last)) for place in places]
    moments = [
        await _timed(partial(first_free, agenda, KEUZEN, place, Wens(), nu=datetime.now(TIJDZONE), dagen_vooruit=90))
        for place in places
    ]
    free = await _free(agenda, today)
    alone = [await _timed(partial(_book, agenda, *one)) for one in free[:BOOKINGS]]
    together: list[float] = []

    async def client(number: int) -> None:
        for one in free[BOOKINGS + number : 5 * BOOKINGS : CLIENTS]:
            together.append(await _timed(partial(_book, agenda, *one)))

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    seconds = time.perf_counter() - began
    return Measured(
        count,
        Figures.of(days),
        Figures.of(moments),
        Figures.of(alone),
        Figures.of(together),
        len(together) / seconds,
    )


async def _free(agenda: Agenda, today: date) -> list[tuple[str, datetime]]:
    """Moments to book, in any order, none so near another that it takes its place."""
    found = []
    for place in YEAR.locaties:
        for day in await agenda.list_dates(KEUZEN, place, today, today + timedelta(days=90)):
            times = await agenda.list_times(KEUZEN, place, day)
            for one in times:
                if not found or found[-1][0] != place or one - found[-1][1] >= timedelta(minutes=20):
                    found.append((place, one))
    random.Random(1).shuffle(found)
    if len(found) < 5 * BOOKINGS:
        raise RuntimeError("er zijn te weinig vrije momenten om te boeken")
    return found


async def _book(agenda: Agenda, place: str, begin: datetime) -> None:
    await agenda.book(KEUZEN, place, begin, KLANT, sleutel=uuid.uuid4().hex)


def agenda_chapter(postgresql: str) -> str:
    """Offering and booking in the own agenda."""
    found: dict[str, dict[int, Measured]] = {"SQLite": {}, "PostgreSQL": {}}
    for appointments in (0, APPOINTMENTS):
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(f"sqlite:///{folder}/agenda.sqlite")
            found["SQLite"][appointments] = measure(database, appointments)
            database.dispose()
        with _postgresql(postgresql) as database:
            found["PostgreSQL"][appointments] = measure(database, appointments)
    filled = found["SQLite"][APPOINTMENTS].appointments
    return f"""## Eigen agenda

Twee locaties, voor drie en twee afspraken tegelijk, met een raster van tien minuten. Leeg, en met een jaar van {filled} afspraken.
"Dagen" is: op welke van 90 dagen is er iets vrij. "Eerste drie" zijn de eerste drie vrije momenten,
zoals in het gesprek. Boeken is een keer `book` met een eigen sleutel; {CLIENTS} bewoners zijn {CLIENTS} gesprekken in een proces.

| ms (p50 / p95) | SQLite, leeg | SQLite, een jaar | keer zo lang | PostgreSQL, leeg | PostgreSQL, een jaar | keer zo lang |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
{_row("dagen", found, lambda one: one.days)}
{_row("eerste drie", found, lambda one: one.moments)}
{_row("boeken, een bewoner", found, lambda one: one.alone)}
{_row(f"boeken, {CLIENTS} bewoners", found, lambda one: one.together)}

"Keer zo lang" vergelijkt de p50 van een jaar met die van een lege agenda. Met {CLIENTS} bewoners en een jaar aan afspraken:
{found["SQLite"][APPOINTMENTS].per_second:.0f} boekingen per seconde op SQLite,
{found["PostgreSQL"][APPOINTMENTS].per_second:.0f} op PostgreSQL.
"""


CHAPTERS: tuple[Chapter, ...] = (agenda_chapter, conversation_chapter)


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Meet aanbieden en boeken; schrijft docs/benchmarks-afspraken.md.")
    parser.add_argument("--postgresql", default=POSTGRESQL, help="adres van een PostgreSQL-server (%(default)s)")
    chosen = parser.parse_args()
    before = load_average()
    chapters = [chapter(chosen.postgresql) for chapter in CHAPTERS]
    about = {"Date": date.today().isoformat(), **machine(), "Load of the machine": f"{before} before"}
    rows = "\n".join(f"| {name} | {value} |" for name, value in about.items())
    page = f"""# Afspraken: hoe lang aanbieden en boeken duren

Dit bestand wordt gemaakt door `python -m bench.appointments` en wordt niet met de hand gewijzigd.

|  |  |
| --- | --- |
{rows}

"""
    OUT.write_text(page + "\n".join(chapters), encoding="utf-8")
    print(f"Geschreven: {OUT}")
    return 0


def _row(name: str, found: dict[str, dict[int, Measured]], figures: Callable[[Measured], Figures]) -> str:
    cells = [name]
    for kind in ("SQLite", "PostgreSQL"):
        empty, year = figures(found[kind][0]), figures(found[kind][APPOINTMENTS])
        cells += [f"{one.p50:.1f} / {one.p95:.1f}" for one in (empty, year)] + [f"{year.p50 / empty.p50:.1f}"]
    return f"| {' | '.join(cells)} |"


@contextmanager
def _postgresql(server: str) -> Iterator[Engine]:
    """A database of its own on a server, gone afterwards."""
    name = f"vraagbaak_bench_{uuid.uuid4().hex[:10]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", future=True)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    database = open_database(str(sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False)))
    try:
        yield database
    finally:
        database.dispose()
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


async def _timed(what: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await what()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
