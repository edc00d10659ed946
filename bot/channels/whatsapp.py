"""WhatsApp as a Rasa input channel: Meta's webhook in, Meta's Graph API out. docs/whatsapp.md takes a municipality through it.

What comes in is checked, written down and acknowledged; it is handled after that, once, and per person in order. What goes out
is what stands in the conversation, whoever said it: so an employee's words and those of the queue arrive by the same way.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.engine import Engine

from bot.channels.tokens import secret_of
from bot.channels.webchat import ConversationOutput
from bot.channels.whatsapp_intake import Intake
from bot.channels.whatsapp_sending import Sending
from bot.channels.whatsapp_turns import Turns
from bot.channels.whatsapp_values import Nummers, numbers_of
from bot.channels.whatsapp_work import Work
from bot.conversations.model import WHATSAPP
from bot.database import open_database, upgrade
from bot.settings import load_settings
from bot.signals import Signals
from bot.whatsapp.graph import Graphs
from bot.whatsapp.webhook import SIGNATURE_HEADER, BadWebhook, read

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
WRITERS = 2
"""Webhooks that are written down at the same time."""


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
        settings, engine, secret, nummers, now = self._settings, self._engine, self._secret, self._nummers, self._now
        turns = Turns(settings, engine, secret, self._signals, on_new_message, now)
        sending = Sending(settings, engine, secret, turns.saying, nummers, now, self._graphs)
        intake = Intake(settings, engine, secret, nummers, sending.failures, now)
        work = Work(engine, secret, turns, sending, now)
        # Threads of their own: those of everybody may all be busy with answers.
        writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="whatsapp-in")

        @routes.listener("after_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            if nummers.configs:
                work.start(app)

        @routes.listener("before_server_stop")
        async def stop(_app: Sanic, _loop: Any) -> None:
            await work.stop()
            writers.shutdown(wait=False)

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok", "nummers": len(nummers.configs)})

        @routes.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            """Meta sees whether this address is ours."""
            challenge = nummers.challenge(request.args)
            return response.text(challenge) if challenge is not None else response.text("", status=403)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            """Signed, written down, acknowledged; then handled."""
            allowed = nummers.signed_by(request.body, request.headers.get(SIGNATURE_HEADER))
            if not allowed:
                return response.text("", status=401)
            try:
                found = read(request.body)
            except BadWebhook:
                return response.text("", status=400)
            try:
                with work.taking_in():
                    taken = await asyncio.get_running_loop().run_in_executor(writers, intake.take_in, found, allowed)
            except Exception as error:  # noqa: BLE001 (Meta tells it again; what was written down is not taken twice)
                logger.error("Een webhook van WhatsApp kon niet worden bewaard: %s", type(error).__name__)
                return response.text("", status=500)
            for phone_number_id in taken.nummers:
                sending.came_in(phone_number_id)
            work.wake(taken.mensen)
            return response.text("")

        return routes


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
