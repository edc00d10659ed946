"""What an action needs to know of the conversation it runs in, read from Rasa's tracker."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk import Tracker
from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of, live_catalog
from bot.channels.tokens import secret_of
from bot.conversations.model import WHATSAPP
from bot.database import open_database
from bot.settings import Settings, load_settings
from bot.whatsapp import people


@dataclass(frozen=True)
class Context:
    """One conversation at one moment."""

    settings: Settings
    engine: Engine
    gemeente: Gemeente
    kanaal: str
    gesprek_id: str


def context_of(tracker: Tracker) -> Context:
    """The municipality of the last message that named one, else of the setting; the channel; the conversation."""
    settings = load_settings()
    gemeenten = gemeenten_of(settings)
    said = (event for event in reversed(tracker.events) if event.get("event") == "user")
    named = (str((event.get("metadata") or {}).get("gemeente")) for event in said)
    gemeente = next((one for one in named if one in gemeenten), settings.gemeente)
    return Context(
        settings,
        open_database(settings.catalog_url),
        gemeenten[gemeente],
        tracker.get_latest_input_channel() or "",
        tracker.sender_id,
    )


def product_name(context: Context, product_id: str | None) -> str | None:
    """Name of a product as the municipality has it live."""
    catalog = live_catalog(context.settings)
    catalog.refresh()
    product = catalog.products(context.gemeente.id).get(product_id or "")
    return product.kop.naam if product else None


def verified_number(context: Context) -> str:
    """The phone number (E.164) that Meta vouches for, on WhatsApp; empty on other channels, and for who shows none."""
    if context.kanaal != WHATSAPP:
        return ""
    persoon = people.load(context.engine, secret_of(context.settings), context.gesprek_id)
    return persoon.adres.nummer if persoon is not None else ""


def last_text(tracker: Tracker) -> str:
    """What the resident wrote last."""
    return str(tracker.latest_message.get("text") or "")


def last_intent(tracker: Tracker) -> str | None:
    """The dialogue act of the last message."""
    return (tracker.latest_message.get("intent") or {}).get("name")


def asks_something_else(tracker: Tracker) -> bool:
    """Whether the last message is a question of its own that can be answered: the form goes on after that."""
    found = {entity.get("entity"): entity.get("value") for entity in tracker.latest_message.get("entities") or []}
    return last_intent(tracker) == "vraag_product" and found.get("uitkomst") == "antwoord"
