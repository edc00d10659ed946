"""Taking and freeing places in the agenda: SQL inside a transaction of whoever calls.

Why nobody is ever booked over another: every taken place is a row of `agenda_cel`, and (place, cell, number) is its primary
key. The row of the place in `agenda_locatie` is updated first, so that transactions at one place wait for each other instead
of failing on that key; should one not wait, the key still stops it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.appointments.agenda.config import LocatieInstelling
from bot.appointments.agenda.rooster import Stuk, bezetting, cellen
from bot.appointments.agenda.tables import agenda_afspraak, agenda_cel, agenda_locatie
from bot.appointments.errors import SlotTaken

_A, _C, _L = agenda_afspraak.c, agenda_cel.c, agenda_locatie.c


def key_of(sleutel: str) -> str:
    """How a key is stored: it may name a conversation, and is only ever compared."""
    return hashlib.sha256(sleutel.encode()).hexdigest()


def lock(connection: Connection, gemeente: str, locatie: str, raster: int | None) -> None:
    """Wait until nobody else changes anything at a place, and keep it so until the transaction ends.

    Args:
        raster: minutes of its cells now; when they were others, all cells are laid anew. None for a place that the
            municipality no longer has.
    """
    here = (_L.gemeente == gemeente, _L.locatie == locatie)
    # An update of nothing: PostgreSQL holds the row, SQLite the file.
    held = connection.execute(sa.update(agenda_locatie).where(*here).values(raster=_L.raster))
    if raster is None:
        return
    if not held.rowcount:
        connection.execute(sa.insert(agenda_locatie).values(gemeente=gemeente, locatie=locatie, raster=raster))
    elif connection.execute(sa.select(_L.raster).where(*here)).scalar_one() != raster:
        _lay_anew(connection, gemeente, locatie, raster)
        connection.execute(sa.update(agenda_locatie).where(*here).values(raster=raster))


def held_by(connection: Connection, gemeente: str, sleutel: str | None, now: datetime) -> Row | None:
    """Where (`locatie`) and when (`begin`) the moment is that this holder holds now."""
    if sleutel is None:
        return None
    return connection.execute(
        sa.select(_A.locatie, _A.begin).where(_A.gemeente == gemeente, _A.sleutel == sleutel, _A.verloopt_op > now)
    ).first()


def let_go(connection: Connection, gemeente: str, sleutel: str | None) -> None:
    """Free what this holder holds."""
    if sleutel is not None:
        connection.execute(
            sa.delete(agenda_afspraak).where(
                _A.gemeente == gemeente, _A.sleutel == sleutel, _A.verloopt_op.is_not(None)
            )
        )


def let_go_lapsed(connection: Connection, gemeente: str, locatie: str, now: datetime) -> None:
    """Free what was held here for too long."""
    connection.execute(
        sa.delete(agenda_afspraak).where(_A.gemeente == gemeente, _A.locatie == locatie, _A.verloopt_op <= now)
    )


def occupy(
    connection: Connection, id: str, gemeente: str, locatie: str, instelling: LocatieInstelling, stuk: Stuk
) -> None:
    """Give the appointment `id` a place in every cell that it touches. The place is locked. Raises SlotTaken."""
    wanted = cellen(stuk.van, stuk.tot, instelling.raster)
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for cel, plek in connection.execute(
        sa.select(_C.cel, _C.plek).where(
            _C.gemeente == gemeente, _C.locatie == locatie, _C.cel >= wanted[0], _C.cel <= wanted[-1]
        )
    ):
        taken[cel].add(plek)
    rows = []
    for cel in wanted:
        # Counted too: after the capacity went down, numbers beyond it may still be taken.
        if len(taken[cel]) >= instelling.capaciteit:
            raise SlotTaken("plek")
        plek = min(set(range(instelling.capaciteit)) - taken[cel])
        rows.append(_cell(gemeente, locatie, cel, plek, id))
    connection.execute(sa.insert(agenda_cel), rows)


def vacate(connection: Connection, id: str) -> None:
    """Free the cells of an appointment."""
    connection.execute(sa.delete(agenda_cel).where(_C.afspraak_id == id))


def taken_cells(
    connection: Connection, gemeente: str, locatie: str, raster: int, stuk: Stuk, now: datetime
) -> Counter[int]:
    """How many appointments and held moments touch each cell, of those that begin within `stuk`. One question.

    It counts appointments, not rows of `agenda_cel`: those may still lie on an older grid.
    """
    rows = connection.execute(
        sa.select(sa.type_coerce(_A.begin, sa.Integer), sa.type_coerce(_A.einde, sa.Integer)).where(
            _A.gemeente == gemeente,
            _A.locatie == locatie,
            sa.type_coerce(_A.begin, sa.Integer) >= stuk.van,
            sa.type_coerce(_A.begin, sa.Integer) < stuk.tot,
            sa.or_(_A.verloopt_op.is_(None), _A.verloopt_op > now),
        )
    ).all()
    return bezetting(rows, raster)  # type: ignore[arg-type]


def _lay_anew(connection: Connection, gemeente: str, locatie: str, raster: int) -> None:
    """The grid changed: lay the cells of all appointments on the new one, also where that makes a cell fuller than allowed."""
    connection.execute(sa.delete(agenda_cel).where(_C.gemeente == gemeente, _C.locatie == locatie))
    count: Counter[int] = Counter()
    rows = []
    for id, begin, einde in connection.execute(
        sa.select(_A.id, sa.type_coerce(_A.begin, sa.Integer), sa.type_coerce(_A.einde, sa.Integer)).where(
            _A.gemeente == gemeente, _A.locatie == locatie
        )
    ):
        for cel in cellen(begin, einde, raster):
            rows.append(_cell(gemeente, locatie, cel, count[cel], id))
            count[cel] += 1
    if rows:
        connection.execute(sa.insert(agenda_cel), rows)


def _cell(gemeente: str, locatie: str, cel: int, plek: int, id: str) -> dict[str, Any]:
    return {"gemeente": gemeente, "locatie": locatie, "cel": cel, "plek": plek, "afspraak_id": id}
