"""Rasa's REST channel, with the care that messages from outside need.

Same address and same fields as Rasa's own (`/webhooks/rest/webhook`: sender, message, metadata). A request that cannot be
taken gets status 400 with `{"fout": "..."}`; when something breaks inside, status 500 with a text that helps the resident on.
"""

from __future__ import annotations

import gc
import logging
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.catalog.live import gemeenten_of
from bot.channels.inbound import MAX_SENDER, InboundError, inbound
from bot.channels.ownership import bot_may_answer
from bot.database import open_database
from bot.errors import UnknownGemeente
from bot.settings import load_settings
from bot.threads import in_thread

logger = logging.getLogger(__name__)

FOUT = "fout"


class WholeMessages(CollectingOutputChannel):
    """Collects messages whole: Rasa's own collector cuts a text at its empty lines."""

    @classmethod
    def name(cls) -> str:
        """The channel's name in the tracker."""
        return "rest"

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keep the message with its buttons and metadata as it is."""
        kept = {key: value for key, value in message.items() if value not in (None, [], {}, "")}
        self.messages.append({"recipient_id": recipient_id, **kept})


class RestChannel(InputChannel):
    """POST a message, get the replies."""

    def __init__(self) -> None:
        """Reads settings and municipalities once."""
        self._settings = load_settings()
        self._engine = open_database(self._settings.catalog_url)

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/rest/webhook`."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        """There is nothing to configure."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("vraagbaak_rest", __name__)

        @routes.listener("after_server_start")
        async def started(_app: Sanic, _loop: Any) -> None:
            # The model stays: going through all of it for rubbish would stop everybody for a third of a second, again and again.
            gc.collect()
            gc.freeze()

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                message = self._read(request)
            except (InboundError, UnknownGemeente) as error:
                return response.json({FOUT: str(error)}, status=400)
            collector = WholeMessages()
            message.output_channel = collector
            try:
                await on_new_message(message)
            except Exception as error:  # noqa: BLE001 (the resident must get a reply, whatever broke)
                # Only the kind of error: its text may hold what the resident wrote.
                logger.error("Een bericht kon niet worden verwerkt: %s", type(error).__name__)
                return response.json({FOUT: self._apology(message)}, status=500)
            if not collector.messages and not await in_thread(bot_may_answer, self._engine, message.sender_id):
                # A human has this conversation: silence is right.
                return response.json([])
            if not collector.messages:
                # Rasa logs a failed action and goes on; the resident must not be left without a word.
                logger.error("Een bericht kreeg geen antwoord")
                collector.messages.append({"recipient_id": message.sender_id, "text": self._apology(message)})
            return response.json(collector.messages)

        return routes

    def _read(self, request: Request) -> UserMessage:
        try:
            body = request.json
        except InvalidUsage:
            raise InboundError("De inhoud van het verzoek is geen geldige JSON.") from None
        if not isinstance(body, dict):
            raise InboundError('Stuur een JSON-object met "sender" en "message".')
        sender = body.get("sender")
        if not isinstance(sender, str) or not 0 < len(sender) <= MAX_SENDER:
            raise InboundError(f'"sender" moet een tekst zijn van 1 tot {MAX_SENDER} tekens.')
        message = inbound(body.get("message"), body.get("metadata"), gemeenten_of(self._settings), self._settings)
        return UserMessage(message.text, None, sender, input_channel=self.name(), metadata=dict(message.metadata))

    def _apology(self, message: UserMessage) -> str:
        gemeente = gemeenten_of(self._settings)[message.metadata["gemeente"]]  # type: ignore[index]
        return f"Er ging iets mis aan onze kant. Probeer het zo opnieuw, of bel {gemeente.contact.telefoon}."
