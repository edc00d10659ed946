"""The catalogue: versions of products, what is live, and the revision counter.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_versie",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("versie", sa.Integer, nullable=False),
        sa.Column("thema", sa.String(80), nullable=False),
        sa.Column("tekst", sa.Text, nullable=False),
        sa.Column("auteur", sa.String(120), nullable=False),
        sa.Column("reden", sa.String(400), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_product_versie"),
        sa.UniqueConstraint("product_id", "gemeente", "versie", name="uq_product_versie_product_id"),
    )
    op.create_table(
        "product_stand",
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("versie_id", sa.Integer, nullable=False),
        sa.Column("gepubliceerd", sa.Boolean, nullable=False),
        sa.Column("bestand_hash", sa.String(64), nullable=False),
        sa.Column("revisie", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "gemeente", name="pk_product_stand"),
        sa.ForeignKeyConstraint(["versie_id"], ["product_versie.id"], name="fk_product_stand_versie_id_product_versie"),
    )
    op.create_index("ix_product_stand_revisie", "product_stand", ["revisie"])
    op.create_table(
        "catalogus_stand",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("revisie", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalogus_stand"),
    )
    op.create_table(
        "antwoord_klacht",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=True),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_antwoord_klacht"),
    )
    op.create_index("ix_antwoord_klacht_gemeente", "antwoord_klacht", ["gemeente"])
    op.execute("INSERT INTO catalogus_stand (id, revisie) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_index("ix_antwoord_klacht_gemeente", table_name="antwoord_klacht")
    op.drop_table("antwoord_klacht")
    op.drop_table("catalogus_stand")
    op.drop_index("ix_product_stand_revisie", table_name="product_stand")
    op.drop_table("product_stand")
    op.drop_table("product_versie")
