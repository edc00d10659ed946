"""The audit trail: who did what, when and why."""

from __future__ import annotations

from bot.redactie import audit
from bot.redactie.values import Wat
from bot.web.redactie import texts
from bot.web.redactie.common import ER_NIET, Answer, Call, Page, Refused

PER_BLADZIJ = 100


def log_page(call: Call) -> Answer:
    """GET …/logboek."""
    wat, product = call.query.get("wat", ""), call.query.get("product", "").strip()[:80]
    voor = call.query.get("voor", "")
    if wat and wat not in {one.value for one in Wat}:
        raise Refused(404, ER_NIET)
    if voor and (not voor.isascii() or not voor.isdigit() or len(voor) > 12):
        raise Refused(404, ER_NIET)
    stappen = audit.listing(
        call.engine,
        [call.gemeente],
        wat=Wat(wat) if wat else None,
        product_id=product or None,
        limit=PER_BLADZIJ + 1,
        voor_id=int(voor) if voor else None,
    )
    return Page(
        "logboek.html",
        {
            "stappen": stappen[:PER_BLADZIJ],
            "meer": stappen[PER_BLADZIJ - 1].id if len(stappen) > PER_BLADZIJ else 0,
            "wat": wat,
            "product": product,
            "soorten": [one.value for one in Wat],
            "namen": texts.names(call),
        },
    )
