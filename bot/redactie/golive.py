"""The one place of this room that changes what residents read. Callers hold the catalogue (`store.lock`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Row

from bot.catalog import store
from bot.catalog.product import Product
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, rows, tasks
from bot.redactie.standing import Hoe, Staat, central_version, counting_version, remember, standing
from bot.redactie.values import Ingehaald, Redacteur, Status, VerkeerdeStatus, Wat


def publish_draft(
    connection: Connection,
    row: Row,
    product: Product,
    wie: Redacteur,
    *,
    reden: str,
    poort: dict[str, Any] | None,
    verloopt_op: datetime | None,
    spoed: bool,
    moment: datetime,
    uiterlijk_op: datetime | None = None,
) -> int:
    """Make the text of a draft that is held live; returns the version.

    Raises Ingehaald when another version stands there than the one at which the draft began, and VerkeerdeStatus when it
    changes nothing.
    """
    product_id, gemeente = row.product_id, row.gemeente
    if counting_version(connection, product_id, gemeente) != row.basis_versie:
        raise Ingehaald("Er staat intussen een andere tekst dan waarmee dit concept begon. Vergelijk eerst.")
    before = standing(connection, product_id, gemeente)
    if before.hoe is Hoe.LIVE and (before.tekst, before.thema) == (row.tekst, row.thema) and verloopt_op is None:
        raise VerkeerdeStatus("Dit concept is gelijk aan wat er al staat; er is niets te publiceren.")
    versie = store.publish_in(
        connection, product, row.tekst, gemeente=gemeente, auteur=author(row.laatst_door), reden=clip(reden)
    )
    remember(
        connection,
        product_id,
        gemeente,
        versie,
        before,
        centraal_versie=row.centraal_versie,
        verloopt_op=verloopt_op,
        spoed=spoed,
    )
    rows.change(connection, row.id, status=Status.GEPUBLICEERD.value)
    audit.write_in(
        connection,
        wie,
        Wat.SPOED if spoed else Wat.GEPUBLICEERD,
        gemeente=gemeente,
        product_id=product_id,
        concept_id=row.id,
        versie=versie,
        reden=reden,
        gegevens={
            "schrijver": row.laatst_door,
            "goedgekeurd_door": row.goedgekeurd_door,
            "verloopt_op": verloopt_op.isoformat() if verloopt_op else None,
            "gepland_op": row.gepland_op.isoformat() if row.gepland_op else None,
            "poort": poort,
        },
        now=moment,
    )
    if spoed and uiterlijk_op is not None:
        tasks.leave(connection, product_id, gemeente, versie, wie, moment, uiterlijk_op)
    return versie


def put_back(
    connection: Connection,
    product: Product,
    text: str,
    gemeente: str,
    before: Staat,
    *,
    auteur: str,
    reden: str,
    centraal_versie: int | None,
) -> int:
    """Make a text that was live before live again."""
    versie = store.publish_in(connection, product, text, gemeente=gemeente, auteur=author(auteur), reden=clip(reden))
    remember(connection, product.id, gemeente, versie, before, centraal_versie=centraal_versie)
    return versie


def take_away(
    connection: Connection,
    product_id: str,
    gemeente: str,
    before: Staat,
    *,
    auteur: str,
    reden: str,
    verlopen_versie: int | None = None,
) -> int:
    """Take a text out of use: nobody gets it any more."""
    versie = store.withdraw_in(connection, product_id, gemeente=gemeente, auteur=author(auteur), reden=clip(reden))
    remember(
        connection,
        product_id,
        gemeente,
        versie,
        before,
        centraal_versie=central_version(connection, product_id) if gemeente != CENTRAAL else None,
        verlopen_versie=verlopen_versie,
    )
    return versie


def follow_central(
    connection: Connection,
    product_id: str,
    gemeente: str,
    before: Staat,
    *,
    auteur: str,
    reden: str,
    verlopen_versie: int | None = None,
) -> int:
    """Let a municipality's text be the central one again. Raises KeyError when there is none."""
    versie = store.follow_central_in(
        connection, product_id, gemeente=gemeente, auteur=author(auteur), reden=clip(reden)
    )
    remember(
        connection,
        product_id,
        gemeente,
        versie,
        before,
        centraal_versie=central_version(connection, product_id),
        verlopen_versie=verlopen_versie,
    )
    return versie


def author(naam: str) -> str:
    """The name as the catalogue keeps it. Nobody passes for the files of the library: a restart would replace their text."""
    return f"{naam} (redacteur)" if naam.strip().lower() == store.AUTEUR_BESTAND else naam[:120]


def clip(reden: str) -> str:
    """A reason as long as the catalogue keeps it."""
    return reden[: audit.LANGSTE_REDEN]
