"""What the database's troubles come to: nothing is done twice, and nothing is said to be done that is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from bot.appointments.agenda import transactions
from bot.appointments.agenda.tables import agenda_locatie
from bot.appointments.errors import Unavailable, Uncertain
from bot.appointments.values import Keus
from bot.database import _sqlite_pragmas, open_database, upgrade
from tests.appointments.agenda.builders import CONFIG, NOOR, ON_POSTGRESQL, check_places, make, op, rows, with_places

PASPOORT = (Keus("paspoort"),)
TIEN = op("2026-11-23 10:00")
run = asyncio.run


@contextmanager
def breaking(database: Engine, event: str, times: int) -> Iterator[None]:
    """The connection breaks just before or just after a transaction is made final, the first so many times."""
    left, commit = [times], database.dialect.do_commit

    def broken(connection: Any) -> None:
        if not left[0]:
            return commit(connection)
        left[0] -= 1
        if event == "after":
            commit(connection)
        admin = sa.create_engine(database.url, isolation_level="AUTOCOMMIT", future=True)
        with admin.connect() as other:
            ended = sa.text("SELECT pg_terminate_backend(:pid, 5000)")
            assert other.execute(ended, {"pid": connection.dbapi_connection.info.backend_pid}).scalar()
        admin.dispose()
        if event == "after":
            # What the answer to a commit looks like when it does not come.
            connection.cursor().execute("SELECT 1")
        return commit(connection)

    database.dialect.do_commit = broken  # type: ignore[method-assign]
    try:
        yield
    finally:
        del database.dialect.do_commit


@ON_POSTGRESQL
@pytest.mark.parametrize("event", ["before", "after"])
def test_a_wish_with_a_key_survives_a_broken_connection(database: Engine, event: str) -> None:
    agenda = make(database)
    with breaking(database, event, 1):
        made = run(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel="wens"))
    (row,) = rows(database)
    assert row.id == made.id
    check_places(database, CONFIG)


@ON_POSTGRESQL
@pytest.mark.parametrize(("event", "stands"), [("before", 0), ("after", 1)])
def test_without_a_key_it_is_uncertain(database: Engine, event: str, stands: int) -> None:
    with breaking(database, event, 1), pytest.raises(Uncertain):
        run(make(database).book(PASPOORT, "stadhuis", TIEN, NOOR))
    assert len(rows(database)) == stands


@ON_POSTGRESQL
def test_it_is_uncertain_when_it_keeps_breaking(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "POGINGEN", 3)
    with breaking(database, "before", 9), pytest.raises(Uncertain):
        run(make(database).book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel="wens"))
    assert rows(database) == []


@ON_POSTGRESQL
@pytest.mark.parametrize("event", ["before", "after"])
def test_moving_and_cancelling_survive_it_too(database: Engine, event: str) -> None:
    agenda = make(database)
    id = run(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR)).id
    with breaking(database, event, 1):
        assert run(agenda.move(id, op("2026-11-23 14:00"), "wijkpost")).locatie.id == "wijkpost"
    check_places(database, CONFIG)
    with breaking(database, event, 1):
        run(agenda.cancel(id))
    assert rows(database) == []


def test_another_transaction_was_first(database: Engine) -> None:
    seen: list[int] = []

    def work(connection: Connection) -> str:
        seen.append(1)
        if len(seen) < 3:
            connection.execute(sa.insert(agenda_locatie).values(gemeente="x", locatie="x", raster=len(seen)))
            connection.execute(sa.insert(agenda_locatie).values(gemeente="x", locatie="x", raster=len(seen)))
        return "done"

    assert transactions.change(database, "proef", work) == "done"
    with database.connect() as connection:
        assert connection.execute(sa.select(agenda_locatie)).all() == []


def test_our_own_mistake_is_not_hidden(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "POGINGEN", 2)

    def work(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(sa.insert(agenda_locatie).values(gemeente="x", locatie="x", raster=1))

    with pytest.raises(sa.exc.IntegrityError):
        transactions.change(database, "proef", work)


@ON_POSTGRESQL
def test_two_that_wait_on_each_other_are_both_done(database: Engine) -> None:
    with database.begin() as connection:
        for place in ("a", "b"):
            connection.execute(sa.insert(agenda_locatie).values(gemeente="x", locatie=place, raster=0))

    async def both() -> None:
        met = asyncio.Barrier(2)
        loop = asyncio.get_running_loop()

        def crossing(first: str, second: str) -> Callable[[Connection], None]:
            waited: list[bool] = []

            def work(connection: Connection) -> None:
                more = {"raster": agenda_locatie.c.raster + 1}
                connection.execute(sa.update(agenda_locatie).where(agenda_locatie.c.locatie == first).values(more))
                if not waited:
                    waited.append(True)
                    asyncio.run_coroutine_threadsafe(met.wait(), loop).result(10)  # type: ignore[arg-type]
                connection.execute(sa.update(agenda_locatie).where(agenda_locatie.c.locatie == second).values(more))

            return work

        await asyncio.gather(
            *(asyncio.to_thread(transactions.change, database, "proef", crossing(*order)) for order in ("ab", "ba"))
        )

    run(both())
    with database.connect() as connection:
        assert connection.execute(sa.select(agenda_locatie.c.raster)).scalars().all() == [2, 2]


def test_no_database_is_unavailable(tmp_path: Path) -> None:
    nowhere = open_database("postgresql+psycopg2://postgres@127.0.0.1:9/nothing")
    without_tables = open_database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    for engine in (nowhere, without_tables):
        agenda = make(engine)
        for work in (
            agenda.check(),
            agenda.list_times(PASPOORT, "stadhuis", TIEN.date()),
            agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel="wens"),
            agenda.cancel("x"),
        ):
            with pytest.raises(Unavailable) as error:
                run(work)
            assert "Voorbeeld" not in str(error.value)


def test_a_file_that_another_keeps_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    upgrade(open_database(f"sqlite:///{path}"))
    impatient = sa.create_engine(f"sqlite:///{path}", future=True, connect_args={"timeout": 0.05})
    with open_database(f"sqlite:///{path}").begin() as connection:
        connection.execute(sa.insert(agenda_locatie).values(gemeente="x", locatie="x", raster=1))
        with pytest.raises(Unavailable):
            run(make(impatient).book(PASPOORT, "stadhuis", TIEN, NOOR))
        assert run(make(impatient).list_times(PASPOORT, "stadhuis", TIEN.date())), "reading goes on"


def test_on_a_file_nobody_is_turned_away_because_others_write(tmp_path: Path) -> None:
    upgrade(open_database(f"sqlite:///{tmp_path / 'busy.sqlite'}"))
    impatient = sa.create_engine(
        f"sqlite:///{tmp_path / 'busy.sqlite'}",
        future=True,
        poolclass=QueuePool,
        connect_args={"timeout": 0.001, "check_same_thread": False},
    )
    sa.event.listen(impatient, "connect", _sqlite_pragmas)
    agenda = make(impatient, with_places(capaciteit=40))

    async def forty() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(8))
        await asyncio.gather(*(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel=f"g{n}") for n in range(40)))

    run(forty())
    assert len(rows(impatient)) == 40
    check_places(impatient, with_places(capaciteit=40))
