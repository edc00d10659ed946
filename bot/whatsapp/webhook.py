"""Reading webhooks of WhatsApp: whether they are Meta's, and what they tell. Pure: bytes in, values out.

What Meta may send changes often, so nothing in a webhook is taken for granted: what cannot be read is left aside and named.
Source: Meta's reference of the webhook field `messages` (state of 11 August 2026).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast, get_args

from bot.whatsapp.errors import without_people
from bot.whatsapp.values import Fout, Gelezen, Inkomend, MediaSoort, Soort, Stand, Statuswoord

Json = Mapping[str, Any]

SIGNATURE_HEADER = "X-Hub-Signature-256"
LONGEST_ID = 255
"""Longest id of a message or person that is taken; Meta's are at most some 150 characters."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_STANDEN: tuple[Statuswoord, ...] = get_args(Statuswoord)
_MEDIA: tuple[MediaSoort, ...] = get_args(MediaSoort)


class BadWebhook(ValueError):
    """The body of a webhook is no JSON object."""


def app_secrets(text: str) -> tuple[str, ...]:
    """The app secrets in a secret file: one a line, while a key changes two. Empty lines do not count."""
    return tuple(text.split())


def signature_ok(secrets: Sequence[str], body: bytes, header: str | None) -> bool:
    """Whether a webhook was signed by somebody with one of the app secrets.

    Args:
        secrets: app secrets; an empty one proves nothing.
        body: the bytes as they came. JSON that was parsed and written again has another signature.
        header: value of `X-Hub-Signature-256`: `sha256=` and the HMAC-SHA256 in hexadecimals.
    """
    got = (header or "").encode("utf-8", "replace")
    good = False
    # Every secret is tried, so that time does not tell which one fits.
    for secret in secrets:
        want = b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
        good |= hmac.compare_digest(want, got) and bool(secret)
    return good


def verify_challenge(args: Mapping[str, Any], token: str) -> str | None:
    """What to answer a verification request (GET) with: the bare challenge, or None for a refusal (403).

    Args:
        args: of the query: name → value, or its list of values.
        token: that we gave Meta; an empty one refuses all.
    """
    mode, given, challenge = (_first(args.get(f"hub.{name}")) for name in ("mode", "verify_token", "challenge"))
    is_ours = hmac.compare_digest(given.encode("utf-8", "replace"), token.encode("utf-8", "replace")) and bool(token)
    if is_ours and mode == "subscribe" and _CHALLENGE.fullmatch(challenge):
        return challenge
    return None


