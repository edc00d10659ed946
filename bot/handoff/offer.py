"""Which way to a human is open now: by the municipality's calendar, who is there, and how many wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.catalog.gemeente import Gemeente
from bot.catalog.opening_hours import bereikbaarheid, einde_van_werkdag

LIVE = ("webchat", "whatsapp")
"""Channels on which a message can arrive later."""
Dicht = Literal["kanaal", "tijd", "niemand", "druk"]


@dataclass(frozen=True)
class Aanbod:
    """What may be offered. Phone and counter hours always may."""

    livechat: bool
    terugbellen: bool
    dicht: Dicht | None = None
    """Why there is no live chat: not on this channel, closed now, nobody there, or too many waiting."""


def offer(gemeente: Gemeente, kanaal: str, *, aanwezig: int, wachtenden: int, now: datetime) -> Aanbod:
    """What to offer a resident.

    Args:
        kanaal: of the conversation.
        aanwezig: employees who take conversations of this municipality now.
        wachtenden: people in its queue.
        now: an aware moment.
    """
    dicht: Dicht | None = None
    if kanaal not in LIVE:
        dicht = "kanaal"
    elif not bereikbaarheid(gemeente.openingstijden, "livechat", now).open:
        dicht = "tijd"
    elif not aanwezig:
        dicht = "niemand"
    elif wachtenden >= gemeente.balie.wachtrij_hoogstens:
        dicht = "druk"
    return Aanbod(dicht is None, gemeente.balie.terugbellen, dicht)


def is_sensitive(gemeente: Gemeente, product_id: str | None) -> bool:
    """Whether the municipality wants a human offered at once with this product."""
    return product_id in gemeente.balie.direct_aanbieden


def terugbellen_voor(gemeente: Gemeente, vanaf: datetime) -> datetime:
    """Until when the municipality has to call back: closing time of its phone on the last working day, a local moment."""
    return einde_van_werkdag(gemeente.openingstijden, "telefoon", vanaf, gemeente.balie.terugbel_werkdagen)
