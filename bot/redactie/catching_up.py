"""A draft that began at another version than what stands there now: seeing it, and saying that one compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.tables import product_versie
from bot.redactie import audit, rows
from bot.redactie.roles import Recht, require
from bot.redactie.standing import Hoe, counting_version, standing
from bot.redactie.values import OPEN, Concept, Ingehaald, Redacteur, Status, Wat


@dataclass(frozen=True)
class Achterstand:
    """Another version stands there than the one at which the draft began. Texts are whole product files."""

    versie: int
    auteur: str
    reden: str
    moment: datetime
    tekst_begin: str
    """The text at which the draft began; empty when there was none."""
    tekst_nu: str
    gepubliceerd: bool


def behind(engine: Engine, concept_id: int) -> Achterstand | None:
    """What stands there now, when that is another version than the one at which the draft began. Raises NietGevonden."""
    with engine.connect() as connection:
        row = rows.read(connection, concept_id)
        versie = counting_version(connection, row.product_id, row.gemeente)
        if versie == row.basis_versie or versie is None:
            return None
        begin = ""
        if row.basis_versie is not None:
            begin, _ = store.version_text(connection, row.product_id, row.gemeente, row.basis_versie)
        c = product_versie.c
        now = connection.execute(
            sa.select(product_versie).where(
                c.product_id == row.product_id, c.gemeente == row.gemeente, c.versie == versie
            )
        ).one()
        stands = standing(connection, row.product_id, row.gemeente)
        return Achterstand(
            versie, now.auteur, now.reden, now.gemaakt_op, begin, stands.tekst, stands.hoe is not Hoe.INGETROKKEN
        )


def catch_up(engine: Engine, concept_id: int, versie: int, wie: Redacteur, *, now: datetime | None = None) -> Concept:
    """The editor compared the draft with `versie`, which stands there now: from here on it counts as begun at that one.

    Raises NietToegestaan, NietGevonden, VerkeerdeStatus, and Ingehaald when yet another version stands there.
    """
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        store.lock(connection)
        row = rows.hold(connection, concept_id)
        # Of a planned text it decides whether it goes live.
        require(wie, Recht.PUBLICEREN if row.status == Status.GEPLAND else Recht.SCHRIJVEN, row.gemeente)
        rows.expect(row, (*OPEN, Status.GEPLAND))
        if counting_version(connection, row.product_id, row.gemeente) != versie:
            raise Ingehaald("Er staat intussen weer een andere tekst. Vergelijk opnieuw.")
        audit.about(
            connection, row, wie, Wat.BIJGEWERKT, now=moment, gegevens={"van": row.basis_versie, "naar": versie}
        )
        return rows.change(connection, concept_id, basis_versie=versie)
