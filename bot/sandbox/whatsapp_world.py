"""WhatsApp as the sandbox imitates it, without HTTP: what a business may send, and what its users do.

A business sends by `send`; users write, tap and read by the other methods, and that goes out as webhooks.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine

from bot.sandbox import whatsapp_webhooks as webhooks
from bot.sandbox.whatsapp_delivery import Delivering, Webhooks
from bot.sandbox.whatsapp_errors import GraphError, wrong
from bot.sandbox.whatsapp_faults import WhatsAppFaults
from bot.sandbox.whatsapp_rules import ReadMark, Sending, button_payloads, check_template, read_request
from bot.sandbox.whatsapp_store import File, Message, Store, pair_key
from bot.sandbox.whatsapp_values import (
    MEDIA_ID_DAYS,
    PERSONS,
    Json,
    Limits,
    Number,
    Person,
    Template,
    sample_templates,
)
from bot.sandbox.whatsapp_webhooks import Piece, State, new_wamid

TYPING = timedelta(seconds=25)
"""How long typing dots stay when no answer comes."""
LOOKING = 2.0
"""Seconds that a user counts as looking at a thread after the phone page last asked for it."""
_RANKS = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}


class Clock:
    """The sandbox's clock. It can be set ahead, and for tests it can be stood still by another `base`."""

    def __init__(self, base: Callable[[], datetime] | None = None) -> None:
        self._base = base or (lambda: datetime.now(UTC))
        self.ahead = timedelta()

    def now(self) -> datetime:
        """In UTC."""
        return self._base() + self.ahead


@dataclass(frozen=True)
class Habits:
    """What phones do by themselves with a message that arrives."""

    statuses: bool = True
    """Whether sent and delivered (or failed) are told."""
    reads: bool = False
    """Whether everything is read at once."""
    skip_delivered: bool = False
    """Whether `delivered` is left out when a message is read at once, as when somebody is looking at the thread."""
    pause: float = 0.0
    """Seconds between one status and the next."""


@dataclass(frozen=True)
class Refused:
    """A send that was not taken: by which number (phone_number_id), when and why."""

    nummer: str
    op: datetime
    code: int
    details: str


