"""Drafts in the database: rows to values, and holding one while it changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.redactie.tables import redactie_concept, redactie_opzij
from bot.redactie.values import Concept, NietGevonden, Opzij, Redacteur, Status, VerkeerdeStatus, Verouderd

NAMES = {
    Status.CONCEPT: "nog een concept",
    Status.TER_BEOORDELING: "ter beoordeling",
    Status.GOEDGEKEURD: "goedgekeurd",
    Status.GEPLAND: "gepland",
    Status.GEPUBLICEERD: "al gepubliceerd",
    Status.WEGGEGOOID: "weggegooid",
    Status.MISLUKT: "mislukt",
}
"""How messages name a state."""


def hold(connection: Connection, concept_id: int) -> Row:
    """The draft's row, which nobody else changes until this transaction ends. Raises NietGevonden.

    Whoever changes what is live holds the catalogue (`store.lock`) first and the draft after it, so that two processes
    never wait for each other.
    """
    c = redactie_concept.c
    connection.execute(sa.update(redactie_concept).where(c.id == concept_id).values(volgnummer=c.volgnummer))
    return read(connection, concept_id)


def read(connection: Connection, concept_id: int) -> Row:
    """The draft's row. Raises NietGevonden."""
    row = connection.execute(sa.select(redactie_concept).where(redactie_concept.c.id == concept_id)).first()
    if row is None:
        raise NietGevonden("Dit concept bestaat niet.")
    return row


def change(connection: Connection, concept_id: int, **values: Any) -> Concept:
    """Change a draft that is held, and return it."""
    connection.execute(sa.update(redactie_concept).where(redactie_concept.c.id == concept_id).values(**values))
    return concept(read(connection, concept_id))


def expect(row: Row, statuses: tuple[Status, ...], volgnummer: int | None = None) -> None:
    """Raises VerkeerdeStatus, or Verouderd when the draft was saved again after `volgnummer`."""
    if row.status not in statuses:
        raise VerkeerdeStatus(f"Dit kan nu niet: de tekst is {NAMES[Status(row.status)]}. Ververs de pagina.")
    if volgnummer is not None and row.volgnummer != volgnummer:
        raise Verouderd(f"{row.laatst_door} heeft de tekst intussen gewijzigd. Bekijk eerst wat er nu staat.")


def set_aside(
    connection: Connection, concept_id: int, tekst: str, wie_id: int, naam: str, soort: str, moment: datetime
) -> Opzij:
    """Keep a text with the draft; the same text of the same person is kept once."""
    c = redactie_opzij.c
    row = connection.execute(
        sa.select(redactie_opzij)
        .where(c.concept_id == concept_id, c.wie_id == wie_id, c.tekst == tekst)
        .order_by(c.id.desc())
    ).first()
    if row is None:
        made = connection.execute(
            sa.insert(redactie_opzij).values(
                concept_id=concept_id, tekst=tekst, wie_id=wie_id, naam=naam, moment=moment, soort=soort
            )
        )
        return Opzij(int(made.inserted_primary_key[0]), concept_id, tekst, naam, moment, soort)
    return opzij(row)


def concept(row: Row) -> Concept:
    """A row as a value."""
    return Concept(
        id=row.id,
        product_id=row.product_id,
        gemeente=row.gemeente,
        thema=row.thema,
        tekst=row.tekst,
        volgnummer=row.volgnummer,
        status=Status(row.status),
        basis_versie=row.basis_versie,
        centraal_versie=row.centraal_versie,
        begonnen_door=row.begonnen_door,
        begonnen_op=row.begonnen_op,
        laatst_door_id=row.laatst_door_id,
        laatst_door=row.laatst_door,
        laatst_op=row.laatst_op,
        opmerking=row.opmerking,
        goedgekeurd_door_id=row.goedgekeurd_door_id,
        goedgekeurd_door=row.goedgekeurd_door,
        goedgekeurd_verlies=tuple(row.goedgekeurd_verlies or ()),
        gepland_op=row.gepland_op,
        verloopt_op=row.verloopt_op,
    )


def opzij(row: Row) -> Opzij:
    """A row as a value."""
    return Opzij(row.id, row.concept_id, row.tekst, row.naam, row.moment, row.soort)


def fresh(
    product_id: str,
    gemeente: str,
    thema: str,
    tekst: str,
    wie: Redacteur,
    moment: datetime,
    *,
    basis_versie: int | None,
    centraal_versie: int | None,
) -> dict[str, Any]:
    """The columns of a draft that begins."""
    return {
        "product_id": product_id,
        "gemeente": gemeente,
        "thema": thema,
        "tekst": tekst,
        "volgnummer": 1,
        "status": Status.CONCEPT.value,
        "basis_versie": basis_versie,
        "centraal_versie": centraal_versie,
        "begonnen_door": wie.naam,
        "begonnen_op": moment,
        "laatst_door_id": wie.id,
        "laatst_door": wie.naam,
        "laatst_op": moment,
        "opmerking": "",
        "reden": "",
    }
