"""Writing down, for editors, which questions went wrong and which answers were given.

Only the question itself, masked; the room `redactie` keeps it. A conversation never suffers from this: what fails here is
logged by its kind, and that is all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import WEBCHAT, WHATSAPP, Bericht
from bot.conversations.tables import gesprek
from bot.privacy.masking import mask
from bot.redactie import inbox, usage
from bot.search.decision import Uitkomst

logger = logging.getLogger(__name__)

PROEF = "start"
"""Sender of the question with which starting up tries the engine: no resident."""
LANGSTE_ID = 64
"""A longer id of a conversation is a programme's own; nobody can erase that here, so it is not kept."""
STIL, TERUGKIJKEN = timedelta(minutes=30), timedelta(hours=3)
"""Choices that are not taken after the first are left; what is older than the second was looked at before."""


Soort = Literal["gegeven", "niet_begrepen", "verduidelijking_verlaten", "overgedragen"]
"""What happened: an answer was given, or one of the ways in which a question goes wrong (`inbox.Soort`)."""


@dataclass(frozen=True)
class Gebeurd:
    """Something that happened in a conversation."""

    soort: Soort
    tekst: str
    """The resident's question; empty for an answer that was given."""
    product: str | None = None


def note(engine: Engine, gemeente: str, gesprek_id: str, kanaal: str | None, gebeurd: Iterable[Gebeurd]) -> None:
    """Write down what happened in a conversation of a channel. Never raises."""
    if gesprek_id == PROEF:
        return
    kept = gesprek_id if len(gesprek_id) <= LANGSTE_ID else None
    for one in gebeurd:
        try:
            if one.soort == "gegeven":
                usage.count(engine, gemeente, str(one.product))
            else:
                _record(engine, gemeente, inbox.Soort(one.soort), one.tekst, one.product, kept)
                if kanaal in (WEBCHAT, WHATSAPP):
                    _forget_erased(engine, gesprek_id)
        except Exception as error:  # noqa: BLE001 (the conversation goes on, whatever broke here)
            logger.error("Een voorval werd niet genoteerd: %s", type(error).__name__)


def thumb_down(engine: Engine, gesprek_id: str, nummer: int) -> None:
    """A thumb down under the answer with this number: the question to which it was the answer. Never raises."""
    try:
        said = {one.nummer: one for one in store.since(engine, gesprek_id)}
        answer = said.get(nummer)
        asked = said.get(answer.antwoord_op or 0) if answer is not None else None
        if answer is None or asked is None or asked.van != "bewoner":
            return
        gemeente = store.load(engine, gesprek_id).gemeente
        product = answer.extra.get("product")
        _record(engine, gemeente, inbox.Soort.DUIM_OMLAAG, asked.tekst, product, gesprek_id)
        _forget_erased(engine, gesprek_id)
    except Exception as error:  # noqa: BLE001 (the thumb itself counts, whatever broke here)
        logger.error("Een duim omlaag werd niet genoteerd: %s", type(error).__name__)


def left_in_silence(engine: Engine, now: datetime | None = None) -> int:
    """Questions to which choices were offered, after which nothing was said for a while; returns how many there are.

    Doing it again writes nothing twice. Raises SQLAlchemy's errors when the database is away.
    """
    moment = now or datetime.now(UTC)
    with engine.connect() as connection:
        quiet = connection.execute(
            sa.select(gesprek.c.id, gesprek.c.gemeente, gesprek.c.laatste_nummer).where(
                gesprek.c.laatste_op < moment - STIL, gesprek.c.laatste_op >= moment - TERUGKIJKEN
            )
        ).all()
    count = 0
    for row in quiet:
        asked = _offered_last(store.since(engine, row.id, max(0, row.laatste_nummer - 20)))
        if asked is not None:
            _record(engine, row.gemeente, inbox.Soort.VERDUIDELIJKING_VERLATEN, asked.tekst, None, row.id)
            count += 1
    return count


def _offered_last(said: list[Bericht]) -> Bericht | None:
    """The resident's message to which choices were the last thing that was said."""
    if not said or said[-1].extra.get("uitkomst") != Uitkomst.VERDUIDELIJKING.value:
        return None
    return next((one for one in said if one.nummer == said[-1].antwoord_op and one.van == "bewoner"), None)


def _forget_erased(engine: Engine, gesprek_id: str) -> None:
    """A conversation that was erased while this was being written down must leave nothing."""
    if not store.positions(engine, [gesprek_id]):
        inbox.forget(engine, gesprek_id)


def _record(
    engine: Engine, gemeente: str, soort: inbox.Soort, tekst: str, product: str | None, gesprek_id: str | None
) -> None:
    inbox.record(engine, gemeente=gemeente, soort=soort, tekst=mask(tekst), product_id=product, gesprek_id=gesprek_id)
