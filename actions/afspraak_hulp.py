"""Handing an appointment that went wrong to a person: a request to be called back that says what must be looked at."""

from __future__ import annotations

from typing import Optional

from actions import clock
from actions.afspraak_stand import Stand
from actions.context import Context, product_name
from bot.contact import kept_contact
from bot.handoff import callback
from bot.handoff.offer import terugbellen_voor
from bot.nlg.texts import render, responses


def ask_a_human(context: Context, stand: Stand, wat: str, referentie: str = "") -> Optional[str]:
    """Write a request down for an employee to see how an appointment stands; returns its reference.

    None when the municipality takes no such requests, or nothing is known by which somebody can be reached.
    """
    contact = kept_contact(stand.gegevens.get("email") or stand.gegevens.get("telefoon") or "")
    if contact is None or not context.gemeente.balie.terugbellen:
        return None
    fields = {
        "wat": wat,
        "product": product_name(context, stand.product) or stand.product,
        "moment": stand.moment,
        "referentie": referentie,
    }
    made = callback.create(
        context.engine,
        gemeente=context.gemeente.id,
        kanaal=context.kanaal,
        contact=contact,
        naam=stand.gegevens.get("achternaam"),
        onderwerp=render(responses()["utter_afspraak_hulpvraag"][0]["text"], fields),
        gesprek_id=context.gesprek_id,
        product_id=stand.product,
        uiterlijk_op=terugbellen_voor(context.gemeente, clock.now()),
        bestemming="openklant" if context.gemeente.open_klant else "balie",
        now=clock.now(),
    )
    return made.referentienummer
