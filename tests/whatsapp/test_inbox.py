"""What came in: once, in Meta's order, and for as long as Meta may repeat it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.whatsapp import inbox, people
from bot.whatsapp.people import Afzender
from bot.whatsapp.tables import whatsapp_in
from tests.whatsapp.test_people import together

GEHEIM = "een geheim van de installatie"
NU = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ANS, MEHMET = Afzender("700200", "NL.1", "31600000001"), Afzender("700200", "NL.2", "31600000002")


def take_in(
    database: Engine, wamid: str, who: Afzender = ANS, *, tijd: datetime = NU, now: datetime = NU, **more: bool
) -> str | None:
    inhoud = {"soort": "tekst", "tekst": wamid}
    return inbox.take_in(
        database, GEHEIM, who, gemeente="voorbeeldstad", wamid=wamid, inhoud=inhoud, tijd=tijd, now=now, **more
    )


def texts(database: Engine, persoon_id: str) -> list[str]:
    return [one.inhoud["tekst"] for one in inbox.waiting(database, persoon_id)]


def test_a_message_is_taken_in_once(database: Engine) -> None:
    ans = take_in(database, "wamid.1")
    assert ans is not None
    assert take_in(database, "wamid.1") is None
    assert texts(database, ans) == ["wamid.1"]


def test_the_same_id_at_another_number_is_another_message(database: Engine) -> None:
    assert take_in(database, "wamid.1") is not None
    assert take_in(database, "wamid.1", Afzender("700300", "NL.1")) is not None


def test_the_same_at_once_is_taken_in_once(database: Engine) -> None:
    found = together(12, lambda number: take_in(database, f"wamid.{number % 3}"))
    (ans,) = {one for one in found if one is not None}
    assert sum(one is not None for one in found) == 3
    assert len(inbox.waiting(database, str(ans))) == 3


def test_the_order_is_metas_and_then_that_of_arrival(database: Engine) -> None:
    moments = {"c": 3, "a": 1, "b1": 2, "b2": 2}
    for wamid, seconds in moments.items():
        take_in(database, wamid, tijd=NU + timedelta(seconds=seconds))
    ans = take_in(database, "d", tijd=NU + timedelta(seconds=3))
    assert ans is not None and texts(database, ans) == ["a", "b1", "b2", "c", "d"]


def test_people_who_wait(database: Engine) -> None:
    assert inbox.people_waiting(database) == []
    ans, mehmet = take_in(database, "1"), take_in(database, "2", MEHMET)
    assert ans is not None and mehmet is not None
    take_in(database, "3")
    assert sorted(inbox.people_waiting(database)) == sorted([ans, mehmet])
    for one in inbox.waiting(database, ans):
        inbox.done(database, one, NU)
    assert inbox.people_waiting(database) == [mehmet]


def test_what_was_handled_keeps_no_words(database: Engine) -> None:
    ans = take_in(database, "1")
    assert ans is not None
    (one,) = inbox.waiting(database, ans)
    inbox.attempt(database, one), inbox.attempt(database, one)
    assert inbox.waiting(database, ans)[0].pogingen == 2
    inbox.done(database, one, NU)
    with database.connect() as connection:
        (row,) = connection.execute(sa.select(whatsapp_in)).mappings().all()
    assert (row["inhoud"], row["klaar_op"]) == (None, NU)
    assert "1" not in (row["wamid"], row["persoon_id"])


def test_a_reaction_begins_no_conversation(database: Engine) -> None:
    assert take_in(database, "1", only_known=True) is None
    ans = take_in(database, "2", tijd=NU)
    assert ans is not None
    assert take_in(database, "3", tijd=NU + timedelta(hours=3), only_known=True) == ans
    found = people.by_id(database, GEHEIM, ans)
    assert found is not None and found.laatst_op == NU


def test_keys_are_kept_as_long_as_meta_may_repeat(database: Engine) -> None:
    ans = take_in(database, "1")
    take_in(database, "2")
    assert ans is not None
    inbox.done(database, inbox.waiting(database, ans)[0], NU)
    inbox.clean_up(database, NU + timedelta(days=8))
    assert take_in(database, "1") is None
    inbox.clean_up(database, NU + timedelta(days=8, seconds=1))
    assert take_in(database, "1") is not None
    # What still waits is never taken away.
    assert "2" in texts(database, ans)


def test_what_came_after_an_erasure_goes_over_to_who_they_are_now(database: Engine) -> None:
    ans = take_in(database, "ja")
    assert ans is not None
    take_in(database, "en nog iets", tijd=NU + timedelta(seconds=1))
    waiting = inbox.waiting(database, ans)
    found = people.by_id(database, GEHEIM, ans)
    assert found is not None
    people.forget(database, found.gesprek_id)
    assert inbox.people_waiting(database) == []
    with database.begin() as connection:
        new = people.seen(connection, GEHEIM, ANS, gemeente="voorbeeldstad", tijd=NU)
    inbox.hand_over(database, waiting[1:], new)
    assert texts(database, new) == ["en nog iets"]


def test_no_number_can_be_read_from_a_key() -> None:
    assert len(inbox.key_of("wamid.HBgLMzE2MDAwMDAwMDE")) == 64
    assert "wamid" not in inbox.key_of("wamid.HBgLMzE2MDAwMDAwMDE")


def test_trouble_that_stays_is_told(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> str:
        raise people.Gone

    monkeypatch.setattr(people, "seen", gone)
    with pytest.raises(people.Gone):
        take_in(database, "1")
