"""Handling what somebody sent on WhatsApp: commands, choices, other kinds of messages, and else the conversation."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import UserMessage
from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.channels.inbound import inbound
from bot.channels.ownership import bot_may_answer, give_back
from bot.channels.webchat import ConversationOutput
from bot.contact import Contact
from bot.conversations import store
from bot.conversations.model import WHATSAPP, Bericht, Nieuw, UnknownGesprek
from bot.database import open_database
from bot.handoff import callback, queue
from bot.handoff.model import Eigenaar
from bot.handoff.offer import terugbellen_voor
from bot.nlg.fields import fields_for
from bot.nlg.texts import render, responses
from bot.nlu.conversation import KEUZES
from bot.privacy.erasure import erase_everywhere, erase_tracker
from bot.settings import Settings
from bot.signals import Signals
from bot.takeover import leave
from bot.threads import in_thread
from bot.whatsapp import outbox, people
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import OPENING, VENSTER, Persoon
from bot.whatsapp.render import Document, Plaats, Uitgaand, choice_of
from bot.whatsapp.render import render as rendered

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
Clock = Callable[[], datetime]
VRAAG, WISSEN = "vraag", "wissen"
"""Key in a message: it asked this, and the next message answers it."""
MEESTE_POGINGEN = 3
"""After so many attempts that broke, somebody reads that it did not work."""
_STOP = re.compile(r"(?:stop|stoppen|afmelden|unsubscribe|stop ermee|stoppen met wachten)")
_WIS = re.compile(
    r"(?:verwijder|wis|delete) (?:al )?(?:mijn |m'n |mn )?(?:gegevens|data|gesprek|alles)(?: wissen| verwijderen)?"
)
_MEER = frozenset({"meer", "lees meer", "verder", "de rest"})
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
        self._settings, self._engine, self._secret = settings, engine, secret
        self._signals, self._on_new_message, self._now = signals, on_new_message, now
        self.app: Optional[Sanic] = None

    async def handle(self, persoon: Persoon, one: Binnen) -> None:
        """Do what a message asks for. Done twice, it is answered once."""
        gemeente = gemeenten_of(self._settings)[persoon.gemeente]
        if one.pogingen >= MEESTE_POGINGEN:
            await self._say(persoon, gemeente, "utter_whatsapp_storing")
            return
        await in_thread(self._see_to_conversation, persoon)
        soort = one.inhoud.get("soort")
        if soort == "reactie":
            await in_thread(self._judge, persoon, one)
            return
        if self._now() - one.tijd > VENSTER:
            await in_thread(self._too_old, persoon, gemeente, one)
            return
        await in_thread(outbox.release, self._engine, persoon.id, self._now())
        if soort in _GEEN_TEKST:
            await self._other_kind(persoon, gemeente, one)
            return
        text = await in_thread(self._text, persoon, one)
        if text and not await self._command(persoon, gemeente, text):
            await self._conversation(persoon, gemeente, one, text)

    async def _conversation(self, persoon: Persoon, gemeente: Gemeente, one: Binnen, text: str) -> None:
        message = inbound(text, {"gemeente": gemeente.id}, gemeenten_of(self._settings), self._settings)
        if not message.text:
            return
        sent = await self._append(persoon, one, message.text)
        if await in_thread(self._is_answered, persoon, sent):
            # Handled before, by a process that stopped just after it.
            return
        if await in_thread(self._graded, persoon, message.text):
            await self._say(persoon, gemeente, "utter_whatsapp_cijfer", antwoord_op=sent.nummer)
            return
        if not await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            return
        await self._open(persoon, gemeente)
        if self.app is not None:
            await give_back(self.app, self._engine, persoon.gesprek_id)
        output = ConversationOutput(self._engine, self._signals, persoon.gesprek_id, sent.nummer, WHATSAPP)
        metadata = dict(message.metadata)
        await self._on_new_message(
            UserMessage(
                sent.tekst,
                output,
                persoon.gesprek_id,
                input_channel=WHATSAPP,
                metadata=metadata,
                message_id=str(sent.nummer),
            )
        )
        if not output.sent and await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            await self._say(persoon, gemeente, "utter_whatsapp_storing", antwoord_op=sent.nummer)
        if not await in_thread(store.positions, self._engine, [persoon.gesprek_id]):
            await in_thread(erase_tracker, open_database(self._settings.tracker_store_url), persoon.gesprek_id)

    async def _command(self, persoon: Persoon, gemeente: Gemeente, text: str) -> bool:
        """What the channel itself does: stopping, erasing, and the rest of a long answer."""
        said = re.sub(r"[^\w\s']", "", text.lower()).strip()
        if await in_thread(self._asked, persoon) == WISSEN:
            if said.startswith("ja"):
                await self._erase(persoon, gemeente)
                return True
            if said.startswith("nee"):
                await self._say(persoon, gemeente, "utter_whatsapp_niet_gewist")
                return True
        if _WIS.fullmatch(said):
            await self._say(persoon, gemeente, "utter_whatsapp_wissen", extra={VRAAG: WISSEN})
            return True
        if said in _MEER and persoon.meer is not None:
            await in_thread(self._more, persoon)
            return True
        if _STOP.fullmatch(said):
            return await self._stop(persoon, gemeente)
        return False

    async def _stop(self, persoon: Persoon, gemeente: Gemeente) -> bool:
        """Stop waiting, when they wait; else send nothing more. In the middle of a form it stops the form."""
        eigenaar = await in_thread(queue.owner, self._engine, persoon.gesprek_id)
        if eigenaar is Eigenaar.WACHTRIJ:
            for gesprek_id in await in_thread(leave, self._engine, gemeente, persoon.gesprek_id):
                await self._signals.announce(gesprek_id)
            return True
        if eigenaar is not Eigenaar.BOT or await self._in_form(persoon):
            return False
        await in_thread(people.change, self._engine, persoon, gestopt=True)
        await self._say(persoon, gemeente, "utter_whatsapp_gestopt")
        return True

    async def _in_form(self, persoon: Persoon) -> bool:
        if self.app is None:
            return False
        tracker = await self.app.ctx.agent.tracker_store.retrieve(persoon.gesprek_id)
        return tracker is not None and tracker.active_loop_name is not None

    async def _erase(self, persoon: Persoon, gemeente: Gemeente) -> None:
        """Erase everything; the receipt is sent to an address that goes with it."""
        tracker_store = open_database(self._settings.tracker_store_url)
        bewijs = await in_thread(erase_everywhere, self._engine, tracker_store, persoon.gesprek_id)
        text = self._render(
            gemeente,
            "utter_whatsapp_gewist",
            nummer=bewijs.nummer,
            berichten=bewijs.berichten,
            terugbelverzoeken=bewijs.terugbelverzoeken,
        )
        lijven = rendered(Uitgaand(tekst=text)).lijven
        await in_thread(
            outbox.put_loose,
            self._engine,
            persoon_id=persoon.id,
            gemeente=gemeente.id,
            lijven=lijven,
            now=self._now(),
            adres=people.encrypted(self._secret, persoon.adres),
        )

    def _more(self, persoon: Persoon) -> None:
        assert persoon.meer is not None
        nummer, vanaf = persoon.meer["nummer"], persoon.meer["vanaf"]
        found = [one for one in store.since(self._engine, persoon.gesprek_id, nummer - 1) if one.nummer == nummer]
        if not found:
            return
        part = rendered(as_outgoing(found[0], vanaf=vanaf))
        outbox.put(
            self._engine,
            persoon_id=persoon.id,
            gemeente=persoon.gemeente,
            nummer=nummer,
            lijven=part.lijven,
            now=self._now(),
            eerste_deel=vanaf * 10,
        )
        verder = {"nummer": nummer, "vanaf": part.meer} if part.meer is not None else None
        people.change(self._engine, persoon, meer=verder)

    async def _other_kind(self, persoon: Persoon, gemeente: Gemeente, one: Binnen) -> None:
        """A picture, a voice note, a place: said so; an employee who has the conversation sees that there was one."""
        soort = one.inhoud.get("media") or one.inhoud.get("soort")
        caption = str(one.inhoud.get("tekst") or "")
        if not await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            note = self._render(gemeente, "utter_whatsapp_bijlage", soort=soort)
            await self._append(persoon, one, f"{note} {caption}".strip())
            return
        if caption:
            # What is written beside a picture is a question as any other.
            await self._conversation(persoon, gemeente, one, caption)
            return
        await self._open(persoon, gemeente)
        if one.pogingen == 0:
            await self._say(persoon, gemeente, "utter_whatsapp_soort", fields={"soort": soort})

    async def _open(self, persoon: Persoon, gemeente: Gemeente) -> None:
        """Say whom they talk to, once in a while."""
        if persoon.geopend_op is not None and self._now() - persoon.geopend_op < OPENING:
            return
        await in_thread(people.change, self._engine, persoon, geopend_op=self._now())
        await self._say(persoon, gemeente, "utter_whatsapp_opening")

    async def _append(self, persoon: Persoon, one: Binnen, text: str) -> Bericht:
        nieuw = Nieuw("bewoner", text, client_id=one.sleutel)
        sent, _ = await in_thread(store.append, self._engine, persoon.gesprek_id, nieuw)
        await self._signals.announce(persoon.gesprek_id)
        return sent

    async def _say(
        self,
        persoon: Persoon,
        gemeente: Gemeente,
        name: str,
        *,
        fields: Optional[Dict[str, Any]] = None,
        extra: Optional[Dict[str, Any]] = None,
        antwoord_op: Optional[int] = None,
    ) -> None:
        keuzes = [
            {"titel": button["title"], "act": button["payload"]} for button in responses()[name][0].get("buttons", [])
        ]
        kept = {**(extra or {}), **({KEUZES: keuzes} if keuzes else {})}
        nieuw = Nieuw("vraagbaak", self._render(gemeente, name, **(fields or {})), extra=kept, antwoord_op=antwoord_op)
        try:
            await in_thread(store.append, self._engine, persoon.gesprek_id, nieuw)
        except UnknownGesprek:
            return
        await self._signals.announce(persoon.gesprek_id)

    def _render(self, gemeente: Gemeente, name: str, **fields: Any) -> str:
        values = {**fields_for(self._settings, gemeente, self._now()), **fields}
        return render(responses()[name][0]["text"], values)

    def _see_to_conversation(self, persoon: Persoon) -> None:
        if not store.positions(self._engine, [persoon.gesprek_id]):
            store.start(self._engine, gemeente=persoon.gemeente, kanaal=WHATSAPP, gesprek_id=persoon.gesprek_id)

    def _text(self, persoon: Persoon, one: Binnen) -> str:
        """What was said; of a button or row the title that we gave it, whatever came along with it."""
        chosen = choice_of(str(one.inhoud.get("keuze") or ""))
        if chosen is None:
            return str(one.inhoud.get("tekst") or one.inhoud.get("titel") or "")
        key, index = chosen
        nummer = int(key) if key.isdigit() else 0
        found = [said for said in store.since(self._engine, persoon.gesprek_id, nummer - 1) if said.nummer == nummer]
        keuzes = found[0].extra.get(KEUZES, []) if found else []
        if index < len(keuzes):
            return str(keuzes[index]["titel"])
        return str(one.inhoud.get("titel") or "")

    def _is_answered(self, persoon: Persoon, sent: Bericht) -> bool:
        return len(store.answers_to(self._engine, persoon.gesprek_id, sent.nummer)) > 1

    def _asked(self, persoon: Persoon) -> Optional[str]:
        """What the last message of the bot asked, that the channel itself has to know."""
        said = store.since(self._engine, persoon.gesprek_id, max(persoon.uitgezet - 1, 0))
        last = next((one for one in reversed(said) if one.van == "vraagbaak"), None)
        return last.extra.get(VRAAG) if last else None

    def _graded(self, persoon: Persoon, text: str) -> bool:
        """A grade, when one was asked after a conversation with an employee."""
        gesprek = store.load(self._engine, persoon.gesprek_id)
        found = re.fullmatch(r"\W*(?:een |cijfer )*(10|[1-9])\W*", text.lower())
        if not gesprek.toestand.get("cijfer") or found is None:
            return False
        store.grade(self._engine, persoon.gesprek_id, int(found.group(1)), None)
        store.set_state(self._engine, persoon.gesprek_id, {"wie": "bot", "soort": "bot"})
        return True

    def _judge(self, persoon: Persoon, one: Binnen) -> None:
        """A reaction to an answer is a thumb."""
        emoji = str(one.inhoud.get("reactie") or "")[:1]
        duim = "op" if emoji in _OP else "neer" if emoji in _NEER else None
        nummer = one.inhoud.get("reactie_nummer")
        if duim is None or not nummer:
            return
        try:
            store.judge(self._engine, persoon.gesprek_id, nummer, duim, None)  # type: ignore[arg-type]
        except UnknownGesprek:
            return

    def _too_old(self, persoon: Persoon, gemeente: Gemeente, one: Binnen) -> None:
        """After a long disturbance: nothing can be answered there any more, so somebody calls."""
        nummer = persoon.adres.nummer
        if not nummer or not gemeente.balie.terugbellen:
            logger.warning("Een bericht van meer dan 24 uur geleden kan niet worden beantwoord")
            return
        callback.create(
            self._engine,
            gemeente=gemeente.id,
            kanaal=WHATSAPP,
            contact=Contact(telefoon=nummer),
            onderwerp=self._render(gemeente, "utter_whatsapp_oud_bericht"),
            vraag=str(one.inhoud.get("tekst") or ""),
            gesprek_id=persoon.gesprek_id,
            uiterlijk_op=terugbellen_voor(gemeente, self._now()),
            bestemming="openklant" if gemeente.open_klant else "balie",
            now=self._now(),
        )


def as_outgoing(bericht: Bericht, *, vanaf: int = 0) -> Uitgaand:
    """A message of a conversation as it is to be rendered: an employee's words are no Markdown, and carry their name."""
    is_plain = bericht.van == "medewerker"
    text = f"{bericht.naam}: {bericht.tekst}" if is_plain and bericht.naam else bericht.tekst
    return Uitgaand(
        tekst=text,
        keuzes=tuple(keuze["titel"] for keuze in bericht.extra.get(KEUZES, [])),
        sleutel=str(bericht.nummer),
        platte_tekst=is_plain,
        document=_document(bericht.extra.get("document")),
        plaats=_place(bericht.extra.get("plaats")),
        vanaf=vanaf,
    )


def _document(found: Optional[Dict[str, str]]) -> Optional[Document]:
    return Document(found["naam"], url=found["url"]) if found else None


def _place(found: Optional[Dict[str, Any]]) -> Optional[Plaats]:
    return Plaats(found["naam"], found["adres"], found["breedte"], found["lengte"]) if found else None
