"""The catalogue's tables. Every text that was ever live stays in `product_versie`."""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import Moment, metadata

CENTRAAL = ""
"""Value of the column `gemeente` for the central library; any other value is a municipality's own text."""

product_versie = sa.Table(
    "product_versie",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("product_id", sa.String(80), nullable=False),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("versie", sa.Integer, nullable=False),
    sa.Column("thema", sa.String(80), nullable=False),
    sa.Column("tekst", sa.Text, nullable=False),
    sa.Column("auteur", sa.String(120), nullable=False),
    sa.Column("reden", sa.String(400), nullable=False),
    sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("product_id", "gemeente", "versie"),
)

product_stand = sa.Table(
    "product_stand",
    metadata,
    sa.Column("product_id", sa.String(80), primary_key=True),
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("versie_id", sa.Integer, sa.ForeignKey("product_versie.id"), nullable=False),
    sa.Column("gepubliceerd", sa.Boolean, nullable=False),
    sa.Column("bestand_hash", sa.String(64), nullable=False),
    sa.Column("revisie", sa.Integer, nullable=False, index=True),
)
"""What is live now. `bestand_hash` is the file that was imported last; `revisie` the catalogue's state at the change."""

catalogus_stand = sa.Table(
    "catalogus_stand",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revisie", sa.Integer, nullable=False),
)
"""One row: a counter that goes up with each change, so that a running engine sees at a glance that it is behind."""

antwoord_klacht = sa.Table(
    "antwoord_klacht",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False, index=True),
    sa.Column("product_id", sa.String(80), nullable=True),
    sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
)
"""Complaints about answers. No conversation and no words: figures stay when transcripts go."""

thesaurus_versie = sa.Table(
    "thesaurus_versie",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("begrip", sa.String(120), nullable=False),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("versie", sa.Integer, nullable=False),
    sa.Column("woorden", sa.JSON, nullable=False),
    sa.Column("actief", sa.Boolean, nullable=False),
    sa.Column("auteur", sa.String(120), nullable=False),
    sa.Column("reden", sa.String(400), nullable=False),
    sa.Column("gemaakt_op", Moment, nullable=False),
    sa.UniqueConstraint("begrip", "gemeente", "versie"),
)
"""Every group of words that editors ever gave a concept, beside `data/thesaurus.yml`; not `actief`: taken back."""

thesaurus_stand = sa.Table(
    "thesaurus_stand",
    metadata,
    sa.Column("begrip", sa.String(120), primary_key=True),
    sa.Column("gemeente", sa.String(80), primary_key=True),
    sa.Column("versie_id", sa.Integer, sa.ForeignKey("thesaurus_versie.id"), nullable=False),
    sa.Column("revisie", sa.Integer, nullable=False, index=True),
)
"""Which version of a group holds now; `revisie` as with `product_stand`."""
