"""Words that editors give a concept, live without training.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "thesaurus_versie",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("begrip", sa.String(120), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("versie", sa.Integer, nullable=False),
        sa.Column("woorden", sa.JSON, nullable=False),
        sa.Column("actief", sa.Boolean, nullable=False),
        sa.Column("auteur", sa.String(120), nullable=False),
        sa.Column("reden", sa.String(400), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_thesaurus_versie"),
        sa.UniqueConstraint("begrip", "gemeente", "versie", name="uq_thesaurus_versie_begrip"),
    )
    op.create_table(
        "thesaurus_stand",
        sa.Column("begrip", sa.String(120), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("versie_id", sa.Integer, nullable=False),
        sa.Column("revisie", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("begrip", "gemeente", name="pk_thesaurus_stand"),
        sa.ForeignKeyConstraint(
            ["versie_id"], ["thesaurus_versie.id"], name="fk_thesaurus_stand_versie_id_thesaurus_versie"
        ),
    )
    op.create_index("ix_thesaurus_stand_revisie", "thesaurus_stand", ["revisie"])


def downgrade() -> None:
    op.drop_table("thesaurus_stand")
    op.drop_table("thesaurus_versie")
