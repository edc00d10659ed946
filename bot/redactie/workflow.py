"""From a draft to live: submit, approve or reject, publish, plan. Each is one transaction with its step in the trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.catalog import store
from bot.catalog.gemeente import Gemeenten
from bot.catalog.product import Product
from bot.redactie import audit, reading, rows
from bot.redactie.checks import check
from bot.redactie.drafts import NOT_APPROVED
from bot.redactie.golive import publish_draft
from bot.redactie.review import approve, reject, submit, take_back
from bot.redactie.roles import Recht, require
from bot.redactie.rules import may_publish, require_gate, require_reason, second_person, settings
from bot.redactie.standing import counting_version
from bot.redactie.tasks import next_working_day
from bot.redactie.values import (
    OPEN,
    Concept,
    Ingehaald,
    Poort,
    Redacteur,
    RedactieError,
    Status,
    TekstFout,
    TweedePersoonNodig,
    VerkeerdeStatus,
    Wat,
)

__all__ = [
    "approve",
    "may_publish",
    "plan",
    "publish",
    "reject",
    "settings",
    "submit",
    "take_back",
    "unplan",
]


def publish(
    engine: Engine,
    gemeenten: Gemeenten,
    anderen: Iterable[Product],
    concept_id: int,
    volgnummer: int,
    wie: Redacteur,
    *,
    poort: Poort,
    reden: str,
    spoed: bool = False,
    verloopt_op: datetime | None = None,
    now: datetime | None = None,
) -> int:
    """Make a draft what residents read, now. Running engines take it in at their next look.

    Args:
        engine: the database.
        gemeenten: all municipalities: their values, and how their editors want to work.
        anderen: the products that are live there, for `check`.
        concept_id, volgnummer: the draft as the editor saw it.
        wie: who publishes.
        poort: what the gate found for this text.
        reden: why, for the history.
        spoed: an urgent correction: one person may do it alone; a task is left for another.
        verloopt_op: until when it counts; then the central text, or nothing, comes back.

    Returns the version.

    Raises:
        NietToegestaan, NietGevonden, VerkeerdeStatus, Verouderd: it cannot be done.
        TekstFout: the text has errors.
        TweedePersoonNodig: somebody else must do it or approve it first.
        PoortGeweigerd: the gate ran on something else, or a loss has no reason.
        Ingehaald: another text stands there by now.
    """
    moment = now or datetime.now(UTC)
    if verloopt_op is not None and verloopt_op <= moment:
        raise RedactieError("De einddatum ligt in het verleden.")
    product = _checked(engine, gemeenten, anderen, concept_id, volgnummer, wie)
    with engine.begin() as connection:
        row = _ready(connection, gemeenten, concept_id, volgnummer, wie, poort, spoed=spoed)
        return publish_draft(
            connection,
            row,
            product,
            wie,
            reden=require_reason(reden),
            poort=poort.as_json(),
            verloopt_op=verloopt_op,
            spoed=spoed,
            moment=moment,
            uiterlijk_op=next_working_day(gemeenten, row.gemeente, moment) if spoed else None,
        )


def plan(
    engine: Engine,
    gemeenten: Gemeenten,
    anderen: Iterable[Product],
    concept_id: int,
    volgnummer: int,
    wie: Redacteur,
    *,
    poort: Poort,
    reden: str,
    moment: datetime,
    verloopt_op: datetime | None = None,
    now: datetime | None = None,
) -> Concept:
    """Let the clock (`clock.due`) make a draft live at `moment`. From then on it is no open draft any more.

    The same conditions as `publish` hold now; those of the text hold again at its time. Raises what `publish` raises.
    """
    current = now or datetime.now(UTC)
    if moment <= current:
        raise RedactieError("Dat moment is al geweest. Kies een later moment, of publiceer nu.")
    if verloopt_op is not None and verloopt_op <= moment:
        raise RedactieError("De einddatum ligt voor het moment waarop de tekst live gaat.")
    _checked(engine, gemeenten, anderen, concept_id, volgnummer, wie)
    why = require_reason(reden)
    with engine.begin() as connection:
        row = _ready(connection, gemeenten, concept_id, volgnummer, wie, poort)
        if counting_version(connection, row.product_id, row.gemeente) != row.basis_versie:
            raise Ingehaald("Er staat intussen een andere tekst dan waarmee dit concept begon. Vergelijk eerst.")
        audit.about(
            connection,
            row,
            wie,
            Wat.GEPLAND,
            why,
            current,
            gegevens={
                "gepland_op": moment.isoformat(),
                "verloopt_op": verloopt_op.isoformat() if verloopt_op else None,
                "poort": poort.as_json(),
            },
        )
        return rows.change(
            connection,
            concept_id,
            status=Status.GEPLAND.value,
            gepland_op=moment,
            gepland_door_id=wie.id,
            gepland_door=wie.naam,
            verloopt_op=verloopt_op,
            reden=why[: audit.LANGSTE_REDEN],
            poort=poort.as_json(),
        )


def unplan(engine: Engine, concept_id: int, wie: Redacteur, *, now: datetime | None = None) -> Concept:
    """Make a planned text an open draft again.

    Raises NietToegestaan, NietGevonden, and VerkeerdeStatus, also when the text has another open draft.
    """
    try:
        with engine.begin() as connection:
            row = rows.hold(connection, concept_id)
            require(wie, Recht.PUBLICEREN, row.gemeente)
            rows.expect(row, (Status.GEPLAND,))
            audit.about(connection, row, wie, Wat.PLAN_INGETROKKEN, "", now)
            return rows.change(
                connection,
                concept_id,
                status=Status.CONCEPT.value,
                gepland_op=None,
                verloopt_op=None,
                **NOT_APPROVED,
            )
    except sa.exc.IntegrityError as error:
        raise VerkeerdeStatus("Er is al een ander open concept van deze tekst. Rond dat eerst af.") from error


def _checked(
    engine: Engine,
    gemeenten: Gemeenten,
    anderen: Iterable[Product],
    concept_id: int,
    volgnummer: int,
    wie: Redacteur,
) -> Product:
    """The text as a product, checked before the catalogue is held; its number says later that it is still the same."""
    concept = reading.load(engine, concept_id)
    require(wie, Recht.PUBLICEREN, concept.gemeente)
    with engine.connect() as connection:
        rows.expect(rows.read(connection, concept_id), OPEN, volgnummer)
    found = check(concept.tekst, concept.thema, concept.gemeente, gemeenten, anderen, product_id=concept.product_id)
    if found.product is None or found.fouten:
        raise TekstFout(found.fouten)
    return found.product


def _ready(
    connection: Connection,
    gemeenten: Gemeenten,
    concept_id: int,
    volgnummer: int,
    wie: Redacteur,
    poort: Poort,
    *,
    spoed: bool = False,
) -> Row:
    """The draft, held after the catalogue, when who and gate allow that it goes live."""
    store.lock(connection)
    row = rows.hold(connection, concept_id)
    require(wie, Recht.PUBLICEREN, row.gemeente)
    rows.expect(row, OPEN, volgnummer)
    concept = rows.concept(row)
    refusal = second_person(settings(gemeenten, row.gemeente), concept, wie, poort, spoed=spoed)
    if refusal:
        raise TweedePersoonNodig(refusal)
    require_gate(connection, concept, poort)
    return row
