"""The chat on the website, as a Rasa input channel. docs/webchat.md describes its addresses and what travels.

Every message, of whomever, is first written down with a number and then shown: a browser that was away asks for what
came after the last number it saw, so nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Awaitable, Callable, Coroutine, Dict, Iterable, List, Optional, Set, TypeGuard, TypeVar

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse
from sqlalchemy.engine import Engine

from bot.cases import portal
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.channels.blocks import blocks, plain
from bot.channels.inbound import InboundError, inbound
from bot.channels.limits import Limits, TooMany
from bot.channels.ownership import bot_may_answer, give_back
from bot.channels.tokens import BadToken, Sessie, make_token, read_token, secret_of
from bot.connections import portal_identity
from bot.conversations import store
from bot.conversations.model import WEBCHAT, Bericht, Nieuw, UnknownGesprek, is_for_employees
from bot.database import open_database, upgrade
from bot.errors import UnknownGemeente
from bot.handoff import queue
from bot.handoff.model import Eigenaar, Reden
from bot.nlg.generator import OVERDRACHT
from bot.nlu.conversation import KEUZES
from bot.noticing import thumb_down
from bot.privacy.erasure import erase_everywhere, erase_tracker
from bot.privacy.masking import mask
from bot.search.text import clean
from bot.settings import Settings, load_settings
from bot.signals import Signals
from bot.takeover import leave
from bot.threads import in_thread

logger = logging.getLogger(__name__)

FOUT = "fout"
HEARTBEAT = 15.0
"""Seconds after which an idle stream says that it is still there; proxies close what is silent for longer."""
REDEN_TEKENS = 1000
"""Longest explanation beside a thumb or a grade."""

ASK_HUMAN = f'/medewerker_spreken{{"overdracht_reden": "{Reden.FEEDBACK.value}"}}'
"""Rasa's own notation for a dialogue act; only this channel itself can send it (`inbound` takes the slash off others)."""

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
T = TypeVar("T")


class Refused(Exception):
    """The request is not carried out; the text is for the resident."""

    def __init__(self, status: int, text: str, headers: Optional[Dict[str, str]] = None) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers or {}


