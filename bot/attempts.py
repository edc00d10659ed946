"""Limits on trying: what somebody may attempt within an hour before a lock, kept as keyed hashes of whom or what it is about."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.database import Moment, metadata

SLOT = timedelta(hours=1)
"""How long attempts count."""

poging = sa.Table(
    "poging",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("soort", sa.String(30), nullable=False),
    sa.Column("sleutel", sa.String(64), nullable=False, index=True),
    sa.Column("tijd", Moment, nullable=False, index=True),
)
"""What counts towards a limit; `sleutel` is a keyed hash."""
_P = poging.c


class Locked(Exception):
    """Tried too often; `until` says when one may try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("te vaak geprobeerd")
        self.until = until


def keyed(geheim: str, *parts: str) -> str:
    """A hash that only this installation can make."""
    return hmac.new(geheim.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def within(connection: Connection, limieten: Mapping[str, int], sleutels: Mapping[str, str], moment: datetime) -> None:
    """See to it that every kind (`soort` → key) is below its limit. Raises Locked."""
    for soort, sleutel in sleutels.items():
        if counted(connection, soort, sleutel, moment) >= limieten[soort]:
            first = connection.execute(
                sa.select(sa.func.min(_P.tijd)).where(_P.soort == soort, _P.sleutel == sleutel, _P.tijd > moment - SLOT)
            ).scalar()
            raise Locked((first or moment) + SLOT)


def counted(connection: Connection, soort: str, sleutel: str, moment: datetime) -> int:
    """Attempts of a kind within the last hour."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(_P.soort == soort, _P.sleutel == sleutel, _P.tijd > moment - SLOT)
        ).scalar_one()
    )


def count(connection: Connection, sleutels: Mapping[str, str], moment: datetime) -> None:
    """Write attempts down, one of each kind."""
    for soort, sleutel in sleutels.items():
        connection.execute(sa.insert(poging).values(soort=soort, sleutel=sleutel, tijd=moment))


def clean_up(engine: Engine, moment: datetime) -> None:
    """Take away what counts no more."""
    with engine.begin() as connection:
        connection.execute(sa.delete(poging).where(_P.tijd < moment - SLOT))
