"""WhatsApp: people, what comes in, what goes out, and numbers that must wait.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "whatsapp_persoon",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("phone_number_id", sa.String(40), nullable=False),
        sa.Column("gebruiker_sleutel", sa.String(64), nullable=True),
        sa.Column("nummer_sleutel", sa.String(64), nullable=True),
        sa.Column("adres", sa.String(600), nullable=False),
        sa.Column("gesprek_id", sa.String(64), nullable=False),
        sa.Column("laatst_op", TIJD, nullable=False),
        sa.Column("geopend_op", TIJD, nullable=True),
        sa.Column("gestopt", sa.Boolean, nullable=False),
        sa.Column("uitgezet", sa.Integer, nullable=False),
        sa.Column("meer", sa.JSON, nullable=True),
        sa.Column("bezig_tot", TIJD, nullable=True),
        sa.Column("bezig_door", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_whatsapp_persoon"),
        sa.UniqueConstraint("gebruiker_sleutel", name="uq_whatsapp_persoon_gebruiker_sleutel"),
        sa.UniqueConstraint("nummer_sleutel", name="uq_whatsapp_persoon_nummer_sleutel"),
        sa.UniqueConstraint("gesprek_id", name="uq_whatsapp_persoon_gesprek_id"),
    )
    op.create_index("ix_whatsapp_persoon_laatst_op", "whatsapp_persoon", ["laatst_op"])
    op.create_table(
        "whatsapp_in",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("phone_number_id", sa.String(40), nullable=False),
        sa.Column("wamid", sa.String(64), nullable=False),
        sa.Column("persoon_id", sa.String(32), nullable=True),
        sa.Column("inhoud", sa.JSON, nullable=True),
        sa.Column("tijd", TIJD, nullable=False),
        sa.Column("ontvangen_op", TIJD, nullable=False),
        sa.Column("klaar_op", TIJD, nullable=True),
        sa.Column("pogingen", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_whatsapp_in"),
        sa.UniqueConstraint("phone_number_id", "wamid", name="uq_whatsapp_in_phone_number_id"),
    )
    for column in ("persoon_id", "ontvangen_op", "klaar_op"):
        op.create_index(f"ix_whatsapp_in_{column}", "whatsapp_in", [column])
    op.create_table(
        "whatsapp_uit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("persoon_id", sa.String(32), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("adres", sa.String(600), nullable=True),
        sa.Column("nummer", sa.Integer, nullable=False),
        sa.Column("deel", sa.Integer, nullable=False),
        sa.Column("sleutel", sa.String(32), nullable=False),
        sa.Column("lijf", sa.JSON, nullable=True),
        sa.Column("stand", sa.String(20), nullable=False),
        sa.Column("wamid", sa.String(64), nullable=True),
        sa.Column("pogingen", sa.Integer, nullable=False),
        sa.Column("volgende_op", TIJD, nullable=False),
        sa.Column("fout", sa.Integer, nullable=True),
        sa.Column("gemaakt_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_whatsapp_uit"),
        sa.UniqueConstraint("sleutel", name="uq_whatsapp_uit_sleutel"),
        sa.UniqueConstraint("persoon_id", "nummer", "deel", name="uq_whatsapp_uit_persoon_id"),
    )
    for column in ("persoon_id", "stand", "wamid", "volgende_op", "gemaakt_op"):
        op.create_index(f"ix_whatsapp_uit_{column}", "whatsapp_uit", [column])
    op.create_table(
        "whatsapp_nummer",
        sa.Column("phone_number_id", sa.String(40), nullable=False),
        sa.Column("rust_tot", TIJD, nullable=True),
        sa.Column("gestopt_op", TIJD, nullable=True),
        sa.Column("fout", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("phone_number_id", name="pk_whatsapp_nummer"),
    )


def downgrade() -> None:
    for table in ("whatsapp_nummer", "whatsapp_uit", "whatsapp_in", "whatsapp_persoon"):
        op.drop_table(table)
