"""What the WhatsApp sandbox takes in a send request, by Meta's limits. Values in and out; errors are GraphError.

100 for an unknown field or a wrong type, 131008 for a missing field, 131009 for a value beyond its limits.
Source: Meta's pages on text, interactive, template, document and location messages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.whatsapp_errors import GraphError, missing, unknown, wrong
from bot.sandbox.whatsapp_values import Json, Template

TEXT_CHARS = 4096
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
BODY_CHARS, LIST_BODY_CHARS, HEADER_CHARS, FOOTER_CHARS = 1024, 4096, 60, 60
LIST_LABEL, SECTIONS, ROWS = 20, 10, 10
SECTION_TITLE, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 24, 24, 72, 200
LINK_LABEL = 20
CAPTION_CHARS, FILENAME_CHARS, OPAQUE_CHARS, TEMPLATE_CHARS = 1024, 240, 512, 1024

_COMMON = frozenset(
    {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}
)
_NOT_IMITATED = frozenset({"audio", "contacts", "image", "reaction", "sticker", "video"})
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_BAD_PARAMETER = re.compile(r"[\n\t]| {5}")


@dataclass(frozen=True)
class Sending:
    """A message to send, found to be in order."""

    to: str | None
    """Digits with country code; None when it goes to a BSUID."""
    recipient: str | None
    given: str
    """The recipient as it was written, for `contacts[].input`."""
    kind: str
    content: Json
    quotes: str = ""
    opaque: str = ""


@dataclass(frozen=True)
class ReadMark:
    """A message that the business has read; `typing` also shows that an answer is coming."""

    message_id: str
    typing: bool


def read_request(body: object, country: str) -> Sending | ReadMark:
    """A body of POST /messages. `country` goes before a number without a plus. Raises GraphError."""
    fields = _object("body", body)
    if "messaging_product" not in fields:
        raise missing("messaging_product")
    if fields["messaging_product"] != "whatsapp":
        raise wrong("messaging_product", "must be whatsapp")
    return _read_mark(fields) if "status" in fields else _sending(fields, country)


def check_template(template: Template, components: list[Json]) -> str:
    """The text of a template with its parameters filled in.

    Raises GraphError: 132000 for another number of them, 132005 for too long a text, 132007 for characters that may not
    be in them, 132012 for one of another type.
    """
    values: list[str] = []
    for component in components:
        if component["type"] != "body":
            continue
        for parameter in component.get("parameters", ()):
            if parameter["type"] != "text":
                raise GraphError(132012, "body: parameters of this template are text")
            if _BAD_PARAMETER.search(parameter["text"]):
                raise GraphError(132007, "body: a parameter has line breaks, tabs or more than 4 spaces on end")
            values.append(parameter["text"])
    if len(values) != template.parameters:
        details = f"body: number of parameters ({len(values)}) is not the expected number ({template.parameters})"
        raise GraphError(132000, details)
    text = template.filled(values)
    if len(text) > TEMPLATE_CHARS:
        raise GraphError(132005, f"body: at most {TEMPLATE_CHARS} characters with parameters filled in")
    return text


def button_payloads(template: Template, components: list[Json]) -> list[str]:
    """What each button of a template sends when it is tapped; its own text unless something else was sent along."""
    payloads = list(template.knoppen)
    for component in components:
        if component["type"] != "button":
            continue
        index = int(component["index"])
        if index >= len(payloads):
            raise GraphError(132000, "button: there is no button with this index")
        for parameter in component.get("parameters", ()):
            if parameter["type"] != "payload":
                raise GraphError(132012, "button: the parameter of a quick reply is a payload")
            payloads[index] = parameter["payload"]
    return payloads


def _read_mark(fields: Json) -> ReadMark:
    _known("", fields, {"messaging_product", "status", "message_id", "typing_indicator"})
    if fields["status"] != "read":
        raise wrong("status", "must be read")
    if "typing_indicator" in fields:
        indicator = _fields("typing_indicator", fields["typing_indicator"], required={"type"})
        if indicator["type"] != "text":
            raise wrong("typing_indicator.type", "must be text")
    _need("", fields, {"message_id"})
    return ReadMark(_text("message_id", fields["message_id"], 512), "typing_indicator" in fields)


def _sending(fields: Json, country: str) -> Sending:
    kind = fields.get("type", "text")
    if not isinstance(kind, str):
        raise GraphError(100, "type: must be a string")
    if kind in _NOT_IMITATED:
        raise GraphError(131051, "type: this sandbox does not send messages of this type")
    if kind not in _READERS:
        raise GraphError(100, "type: unknown message type")
    _known("", fields, _COMMON | {kind})
    if fields.get("recipient_type", "individual") != "individual":
        raise wrong("recipient_type", "must be individual")
    to, recipient, given = _recipient(fields, country)
    _need("", fields, {kind})
    quotes = ""
    if "context" in fields:
        context = _fields("context", fields["context"], required={"message_id"})
        quotes = _text("context.message_id", context["message_id"], 512)
    opaque = ""
    if "biz_opaque_callback_data" in fields:
        opaque = _text("biz_opaque_callback_data", fields["biz_opaque_callback_data"], OPAQUE_CHARS)
    content = _object(kind, fields[kind])
    _READERS[kind](content)
    return Sending(to, recipient, given, kind, content, quotes, opaque)


def _recipient(fields: Json, country: str) -> tuple[str | None, str | None, str]:
    # With both, the number wins.
    if fields.get("to"):
        given = _text("to", fields["to"], 32)
        if not re.fullmatch(r"\+?[0-9 ()\-]+", given.strip()):
            raise wrong("to", "not a phone number")
        digits = re.sub(r"\D", "", given)
        to = digits if given.strip().startswith("+") else country + digits
        if not 7 <= len(to) <= 17:
            raise wrong("to", "not a phone number")
        return to, None, given
    if fields.get("recipient"):
        given = _text("recipient", fields["recipient"], 160)
        if not _BSUID.fullmatch(given):
            raise wrong("recipient", "not a business-scoped user id")
        return None, given, given
    raise missing("to")


def _read_text(content: Json) -> None:
    _known("text", content, {"body", "preview_url"})
    _need("text", content, {"body"})
    _text("text.body", content["body"], TEXT_CHARS)
    if not isinstance(content.get("preview_url", False), bool):
        raise GraphError(100, "text.preview_url: must be a boolean")


def _read_interactive(content: Json) -> None:
    _need("interactive", content, {"type"})
    kind = content["type"]
    if not isinstance(kind, str) or kind not in _INTERACTIVE:
        raise GraphError(100, "interactive.type: unknown type")
    _known("interactive", content, {"type", "header", "body", "footer", "action"})
    _need("interactive", content, {"body", "action"})
    body = _fields("interactive.body", content["body"], required={"text"})
    _text("interactive.body.text", body["text"], LIST_BODY_CHARS if kind == "list" else BODY_CHARS)
    if "header" in content:
        header = _object("interactive.header", content["header"])
        _need("interactive.header", header, {"type"})
        if header["type"] != "text":
            raise wrong("interactive.header.type", "only text is possible here")
        _known("interactive.header", header, {"type", "text"})
        _need("interactive.header", header, {"text"})
        _text("interactive.header.text", header["text"], HEADER_CHARS)
    if "footer" in content:
        footer = _fields("interactive.footer", content["footer"], required={"text"})
        _text("interactive.footer.text", footer["text"], FOOTER_CHARS)
    _INTERACTIVE[kind](_object("interactive.action", content["action"]))


def _read_buttons(action: Json) -> None:
    where = "interactive.action"
    _known(where, action, {"buttons"})
    _need(where, action, {"buttons"})
    buttons = _list(f"{where}.buttons", action["buttons"], BUTTONS)
    ids, titles = [], []
    for number, one in enumerate(buttons):
        place = f"{where}.buttons[{number}]"
        button = _fields(place, one, required={"type", "reply"})
        if button["type"] != "reply":
            raise wrong(f"{place}.type", "must be reply")
        reply = _fields(f"{place}.reply", button["reply"], required={"id", "title"})
        ids.append(_id(f"{place}.reply.id", reply["id"], BUTTON_ID))
        titles.append(_text(f"{place}.reply.title", reply["title"], BUTTON_TITLE))
    _unique(f"{where}.buttons[].reply.id", ids)
    _unique(f"{where}.buttons[].reply.title", titles)


def _read_list(action: Json) -> None:
    where = "interactive.action"
    _known(where, action, {"button", "sections"})
    _need(where, action, {"button", "sections"})
    _text(f"{where}.button", action["button"], LIST_LABEL)
    sections = _list(f"{where}.sections", action["sections"], SECTIONS)
    ids: list[str] = []
    for number, one in enumerate(sections):
        place = f"{where}.sections[{number}]"
        section = _fields(place, one, required={"rows"}, optional={"title"})
        if "title" in section:
            _text(f"{place}.title", section["title"], SECTION_TITLE)
        elif len(sections) > 1:
            raise missing(f"{place}.title")
        for row_number, found in enumerate(_list(f"{place}.rows", section["rows"], None)):
            inside = f"{place}.rows[{row_number}]"
            row = _fields(inside, found, required={"id", "title"}, optional={"description"})
            ids.append(_id(f"{inside}.id", row["id"], ROW_ID))
            _text(f"{inside}.title", row["title"], ROW_TITLE)
            if "description" in row:
                _text(f"{inside}.description", row["description"], ROW_DESCRIPTION)
    if len(ids) > ROWS:
        raise wrong(f"{where}.sections", f"at most {ROWS} rows in all sections together")
    _unique(f"{where}.sections[].rows[].id", ids)


def _read_link(action: Json) -> None:
    where = "interactive.action"
    _known(where, action, {"name", "parameters"})
    _need(where, action, {"name", "parameters"})
    if action["name"] != "cta_url":
        raise wrong(f"{where}.name", "must be cta_url")
    parameters = _fields(f"{where}.parameters", action["parameters"], required={"display_text", "url"})
    _text(f"{where}.parameters.display_text", parameters["display_text"], LINK_LABEL)
    _url(f"{where}.parameters.url", parameters["url"])


def _read_template(content: Json) -> None:
    _known("template", content, {"name", "language", "components"})
    _need("template", content, {"name", "language"})
    _text("template.name", content["name"], 512)
    language = _fields("template.language", content["language"], required={"code"}, optional={"policy"})
    _text("template.language.code", language["code"], 10)
    if language.get("policy", "deterministic") != "deterministic":
        raise wrong("template.language.policy", "must be deterministic")
    components = content.get("components", [])
    if not isinstance(components, list):
        raise GraphError(100, "template.components: must be an array")
    for number, one in enumerate(components):
        place = f"template.components[{number}]"
        component = _object(place, one)
        _need(place, component, {"type"})
        if component["type"] == "body":
            _known(place, component, {"type", "parameters"})
        elif component["type"] == "button":
            _known(place, component, {"type", "parameters", "sub_type", "index"})
            _need(place, component, {"sub_type", "index"})
            if component["sub_type"] != "quick_reply":
                raise wrong(f"{place}.sub_type", "only quick_reply is imitated")
            if not re.fullmatch(r"[0-9]", str(component["index"])):
                raise wrong(f"{place}.index", "must be a number from 0")
        else:
            raise wrong(f"{place}.type", "must be body or button")
        _read_parameters(place, component)


def _read_parameters(where: str, component: Json) -> None:
    if not isinstance(component.get("parameters", []), list):
        raise GraphError(100, f"{where}.parameters: must be an array")
    for number, one in enumerate(component.get("parameters", [])):
        place = f"{where}.parameters[{number}]"
        parameter = _object(place, one)
        _need(place, parameter, {"type"})
        if parameter["type"] in ("text", "payload"):
            _known(place, parameter, {"type", parameter["type"]})
            _need(place, parameter, {parameter["type"]})
            _text(f"{place}.{parameter['type']}", parameter[parameter["type"]], 32_768)


def _read_document(content: Json) -> None:
    _known("document", content, {"link", "id", "caption", "filename"})
    if ("link" in content) == ("id" in content):
        raise GraphError(100, "document: give either a link or an id")
    if "link" in content:
        _url("document.link", content["link"])
    else:
        _text("document.id", content["id"], 64)
    if "caption" in content:
        _text("document.caption", content["caption"], CAPTION_CHARS)
    if "filename" in content:
        _text("document.filename", content["filename"], FILENAME_CHARS)


def _read_location(content: Json) -> None:
    _known("location", content, {"latitude", "longitude", "name", "address"})
    _need("location", content, {"latitude", "longitude"})
    for name, most in (("latitude", 90.0), ("longitude", 180.0)):
        value = content[name]
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise GraphError(100, f"location.{name}: must be a number")
        try:
            degrees = float(value)
        except ValueError:
            raise wrong(f"location.{name}", "must be a number") from None
        if not math.isfinite(degrees) or abs(degrees) > most:
            raise wrong(f"location.{name}", f"must be from {-most} up to {most}")
    for name in ("name", "address"):
        if name in content:
            _text(f"location.{name}", content[name], 1000)


_READERS: Mapping[str, Callable[[Json], None]] = {
    "text": _read_text,
    "interactive": _read_interactive,
    "template": _read_template,
    "document": _read_document,
    "location": _read_location,
}
_INTERACTIVE: Mapping[str, Callable[[Json], None]] = {
    "button": _read_buttons,
    "list": _read_list,
    "cta_url": _read_link,
}


def _object(where: str, value: object) -> Json:
    if not isinstance(value, dict):
        raise GraphError(100, f"{where}: must be an object")
    return value


def _list(where: str, value: object, most: int | None) -> list[Any]:
    if not isinstance(value, list):
        raise GraphError(100, f"{where}: must be an array")
    if not value:
        raise wrong(where, "must not be empty")
    if most is not None and len(value) > most:
        raise wrong(where, f"at most {most}")
    return value


def _fields(where: str, value: object, *, required: Collection[str], optional: Collection[str] = ()) -> Json:
    """An object with these fields and no others."""
    found = _object(where, value)
    _known(where, found, {*required, *optional})
    _need(where, found, required)
    return found


def _known(where: str, value: Json, names: Collection[str]) -> None:
    for name in value:
        if name not in names:
            raise unknown(f"{where}.{name}" if where else str(name))


def _need(where: str, value: Json, names: Collection[str]) -> None:
    for name in sorted(names):
        if value.get(name) is None:
            raise missing(f"{where}.{name}" if where else name)


def _text(where: str, value: object, most: int) -> str:
    if not isinstance(value, str):
        raise GraphError(100, f"{where}: must be a string")
    if not value.strip():
        raise wrong(where, "must not be empty")
    if len(value) > most:
        raise wrong(where, f"at most {most} characters")
    return value


def _id(where: str, value: object, most: int) -> str:
    text = _text(where, value, most)
    if text != text.strip():
        raise wrong(where, "must not begin or end with a space")
    return text


def _url(where: str, value: object) -> None:
    text = _text(where, value, 2000)
    try:
        parts = urlsplit(text)
        found = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        found = False
    if not found or re.search(r"\s", text):
        raise wrong(where, "must be an address that begins with http:// or https://")


def _unique(where: str, values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise wrong(where, "must differ from each other")
