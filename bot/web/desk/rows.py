"""What the desk reads of the rooms' tables, for many at once: it looks twice a second. And who looked at a call-back.

Plain functions; times are UTC.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from bot.handoff.model import Terugbelverzoek
from bot.handoff.tables import overdracht_gebeurtenis, terugbelverzoek
from bot.whatsapp.tables import whatsapp_persoon, whatsapp_uit

_T, _P, _U = terugbelverzoek.c, whatsapp_persoon.c, whatsapp_uit.c
SOORT = "terugbelverzoek"
"""What was looked at, beside who and when; a look into a conversation leaves it empty."""


def done(engine: Engine, gemeenten: Collection[str], since: datetime, most: int) -> list[Terugbelverzoek]:
    """Call-backs that employees of these municipalities did since a moment, newest first."""
    query = (
        sa.select(terugbelverzoek)
        .where(
            _T.status == "verwerkt",
            _T.bestemming == "balie",
            _T.gemeente.in_(list(gemeenten)),
            _T.afgehandeld_op >= since,
        )
        .order_by(_T.afgehandeld_op.desc(), _T.referentienummer)
        .limit(most)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).mappings()
        return [Terugbelverzoek(**{each.name: row[each.name] for each in fields(Terugbelverzoek)}) for row in rows]


def looked(engine: Engine, one: Terugbelverzoek, medewerker_id: int, now: datetime | None = None) -> None:
    """Keep that an employee saw whom to call (AVG: who saw what), as `queue.looked` does of a conversation."""
    with engine.begin() as connection:
        connection.execute(
            sa.insert(overdracht_gebeurtenis).values(
                overdracht_id=one.referentienummer,
                gemeente=one.gemeente,
                soort="ingezien",
                tijd=now or datetime.now(UTC),
                medewerker_id=medewerker_id,
                naar=SOORT,
            )
        )


def to_be_called(engine: Engine, gesprek_ids: Collection[str]) -> dict[str, str]:
    """Conversation → reference of its newest call-back that still has to be done."""
    query = (
        sa.select(_T.gesprek_id, _T.referentienummer)
        .where(_T.gesprek_id.in_(list(gesprek_ids)), _T.status == "te_verwerken")
        .order_by(_T.gevraagd_op)
    )
    with engine.connect() as connection:
        return {row.gesprek_id: row.referentienummer for row in connection.execute(query)}


def on_whatsapp(engine: Engine, gesprek_ids: Collection[str]) -> list[Row]:
    """Who they are whose conversations these are; the address as it is kept."""
    columns = (_P.id, _P.gesprek_id, _P.adres, _P.laatst_op, _P.gestopt, _P.uitgezet)
    with engine.connect() as connection:
        return list(connection.execute(sa.select(*columns).where(_P.gesprek_id.in_(list(gesprek_ids)))))


def pieces(engine: Engine, persoon_ids: Collection[str]) -> list[tuple[str, int, str]]:
    """(person, number of the message in the conversation, how it stands) of all pieces that go to these people."""
    query = sa.select(_U.persoon_id, _U.nummer, _U.stand).where(_U.persoon_id.in_(list(persoon_ids)), _U.nummer > 0)
    with engine.connect() as connection:
        return [(row.persoon_id, row.nummer, row.stand) for row in connection.execute(query)]
