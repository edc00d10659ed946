"""What stands for a text now, and what this room remembers of each version beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.catalog import store
from bot.catalog.tables import CENTRAAL, product_stand, product_versie, thesaurus_stand
from bot.redactie.tables import redactie_versie


class Hoe(StrEnum):
    """How a text stands for a municipality, or centrally."""

    LIVE = "live"
    INGETROKKEN = "ingetrokken"
    CENTRAAL = "centraal"
    """A municipality that went back to the central text."""
    NIETS = "niets"
    """There never was a text of its own."""


@dataclass(frozen=True)
class Staat:
    """What stands for a product there."""

    hoe: Hoe
    versie: int | None
    """The last version of its own."""
    tekst: str
    thema: str

    @property
    def eigen(self) -> bool:
        """Whether the text is its own and not (or no longer) the central one."""
        return self.hoe in (Hoe.LIVE, Hoe.INGETROKKEN)


def standing(connection: Connection, product_id: str, gemeente: str) -> Staat:
    """What stands there; for a municipality without a text of its own: NIETS, with the central text."""
    own = store.state(connection, product_id, gemeente)
    if own is None:
        central = store.state(connection, product_id) if gemeente != CENTRAAL else None
        return Staat(Hoe.NIETS, None, central.tekst if central else "", central.thema if central else "")
    hoe = Hoe.CENTRAAL if own.volgt_centraal else Hoe.LIVE if own.gepubliceerd else Hoe.INGETROKKEN
    return Staat(hoe, own.versie, own.tekst, own.thema)


def counting_version(connection: Connection, product_id: str, gemeente: str) -> int | None:
    """The version that a draft must have begun at to go live: what stands there, or what stood there until it expired.

    That a text expired was the clock's doing, no colleague's, so it overtakes nobody.
    """
    versie = standing(connection, product_id, gemeente).versie
    while versie is not None:
        known = remembered(connection, product_id, gemeente, versie)
        if known is None or known.verlopen_versie is None:
            return versie
        versie = known.verlopen_versie
    return None


def central_version(connection: Connection, product_id: str) -> int | None:
    """Version of the central text that is live (or withdrawn)."""
    central = store.state(connection, product_id)
    return central.versie if central else None


def remember(
    connection: Connection,
    product_id: str,
    gemeente: str,
    versie: int,
    before: Staat,
    *,
    centraal_versie: int | None,
    verloopt_op: datetime | None = None,
    verlopen_versie: int | None = None,
    spoed: bool = False,
) -> None:
    """Keep what is to be known of a new version: what stood there before it, and which central text is worked into it."""
    connection.execute(
        sa.insert(redactie_versie).values(
            product_id=product_id,
            gemeente=gemeente,
            versie=versie,
            centraal_versie=centraal_versie,
            vorige_versie=before.versie,
            vorige_stand=before.hoe.value,
            verloopt_op=verloopt_op,
            verlopen_versie=verlopen_versie,
            spoed=spoed,
        )
    )


def remembered(connection: Connection, product_id: str, gemeente: str, versie: int) -> Row | None:
    """What this room knows of a version; None when an import or the command line made it."""
    c = redactie_versie.c
    return connection.execute(
        sa.select(redactie_versie).where(c.product_id == product_id, c.gemeente == gemeente, c.versie == versie)
    ).first()


def worked_in(connection: Connection, product_id: str, gemeente: str, versie: int) -> int | None:
    """The central version that a version of an own text takes into account.

    Of a version that was imported nobody said so: then the central version that was the newest when it was made.
    """
    known = remembered(connection, product_id, gemeente, versie)
    if known is not None and known.centraal_versie is not None:
        return int(known.centraal_versie)
    c = product_versie.c
    made = connection.execute(
        sa.select(c.gemaakt_op).where(c.product_id == product_id, c.gemeente == gemeente, c.versie == versie)
    ).scalar()
    newest = connection.execute(
        sa.select(sa.func.max(c.versie)).where(c.product_id == product_id, c.gemeente == CENTRAAL, c.gemaakt_op <= made)
    ).scalar()
    return int(newest) if newest is not None else None


def changed_since(connection: Connection, gemeente: str, revisie: int) -> bool:
    """Whether a text or a group of words that a gate for `gemeente` looks at changed after `revisie`.

    For CENTRAAL that is any: a central text is asked for in every municipality.
    """
    for table in (product_stand, thesaurus_stand):
        where = [table.c.revisie > revisie]
        if gemeente != CENTRAAL:
            where.append(table.c.gemeente.in_([CENTRAAL, gemeente]))
        if connection.execute(sa.select(table.c.gemeente).where(*where).limit(1)).first():
            return True
    return False
