"""Looking drafts up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.redactie import rows
from bot.redactie.tables import redactie_concept, redactie_opzij
from bot.redactie.values import OPEN, Concept, Opzij, Status

_C = redactie_concept.c


def load(engine: Engine, concept_id: int) -> Concept:
    """A draft. Raises NietGevonden."""
    with engine.connect() as connection:
        return rows.concept(rows.read(connection, concept_id))


def open_of(engine: Engine, product_id: str, gemeente: str) -> Concept | None:
    """The open draft of a text."""
    found = _select(engine, _C.product_id == product_id, _C.gemeente == gemeente, _in(OPEN))
    return found[0] if found else None


def planned_of(engine: Engine, product_id: str, gemeente: str) -> list[Concept]:
    """The planned drafts of a text, the first to go live first."""
    found = _select(engine, _C.product_id == product_id, _C.gemeente == gemeente, _in((Status.GEPLAND,)))
    return sorted(found, key=lambda one: (str(one.gepland_op), one.id))


def listing(engine: Engine, gemeente: str, statuses: Collection[Status] = OPEN) -> list[Concept]:
    """Drafts of a municipality, or the central ones; changed last first."""
    return sorted(_select(engine, _C.gemeente == gemeente, _in(statuses)), key=lambda one: one.laatst_op, reverse=True)


def aside(engine: Engine, concept_id: int) -> list[Opzij]:
    """Texts that were set aside with a draft, newest first."""
    c = redactie_opzij.c
    with engine.connect() as connection:
        found = connection.execute(
            sa.select(redactie_opzij).where(c.concept_id == concept_id).order_by(c.id.desc())
        ).all()
    return [rows.opzij(row) for row in found]


def _in(statuses: Collection[Status]) -> Any:
    return _C.status.in_([one.value for one in statuses])


def _select(engine: Engine, *where: Any) -> list[Concept]:
    with engine.connect() as connection:
        return [rows.concept(row) for row in connection.execute(sa.select(redactie_concept).where(*where))]
