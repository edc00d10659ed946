"""Conversations go when their time has passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import WEBCHAT, Nieuw
from bot.privacy.retention import erase_expired
from tests.builders import gemeente


def test_a_conversation_goes_when_its_municipality_no_longer_keeps_it(database: Engine) -> None:
    short, long = gemeente("kort", bewaren_dagen=7), gemeente("lang", bewaren_dagen=60)
    gone = store.start(database, gemeente="kort", kanaal=WEBCHAT)
    kept = store.start(database, gemeente="lang", kanaal=WEBCHAT)
    for one in (gone, kept):
        store.append(database, one.id, Nieuw("bewoner", "hallo"))
    in_ten_days = datetime.now(UTC) + timedelta(days=10)
    assert erase_expired(database, database, [short, long], in_ten_days) == 1
    assert not store.since(database, gone.id) and store.since(database, kept.id)
    assert erase_expired(database, database, [short, long], in_ten_days) == 0


def test_a_conversation_that_goes_on_is_kept(database: Engine) -> None:
    store.start(database, gemeente="kort", kanaal=WEBCHAT)
    in_six_days = datetime.now(UTC) + timedelta(days=6)
    assert erase_expired(database, database, [gemeente("kort", bewaren_dagen=7)], in_six_days) == 0
