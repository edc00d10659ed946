"""Tables of the editors' room. Nothing here is what residents read: that is in the catalogue's own tables."""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import Moment, metadata

_OPEN = "status IN ('concept', 'ter_beoordeling', 'goedgekeurd')"

redactie_concept = sa.Table(
    "redactie_concept",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("product_id", sa.String(80), nullable=False, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("thema", sa.String(80), nullable=False),
    sa.Column("tekst", sa.Text, nullable=False),
    sa.Column("volgnummer", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("basis_versie", sa.Integer, nullable=True),
    sa.Column("centraal_versie", sa.Integer, nullable=True),
    sa.Column("begonnen_door", sa.String(120), nullable=False),
    sa.Column("begonnen_op", Moment, nullable=False),
    sa.Column("laatst_door_id", sa.Integer, nullable=False),
    sa.Column("laatst_door", sa.String(120), nullable=False),
    sa.Column("laatst_op", Moment, nullable=False),
    sa.Column("opmerking", sa.Text, nullable=False),
    sa.Column("goedgekeurd_door_id", sa.Integer, nullable=True),
    sa.Column("goedgekeurd_door", sa.String(120), nullable=True),
    sa.Column("goedgekeurd_verlies", sa.JSON, nullable=True),
    sa.Column("gepland_op", Moment, nullable=True, index=True),
    sa.Column("gepland_door_id", sa.Integer, nullable=True),
    sa.Column("gepland_door", sa.String(120), nullable=True),
    sa.Column("reden", sa.String(400), nullable=False),
    sa.Column("verloopt_op", Moment, nullable=True),
    sa.Column("poort", sa.JSON, nullable=True),
    sa.Index(
        "uq_redactie_concept_open",
        "product_id",
        "gemeente",
        unique=True,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    ),
)
"""Drafts. `reden`, `verloopt_op` and `poort`: what a planned text takes along when the clock publishes it."""

redactie_opzij = sa.Table(
    "redactie_opzij",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("concept_id", sa.Integer, sa.ForeignKey("redactie_concept.id"), nullable=False, index=True),
    sa.Column("tekst", sa.Text, nullable=False),
    sa.Column("wie_id", sa.Integer, nullable=False),
    sa.Column("naam", sa.String(120), nullable=False),
    sa.Column("moment", Moment, nullable=False),
    sa.Column("soort", sa.String(20), nullable=False),
)
"""Texts that came too late, or that a colleague wrote over."""

redactie_versie = sa.Table(
    "redactie_versie",
    metadata,
    sa.Column("product_id", sa.String(80), primary_key=True),
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("versie", sa.Integer, primary_key=True),
    sa.Column("centraal_versie", sa.Integer, nullable=True),
    sa.Column("vorige_versie", sa.Integer, nullable=True),
    sa.Column("vorige_stand", sa.String(20), nullable=False),
    sa.Column("verloopt_op", Moment, nullable=True, index=True),
    sa.Column("verlopen_versie", sa.Integer, nullable=True),
    sa.Column("spoed", sa.Boolean, nullable=False),
)
"""What this room knows of a version beside its text. `vorige_*`: what stood there before (`live`, `ingetrokken`, `centraal`,
`niets`), for undoing. `verlopen_versie`: the clock made this version because that one had expired."""

redactie_stap = sa.Table(
    "redactie_stap",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("moment", Moment, nullable=False, index=True),
    sa.Column("wie_id", sa.Integer, nullable=True),
    sa.Column("wie", sa.String(120), nullable=False),
    sa.Column("wat", sa.String(30), nullable=False),
    sa.Column("product_id", sa.String(80), nullable=True, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("concept_id", sa.Integer, nullable=True),
    sa.Column("versie", sa.Integer, nullable=True),
    sa.Column("reden", sa.String(400), nullable=False),
    sa.Column("gegevens", sa.JSON, nullable=False),
)
"""The trail: rows are only added."""

redactie_aanwezig = sa.Table(
    "redactie_aanwezig",
    metadata,
    sa.Column("product_id", sa.String(80), primary_key=True),
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("wie_id", sa.Integer, primary_key=True),
    sa.Column("naam", sa.String(120), nullable=False),
    sa.Column("gezien_op", Moment, nullable=False),
)

redactie_taak = sa.Table(
    "redactie_taak",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("product_id", sa.String(80), nullable=False),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("versie", sa.Integer, nullable=False),
    sa.Column("door_id", sa.Integer, nullable=False),
    sa.Column("door", sa.String(120), nullable=False),
    sa.Column("gemaakt_op", Moment, nullable=False),
    sa.Column("uiterlijk_op", Moment, nullable=False),
    sa.Column("gedaan_op", Moment, nullable=True),
    sa.Column("gedaan_door", sa.String(120), nullable=True),
)
"""A second look at an urgent correction."""

redactie_toetsvraag = sa.Table(
    "redactie_toetsvraag",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("sleutel", sa.String(400), nullable=False),
    sa.Column("vraag", sa.String(400), nullable=False),
    sa.Column("verwacht", sa.String(80), nullable=True),
    sa.Column("door", sa.String(120), nullable=False),
    sa.Column("gemaakt_op", Moment, nullable=False),
    sa.UniqueConstraint("gemeente", "sleutel"),
)

redactie_mis = sa.Table(
    "redactie_mis",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("soort", sa.String(30), nullable=False),
    sa.Column("tekst", sa.String(500), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("product_id", sa.String(80), nullable=True),
    sa.Column("gesprek_id", sa.String(64), nullable=True, index=True),
    sa.Column("moment", Moment, nullable=False, index=True),
    sa.Column("besluit", sa.String(20), nullable=True, index=True),
    sa.Column("naar_product", sa.String(80), nullable=True),
    sa.Column("besloten_door", sa.String(120), nullable=True),
    sa.Column("besloten_op", Moment, nullable=True),
    sa.UniqueConstraint("gesprek_id", "soort", "digest"),
)
"""Questions that went wrong, masked. They go with the conversation, or when their time has passed."""

antwoord_gegeven = sa.Table(
    "antwoord_gegeven",
    metadata,
    sa.Column("dag", sa.Date, primary_key=True),
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("product_id", sa.String(80), primary_key=True),
    sa.Column("aantal", sa.Integer, nullable=False),
)
"""How often an answer was given: no conversation and no words."""

redactie_link = sa.Table(
    "redactie_link",
    metadata,
    sa.Column("url", sa.String(500), primary_key=True),
    sa.Column("gekeken_op", Moment, nullable=False),
    sa.Column("laatst_goed_op", Moment, nullable=True),
    sa.Column("missers", sa.Integer, nullable=False),
    sa.Column("uitkomst", sa.String(30), nullable=False),
)
"""What checking an address gave; one that fails once may be away for a moment, so failures are counted."""
