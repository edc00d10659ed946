"""Beside the residents: taking away what is over, withdrawing an appointment, and the list of a day for employees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments.agenda.klant import aanspreeknaam
from bot.appointments.agenda.rooster import lokaal, middernacht
from bot.appointments.agenda.tables import agenda_afspraak
from bot.appointments.values import Keus
from bot.database import forget_deleted

BEWAREN = timedelta(days=1)
"""How long an appointment is kept after its end."""
_A = agenda_afspraak.c


@dataclass(frozen=True, repr=False)
class Regel:
    """An appointment on the list of a day. Personal: `repr` shows nothing of it."""

    id: str
    """The agenda's own id; residents know another, shorter one."""
    locatie: str
    """Id of the place."""
    begin: datetime
    einde: datetime
    keuzen: tuple[Keus, ...]
    naam: str
    opmerking: str


def day_list(engine: Engine, gemeente: str, dag: date) -> list[Regel]:
    """The appointments of a municipality on a day, first the earliest. Held moments are not among them."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(agenda_afspraak)
            .where(
                _A.gemeente == gemeente,
                _A.begin >= lokaal(middernacht(dag)),
                _A.begin < lokaal(middernacht(dag + timedelta(days=1))),
                _A.verloopt_op.is_(None),
            )
            .order_by(_A.begin, _A.locatie, _A.id)
        ).all()
    return [
        Regel(
            row.id,
            row.locatie,
            row.begin,
            row.einde,
            tuple(Keus(dienst, aantal) for dienst, aantal in row.keuzen),
            aanspreeknaam(row.klant or {}),
            row.opmerking or "",
        )
        for row in rows
    ]


def clean_up(engine: Engine, now: datetime, bewaren: timedelta = BEWAREN) -> int:
    """Take away held moments that lapsed and appointments that ended `bewaren` ago, of all municipalities.

    Returns how many appointments. Doing it twice, or in two processes at once, does no harm.
    """
    with engine.begin() as connection:
        connection.execute(sa.delete(agenda_afspraak).where(_A.verloopt_op <= now))
        gone = connection.execute(sa.delete(agenda_afspraak).where(_A.einde <= now.astimezone(UTC) - bewaren))
    if gone.rowcount:
        forget_deleted(engine)
    return int(gone.rowcount)


def withdraw(engine: Engine, gemeente: str, id: str) -> bool:
    """Take one appointment away with all that is kept of whoever would come, whenever it is. False when it was not there."""
    with engine.begin() as connection:
        gone = connection.execute(sa.delete(agenda_afspraak).where(_A.gemeente == gemeente, _A.id == id))
    if gone.rowcount:
        forget_deleted(engine)
    return bool(gone.rowcount)