class WhatsApp:
    """The network: numbers of businesses, people with phones, and all that they say."""

    def __init__(
        self,
        database: Engine,
        numbers: Iterable[Number],
        *,
        app_secret: str,
        persons: Iterable[Person] = PERSONS,
        templates: Iterable[Template] | None = None,
        limits: Limits | None = None,
        habits: Habits | None = None,
        delivering: Delivering | None = None,
        clock: Clock | None = None,
        faults: WhatsAppFaults | None = None,
    ) -> None:
        """Args: SQLite, whose tables are made; and what there is in this world. Webhooks go out after `webhooks.start`."""
        self.store = Store(database)
        self.store.lose()
        self.numbers: Mapping[str, Number] = {number.phone_number_id: number for number in numbers}
        self.persons = {person.user_id: person for person in persons}
        self.templates = tuple(sample_templates() if templates is None else templates)
        self.limits, self.habits = limits or Limits(), habits or Habits()
        self.clock, self.faults = clock or Clock(), faults or WhatsAppFaults()
        self.clock.ahead = timedelta(seconds=float(self.store.setting("klok") or 0))
        self.webhooks = Webhooks(app_secret, self.callback, self._arrived, delivering)
        self.app_secret = app_secret
        self.refused: deque[Refused] = deque(maxlen=20)
        """Sends that were not taken, newest last."""
        self._typing: dict[tuple[str, str], datetime] = {}
        self._looking: dict[tuple[str, str], float] = {}

    # What a business does.

    def send(self, number: Number, body: object) -> Json:
        """Do what a body of POST /messages asks, and give the answer. Raises GraphError."""
        try:
            return self._send(number, body)
        except GraphError as error:
            self.refused.append(Refused(number.phone_number_id, self.clock.now(), error.code, error.details))
            raise

    def _send(self, number: Number, body: object) -> Json:
        request = read_request(body, number.landnummer)
        if isinstance(request, ReadMark):
            return self._mark_read(number, request)
        refusal = self.faults.refusal()
        if refusal is not None and refusal[1] == "answer":
            raise refusal[0]
        content, price = self._content(number, request)
        person = self._recipient(request)
        late = self._refusal(number, request, person)
        if refusal is not None and refusal[1] == "status":
            late = refusal[0]
        message = self._keep_sent(number, request, person, content, price)
        if late is None:
            self._arrive(number, message)
        elif self.habits.statuses:
            self.report(message.wamid, "failed", errors=(late,))
        if refusal is not None and refusal[1] == "value":
            self.webhooks.offer(webhooks.number_error(number, refusal[0]))
        return _accepted(request, message)

    def upload(self, number: Number, mime: str, contents: bytes) -> File:
        """Keep a file that a business wants to send."""
        return self.store.add_file(number.phone_number_id, "bedrijf", mime, contents, self._seconds())

    def file(self, id: str) -> File | None:
        """A file, as long as its id lives."""
        found = self.store.file(id)
        if found is None or self._seconds() > found.op + MEDIA_ID_DAYS[found.van] * 86_400:
            return None
        return found

    # What users do.

    def write(self, number: Number, person: Person, text: str, *, quotes: str = "") -> str:
        """Type something; the id of the message."""
        return self.receive(webhooks.text_message(number, person, text, quotes=quotes, **self._new()))

    def tap(self, number: Number, person: Person, wamid: str, choice: str) -> str:
        """Tap a button or choose a row of a message; the id of the message that comes of it.

        `choice` is the id that the business gave it. Raises ValueError when it is not there.
        """
        found = self.store.message(wamid)
        if found is None or found.kant != "uit" or found.gebruiker != person.user_id:
            raise ValueError("there is no such message")
        new = {"quotes": wamid, **self._new()}
        if found.soort == "template":
            for button in found.inhoud["knoppen"]:
                if button["id"] == choice:
                    title = button["title"]
                    return self.receive(webhooks.template_button(number, person, choice, title, **new))
        for reply, row in _choices(found):
            if row["id"] == choice:
                title = row["title"]
                if reply == "button_reply":
                    return self.receive(webhooks.button_reply(number, person, choice, title, **new))
                about = row.get("description", "")
                return self.receive(webhooks.list_reply(number, person, choice, title, about, **new))
        raise ValueError("there is no such choice")

    def give(
        self, number: Number, person: Person, kind: Any, mime: str, contents: bytes, *, filename: str = "", **more: Any
    ) -> str:
        """Send a file; `more` as in media_message. The id of the message."""
        bare = mime.partition(";")[0]
        file = self.store.add_file(number.phone_number_id, "gebruiker", bare, contents, self._seconds(), naam=filename)
        return self.receive(
            webhooks.media_message(
                number, person, kind, file.id, mime, file.sha256_base64, filename=filename, **more, **self._new()
            )
        )

    def give_location(
        self, number: Number, person: Person, latitude: float, longitude: float, name: str = "", address: str = ""
    ) -> str:
        """Send a place; the id of the message."""
        new = self._new()
        return self.receive(
            webhooks.location_message(number, person, latitude, longitude, name=name, address=address, **new)
        )

    def give_poll(self, number: Number, person: Person) -> str:
        """Send something that the API does not pass on; the id of the message."""
        return self.receive(webhooks.unsupported_message(number, person, **self._new()))

    def receive(self, piece: Piece) -> str:
        """A user's message of any kind (see whatsapp_webhooks) goes out, and is kept; its id."""
        body = piece.body
        number = piece.number.phone_number_id
        user = str(body.get("from_user_id") or body.get("from"))
        kind, quotes = body["type"], body.get("context", {}).get("id", "")
        content = body.get(kind, {})
        # Cards of people are a list; what is kept is an object.
        content = content if isinstance(content, dict) else {kind: content}
        self.store.add(
            Message(number, user, piece.wamid, "in", kind, content, self._seconds(), "onderweg", antwoord_op=quotes)
        )
        self._count(piece.number)
        self.webhooks.offer(piece)
        return piece.wamid

    def change_number(self, number: Number, person: Person, new: Person) -> str:
        """Somebody has another number, or only another BSUID; the id of the notice. Threads go along."""
        build = webhooks.user_changed_number if new.nummer else webhooks.user_changed_user_id
        wamid = self.receive(build(number, person, new, **self._new()))
        del self.persons[person.user_id]
        self.persons[new.user_id] = new
        self.store.rename(person.user_id, new.user_id)
        return wamid

    def look(self, number: Number, person: Person) -> None:
        """Somebody has the thread open: what came is read."""
        key = (number.phone_number_id, person.user_id)
        self._looking[key] = time.monotonic()
        for message in self.store.thread(*key):
            if message.kant == "uit" and message.stand in ("accepted", "sent", "delivered"):
                self.report(message.wamid, "read")

    # What both see.

    def report(self, wamid: str, state: State, *, errors: tuple[GraphError, ...] = (), after: float = 0.0) -> None:
        """Tell the business what became of a message it sent; also out of order, when one asks for it.

        Raises ValueError for an unknown message.
        """
        message = self.store.message(wamid)
        if message is None or message.kant != "uit":
            raise ValueError("there is no such message")
        self._tell(message, state, errors=errors, after=after)
        changes: dict[str, Any] = {"prijs": ""}
        if _RANKS[state] > _RANKS[message.stand]:
            changes |= {"stand": state, "foutcode": errors[0].code if errors else None}
        self.store.set_state(wamid, **changes)

    def window_until(self, number: Number, person: Person) -> datetime | None:
        """Until when free text may be sent to somebody; None when they never wrote."""
        last = self.store.last_from_user(number.phone_number_id, person.user_id)
        return None if last is None else datetime.fromtimestamp(last, UTC) + self.limits.window

    def is_typing(self, number: Number, person: Person) -> bool:
        """Whether somebody sees typing dots."""
        until = self._typing.get((number.phone_number_id, person.user_id))
        return until is not None and self.clock.now() < until

    def move_clock(self, by: timedelta) -> None:
        """Set the clock ahead; it stays so when the sandbox starts again. Raises ValueError for a time back."""
        if by < timedelta():
            raise ValueError("time only goes forward")
        self.clock.ahead += by
        self.store.set("klok", str(self.clock.ahead.total_seconds()))

    def begin_anew(self) -> None:
        """Forget everything that was said, and set the clock right: neither goes without the other."""
        self.store.clear_all()
        self.store.set("klok", None)
        self.clock.ahead = timedelta()
        for kept in (self.refused, self._typing, self._looking):
            kept.clear()

    # Who hears of it.

    def callback(self, number: Number) -> str:
        """Where webhooks of a number go; empty is nowhere."""
        if not self.is_subscribed(number.waba_id):
            return ""
        return self.store.setting(f"callback:{number.waba_id}") or number.callback

    def is_subscribed(self, waba: str) -> bool:
        """Whether the app is subscribed to an account. Every account begins so."""
        return self.store.setting(f"abonnement:{waba}") != "nee"

    def subscribe(self, waba: str, *, callback: str = "") -> None:
        """Subscribe the app, for webhooks to another address than that of the number if one is given."""
        self.store.set(f"abonnement:{waba}", None)
        self.store.set(f"callback:{waba}", callback or None)

    def unsubscribe(self, waba: str) -> None:
        """End the subscription: no webhooks."""
        self.store.set(f"abonnement:{waba}", "nee")

    def _mark_read(self, number: Number, mark: ReadMark) -> Json:
        user = self.store.mark_read(number.phone_number_id, mark.message_id)
        if user is None:
            raise wrong("message_id", "no message of a user has this id")
        if mark.typing:
            self._typing[(number.phone_number_id, user)] = self.clock.now() + TYPING
        return {"success": True}

    def _content(self, number: Number, request: Sending) -> tuple[Json, str]:
        """What is kept of a message, and what it costs as."""
        content = request.content
        if request.kind == "document" and "id" in content:
            file = self.file(content["id"])
            if file is None or file.nummer != number.phone_number_id or file.van != "bedrijf":
                raise wrong("document.id", "no file was uploaded under this id, or it is gone")
            return {**content, "mime": file.mime}, "service"
        if request.kind != "template":
            return content, "service"
        name, language = content["name"], content["language"]["code"]
        template = next((one for one in self.templates if (one.naam, one.taal) == (name, language)), None)
        if template is None or template.status in ("PENDING", "REJECTED"):
            raise GraphError(132001, "template: no approved template has this name in this language")
        if template.status == "PAUSED":
            raise GraphError(132015, "template: paused because of low quality")
        if template.status == "DISABLED":
            raise GraphError(132016, "template: disabled because of low quality")
        if template.categorie == "AUTHENTICATION" and request.to is None:
            raise GraphError(131062, "template: an authentication template only goes to a phone number")
        components = content.get("components", [])
        payloads = button_payloads(template, components)
        buttons = [{"id": id, "title": title} for id, title in zip(payloads, template.knoppen, strict=True)]
        kept = {"name": name, "tekst": check_template(template, components), "knoppen": buttons}
        return kept, template.categorie.lower()

    def _recipient(self, request: Sending) -> Person | None:
        if request.to is None:
            return self.persons.get(request.recipient or "")
        return next((one for one in self.persons.values() if one.nummer == request.to), None)

    def _refusal(self, number: Number, request: Sending, person: Person | None) -> GraphError | None:
        """Why it cannot be delivered, if Meta tells that later; raises GraphError when it tells so at once."""
        if person is None:
            return self._told(GraphError(131026, "the recipient has no WhatsApp, or cannot be reached"))
        if request.kind != "template":
            until = self.window_until(number, person)
            if until is None or self.clock.now() >= until:
                details = "more than 24 hours have passed since the recipient last wrote to this number"
                return self._told(GraphError(131047, details))
        if not self._count(number):
            return self._told(GraphError(130429, "too many messages from this number in a short time"))
        if self.limits.pair:
            key = pair_key(number.phone_number_id, person.user_id)
            limits = self.limits
            if not self.store.take(key, self._seconds(), limits.pair_seconds, limits.pair_burst):
                return self._told(GraphError(131056, "too many messages to this recipient in a short time"))
        return None

    def _told(self, error: GraphError) -> GraphError:
        if self.limits.at_once(error.code):
            raise error
        return error

    def _count(self, number: Number) -> bool:
        """Count a message in or out; False when the number's throughput is used up."""
        rate = self.limits.throughput
        if rate is None:
            return True
        burst = max(1, int(rate))
        return self.store.take(f"doorvoer:{number.phone_number_id}", self._seconds(), 1 / rate, burst)

    def _keep_sent(self, number: Number, request: Sending, person: Person | None, content: Json, price: str) -> Message:
        user = person.user_id if person is not None else request.to or request.recipient or ""
        made = Message(
            number.phone_number_id,
            user,
            new_wamid(),
            "uit",
            request.kind,
            content,
            self._seconds(),
            "accepted",
            antwoord_op=request.quotes,
            kenmerk=request.opaque,
            aan_nummer=request.to is not None,
            prijs=price,
        )
        self.store.add(made)
        self._typing.pop((number.phone_number_id, user), None)
        return made

    def _arrive(self, number: Number, message: Message) -> None:
        """The phone has it."""
        if not self.habits.statuses:
            return
        looked = self._looking.get((number.phone_number_id, message.gebruiker))
        looking = looked is not None and time.monotonic() - looked < LOOKING
        states: list[State] = ["sent"]
        if not (looking or (self.habits.reads and self.habits.skip_delivered)):
            states.append("delivered")
        if looking or self.habits.reads:
            states.append("read")
        for count, state in enumerate(states):
            told = message if count == 0 else replace(message, prijs="")
            self._tell(told, state, after=count * self.habits.pause)
        self.store.set_state(message.wamid, stand=states[-1], prijs="")

    def _tell(self, message: Message, state: State, *, errors: tuple[GraphError, ...] = (), after: float = 0.0) -> None:
        to = message.gebruiker
        unknown = Person("", "", to) if message.aan_nummer else Person("", to)
        piece = webhooks.status(
            self.numbers[message.nummer],
            self.persons.get(to, unknown),
            message.wamid,
            state,
            at=self.clock.now(),
            opaque=message.kenmerk,
            errors=errors,
            category="" if state == "failed" else message.prijs,
            by_number=message.aan_nummer,
        )
        self.webhooks.offer(piece, after=after)

    def _arrived(self, piece: Piece, taken: bool) -> None:
        """A webhook was answered with 200, or given up."""
        found = self.store.message(piece.wamid) if piece.kind == "messages" else None
        if found is not None and found.kant == "in" and found.stand == "onderweg":
            self.store.set_state(found.wamid, stand="bezorgd" if taken else "verloren")

    def _new(self) -> dict[str, Any]:
        return {"id": new_wamid(), "at": self.clock.now()}

    def _seconds(self) -> float:
        return self.clock.now().timestamp()


def _choices(message: Message) -> Iterable[tuple[str, Json]]:
    """What can be tapped below a message: (kind of reply, button or row)."""
    if message.soort != "interactive":
        return
    action = message.inhoud["action"]
    for button in action.get("buttons", ()):
        yield "button_reply", button["reply"]
    for section in action.get("sections", ()):
        for row in section["rows"]:
            yield "list_reply", row


def _accepted(request: Sending, message: Message) -> Json:
    contact: Json = {"input": request.given}
    contact |= {"wa_id": request.to} if request.to is not None else {"user_id": request.recipient}
    sent: Json = {"id": message.wamid}
    if request.kind == "template":
        sent["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}
