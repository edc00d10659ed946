"""Redactie: drafts, versions, the trail, tasks, test questions, questions that went wrong, counts of answers, links.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIJD = sa.DateTime(timezone=True)
OPEN = sa.text("status IN ('concept', 'ter_beoordeling', 'goedgekeurd')")


def upgrade() -> None:
    op.create_table(
        "redactie_concept",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("thema", sa.String(80), nullable=False),
        sa.Column("tekst", sa.Text, nullable=False),
        sa.Column("volgnummer", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("basis_versie", sa.Integer, nullable=True),
        sa.Column("centraal_versie", sa.Integer, nullable=True),
        sa.Column("begonnen_door", sa.String(120), nullable=False),
        sa.Column("begonnen_op", TIJD, nullable=False),
        sa.Column("laatst_door_id", sa.Integer, nullable=False),
        sa.Column("laatst_door", sa.String(120), nullable=False),
        sa.Column("laatst_op", TIJD, nullable=False),
        sa.Column("opmerking", sa.Text, nullable=False),
        sa.Column("goedgekeurd_door_id", sa.Integer, nullable=True),
        sa.Column("goedgekeurd_door", sa.String(120), nullable=True),
        sa.Column("goedgekeurd_verlies", sa.JSON, nullable=True),
        sa.Column("gepland_op", TIJD, nullable=True),
        sa.Column("gepland_door_id", sa.Integer, nullable=True),
        sa.Column("gepland_door", sa.String(120), nullable=True),
        sa.Column("reden", sa.String(400), nullable=False),
        sa.Column("verloopt_op", TIJD, nullable=True),
        sa.Column("poort", sa.JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_redactie_concept"),
    )
    for column in ("product_id", "status", "gepland_op"):
        op.create_index(f"ix_redactie_concept_{column}", "redactie_concept", [column])
    op.create_index(
        "uq_redactie_concept_open",
        "redactie_concept",
        ["product_id", "gemeente"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "redactie_opzij",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("concept_id", sa.Integer, nullable=False),
        sa.Column("tekst", sa.Text, nullable=False),
        sa.Column("wie_id", sa.Integer, nullable=False),
        sa.Column("naam", sa.String(120), nullable=False),
        sa.Column("moment", TIJD, nullable=False),
        sa.Column("soort", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_redactie_opzij"),
        sa.ForeignKeyConstraint(
            ["concept_id"], ["redactie_concept.id"], name="fk_redactie_opzij_concept_id_redactie_concept"
        ),
    )
    op.create_index("ix_redactie_opzij_concept_id", "redactie_opzij", ["concept_id"])
    op.create_table(
        "redactie_versie",
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("versie", sa.Integer, nullable=False),
        sa.Column("centraal_versie", sa.Integer, nullable=True),
        sa.Column("vorige_versie", sa.Integer, nullable=True),
        sa.Column("vorige_stand", sa.String(20), nullable=False),
        sa.Column("verloopt_op", TIJD, nullable=True),
        sa.Column("verlopen_versie", sa.Integer, nullable=True),
        sa.Column("spoed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "gemeente", "versie", name="pk_redactie_versie"),
    )
    op.create_index("ix_redactie_versie_verloopt_op", "redactie_versie", ["verloopt_op"])
    op.create_table(
        "redactie_stap",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("moment", TIJD, nullable=False),
        sa.Column("wie_id", sa.Integer, nullable=True),
        sa.Column("wie", sa.String(120), nullable=False),
        sa.Column("wat", sa.String(30), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=True),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("concept_id", sa.Integer, nullable=True),
        sa.Column("versie", sa.Integer, nullable=True),
        sa.Column("reden", sa.String(400), nullable=False),
        sa.Column("gegevens", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_redactie_stap"),
    )
    for column in ("moment", "product_id"):
        op.create_index(f"ix_redactie_stap_{column}", "redactie_stap", [column])
    op.create_table(
        "redactie_aanwezig",
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("wie_id", sa.Integer, nullable=False),
        sa.Column("naam", sa.String(120), nullable=False),
        sa.Column("gezien_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "gemeente", "wie_id", name="pk_redactie_aanwezig"),
    )
    op.create_table(
        "redactie_taak",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("versie", sa.Integer, nullable=False),
        sa.Column("door_id", sa.Integer, nullable=False),
        sa.Column("door", sa.String(120), nullable=False),
        sa.Column("gemaakt_op", TIJD, nullable=False),
        sa.Column("uiterlijk_op", TIJD, nullable=False),
        sa.Column("gedaan_op", TIJD, nullable=True),
        sa.Column("gedaan_door", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_redactie_taak"),
    )
    op.create_index("ix_redactie_taak_gemeente", "redactie_taak", ["gemeente"])
    op.create_table(
        "redactie_toetsvraag",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("sleutel", sa.String(400), nullable=False),
        sa.Column("vraag", sa.String(400), nullable=False),
        sa.Column("verwacht", sa.String(80), nullable=True),
        sa.Column("door", sa.String(120), nullable=False),
        sa.Column("gemaakt_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_redactie_toetsvraag"),
        sa.UniqueConstraint("gemeente", "sleutel", name="uq_redactie_toetsvraag_gemeente"),
    )
    op.create_table(
        "redactie_mis",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("soort", sa.String(30), nullable=False),
        sa.Column("tekst", sa.String(500), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=True),
        sa.Column("gesprek_id", sa.String(64), nullable=True),
        sa.Column("moment", TIJD, nullable=False),
        sa.Column("besluit", sa.String(20), nullable=True),
        sa.Column("naar_product", sa.String(80), nullable=True),
        sa.Column("besloten_door", sa.String(120), nullable=True),
        sa.Column("besloten_op", TIJD, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_redactie_mis"),
        sa.UniqueConstraint("gesprek_id", "soort", "digest", name="uq_redactie_mis_gesprek_id"),
    )
    for column in ("gemeente", "digest", "gesprek_id", "moment", "besluit"):
        op.create_index(f"ix_redactie_mis_{column}", "redactie_mis", [column])
    op.create_table(
        "antwoord_gegeven",
        sa.Column("dag", sa.Date, nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=False),
        sa.Column("aantal", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("dag", "gemeente", "product_id", name="pk_antwoord_gegeven"),
    )
    op.create_table(
        "redactie_link",
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("gekeken_op", TIJD, nullable=False),
        sa.Column("laatst_goed_op", TIJD, nullable=True),
        sa.Column("missers", sa.Integer, nullable=False),
        sa.Column("uitkomst", sa.String(30), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_redactie_link"),
    )


def downgrade() -> None:
    for table in (
        "redactie_link",
        "antwoord_gegeven",
        "redactie_mis",
        "redactie_toetsvraag",
        "redactie_taak",
        "redactie_aanwezig",
        "redactie_stap",
        "redactie_versie",
        "redactie_opzij",
        "redactie_concept",
    ):
        op.drop_table(table)
