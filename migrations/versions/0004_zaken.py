"""Cases: proving that a case is somebody's.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "zaak_bewijs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gesprek_id", sa.String(64), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("zaak", sa.String(64), nullable=False),
        sa.Column("verloopt_op", TIJD, nullable=False),
        sa.Column("fout", sa.Integer, nullable=False),
        sa.Column("urls", sa.JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_zaak_bewijs"),
    )
    op.create_index("ix_zaak_bewijs_gesprek_id", "zaak_bewijs", ["gesprek_id"])
    op.create_index("ix_zaak_bewijs_zaak", "zaak_bewijs", ["zaak"])
    op.create_table(
        "zaak_code",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("bewijs_id", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("urls", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["bewijs_id"], ["zaak_bewijs.id"], ondelete="CASCADE", name="fk_zaak_code_bewijs_id_zaak_bewijs"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_zaak_code"),
    )
    op.create_index("ix_zaak_code_bewijs_id", "zaak_code", ["bewijs_id"])
    op.create_table(
        "zaak_identiteit",
        sa.Column("gesprek_id", sa.String(64), nullable=False),
        sa.Column("waarde", sa.String(200), nullable=False),
        sa.Column("verloopt_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("gesprek_id", name="pk_zaak_identiteit"),
    )
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


def downgrade() -> None:
    for table in ("zaak_poging", "zaak_identiteit", "zaak_code", "zaak_bewijs"):
        op.drop_table(table)