def read(body: bytes) -> Gelezen:
    """Everything in the body of a webhook, in its order. Raises BadWebhook when it is no JSON object, and nothing else."""
    try:
        webhook = json.loads(body)
    except (ValueError, RecursionError):
        raise BadWebhook("de webhook is geen JSON") from None
    if not isinstance(webhook, dict):
        raise BadWebhook("de webhook is geen JSON-object")
    if webhook.get("object") != "whatsapp_business_account":
        return Gelezen(onbekend=(f"object:{_plain_word(webhook.get('object'))}",))
    reading = _Reading()
    for entry in _objects(webhook.get("entry")):
        for change in _objects(entry.get("changes")):
            if change.get("field") == "messages":
                reading.take_value(_object(change.get("value")))
            else:
                reading.onbekend.append(f"field:{_plain_word(change.get('field'))}")
    return Gelezen(tuple(reading.berichten), tuple(reading.standen), tuple(reading.fouten), tuple(reading.onbekend))


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.berichten: list[Inkomend] = []
        self.standen: list[Stand] = []
        self.fouten: list[Fout] = []
        self.onbekend: list[str] = []

    def take_value(self, value: Json) -> None:
        number = _id(_object(value.get("metadata")).get("phone_number_id"))
        if not number:
            # Without it nobody knows which municipality it is for.
            self.onbekend.append("value without phone_number_id")
            return
        messages, contacts = list(_objects(value.get("messages"))), list(_objects(value.get("contacts")))
        senders = {(_id(one.get("from")), _id(one.get("from_user_id"))) for one in messages}
        for message in messages:
            self._take_message(number, message, _contact_of(message, contacts, is_only=len(senders) == 1))
        for status in _objects(value.get("statuses")):
            self._take_status(number, status)
        self.fouten += _errors(value, number)

    def _take_message(self, number: str, message: Json, contact: Json) -> None:
        wamid = _id(message.get("id"))
        if not wamid:
            # Nothing to drop doubles by.
            self.onbekend.append("message without id")
            return
        if message.get("group_id"):
            # What is said in a group is not said to us alone; an answer would go to one of its members.
            self.onbekend.append("message:group")
            return
        person = {
            "gebruiker": _id(message.get("from_user_id")) or _id(contact.get("user_id")),
            "nummer": _number(message.get("from")) or _number(contact.get("wa_id")),
        }
        kind = _plain_word(message.get("type"))
        content = message.get(kind)
        found = _READERS[kind](_object(content), person) if kind in _READERS and _fits(kind, content) else None
        if found is None:
            kind = _plain_word(_object(content).get("type")) if kind == "unsupported" else kind
            self.onbekend.append(f"message:{kind}")
        fields = {**person, **(found or {"soort": "onbekend"})}
        if not fields["gebruiker"] and not fields["nummer"]:
            self.onbekend.append("message without sender")
            return
        self.berichten.append(
            Inkomend(
                phone_number_id=number,
                id=wamid,
                naam=_text(_object(contact.get("profile")).get("name")),
                soort_bij_meta=kind,
                tijd=_moment(message.get("timestamp")),
                op=_id(_object(message.get("context")).get("id")) or "",
                fouten=_errors(message),
                **fields,
            )
        )

    def _take_status(self, number: str, status: Json) -> None:
        wamid, word = _id(status.get("id")), status.get("status")
        if word not in _STANDEN:
            self.onbekend.append(f"status:{_plain_word(word)}")
        elif not wamid:
            self.onbekend.append("status without id")
        else:
            self.standen.append(
                Stand(
                    phone_number_id=number,
                    wamid=wamid,
                    stand=cast(Statuswoord, word),
                    tijd=_moment(status.get("timestamp")),
                    onze_sleutel=_text(status.get("biz_opaque_callback_data")),
                    fouten=_errors(status),
                    gebruiker=_id(status.get("recipient_user_id")),
                )
            )


Fields = dict[str, Any]
"""Fields of Inkomend."""
Reader = Callable[[Json, Fields], Fields | None]
"""(what a message holds, its sender) → fields; None when it cannot be read."""


def _read_text(content: Json, person: Fields) -> Fields | None:
    return {"soort": "tekst", "tekst": _text(content.get("body"))} if isinstance(content.get("body"), str) else None


def _read_interactive(content: Json, person: Fields) -> Fields | None:
    kind = content.get("type")
    if kind not in ("button_reply", "list_reply"):
        return None
    reply = _object(content.get(kind))
    return {"soort": "keuze", "keuze_id": _text(reply.get("id")), "keuze_titel": _text(reply.get("title"))}


def _read_button(content: Json, person: Fields) -> Fields:
    return {"soort": "keuze", "keuze_id": _text(content.get("payload")), "keuze_titel": _text(content.get("text"))}


def _read_reaction(content: Json, person: Fields) -> Fields:
    return {
        "soort": "reactie",
        "reactie": _text(content.get("emoji")),
        "reactie_op": _id(content.get("message_id")) or "",
    }


def _read_media(kind: MediaSoort) -> Reader:
    def read_kind(content: Json, person: Fields) -> Fields:
        return {
            "soort": "media",
            "media_soort": "voice" if kind == "audio" and content.get("voice") is True else kind,
            "media_id": _id(content.get("id")) or "",
            "mime": _mime(content.get("mime_type")),
            "tekst": _text(content.get("caption")),
        }

    return read_kind


def _read_edit(content: Json, person: Fields) -> Fields:
    text = _object(_object(content.get("message")).get("text")).get("body")
    return {"soort": "bewerkt", "verwijst": _id(content.get("original_message_id")) or "", "tekst": _text(text)}


