"""What goes out: in order, once, and followed until it arrived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.whatsapp import inbox, outbox, people
from bot.whatsapp.outbox import TERUG, Uit
from bot.whatsapp.people import Afzender, Persoon
from bot.whatsapp.tables import whatsapp_nummer, whatsapp_uit
from tests.whatsapp.test_people import together

GEHEIM = "een geheim van de installatie"
NU = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
U = whatsapp_uit.c


@pytest.fixture
def persoon(database: Engine) -> Persoon:
    return make(database, Afzender("700200", "NL.1", "31600000001"))


def make(database: Engine, who: Afzender) -> Persoon:
    with database.begin() as connection:
        id = people.seen(connection, GEHEIM, who, gemeente="voorbeeldstad", tijd=NU)
    found = people.by_id(database, GEHEIM, id)
    assert found is not None
    return found


def put(database: Engine, persoon: Persoon, nummer: int, *texts: str, **more: Any) -> None:
    bodies = [{"type": "text", "text": {"body": text}} for text in texts or (f"bericht {nummer}",)]
    outbox.put(database, persoon_id=persoon.id, gemeente=persoon.gemeente, nummer=nummer, lijven=bodies, now=NU, **more)


def next_of(database: Engine, persoon: Persoon) -> Uit:
    found = outbox.next_of(database, persoon.id)
    assert found is not None
    return found


def take(database: Engine, persoon: Persoon, now: datetime = NU) -> Uit:
    taken = outbox.take(database, next_of(database, persoon), now)
    assert taken is not None
    return taken


def send(database: Engine, persoon: Persoon, wamid: str = "wamid.1") -> Uit:
    """Take the next piece, and let Meta accept it."""
    one = take(database, persoon)
    outbox.accepted(database, one, wamid)
    return one


def rows(database: Engine) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(sa.select(whatsapp_uit).order_by(U.id)).all())


def status(
    database: Engine, one: Uit, word: str, *, wamid: str = "wamid.1", fout: int | None = None, **more: Any
) -> Any:
    given = {"gemeente": one.gemeente, "sleutel": one.sleutel, "now": NU} | more
    return outbox.status(database, wamid=wamid, woord=word, fout=fout, **given)


# Writing down


def test_pieces_are_written_down_once(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 3, "een", "twee", uitgezet=3, meer={"nummer": 3, "vanaf": 3})
    put(database, persoon, 3, "een", "twee", uitgezet=3, meer=None)
    put(database, persoon, 2, "te laat", uitgezet=2)
    assert [(row.nummer, row.deel) for row in rows(database)] == [(3, 0), (3, 1)]
    now = people.by_id(database, GEHEIM, persoon.id)
    assert now is not None and (now.uitgezet, now.meer) == (3, {"nummer": 3, "vanaf": 3})


def test_two_processes_that_make_the_same_ready_write_it_once(database: Engine, persoon: Persoon) -> None:
    for nummer in range(1, 6):
        together(4, lambda _, nummer=nummer: put(database, persoon, nummer, "a", "b", uitgezet=nummer))
    assert [(row.nummer, row.deel) for row in rows(database)] == [(n, d) for n in range(1, 6) for d in range(2)]


def test_nothing_is_written_for_who_was_erased(database: Engine, persoon: Persoon) -> None:
    people.forget(database, persoon.gesprek_id)
    put(database, persoon, 1, uitgezet=1)
    assert rows(database) == []


def test_what_belongs_to_no_message_has_a_number_of_its_own(database: Engine, persoon: Persoon) -> None:
    loose = {"persoon_id": persoon.id, "gemeente": "g", "lijven": [{}], "now": NU}
    together(3, lambda _: outbox.put_loose(database, **loose))
    assert sorted(row.nummer for row in rows(database)) == [-3, -2, -1]


def test_the_rest_of_a_message_and_what_asked_for_it_go_together(database: Engine, persoon: Persoon) -> None:
    sender = Afzender("700200", "NL.1")
    inbox.take_in(database, GEHEIM, sender, gemeente="g", wamid="1", inhoud={"soort": "tekst"}, tijd=NU, now=NU)
    (asked,) = inbox.waiting(database, persoon.id)
    put(database, persoon, 3, "deel 1", uitgezet=3, meer={"nummer": 3, "vanaf": 3})
    put(database, persoon, 3, "deel 4", eerste_deel=30, handled=asked, meer=None)
    now = people.by_id(database, GEHEIM, persoon.id)
    assert now is not None and now.meer is None
    assert inbox.waiting(database, persoon.id) == []
    assert outbox.last_piece(database, persoon.id, 3) == 30
    assert outbox.last_piece(database, persoon.id, 4) is None


# Sending


def test_everything_goes_in_order(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1, "een", "twee"), put(database, persoon, 2, "drie")
    found = []
    while (one := outbox.next_of(database, persoon.id)) is not None:
        taken = outbox.take(database, one, NU)
        assert taken is not None and taken.lijf is not None
        found.append(taken.lijf["text"]["body"])
        outbox.accepted(database, taken, f"wamid.{len(found)}")
    assert found == ["een", "twee", "drie"]


def test_only_one_process_takes_a_piece(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1)
    one = next_of(database, persoon)
    assert sum(taken is not None for taken in together(6, lambda _: outbox.take(database, one, NU))) == 1


def test_what_was_taken_by_a_process_that_died_goes_again_after_a_minute(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1), put(database, persoon, 2)
    taken = take(database, persoon)
    assert (taken.stand, taken.pogingen) == ("onzeker", 1)
    assert outbox.people_to_send_to(database, NU + 59 * SECOND) == []
    assert outbox.people_to_send_to(database, NU + 60 * SECOND) == [persoon.id]
    again = take(database, persoon, NU + 60 * SECOND)
    assert (again.id, again.sleutel, again.pogingen) == (taken.id, taken.sleutel, 2)
    # The first one, should it live after all, has nothing more to say about it.
    outbox.failed(database, taken, 1)
    outbox.later(database, taken, NU)
    assert next_of(database, persoon).pogingen == 2 and rows(database)[0].stand == "onzeker"


def test_a_status_tells_that_it_was_sent_after_all(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1), put(database, persoon, 2)
    taken = take(database, persoon)
    assert status(database, taken, "sent") == persoon.id
    assert [row.stand for row in rows(database)] == ["verzonden", "wacht"]
    assert outbox.take(database, taken, NU + 60 * SECOND) is None
    assert outbox.message_of(database, "wamid.1") == (persoon.id, 1)
    # The answer that came late changes nothing.
    outbox.accepted(database, taken, "wamid.1")
    assert rows(database)[0].stand == "verzonden"


def test_only_what_is_first_in_line_is_looked_at(database: Engine, persoon: Persoon) -> None:
    other = make(database, Afzender("700200", "NL.2"))
    put(database, persoon, 1), put(database, persoon, 2), put(database, other, 1)
    outbox.later(database, take(database, persoon), NU + 10 * SECOND)
    assert outbox.people_to_send_to(database, NU) == [other.id]
    assert set(outbox.people_to_send_to(database, NU + 10 * SECOND)) == {persoon.id, other.id}


def test_waiting_is_no_attempt(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1)
    first = take(database, persoon)
    outbox.later(database, first, NU, 130429, counts=False)
    waits = next_of(database, persoon)
    assert (waits.pogingen, waits.fout) == (0, 130429)
    assert waits.sleutel != first.sleutel
    outbox.postponed(database, waits, NU + SECOND)
    assert next_of(database, persoon).volgende_op == NU + SECOND
    outbox.later(database, take(database, persoon), NU, 1)
    assert next_of(database, persoon).pogingen == 1


def test_the_body_stays_until_it_arrived(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1)
    one = send(database, persoon)
    assert rows(database)[0].lijf is not None
    status(database, one, "sent")
    assert rows(database)[0].lijf is not None
    status(database, one, "delivered")
    assert rows(database)[0].lijf is None


# Statuses


WORDS = ("sent", "delivered", "read", "played")
FURTHEST = {"sent": "verzonden", "delivered": "afgeleverd", "read": "gelezen", "played": "gelezen"}


def test_statuses_in_any_order_never_step_back(database: Engine, persoon: Persoon) -> None:
    ranks = ["verzonden", "afgeleverd", "gelezen"]
    for nummer, words in enumerate(permutations(WORDS), start=1):
        put(database, persoon, nummer)
        wamid, was = f"wamid.{nummer}", "verzonden"
        one = send(database, persoon, wamid)
        for word in words * 2:
            assert status(database, one, word, wamid=wamid) is None
            stand = rows(database)[-1].stand
            assert ranks.index(stand) == max(ranks.index(was), ranks.index(FURTHEST[word]))
            was = stand
        # Too late to be true.
        assert status(database, one, "failed", wamid=wamid, fout=131000) is None
        assert rows(database)[-1].stand == "gelezen"


def test_statuses_at_once_never_step_back(database: Engine, persoon: Persoon) -> None:
    for nummer in range(8):
        put(database, persoon, nummer + 1)
        wamid = f"wamid.{nummer}"
        one = send(database, persoon, wamid)
        words = ("read", "delivered", "sent", "delivered")
        together(4, lambda number, one=one, wamid=wamid, words=words: status(database, one, words[number], wamid=wamid))
        assert rows(database)[-1].stand == "gelezen"


def test_a_failure_that_is_told_later_comes_back_into_the_queue(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1), put(database, persoon, 2)
    one = send(database, persoon)
    assert status(database, one, "failed", fout=131000) == persoon.id
    assert status(database, one, "failed", fout=131000) is None
    back = next_of(database, persoon)
    assert (back.id, back.stand, back.fout) == (one.id, TERUG, 131000) and back.lijf is not None
    assert outbox.stands(database, persoon.id) == {1: "wacht", 2: "wacht"}
    outbox.later(database, back, NU, 131000)
    # Statuses of the attempt that failed say nothing of the next one.
    assert status(database, one, "failed", fout=131000) is None
    assert next_of(database, persoon).stand == "wacht"
    again = send(database, persoon, "wamid.2")
    assert again.sleutel != one.sleutel and again.pogingen == 2
    status(database, again, "delivered", wamid="wamid.2")
    assert rows(database)[0].stand == "afgeleverd"


def test_what_was_given_up_may_have_arrived_after_all(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1)
    one = take(database, persoon)
    assert outbox.failed(database, one, None)
    status(database, one, "delivered")
    assert rows(database)[0].stand == "afgeleverd"


def test_a_status_of_another_municipality_or_of_nothing_is_left_aside(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1)
    one = send(database, persoon)
    assert status(database, one, "read", gemeente="molendam") is None
    assert status(database, one, "verzonnen") is None
    assert status(database, one, "read", wamid="wamid.9", sleutel="onbekend") is None
    assert status(database, one, "read", wamid="wamid.9", sleutel="") is None
    assert rows(database)[0].stand == "verzonden"


# The 24 hours


def test_what_is_held_goes_when_somebody_writes(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1, "een", "twee"), put(database, persoon, 2)
    assert [outbox.held(database, next_of(database, persoon), 131047) for _ in range(3)] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    assert outbox.next_of(database, persoon.id) is None
    assert outbox.stands(database, persoon.id) == {1: "vastgehouden", 2: "vastgehouden"}
    outbox.put_loose(database, persoon_id=persoon.id, gemeente="g", lijven=[{"type": "template"}], now=NU)
    outbox.put_loose(database, persoon_id=persoon.id, gemeente="g", lijven=[{}], now=NU, adres="bewijs")
    later = NU + timedelta(days=2)
    assert outbox.release(database, persoon.id, later) == 3
    # Nobody needs to be asked any more; a receipt goes all the same.
    assert [(row.nummer, row.stand) for row in rows(database)] == [
        (1, "wacht"),
        (1, "wacht"),
        (2, "wacht"),
        (-2, "wacht"),
    ]
    assert next_of(database, persoon).volgende_op == later
    assert outbox.release(database, persoon.id, later) == 0


def test_the_first_piece_that_fails_is_told_apart(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1, "een", "twee"), put(database, persoon, 2)
    assert [outbox.failed(database, next_of(database, persoon), 131026) for _ in range(3)] == [True, False, True]
    assert {row.lijf for row in rows(database)} == {None}


def test_how_a_message_stands_is_how_its_slowest_piece_stands(database: Engine, persoon: Persoon) -> None:
    put(database, persoon, 1, "een", "twee")
    first = send(database, persoon)
    status(database, first, "read")
    assert outbox.stands(database, persoon.id) == {1: "wacht"}
    second = send(database, persoon, "wamid.2")
    assert outbox.stands(database, persoon.id) == {1: "verzonden"}
    status(database, second, "delivered", wamid="wamid.2")
    assert outbox.stands(database, persoon.id) == {1: "afgeleverd"}


# Numbers


def test_a_number_rests_stops_and_goes_on(database: Engine) -> None:
    assert outbox.rest_until(database, "700200") == (None, False)
    outbox.let_rest(database, "700200", until=NU, fout=130429)
    assert outbox.rest_until(database, "700200") == (NU, False)
    outbox.let_rest(database, "700200", until=None, stopped=NU, fout=190)
    # A rest does not end a stop.
    outbox.let_rest(database, "700200", until=NU + SECOND, fout=4)
    assert outbox.rest_until(database, "700200") == (NU + SECOND, True)
    assert outbox.rest_until(database, "700300") == (None, False)
    outbox.let_rest(database, "700200", until=None)
    assert outbox.rest_until(database, "700200") == (None, False)
    together(4, lambda _: outbox.let_rest(database, "700200", until=NU))
    with database.connect() as connection:
        assert len(connection.execute(sa.select(whatsapp_nummer)).all()) == 1


def test_cleaning_up_takes_away_what_is_over(database: Engine, persoon: Persoon) -> None:
    for nummer in range(1, 6):
        put(database, persoon, nummer)
    send(database, persoon), outbox.failed(database, next_of(database, persoon), 1)
    outbox.held(database, next_of(database, persoon)), take(database, persoon)
    outbox.clean_up(database, NU + timedelta(days=8))
    assert len(rows(database)) == 5
    outbox.clean_up(database, NU + timedelta(days=8, seconds=1))
    assert [row.nummer for row in rows(database)] == [3, 4, 5]
