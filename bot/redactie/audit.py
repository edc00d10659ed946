"""The trail: who did what, when, on which text, and why. Rows are only added, in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.redactie.tables import redactie_stap
from bot.redactie.values import Redacteur, Stap, Wat

KLOK = "de klok"
"""Author of what happens by itself at its time."""
LANGSTE_REDEN = 400
"""Characters of a reason, as the catalogue keeps them too."""


def write(
    engine: Engine,
    wie: Redacteur | None,
    wat: Wat,
    *,
    gemeente: str,
    product_id: str | None = None,
    reden: str = "",
    gegevens: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Add a step for what changed elsewhere: an account, an import. `wie` None: the clock."""
    with engine.begin() as connection:
        write_in(
            connection, wie, wat, gemeente=gemeente, product_id=product_id, reden=reden, gegevens=gegevens, now=now
        )


def write_in(
    connection: Connection,
    wie: Redacteur | None,
    wat: Wat,
    *,
    gemeente: str,
    product_id: str | None = None,
    concept_id: int | None = None,
    versie: int | None = None,
    reden: str = "",
    gegevens: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """`write` as part of a transaction."""
    connection.execute(
        sa.insert(redactie_stap).values(
            moment=now or datetime.now(UTC),
            wie_id=wie.id if wie else None,
            wie=wie.naam if wie else KLOK,
            wat=wat.value,
            product_id=product_id,
            gemeente=gemeente,
            concept_id=concept_id,
            versie=versie,
            reden=reden[:LANGSTE_REDEN],
            gegevens=dict(gegevens or {}),
        )
    )


def about(
    connection: Connection,
    concept: Row,
    wie: Redacteur,
    wat: Wat,
    reden: str = "",
    now: datetime | None = None,
    *,
    gegevens: Mapping[str, Any] | None = None,
) -> None:
    """`write_in` about a draft, given as its row."""
    write_in(
        connection,
        wie,
        wat,
        gemeente=concept.gemeente,
        product_id=concept.product_id,
        concept_id=concept.id,
        reden=reden,
        gegevens=gegevens,
        now=now,
    )


def listing(
    engine: Engine,
    gemeenten: Collection[str] | None = None,
    *,
    product_id: str | None = None,
    wie_id: int | None = None,
    wat: Wat | None = None,
    van: datetime | None = None,
    tot: datetime | None = None,
    voor_id: int | None = None,
    limit: int = 100,
) -> list[Stap]:
    """Steps, newest first.

    Args:
        engine: the database.
        gemeenten: of these only ("" for the central texts); None: of all.
        product_id, wie_id, wat: of these only.
        van, tot: from this moment on, and before that one.
        voor_id: older than this step: the next page.
        limit: at most so many.
    """
    c = redactie_stap.c
    wanted = [
        gemeenten is None or c.gemeente.in_(list(gemeenten)),
        product_id is None or c.product_id == product_id,
        wie_id is None or c.wie_id == wie_id,
        wat is None or c.wat == wat.value,
        van is None or c.moment >= van,
        tot is None or c.moment < tot,
        voor_id is None or c.id < voor_id,
    ]
    where = [one for one in wanted if one is not True]
    with engine.connect() as connection:
        rows = connection.execute(sa.select(redactie_stap).where(*where).order_by(c.id.desc()).limit(limit))
        return [_stap(row) for row in rows]


def _stap(row: Row) -> Stap:
    return Stap(
        id=row.id,
        moment=row.moment,
        wie_id=row.wie_id,
        wie=row.wie,
        wat=Wat(row.wat),
        product_id=row.product_id,
        gemeente=row.gemeente,
        concept_id=row.concept_id,
        versie=row.versie,
        reden=row.reden,
        gegevens=row.gegevens,
    )
