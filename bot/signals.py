"""Telling those who wait on a conversation that something is new, across processes.

The database is the truth: a signal only says "look again". With Redis it arrives at once on every node; without, each
process looks itself, a few times a second, and signals of its own process arrive at once all the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import redis.asyncio as redis
from sqlalchemy.engine import Engine

from bot.conversations.store import positions

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.4
"""Seconds between looks when there is no Redis."""
LOOK_EVERY_WITH_REDIS = 5.0
"""Seconds between looks when there is: for a signal that got lost while Redis was away."""
_CHANNEL = "vraagbaak:gesprekken"


class Signals:
    """One per process. `start` and `stop` belong to the event loop of the server."""

    def __init__(self, engine: Engine, redis_url: str = "") -> None:
        self._engine = engine
        self._redis = redis.Redis.from_url(redis_url) if redis_url else None
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.stopped = False
        """Nobody needs to wait any longer: the process is stopping."""

    def start(self) -> None:
        """Begin to listen."""
        self._tasks = [asyncio.create_task(self._look())]
        if self._redis is not None:
            self._tasks.append(asyncio.create_task(self._listen()))

    async def stop(self) -> None:
        """Stop listening, and let those who wait go."""
        self.stopped = True
        for gesprek_id in list(self._waiting):
            self._wake(gesprek_id)
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        if self._redis is not None:
            await self._redis.close()

    @asynccontextmanager
    async def waiting(self, gesprek_id: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set each time the conversation may have something new; the waiter clears it."""
        event = asyncio.Event()
        self._waiting.setdefault(gesprek_id, set()).add(event)
        try:
            yield event
        finally:
            events = self._waiting.get(gesprek_id, set())
            events.discard(event)
            if not events:
                self._waiting.pop(gesprek_id, None)
                self._seen.pop(gesprek_id, None)

    async def announce(self, gesprek_id: str) -> None:
        """Say that something is new. A Redis that is away costs speed, not messages."""
        self._wake(gesprek_id)
        if self._redis is not None:
            try:
                await self._redis.publish(_CHANNEL, gesprek_id)
            except redis.RedisError as error:
                logger.warning("Redis is niet bereikbaar (%s); berichten komen iets later", type(error).__name__)

    @property
    def open(self) -> int:
        """Number of conversations that somebody waits on in this process."""
        return len(self._waiting)

    def _wake(self, gesprek_id: str) -> None:
        for event in self._waiting.get(gesprek_id, ()):
            event.set()

    async def _look(self) -> None:
        pause = LOOK_EVERY_WITH_REDIS if self._redis is not None else LOOK_EVERY
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(pause)
            if not self._waiting:
                continue
            try:
                found = await loop.run_in_executor(None, partial(positions, self._engine, list(self._waiting)))
            except Exception as error:  # noqa: BLE001 (a database that is away for a moment must not end the looking)
                logger.warning("De database is niet bereikbaar (%s); straks opnieuw", type(error).__name__)
                continue
            for gesprek_id, position in found.items():
                if self._seen.get(gesprek_id) != position:
                    self._seen[gesprek_id] = position
                    self._wake(gesprek_id)
            # Erased while somebody was looking on: let them see that it is gone.
            for gesprek_id in set(self._waiting) - set(found):
                self._wake(gesprek_id)

    async def _listen(self) -> None:
        assert self._redis is not None
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(_CHANNEL)
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            self._wake(message["data"].decode())
            except redis.RedisError as error:
                logger.warning("Redis is niet bereikbaar (%s); straks opnieuw", type(error).__name__)
                await asyncio.sleep(1)
