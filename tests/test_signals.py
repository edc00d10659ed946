"""Whoever waits on a conversation hears of something new: at once in its own process, and soon from another."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy.engine import Engine

from bot import signals
from bot.conversations import store
from bot.conversations.model import Nieuw
from bot.database import open_database, upgrade
from bot.signals import Signals
from tests.conftest import missing_service

REDIS = "redis://127.0.0.1:6379"
PATIENCE = 10.0
NEVER = 3600.0


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    database = open_database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    upgrade(database)
    return database


@pytest.fixture
def gesprek_id(engine: Engine) -> str:
    return store.start(engine, gemeente="voorbeeldstad", kanaal="webchat").id


@pytest.fixture
def no_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is heard now, was heard without looking into the database."""
    monkeypatch.setattr(signals, "LOOK_EVERY", NEVER)
    monkeypatch.setattr(signals, "LOOK_EVERY_WITH_REDIS", NEVER)


@pytest.fixture
def quick_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(signals, "LOOK_EVERY_WITH_REDIS", 0.02)


@pytest.fixture
def with_redis() -> str:
    try:
        redis.Redis.from_url(REDIS).ping()
    except redis.RedisError:
        missing_service("Redis op 127.0.0.1:6379")
    return REDIS


def running(work: Callable[..., Coroutine[Any, Any, None]], *those: Signals) -> None:
    """Do `work` while the signals listen."""

    async def all_of_it() -> None:
        for one in those:
            one.start()
        try:
            await work()
        finally:
            for one in those:
                await one.stop()

    asyncio.run(all_of_it())


async def heard(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), PATIENCE)
    event.clear()


async def first_look(event: asyncio.Event) -> None:
    """The first look at a conversation always wakes, as nothing was seen of it before."""
    await heard(event)


@pytest.mark.usefixtures("no_looking")
def test_the_own_process_hears_at_once(engine: Engine, gesprek_id: str) -> None:
    one = Signals(engine)

    async def work() -> None:
        async with one.waiting(gesprek_id) as first, one.waiting(gesprek_id) as second, one.waiting("ander") as other:
            await one.announce(gesprek_id)
            assert first.is_set() and second.is_set() and not other.is_set()

    running(work, one)


@pytest.mark.usefixtures("quick_looking")
@pytest.mark.parametrize("change", ["message", "state"])
def test_a_change_by_another_process_is_seen_by_looking(engine: Engine, gesprek_id: str, change: str) -> None:
    one = Signals(engine)

    async def work() -> None:
        async with one.waiting(gesprek_id) as event:
            await first_look(event)
            if change == "message":
                store.append(engine, gesprek_id, Nieuw("medewerker", "hallo"))
            else:
                store.set_state(engine, gesprek_id, {"wie": "medewerker"})
            await heard(event)

    running(work, one)


@pytest.mark.usefixtures("quick_looking")
def test_looking_wakes_nobody_while_nothing_changes(engine: Engine, gesprek_id: str) -> None:
    one = Signals(engine)

    async def work() -> None:
        async with one.waiting(gesprek_id) as event, one.waiting("erased") as looked:
            await first_look(event)
            for _ in range(3):
                await heard(looked)
            assert not event.is_set()

    running(work, one)


@pytest.mark.usefixtures("quick_looking")
def test_an_erased_conversation_wakes_those_who_look_on(engine: Engine, gesprek_id: str) -> None:
    one = Signals(engine)

    async def work() -> None:
        async with one.waiting(gesprek_id) as event:
            await first_look(event)
            store.erase(engine, gesprek_id)
            await heard(event)

    running(work, one)


@pytest.mark.usefixtures("quick_looking")
def test_a_database_that_is_away_for_a_moment_does_not_end_the_looking(
    engine: Engine, gesprek_id: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = Signals(engine)

    def away(*_: object) -> None:
        raise OSError("weg")

    async def work() -> None:
        async with one.waiting(gesprek_id) as event:
            await first_look(event)
            with monkeypatch.context() as patch:
                patch.setattr(signals, "positions", away)
                while "De database is niet bereikbaar" not in caplog.text:
                    await asyncio.sleep(0.01)
            store.append(engine, gesprek_id, Nieuw("bewoner", "hallo"))
            await heard(event)

    running(work, one)


def test_who_no_longer_waits_is_forgotten(engine: Engine, gesprek_id: str) -> None:
    one = Signals(engine)

    async def work() -> None:
        async with one.waiting(gesprek_id):
            async with one.waiting(gesprek_id), one.waiting("ander"):
                assert one.open == 2
            assert one.open == 1
        assert one.open == 0
        await one.announce(gesprek_id)

    running(work, one)


@pytest.mark.usefixtures("no_looking")
def test_stopping_lets_those_who_wait_go(engine: Engine, gesprek_id: str) -> None:
    one = Signals(engine)

    async def work() -> None:
        one.start()
        async with one.waiting(gesprek_id) as event:
            await one.stop()
            assert event.is_set() and one.stopped

    asyncio.run(work())


@pytest.mark.usefixtures("no_looking")
def test_with_redis_another_process_hears_at_once(engine: Engine, gesprek_id: str, with_redis: str) -> None:
    here, there = Signals(engine, with_redis), Signals(engine, with_redis)

    async def work() -> None:
        async with here.waiting(gesprek_id) as event, here.waiting("ander") as other:
            # Subscribing takes a moment of its own.
            while not event.is_set():
                await there.announce(gesprek_id)
                await asyncio.sleep(0.02)
            assert not other.is_set()

    async def in_time() -> None:
        await asyncio.wait_for(work(), PATIENCE)

    running(in_time, here, there)


@pytest.mark.usefixtures("quick_looking")
def test_without_its_redis_messages_come_all_the_same(
    engine: Engine, gesprek_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{nobody.getsockname()[1]}"
        here, there = Signals(engine, address), Signals(engine, address)

        async def work() -> None:
            async with here.waiting(gesprek_id) as event:
                await first_look(event)
                store.append(engine, gesprek_id, Nieuw("medewerker", "hallo"))
                await there.announce(gesprek_id)
                await heard(event)
                await here.announce(gesprek_id)
                assert event.is_set()

        with caplog.at_level(logging.WARNING):
            running(work, here, there)
    assert "Redis is niet bereikbaar" in caplog.text
    assert gesprek_id not in caplog.text


@pytest.mark.usefixtures("no_looking")
def test_redis_that_comes_back_is_heard_again(
    engine: Engine, gesprek_id: str, with_redis: str, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = Signals(engine, with_redis), Signals(engine, with_redis)

    async def until_heard(event: asyncio.Event) -> None:
        while not event.is_set():
            await there.announce(gesprek_id)
            await asyncio.sleep(0.02)
        event.clear()

    async def work() -> None:
        async with here.waiting(gesprek_id) as event:
            await asyncio.wait_for(until_heard(event), PATIENCE)
            # As when Redis restarts: its connections are gone.
            assert here._redis is not None
            await here._redis.connection_pool.disconnect(inuse_connections=True)
            await asyncio.wait_for(until_heard(event), PATIENCE)

    running(work, here, there)
