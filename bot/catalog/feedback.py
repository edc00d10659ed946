"""What residents think of answers, as bare facts: which product, which municipality, when."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog.tables import antwoord_klacht


def record_complaint(engine: Engine, *, gemeente: str, product_id: str | None) -> None:
    """Count a complaint about the answer on `product_id`, or about the assistant at large when it is None."""
    with engine.begin() as connection:
        connection.execute(
            sa.insert(antwoord_klacht).values(gemeente=gemeente, product_id=product_id, gemaakt_op=datetime.now(UTC))
        )


def complaints(engine: Engine, gemeente: str) -> dict[str | None, int]:
    """Number of complaints per product of a municipality; None stands for the assistant at large."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(antwoord_klacht.c.product_id, sa.func.count())
            .where(antwoord_klacht.c.gemeente == gemeente)
            .group_by(antwoord_klacht.c.product_id)
        )
        return {row[0]: row[1] for row in rows}
