"""Taking away what is over, withdrawing, and the list of a day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments.agenda import upkeep
from bot.appointments.agenda.tables import agenda_cel
from bot.appointments.values import Keus
from tests.appointments.agenda.builders import CONFIG, NOOR, NU, check_places, make, op, rows

PASPOORT = (Keus("paspoort"),)
TIEN = op("2026-11-23 10:00")
run = asyncio.run


def test_what_is_over_goes_a_day_after_its_end(database: Engine) -> None:
    agenda = make(database)
    run(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR))
    later = run(agenda.book(PASPOORT, "stadhuis", op("2026-11-23 10:30"), NOOR))
    assert upkeep.clean_up(database, op("2026-11-24 10:24")) == 0
    assert upkeep.clean_up(database, op("2026-11-24 10:25")) == 1
    assert [row.id for row in rows(database)] == [later.id]
    check_places(database, CONFIG)
    assert upkeep.clean_up(database, op("2026-11-23 10:55"), timedelta(0)) == 1
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(agenda_cel)).scalar() == 0


def test_what_was_held_too_long_goes(database: Engine) -> None:
    agenda = make(database)
    run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    assert upkeep.clean_up(database, NU + timedelta(minutes=4)) == 0
    assert len(rows(database)) == 1
    assert upkeep.clean_up(database, NU + timedelta(minutes=5)) == 0
    assert rows(database) == []


def test_withdrawing_works_also_when_it_is_over(database: Engine) -> None:
    id = run(make(database).book(PASPOORT, "stadhuis", TIEN, NOOR)).id
    assert not upkeep.withdraw(database, "molendam", id)
    assert upkeep.withdraw(database, "voorbeeldstad", id)
    assert not upkeep.withdraw(database, "voorbeeldstad", id)
    assert rows(database) == []
    check_places(database, CONFIG)


def test_the_list_of_a_day(database: Engine) -> None:
    agenda = make(database)
    second = run(agenda.book((Keus("paspoort", 2),), "wijkpost", op("2026-11-23 13:00"), NOOR, "met kinderwagen"))
    first = run(agenda.book(PASPOORT, "stadhuis", TIEN, replace(NOOR, achternaam="de Boer")))
    run(agenda.book(PASPOORT, "stadhuis", op("2026-11-26 10:00"), NOOR))
    run(agenda.hold(PASPOORT, "stadhuis", op("2026-11-23 14:00"), "a"))
    run(make(database, replace(CONFIG, gemeente="molendam")).book(PASPOORT, "stadhuis", TIEN, NOOR))
    found = upkeep.day_list(database, "voorbeeldstad", date(2026, 11, 23))
    assert [
        (one.id, one.locatie, f"{one.begin:%H:%M}", f"{one.einde:%H:%M}", one.naam, one.opmerking) for one in found
    ] == [
        (first.id, "stadhuis", "10:00", "10:25", "de Boer", ""),
        (second.id, "wijkpost", "13:00", "13:35", "Voorbeeld", "met kinderwagen"),
    ]
    assert found[1].keuzen == (Keus("paspoort", 2),)
    assert "Boer" not in repr(found)
