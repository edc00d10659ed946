"""The phone page: what it loads, what it asks, and what its users do. It holds invented people only.

`GET /telefoon` is the page; below it `berichten` (a thread, since a version), `sturen`, `wissen`,
`klok`, `begin` and `bestand`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.sandbox.whatsapp_store import Message
from bot.sandbox.whatsapp_values import Number, Person
from bot.sandbox.whatsapp_webhooks import new_wamid, reaction_message
from bot.sandbox.whatsapp_world import WhatsApp
from bot.web.security import desk_policy

PATH = "/telefoon"
LATER = timedelta(hours=25)
"""What the clock button moves: just more than the window in which a business may answer freely."""
MOST_CHARS = 4096
_FOLDER = Path(__file__).parent
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
)
_HEADERS = {
    "content-security-policy": f"{desk_policy()}; media-src 'self'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_FILES: Mapping[str, tuple[str, str, str, dict[str, Any]]] = {
    "spraak": ("audio", "audio/ogg; codecs=opus", "spraak.ogg", {"voice": True}),
    "foto": ("image", "image/jpeg", "foto.jpg", {}),
    "sticker": ("sticker", "image/webp", "sticker.webp", {}),
    "document": ("document", "application/pdf", "brief.pdf", {"filename": "brief.pdf"}),
}
"""What can be sent: kind of message, type, file in `media/`, and more fields."""
_REACTIONS = ("👍", "👎", "❤️", "")
"""What can be put under a message; an empty one takes it away."""
_PLACE = (52.3411, 5.6202, "Marktplein", "Marktplein 1, Voorbeeldstad")


class Wrong(Exception):
    """The page asked for something that is not there, or sent something that is not right; the text says what."""


def phone_blueprint(world: WhatsApp) -> Blueprint:
    """`/telefoon` and all below it."""
    routes = Blueprint("telefoon", url_prefix=PATH)

    @routes.get("/")
    async def page(request: Request) -> HTTPResponse:
        html = _TEMPLATES.get_template("telefoon.html").render(
            pad=PATH, numbers=list(world.numbers.values()), persons=list(world.persons.values())
        )
        return response.html(html, headers=_HEADERS)

    @routes.get("/icoon")
    async def icon(request: Request) -> HTTPResponse:
        # Browsers ask for one; a missing one would stand as an error on the console.
        return response.empty()

    @routes.get("/static/<name:str>")
    async def static(request: Request, name: str) -> HTTPResponse:
        path = _FOLDER / "static" / name
        if not re.fullmatch(r"[a-z-]+\.(js|css)", name) or not path.is_file():
            return response.text("Dit bestand bestaat niet.", status=404)
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {**_HEADERS, "cache-control": "no-cache", "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return response.raw(b"", status=304, headers=headers)
        return response.raw(body, content_type=_TYPES[path.suffix], headers=headers)

    def view(handle: Callable[[WhatsApp, Mapping[str, Any]], Any], *, is_post: bool) -> Any:
        async def answer(request: Request) -> HTTPResponse:
            try:
                return response.json(handle(world, _fields(request) if is_post else _query(request)), headers=_HEADERS)
            except Wrong as error:
                return response.json({"fout": str(error)}, status=400, headers=_HEADERS)

        return answer

    routes.add_route(view(thread, is_post=False), "/berichten", ["GET"], name="berichten")
    routes.add_route(view(send, is_post=True), "/sturen", ["POST"], name="sturen")
    routes.add_route(view(clear, is_post=True), "/wissen", ["POST"], name="wissen")
    routes.add_route(view(move_clock, is_post=True), "/klok", ["POST"], name="klok")
    routes.add_route(view(begin_anew, is_post=True), "/begin", ["POST"], name="begin")

    @routes.get(r"/bestand/<id:\d+>")
    async def file(request: Request, id: str) -> HTTPResponse:
        found = world.file(id)
        if found is None:
            return response.text("Dit bestand is er niet meer.", status=404, headers=_HEADERS)
        headers = dict(_HEADERS)
        if not found.mime.startswith(("image/", "audio/")):
            headers["content-disposition"] = "attachment"
        return response.raw(found.inhoud, content_type=found.mime, headers=headers)

    return routes


def thread(world: WhatsApp, query: Mapping[str, Any]) -> dict[str, Any]:
    """What changed in a thread since version `na`; with `kijkt` what came is read by it."""
    number, person = _number(world, query), _person(world, query)
    after = query.get("na", "0")
    if not re.fullmatch(r"[0-9]{1,15}", after):
        raise Wrong("`na` is geen getal.")
    if "kijkt" in query:
        world.look(number, person)
    # Before the messages, so that what comes in between is sent again rather than missed.
    version = world.store.version()
    until, now = world.window_until(number, person), world.clock.now()
    return {
        "versie": version,
        "gewist": world.store.cleared(number.phone_number_id, person.user_id),
        "nu": now.isoformat(),
        "venster": until.isoformat() if until else None,
        "open": until is not None and now < until,
        "typt": world.is_typing(number, person),
        "berichten": [_shown(one) for one in world.store.thread(number.phone_number_id, person.user_id, int(after))],
        "geweigerd": [
            {"op": one.op.isoformat(), "code": one.code, "uitleg": one.details}
            for one in world.refused
            if one.nummer == number.phone_number_id
        ][-5:],
    }


def send(world: WhatsApp, fields: Mapping[str, Any]) -> dict[str, str]:
    """Write, tap, or send something; the id of the message."""
    number, person = _number(world, fields), _person(world, fields)
    kind = str(fields.get("soort"))
    if kind == "tekst":
        text = fields.get("tekst")
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_CHARS:
            raise Wrong(f"Typ een bericht van hoogstens {MOST_CHARS} tekens.")
        return {"wamid": world.write(number, person, text)}
    if kind == "keuze":
        try:
            return {"wamid": world.tap(number, person, str(fields.get("wamid")), str(fields.get("keuze")))}
        except ValueError:
            raise Wrong("Deze keuze is er niet meer.") from None
    if kind == "reactie":
        return {"wamid": _react(world, number, person, fields)}
    if kind == "locatie":
        return {"wamid": world.give_location(number, person, *_PLACE)}
    if kind == "peiling":
        return {"wamid": world.give_poll(number, person)}
    if kind in _FILES:
        sort, mime, name, more = _FILES[kind]
        contents = (_FOLDER / "media" / name).read_bytes()
        return {"wamid": world.give(number, person, sort, mime, contents, **more)}
    raise Wrong("Dit soort bericht bestaat niet.")


def _react(world: WhatsApp, number: Number, person: Person, fields: Mapping[str, Any]) -> str:
    found, emoji = world.store.message(str(fields.get("wamid"))), fields.get("emoji")
    thread = (number.phone_number_id, person.user_id, "uit")
    if found is None or (found.nummer, found.gebruiker, found.kant) != thread:
        raise Wrong("Dit bericht is er niet meer.")
    if emoji not in _REACTIONS:
        raise Wrong("Deze reactie bestaat niet.")
    return world.receive(reaction_message(number, person, found.wamid, emoji, id=new_wamid(), at=world.clock.now()))


def clear(world: WhatsApp, fields: Mapping[str, Any]) -> dict[str, int]:
    """Forget a thread."""
    number, person = _number(world, fields), _person(world, fields)
    world.store.clear(number.phone_number_id, person.user_id)
    return {"gewist": world.store.cleared(number.phone_number_id, person.user_id)}


def move_clock(world: WhatsApp, fields: Mapping[str, Any]) -> dict[str, str]:
    """Set the sandbox's clock ahead by LATER."""
    world.move_clock(LATER)
    return {"nu": world.clock.now().isoformat()}


