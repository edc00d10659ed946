"""What happens by the clock: planned texts go live, texts whose time is over go.

Any process may run `due`, also several at once: each thing is a transaction of its own with a condition, and happens once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from bot.catalog import store
from bot.catalog.gemeente import Gemeenten
from bot.catalog.live import LiveCatalog
from bot.catalog.opening_hours import TIJDZONE
from bot.catalog.product import Product
from bot.catalog.tables import CENTRAAL, product_stand, product_versie
from bot.errors import VraagbaakError
from bot.redactie import audit, golive, presence, rows
from bot.redactie.checks import check
from bot.redactie.standing import standing
from bot.redactie.tables import redactie_concept, redactie_versie
from bot.redactie.values import Redacteur, Status, TekstFout, Wat

_C = redactie_concept.c


@dataclass(frozen=True)
class Gebeurd:
    """Something that the clock did."""

    wat: Wat
    """GEPUBLICEERD, PLAN_MISLUKT or VERLOPEN."""
    product_id: str
    gemeente: str
    versie: int | None
    reden: str = ""


def due(engine: Engine, gemeenten: Gemeenten, now: datetime | None = None) -> list[Gebeurd]:
    """Do what is due at `now`: first what expires, then what was planned, the longest waiting first."""
    moment = now or datetime.now(UTC)
    with engine.connect() as connection:
        over = connection.execute(_expired(moment)).all()
        planned = connection.execute(
            sa.select(_C.id, _C.gemeente)
            .where(_C.status == Status.GEPLAND.value, _C.gepland_op <= moment)
            .order_by(_C.gepland_op, _C.id)
        ).all()
    done = [_expire(engine, row, moment) for row in over]
    if planned:
        catalog = LiveCatalog(engine)
        catalog.refresh()
        done += [
            _publish(engine, gemeenten, catalog.products(row.gemeente).values(), row.id, moment) for row in planned
        ]
    presence.forget_gone(engine, moment)
    return [one for one in done if one is not None]


def moment_in_nederland(dag: date, tijd: time) -> datetime:
    """A day and an hour in the Netherlands, as a moment in UTC. Of the hour that comes twice in autumn it is the first.

    Raises ValueError for the hour that spring leaves out.
    """
    moment = datetime.combine(dag, tijd.replace(tzinfo=None), TIJDZONE).astimezone(UTC)
    if moment.astimezone(TIJDZONE).replace(tzinfo=None) != datetime.combine(dag, tijd.replace(tzinfo=None)):
        raise ValueError(f"{tijd:%H:%M} bestaat niet op {dag:%d-%m-%Y}: dan gaat de klok vooruit")
    return moment


def _publish(
    engine: Engine, gemeenten: Gemeenten, others: Iterable[Product], concept_id: int, moment: datetime
) -> Gebeurd | None:
    try:
        with engine.begin() as connection:
            store.lock(connection)
            row = rows.hold(connection, concept_id)
            if row.status != Status.GEPLAND or row.gepland_op > moment:
                return None
            found = check(row.tekst, row.thema, row.gemeente, gemeenten, others, product_id=row.product_id)
            if found.product is None or found.fouten:
                raise TekstFout(found.fouten)
            versie = golive.publish_draft(
                connection,
                row,
                found.product,
                Redacteur(row.gepland_door_id, row.gepland_door),
                reden=row.reden,
                poort=row.poort,
                verloopt_op=row.verloopt_op,
                spoed=False,
                moment=moment,
            )
            return Gebeurd(Wat.GEPUBLICEERD, row.product_id, row.gemeente, versie, row.reden)
    except VraagbaakError as error:
        return _fail(engine, concept_id, str(error), moment)


def _fail(engine: Engine, concept_id: int, why: str, moment: datetime) -> Gebeurd | None:
    with engine.begin() as connection:
        row = rows.hold(connection, concept_id)
        if row.status != Status.GEPLAND:
            return None
        rows.change(connection, concept_id, status=Status.MISLUKT.value, opmerking=why)
        audit.write_in(
            connection,
            None,
            Wat.PLAN_MISLUKT,
            gemeente=row.gemeente,
            product_id=row.product_id,
            concept_id=concept_id,
            reden=why,
            now=moment,
        )
        return Gebeurd(Wat.PLAN_MISLUKT, row.product_id, row.gemeente, None, why)


def _expired(moment: datetime) -> sa.sql.Select:
    """Versions that are live and whose time is over."""
    v, p = redactie_versie.c, product_versie.c
    return (
        sa.select(v.product_id, v.gemeente, v.versie)
        .join_from(
            redactie_versie,
            product_versie,
            sa.and_(p.product_id == v.product_id, p.gemeente == v.gemeente, p.versie == v.versie),
        )
        .join(
            product_stand,
            sa.and_(product_stand.c.versie_id == p.id, product_stand.c.gemeente == v.gemeente),
        )
        .where(v.verloopt_op <= moment, product_stand.c.gepubliceerd.is_(True))
        .order_by(v.verloopt_op, v.product_id, v.gemeente)
    )


def _expire(engine: Engine, row: Row, moment: datetime) -> Gebeurd | None:
    product_id, gemeente, reden = row.product_id, row.gemeente, "de einddatum is verstreken"
    with engine.begin() as connection:
        store.lock(connection)
        before = standing(connection, product_id, gemeente)
        if before.versie != row.versie:
            return None
        back = golive.take_away
        if gemeente != CENTRAAL and store.state(connection, product_id) is not None:
            back = golive.follow_central
        versie = back(
            connection,
            product_id,
            gemeente,
            before,
            auteur=audit.KLOK,
            reden=reden,
            verlopen_versie=row.versie,
        )
        audit.write_in(
            connection,
            None,
            Wat.VERLOPEN,
            gemeente=gemeente,
            product_id=product_id,
            versie=versie,
            reden=reden,
            now=moment,
        )
        return Gebeurd(Wat.VERLOPEN, product_id, gemeente, versie, reden)
