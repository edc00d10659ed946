"""The register of appointments that were made here, whichever system holds them: how somebody finds theirs again.

It knows nobody: e-mail addresses and phone numbers are keyed hashes. Rows go when the appointment is over.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import Moment, metadata

afspraak = sa.Table(
    "afspraak",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("referentie", sa.String(12), nullable=False, unique=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("systeem", sa.String(20), nullable=False),
    sa.Column("systeem_id", sa.String(200), nullable=True),
    sa.Column("stand", sa.String(20), nullable=False),
    sa.Column("sleutel", sa.String(64), nullable=False, unique=True),
    sa.Column("gesprek_id", sa.String(64), nullable=True, index=True),
    sa.Column("product", sa.String(120), nullable=False),
    sa.Column("keuzen", sa.JSON, nullable=False),
    sa.Column("locatie", sa.String(200), nullable=False),
    sa.Column("plek", sa.String(400), nullable=False),
    sa.Column("begin", Moment, nullable=False, index=True),
    sa.Column("einde", Moment, nullable=True),
    sa.Column("contacten", sa.JSON, nullable=False),
    sa.Column("volgnummer", sa.Integer, nullable=False),
    sa.Column("gemaakt_op", Moment, nullable=False),
)
"""One appointment. `stand`: aangevraagd, geboekt, onzeker, mislukt, geannuleerd. `keuzen`: [service, amount] pairs.
`plek`: name and address of the place, for a calendar. `contacten`: keyed hashes. `volgnummer`: changes so far (RFC 5545
SEQUENCE)."""
