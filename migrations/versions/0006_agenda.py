"""The own agenda: appointments, held moments, and the places that they take.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agenda_locatie",
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("locatie", sa.String(80), nullable=False),
        sa.Column("raster", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("gemeente", "locatie", name="pk_agenda_locatie"),
    )
    op.create_table(
        "agenda_afspraak",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("locatie", sa.String(80), nullable=False),
        sa.Column("begin", sa.Integer, nullable=False),
        sa.Column("einde", sa.Integer, nullable=False),
        sa.Column("keuzen", sa.JSON, nullable=False),
        sa.Column("sleutel", sa.String(64), nullable=True),
        sa.Column("verloopt_op", TIJD, nullable=True),
        sa.Column("klant", sa.JSON, nullable=True),
        sa.Column("opmerking", sa.Text, nullable=True),
        sa.Column("gemaakt_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_afspraak"),
    )
    op.create_index("ix_agenda_afspraak_einde", "agenda_afspraak", ["einde"])
    op.create_index(
        "ix_agenda_afspraak_locatie_begin",
        "agenda_afspraak",
        ["gemeente", "locatie", "begin", "einde", "verloopt_op"],
    )
    op.create_index(
        "ix_agenda_afspraak_vastgehouden",
        "agenda_afspraak",
        ["gemeente", "locatie", "verloopt_op"],
        sqlite_where=sa.text("verloopt_op IS NOT NULL"),
        postgresql_where=sa.text("verloopt_op IS NOT NULL"),
    )
    # One wish has one appointment, and holds one moment.
    for name, where in (
        ("uq_agenda_afspraak_sleutel", sa.text("verloopt_op IS NULL")),
        ("uq_agenda_afspraak_vasthouder", sa.text("verloopt_op IS NOT NULL")),
    ):
        op.create_index(
            name,
            "agenda_afspraak",
            ["gemeente", "sleutel"],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_table(
        "agenda_cel",
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("locatie", sa.String(80), nullable=False),
        sa.Column("cel", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("plek", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("afspraak_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["afspraak_id"],
            ["agenda_afspraak.id"],
            ondelete="CASCADE",
            name="fk_agenda_cel_afspraak_id_agenda_afspraak",
        ),
        sa.PrimaryKeyConstraint("gemeente", "locatie", "cel", "plek", name="pk_agenda_cel"),
    )
    op.create_index("ix_agenda_cel_afspraak_id", "agenda_cel", ["afspraak_id"])


def downgrade() -> None:
    for table in ("agenda_cel", "agenda_afspraak", "agenda_locatie"):
        op.drop_table(table)
