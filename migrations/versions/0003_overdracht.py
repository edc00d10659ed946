"""Hand-off: requests for a human, employees, call-backs.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "overdracht",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gesprek_id", sa.String(64), nullable=True),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("kanaal", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reden", sa.String(30), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=True),
        sa.Column("afdeling", sa.String(80), nullable=True),
        sa.Column("medewerker_id", sa.Integer, nullable=True),
        sa.Column("voorrang", sa.Integer, nullable=False),
        sa.Column("naam", sa.String(120), nullable=True),
        sa.Column("vanaf_nummer", sa.Integer, nullable=False),
        sa.Column("gelezen_nummer", sa.Integer, nullable=False),
        sa.Column("gevraagd_op", TIJD, nullable=False),
        sa.Column("in_wachtrij_op", TIJD, nullable=False),
        sa.Column("opgepakt_op", TIJD, nullable=True),
        sa.Column("eerste_antwoord_op", TIJD, nullable=True),
        sa.Column("gesloten_op", TIJD, nullable=True),
        sa.Column("uiterlijk_op", TIJD, nullable=False),
        sa.Column("aangeboden_op", TIJD, nullable=True),
        sa.Column("verwacht_van", sa.Integer, nullable=True),
        sa.Column("verwacht_tot", sa.Integer, nullable=True),
        sa.Column("teruggegeven", sa.Boolean, nullable=False),
        sa.Column("uitkomst", sa.String(30), nullable=True),
        sa.Column("label", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_overdracht"),
    )
    for column in ("gesprek_id", "gemeente", "status", "medewerker_id"):
        op.create_index(f"ix_overdracht_{column}", "overdracht", [column])
    still_open = sa.text("status <> 'gesloten'")
    op.create_index(
        "uq_overdracht_open",
        "overdracht",
        ["gesprek_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "overdracht_gebeurtenis",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("overdracht_id", sa.String(32), nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("soort", sa.String(30), nullable=False),
        sa.Column("tijd", TIJD, nullable=False),
        sa.Column("medewerker_id", sa.Integer, nullable=True),
        sa.Column("naar", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_overdracht_gebeurtenis"),
    )
    for column in ("overdracht_id", "gemeente", "tijd"):
        op.create_index(f"ix_overdracht_gebeurtenis_{column}", "overdracht_gebeurtenis", [column])
    op.create_table(
        "overdracht_notitie",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("overdracht_id", sa.String(32), nullable=False),
        sa.Column("medewerker_id", sa.Integer, nullable=False),
        sa.Column("tekst", sa.Text, nullable=False),
        sa.Column("tijd", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overdracht_notitie"),
    )
    op.create_index("ix_overdracht_notitie_overdracht_id", "overdracht_notitie", ["overdracht_id"])
    op.create_table(
        "medewerker",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("gebruikersnaam", sa.String(80), nullable=False),
        sa.Column("naam", sa.String(120), nullable=False),
        sa.Column("wachtwoord", sa.String(200), nullable=True),
        sa.Column("actief", sa.Boolean, nullable=False),
        sa.Column("aanwezig", sa.Boolean, nullable=False),
        sa.Column("gezien_op", TIJD, nullable=True),
        sa.Column("mislukt", sa.Integer, nullable=False),
        sa.Column("geblokkeerd_tot", TIJD, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_medewerker"),
        sa.UniqueConstraint("gebruikersnaam", name="uq_medewerker_gebruikersnaam"),
    )
    op.create_table(
        "medewerker_rol",
        sa.Column("medewerker_id", sa.Integer, nullable=False),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("rol", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["medewerker_id"], ["medewerker.id"], ondelete="CASCADE", name="fk_medewerker_rol_medewerker_id_medewerker"
        ),
        sa.PrimaryKeyConstraint("medewerker_id", "gemeente", "rol", name="pk_medewerker_rol"),
    )
    op.create_table(
        "medewerker_sessie",
        sa.Column("sleutel", sa.String(64), nullable=False),
        sa.Column("medewerker_id", sa.Integer, nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("verloopt_op", TIJD, nullable=False),
        sa.ForeignKeyConstraint(
            ["medewerker_id"],
            ["medewerker.id"],
            ondelete="CASCADE",
            name="fk_medewerker_sessie_medewerker_id_medewerker",
        ),
        sa.PrimaryKeyConstraint("sleutel", name="pk_medewerker_sessie"),
    )
    op.create_table(
        "terugbelverzoek",
        sa.Column("referentienummer", sa.String(10), nullable=False),
        sa.Column("gesprek_id", sa.String(64), nullable=True),
        sa.Column("gemeente", sa.String(80), nullable=False),
        sa.Column("kanaal", sa.String(20), nullable=False),
        sa.Column("product_id", sa.String(80), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("naam", sa.String(200), nullable=True),
        sa.Column("telefoon", sa.String(20), nullable=True),
        sa.Column("email", sa.String(80), nullable=True),
        sa.Column("onderwerp", sa.String(200), nullable=True),
        sa.Column("vraag", sa.String(1000), nullable=True),
        sa.Column("wanneer", sa.String(200), nullable=True),
        sa.Column("gevraagd_op", TIJD, nullable=False),
        sa.Column("uiterlijk_op", TIJD, nullable=False),
        sa.Column("opgepakt_op", TIJD, nullable=True),
        sa.Column("medewerker_id", sa.Integer, nullable=True),
        sa.Column("afgehandeld_op", TIJD, nullable=True),
        sa.Column("bestemming", sa.String(20), nullable=False),
        sa.Column("stappen", sa.JSON, nullable=False),
        sa.Column("pogingen", sa.Integer, nullable=False),
        sa.Column("volgende_op", TIJD, nullable=True),
        sa.Column("fout", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("referentienummer", name="pk_terugbelverzoek"),
    )
    for column in ("gesprek_id", "gemeente", "status"):
        op.create_index(f"ix_terugbelverzoek_{column}", "terugbelverzoek", [column])


def downgrade() -> None:
    for table in (
        "terugbelverzoek",
        "medewerker_sessie",
        "medewerker_rol",
        "medewerker",
        "overdracht_notitie",
        "overdracht_gebeurtenis",
        "overdracht",
    ):
        op.drop_table(table)
