"""How often each answer was given: bare figures per day, without conversation or words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog.tables import CENTRAAL, antwoord_klacht
from bot.redactie.tables import antwoord_gegeven

_OORDEEL = sa.table(
    "oordeel_feit",
    sa.column("gemeente"),
    sa.column("product_id"),
    sa.column("duim"),
    sa.column("gegeven_op", sa.DateTime(timezone=True)),
)
"""Bare figures of the conversations; no more of them than is named here."""


def count(engine: Engine, gemeente: str, product_id: str, *, now: datetime | None = None) -> None:
    """An answer about a product was given to a resident of `gemeente`."""
    key = {"dag": (now or datetime.now(UTC)).date(), "gemeente": gemeente, "product_id": product_id}
    try:
        _add(engine, key)
    except sa.exc.IntegrityError:
        # Another process made today's row at the same moment: now there is one to add to.
        _add(engine, key)


def asked(engine: Engine, gemeente: str, since: date) -> dict[str, int]:
    """Product id → answers given since a day (included); for CENTRAAL those of all municipalities."""
    c = antwoord_gegeven.c
    where = [c.dag >= since]
    if gemeente != CENTRAAL:
        where.append(c.gemeente == gemeente)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(c.product_id, sa.func.sum(c.aantal)).where(*where).group_by(c.product_id))
        return {row[0]: int(row[1]) for row in rows}


def complained(engine: Engine, gemeente: str) -> dict[str, int]:
    """Product id → complaints about its answer; for CENTRAAL those of all municipalities."""
    c = antwoord_klacht.c
    where = [c.product_id.isnot(None)]
    if gemeente != CENTRAAL:
        where.append(c.gemeente == gemeente)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(c.product_id, sa.func.count()).where(*where).group_by(c.product_id))
        return {row[0]: int(row[1]) for row in rows}


def thumbs(engine: Engine, gemeente: str, since: datetime) -> dict[str, tuple[int, int]]:
    """Product id → (thumbs up, thumbs down) since a moment; for CENTRAAL those of all municipalities."""
    c = _OORDEEL.c
    where = [c.product_id.isnot(None), c.duim.isnot(None), c.gegeven_op >= since]
    if gemeente != CENTRAAL:
        where.append(c.gemeente == gemeente)
    found: dict[str, tuple[int, int]] = {}
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(c.product_id, c.duim, sa.func.count()).where(*where).group_by(c.product_id, c.duim)
        )
        for product_id, duim, number in rows:
            up, down = found.get(product_id, (0, 0))
            found[product_id] = (up + number, down) if duim == "op" else (up, down + number)
    return found


def _add(engine: Engine, key: dict[str, object]) -> None:
    where = [antwoord_gegeven.c[name] == value for name, value in key.items()]
    with engine.begin() as connection:
        counted = connection.execute(
            sa.update(antwoord_gegeven).where(*where).values(aantal=antwoord_gegeven.c.aantal + 1)
        )
        if not counted.rowcount:
            connection.execute(sa.insert(antwoord_gegeven).values(**key, aantal=1))
