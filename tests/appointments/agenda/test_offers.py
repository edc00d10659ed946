"""Whatever is offered can be booked, and then there is one place less; nothing else can."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.appointments.agenda.config import DienstInstelling
from bot.appointments.agenda.tables import agenda_afspraak
from bot.appointments.errors import SlotTaken
from bot.appointments.values import Keus
from bot.catalog.rooster import Weekrooster
from bot.database import open_database, upgrade
from tests.appointments.agenda import brute
from tests.appointments.agenda.builders import CONFIG, NOOR, STADHUIS, Klok, check_places, make, op, rows

DAG = date(2026, 11, 23)
run = asyncio.run


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("aanbod") / "test.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    yield engine
    engine.dispose()


@settings(max_examples=20, deadline=None)
@given(
    raster=st.sampled_from([10, 15, 20, 30]),
    capaciteit=st.integers(1, 3),
    lengths=st.tuples(st.integers(1, 70), st.integers(1, 40)),
    open_minutes=st.integers(30, 150),
    wishes=st.lists(st.tuples(st.booleans(), st.integers(0, 99), st.booleans()), min_size=4, max_size=12),
)
def test_what_is_offered_is_exactly_what_can_be_had(
    file: Engine,
    raster: int,
    capaciteit: int,
    lengths: tuple[int, int],
    open_minutes: int,
    wishes: list[tuple[bool, int, bool]],
) -> None:
    with file.begin() as connection:
        connection.execute(sa.delete(agenda_afspraak))
    hours = (time(9), (datetime(2026, 1, 1, 9) + timedelta(minutes=open_minutes)).time())
    place = replace(
        STADHUIS,
        openingstijden=Weekrooster(maandag=f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"),
        raster=raster,
        capaciteit=capaciteit,
    )
    diensten = {"kort": DienstInstelling("Kort", lengths[0]), "lang": DienstInstelling("Lang", lengths[1])}
    config = replace(CONFIG, locaties={"stadhuis": place}, diensten=diensten)
    agenda = make(file, config, Klok(op("2026-11-22 12:00")))
    taken: list[tuple[datetime, datetime]] = []

    def expected(minutes: int) -> list[datetime]:
        return brute.free(
            [hours], DAG, taken, capacity=capaciteit, grid=raster, minutes=minutes, earliest=op("2026-11-22 13:00")
        )

    for first, choice, held in wishes:
        keuzen, minutes = (Keus("kort"),) if first else (Keus("lang"),), lengths[0] if first else lengths[1]
        offered = run(agenda.list_times(keuzen, "stadhuis", DAG))
        assert [one.astimezone(UTC) for one in offered] == expected(minutes)
        assert run(agenda.list_dates(keuzen, "stadhuis", DAG, DAG)) == ([DAG] if offered else [])
        refused = [op("2026-11-23 08:30") + timedelta(minutes=5 * number) for number in range(40)]
        refused = [one for one in refused if one not in offered]
        for one in refused[choice % 13 :: 13]:
            with pytest.raises(SlotTaken):
                run(agenda.book(keuzen, "stadhuis", one, NOOR))
        if not offered:
            continue
        begin = offered[choice % len(offered)]
        if held:
            run(agenda.hold(keuzen, "stadhuis", begin, f"wens-{len(taken)}"))
        else:
            run(agenda.book(keuzen, "stadhuis", begin, NOOR))
        taken.append((begin.astimezone(UTC), begin.astimezone(UTC) + timedelta(minutes=minutes)))
    assert len(rows(file)) == len(taken)
    check_places(file, config)
