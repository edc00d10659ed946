"""What editors decide about questions that went wrong. The trail says how many, never which words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.redactie import audit
from bot.redactie.inbox_values import Besluit
from bot.redactie.roles import Recht, require
from bot.redactie.rules import require_reason
from bot.redactie.tables import redactie_mis
from bot.redactie.values import Redacteur, Wat

_C = redactie_mis.c


def assign(
    engine: Engine,
    gemeente: str,
    ids: Collection[int],
    product_id: str,
    wie: Redacteur,
    *,
    now: datetime | None = None,
) -> int:
    """These questions are for `product_id`: the gate counts them from now on. Returns how many. Raises NietToegestaan."""
    return _decide(engine, gemeente, ids, wie, Besluit.TOEGEWEZEN, Wat.VRAAG_TOEGEWEZEN, now, product_id=product_id)


def out_of_scope(
    engine: Engine, gemeente: str, ids: Collection[int], wie: Redacteur, *, now: datetime | None = None
) -> int:
    """No product answers these, and none should. Returns how many. Raises NietToegestaan."""
    return _decide(engine, gemeente, ids, wie, Besluit.BUITEN_BEREIK, Wat.VRAAG_BUITEN_BEREIK, now)


def propose(
    engine: Engine,
    gemeente: str,
    ids: Collection[int],
    voorstel: str,
    wie: Redacteur,
    *,
    now: datetime | None = None,
) -> int:
    """These ask for a product that is not there; `voorstel` says which. Raises NietToegestaan, RedactieError when empty."""
    why = require_reason(voorstel)
    return _decide(engine, gemeente, ids, wie, Besluit.NIEUW_PRODUCT, Wat.VRAAG_NIEUW_PRODUCT, now, reden=why)


def done(engine: Engine, gemeente: str, ids: Collection[int], wie: Redacteur, *, now: datetime | None = None) -> int:
    """Nothing more to do about these. Returns how many. Raises NietToegestaan."""
    return _decide(engine, gemeente, ids, wie, Besluit.KLAAR, Wat.VRAAG_KLAAR, now)


def reopen(engine: Engine, gemeente: str, ids: Collection[int], wie: Redacteur, *, now: datetime | None = None) -> int:
    """Undo a decision. Returns how many. Raises NietToegestaan."""
    return _decide(engine, gemeente, ids, wie, None, Wat.VRAAG_HEROPEND, now)


def solved(engine: Engine) -> list[tuple[str, str | None, str]]:
    """(question, product or None, municipality) of what was decided: known questions for the gate. Each once."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(_C.tekst, _C.naar_product, _C.gemeente)
            .where(_C.besluit.in_([Besluit.TOEGEWEZEN.value, Besluit.BUITEN_BEREIK.value]))
            .order_by(_C.id)
        )
        return list(dict.fromkeys((row.tekst, row.naar_product, row.gemeente) for row in rows))


def _decide(
    engine: Engine,
    gemeente: str,
    ids: Collection[int],
    wie: Redacteur,
    besluit: Besluit | None,
    wat: Wat,
    now: datetime | None,
    *,
    product_id: str | None = None,
    reden: str = "",
) -> int:
    require(wie, Recht.POSTVAK, gemeente)
    moment = now or datetime.now(UTC)
    values: dict[str, Any] = {
        "besluit": besluit.value if besluit else None,
        "naar_product": product_id,
        "besloten_door": wie.naam if besluit else None,
        "besloten_op": moment if besluit else None,
    }
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(redactie_mis).where(_C.gemeente == gemeente, _C.id.in_(list(ids))).values(**values)
        ).rowcount
        if changed:
            audit.write_in(
                connection,
                wie,
                wat,
                gemeente=gemeente,
                product_id=product_id,
                reden=reden,
                gegevens={"aantal": changed},
                now=moment,
            )
        return int(changed)
