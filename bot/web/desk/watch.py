"""What happens at the desk, looked up once for all who look on in this process.

The database is the truth; as long as somebody has the desk open it is read a few times a second, and those who wait are
woken when something differs. What each employee may see of it is cut out later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import Gesprek, UnknownGesprek
from bot.handoff import callback, employees, queue
from bot.handoff.model import Medewerker, Overdracht, Terugbelverzoek
from bot.web.desk.whatsapp import Lijn, lines_of

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True)
class Stand:
    """The desk of all municipalities at one moment."""

    wachtrij: tuple[Overdracht, ...]
    in_gesprek: tuple[Overdracht, ...]
    gesprekken: Mapping[str, Gesprek]
    """Of those who are being helped."""
    lijnen: Mapping[str, Lijn]
    """Of requests on WhatsApp, by the request."""
    terugbelverzoeken: tuple[Terugbelverzoek, ...]
    aanwezig: tuple[Medewerker, ...]


class Watch:
    """One per application. `start` and `stop` belong to the event loop of the server."""

    def __init__(self, engine: Engine, geheim: Callable[[], str], gemeenten: Callable[[], Collection[str]]) -> None:
        self._engine, self._geheim, self._gemeenten = engine, geheim, gemeenten
        self._waiting: set[asyncio.Event] = set()
        self._stand: Stand | None = None
        self._task: asyncio.Task[None] | None = None
        self.stopped = False
        """Nobody needs to wait any longer: the process is stopping."""

    def start(self) -> None:
        """Begin to look."""
        self._hurry = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop looking, and let those who wait go."""
        self.stopped = True
        self._wake()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[asyncio.Event]:
        """An event that is set each time something may differ; the waiter clears it."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)

    def hurry(self) -> None:
        """Something was changed here: look at once."""
        self._hurry.set()

    async def stand(self) -> Stand:
        """The desk as it was a moment ago."""
        if self._stand is None or not self._waiting:
            self._stand = await self.look()
        return self._stand

    async def look(self) -> Stand:
        """The desk as it is now."""
        return await asyncio.get_running_loop().run_in_executor(None, self.read)

    def read(self) -> Stand:
        """The same, for who may wait for the database."""
        ids = self._gemeenten()
        # In this order: what is picked up between the two looks is then in both, and never in neither.
        waiting = queue.waiting(self._engine, ids)
        in_gesprek = queue.being_helped(self._engine, ids)
        helped = {one.id for one in in_gesprek}
        waiting = [one for one in waiting if one.id not in helped]
        return Stand(
            wachtrij=tuple(waiting),
            in_gesprek=tuple(sorted(in_gesprek, key=lambda one: (one.opgepakt_op or one.gevraagd_op, one.id))),
            gesprekken=self._conversations([one.gesprek_id for one in in_gesprek if one.gesprek_id]),
            lijnen={
                **lines_of(self._engine, self._geheim(), waiting, whole=False),
                **lines_of(self._engine, self._geheim(), in_gesprek, whole=True),
            },
            terugbelverzoeken=tuple(callback.on_desk(self._engine, ids)),
            # The moment of the last sign of life differs each time, and nobody sees it.
            aanwezig=tuple(
                sorted(
                    (replace(one, gezien_op=None) for one in employees.present(self._engine, ids, datetime.now(UTC))),
                    key=lambda one: (one.naam, one.id),
                )
            ),
        )

    def _conversations(self, ids: list[str]) -> dict[str, Gesprek]:
        known = self._stand.gesprekken if self._stand else {}
        found = {}
        for gesprek_id, position in store.positions(self._engine, ids).items():
            old = known.get(gesprek_id)
            if old is not None and (old.laatste_nummer, old.toestand_versie) == position:
                found[gesprek_id] = old
                continue
            with suppress(UnknownGesprek):
                found[gesprek_id] = store.load(self._engine, gesprek_id)
        return found

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    async def _run(self) -> None:
        while True:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), LOOK_EVERY)
            self._hurry.clear()
            if not self._waiting:
                continue
            try:
                fresh = await self.look()
            except Exception as error:  # noqa: BLE001 (a database that is away for a moment must not end the looking)
                logger.warning("De database is niet bereikbaar (%s); straks opnieuw", type(error).__name__)
                continue
            if fresh != self._stand:
                self._stand = fresh
                self._wake()
