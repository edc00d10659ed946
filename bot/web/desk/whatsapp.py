"""Conversations on WhatsApp as the desk sees them: the last digits, the 24 hours, and how each message stands.

The number itself stays in its room: an employee sees it only in a call-back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy.engine import Engine

from bot.conversations.model import WHATSAPP
from bot.handoff.model import Overdracht
from bot.web.desk import rows
from bot.whatsapp import outbox, people

STANDEN: Mapping[str, str] = {
    "mislukt": "niet_afgeleverd",
    "vastgehouden": "wacht_op_bewoner",
    outbox.TERUG: "onderweg",
    "wacht": "onderweg",
    "onzeker": "onderweg",
    "verzonden": "verzonden",
    "afgeleverd": "afgeleverd",
    "gelezen": "gelezen",
}
"""How a piece stands in the outbox → what the desk says of it; what is least far goes first."""
_VOLGORDE = tuple(dict.fromkeys(STANDEN.values()))


@dataclass(frozen=True)
class Lijn:
    """Somebody on WhatsApp whom an employee talks with."""

    nummer: str
    """The last three digits; empty for who is known by a user name alone."""
    tot: datetime
    """Until when they may be written to freely."""
    gestopt: bool
    """They asked not to be written to of our own accord: no template."""
    uitgezet: int
    """Last message that was made ready to send."""
    standen: Mapping[int, str] = field(default_factory=dict)
    """Number of a message → how it stands: of its pieces the one that is least far."""
    verzoek: str | None = None
    """Reference of a call-back that still has to be done."""


def lines_of(engine: Engine, geheim: str, requests: Iterable[Overdracht], *, whole: bool) -> dict[str, Lijn]:
    """Request → how it is with who asked; without what is not on WhatsApp, or was erased.

    Args:
        geheim: the installation's secret.
        requests: of different conversations.
        whole: also how the messages stand that the employee may read, and whether somebody is going to call.
    """
    asked = {one.gesprek_id: one for one in requests if one.kanaal == WHATSAPP and one.gesprek_id}
    found = rows.on_whatsapp(engine, asked) if asked else []
    standen: dict[str, dict[int, str]] = defaultdict(dict)
    verzoeken: Mapping[str, str] = {}
    if whole and found:
        first = {row.id: asked[row.gesprek_id].vanaf_nummer for row in found}
        for persoon_id, nummer, stand in rows.pieces(engine, first):
            if nummer >= first[persoon_id]:
                of_person, word = standen[persoon_id], STANDEN[stand]
                of_person[nummer] = min(of_person.get(nummer, word), word, key=_VOLGORDE.index)
        verzoeken = rows.to_be_called(engine, asked)
    return {
        asked[row.gesprek_id].id: Lijn(
            nummer=_digits(geheim, row.adres),
            tot=row.laatst_op + people.VENSTER,
            gestopt=row.gestopt,
            uitgezet=row.uitgezet,
            standen=standen[row.id],
            verzoek=verzoeken.get(row.gesprek_id),
        )
        for row in found
    }


@lru_cache(maxsize=4096)
def _digits(geheim: str, adres: str) -> str:
    return people.masked(people.decrypted(geheim, adres))
