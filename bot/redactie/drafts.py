"""Drafts: one open text per product and municipality, of all editors together, with a number that goes up at each save.

Every text that arrives is kept: what comes on an older number, after submitting or after closing is set aside with the
draft, and so is what a colleague writes over.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, rows
from bot.redactie.catching_up import Achterstand, behind, catch_up
from bot.redactie.reading import aside, listing, load, open_of, planned_of
from bot.redactie.roles import Recht, may, require
from bot.redactie.sjabloon import new_text
from bot.redactie.standing import central_version, counting_version, standing, worked_in
from bot.redactie.tables import redactie_concept, redactie_stap
from bot.redactie.values import (
    OPEN,
    Bewaard,
    Concept,
    NietGevonden,
    Redacteur,
    RedactieError,
    Status,
    VerkeerdeStatus,
    Wat,
)

__all__ = [
    "Achterstand",
    "aside",
    "behind",
    "catch_up",
    "discard",
    "listing",
    "load",
    "new_product",
    "open_concept",
    "open_of",
    "planned_of",
    "restore",
    "save",
]


def open_concept(
    engine: Engine, product_id: str, gemeente: str, wie: Redacteur, *, now: datetime | None = None
) -> Concept:
    """The open draft of a text, begun from what stands there when there is none yet.

    A municipality without a text of its own begins from the central one: that is how it gets its own.

    Raises NietToegestaan, and NietGevonden when there is no such product.
    """
    require(wie, Recht.SCHRIJVEN, gemeente)
    with engine.connect() as connection:
        stands = standing(connection, product_id, gemeente)
        if not stands.tekst:
            raise NietGevonden("Dit product bestaat hier niet.")
        centraal = None
        if gemeente != CENTRAAL:
            own = stands.versie if stands.eigen else None
            centraal = (
                worked_in(connection, product_id, gemeente, own) if own else central_version(connection, product_id)
            )
        basis = counting_version(connection, product_id, gemeente)
    moment = now or datetime.now(UTC)
    values = rows.fresh(
        product_id, gemeente, stands.thema, stands.tekst, wie, moment, basis_versie=basis, centraal_versie=centraal
    )
    return _begin(engine, values, wie, moment)


def new_product(
    engine: Engine,
    product_id: str,
    naam: str,
    thema: str,
    gemeente: str,
    wie: Redacteur,
    *,
    doelgroep: str = "inwoner",
    soort: str = "formulier",
    now: datetime | None = None,
) -> Concept:
    """A draft of a product that is not there yet, from the template.

    Raises NietToegestaan, and RedactieError when the id is taken or cannot be one.
    """
    require(wie, Recht.SCHRIJVEN, gemeente)
    moment = now or datetime.now(UTC)
    tekst = new_text(product_id, naam, doelgroep, soort, _today(moment))
    with engine.connect() as connection:
        if standing(connection, product_id, gemeente).tekst:
            raise RedactieError(f'Product "{product_id}" bestaat al. Open dat, of kies een andere naam.')
    values = rows.fresh(product_id, gemeente, thema, tekst, wie, moment, basis_versie=None, centraal_versie=None)
    return _begin(engine, values, wie, moment)


def save(
    engine: Engine,
    concept_id: int,
    volgnummer: int,
    tekst: str,
    wie: Redacteur,
    *,
    thema: str | None = None,
    now: datetime | None = None,
) -> Bewaard:
    """Save a text, also while it is being written. What cannot be saved is set aside; nothing that arrives is lost.

    Args:
        engine: the database.
        concept_id: the draft.
        volgnummer: the number that the editor had. On an older one the text is set aside: `Bewaard.geweigerd`.
        tekst: the whole product file; it need not be right yet.
        wie: who saves.
        thema: another theme, when that changes.
        now: the moment.

    Raises NietToegestaan and NietGevonden.
    """
    moment = now or datetime.now(UTC)
    # PostgreSQL keeps no NUL, and forms send Windows' ends of lines.
    tekst = tekst.replace("\x00", "").replace("\r\n", "\n")
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        require(wie, Recht.SCHRIJVEN, row.gemeente)
        if row.tekst == tekst and thema in (None, row.thema):
            # Nothing changed, so nobody wrote: four eyes count who really did.
            return Bewaard(rows.concept(row))
        soort = _why_aside(row, volgnummer, wie)
        if soort:
            aside_ = rows.set_aside(connection, concept_id, tekst, wie.id, wie.naam, soort, moment)
            audit.about(connection, row, wie, Wat.OPZIJGEZET, now=moment)
            return Bewaard(rows.concept(row), aside_)
        if row.laatst_door_id != wie.id and row.tekst != tekst and row.volgnummer > 1:
            rows.set_aside(
                connection, concept_id, row.tekst, row.laatst_door_id, row.laatst_door, "vorige", row.laatst_op
            )
        values: dict[str, Any] = {
            "tekst": tekst,
            "thema": thema or row.thema,
            "volgnummer": row.volgnummer + 1,
            "laatst_door_id": wie.id,
            "laatst_door": wie.naam,
            "laatst_op": moment,
        }
        if row.status == Status.GOEDGEKEURD:
            # What was approved was another text.
            values |= {"status": Status.TER_BEOORDELING.value, **NOT_APPROVED}
        saved = rows.change(connection, concept_id, **values)
        if not _last_step_is(connection, concept_id, wie, Wat.BEWAARD):
            audit.about(connection, row, wie, Wat.BEWAARD, now=moment)
        return Bewaard(saved)


NOT_APPROVED: dict[str, Any] = {
    "goedgekeurd_door_id": None,
    "goedgekeurd_door": None,
    "goedgekeurd_verlies": sa.null(),
}
"""Columns of a draft that nobody approved."""


def discard(engine: Engine, concept_id: int, wie: Redacteur, *, now: datetime | None = None) -> Concept:
    """Throw an open draft away; it can be got back. Raises NietToegestaan, NietGevonden and VerkeerdeStatus."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        require(wie, Recht.SCHRIJVEN, row.gemeente)
        rows.expect(row, OPEN)
        audit.about(connection, row, wie, Wat.WEGGEGOOID, now=moment)
        return rows.change(connection, concept_id, status=Status.WEGGEGOOID.value, **NOT_APPROVED)


