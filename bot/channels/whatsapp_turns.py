"""Handling what somebody sent on WhatsApp: other kinds of messages, what the channel does itself, and else the conversation."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import UserMessage
from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.catalog.live import gemeenten_of, live_catalog
from bot.channels.inbound import inbound
from bot.channels.ownership import bot_may_answer, give_back
from bot.channels.webchat import ConversationOutput
from bot.channels.whatsapp_choices import Gezegd, said
from bot.channels.whatsapp_commands import Commands
from bot.channels.whatsapp_old import too_old
from bot.channels.whatsapp_saying import VRAAG, Saying, last_said
from bot.conversations import store
from bot.conversations.model import WHATSAPP, Bericht, Duim, UnknownGesprek
from bot.database import open_database
from bot.noticing import thumb_down
from bot.privacy.erasure import erase_tracker
from bot.settings import Settings
from bot.signals import Signals
from bot.threads import in_thread
from bot.whatsapp import outbox, people
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import OPENING, VENSTER, Persoon

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Clock = Callable[[], datetime]
MEESTE_POGINGEN = 5
"""After so many attempts that broke, somebody reads that it did not work."""
LANGSTE_BEURT = 60.0
"""Seconds that an answer may take."""
SOORT = "soort"
"""What the reply to a picture is kept under, so that an album gets one."""
ALBUM = timedelta(minutes=5)
_OP, _NEER = frozenset("👍❤🙏😊😀👌💯🎉"), frozenset("👎😡😠😢🙁☹")
"""Reactions that are a thumb under an answer."""
_GEEN_TEKST = frozenset({"media", "locatie", "contacten", "onbekend"})


class Turns:
    """One for the process."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        secret: str,
        signals: Signals,
        on_new_message: OnNewMessage,
        now: Clock,
    ) -> None:
        self._settings, self._engine = settings, engine
        self._signals, self._on_new_message, self._now = signals, on_new_message, now
        self.saying = Saying(settings, engine, signals, now)
        self._commands = Commands(settings, engine, secret, signals, self.saying, now)
        self._app: Optional[Sanic] = None

    def serve(self, app: Sanic) -> None:
        """`app`: Rasa's server, which holds its agent."""
        self._app = self._commands.app = app

    async def handle(self, persoon: Persoon, one: Binnen) -> None:
        """Do what a message asks for. Done twice, it is answered once."""
        await in_thread(self._see_to_conversation, persoon)
        soort = one.inhoud.get("soort")
        if soort == "reactie":
            await in_thread(self._judge, persoon, one)
            return
        if self._now() - one.tijd > VENSTER:
            await too_old(self._engine, self.saying, persoon, one, self._now())
            return
        await in_thread(outbox.release, self._engine, persoon.id, self._now())
        gezegd = await in_thread(said, self._engine, persoon, one)
        asked = self._fit(persoon, gezegd.tekst)
        if soort in _GEEN_TEKST or not asked:
            await self._other_kind(persoon, one, asked)
            return
        sent = await self.saying.heard(persoon, one, asked)
        if await self._is_done(persoon, one, sent):
            return
        if await self._commands.done(persoon, one, gezegd, sent):
            return
        if gezegd.verlopen and await self._commands.is_in_form(persoon):
            await self.saying.say(persoon, one, "utter_whatsapp_oude_keuze", antwoord_op=sent.nummer)
            return
        await self._answer(persoon, one, sent, self._with_product(persoon, gezegd, asked))

    async def _is_done(self, persoon: Persoon, one: Binnen, sent: Bericht) -> bool:
        """Whether nothing is left to do: it was answered by a process that stopped just after that, or it never will be."""
        if len(await in_thread(store.answers_to, self._engine, persoon.gesprek_id, sent.nummer)) > 1:
            return True
        if one.pogingen >= MEESTE_POGINGEN:
            await self.saying.say(persoon, one, "utter_whatsapp_storing", antwoord_op=sent.nummer)
            return True
        if persoon.gestopt:
            # They write again.
            await in_thread(people.change, self._engine, persoon, gestopt=False)
        return False

    async def _answer(self, persoon: Persoon, one: Binnen, sent: Bericht, asked: str) -> None:
        """The assistant answers, unless a human has the conversation."""
        if not await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            return
        await self._open(persoon, one)
        if self._app is not None:
            await give_back(self._app, self._engine, persoon.gesprek_id)
        output = ConversationOutput(self._engine, self._signals, persoon.gesprek_id, sent.nummer, WHATSAPP)
        metadata = {"gemeente": persoon.gemeente, "ingekort": bool(one.inhoud.get("ingekort"))}
        message = UserMessage(
            asked, output, persoon.gesprek_id, input_channel=WHATSAPP, metadata=metadata, message_id=str(sent.nummer)
        )
        try:
            async with asyncio.timeout(LANGSTE_BEURT):
                await self._on_new_message(message)
        except TimeoutError:
            # Not again: it would keep the next message waiting as long.
            logger.error("Een antwoord duurde langer dan %d seconden", LANGSTE_BEURT)
        if not output.sent and await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            await self.saying.say(persoon, one, "utter_whatsapp_storing", antwoord_op=sent.nummer)
        if not await in_thread(store.positions, self._engine, [persoon.gesprek_id]):
            # Erased meanwhile; what Rasa wrote down after that must go too.
            await in_thread(erase_tracker, open_database(self._settings.tracker_store_url), persoon.gesprek_id)

    async def _other_kind(self, persoon: Persoon, one: Binnen, caption: str) -> None:
        """A picture, a voice note, a place: said so. Whoever reads the conversation sees that there was one."""
        soort = one.inhoud.get("media") or one.inhoud.get("soort")
        note = self.saying.text(persoon, "utter_whatsapp_bijlage", soort=soort)
        last = await in_thread(last_said, self._engine, persoon)
        sent = await self.saying.heard(persoon, one, f"{note} {caption}".strip())
        if await self._is_done(persoon, one, sent):
            return
        if caption:
            # What is written beside a picture is a question as any other.
            await self._answer(persoon, one, sent, caption)
            return
        if not await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            return
        if last is not None and last.extra.get(VRAAG) == SOORT and datetime.now(UTC) - last.tijd < ALBUM:
            return
        await self._open(persoon, one)
        await self.saying.say(persoon, one, "utter_whatsapp_soort", antwoord_op=sent.nummer, vraag=SOORT, soort=soort)

    async def _open(self, persoon: Persoon, one: Binnen) -> None:
        """Say whom they talk to, once in a while."""
        if persoon.geopend_op is not None and self._now() - persoon.geopend_op < OPENING:
            return
        await self.saying.say(persoon, one, "utter_whatsapp_opening")
        await in_thread(people.change, self._engine, persoon, geopend_op=self._now())

    def _fit(self, persoon: Persoon, text: str) -> str:
        return inbound(text, {"gemeente": persoon.gemeente}, gemeenten_of(self._settings), self._settings).text

    def _with_product(self, persoon: Persoon, gezegd: Gezegd, asked: str) -> str:
        """The question that an old choice stands for: by itself it would be taken for one about what was said last."""
        if gezegd.product is None:
            return asked
        catalog = live_catalog(self._settings)
        catalog.refresh()
        product = catalog.products(persoon.gemeente).get(gezegd.product)
        return f"{asked} {product.kop.naam}" if product is not None else asked

    def _see_to_conversation(self, persoon: Persoon) -> None:
        if not store.positions(self._engine, [persoon.gesprek_id]):
            store.start(self._engine, gemeente=persoon.gemeente, kanaal=WHATSAPP, gesprek_id=persoon.gesprek_id)

    def _judge(self, persoon: Persoon, one: Binnen) -> None:
        """A reaction to an answer is a thumb."""
        emoji = str(one.inhoud.get("reactie") or "")[:1]
        duim: Optional[Duim] = "op" if emoji in _OP else "neer" if emoji in _NEER else None
        whose, nummer = one.inhoud.get("reactie_op") or (None, 0)
        if duim is None or whose != persoon.id:
            return
        try:
            store.judge(self._engine, persoon.gesprek_id, nummer, duim, None)
        except UnknownGesprek:
            # Not a message of the assistant.
            return
        if duim == "neer":
            thumb_down(self._engine, persoon.gesprek_id, nummer)
