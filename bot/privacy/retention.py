"""Erasing conversations when their time has passed: each municipality's `bewaren_dagen` (AVG article 5, 1e)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente
from bot.conversations.model import UnknownGesprek
from bot.conversations.store import idle_since
from bot.handoff.callback import forget_done
from bot.privacy.erasure import erase_everywhere
from bot.redactie import inbox


def erase_expired(
    engine: Engine, tracker_store: Engine, gemeenten: Iterable[Gemeente], now: datetime | None = None
) -> int:
    """Erase the conversations in which nothing was said for as long as their municipality keeps them.

    Returns the number of conversations. Figures stay. Doing it twice, or in two processes at once, does no harm.
    """
    moment, erased = now or datetime.now(UTC), 0
    for gemeente in gemeenten:
        before = moment - timedelta(days=gemeente.bewaren_dagen)
        for gesprek_id in idle_since(engine, gemeente.id, before):
            with suppress(UnknownGesprek):
                erase_everywhere(engine, tracker_store, gesprek_id, op_verzoek=False)
                erased += 1
        forget_done(engine, gemeente.id, before)
        inbox.forget_before(engine, gemeente.id, before)
    return erased
