"""Tables of the own agenda. Rows go when an appointment is cancelled, and soon after it is over (`upkeep.clean_up`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.appointments.agenda.rooster import lokaal, minuut
from bot.database import Moment, metadata


class Minuut(sa.types.TypeDecorator[datetime]):
    """A moment on a whole minute, kept as the number of minutes since 1970 (UTC).

    A year of appointments is counted through for each offer; numbers cost a quarter of what moments cost to read.
    """

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """Seconds fall away. Raises ValueError for a moment without a zone."""
        return None if value is None else minuut(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """On the clock on the wall in the Netherlands."""
        return None if value is None else lokaal(value)


agenda_locatie = sa.Table(
    "agenda_locatie",
    metadata,
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("locatie", sa.String(80), primary_key=True),
    sa.Column("raster", sa.Integer, nullable=False),
)
"""A place of which something was booked. Whoever changes anything there updates this row first, and so waits for whoever was
before them. `raster`: minutes of the cells in `agenda_cel`."""

agenda_afspraak = sa.Table(
    "agenda_afspraak",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("locatie", sa.String(80), nullable=False),
    sa.Column("begin", Minuut, nullable=False),
    sa.Column("einde", Minuut, nullable=False, index=True),
    sa.Column("keuzen", sa.JSON, nullable=False),
    sa.Column("sleutel", sa.String(64), nullable=True),
    sa.Column("verloopt_op", Moment, nullable=True),
    sa.Column("klant", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("opmerking", sa.Text, nullable=True),
    sa.Column("gemaakt_op", Moment, nullable=False),
    # With all that an offer needs, so that a year is counted without opening a row.
    sa.Index("ix_agenda_afspraak_locatie_begin", "gemeente", "locatie", "begin", "einde", "verloopt_op"),
    sa.Index(
        "ix_agenda_afspraak_vastgehouden",
        "gemeente",
        "locatie",
        "verloopt_op",
        sqlite_where=sa.text("verloopt_op IS NOT NULL"),
        postgresql_where=sa.text("verloopt_op IS NOT NULL"),
    ),
    sa.Index(
        "uq_agenda_afspraak_sleutel",
        "gemeente",
        "sleutel",
        unique=True,
        sqlite_where=sa.text("verloopt_op IS NULL"),
        postgresql_where=sa.text("verloopt_op IS NULL"),
    ),
    sa.Index(
        "uq_agenda_afspraak_vasthouder",
        "gemeente",
        "sleutel",
        unique=True,
        sqlite_where=sa.text("verloopt_op IS NOT NULL"),
        postgresql_where=sa.text("verloopt_op IS NOT NULL"),
    ),
)
"""An appointment, or (with `verloopt_op`) a moment that is only held until then, of nobody in particular. `sleutel`: SHA-256
of the key of the wish; one wish has one appointment and holds one moment. `keuzen`: [service, amount] pairs. `klant`: what the
municipality asks of whoever comes, no more."""

agenda_cel = sa.Table(
    "agenda_cel",
    metadata,
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("locatie", sa.String(80), primary_key=True),
    sa.Column("cel", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("plek", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "afspraak_id",
        sa.String(32),
        sa.ForeignKey("agenda_afspraak.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
)
"""Every place in every cell that is taken: the primary key is what makes booking twice impossible. `cel`: its first minute.
`plek`: 0 up to the capacity; places are alike, so an appointment may have another number in the next cell, and no gap is ever
too scattered to be used."""