def begin_anew(world: WhatsApp, fields: Mapping[str, Any]) -> dict[str, str]:
    """Wipe all threads, and set the clock right."""
    world.begin_anew()
    return {"nu": world.clock.now().isoformat()}


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in request.args.items()}


def _fields(request: Request) -> Mapping[str, Any]:
    # A form on another site cannot send this type.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Wrong("Alleen JSON.")
    try:
        fields = request.json
    except SanicException:
        fields = None
    if not isinstance(fields, dict):
        raise Wrong("Dit is geen object.")
    return fields


def _number(world: WhatsApp, fields: Mapping[str, Any]) -> Number:
    found = world.numbers.get(str(fields.get("nummer")))
    if found is None:
        raise Wrong("Dit nummer is er niet.")
    return found


def _person(world: WhatsApp, fields: Mapping[str, Any]) -> Person:
    found = world.persons.get(str(fields.get("toestel")))
    if found is None:
        raise Wrong("Deze telefoon is er niet.")
    return found


def _shown(message: Message) -> dict[str, Any]:
    return {
        "wamid": message.wamid,
        "kant": message.kant,
        "soort": message.soort,
        "inhoud": message.inhoud,
        "antwoordOp": message.antwoord_op,
        "op": datetime.fromtimestamp(message.op, UTC).isoformat(),
        "stand": message.stand,
        "foutcode": message.foutcode,
    }
