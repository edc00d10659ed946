"""What surrounds a product text when it is said: the fields of `utter_antwoord`, and the choices under it.

Used by the engine when it answers, and by the redactie's preview, so that an editor sees what residents will see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.catalog.answer import HEEL_ANTWOORD, Antwoord
from bot.catalog.bookable import bookable
from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Kop, Product
from bot.handoff.offer import is_sensitive
from bot.nlg.fields import fields_for
from bot.nlg.texts import knoppen, render, responses
from bot.search.decision import Keuze
from bot.settings import Settings

ASPECT_KNOPPEN = 4
"""Quick replies for other aspects under an answer."""


def answer_fields(
    antwoord: Antwoord, gemeente: Gemeente, *, nieuw_onderwerp: bool, tweede: Kop | None
) -> dict[str, Any]:
    """The fields of `utter_antwoord` that come from the answer itself.

    Args:
        nieuw_onderwerp: the conversation was not about this product.
        tweede: the product of a second need in the same message.
    """
    return {
        "antwoord": antwoord,
        "mens_eerst": is_sensitive(gemeente, antwoord.product),
        "tweede": tweede.naam if tweede else None,
        "nieuw_onderwerp": nieuw_onderwerp,
    }


def answer_choices(
    antwoord: Antwoord, gemeente: Gemeente, products: Mapping[str, Product], *, in_formulier: bool, tweede: Kop | None
) -> list[Keuze]:
    """The choices under an answer, in order.

    Args:
        products: what the municipality offers.
        in_formulier: the resident is filling in a form; no second one is offered then.
        tweede: the product of a second need in the same message.
    """
    titels = knoppen()["aspect"]
    keuzes = [Keuze(tweede.naam, tweede.id)] if tweede else []
    room = ASPECT_KNOPPEN - len(keuzes)
    if not in_formulier and bookable(gemeente, antwoord.product, products):
        keuzes.append(Keuze(knoppen()["afspraak"]["maken"], act="afspraak_maken"))
    keuzes += [Keuze(titels[other], antwoord.product, other) for other in antwoord.andere_aspecten[:room]]
    if antwoord.aspect != HEEL_ANTWOORD:
        keuzes.append(Keuze(titels[HEEL_ANTWOORD], antwoord.product, HEEL_ANTWOORD))
    keuzes.insert(0 if is_sensitive(gemeente, antwoord.product) else len(keuzes), human())
    return keuzes


def human() -> Keuze:
    """The choice to speak to somebody."""
    return Keuze(knoppen()["medewerker"], act="medewerker_spreken")


def said_outside_rasa(antwoord: Antwoord, gemeente: Gemeente, settings: Settings, now: datetime) -> str:
    """The Markdown of a first answer about a product, as the engine would say it at `now`."""
    fields = {
        **fields_for(settings, gemeente, now),
        **answer_fields(antwoord, gemeente, nieuw_onderwerp=True, tweede=None),
        "ingekort": False,
    }
    return render(responses()["utter_antwoord"][0]["text"], fields)