def restore(engine: Engine, concept_id: int, wie: Redacteur, *, now: datetime | None = None) -> Concept:
    """Get back a draft that was thrown away, or that was planned and failed.

    Raises NietToegestaan, NietGevonden, and VerkeerdeStatus, also when the text has another open draft by now.
    """
    moment = now or datetime.now(UTC)
    try:
        with engine.begin() as connection:
            row = rows.hold(connection, concept_id)
            require(wie, Recht.SCHRIJVEN, row.gemeente)
            rows.expect(row, (Status.WEGGEGOOID, Status.MISLUKT))
            audit.about(connection, row, wie, Wat.TERUGGEHAALD, now=moment)
            return rows.change(connection, concept_id, status=Status.CONCEPT.value, gepland_op=None, **NOT_APPROVED)
    except sa.exc.IntegrityError as error:
        raise VerkeerdeStatus("Er is al een ander open concept van deze tekst. Werk daarin verder.") from error


def _begin(engine: Engine, values: dict[str, Any], wie: Redacteur, moment: datetime) -> Concept:
    """Make the draft, or take the one that is open."""
    try:
        with engine.begin() as connection:
            made = connection.execute(sa.insert(redactie_concept).values(**values))
            row = rows.read(connection, int(made.inserted_primary_key[0]))
            audit.about(connection, row, wie, Wat.BEGONNEN, now=moment)
            return rows.concept(row)
    except sa.exc.IntegrityError:
        found = open_of(engine, values["product_id"], values["gemeente"])
        if found is None:
            # It was closed in between.
            return _begin(engine, values, wie, moment)
        return found


def _why_aside(row: Row, volgnummer: int, wie: Redacteur) -> str | None:
    if row.status not in OPEN:
        return "gesloten"
    if row.status != Status.CONCEPT and not may(wie.rollen, Recht.PUBLICEREN, row.gemeente):
        # Who judges a text may mend it; who submitted it takes it back first.
        return "na_indienen"
    return "ouder_nummer" if volgnummer != row.volgnummer else None


def _last_step_is(connection: Connection, concept_id: int, wie: Redacteur, wat: Wat) -> bool:
    c = redactie_stap.c
    last = connection.execute(
        sa.select(c.wat, c.wie_id).where(c.concept_id == concept_id).order_by(c.id.desc()).limit(1)
    ).first()
    return last is not None and last.wat == wat.value and last.wie_id == wie.id


def _today(moment: datetime) -> date:
    return moment.date()
