"""What somebody wants an appointment for, from what they said and what the conversation is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Mapping, Optional, Tuple

from rasa_sdk import Tracker

from actions.context import Context
from bot.catalog.bookable import bookable
from bot.catalog.live import live_catalog
from bot.catalog.product import Product

ZEKER = 0.5
"""Certainty from which a product in a message is what the appointment is for."""
HEEL_ZEKER = 0.85
"""The same for one that is not booked here: to send somebody elsewhere needs more."""
MOGELIJK = 0.05
"""Certainty from which a product is worth a choice."""
MEESTE = 4
OVER_AFSPRAKEN = frozenset({"afspraak-maken", "afspraak-wijzigen"})
"""Products about appointments as such: they are not what an appointment is for."""


@dataclass(frozen=True)
class Gevonden:
    """What the appointment may be for."""

    product: str = ""
    """Can be booked here."""
    anders: str = ""
    """Meant for certain, but not booked here: arranged in another way, or elsewhere."""
    kandidaten: Tuple[str, ...] = ()
    """Can be booked here; one of them may be meant."""


def find_product(context: Context, tracker: Tracker) -> Gevonden:
    """What the last message wants an appointment for; nothing found in it gives an empty answer."""
    products = live_products(context)
    shares = ranking_of(tracker, products)
    best = max(shares, key=lambda one: shares[one], default="")
    if best and shares[best] >= ZEKER:
        booked = bookable(context.gemeente, best, products)
        if booked:
            return Gevonden(product=booked)
        if shares[best] >= HEEL_ZEKER:
            return Gevonden(anders=best)
    grouped: Dict[str, float] = {}
    for product, share in shares.items():
        booked = bookable(context.gemeente, product, products)
        if booked:
            grouped[booked] = grouped.get(booked, 0.0) + share
    likely = sorted(grouped, key=lambda one: -grouped[one])
    if likely and grouped[likely[0]] >= ZEKER:
        return Gevonden(product=likely[0])
    return Gevonden(kandidaten=tuple(one for one in likely if grouped[one] >= MOGELIJK)[:MEESTE])


def first_products(context: Context) -> Tuple[str, ...]:
    """What is offered to somebody who does not say what the appointment is for."""
    afspraken = context.gemeente.afspraken
    if afspraken is None:
        return ()
    return (afspraken.eerste or tuple(afspraken.producten))[:MEESTE]


def live_products(context: Context) -> Mapping[str, Product]:
    """The products as the municipality has them live."""
    catalog = live_catalog(context.settings)
    catalog.refresh()
    return catalog.products(context.gemeente.id)


def ranking_of(tracker: Tracker, products: Mapping[str, Product]) -> Dict[str, float]:
    """Product → certainty in the last message, without those about appointments as such, whose share is divided."""
    decision = tracker.latest_message.get("vraagbaak") or {}
    found = {
        one["product"]: float(one["zekerheid"]) for one in decision.get("ranking") or [] if one["product"] in products
    }
    about = sum(share for product, share in found.items() if product in OVER_AFSPRAKEN)
    rest = {product: share for product, share in found.items() if product not in OVER_AFSPRAKEN}
    left = 1.0 - about
    # With "een afspraak voor een paspoort" the words for the appointment take a share that says nothing of the subject.
    return {product: share / left for product, share in rest.items()} if left > 0.05 else {}


def conversation_product(context: Context, tracker: Tracker) -> Optional[str]:
    """The product that was talked about last, when it can be booked here."""
    product = tracker.get_slot("product")
    return bookable(context.gemeente, product, live_products(context)) or None if product else None
