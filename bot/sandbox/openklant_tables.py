"""Tables of the Open Klant sandbox. Columns are called as the API calls them; relations hold the uuid of the other."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
"""Apart from the installation's own tables: a sandbox is no part of its database."""


def _table(name: str, *columns: sa.Column) -> sa.Table:
    return sa.Table(
        f"openklant_{name}",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.String(36), nullable=False, unique=True),
        *columns,
    )


def _relation(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.String(36), nullable=nullable, index=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, default="")


klantcontact = _table(
    "klantcontact",
    sa.Column("nummer", sa.String(10), nullable=True, unique=True),
    sa.Column("referentienummer", sa.String(10), nullable=True, unique=True),
    _text("kanaal"),
    _text("onderwerp"),
    _text("inhoud"),
    _text("reactie"),
    sa.Column("indicatieContactGelukt", sa.Boolean, nullable=True),
    _text("hoofdOnderwerpType"),
    sa.Column("verdereActieOndernomen", sa.Boolean, nullable=False, default=False),
    _text("taal"),
    sa.Column("vertrouwelijk", sa.Boolean, nullable=False),
    sa.Column("plaatsgevondenOp", sa.DateTime, nullable=False, index=True),
    sa.Column("metadata", sa.JSON, nullable=False, default=dict),
)

betrokkene = _table(
    "betrokkene",
    _relation("wasPartij"),
    _relation("hadKlantcontact", nullable=False),
    sa.Column("bezoekadres", sa.JSON, nullable=False),
    sa.Column("correspondentieadres", sa.JSON, nullable=False),
    sa.Column("contactnaam", sa.JSON, nullable=False),
    _text("rol"),
    _text("organisatienaam"),
    sa.Column("initiator", sa.Boolean, nullable=False),
)

digitaal_adres = _table(
    "digitaal_adres",
    _relation("verstrektDoorBetrokkene"),
    _relation("verstrektDoorPartij"),
    _text("adres"),
    _text("soortDigitaalAdres"),
    sa.Column("isStandaardAdres", sa.Boolean, nullable=False, default=False),
    _text("omschrijving"),
    _text("referentie"),
    sa.Column("verificatieDatum", sa.Date, nullable=True),
)

actor = _table(
    "actor",
    _text("naam"),
    _text("soortActor"),
    sa.Column("indicatieActief", sa.Boolean, nullable=False, default=True),
    sa.Column("actoridentificator", sa.JSON, nullable=False),
    sa.Column("actorIdentificatie", sa.JSON, nullable=True),
)

actorklantcontact = _table(
    "actorklantcontact",
    _relation("actor", nullable=False),
    _relation("klantcontact", nullable=False),
    sa.UniqueConstraint("actor", "klantcontact"),
)

internetaak = _table(
    "internetaak",
    sa.Column("nummer", sa.String(10), nullable=True, unique=True),
    sa.Column("referentienummer", sa.String(10), nullable=True, unique=True),
    _text("gevraagdeHandeling"),
    _relation("aanleidinggevendKlantcontact", nullable=False),
    _text("toelichting"),
    _text("status"),
    sa.Column("toegewezenOp", sa.DateTime, nullable=False),
    sa.Column("afgehandeldOp", sa.DateTime, nullable=True),
)

internetaak_actor = sa.Table(
    "openklant_internetaak_actor",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("internetaak", sa.String(36), nullable=False, index=True),
    sa.Column("actor", sa.String(36), nullable=False, index=True),
)
"""Who a task is given to, in order."""

onderwerpobject = _table(
    "onderwerpobject",
    _relation("klantcontact"),
    _relation("wasKlantcontact"),
    sa.Column("onderwerpobjectidentificator", sa.JSON, nullable=False),
)

partij = _table(
    "partij",
    _text("soortPartij"),
    sa.Column("indicatieActief", sa.Boolean, nullable=False, default=True),
    sa.Column("nummer", sa.String(10), nullable=True, unique=True),
    sa.Column("naam", sa.JSON, nullable=False),
    sa.Column("identificatoren", sa.JSON, nullable=False),
)
"""Known customers; the sandbox only reads them. `identificatoren`: a list of the four codes of each."""
