"""What the channel itself does on WhatsApp, without Rasa: stopping, erasing, the rest of a long answer, a grade."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Callable, FrozenSet, List, Optional

from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.channels.ownership import bot_may_answer
from bot.channels.whatsapp_choices import Gezegd
from bot.channels.whatsapp_outgoing import as_outgoing
from bot.channels.whatsapp_saying import VRAAG, Saying, last_said
from bot.conversations import store
from bot.conversations.model import Bericht
from bot.database import open_database
from bot.handoff import queue
from bot.handoff.model import Eigenaar
from bot.nlu.conversation import KEUZES
from bot.privacy.erasure import erase_everywhere
from bot.settings import Settings
from bot.signals import Signals
from bot.takeover import leave
from bot.threads import in_thread
from bot.whatsapp import inbox, outbox, people
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import Afzender, Persoon
from bot.whatsapp.render import Uitgaand
from bot.whatsapp.render import render as rendered

WISSEN = "wissen"
STUK = 10
"""Room in the numbers of pieces for those of one part of a long message."""
_BELEEFD = r"(?: (?:alsjeblieft|alstublieft|aub|graag|maar|even|nu|hoor))*"
_STOP = re.compile(rf"(?:stop|stoppen|afmelden|unsubscribe|stop ermee|stoppen met wachten){_BELEEFD}")
_WAT = r"(?:al )?(?:mijn |m'n |mn |onze )?(?:gegevens|data|gesprek|berichten|nummer|alles)"
_WIS = re.compile(
    rf"(?:ja )?(?:verwijder|wis|delete|vergeet){_BELEEFD} {_WAT}(?: (?:van mij|over mij))?{_BELEEFD}"
    rf"|(?:(?:ik wil|wilt u|kunt u|wil je|kun je) )?{_WAT} (?:graag )?(?:laten )?(?:verwijderen|wissen){_BELEEFD}"
)
_JA = re.compile(
    rf"(?:ja|jazeker|ok|oke|oké|akkoord|zeker)(?: (?:wis|verwijder)(?: (?:alles|het))?)?{_BELEEFD}"
    rf"|(?:wis|verwijder) (?:alles|het){_BELEEFD}|(?:ja )?(?:de |nummer |optie )?(?:1|eerste){_BELEEFD}"
)
_NEE = re.compile(
    r"(?:nee|neen|toch niet|niet doen|laat maar|bewaar het)(?: .*)?|(?:nee )?(?:de |nummer |optie )?(?:2|tweede)"
)
_MEER: FrozenSet[str] = frozenset({"meer", "lees meer", "verder", "de rest", "meer lezen"})
_CIJFER = re.compile(
    r"(?:ik geef (?:het |u |jullie )?)?(?:een |cijfer |het cijfer )?(10|[1-9])(?: ?(?:/|van de|uit) ?10)?"
)


class Commands:
    """One for the process."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        secret: str,
        signals: Signals,
        saying: Saying,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._engine, self._secret = settings, engine, secret
        self._signals, self._saying, self._now = signals, saying, now
        self.app: Optional[Sanic] = None

    async def done(self, persoon: Persoon, one: Binnen, gezegd: Gezegd, sent: Bericht) -> bool:
        """Whether a message was one of these, and was done. Done twice it is done once.

        Args:
            one: what came in.
            gezegd: what it says.
            sent: the same in the conversation.
        """
        said = " ".join(re.sub(r"[^\w\s'/]", " ", gezegd.tekst.lower()).split())
        if await self._about_erasing(persoon, one, said, sent, is_old=gezegd.verlopen):
            return True
        if _STOP.fullmatch(said):
            return await self._stop(persoon, one, sent)
        if not await in_thread(bot_may_answer, self._engine, persoon.gesprek_id):
            return False
        if said in _MEER and await self._more(persoon, one, gezegd, sent):
            return True
        return await self._grade(persoon, one, said, sent)

    async def is_in_form(self, persoon: Persoon) -> bool:
        """Whether the assistant is asking for something step by step."""
        if self.app is None:
            return False
        tracker = await self.app.ctx.agent.tracker_store.retrieve(persoon.gesprek_id)
        return tracker is not None and tracker.active_loop_name is not None

    async def _about_erasing(self, persoon: Persoon, one: Binnen, said: str, sent: Bericht, *, is_old: bool) -> bool:
        last = await in_thread(last_said, self._engine, persoon)
        if last is not None and last.extra.get(VRAAG) == WISSEN and not is_old:
            if _JA.fullmatch(said):
                await self._erase(persoon, one)
                return True
            if _NEE.fullmatch(said):
                await self._saying.say(persoon, one, "utter_whatsapp_niet_gewist", antwoord_op=sent.nummer)
                return True
        if _WIS.fullmatch(said):
            await self._saying.say(persoon, one, "utter_whatsapp_wissen", antwoord_op=sent.nummer, vraag=WISSEN)
            return True
        return False

    async def _erase(self, persoon: Persoon, one: Binnen) -> None:
        """Erase everything; the receipt is sent to an address that goes with it."""
        waiting = await in_thread(inbox.waiting, self._engine, persoon.id)
        tracker_store = open_database(self._settings.tracker_store_url)
        bewijs = await in_thread(erase_everywhere, self._engine, tracker_store, persoon.gesprek_id)
        text = self._saying.text(
            persoon,
            "utter_whatsapp_gewist",
            nummer=bewijs.nummer,
            berichten=bewijs.berichten,
            terugbelverzoeken=bewijs.terugbelverzoeken,
        )
        await in_thread(
            outbox.put_loose,
            self._engine,
            persoon_id=persoon.id,
            gemeente=persoon.gemeente,
            lijven=rendered(Uitgaand(tekst=text)).lijven,
            now=self._now(),
            adres=people.encrypted(self._secret, persoon.adres),
        )
        await in_thread(self._begin_anew, persoon, [other for other in waiting if other.id != one.id])
        await self._signals.announce(persoon.gesprek_id)

    def _begin_anew(self, persoon: Persoon, waiting: List[Binnen]) -> None:
        """What they had said after it begins a new conversation, as it would have a moment later."""
        if not waiting:
            return
        nummer = persoon.adres.nummer.lstrip("+")
        afzender = Afzender(persoon.phone_number_id, persoon.adres.gebruiker or None, nummer or None)
        with self._engine.begin() as connection:
            tijd = max(other.tijd for other in waiting)
            new = people.seen(connection, self._secret, afzender, gemeente=persoon.gemeente, tijd=tijd)
        inbox.hand_over(self._engine, waiting, new)

    async def _stop(self, persoon: Persoon, one: Binnen, sent: Bericht) -> bool:
        """Stop waiting, when they wait; else send nothing more. In the middle of a form it stops the form."""
        eigenaar = await in_thread(queue.owner, self._engine, persoon.gesprek_id)
        if eigenaar is Eigenaar.WACHTRIJ:
            gemeente = self._saying.gemeente(persoon)
            for gesprek_id in await in_thread(leave, self._engine, gemeente, persoon.gesprek_id):
                await self._signals.announce(gesprek_id)
            return True
        if eigenaar is not Eigenaar.BOT or await self.is_in_form(persoon):
            return False
        await in_thread(people.change, self._engine, persoon, gestopt=True)
        await self._saying.say(persoon, one, "utter_whatsapp_gestopt", antwoord_op=sent.nummer)
        return True

    async def _more(self, persoon: Persoon, one: Binnen, gezegd: Gezegd, sent: Bericht) -> bool:
        """The next part of the last long message, or of the one under which "Meer" was tapped."""
        if gezegd.meer_van is None and persoon.meer is None:
            # Typed, and nothing to go on with: it may mean something in the conversation.
            return False
        if not await in_thread(self._goes_on, persoon, one, gezegd.meer_van):
            await self._saying.say(persoon, one, "utter_whatsapp_geen_meer", antwoord_op=sent.nummer)
        return True

    def _goes_on(self, persoon: Persoon, one: Binnen, meer_van: Optional[int]) -> bool:
        here = persoon.meer or {}
        nummer, vanaf = meer_van or here["nummer"], here.get("vanaf")
        found = [said for said in store.since(self._engine, persoon.gesprek_id, nummer - 1) if said.nummer == nummer]
        if not found:
            return False
        if nummer != here.get("nummer"):
            # An earlier message: it goes on after the part that was sent last.
            last = outbox.last_piece(self._engine, persoon.id, nummer)
            vanaf = None if last is None else rendered(as_outgoing(found[0], vanaf=last // STUK)).meer
        if vanaf is None:
            return False
        part = rendered(as_outgoing(found[0], vanaf=vanaf))
        outbox.put(
            self._engine,
            persoon_id=persoon.id,
            gemeente=persoon.gemeente,
            nummer=nummer,
            lijven=part.lijven,
            now=self._now(),
            eerste_deel=vanaf * STUK,
            handled=one,
            meer={"nummer": nummer, "vanaf": part.meer} if part.meer is not None else None,
        )
        return True

    async def _grade(self, persoon: Persoon, one: Binnen, said: str, sent: Bericht) -> bool:
        """A grade, when one was asked after a conversation with an employee."""
        found = _CIJFER.fullmatch(said)
        if found is None or not await in_thread(self._is_asked_for_a_grade, persoon):
            return False
        await in_thread(store.grade, self._engine, persoon.gesprek_id, int(found.group(1)), None)
        await self._saying.say(persoon, one, "utter_whatsapp_cijfer", antwoord_op=sent.nummer)
        await in_thread(store.set_state, self._engine, persoon.gesprek_id, {"wie": "bot", "soort": "bot"})
        return True

    def _is_asked_for_a_grade(self, persoon: Persoon) -> bool:
        if not store.load(self._engine, persoon.gesprek_id).toestand.get("cijfer"):
            return False
        # A number under choices is a choice.
        last = last_said(self._engine, persoon)
        return last is None or not last.extra.get(KEUZES)
