"""Back to what was: to any version, one step back, or out of use. These texts were approved before, so one person will do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from bot.catalog import store
from bot.catalog.gemeente import Gemeenten
from bot.catalog.product import Product, parse_product
from bot.catalog.tables import CENTRAAL
from bot.errors import ContentError
from bot.redactie import audit, golive
from bot.redactie.checks import check
from bot.redactie.roles import Recht, require
from bot.redactie.rules import require_reason
from bot.redactie.standing import Hoe, Staat, remembered, standing, worked_in
from bot.redactie.values import Ingehaald, NietGevonden, Redacteur, RedactieError, TekstFout, VerkeerdeStatus, Wat


def roll_back(
    engine: Engine,
    product_id: str,
    gemeente: str,
    naar_versie: int,
    wie: Redacteur,
    *,
    reden: str,
    verwacht: int,
    gemeenten: Gemeenten | None = None,
    now: datetime | None = None,
) -> int:
    """Make the text of an earlier version live again, as a new version; returns its number.

    Args:
        engine: the database.
        product_id, gemeente: the text.
        naar_versie: the version whose text it becomes.
        wie: who does it.
        reden: why.
        verwacht: the version that stood there when the editor looked.
        gemeenten: when given, a text that cannot be filled any more is refused.

    Raises NietToegestaan, NietGevonden, Ingehaald, TekstFout, and RedactieError without a reason.
    """
    require(wie, Recht.PUBLICEREN, gemeente)
    why = require_reason(reden)
    with engine.begin() as connection:
        store.lock(connection)
        before = _expected(connection, product_id, gemeente, verwacht)
        versie = _to(connection, product_id, gemeente, naar_versie, before, wie, why, gemeenten)
        _trace(connection, product_id, gemeente, versie, wie, why, now, naar=naar_versie)
        return versie


def undo(
    engine: Engine,
    product_id: str,
    gemeente: str,
    wie: Redacteur,
    *,
    verwacht: int,
    reden: str = "",
    gemeenten: Gemeenten | None = None,
    now: datetime | None = None,
) -> int:
    """Undo the last change of what stands there: another text, or none, or the central one. Undoing that does it again.

    `verwacht`: the version that stood there when the editor looked; so a second click undoes nothing more. Returns the
    number of the version that says so. Raises NietToegestaan, NietGevonden, Ingehaald, TekstFout, and VerkeerdeStatus when
    there is nothing before it.
    """
    require(wie, Recht.PUBLICEREN, gemeente)
    why = reden.strip() or f"versie {verwacht} ongedaan gemaakt"
    with engine.begin() as connection:
        store.lock(connection)
        before = _expected(connection, product_id, gemeente, verwacht)
        was, earlier = _what_was(connection, product_id, gemeente, verwacht)
        if was is Hoe.LIVE and earlier is not None:
            versie = _to(connection, product_id, gemeente, earlier, before, wie, why, gemeenten)
        elif was is Hoe.CENTRAAL or (was is Hoe.NIETS and _has_central(connection, product_id, gemeente)):
            versie = golive.follow_central(connection, product_id, gemeente, before, auteur=wie.naam, reden=why)
        elif before.hoe is Hoe.INGETROKKEN:
            raise VerkeerdeStatus("De tekst is al ingetrokken, en daarvoor stond er niets.")
        else:
            versie = golive.take_away(connection, product_id, gemeente, before, auteur=wie.naam, reden=why)
        _trace(connection, product_id, gemeente, versie, wie, why, now, ongedaan=verwacht)
        return versie


def withdraw(
    engine: Engine,
    product_id: str,
    gemeente: str,
    wie: Redacteur,
    *,
    reden: str,
    verwacht: int | None = None,
    now: datetime | None = None,
) -> int:
    """Take a product out of use; a municipality may do so with a central text: it then does not offer the product.

    Returns the number of the version that says so. Raises NietToegestaan, NietGevonden, Ingehaald, VerkeerdeStatus when it
    is out of use already, and RedactieError without a reason.
    """
    require(wie, Recht.PUBLICEREN, gemeente)
    why = require_reason(reden)
    with engine.begin() as connection:
        store.lock(connection)
        before = standing(connection, product_id, gemeente)
        if not before.tekst:
            raise NietGevonden("Dit product bestaat hier niet.")
        if verwacht and before.versie != verwacht:
            raise Ingehaald("Er staat intussen een andere tekst. Bekijk die eerst.")
        if before.hoe is Hoe.INGETROKKEN:
            raise VerkeerdeStatus("De tekst is al ingetrokken.")
        versie = golive.take_away(connection, product_id, gemeente, before, auteur=wie.naam, reden=why)
        audit.write_in(
            connection,
            wie,
            Wat.INGETROKKEN,
            gemeente=gemeente,
            product_id=product_id,
            versie=versie,
            reden=why,
            now=now,
        )
        return versie


def _expected(connection: Connection, product_id: str, gemeente: str, verwacht: int) -> Staat:
    before = standing(connection, product_id, gemeente)
    if before.versie is None:
        raise NietGevonden("Hier is geen eigen tekst om terug te draaien.")
    if before.versie != verwacht:
        raise Ingehaald("Er staat intussen een andere tekst. Bekijk die eerst.")
    return before


def _to(
    connection: Connection,
    product_id: str,
    gemeente: str,
    naar_versie: int,
    before: Staat,
    wie: Redacteur,
    reden: str,
    gemeenten: Gemeenten | None,
) -> int:
    try:
        tekst, thema = store.version_text(connection, product_id, gemeente, naar_versie)
    except KeyError as error:
        raise NietGevonden(f"Versie {naar_versie} bestaat niet.") from error
    product = _readable(tekst, thema, gemeente, gemeenten)
    return golive.put_back(
        connection,
        product,
        tekst,
        gemeente,
        before,
        auteur=wie.naam,
        reden=reden,
        centraal_versie=worked_in(connection, product_id, gemeente, naar_versie) if gemeente != CENTRAAL else None,
    )


def _readable(tekst: str, thema: str, gemeente: str, gemeenten: Gemeenten | None) -> Product:
    """An old text may hold what the rules of today refuse; it was approved then. What cannot be shown cannot come back."""
    try:
        product = parse_product(tekst, thema, "deze versie")
    except ContentError as error:
        raise RedactieError(f"Deze versie kan niet meer live: {error.problem}.") from error
    if gemeenten is not None:
        holes = tuple(
            one for one in check(tekst, thema, gemeente, gemeenten, ()).fouten if "heeft geen waarde voor" in one.tekst
        )
        if holes:
            raise TekstFout(holes)
    return product


def _what_was(connection: Connection, product_id: str, gemeente: str, versie: int) -> tuple[Hoe, int | None]:
    """How it stood before a version, and at which one. Of imported versions only the number before is known."""
    known = remembered(connection, product_id, gemeente, versie)
    if known is not None:
        return Hoe(known.vorige_stand), known.vorige_versie
    return (Hoe.LIVE, versie - 1) if versie > 1 else (Hoe.NIETS, None)


def _has_central(connection: Connection, product_id: str, gemeente: str) -> bool:
    return gemeente != CENTRAAL and store.state(connection, product_id) is not None


def _trace(
    connection: Connection,
    product_id: str,
    gemeente: str,
    versie: int,
    wie: Redacteur,
    reden: str,
    now: datetime | None,
    **gegevens: int,
) -> None:
    audit.write_in(
        connection,
        wie,
        Wat.TERUGGEDRAAID,
        gemeente=gemeente,
        product_id=product_id,
        versie=versie,
        reden=reden,
        gegevens=gegevens,
        now=now,
    )
