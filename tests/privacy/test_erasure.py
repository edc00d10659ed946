"""An erased conversation is gone from our tables and from Rasa's, and the receipt says how much went."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import Nieuw, UnknownGesprek
from bot.privacy.erasure import Wisbewijs, erase_everywhere, erase_tracker


@pytest.fixture
def gesprek_id(database: Engine) -> str:
    """A conversation with two messages and a thumb."""
    gesprek = store.start(database, gemeente="voorbeeldstad", kanaal="webchat")
    store.append(database, gesprek.id, Nieuw("bewoner", "mijn geheim"))
    store.append(database, gesprek.id, Nieuw("vraagbaak", "antwoord"))
    store.judge(database, gesprek.id, 2, "op", None)
    return gesprek.id


def with_events(engine: Engine, *senders: str) -> None:
    """Rasa's table, with an event of each sender."""
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), data TEXT)"))
        for number, sender in enumerate(senders):
            connection.execute(
                sa.text("INSERT INTO events VALUES (:id, :sender, 'mijn geheim')"), {"id": number, "sender": sender}
            )


def senders(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT sender_id FROM events ORDER BY id")).scalars())


def test_erases_our_tables_and_rasas(database: Engine, gesprek_id: str) -> None:
    with_events(database, gesprek_id, "ander", gesprek_id, gesprek_id)
    bewijs = erase_everywhere(database, database, gesprek_id)
    assert (bewijs.berichten, bewijs.oordelen, bewijs.gebeurtenissen) == (2, 1, 3)
    assert senders(database) == ["ander"]
    with pytest.raises(UnknownGesprek):
        store.load(database, gesprek_id)


def test_without_rasas_table_there_are_no_events(database: Engine, gesprek_id: str) -> None:
    bewijs = erase_everywhere(database, database, gesprek_id)
    assert (bewijs.berichten, bewijs.gebeurtenissen) == (2, 0)


def test_an_unknown_conversation_gives_no_receipt(database: Engine) -> None:
    with pytest.raises(UnknownGesprek):
        erase_everywhere(database, database, "nergens")


def test_an_erasure_that_failed_halfway_can_be_done_again(database: Engine, gesprek_id: str) -> None:
    with_events(database, gesprek_id)
    away = sa.create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/away", future=True)
    with pytest.raises(sa.exc.OperationalError):
        erase_everywhere(database, away, gesprek_id)
    assert erase_everywhere(database, database, gesprek_id).gebeurtenissen == 1


def test_nothing_to_erase_is_no_error(database: Engine) -> None:
    with_events(database, "ander")
    assert erase_tracker(database, "nergens") == 0
    assert senders(database) == ["ander"]


def test_a_receipt_leads_back_to_nobody(database: Engine, gesprek_id: str) -> None:
    shown = erase_everywhere(database, database, gesprek_id).as_json()
    assert gesprek_id not in str(shown) and "geheim" not in str(shown)


def test_a_receipt_is_shown_with_its_counts() -> None:
    bewijs = Wisbewijs("A1", datetime(2026, 11, 25, 14, 3, 7, 99, UTC), 12, 2, 40, 1)
    assert bewijs.as_json() == {
        "nummer": "A1",
        "tijd": "2026-11-25T14:03:07+00:00",
        "verwijderd": {"berichten": 12, "oordelen": 2, "gebeurtenissen": 40, "terugbelverzoeken": 1},
    }
