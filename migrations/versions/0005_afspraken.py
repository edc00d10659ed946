"""Appointments: the register of those made here; attempts of all kinds in one table.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "afspraak",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("referentie", sa.String(12), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("systeem", sa.String(20), nullable=False),
        sa.Column("systeem_id", sa.String(200), nullable=True),
        sa.Column("stand", sa.String(20), nullable=False),
        sa.Column("sleutel", sa.String(64), nullable=False),
        sa.Column("gesprek_id", sa.String(64), nullable=True),
        sa.Column("product", sa.String(120), nullable=False),
        sa.Column("keuzen", sa.JSON, nullable=False),
        sa.Column("locatie", sa.String(200), nullable=False),
        sa.Column("plek", sa.String(400), nullable=False),
        sa.Column("begin", TIJD, nullable=False),
        sa.Column("einde", TIJD, nullable=True),
        sa.Column("contacten", sa.JSON, nullable=False),
        sa.Column("volgnummer", sa.Integer, nullable=False),
        sa.Column("gemaakt_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_afspraak"),
        sa.UniqueConstraint("referentie", name="uq_afspraak_referentie"),
        sa.UniqueConstraint("sleutel", name="uq_afspraak_sleutel"),
    )
    op.create_index("ix_afspraak_gemeente", "afspraak", ["gemeente"])
    op.create_index("ix_afspraak_gesprek_id", "afspraak", ["gesprek_id"])
    op.create_index("ix_afspraak_begin", "afspraak", ["begin"])
    op.create_table(
        "poging",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("soort", sa.String(30), nullable=False),
        sa.Column("sleutel", sa.String(64), nullable=False),
        sa.Column("tijd", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_poging"),
    )
    op.create_index("ix_poging_sleutel", "poging", ["sleutel"])
    op.create_index("ix_poging_tijd", "poging", ["tijd"])
    # Attempts count for an hour only; none are carried over.
    op.drop_table("zaak_poging")


def downgrade() -> None:
    op.create_table(
        "zaak_poging",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("soort", sa.String(20), nullable=False),
        sa.Column("sleutel", sa.String(64), nullable=False),
        sa.Column("tijd", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_zaak_poging"),
    )
    op.create_index("ix_zaak_poging_sleutel", "zaak_poging", ["sleutel"])
    op.create_index("ix_zaak_poging_tijd", "zaak_poging", ["tijd"])
    op.drop_table("poging")
    op.drop_table("afspraak")
