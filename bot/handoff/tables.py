"""Tables of the hand-off. Words and names go when a conversation is erased; moments stay, for the figures."""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import Moment, metadata

_TIJD = Moment

overdracht = sa.Table(
    "overdracht",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("gesprek_id", sa.String(64), nullable=True, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("kanaal", sa.String(20), nullable=False),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("reden", sa.String(30), nullable=False),
    sa.Column("product_id", sa.String(80), nullable=True),
    sa.Column("afdeling", sa.String(80), nullable=True),
    sa.Column("medewerker_id", sa.Integer, nullable=True, index=True),
    sa.Column("voorrang", sa.Integer, nullable=False),
    sa.Column("naam", sa.String(120), nullable=True),
    sa.Column("vanaf_nummer", sa.Integer, nullable=False),
    sa.Column("gelezen_nummer", sa.Integer, nullable=False),
    sa.Column("gevraagd_op", _TIJD, nullable=False),
    sa.Column("in_wachtrij_op", _TIJD, nullable=False),
    sa.Column("opgepakt_op", _TIJD, nullable=True),
    sa.Column("eerste_antwoord_op", _TIJD, nullable=True),
    sa.Column("gesloten_op", _TIJD, nullable=True),
    sa.Column("uiterlijk_op", _TIJD, nullable=False),
    sa.Column("aangeboden_op", _TIJD, nullable=True),
    sa.Column("verwacht_van", sa.Integer, nullable=True),
    sa.Column("verwacht_tot", sa.Integer, nullable=True),
    sa.Column("teruggegeven", sa.Boolean, nullable=False),
    sa.Column("uitkomst", sa.String(30), nullable=True),
    sa.Column("label", sa.String(80), nullable=True),
    sa.Index(
        "uq_overdracht_open",
        "gesprek_id",
        unique=True,
        sqlite_where=sa.text("status <> 'gesloten'"),
        postgresql_where=sa.text("status <> 'gesloten'"),
    ),
)
"""One request for a human. `vanaf_nummer`: first message that the employee may read (all of the conversation, or only what
comes). `gelezen_nummer`: last message the employee saw. `uiterlijk_op`: the municipality's term for the first answer.
`aangeboden_op`: when a call-back was offered because waiting took long. `verwacht_van/tot`: seconds that were announced
first. `teruggegeven`: whether Rasa knows how it ended."""

overdracht_gebeurtenis = sa.Table(
    "overdracht_gebeurtenis",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("overdracht_id", sa.String(32), nullable=False, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("soort", sa.String(30), nullable=False),
    sa.Column("tijd", _TIJD, nullable=False, index=True),
    sa.Column("medewerker_id", sa.Integer, nullable=True),
    sa.Column("naar", sa.String(80), nullable=True),
)
"""Every change of state with its moment and actor: the clock, and the trail of who looked at what. No words."""

overdracht_notitie = sa.Table(
    "overdracht_notitie",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("overdracht_id", sa.String(32), nullable=False, index=True),
    sa.Column("medewerker_id", sa.Integer, nullable=False),
    sa.Column("tekst", sa.Text, nullable=False),
    sa.Column("tijd", _TIJD, nullable=False),
)

medewerker = sa.Table(
    "medewerker",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("gebruikersnaam", sa.String(80), nullable=False, unique=True),
    sa.Column("naam", sa.String(120), nullable=False),
    sa.Column("wachtwoord", sa.String(200), nullable=True),
    sa.Column("actief", sa.Boolean, nullable=False),
    sa.Column("aanwezig", sa.Boolean, nullable=False),
    sa.Column("gezien_op", _TIJD, nullable=True),
    sa.Column("mislukt", sa.Integer, nullable=False),
    sa.Column("geblokkeerd_tot", _TIJD, nullable=True),
)
"""`wachtwoord`: Argon2id hash; None for who logs in through the municipality's own account (OIDC)."""

medewerker_rol = sa.Table(
    "medewerker_rol",
    metadata,
    sa.Column("medewerker_id", sa.Integer, sa.ForeignKey("medewerker.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("rol", sa.String(20), primary_key=True),
)

medewerker_sessie = sa.Table(
    "medewerker_sessie",
    metadata,
    sa.Column("sleutel", sa.String(64), primary_key=True),
    sa.Column("medewerker_id", sa.Integer, sa.ForeignKey("medewerker.id", ondelete="CASCADE"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("verloopt_op", _TIJD, nullable=False),
)
"""`sleutel`: SHA-256 of the cookie, so that who reads the table can log in as nobody."""

terugbelverzoek = sa.Table(
    "terugbelverzoek",
    metadata,
    sa.Column("referentienummer", sa.String(10), primary_key=True),
    sa.Column("gesprek_id", sa.String(64), nullable=True, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("kanaal", sa.String(20), nullable=False),
    sa.Column("product_id", sa.String(80), nullable=True),
    sa.Column("status", sa.String(20), nullable=False, index=True),
    sa.Column("naam", sa.String(200), nullable=True),
    sa.Column("telefoon", sa.String(20), nullable=True),
    sa.Column("email", sa.String(80), nullable=True),
    sa.Column("onderwerp", sa.String(200), nullable=True),
    sa.Column("vraag", sa.String(1000), nullable=True),
    sa.Column("wanneer", sa.String(200), nullable=True),
    sa.Column("gevraagd_op", _TIJD, nullable=False),
    sa.Column("uiterlijk_op", _TIJD, nullable=False),
    sa.Column("opgepakt_op", _TIJD, nullable=True),
    sa.Column("medewerker_id", sa.Integer, nullable=True),
    sa.Column("afgehandeld_op", _TIJD, nullable=True),
    sa.Column("bestemming", sa.String(20), nullable=False),
    sa.Column("stappen", sa.JSON, nullable=False),
    sa.Column("pogingen", sa.Integer, nullable=False),
    sa.Column("volgende_op", _TIJD, nullable=True),
    sa.Column("fout", sa.String(80), nullable=True),
)
"""`bestemming`: `balie` (a task on our own desk) or `openklant`; `stappen`: what Open Klant has of it already."""
