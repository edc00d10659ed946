"""Tables of the identity check. They hold hashes and addresses of cases for minutes, never who somebody is."""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import Moment, metadata

zaak_bewijs = sa.Table(
    "zaak_bewijs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("gesprek_id", sa.String(64), nullable=False, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("zaak", sa.String(64), nullable=False, index=True),
    sa.Column("verloopt_op", Moment, nullable=False),
    sa.Column("fout", sa.Integer, nullable=False),
    sa.Column("urls", sa.JSON, nullable=True),
)
"""One attempt to prove that a case is somebody's. `zaak`: keyed hash of its number. `urls`: the cases, once proven."""

zaak_code = sa.Table(
    "zaak_code",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "bewijs_id", sa.String(32), sa.ForeignKey("zaak_bewijs.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("urls", sa.JSON, nullable=False),
)
"""A code that was sent: its keyed hash, and the cases that it opens. An unknown case has one that nothing matches."""

zaak_identiteit = sa.Table(
    "zaak_identiteit",
    metadata,
    sa.Column("gesprek_id", sa.String(64), primary_key=True),
    sa.Column("waarde", sa.String(200), nullable=False),
    sa.Column("verloopt_op", Moment, nullable=False),
)
"""Who the portal says that somebody is (a BSN, encrypted), for as long as one looks at one's cases."""
