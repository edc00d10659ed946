"""Conversations: messages, judgements, and bare figures of judgements.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gesprek",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("kanaal", sa.String(20), nullable=False),
        sa.Column("begonnen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("laatste_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("geeindigd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("laatste_nummer", sa.Integer, nullable=False),
        sa.Column("toestand", sa.JSON, nullable=False),
        sa.Column("toestand_versie", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gesprek"),
    )
    op.create_index("ix_gesprek_gemeente", "gesprek", ["gemeente"])
    op.create_index("ix_gesprek_laatste_op", "gesprek", ["laatste_op"])
    op.create_table(
        "gesprek_bericht",
        sa.Column("gesprek_id", sa.String(64), nullable=False),
        sa.Column("nummer", sa.Integer, nullable=False),
        sa.Column("van", sa.String(20), nullable=False),
        sa.Column("naam", sa.String(120), nullable=True),
        sa.Column("tekst", sa.Text, nullable=False),
        sa.Column("extra", sa.JSON, nullable=False),
        sa.Column("client_id", sa.String(64), nullable=True),
        sa.Column("antwoord_op", sa.Integer, nullable=True),
        sa.Column("tijd", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gesprek_id"], ["gesprek.id"], ondelete="CASCADE", name="fk_gesprek_bericht_gesprek_id_gesprek"
        ),
        sa.PrimaryKeyConstraint("gesprek_id", "nummer", name="pk_gesprek_bericht"),
        sa.UniqueConstraint("gesprek_id", "client_id", name="uq_gesprek_bericht_gesprek_id"),
    )
    op.create_table(
        "bericht_oordeel",
        sa.Column("gesprek_id", sa.String(64), nullable=False),
        sa.Column("nummer", sa.Integer, nullable=False),
        sa.Column("duim", sa.String(4), nullable=False),
        sa.Column("reden", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(
            ["gesprek_id"], ["gesprek.id"], ondelete="CASCADE", name="fk_bericht_oordeel_gesprek_id_gesprek"
        ),
        sa.PrimaryKeyConstraint("gesprek_id", "nummer", name="pk_bericht_oordeel"),
    )
    op.create_table(
        "oordeel_feit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("kanaal", sa.String(20), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=True),
        sa.Column("duim", sa.String(4), nullable=True),
        sa.Column("cijfer", sa.Integer, nullable=True),
        sa.Column("gegeven_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oordeel_feit"),
    )
    op.create_index("ix_oordeel_feit_gemeente", "oordeel_feit", ["gemeente"])


def downgrade() -> None:
    for table in ("oordeel_feit", "bericht_oordeel", "gesprek_bericht", "gesprek"):
        op.drop_table(table)
