"""Messages of a conversation as they go out on WhatsApp, and a plainer form for what Meta does not take."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from bot.conversations.model import Bericht
from bot.nlu.conversation import KEUZES
from bot.whatsapp.people import Persoon
from bot.whatsapp.render import Document, Plaats, Uitgaand

VOOR, MEDEWERKER = "voor", "medewerker"
"""Key in a message: only the desk shows it."""


def goes_out(persoon: Persoon, bericht: Bericht) -> bool:
    """Whether a message is to be sent to somebody. Who asked for silence only gets what answers them."""
    if bericht.van == "bewoner" or bericht.extra.get(VOOR) == MEDEWERKER:
        return False
    return not persoon.gestopt or bericht.van == "medewerker" or bericht.antwoord_op is not None


def as_outgoing(bericht: Bericht, *, vanaf: int = 0) -> Uitgaand:
    """A message as it is to be rendered: an employee's words are no Markdown, and carry their name."""
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


def plainer(body: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    """A body as a bare text, for when Meta does not take its kind; None when it is one already, or nothing is left of it."""
    kind = body.get("type")
    content = body.get(str(kind)) or {}
    lines = []
    if kind == "interactive":
        rows = [button["reply"] for button in content["action"].get("buttons", ())]
        rows += [row for section in content["action"].get("sections", ()) for row in section["rows"]]
        titles = [row.get("description") or row["title"] for row in rows]
        lines = [content["body"]["text"], "", *(f"{number}. {title}" for number, title in enumerate(titles, 1))]
    elif kind == "document" and content.get("link"):
        lines = [f"{content['filename']}: {content['link']}"]
    elif kind == "location":
        lines = [content[name] for name in ("name", "address") if content.get(name)]
    text = "\n".join(lines).strip()
    return {"type": "text", "text": {"preview_url": False, "body": text}} if text else None


def _document(found: Optional[Dict[str, str]]) -> Optional[Document]:
    return Document(found["naam"], url=found["url"]) if found else None


def _place(found: Optional[Dict[str, Any]]) -> Optional[Plaats]:
    return Plaats(found["naam"], found["adres"], found["breedte"], found["lengte"]) if found else None
