r"""Bodies of WhatsApp webhooks: values in, JSON out. The sandbox posts them; tests of the channel build them as well.

Each builder makes a Piece: one message, status or error of one number. `envelope` puts any number of them in one body,
`raw` is that body in bytes as Meta writes it (ASCII, slashes as `\/`), `signature` the header that belongs to it:

    body = raw(envelope(text_message(NUMBER, ANS, "hoi", id="wamid.1", at=NOW), status(NUMBER, ANS, "wamid.2", "read", at=NOW)))

Source: the webhook reference of Meta's messages field. Moments are whole seconds there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.whatsapp_errors import GraphError
from bot.sandbox.whatsapp_values import Json, Number, Person

Kind = Literal["messages", "statuses", "errors"]
State = Literal["sent", "delivered", "read", "played", "failed"]
HEADER = "X-Hub-Signature-256"


@dataclass(frozen=True)
class Piece:
    """One thing that a webhook tells, and to whom it belongs."""

    number: Number
    kind: Kind
    body: Json
    contact: Json | None = None
    """What goes with it in `contacts`."""

    @property
    def wamid(self) -> str:
        """Id of the message that it is (about); empty for an error of the number itself."""
        return str(self.body.get("id", ""))


def new_wamid() -> str:
    """A message id of the length and letters that Meta uses."""
    return "wamid." + base64.b64encode(b"HBgL" + secrets.token_bytes(32)).decode()


def envelope(*pieces: Piece) -> Json:
    """One body: an entry for each account, a change for each number, in the order of the pieces."""
    entries: dict[str, dict[str, Json]] = {}
    for piece in pieces:
        changes = entries.setdefault(piece.number.waba_id, {})
        value = changes.setdefault(piece.number.phone_number_id, _value(piece.number))
        contacts = value.setdefault("contacts", []) if piece.contact is not None else []
        if piece.contact is not None and piece.contact not in contacts:
            contacts.append(piece.contact)
        value.setdefault(piece.kind, []).append(piece.body)
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": waba, "changes": [{"field": "messages", "value": value} for value in changes.values()]}
            for waba, changes in entries.items()
        ],
    }


def raw(body: Json) -> bytes:
    """A body in bytes. Whoever parses it and writes it again gets other bytes, and so another signature."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def signature(secret: str, body: bytes) -> str:
    """Value of the header X-Hub-Signature-256 for the bytes of a body; `secret` is the app secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def message(
    number: Number, person: Person, kind: str, content: Mapping[str, Any], *, id: str, at: datetime, quotes: str = ""
) -> Piece:
    """A message of any type. `content` are the fields besides those that all have; `quotes` a message it answers."""
    sender = {"from": person.nummer, "from_user_id": person.user_id}
    body: Json = {
        **{name: value for name, value in sender.items() if value},
        "id": id,
        "timestamp": _seconds(at),
        "type": kind,
        **({"context": {"from": number.display, "id": quotes}} if quotes else {}),
        **content,
    }
    return Piece(number, "messages", body, _contact(person, profile=True))


def text_message(number: Number, person: Person, text: str, *, id: str, at: datetime, quotes: str = "") -> Piece:
    """Somebody typed something."""
    return message(number, person, "text", {"text": {"body": text}}, id=id, at=at, quotes=quotes)


def button_reply(
    number: Number, person: Person, button: str, title: str, *, quotes: str, id: str, at: datetime
) -> Piece:
    """Somebody tapped a reply button; `button` is the id that we gave it."""
    reply = {"type": "button_reply", "button_reply": {"id": button, "title": title}}
    return message(number, person, "interactive", {"interactive": reply}, id=id, at=at, quotes=quotes)


def list_reply(
    number: Number,
    person: Person,
    row: str,
    title: str,
    description: str = "",
    *,
    quotes: str,
    id: str,
    at: datetime,
) -> Piece:
    """Somebody chose a row of a list; `row` is the id that we gave it."""
    chosen = {"id": row, "title": title, **({"description": description} if description else {})}
    reply = {"type": "list_reply", "list_reply": chosen}
    return message(number, person, "interactive", {"interactive": reply}, id=id, at=at, quotes=quotes)


def template_button(
    number: Number, person: Person, payload: str, text: str, *, quotes: str, id: str, at: datetime
) -> Piece:
    """Somebody tapped a quick reply button of a template."""
    content = {"button": {"payload": payload, "text": text}}
    return message(number, person, "button", content, id=id, at=at, quotes=quotes)


def media_message(
    number: Number,
    person: Person,
    kind: Literal["image", "audio", "video", "document", "sticker"],
    media_id: str,
    mime_type: str,
    sha256: str,
    *,
    id: str,
    at: datetime,
    caption: str = "",
    filename: str = "",
    voice: bool = False,
    animated: bool = False,
) -> Piece:
    """A picture, sound, film, document or sticker. `sha256` is in base64; a voice note is `audio` with `voice`."""
    content: Json = {"id": media_id, "mime_type": mime_type, "sha256": sha256}
    if kind == "audio":
        content["voice"] = voice
    if kind == "sticker":
        content["animated"] = animated
    content |= {name: value for name, value in (("caption", caption), ("filename", filename)) if value}
    return message(number, person, kind, {kind: content}, id=id, at=at)


def location_message(
    number: Number,
    person: Person,
    latitude: float,
    longitude: float,
    *,
    id: str,
    at: datetime,
    name: str = "",
    address: str = "",
) -> Piece:
    """A place on the map."""
    content: Json = {"latitude": latitude, "longitude": longitude}
    content |= {key: value for key, value in (("name", name), ("address", address)) if value}
    return message(number, person, "location", {"location": content}, id=id, at=at)


def contacts_message(
    number: Number, person: Person, cards: Iterable[tuple[str, str]], *, id: str, at: datetime
) -> Piece:
    """Cards of people: (name, number in digits)."""
    contacts = [
        {
            "name": {"formatted_name": name, "first_name": name.split()[0]},
            "phones": [{"phone": f"+{digits}", "wa_id": digits, "type": "CELL"}],
        }
        for name, digits in cards
    ]
    return message(number, person, "contacts", {"contacts": contacts}, id=id, at=at)


def reaction_message(number: Number, person: Person, to: str, emoji: str, *, id: str, at: datetime) -> Piece:
    """A reaction to a message; without an emoji it is taken away."""
    content = {"message_id": to, **({"emoji": emoji} if emoji else {})}
    return message(number, person, "reaction", {"reaction": content}, id=id, at=at)


def order_message(
    number: Number, person: Person, items: Sequence[tuple[str, int, float]], *, id: str, at: datetime
) -> Piece:
    """An order from a catalogue: (product, how many, price in euros)."""
    products = [
        {"product_retailer_id": product, "quantity": many, "item_price": price, "currency": "EUR"}
        for product, many, price in items
    ]
    content = {"order": {"catalog_id": "990001", "text": "", "product_items": products}}
    return message(number, person, "order", content, id=id, at=at)


def unsupported_message(
    number: Number, person: Person, what: str = "poll_creation", *, id: str, at: datetime, code: int = 131051
) -> Piece:
    """Something that the API does not pass on; `code` is 131051 or 131060."""
    title = "Message type unknown" if code == 131051 else "This message is unavailable"
    errors = [{"code": code, "title": title, "message": title, "error_data": {"details": "Message type is unknown."}}]
    return message(number, person, "unsupported", {"errors": errors, "unsupported": {"type": what}}, id=id, at=at)


def edit_message(number: Number, person: Person, of: str, text: str, *, id: str, at: datetime) -> Piece:
    """Somebody changed an earlier message `of` theirs."""
    content = {"edit": {"original_message_id": of, "message": {"type": "text", "text": {"body": text}}}}
    return message(number, person, "edit", content, id=id, at=at)


def revoke_message(number: Number, person: Person, of: str, *, id: str, at: datetime) -> Piece:
    """Somebody took back an earlier message `of` theirs."""
    return message(number, person, "revoke", {"revoke": {"original_message_id": of}}, id=id, at=at)


def user_changed_number(number: Number, person: Person, new: Person, *, id: str, at: datetime) -> Piece:
    """Somebody has another number, and so another BSUID. `contacts` does not come along with these."""
    return _system(number, person, "user_changed_number", new, id=id, at=at)


def user_changed_user_id(number: Number, person: Person, new: Person, *, id: str, at: datetime) -> Piece:
    """Somebody whose number is not shown has another BSUID."""
    return _system(number, person, "user_changed_user_id", new, id=id, at=at)


def status(
    number: Number,
    person: Person,
    of: str,
    state: State,
    *,
    at: datetime,
    opaque: str = "",
    errors: Sequence[GraphError] = (),
    category: str = "",
    by_number: bool | None = None,
) -> Piece:
    """What became of our message `of`.

    Args:
        number: that sent it.
        person: to whom.
        of: its id.
        state: what it is now.
        at: since when.
        opaque: the `biz_opaque_callback_data` that it was sent with.
        errors: why it failed.
        category: what it costs as: `service`, `utility`; empty leaves `pricing` out.
        by_number: whether it was sent to a number rather than a BSUID; None is to the number when there is one.
    """
    to_number = person.nummer is not None if by_number is None else by_number
    body: Json = {"id": of, "status": state, "timestamp": _seconds(at)}
    if person.nummer is not None:
        body["recipient_id"] = person.nummer
    # A failed message to a number says nothing of a BSUID.
    if person.user_id and not (state == "failed" and to_number):
        body["recipient_user_id"] = person.user_id
    if opaque:
        body["biz_opaque_callback_data"] = opaque
    if category:
        kind = "free_customer_service" if category == "service" else "regular"
        billable = category != "service"
        body["pricing"] = {"billable": billable, "pricing_model": "PMP", "category": category, "type": kind}
    if errors:
        body["errors"] = [error.in_webhook() for error in errors]
    contact = None if state == "failed" else _contact(person, profile=state in ("delivered", "read"))
    return Piece(number, "statuses", body, contact)


def number_error(number: Number, error: GraphError) -> Piece:
    """An error of the number or the account as a whole, in `value.errors`."""
    return Piece(number, "errors", error.in_webhook())


def _system(number: Number, person: Person, kind: str, new: Person, *, id: str, at: datetime) -> Piece:
    content: Json = {"type": kind, "body": f"User {person.naam} changed"}
    if kind == "user_changed_number":
        content["wa_id"] = new.nummer
    ids = {"user_id": new.user_id, "previous_user_id": person.user_id}
    content |= {name: value for name, value in ids.items() if value}
    made = message(number, person, "system", {"system": content}, id=id, at=at)
    return Piece(number, "messages", made.body)


def _value(number: Number) -> Json:
    metadata = {"display_phone_number": number.display, "phone_number_id": number.phone_number_id}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _contact(person: Person, *, profile: bool) -> Json:
    found: Json = {"profile": {"name": person.naam}} if profile else {}
    ids = {"wa_id": person.nummer, "user_id": person.user_id}
    return found | {name: value for name, value in ids.items() if value}


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))
