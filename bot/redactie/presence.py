"""Who has which text open: "Noor heeft deze tekst open". A heartbeat says so; nothing is locked by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.sql.elements import ColumnElement

from bot.redactie.tables import redactie_aanwezig
from bot.redactie.values import Redacteur

AANWEZIG = timedelta(seconds=30)
"""Of whom nothing was heard for so long has closed the page."""


@dataclass(frozen=True)
class Aanwezig:
    """An editor who has a text open."""

    wie_id: int
    naam: str
    gezien_op: datetime


def seen(
    engine: Engine, product_id: str, gemeente: str, wie: Redacteur, *, now: datetime | None = None
) -> list[Aanwezig]:
    """The editor has this text open now; returns the others who have."""
    moment = now or datetime.now(UTC)
    key = {"product_id": product_id, "gemeente": gemeente, "wie_id": wie.id}
    values = {"naam": wie.naam, "gezien_op": moment}
    try:
        _keep(engine, key, values)
    except sa.exc.IntegrityError:
        # Two tabs of one editor began at the same moment.
        _keep(engine, key, values)
    return others(engine, product_id, gemeente, wie.id, now=moment)


def others(
    engine: Engine, product_id: str, gemeente: str, wie_id: int, *, now: datetime | None = None
) -> list[Aanwezig]:
    """Who else has this text open, by name."""
    since = (now or datetime.now(UTC)) - AANWEZIG
    c = redactie_aanwezig.c
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(redactie_aanwezig)
            .where(c.product_id == product_id, c.gemeente == gemeente, c.wie_id != wie_id, c.gezien_op >= since)
            .order_by(c.naam, c.wie_id)
        )
        return [Aanwezig(row.wie_id, row.naam, row.gezien_op) for row in rows]


def left(engine: Engine, product_id: str, gemeente: str, wie: Redacteur) -> None:
    """The editor closed the text."""
    with engine.begin() as connection:
        connection.execute(
            sa.delete(redactie_aanwezig).where(*_is({"product_id": product_id, "gemeente": gemeente, "wie_id": wie.id}))
        )


def forget_gone(engine: Engine, now: datetime) -> None:
    """Drop who has been gone for a day."""
    with engine.begin() as connection:
        connection.execute(sa.delete(redactie_aanwezig).where(redactie_aanwezig.c.gezien_op < now - timedelta(days=1)))


def _keep(engine: Engine, key: dict[str, object], values: dict[str, object]) -> None:
    with engine.begin() as connection:
        changed = connection.execute(sa.update(redactie_aanwezig).where(*_is(key)).values(**values))
        if not changed.rowcount:
            connection.execute(sa.insert(redactie_aanwezig).values(**key, **values))


def _is(key: dict[str, object]) -> list[ColumnElement[bool]]:
    return [redactie_aanwezig.c[name] == value for name, value in key.items()]
