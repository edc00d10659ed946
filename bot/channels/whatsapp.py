"""WhatsApp as a Rasa input channel: Meta's webhook in, Meta's Graph API out. docs/whatsapp.md takes a municipality through it.

What comes in is checked, written down and acknowledged; it is handled after that, once, and per person in order. What goes out
is what stands in the conversation, whoever said it: so an employee's words and those of the queue arrive by the same way.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Awaitable, Callable, Dict, List, Optional, Set

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.channels.tokens import secret_of
from bot.channels.webchat import ConversationOutput
from bot.channels.whatsapp_sending import Sending
from bot.channels.whatsapp_turns import Turns
from bot.channels.whatsapp_values import Nummers, gemeente_of_number, numbers_of
from bot.conversations import store
from bot.conversations.model import WHATSAPP
from bot.database import open_database, upgrade
from bot.privacy.masking import mask
from bot.search.text import clean
from bot.settings import load_settings
from bot.signals import Signals
from bot.threads import in_thread
from bot.whatsapp import inbox, outbox, people
from bot.whatsapp.graph import Graphs
from bot.whatsapp.values import Gelezen, Inkomend, Stand
from bot.whatsapp.webhook import SIGNATURE_HEADER, BadWebhook, read

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
LOOK_EVERY = 0.5
"""Seconds between two looks for what others wrote (an employee, the queue) and for what may go again."""
BACK = timedelta(seconds=10)
"""How far each look goes back: clocks of processes differ a little."""
AT_START = timedelta(hours=48)
LEASE = timedelta(seconds=120)
"""How long one process has somebody's messages to itself; longer than any turn takes."""
TOGETHER = 16
"""People that are handled at the same time."""
FRESH = timedelta(seconds=3)
SETTLE = 0.5
"""Seconds to wait for what was sent before it, with a message that is older than FRESH: after a disturbance Meta repeats webhooks
in any order."""
RUST_NA_FOUT = 5.0


