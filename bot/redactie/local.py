"""A municipality's own texts beside the central ones: which fell behind, and the three ways out.

Every version of an own text remembers the central version that was worked into it. When the central text differs from that
one, the own text is out of date until the municipality takes the central one, says that its own is right, or merges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.catalog import store
from bot.catalog.tables import CENTRAAL, product_stand, product_versie
from bot.redactie import audit, drafts, golive, rows
from bot.redactie.fields import split
from bot.redactie.history import Verschil, difference
from bot.redactie.roles import Recht, require
from bot.redactie.rules import require_reason
from bot.redactie.standing import Hoe, central_version, remember, remembered, standing, worked_in
from bot.redactie.standing import Staat as _Staat
from bot.redactie.tables import redactie_versie
from bot.redactie.values import Concept, Ingehaald, NietGevonden, Redacteur, Status, Wat


@dataclass(frozen=True)
class Achter:
    """An own text whose central text changed."""

    product_id: str
    naam: str
    eigen_versie: int
    verwerkt: int | None
    """The central version that is worked in; None: there was none yet."""
    centraal: int
    """The central version of now."""
    centraal_ingetrokken: bool


@dataclass(frozen=True)
class NaastElkaar:
    """All that one needs to choose. Texts are whole product files."""

    eigen: str
    centraal_toen: str
    """The central text that is worked into the own one; empty when there was none yet."""
    centraal_nu: str
    verschil: Verschil
    """What changed centrally."""
    eigen_versie: int
    centraal_versie: int
    centraal_ingetrokken: bool


def stale(engine: Engine, gemeente: str) -> list[Achter]:
    """The own texts of a municipality that are live and whose central text changed, by name."""
    with engine.connect() as connection:
        own = _own_live(connection, gemeente)
        if not own:
            return []
        central = _central(connection, [row.product_id for row in own])
        said = _said(connection, gemeente)
        found = []
        for row in own:
            now = central.get(row.product_id)
            if now is None:
                continue
            merged = said.get((row.product_id, row.versie)) or worked_in(
                connection, row.product_id, gemeente, row.versie
            )
            if merged == now.versie or (now.gepubliceerd and _same(connection, row.product_id, merged, now.tekst)):
                continue
            found.append(
                Achter(row.product_id, split(row.tekst).naam, row.versie, merged, now.versie, not now.gepubliceerd)
            )
    return sorted(found, key=lambda one: (one.naam.lower(), one.product_id))


def side_by_side(engine: Engine, product_id: str, gemeente: str) -> NaastElkaar:
    """The own text and the central one, then and now. Raises NietGevonden when either is not there."""
    with engine.connect() as connection:
        own, central = _both(connection, product_id, gemeente)
        assert own.versie is not None
        merged = worked_in(connection, product_id, gemeente, own.versie)
        then = store.version_text(connection, product_id, CENTRAAL, merged)[0] if merged else ""
    return NaastElkaar(
        eigen=own.tekst,
        centraal_toen=then,
        centraal_nu=central.tekst,
        verschil=difference(then, central.tekst),
        eigen_versie=own.versie,
        centraal_versie=central.versie,
        centraal_ingetrokken=not central.gepubliceerd,
    )


def take_central(
    engine: Engine,
    product_id: str,
    gemeente: str,
    wie: Redacteur,
    *,
    reden: str,
    verwacht: int | None = None,
    now: datetime | None = None,
) -> int:
    """Let the text of the municipality be the central one again, now and after its changes.

    `verwacht`: the own version that the editor looked at. Returns the number of the version that says so. Raises
    NietToegestaan, NietGevonden, Ingehaald, and RedactieError without a reason.
    """
    require(wie, Recht.PUBLICEREN, gemeente)
    why = require_reason(reden)
    with engine.begin() as connection:
        store.lock(connection)
        own, _ = _both(connection, product_id, gemeente)
        if verwacht is not None and own.versie != verwacht:
            raise Ingehaald("Er staat intussen een andere eigen tekst. Bekijk die eerst.")
        versie = golive.follow_central(connection, product_id, gemeente, own, auteur=wie.naam, reden=why)
        _trace(connection, product_id, gemeente, wie, Wat.CENTRALE_GENOMEN, why, now, versie=versie)
        return versie


def keep_own(
    engine: Engine,
    product_id: str,
    gemeente: str,
    wie: Redacteur,
    *,
    centraal: int,
    reden: str,
    now: datetime | None = None,
) -> None:
    """The own text is right beside central version `centraal`: it is not out of date any more.

    Raises NietToegestaan, NietGevonden, Ingehaald when the central text is another by now, RedactieError without a reason.
    """
    require(wie, Recht.PUBLICEREN, gemeente)
    why = require_reason(reden)
    with engine.begin() as connection:
        store.lock(connection)
        own, central = _both(connection, product_id, gemeente)
        _same_central(central.versie, centraal)
        assert own.versie is not None
        c = redactie_versie.c
        if remembered(connection, product_id, gemeente, own.versie) is None:
            # An import made this version; of such a one only the number before is known.
            before = _Staat(Hoe.LIVE, own.versie - 1, "", "") if own.versie > 1 else _Staat(Hoe.NIETS, None, "", "")
            remember(connection, product_id, gemeente, own.versie, before, centraal_versie=centraal)
        connection.execute(
            sa.update(redactie_versie)
            .where(c.product_id == product_id, c.gemeente == gemeente, c.versie == own.versie)
            .values(centraal_versie=centraal)
        )
        _trace(
            connection, product_id, gemeente, wie, Wat.EIGEN_GEHOUDEN, why, now, versie=own.versie, centraal=centraal
        )


def merge(
    engine: Engine, product_id: str, gemeente: str, wie: Redacteur, *, centraal: int, now: datetime | None = None
) -> Concept:
    """Open a draft of the own text into which the editor works central version `centraal`; once live it is up to date.

    Raises NietToegestaan, NietGevonden, VerkeerdeStatus when the draft lies with others to judge, and Ingehaald when the
    central text is another by now.
    """
    require(wie, Recht.SCHRIJVEN, gemeente)
    concept = drafts.open_concept(engine, product_id, gemeente, wie, now=now)
    with engine.begin() as connection:
        store.lock(connection)
        row = rows.hold(connection, concept.id)
        rows.expect(row, (Status.CONCEPT,))
        _same_central(central_version(connection, product_id), centraal)
        _trace(connection, product_id, gemeente, wie, Wat.SAMENGEVOEGD, "", now, concept_id=row.id, centraal=centraal)
        return rows.change(connection, row.id, centraal_versie=centraal)


def _both(connection: Connection, product_id: str, gemeente: str) -> tuple[_Staat, store.Stand]:
    own = standing(connection, product_id, gemeente)
    central = store.state(connection, product_id)
    if gemeente == CENTRAAL or not own.eigen or central is None:
        raise NietGevonden("Hier staat geen eigen tekst naast een centrale.")
    return own, central


def _same_central(versie: int | None, expected: int) -> None:
    if versie != expected:
        raise Ingehaald("De centrale tekst is intussen weer gewijzigd. Vergelijk opnieuw.")


def _own_live(connection: Connection, gemeente: str) -> list[Row]:
    p = product_versie.c
    return list(
        connection.execute(
            sa.select(p.product_id, p.versie, p.tekst)
            .join_from(product_stand, product_versie, product_stand.c.versie_id == p.id)
            .where(
                product_stand.c.gemeente == gemeente,
                p.gemeente == gemeente,
                product_stand.c.gepubliceerd.is_(True),
            )
        )
    )


def _central(connection: Connection, ids: list[str]) -> dict[str, Row]:
    p = product_versie.c
    found = connection.execute(
        sa.select(p.product_id, p.versie, p.tekst, product_stand.c.gepubliceerd)
        .join_from(product_stand, product_versie, product_stand.c.versie_id == p.id)
        .where(product_stand.c.gemeente == CENTRAAL, p.product_id.in_(ids))
    )
    return {row.product_id: row for row in found}


def _said(connection: Connection, gemeente: str) -> dict[tuple[str, int], int]:
    c = redactie_versie.c
    found = connection.execute(
        sa.select(c.product_id, c.versie, c.centraal_versie).where(
            c.gemeente == gemeente, c.centraal_versie.isnot(None)
        )
    )
    return {(row.product_id, row.versie): row.centraal_versie for row in found}


def _same(connection: Connection, product_id: str, versie: int | None, tekst: str) -> bool:
    return versie is not None and store.version_text(connection, product_id, CENTRAAL, versie)[0] == tekst


def _trace(
    connection: Connection,
    product_id: str,
    gemeente: str,
    wie: Redacteur,
    wat: Wat,
    reden: str,
    now: datetime | None,
    *,
    versie: int | None = None,
    concept_id: int | None = None,
    centraal: int | None = None,
) -> None:
    audit.write_in(
        connection,
        wie,
        wat,
        gemeente=gemeente,
        product_id=product_id,
        versie=versie,
        concept_id=concept_id,
        reden=reden,
        gegevens={"centraal": centraal} if centraal else {},
        now=now,
    )
