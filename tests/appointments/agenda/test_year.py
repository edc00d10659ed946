"""With thousands of appointments: the offers are right, and asked for in one question that an index answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bench.appointments_year import YEAR, fill_year
from bot.appointments.values import Keus
from tests.appointments.agenda import brute
from tests.appointments.agenda.builders import NOOR, NU, check_places, make, rows

HOURS = {
    **dict.fromkeys(range(3), [(time(9), time(17))]),
    3: [(time(9), time(20))],
    4: [(time(9), time(13))],
}
FEESTDAGEN = {date(2026, 12, 25), date(2027, 1, 1)}
LANG = (Keus("huwelijk"), Keus("paspoort", 6), Keus("rijbewijs"))


@contextmanager
def asked(database: Engine) -> Iterator[dict[str, object]]:
    """The statements that the database got, each with the values that came first with it."""
    statements: dict[str, object] = {}

    def on_execute(_c: object, _cursor: object, statement: str, values: object, _x: object, many: bool) -> None:
        statements.setdefault(statement, values[0] if many else values)  # type: ignore[index]

    sa.event.listen(database, "before_cursor_execute", on_execute)
    try:
        yield statements
    finally:
        sa.event.remove(database, "before_cursor_execute", on_execute)


def test_offers_of_a_quarter_in_a_full_agenda(database: Engine) -> None:
    assert fill_year(database, YEAR, NU.date(), 4_000, number_of_days=120) == 4_000
    check_places(database, YEAR)
    agenda = make(database, YEAR)
    last = NU.date() + timedelta(days=90)
    with asked(database) as questions:
        days = asyncio.run(agenda.list_dates(LANG, "stadhuis", NU.date(), last))
    assert len(questions) == 1
    # Anybody can see what is left without asking the agenda.
    standing = [(row.begin, row.einde) for row in rows(database) if row.locatie == "stadhuis"]
    checked = [NU.date() + timedelta(days=number) for number in range(0, 91, 6)]
    for day in checked:
        taken = [one for one in standing if one[0].date() == day]
        expected = brute.free(
            [] if day in FEESTDAGEN else HOURS.get(day.weekday(), []),
            day,
            taken,
            capacity=3,
            grid=10,
            minutes=80,
            earliest=NU + timedelta(minutes=60),
        )
        with asked(database) as questions:
            times = asyncio.run(agenda.list_times(LANG, "stadhuis", day))
        assert len(questions) == 1
        assert [one.astimezone(UTC) for one in times] == expected
        assert (day in days) == bool(expected)
    assert 0 < len(days) < 62, "some days are full for something this long"


def test_nothing_is_looked_for_from_front_to_back(database: Engine) -> None:
    fill_year(database, YEAR, NU.date(), 4_000)
    if database.dialect.name == "postgresql":
        with database.begin() as connection:
            connection.exec_driver_sql("ANALYZE agenda_afspraak")
            connection.exec_driver_sql("ANALYZE agenda_cel")
    agenda = make(database, YEAR)

    async def live() -> None:
        day = NU.date() + timedelta(days=3)
        first, second, *_ = await agenda.list_times(LANG, "stadhuis", day)
        await agenda.hold(LANG, "stadhuis", first, "a")
        made = await agenda.book(LANG, "stadhuis", first, NOOR, sleutel="a")
        await agenda.move(made.id, second, sleutel="a")
        await agenda.get(made.id)
        await agenda.cancel(made.id)
        await agenda.release("a")

    with asked(database) as statements:
        asyncio.run(live())
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[database.dialect.name]
    plans = []
    with database.connect() as connection:
        for statement, values in statements.items():
            if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
                plans += [str(row[-1]) for row in connection.exec_driver_sql(explain + statement, values)]
    assert len(plans) > 10
    whole = [one for one in plans if re.match(r"SCAN|.*Seq Scan on agenda_(afspraak|cel)", one)]
    # Of a place alone there may be ten thousand.
    whole += [one for one in plans if "agenda_afspraak" in one and one.endswith("(gemeente=? AND locatie=?)")]
    assert whole == []