class ConversationOutput(OutputChannel):
    """Writes the bot's messages down in the conversation, from where the channel shows or sends them."""

    def __init__(
        self, engine: Engine, signals: Signals, gesprek_id: str, antwoord_op: Optional[int], kanaal: str
    ) -> None:
        self._engine, self._signals = engine, signals
        self._gesprek_id, self._antwoord_op, self._kanaal = gesprek_id, antwoord_op, kanaal
        self.sent = 0

    def name(self) -> str:  # type: ignore[override]
        """The channel's name in the tracker."""
        return self._kanaal

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Add one message of the bot, with its choices."""
        text = message.get("text") or ""
        if not text.strip():
            return
        if not message.get(OVERDRACHT) and not await in_thread(bot_may_answer, self._engine, self._gesprek_id):
            # An employee took over while the bot was still busy: what it has to say comes too late.
            return
        extra = {
            "keuzes": [{"titel": button["title"]} for button in message.get("buttons") or ()],
            "product": message.get("product"),
            "bronnen": message.get("bronnen") or [],
            "taal": message.get("taal"),
            "uitkomst": message.get("uitkomst"),
            "overdracht": message.get(OVERDRACHT),
            "document": message.get("document"),
            "plaats": message.get("plaats"),
        }
        kept = {key: value for key, value in extra.items() if value}
        nieuw = Nieuw("vraagbaak", text, extra=kept, antwoord_op=self._antwoord_op)
        try:
            await in_thread(store.append, self._engine, self._gesprek_id, nieuw)
        except UnknownGesprek:
            # Erased by the resident while the bot was answering.
            return
        self.sent += 1
        await self._signals.announce(self._gesprek_id)


class WebchatChannel(InputChannel):
    """Sessions, messages, and a stream of what arrives later."""

    def __init__(self) -> None:
        """Reads the settings and opens the database."""
        self._settings = load_settings()
        self._engine = open_database(self._settings.catalog_url)
        upgrade(self._engine)
        self._secret = secret_of(self._settings)
        self._limits = Limits(self._settings)
        self._signals = Signals(self._engine, self._settings.redis_url)

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/webchat/...`."""
        return WEBCHAT

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        """There is nothing to configure: settings come from the environment, the rest from the municipality's file."""
        return cls()

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("vraagbaak_webchat", __name__)
        handle = Webchat(self._settings, self._engine, self._secret, self._limits, self._signals, on_new_message)

        @routes.listener("before_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            app.config.PROXIES_COUNT = self._settings.proxies
            self._signals.start()

        @routes.listener("before_server_stop")
        async def stop(_app: Sanic, _loop: Any) -> None:
            await self._signals.stop()

        @routes.middleware("response")
        async def allow(request: Request, answer: BaseHTTPResponse) -> None:
            # Not in the handlers: Rasa (Sanic-CORS) answers a preflight itself, before a handler is reached.
            answer.headers.update(cors_headers(request.headers.get("origin"), self._settings))

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            # Rasa serves before its model is loaded; a message would then get no answer.
            agent = getattr(request.app.ctx, "agent", None)
            ready = bool(agent and agent.is_ready())
            return response.json({"status": "ok" if ready else "laadt"}, status=200 if ready else 503)

        routes.add_route(_answering(handle.begin), "/sessions", methods=["POST", "OPTIONS"], name="begin")
        routes.add_route(_answering(handle.say), "/messages", methods=["POST"], name="say")
        routes.add_route(_answering(handle.read), "/messages", methods=["GET", "OPTIONS"], name="read")
        routes.add_route(_answering(handle.stream), "/events", methods=["GET", "OPTIONS"], name="stream")
        routes.add_route(_answering(handle.judge), "/feedback", methods=["POST", "OPTIONS"], name="judge")
        routes.add_route(_answering(handle.grade), "/grade", methods=["POST", "OPTIONS"], name="grade")
        routes.add_route(_answering(handle.typing), "/typing", methods=["POST", "OPTIONS"], name="typing")
        routes.add_route(_answering(handle.leave), "/leave", methods=["POST", "OPTIONS"], name="leave")
        routes.add_route(_answering(handle.end), "/end", methods=["POST", "OPTIONS"], name="end")
        routes.add_route(_answering(handle.erase), "/session", methods=["DELETE", "OPTIONS"], name="erase")
        return routes


class Webchat:
    """What each address does. A handler returns an answer or raises Refused."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        secret: str,
        limits: Limits,
        signals: Signals,
        on_new_message: OnNewMessage,
    ) -> None:
        self._settings, self._engine, self._secret = settings, engine, secret
        self._limits, self._signals, self._on_new_message = limits, signals, on_new_message
        self._answering: Set[asyncio.Future[None]] = set()
        """What is being answered; the event loop itself holds its tasks weakly."""

    async def begin(self, request: Request) -> HTTPResponse:
        """POST /sessions: a new conversation and the token for it; or the one that goes on (`gesprek`: its token), unless
        the portal says that by now somebody else is there.
        """
        body = _body(request)
        gemeente = self._gemeente(body.get("gemeente", self._settings.gemeente))
        eerder = self._earlier(gemeente, body.get("gesprek"))
        if eerder is None:
            self._limits.session(_address(request))
        wie = self._portal(gemeente, body.get("portaal"))
        if eerder is not None:
            if await in_thread(self._goes_on, eerder.gesprek_id, wie):
                return response.json({"token": body["gesprek"], "verloopt": eerder.verloopt.isoformat()})
            self._limits.session(_address(request))
        gesprek = await in_thread(partial(store.start, self._engine, gemeente=gemeente.id, kanaal=WEBCHAT))
        if wie is not None:
            await in_thread(portal.remember, self._engine, self._secret, gesprek.id, wie)
        token, sessie = make_token(gesprek.id, gemeente.id, self._secret)
        return response.json({"token": token, "verloopt": sessie.verloopt.isoformat()}, status=201)

    def _portal(self, gemeente: Gemeente, token: object) -> Optional[str]:
        """Who the municipality's portal says it is. A token that is no good says nothing: it is then a conversation as
        everybody has, in which a case asks for its number and a code.
        """
        if token is None:
            return None
        try:
            return portal_identity(self._settings, gemeente, token if isinstance(token, str) else "")
        except portal.BadPortalToken as error:
            logger.warning("Een token van het portaal is geweigerd: %s", error)
            return None

    def _earlier(self, gemeente: Gemeente, token: object) -> Optional[Sessie]:
        """The conversation of which a browser still has the token; None when it has none with this municipality."""
        try:
            sessie = read_token(token if isinstance(token, str) else "", self._secret)
        except BadToken:
            return None
        return sessie if sessie.gemeente == gemeente.id else None

    def _goes_on(self, gesprek_id: str, wie: Optional[str]) -> bool:
        """Whether who is there now may go on with a conversation; from then on it is theirs."""
        if wie is None:
            return True
        if portal.is_of_other(self._engine, self._secret, gesprek_id, wie):
            return False
        if not store.positions(self._engine, [gesprek_id]):
            # Erased: nothing may be kept of it any more.
            return False
        portal.remember(self._engine, self._secret, gesprek_id, wie)
        return True

    async def say(self, request: Request) -> HTTPResponse:
        """POST /messages: the resident says something; the answers come back, and through the stream."""
        sessie, body = self._session(request), _body(request)
        client_id = body.get("id")
        if not _is_uuid(client_id):
            raise Refused(400, 'Geef het bericht een eigen "id" (een UUID).')
        tekst = body.get("tekst")
        if isinstance(tekst, str) and len(tekst) > self._settings.webchat_message_chars:
            raise Refused(
                413, f"Uw bericht is te lang. Gebruik hoogstens {self._settings.webchat_message_chars} tekens."
            )
        try:
            message = inbound(tekst, {"gemeente": sessie.gemeente}, gemeenten_of(self._settings), self._settings)
        except InboundError:
            raise Refused(400, '"tekst" moet een tekst zijn.') from None
        if not message.text:
            raise Refused(400, "Het bericht is leeg. Typ eerst uw vraag.")
        earlier = await in_thread(store.find_sent, self._engine, sessie.gesprek_id, client_id)
        if earlier is not None:
            sent = earlier
        else:
            self._limits.message(sessie.gesprek_id, _address(request))
            nieuw = Nieuw("bewoner", message.text, client_id=client_id)
            sent, fresh = await self._known(store.append, self._engine, sessie.gesprek_id, nieuw)
            if fresh:
                await self._signals.announce(sessie.gesprek_id)
                await self._let_answer(request, sessie, sent, dict(message.metadata))
        found = await in_thread(store.answers_to, self._engine, sessie.gesprek_id, sent.nummer)
        return response.json({"berichten": shown(found)})

    async def _let_answer(self, request: Request, sessie: Sessie, sent: Bericht, metadata: Dict[str, Any]) -> None:
        """The bot answers, unless a human has the conversation, or is asked for."""
        if not await in_thread(bot_may_answer, self._engine, sessie.gesprek_id):
            return
        await give_back(request.app, self._engine, sessie.gesprek_id)
        # Shielded: a browser that goes away in the middle still finds its answer when it comes back.
        answering = asyncio.ensure_future(self._answer(sessie, sent, metadata))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
        await asyncio.shield(answering)

    async def _answer(self, sessie: Sessie, sent: Bericht, metadata: Dict[str, Any]) -> None:
        output = ConversationOutput(self._engine, self._signals, sessie.gesprek_id, sent.nummer, WEBCHAT)
        message = UserMessage(
            sent.tekst, output, sessie.gesprek_id, input_channel=WEBCHAT, metadata=metadata, message_id=str(sent.nummer)
        )
        try:
            await self._on_new_message(message)
        except Exception as error:  # noqa: BLE001 (the resident must get a reply, whatever broke)
            # Only the kind of error: its text may hold what the resident wrote.
            logger.error("Een bericht kon niet worden verwerkt: %s", type(error).__name__)
        if not output.sent and await in_thread(bot_may_answer, self._engine, sessie.gesprek_id):
            gemeente = self._gemeente(sessie.gemeente)
            await output.send_response(sessie.gesprek_id, {"text": _apology(gemeente)})
        if not await in_thread(store.positions, self._engine, [sessie.gesprek_id]):
            # Erased meanwhile; what Rasa wrote down after that must go too.
            await in_thread(erase_tracker, open_database(self._settings.tracker_store_url), sessie.gesprek_id)

    async def read(self, request: Request) -> HTTPResponse:
        """GET /messages?na=7: what came after a number."""
        sessie = self._session(request)
        na = _number(request.args.get("na", "0"))
        await self._known(store.load, self._engine, sessie.gesprek_id)
        found = await in_thread(store.since, self._engine, sessie.gesprek_id, na)
        return response.json({"berichten": shown(found)})

    async def stream(self, request: Request) -> None:
        """GET /events: a stream (server-sent events) that begins after `Last-Event-ID`."""
        sessie = self._session(request)
        last = _number(request.headers.get("last-event-id", "0"))
        await self._known(store.load, self._engine, sessie.gesprek_id)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        # Nothing comes after a stream on its connection: a process that stops need not wait for more.
        assert request.stream is not None
        request.stream.keep_alive = False
        stream = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
        await stream.send("retry: 2000\n\n")
        shown: Optional[str] = None
        async with self._signals.waiting(sessie.gesprek_id) as something:
            # A stream that stayed open would hold up the stopping of the process.
            while not self._signals.stopped:
                something.clear()
                try:
                    gesprek = await in_thread(store.load, self._engine, sessie.gesprek_id)
                except UnknownGesprek:
                    await stream.send(_event("stand", {"soort": "gewist"}))
                    return
                for one in await in_thread(store.since, self._engine, sessie.gesprek_id, last):
                    last = one.nummer
                    if not is_for_employees(one):
                        await stream.send(_event("bericht", as_json(one), one.nummer))
                state = json.dumps(gesprek.toestand, sort_keys=True)
                if state != (shown or "{}"):
                    shown = state
                    await stream.send(_event("stand", {"soort": "toestand", **gesprek.toestand}))
                try:
                    await asyncio.wait_for(something.wait(), HEARTBEAT)
                except TimeoutError:
                    await stream.send(": nog verbonden\n\n")

    async def judge(self, request: Request) -> HTTPResponse:
        """POST /feedback: a thumb under an answer, with a reason if the resident gives one."""
        sessie, body = self._session(request), _body(request)
        nummer, duim = body.get("nummer"), body.get("duim")
        if not isinstance(nummer, int) or isinstance(nummer, bool) or duim not in ("op", "neer"):
            raise Refused(400, 'Stuur "nummer" (een getal) en "duim" ("op" of "neer").')
        gesprek = await self._known(store.load, self._engine, sessie.gesprek_id)
        try:
            if not 1 <= nummer <= gesprek.laatste_nummer:
                raise UnknownGesprek(sessie.gesprek_id)
            await in_thread(store.judge, self._engine, sessie.gesprek_id, nummer, duim, _words(body.get("reden")))
        except UnknownGesprek:
            # Not 401: the conversation itself goes on.
            raise Refused(404, "Dit antwoord is er niet.") from None
        if duim == "neer":
            await in_thread(thumb_down, self._engine, sessie.gesprek_id, nummer)
        if body.get("mens") is True:
            # An event of its own, whatever words were given with the thumb.
            metadata = {"gemeente": sessie.gemeente}
            asked = replace(await self._message(sessie, nummer), tekst=ASK_HUMAN)
            await self._let_answer(request, sessie, asked, metadata)
        return response.empty()

    async def grade(self, request: Request) -> HTTPResponse:
        """POST /grade: a grade from 1 to 10 for the conversation."""
        sessie, body = self._session(request), _body(request)
        cijfer = body.get("cijfer")
        if not isinstance(cijfer, int) or isinstance(cijfer, bool) or not 1 <= cijfer <= 10:
            raise Refused(400, "Geef een cijfer van 1 tot en met 10.")
        await self._known(store.grade, self._engine, sessie.gesprek_id, cijfer, _words(body.get("toelichting")))
        return response.empty()

    async def typing(self, request: Request) -> HTTPResponse:
        """POST /typing: the resident is typing; an employee who has the conversation sees it."""
        sessie = self._session(request)
        if await in_thread(queue.owner, self._engine, sessie.gesprek_id) is Eigenaar.MEDEWERKER:
            gesprek = await self._known(store.load, self._engine, sessie.gesprek_id)
            # That the employee was typing is no news any more.
            shown = {"soort": "medewerker"} if gesprek.toestand.get("soort") == "typt" else {}
            state = {**gesprek.toestand, **shown, "bewoner_typt": datetime.now(UTC).isoformat()}
            await in_thread(store.set_state, self._engine, sessie.gesprek_id, state)
            await self._signals.announce(sessie.gesprek_id)
        return response.empty()

    async def leave(self, request: Request) -> HTTPResponse:
        """POST /leave: the resident no longer waits for an employee."""
        sessie = self._session(request)
        changed = await in_thread(leave, self._engine, self._gemeente(sessie.gemeente), sessie.gesprek_id)
        for gesprek_id in changed:
            await self._signals.announce(gesprek_id)
        return response.empty()

    async def end(self, request: Request) -> HTTPResponse:
        """POST /end: the resident is done."""
        sessie = self._session(request)
        await in_thread(store.end, self._engine, sessie.gesprek_id)
        await in_thread(queue.end_by_resident, self._engine, sessie.gesprek_id)
        await self._signals.announce(sessie.gesprek_id)
        return response.empty()

    async def erase(self, request: Request) -> HTTPResponse:
        """DELETE /session: erase the conversation everywhere; gives a receipt."""
        sessie = self._session(request)
        bewijs = await self._known(
            erase_everywhere, self._engine, open_database(self._settings.tracker_store_url), sessie.gesprek_id
        )
        await self._signals.announce(sessie.gesprek_id)
        return response.json({"bewijs": bewijs.as_json()})

    async def _message(self, sessie: Sessie, nummer: int) -> Bericht:
        return (await in_thread(store.since, self._engine, sessie.gesprek_id, nummer - 1))[0]

    async def _known(self, function: Callable[..., T], *arguments: Any) -> T:
        try:
            return await in_thread(function, *arguments)
        except UnknownGesprek:
            raise Refused(401, "Dit gesprek bestaat niet meer. Begin een nieuw gesprek.") from None

    def _session(self, request: Request) -> Sessie:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if kind.lower() != "bearer":
                raise BadToken("geen token")
            return read_token(token, self._secret)
        except BadToken:
            raise Refused(401, "Uw gesprek is verlopen. Begin een nieuw gesprek.") from None

    def _gemeente(self, gemeente: object) -> Gemeente:
        if not isinstance(gemeente, str):
            raise Refused(400, '"gemeente" moet een tekst zijn.')
        try:
            return gemeenten_of(self._settings)[gemeente]
        except UnknownGemeente as error:
            raise Refused(400, str(error)) from None


def _answering(
    handler: Callable[[Request], Awaitable[Optional[HTTPResponse]]],
) -> Callable[..., Coroutine[Any, Any, Optional[HTTPResponse]]]:
    """Around every handler: refusals as JSON."""

    async def answer(request: Request) -> Optional[HTTPResponse]:
        if request.method == "OPTIONS":
            return response.empty()
        try:
            result = await handler(request)
        except TooMany as error:
            text = "Er komen te veel berichten achter elkaar. Wacht even en probeer het dan opnieuw."
            result = response.json({FOUT: text}, status=429, headers={"retry-after": str(error.seconds)})
        except Refused as error:
            result = response.json({FOUT: error.text}, status=error.status, headers=error.headers)
        except Exception as error:  # noqa: BLE001 (whatever broke, the browser gets an answer it can show)
            if request.stream is not None and request.stream.stage.name == "RESPONSE":
                # In the middle of a stream: the browser sees that it ends, and comes back.
                logger.warning("Een stroom brak af: %s", type(error).__name__)
                return None
            logger.error("Een verzoek aan de chat mislukte: %s", type(error).__name__)
            result = response.json({FOUT: "Er ging iets mis aan onze kant. Probeer het zo opnieuw."}, status=500)
        if result is not None:
            result.headers["cache-control"] = "no-store"
        return result

    return answer


def cors_headers(origin: Optional[str], settings: Settings) -> Dict[str, str]:
    """CORS headers for the pages of the municipalities and of our own website; none for other pages."""
    allowed = {settings.public_web_url}
    for gemeente in gemeenten_of(settings):
        allowed.update(gemeente.webchat.herkomsten)
    headers = {"vary": "Origin"}
    if origin in allowed:
        headers.update(
            {
                "access-control-allow-origin": str(origin),
                "access-control-allow-methods": "GET, POST, DELETE",
                "access-control-allow-headers": "authorization, content-type, last-event-id",
                "access-control-expose-headers": "retry-after",
                "access-control-max-age": "600",
            }
        )
    return headers


def shown(berichten: Iterable[Bericht]) -> List[Dict[str, Any]]:
    """The messages that a resident may see, as the widget gets them."""
    return [as_json(one) for one in berichten if not is_for_employees(one)]


def as_json(bericht: Bericht) -> Dict[str, Any]:
    """A message as the widget gets it."""
    extra = bericht.extra
    own = bericht.van == "bewoner"
    return {
        "nummer": bericht.nummer,
        "van": bericht.van,
        "naam": bericht.naam,
        "tijd": bericht.tijd.isoformat(timespec="seconds"),
        "id": bericht.client_id,
        "blokken": plain(bericht.tekst) if own or bericht.van == "medewerker" else blocks(bericht.tekst),
        "keuzes": extra.get(KEUZES, []),
        "product": extra.get("product"),
        "bronnen": extra.get("bronnen", []),
        "taal": extra.get("taal"),
        "feedback": bericht.van == "vraagbaak" and bool(extra.get("product")),
    }


def _event(kind: str, data: Dict[str, Any], number: Optional[int] = None) -> str:
    lines: List[str] = [] if number is None else [f"id: {number}"]
    return "\n".join([*lines, f"event: {kind}", f"data: {json.dumps(data, ensure_ascii=False)}", "", ""])


def _body(request: Request) -> Dict[str, Any]:
    try:
        body = request.json
    except InvalidUsage:
        raise Refused(400, "De inhoud van het verzoek is geen geldige JSON.") from None
    if not isinstance(body, dict):
        raise Refused(400, "Stuur een JSON-object.")
    return body


def _words(value: object) -> Optional[str]:
    """What a resident explains, without numbers that must not be stored."""
    if not isinstance(value, str):
        return None
    # Masked before it is cut, with some room, as in `inbound`.
    return mask(clean(value)[: REDEN_TEKENS + 100])[:REDEN_TEKENS] or None


def _number(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise Refused(400, "Een nummer van een bericht is een geheel getal.")
    return int(value)


def _is_uuid(value: object) -> TypeGuard[str]:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def _address(request: Request) -> Optional[str]:
    return request.remote_addr or request.ip


def _apology(gemeente: Gemeente) -> str:
    return f"Er ging iets mis aan onze kant. Probeer het zo opnieuw, of bel {gemeente.contact.telefoon}."