def _read_revoke(content: Json, person: Fields) -> Fields:
    return {"soort": "ingetrokken", "verwijst": _id(content.get("original_message_id")) or ""}


def _read_system(content: Json, person: Fields) -> Fields | None:
    """Somebody has another number, and with it another BSUID. Whose it was before is the sender."""
    kind = content.get("type")
    # The first and last name are those of older versions.
    if kind not in ("user_changed_number", "customer_changed_number", "user_changed_user_id"):
        return None
    new = _id(content.get("user_id"))
    old = _id(content.get("previous_user_id")) or (person["gebruiker"] if person["gebruiker"] != new else None)
    number = None
    if kind != "user_changed_user_id":
        number = _number(content.get("wa_id")) or _number(content.get("new_wa_id"))
    return {
        "soort": "systeem",
        "gebruiker": old,
        "nieuwe_gebruiker": new if new != old else None,
        "nieuw_nummer": number if number != person["nummer"] else None,
    }


def _kind_only(kind: Soort) -> Reader:
    return lambda content, person: {"soort": kind}


_READERS: Mapping[str, Reader] = {
    "text": _read_text,
    "interactive": _read_interactive,
    "button": _read_button,
    "reaction": _read_reaction,
    "location": _kind_only("locatie"),
    "contacts": _kind_only("contacten"),
    "system": _read_system,
    "edit": _read_edit,
    "revoke": _read_revoke,
    **{kind: _read_media(kind) for kind in _MEDIA},
}
"""Type of message → how the object with its name is read."""


def _fits(kind: str, content: object) -> bool:
    return isinstance(content, list if kind == "contacts" else dict)


def _contact_of(message: Json, contacts: Sequence[Json], *, is_only: bool) -> Json:
    """The contact that belongs to a message; empty when that is not certain."""
    user, number = _id(message.get("from_user_id")), _number(message.get("from"))
    for name, mine in (("user_id", user), ("wa_id", number)):
        for contact in contacts:
            if mine and _id(contact.get(name)) == mine:
                return contact
    # Meta's id of somebody and their number may differ, so one contact beside one sender is theirs.
    if is_only and len(contacts) == 1 and not (user and _id(contacts[0].get("user_id"))):
        return contacts[0]
    return {}


def _errors(holder: Json, number: str = "") -> tuple[Fout, ...]:
    return tuple(_error(one, number) for one in _objects(holder.get("errors")))


def _error(error: Json, number: str) -> Fout:
    code = error.get("code")
    if isinstance(code, str) and re.fullmatch(r"-?[0-9]{1,9}", code):
        code = int(code)
    details = _object(error.get("error_data")).get("details") or error.get("message")
    return Fout(
        code if isinstance(code, int) and not isinstance(code, bool) else None,
        without_people(_text(error.get("title"))),
        without_people(_text(details)),
        number,
    )


def _objects(value: object) -> Iterator[Json]:
    """The objects in a list; nothing when it is no list."""
    found: Iterable[object] = value if isinstance(value, list) else ()
    return (one for one in found if isinstance(one, dict))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """A text that a database takes: no lone halves of characters, no null. Empty when it is none."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "")


def _id(value: object) -> str | None:
    """An id: a text without spaces, or a whole number. None when it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**30:
        return str(value)
    found = _text(value)
    return found if re.fullmatch(rf"[!-~]{{1,{LONGEST_ID}}}", found) else None


def _number(value: object) -> str | None:
    """Digits of a phone number. None when it is none."""
    found = re.fullmatch(r"\+?([0-9]{5,20})", _id(value) or "")
    return found[1] if found else None


def _mime(value: object) -> str:
    found = _text(value).partition(";")[0].strip().lower()
    return found if re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}", found) else ""


def _moment(value: object) -> datetime | None:
    seconds = _id(value) or ""
    # Eleven digits last until the year 5138.
    return datetime.fromtimestamp(int(seconds), UTC) if re.fullmatch(r"[0-9]{1,11}", seconds) else None


def _plain_word(value: object) -> str:
    """A word of Meta's, fit for a log; `?` for anything that could be something else."""
    return value if isinstance(value, str) and _PLAIN_WORD.fullmatch(value) else "?"


def _first(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""
