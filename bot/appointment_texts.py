"""An appointment as texts take it, and as a file for one's own calendar; the same for the chat, e-mail and the website."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.appointments.calendar_file import calendar_file
from bot.appointments.register import Stand, Vastgelegd
from bot.calendar_links import calendar_link
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import live_catalog, waarden_van
from bot.catalog.render import fill
from bot.nlg.fields import fields_for, moment_tekst
from bot.nlg.texts import render, responses
from bot.settings import Settings

DOMEIN = "vraagbaak"
"""What stands behind the @ of an appointment's UID."""


def as_fields(settings: Settings, gemeente: Gemeente, one: Vastgelegd) -> dict[str, Any]:
    """An appointment as plain values, with what to bring from the live text of its product."""
    catalog = live_catalog(settings)
    catalog.refresh()
    product = catalog.products(gemeente.id).get(one.product)
    meenemen = product.aspecten.get("meenemen") if product else None
    return {
        "referentie": one.referentie,
        "naam": product.kop.naam if product else one.product,
        "product": one.product,
        "moment": moment_tekst(one.begin),
        "plek": one.plek,
        "locatie": one.locatie,
        "aantal": sum(keus.aantal for keus in one.keuzen),
        "meenemen": fill(meenemen, waarden_van(settings, gemeente.id), f"product {one.product}") if meenemen else None,
        "agenda": calendar_link(settings, one.referentie, one.begin),
        "geannuleerd": one.stand is Stand.GEANNULEERD,
        "verzet": one.volgnummer > 0,
    }


def calendar_of(settings: Settings, gemeente: Gemeente, one: Vastgelegd, now: datetime) -> bytes:
    """The calendar file of an appointment."""
    texts = {**fields_for(settings, gemeente, now), "afspraak": as_fields(settings, gemeente, one)}
    return calendar_file(
        one,
        titel=render(responses()["utter_afspraak_agenda_titel"][0]["text"], texts),
        omschrijving=render(responses()["utter_afspraak_agenda_tekst"][0]["text"], texts),
        domein=DOMEIN,
        now=now,
    )
