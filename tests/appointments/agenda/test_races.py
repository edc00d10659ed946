"""Many at once: nobody is booked over another, on SQLite and PostgreSQL, in one process and in several."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.appointments.agenda import places
from bot.appointments.agenda.tables import agenda_cel
from bot.appointments.errors import NotFound, SlotTaken
from bot.appointments.values import Keus
from tests.appointments.agenda.builders import CONFIG, NOOR, ON_POSTGRESQL, check_places, make, op, rows, with_places
from tests.appointments.agenda.fighting import DAG, KEUZEN, TEN_PLACES, conversation, conversations, fight_in_processes

PASPOORT = (Keus("paspoort"),)
TIEN = op("2026-11-23 10:00")


def at_once(works: list[Callable[[], Coroutine[Any, Any, Any]]]) -> list[Any]:
    """What each gives or raises, each in a thread with a loop of its own, all begun together."""
    ready = Barrier(len(works))

    def one(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        ready.wait()
        try:
            return asyncio.run(work())
        except (SlotTaken, NotFound) as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def ten_won(database: Engine, won: list[str]) -> None:
    assert len(won) == len(set(won)) == 10
    assert {row.id for row in rows(database)} == set(won)
    assert all(row.verloopt_op is None for row in rows(database))
    assert set(Counter(row.begin for row in rows(database)).values()) == {2}
    assert asyncio.run(make(database, TEN_PLACES).list_times(KEUZEN, "stadhuis", DAG)) == []
    check_places(database, TEN_PLACES)


def test_fifty_conversations_in_one_loop_fight_for_ten_places(database: Engine) -> None:
    ten_won(database, asyncio.run(conversations(make(database, TEN_PLACES), 0, 50)))


def test_fifty_conversations_in_threads_fight_for_ten_places(database: Engine) -> None:
    agenda = make(database, TEN_PLACES)
    found = at_once([lambda number=number: conversation(agenda, number) for number in range(50)])  # type: ignore[misc]
    ten_won(database, [one for one in found if one is not None])


def test_five_processes_of_ten_conversations_fight_for_ten_places(database: Engine) -> None:
    url = database.url.render_as_string(hide_password=False)
    ten_won(database, fight_in_processes(url, 5, 10))


def test_one_moment_of_three_places_is_held_three_times(database: Engine) -> None:
    agenda = make(database, with_places(capaciteit=3))
    found = at_once([lambda n=n: agenda.hold(PASPOORT, "stadhuis", TIEN, f"g{n}") for n in range(20)])  # type: ignore[misc]
    assert sum(not isinstance(one, Exception) for one in found) == 3
    assert len(rows(database)) == 3
    check_places(database, with_places(capaciteit=3))


def test_a_holder_holds_one_moment_however_often_they_click(database: Engine) -> None:
    agenda = make(database)
    moments = [(place, op(f"2026-11-23 {hour}:00")) for hour in range(13, 17) for place in ("stadhuis", "wijkpost")]
    at_once([lambda m=m: agenda.hold(PASPOORT, m[0], m[1], "g") for m in moments * 2])  # type: ignore[misc]
    assert len(rows(database)) == 1
    check_places(database, CONFIG)


def test_one_wish_is_booked_once_however_often_it_is_sent(database: Engine) -> None:
    agenda = make(database)
    # At both places: there it is the key, not the place, that two meet on. One place, so a full one must not hide the first.
    wishes = [("stadhuis", TIEN), ("wijkpost", TIEN), ("stadhuis", op("2026-11-23 14:00"))] * 6
    found = at_once([lambda w=w: agenda.book(PASPOORT, w[0], w[1], NOOR, sleutel="wens") for w in wishes])  # type: ignore[misc]
    assert len({one.id for one in found}) == 1
    assert len(rows(database)) == 1
    check_places(database, CONFIG)


def test_a_held_moment_is_its_holders_while_others_try(database: Engine) -> None:
    agenda = make(database)
    asyncio.run(agenda.hold(PASPOORT, "stadhuis", TIEN, "holder"))
    keys = [f"g{number}" for number in range(12)] + ["holder"]
    found = at_once([lambda k=k: agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel=k) for k in keys])  # type: ignore[misc]
    assert [isinstance(one, SlotTaken) for one in found] == [True] * 12 + [False]


def test_two_of_ten_move_to_the_same_moment(database: Engine) -> None:
    config = with_places(capaciteit=2)
    agenda = make(database, config)

    async def made() -> list[str]:
        clocks = [op(f"2026-11-26 {hour}:00") for hour in range(10, 15)] * 2
        return [(await agenda.book(PASPOORT, "stadhuis", one, NOOR)).id for one in clocks]

    ids = asyncio.run(made())
    found = at_once([lambda id=id: agenda.move(id, TIEN, "wijkpost") for id in ids])  # type: ignore[misc]
    assert sum(not isinstance(one, Exception) for one in found) == 2
    assert Counter(row.locatie for row in rows(database)) == {"wijkpost": 2, "stadhuis": 8}
    check_places(database, config)


def test_moves_that_cross_do_not_wait_on_each_other(database: Engine) -> None:
    config = replace(with_places(capaciteit=4))
    agenda = make(database, config)

    async def made(place: str) -> list[str]:
        return [(await agenda.book(PASPOORT, place, TIEN, NOOR)).id for _ in range(4)]

    ids = [(id, "wijkpost") for id in asyncio.run(made("stadhuis"))]
    ids += [(id, "stadhuis") for id in asyncio.run(made("wijkpost"))]
    later = op("2026-11-23 14:00")
    found = at_once([lambda one=one: agenda.move(one[0], later, one[1]) for one in ids])  # type: ignore[misc]
    assert not [one for one in found if isinstance(one, Exception)]
    check_places(database, config)


def test_cancelling_while_it_is_moved(database: Engine) -> None:
    agenda = make(database)
    for round_ in range(8):
        id = asyncio.run(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR)).id
        hour = op(f"2026-11-23 {13 + round_ % 3}:00")
        at_once(
            [
                lambda id=id: agenda.cancel(id),  # type: ignore[misc]
                lambda id=id, hour=hour: agenda.move(id, hour, "wijkpost"),  # type: ignore[misc]
                lambda id=id, hour=hour: agenda.move(id, hour),  # type: ignore[misc]
            ]
        )
        assert rows(database) == []
        check_places(database, CONFIG)


@ON_POSTGRESQL
def test_cancelling_in_the_middle_of_a_move_waits_for_it(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.appointments.agenda.transactions.POGINGEN", 1)
    agenda, vacate = make(database), places.vacate
    id = asyncio.run(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR)).id
    with ThreadPoolExecutor(1) as pool:
        cancelled: list[Future[None]] = []

        def vacate_slowly(connection: Connection, moved: str) -> None:
            vacate(connection, moved)
            cancelled.append(pool.submit(asyncio.run, agenda.cancel(id)))
            assert not wait(cancelled, timeout=0.3).done

        monkeypatch.setattr(places, "vacate", vacate_slowly)
        assert asyncio.run(agenda.move(id, op("2026-11-23 14:00"))).begin == op("2026-11-23 14:00")
        cancelled[0].result(10)
    assert rows(database) == []
    check_places(database, CONFIG)


def test_another_grid_while_people_book_and_move(database: Engine) -> None:
    coarse, fine = with_places(capaciteit=3), with_places(capaciteit=3, raster=5)
    old, new = make(database, coarse), make(database, fine)

    async def booked(number: int) -> None:
        agenda = (old, new)[number % 2]
        begin = op(f"2026-11-26 {10 + number % 9}:00")
        made = await agenda.book(PASPOORT, ("stadhuis", "wijkpost")[number % 2], begin, NOOR, sleutel=f"g{number}")
        await agenda.move(made.id, begin, ("wijkpost", "stadhuis")[number % 2])

    found = at_once([lambda number=number: booked(number) for number in range(18)])  # type: ignore[misc]
    assert found == [None] * 18
    # Whoever comes next lays the grid on which they count.
    for place in ("stadhuis", "wijkpost"):
        asyncio.run(old.book(PASPOORT, place, op("2026-11-30 10:00"), NOOR))
    check_places(database, coarse)


def test_the_database_itself_refuses_a_place_twice(database: Engine) -> None:
    made = asyncio.run(make(database).book(PASPOORT, "stadhuis", TIEN, NOOR))
    with database.connect() as connection:
        taken = connection.execute(sa.select(agenda_cel)).mappings().first()
    assert taken is not None and taken["afspraak_id"] == made.id
    with pytest.raises(sa.exc.IntegrityError), database.begin() as connection:
        connection.execute(sa.insert(agenda_cel), [dict(taken)])


# SQLite lets one transaction write at a time, whatever we lock.
@ON_POSTGRESQL
def test_without_the_lock_the_key_still_keeps_the_count(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a mistake in locking would lead to: all look at the same time and take the same places.
    monkeypatch.setattr("bot.appointments.agenda.places.lock", lambda *_: None)
    config = with_places(capaciteit=3)
    agenda = make(database, config)
    found = at_once([lambda n=n: agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel=f"g{n}") for n in range(12)])  # type: ignore[misc]
    assert sum(not isinstance(one, Exception) for one in found) == 3
    check_places(database, config)
