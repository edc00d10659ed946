"""Tables of conversations. Everything with words hangs on `gesprek` and goes with it; figures stand apart and stay."""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import metadata

gesprek = sa.Table(
    "gesprek",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("kanaal", sa.String(20), nullable=False),
    sa.Column("begonnen_op", sa.DateTime(timezone=True), nullable=False),
    sa.Column("laatste_op", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("geeindigd_op", sa.DateTime(timezone=True), nullable=True),
    sa.Column("laatste_nummer", sa.Integer, nullable=False),
    sa.Column("toestand", sa.JSON, nullable=False),
    sa.Column("toestand_versie", sa.Integer, nullable=False),
)
"""`toestand`: what a resident may see of the state just now (who has the conversation, place in the queue, who types)."""

gesprek_bericht = sa.Table(
    "gesprek_bericht",
    metadata,
    sa.Column("gesprek_id", sa.String(64), sa.ForeignKey("gesprek.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("nummer", sa.Integer, primary_key=True),
    sa.Column("van", sa.String(20), nullable=False),
    sa.Column("naam", sa.String(120), nullable=True),
    sa.Column("tekst", sa.Text, nullable=False),
    sa.Column("extra", sa.JSON, nullable=False),
    sa.Column("client_id", sa.String(64), nullable=True),
    sa.Column("antwoord_op", sa.Integer, nullable=True),
    sa.Column("tijd", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("gesprek_id", "client_id"),
)

bericht_oordeel = sa.Table(
    "bericht_oordeel",
    metadata,
    sa.Column("gesprek_id", sa.String(64), sa.ForeignKey("gesprek.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("nummer", sa.Integer, primary_key=True),
    sa.Column("duim", sa.String(4), nullable=False),
    sa.Column("reden", sa.Text, nullable=True),
)
"""A resident's thumb under an answer, with their words; 0 is the grade's number, with what they wrote beside it."""

oordeel_feit = sa.Table(
    "oordeel_feit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("kanaal", sa.String(20), nullable=False),
    sa.Column("product_id", sa.String(80), nullable=True),
    sa.Column("duim", sa.String(4), nullable=True),
    sa.Column("cijfer", sa.Integer, nullable=True),
    sa.Column("gegeven_op", sa.DateTime(timezone=True), nullable=False),
)
"""The same as a bare figure: no conversation and no words."""
