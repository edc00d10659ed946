"""System and register together: nothing twice, nothing forgotten, never the old one first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy.engine import Engine

from bot.appointments import booking, register
from bot.appointments.errors import HalfMoved, InvalidInput, NotAllowed, SlotTaken, Unavailable, Uncertain
from bot.appointments.moving import move_by_booking
from bot.appointments.register import Stand
from bot.appointments.values import TIJDZONE, Afspraak, Keus, Klant
from tests.appointments.fake import STADHUIS, Fake

T = TypeVar("T")
GEHEIM = "een geheim dat alleen deze test kent"
NU = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
BEGIN, LATER = NU + timedelta(days=8), NU + timedelta(days=9)
KLANT = Klant(achternaam="Voorbeeld", email="noor@voorbeeld.example")


def run(awaitable: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(awaitable)


def verzoek(sleutel: str = "s1") -> booking.Verzoek:
    keuzen = (Keus("pas"),)
    return booking.Verzoek(
        "voorbeeldstad", "agenda", sleutel, "g1", "paspoort-aanvragen", keuzen, STADHUIS, BEGIN, KLANT
    )


def book(database: Engine, fake: Fake, now: datetime = NU) -> register.Vastgelegd:
    return run(booking.book(database, GEHEIM, fake, verzoek(), now=now))


def test_confirmed_twice_it_is_booked_once(database: Engine) -> None:
    fake = Fake([BEGIN, LATER])
    first = book(database, fake)
    assert book(database, fake, NU + timedelta(seconds=9)) == first
    assert len(fake.booked) == 1 and first.stand is Stand.GEBOEKT and first.plek.startswith("Stadhuis, Stadsplein 1")


@pytest.mark.parametrize("error", [SlotTaken("x"), InvalidInput("x"), Unavailable("x")])
def test_what_failed_may_be_tried_again(database: Engine, error: Any) -> None:
    fake = Fake([BEGIN])
    fake.fails["book"] = [error]
    with pytest.raises(type(error)):
        book(database, fake)
    found = register.by_key(database, "s1")
    assert found is not None and found.stand is Stand.MISLUKT
    assert book(database, fake).stand is Stand.GEBOEKT


def test_what_is_uncertain_is_never_repeated(database: Engine) -> None:
    fake = Fake([BEGIN])
    fake.fails["book"] = [Uncertain("x")]
    for _ in range(2):
        with pytest.raises(Uncertain):
            book(database, fake)
    assert fake.asked.count("book") == 1
    found = register.by_key(database, "s1")
    assert found is not None and found.stand is Stand.ONZEKER


def test_a_process_that_stopped_in_the_middle_leaves_it_uncertain(database: Engine) -> None:
    fake = Fake([BEGIN])
    fake.fails["book"] = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        book(database, fake)
    with pytest.raises(Uncertain):
        book(database, fake, NU + timedelta(minutes=1))
    assert fake.asked.count("book") == 1


def test_a_system_that_books_a_key_once_is_asked_again(database: Engine) -> None:
    fake = Fake([BEGIN], eenmalig=True)
    fake.fails["book"] = [Uncertain("x")]
    with pytest.raises(Uncertain):
        book(database, fake)
    assert book(database, fake, NU + timedelta(minutes=1)).stand is Stand.GEBOEKT


def test_cancelling_and_being_too_late_for_it(database: Engine) -> None:
    fake = Fake([BEGIN])
    one = book(database, fake)
    with pytest.raises(NotAllowed):
        run(booking.cancel(database, fake, one, tot_minuten=120, now=BEGIN - timedelta(minutes=119)))
    assert len(fake.booked) == 1
    gone = run(booking.cancel(database, fake, one, tot_minuten=120, now=BEGIN - timedelta(minutes=121)))
    assert gone.stand is Stand.GEANNULEERD and not fake.booked


def test_moving_to_where_it_is_does_nothing(database: Engine) -> None:
    fake = Fake([BEGIN])
    one = book(database, fake)
    same = run(booking.move(database, fake, one, BEGIN, STADHUIS, sleutel="s2", tot_minuten=0, now=NU))
    assert same == one and "move" not in fake.asked


def old_one(fake: Fake) -> Afspraak:
    return run(fake.book([Keus("pas")], "stadhuis", BEGIN, KLANT))


def test_moving_books_first_and_cancels_then() -> None:
    fake = Fake([BEGIN, LATER])
    new = run(move_by_booking(fake, old_one(fake), LATER, None, "s2"))
    assert [one.begin for one in fake.booked.values()] == [LATER] and new.klant == KLANT
    assert fake.asked == ["book", "book", "cancel"]


def test_the_new_moment_is_taken_then_the_old_one_stands() -> None:
    fake = Fake([BEGIN])
    old = old_one(fake)
    with pytest.raises(SlotTaken):
        run(move_by_booking(fake, old, LATER, None, "s2"))
    assert list(fake.booked) == [old.id] and "cancel" not in fake.asked


def test_the_old_one_can_not_be_cancelled_then_the_new_one_goes() -> None:
    fake = Fake([BEGIN, LATER])
    old = old_one(fake)
    fake.fails["cancel"] = [Unavailable("x")]
    with pytest.raises(Unavailable):
        run(move_by_booking(fake, old, LATER, None, "s2"))
    assert list(fake.booked) == [old.id]


def test_neither_can_be_cancelled_then_both_stand_and_it_is_said() -> None:
    fake = Fake([BEGIN, LATER])
    old = old_one(fake)
    fake.fails["cancel"] = [Unavailable("x"), Unavailable("x")]
    with pytest.raises(HalfMoved) as found:
        run(move_by_booking(fake, old, LATER, None, "s2"))
    assert len(fake.booked) == 2 and found.value.oud == old and found.value.nieuw.begin == LATER


def test_a_cancellation_that_may_still_come_leaves_the_new_one_alone() -> None:
    """Else somebody could end up with neither: the slow cancellation is carried out after all."""
    fake = Fake([BEGIN, LATER])
    old = old_one(fake)
    fake.fails["cancel"] = [Uncertain("x")]
    with pytest.raises(HalfMoved):
        run(move_by_booking(fake, old, LATER, None, "s2"))
    assert LATER in [one.begin for one in fake.booked.values()]