class WhatsappChannel(InputChannel):
    """The webhook, and the work behind it."""

    def __init__(
        self, graphs: Optional[Graphs] = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Reads settings, numbers and secrets; `graphs` and `now` can be set by tests."""
        self._settings = load_settings()
        self._engine = open_database(self._settings.catalog_url)
        upgrade(self._engine)
        self._secret = secret_of(self._settings)
        self._signals = Signals(self._engine, self._settings.redis_url)
        self._nummers: Nummers = numbers_of(self._settings)
        self._graphs, self._now = graphs, now

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/whatsapp/...`."""
        return WHATSAPP

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        """There is nothing to configure here: numbers stand in the municipalities' files, secrets in files of their own."""
        return cls()

    def get_output_channel(self) -> Optional[OutputChannel]:
        """For what is said without being asked (a reminder): it goes into the conversation, and from there to the phone."""
        return _Push(self._engine, self._signals)

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("vraagbaak_whatsapp", __name__)
        work = Work(
            self._engine,
            self._secret,
            Turns(self._settings, self._engine, self._secret, self._signals, on_new_message, self._now),
            Sending(self._settings, self._engine, self._secret, self._signals, self._nummers, self._now, self._graphs),
            self._now,
        )

        @routes.listener("after_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            if self._nummers.configs:
                work.start(app)

        @routes.listener("before_server_stop")
        async def stop(_app: Sanic, _loop: Any) -> None:
            await work.stop()

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok", "nummers": len(self._nummers.configs)})

        @routes.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            """Meta sees whether this address is ours."""
            challenge = self._nummers.challenge(request.args)
            return response.text(challenge) if challenge is not None else response.text("", status=403)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            """Signed, written down, acknowledged; then handled."""
            allowed = self._nummers.signed_by(request.body, request.headers.get(SIGNATURE_HEADER))
            if not allowed:
                return response.text("", status=401)
            try:
                found = read(request.body)
            except BadWebhook:
                return response.text("", status=400)
            for person in await in_thread(self._take_in, found, allowed):
                work.wake(person)
            return response.text("")

        return routes

    def _take_in(self, found: Gelezen, allowed: frozenset[str]) -> List[str]:
        """Write everything down; ids of people with something new. Raises SQLAlchemy's errors: Meta then repeats it."""
        touched: List[str] = []
        for one in found.berichten:
            person = self._message(one, allowed)
            if person is not None:
                touched.append(person)
        for stand in found.standen:
            self._status(stand, allowed)
        for error in found.fouten:
            logger.error("WhatsApp meldt een fout (code %s) over een nummer van ons", error.code)
        for unknown in found.onbekend:
            logger.info("Niet gelezen van WhatsApp: %s", unknown)
        return list(dict.fromkeys(touched))

    def _message(self, one: Inkomend, allowed: frozenset[str]) -> Optional[str]:
        gemeente = gemeente_of_number(self._settings, self._nummers, one.phone_number_id)
        if gemeente is None or gemeente.id not in allowed:
            logger.warning("Een bericht voor een nummer dat niet van deze gemeente is, is niet gelezen")
            return None
        if inbox.known(self._engine, one.phone_number_id, one.id):
            return None
        now = self._now()
        tijd = min(one.tijd or now, now + timedelta(minutes=5))
        make = partial(
            people.found_or_made,
            self._engine,
            self._secret,
            gemeente=gemeente.id,
            phone_number_id=one.phone_number_id,
            gebruiker=one.gebruiker,
            nummer=one.nummer,
            tijd=tijd,
            new_conversation=secrets.token_urlsafe(18),
        )
        persoon, _ = make()
        if one.soort == "systeem":
            if one.nieuw_nummer or one.nieuwe_gebruiker:
                people.changed_address(
                    self._engine, self._secret, persoon, nummer=one.nieuw_nummer, gebruiker=one.nieuwe_gebruiker
                )
            return None
        inhoud: Dict[str, Any] = {
            "soort": one.soort,
            # Nothing that must not be stored is, not even for a second.
            "tekst": mask(clean(one.tekst)[: self._settings.max_message_chars + 100]),
            "keuze": one.keuze_id,
            "titel": one.keuze_titel,
            "reactie": one.reactie,
            "media": one.media_soort,
        }
        if one.reactie_op:
            reacted = outbox.message_of(self._engine, one.reactie_op)
            inhoud["reactie_nummer"] = reacted[1] if reacted and reacted[0] == persoon.id else None
        if one.soort in ("bewerkt", "ingetrokken"):
            # What was answered stays answered.
            return None
        fresh = inbox.take_in(
            self._engine,
            phone_number_id=one.phone_number_id,
            wamid=one.id,
            persoon_id=persoon.id,
            inhoud={key: value for key, value in inhoud.items() if value},
            tijd=tijd,
            now=now,
        )
        return persoon.id if fresh else None

    def _status(self, stand: Stand, allowed: frozenset[str]) -> None:
        gemeente = gemeente_of_number(self._settings, self._nummers, stand.phone_number_id)
        if gemeente is None or gemeente.id not in allowed:
            return
        code = stand.fouten[0].code if stand.fouten else None
        failed = outbox.status(
            self._engine, wamid=stand.wamid, sleutel=stand.onze_sleutel, woord=stand.stand, fout=code
        )
        if failed is not None:
            logger.warning("Een bericht op WhatsApp is niet afgeleverd (code %s)", code)


class Work:
    """Handling and sending, one task per person, until nothing is left; and a look now and then for what others wrote."""

    def __init__(
        self, engine: Engine, secret: str, turns: Turns, sending: Sending, now: Callable[[], datetime]
    ) -> None:
        self._engine, self._secret, self._turns, self._sending, self._now = engine, secret, turns, sending, now
        self._me = secrets.token_hex(16)
        self._again: Set[str] = set()
        self._tasks: Dict[str, asyncio.Task[None]] = {}
        self._looking: Optional[asyncio.Task[None]] = None
        self._seen: Dict[str, int] = {}
        self._room: Optional[asyncio.Semaphore] = None

    def start(self, app: Sanic) -> None:
        """Begin, with what was left by a process that stopped."""
        self._turns.app = app
        self._room = asyncio.Semaphore(TOGETHER)
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Stop; what was not done is done by the next process."""
        tasks = [*self._tasks.values(), *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self._sending.aclose()

    def wake(self, persoon_id: str) -> None:
        """Something may be to be done for somebody."""
        if self._room is None:
            return
        if persoon_id in self._tasks:
            self._again.add(persoon_id)
            return
        task = asyncio.create_task(self._work(persoon_id))
        self._tasks[persoon_id] = task
        task.add_done_callback(partial(self._worked, persoon_id))

    def _worked(self, persoon_id: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(persoon_id, None)
        if persoon_id in self._again and not task.cancelled():
            self._again.discard(persoon_id)
            self.wake(persoon_id)

    async def _work(self, persoon_id: str) -> None:
        assert self._room is not None
        async with self._room:
            if not await in_thread(people.claim, self._engine, persoon_id, self._me, self._now(), LEASE):
                # Another process has them, or they were erased: then only a receipt may be left to send.
                if await in_thread(people.by_id, self._engine, self._secret, persoon_id) is None:
                    await self._sending.deliver(persoon_id)
                return
            try:
                await self._all_of(persoon_id)
            except Exception as error:  # noqa: BLE001 (one person's trouble must not end the work for the others)
                # Only the kind of error: its text may hold what somebody wrote.
                logger.error("Werk voor WhatsApp mislukte: %s", type(error).__name__)
            finally:
                with suppress(Exception):
                    await in_thread(people.let_go, self._engine, persoon_id, self._me)

    async def _all_of(self, persoon_id: str) -> None:
        while True:
            persoon = await in_thread(people.by_id, self._engine, self._secret, persoon_id)
            if persoon is None:
                await self._sending.deliver(persoon_id)
                return
            waiting = await in_thread(inbox.waiting, self._engine, persoon_id)
            if waiting:
                first = waiting[0]
                if first.ontvangen_op - first.tijd > FRESH and self._now() - first.ontvangen_op < FRESH:
                    await asyncio.sleep(SETTLE)
                    first = (await in_thread(inbox.waiting, self._engine, persoon_id))[0]
                await in_thread(people.claim, self._engine, persoon_id, self._me, self._now(), LEASE)
                await self._handle(persoon, first)
            persoon = await in_thread(people.by_id, self._engine, self._secret, persoon_id)
            if persoon is not None:
                await in_thread(self._sending.make_ready, persoon)
            await self._sending.deliver(persoon_id)
            if not waiting:
                return

    async def _handle(self, persoon: people.Persoon, one: inbox.Binnen) -> None:
        await in_thread(inbox.attempt, self._engine, one)
        try:
            await self._turns.handle(persoon, one)
        except Exception as error:  # noqa: BLE001 (whatever broke, the next message must get its turn)
            logger.error("Een bericht op WhatsApp kon niet worden verwerkt: %s", type(error).__name__)
            await asyncio.sleep(RUST_NA_FOUT)
            return
        await in_thread(inbox.done, self._engine, one, self._now())

    async def _look(self) -> None:
        since = self._now() - AT_START
        while True:
            try:
                begun = self._now()
                for person in await in_thread(self._with_something, since):
                    self.wake(person)
                since = begun - BACK
            except Exception as error:  # noqa: BLE001 (a database that is away for a moment must not end the looking)
                logger.warning("De database is niet bereikbaar (%s); straks opnieuw", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    def _with_something(self, since: datetime) -> List[str]:
        found = [*inbox.people_waiting(self._engine), *outbox.people_to_send_to(self._engine, self._now())]
        changed = {
            gesprek: nummer
            for gesprek, nummer in store.recent(self._engine, WHATSAPP, since).items()
            if self._seen.get(gesprek) != nummer
        }
        for gesprek, nummer in changed.items():
            self._seen[gesprek] = nummer
            persoon = people.load(self._engine, self._secret, gesprek)
            if persoon is not None and persoon.uitgezet < nummer:
                found.append(persoon.id)
        return list(dict.fromkeys(found))


class _Push(OutputChannel):
    """Says something in a conversation that Rasa names; the work behind the channel sends it."""

    def __init__(self, engine: Engine, signals: Signals) -> None:
        self._engine, self._signals = engine, signals

    @classmethod
    def name(cls) -> str:
        """The channel's name in the tracker."""
        return WHATSAPP

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Write it down in the conversation."""
        output = ConversationOutput(self._engine, self._signals, recipient_id, None, WHATSAPP)
        await output.send_response(recipient_id, message)
