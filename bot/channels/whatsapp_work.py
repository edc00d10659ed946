"""The work behind the webhook: one task per person, until nothing is left; and a look now and then for what others wrote."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Callable, Dict, Iterable, Iterator, List, Optional, Set

from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.channels.whatsapp_sending import Sending
from bot.channels.whatsapp_turns import MEESTE_POGINGEN, Turns
from bot.conversations import store
from bot.conversations.model import WHATSAPP
from bot.threads import in_thread
from bot.whatsapp import inbox, outbox, people
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import Persoon

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks for what others wrote (an employee, the queue) and for what may go again."""
LEASE = timedelta(seconds=20)
"""How long a process that died keeps somebody's messages from the others."""
BEAT = 5.0
"""Seconds after which a living process says that it still has the people it has."""
BACK = timedelta(seconds=60)
"""How far each look goes back: longer than LEASE, and clocks of processes differ a little."""
FAR_BACK = timedelta(hours=48)
"""How far a look goes back at the start, and every FAR looks: for what went wrong all the same."""
FAR = 120
TOGETHER = 16
"""People that are handled at the same time: most of it is waiting for Meta."""
ANSWERED_TOGETHER = 2
"""Of these, how many get an answer at the same time. That is work for the processor: with more of it at once nobody has an answer
sooner, and webhooks wait longer for their 200."""
PLACE = 0.5
"""Seconds after which an answer that is still being made no longer counts: it waits for another system, and others need not."""
WEBHOOKS_FIRST = 0.25
"""Seconds at most that an answer waits for webhooks that are being taken in."""
FRESH = timedelta(seconds=3)
SETTLE = timedelta(seconds=2)
"""With a message that is older than FRESH: how long nothing may come from somebody before theirs are handled. After a disturbance
Meta repeats webhooks in any order."""
SETTLE_HOOGSTENS = timedelta(seconds=15)
RUST_NA_FOUT = 2.0
"""Seconds before something that broke is tried again."""
STOP_WACHTEN = 8.0
"""Seconds that what is being done may take when the process stops."""


