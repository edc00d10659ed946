"""The contents of the Open Zaak sandbox: one SQLite table of JSON objects, with columns for what is often asked.

Addresses are kept without their host, as `zrc:zaken/UUID` and `ztc:zaaktypen/UUID`, and written out in an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.sandbox.cases import sample_objects

Json = dict[str, Any]

metadata = sa.MetaData()
"""Apart from the installation's own tables: a sandbox is no part of its database."""

openzaak_object = sa.Table(
    "openzaak_object",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("soort", sa.String(40), nullable=False, index=True),
    sa.Column("uuid", sa.String(36), nullable=False, index=True),
    sa.Column("identificatie", sa.String(50), nullable=True, index=True),
    sa.Column("zaak", sa.String(100), nullable=True, index=True),
    sa.Column("zaaktype", sa.String(100), nullable=True, index=True),
    sa.Column("gegevens", sa.Text, nullable=False),
)

COLUMNS = frozenset({"identificatie", "zaak", "zaaktype"})


@dataclass(frozen=True)
class Roots:
    """Base addresses of the two APIs as the asker wrote them, with a slash at the end."""

    zrc: str
    ztc: str

    def short(self, url: str) -> str:
        """An address as it is kept; a foreign one stays as it is, and so matches nothing."""
        return url.replace(self.zrc, "zrc:", 1).replace(self.ztc, "ztc:", 1)

    def write_out(self, text: str) -> str:
        """JSON text with all kept addresses written out."""
        return text.replace('"zrc:', f'"{self.zrc}').replace('"ztc:', f'"{self.ztc}')


def fill(database: Engine, today: date) -> None:
    """Make the table anew, with the sample cases as they stand on a day."""
    metadata.drop_all(database)
    metadata.create_all(database)
    add(database, sample_objects(today))


def add(database: Engine, objects: Iterable[tuple[str, Json]]) -> None:
    """Add objects: (kind, fields as kept)."""
    rows = [
        {
            "soort": kind,
            "uuid": fields["url"].rsplit("/", 1)[1],
            **{name: fields.get(name) for name in COLUMNS},
            "gegevens": json.dumps(fields),
        }
        for kind, fields in objects
    ]
    with database.begin() as connection:
        connection.execute(sa.insert(openzaak_object), rows)


def select(database: Engine, kind: str, roots: Roots, where: Mapping[str, str] | None = None) -> list[Json]:
    """Objects of a kind, in the order in which they were added. `where`: columns with kept values."""
    query = sa.select(openzaak_object.c.gegevens).where(openzaak_object.c.soort == kind).order_by(openzaak_object.c.id)
    for column, value in (where or {}).items():
        query = query.where(openzaak_object.c[column] == value)
    with database.connect() as connection:
        texts = connection.execute(query).scalars().all()
    return [json.loads(roots.write_out(text)) for text in texts]


def get(database: Engine, kind: str, uuid: str, roots: Roots) -> Json | None:
    """One object, or None."""
    query = sa.select(openzaak_object.c.gegevens).where(openzaak_object.c.soort == kind, openzaak_object.c.uuid == uuid)
    with database.connect() as connection:
        text = connection.execute(query).scalar()
    return json.loads(roots.write_out(text)) if text else None
