"""What an urgent correction leaves behind: a second look by somebody else, on the next working day."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.catalog.gemeente import Gemeenten
from bot.catalog.opening_hours import TIJDZONE, einde_van_werkdag
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit
from bot.redactie.roles import Recht, require
from bot.redactie.tables import redactie_taak
from bot.redactie.values import NietGevonden, Redacteur, TweedePersoonNodig, VerkeerdeStatus, Wat

_C = redactie_taak.c


@dataclass(frozen=True)
class Taak:
    """A second look that is still to be had."""

    id: int
    product_id: str
    gemeente: str
    versie: int
    door: str
    """Who published it alone."""
    door_id: int
    gemaakt_op: datetime
    uiterlijk_op: datetime


def leave(
    connection: Connection,
    product_id: str,
    gemeente: str,
    versie: int,
    wie: Redacteur,
    moment: datetime,
    uiterlijk_op: datetime,
) -> None:
    """Leave a task, as part of a transaction."""
    connection.execute(
        sa.insert(redactie_taak).values(
            product_id=product_id,
            gemeente=gemeente,
            versie=versie,
            door_id=wie.id,
            door=wie.naam,
            gemaakt_op=moment,
            uiterlijk_op=uiterlijk_op,
        )
    )


def open_tasks(engine: Engine, gemeente: str) -> list[Taak]:
    """Tasks of a municipality, or of the central texts; the most urgent first."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(redactie_taak)
            .where(_C.gemeente == gemeente, _C.gedaan_op.is_(None))
            .order_by(_C.uiterlijk_op, _C.id)
        )
        return [
            Taak(
                row.id,
                row.product_id,
                row.gemeente,
                row.versie,
                row.door,
                row.door_id,
                row.gemaakt_op,
                row.uiterlijk_op,
            )
            for row in rows
        ]


def done(engine: Engine, taak_id: int, wie: Redacteur, *, now: datetime | None = None) -> None:
    """Somebody else looked at it. Raises NietGevonden, NietToegestaan, VerkeerdeStatus and TweedePersoonNodig."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        connection.execute(sa.update(redactie_taak).where(_C.id == taak_id).values(versie=_C.versie))
        row = connection.execute(sa.select(redactie_taak).where(_C.id == taak_id)).first()
        if row is None:
            raise NietGevonden("Deze taak bestaat niet.")
        require(wie, Recht.PUBLICEREN, row.gemeente)
        if row.gedaan_op is not None:
            raise VerkeerdeStatus(f"{row.gedaan_door} deed deze taak al.")
        if row.door_id == wie.id:
            raise TweedePersoonNodig("U publiceerde deze spoedcorrectie zelf. Laat een ander ernaar kijken.")
        connection.execute(
            sa.update(redactie_taak).where(_C.id == taak_id).values(gedaan_op=moment, gedaan_door=wie.naam)
        )
        audit.write_in(
            connection,
            wie,
            Wat.TAAK_GEDAAN,
            gemeente=row.gemeente,
            product_id=row.product_id,
            versie=row.versie,
            now=moment,
        )


def next_working_day(gemeenten: Gemeenten, gemeente: str, moment: datetime) -> datetime:
    """The end of the next working day: of the municipality's counter, or for the central texts the next weekday at five."""
    if gemeente != CENTRAAL:
        # A municipality may have no counter at all.
        with suppress(ValueError):
            return einde_van_werkdag(gemeenten[gemeente].openingstijden, "balie", moment, 1).astimezone(UTC)
    day = moment.astimezone(TIJDZONE).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, time(17), TIJDZONE).astimezone(UTC)
