"""Asking a colleague to judge a draft, and judging it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeenten
from bot.redactie import audit, rows
from bot.redactie.checks import check
from bot.redactie.drafts import NOT_APPROVED
from bot.redactie.roles import Recht, require
from bot.redactie.rules import require_gate, require_reason
from bot.redactie.values import Concept, Poort, Redacteur, Status, TekstFout, TweedePersoonNodig, Wat, digest


def submit(
    engine: Engine,
    concept_id: int,
    volgnummer: int,
    wie: Redacteur,
    *,
    opmerking: str = "",
    now: datetime | None = None,
) -> Concept:
    """Ask somebody else to judge a draft. Raises NietToegestaan, NietGevonden, VerkeerdeStatus and Verouderd."""
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        require(wie, Recht.SCHRIJVEN, row.gemeente)
        rows.expect(row, (Status.CONCEPT,), volgnummer)
        audit.about(connection, row, wie, Wat.INGEDIEND, opmerking, now)
        return rows.change(connection, concept_id, status=Status.TER_BEOORDELING.value, opmerking=opmerking.strip())


def take_back(engine: Engine, concept_id: int, wie: Redacteur, *, now: datetime | None = None) -> Concept:
    """Work on a submitted draft again. Raises NietToegestaan, NietGevonden and VerkeerdeStatus."""
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        require(wie, Recht.SCHRIJVEN, row.gemeente)
        rows.expect(row, (Status.TER_BEOORDELING, Status.GOEDGEKEURD))
        audit.about(connection, row, wie, Wat.TERUGGETROKKEN, "", now)
        return rows.change(connection, concept_id, status=Status.CONCEPT.value, **NOT_APPROVED)


def approve(
    engine: Engine,
    gemeenten: Gemeenten,
    concept_id: int,
    volgnummer: int,
    wie: Redacteur,
    *,
    poort: Poort | None = None,
    now: datetime | None = None,
) -> Concept:
    """A second person agrees with the text, and with the losses of `poort` when it is given; its writer may then publish.

    Other products are not looked at here, but when it is published.

    Raises NietToegestaan, NietGevonden, VerkeerdeStatus, Verouderd, TekstFout, PoortGeweigerd, and
    TweedePersoonNodig for who wrote it.
    """
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        require(wie, Recht.PUBLICEREN, row.gemeente)
        rows.expect(row, (Status.TER_BEOORDELING,), volgnummer)
        if row.laatst_door_id == wie.id:
            raise TweedePersoonNodig("U schreef deze tekst het laatst. Een ander keurt hem goed.")
        found = check(row.tekst, row.thema, row.gemeente, gemeenten, (), product_id=row.product_id)
        if found.fouten:
            raise TekstFout(found.fouten)
        lost: list[str] | None = None
        if poort is not None:
            require_gate(connection, rows.concept(row), poort)
            lost = [digest(one.vraag) for one in poort.verloren]
        audit.about(
            connection, row, wie, Wat.GOEDGEKEURD, "", now, gegevens={"poort": poort.as_json() if poort else None}
        )
        return rows.change(
            connection,
            concept_id,
            status=Status.GOEDGEKEURD.value,
            goedgekeurd_door_id=wie.id,
            goedgekeurd_door=wie.naam,
            goedgekeurd_verlies=sa.null() if lost is None else lost,
        )


def reject(
    engine: Engine, concept_id: int, volgnummer: int, wie: Redacteur, *, reden: str, now: datetime | None = None
) -> Concept:
    """Give a draft back to its writer with a reason.

    Raises NietToegestaan, NietGevonden, VerkeerdeStatus, Verouderd, and RedactieError without a reason.
    """
    why = require_reason(reden)
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        require(wie, Recht.PUBLICEREN, row.gemeente)
        rows.expect(row, (Status.TER_BEOORDELING, Status.GOEDGEKEURD), volgnummer)
        audit.about(connection, row, wie, Wat.AFGEKEURD, why, now)
        return rows.change(connection, concept_id, status=Status.CONCEPT.value, opmerking=why, **NOT_APPROVED)