class Work:
    """One for the process."""

    def __init__(
        self, engine: Engine, secret: str, turns: Turns, sending: Sending, now: Callable[[], datetime]
    ) -> None:
        self._engine, self._secret, self._turns, self._sending, self._now = engine, secret, turns, sending, now
        self._me = secrets.token_hex(16)
        self._again: Set[str] = set()
        self._tasks: Dict[str, asyncio.Task[None]] = {}
        self._rounds: List[asyncio.Task[None]] = []
        self._not_before: Dict[str, float] = {}
        """Person → until when (monotonic) what broke is left alone."""
        self._room: Optional[asyncio.Semaphore] = None
        self._answers: Optional[asyncio.Semaphore] = None
        self._taking_in = 0
        self._taken_in = asyncio.Event()
        self._stopping = False

    def start(self, app: Sanic) -> None:
        """Begin, with what was left by a process that stopped."""
        self._turns.serve(app)
        self._room, self._answers = asyncio.Semaphore(TOGETHER), asyncio.Semaphore(ANSWERED_TOGETHER)
        self._rounds = [asyncio.create_task(self._look()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        """Stop after what is being done; the rest is done by the next process."""
        self._stopping = True
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_WACHTEN)
        for task in [*tasks, *self._rounds]:
            task.cancel()
        for task in [*tasks, *self._rounds]:
            with suppress(asyncio.CancelledError):
                await task
        await self._sending.aclose()

    def wake(self, mensen: Iterable[str]) -> None:
        """Something may be to be done for these people."""
        if self._room is None or self._stopping:
            return
        for persoon_id in mensen:
            if persoon_id in self._tasks:
                self._again.add(persoon_id)
            elif self._not_before.get(persoon_id, 0.0) <= time.monotonic():
                task = asyncio.create_task(self._work(persoon_id))
                self._tasks[persoon_id] = task
                task.add_done_callback(partial(self._worked, persoon_id))

    @contextmanager
    def taking_in(self) -> Iterator[None]:
        """While a webhook is written down; no answer begins meanwhile."""
        self._taking_in += 1
        try:
            yield
        finally:
            self._taking_in -= 1
            if not self._taking_in:
                self._taken_in.set()

    async def _webhooks_first(self) -> None:
        if self._taking_in:
            self._taken_in.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._taken_in.wait(), WEBHOOKS_FIRST)

    def _worked(self, persoon_id: str, _task: asyncio.Task[None]) -> None:
        self._tasks.pop(persoon_id, None)
        if persoon_id in self._again:
            self._again.discard(persoon_id)
            self.wake([persoon_id])

    async def _work(self, persoon_id: str) -> None:
        assert self._room is not None
        async with self._room:
            try:
                if not await in_thread(people.claim, self._engine, persoon_id, self._me, self._now(), LEASE):
                    # Another process has them, or they were erased: then only a receipt may be left to send.
                    if await in_thread(people.by_id, self._engine, self._secret, persoon_id) is None:
                        await self._sending.deliver(persoon_id)
                    return
                try:
                    await self._all_of(persoon_id)
                finally:
                    with suppress(Exception):
                        await in_thread(people.let_go, self._engine, persoon_id, self._me)
            except Exception as error:  # noqa: BLE001 (one person's trouble must not end the work for the others)
                # Only the kind of error: its text may hold what somebody wrote.
                logger.error("Werk voor WhatsApp mislukte: %s", type(error).__name__)
                self._leave_alone(persoon_id)

    async def _all_of(self, persoon_id: str) -> None:
        while not self._stopping:
            persoon = await in_thread(people.by_id, self._engine, self._secret, persoon_id)
            if persoon is None:
                await self._sending.deliver(persoon_id)
                return
            waiting = await in_thread(inbox.waiting, self._engine, persoon_id)
            is_settled = self._is_settled(waiting)
            if waiting and is_settled and not await self._in_turn(persoon, waiting[0]):
                self._leave_alone(persoon_id)
                waiting = []
            persoon = await in_thread(people.by_id, self._engine, self._secret, persoon_id)
            if persoon is not None:
                await in_thread(self._sending.make_ready, persoon)
            await self._sending.deliver(persoon_id)
            if not waiting or not is_settled:
                return

    def _is_settled(self, waiting: List[Binnen]) -> bool:
        """Whether what somebody sent may be handled now, or others that were sent before it may still come."""
        if not waiting or waiting[0].ontvangen_op - waiting[0].tijd <= FRESH:
            return True
        arrived, now = [one.ontvangen_op for one in waiting], self._now()
        return now - max(arrived) >= SETTLE or now - min(arrived) >= SETTLE_HOOGSTENS

    async def _in_turn(self, persoon: Persoon, one: Binnen) -> bool:
        assert self._answers is not None
        await self._answers.acquire()
        left = ExitStack()
        left.callback(self._answers.release)
        timer = asyncio.get_running_loop().call_later(PLACE, left.close)
        try:
            await self._webhooks_first()
            return await self._handle(persoon, one)
        finally:
            timer.cancel()
            left.close()

    async def _handle(self, persoon: Persoon, one: Binnen) -> bool:
        """Handle a message; False when that broke, and it is to be tried again."""
        if one.pogingen > MEESTE_POGINGEN:
            # Not even saying so worked.
            logger.error("Een bericht op WhatsApp is opgegeven na %d pogingen", one.pogingen)
            await in_thread(inbox.done, self._engine, one, self._now())
            return True
        await in_thread(inbox.attempt, self._engine, one)
        try:
            await self._turns.handle(persoon, one)
        except Exception as error:  # noqa: BLE001 (whatever broke, others must get their turn)
            logger.error("Een bericht op WhatsApp kon niet worden verwerkt: %s", type(error).__name__)
            return False
        await in_thread(inbox.done, self._engine, one, self._now())
        return True

    def _leave_alone(self, persoon_id: str) -> None:
        now = time.monotonic()
        self._not_before = {other: until for other, until in self._not_before.items() if until > now}
        self._not_before[persoon_id] = now + RUST_NA_FOUT

    async def _look(self) -> None:
        looks = 0
        while True:
            try:
                if looks == 0:
                    await in_thread(self._sending.start_anew)
                self.wake(await in_thread(self._with_something, FAR_BACK if looks % FAR == 0 else BACK))
                looks += 1
            except Exception as error:  # noqa: BLE001 (a database that is away for a moment must not end the looking)
                logger.warning("De database is niet bereikbaar (%s); straks opnieuw", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    def _with_something(self, back: timedelta) -> List[str]:
        found = [*inbox.people_waiting(self._engine), *outbox.people_to_send_to(self._engine, self._now())]
        # Conversations keep the clock of the machine.
        said = store.recent(self._engine, WHATSAPP, datetime.now(UTC) - back)
        return list(dict.fromkeys([*found, *people.behind(self._engine, said)]))

    async def _beat(self) -> None:
        while True:
            try:
                if self._tasks:
                    await in_thread(people.keep, self._engine, self._me, self._now(), LEASE)
            except Exception as error:  # noqa: BLE001 (as above)
                logger.warning("De database is niet bereikbaar (%s); straks opnieuw", type(error).__name__)
            await asyncio.sleep(BEAT)
