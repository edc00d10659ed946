"""Who is who on WhatsApp: by BSUID, by number, by both, and when either changes hands."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.whatsapp import inbox, outbox, people
from bot.whatsapp.people import Adres, Afzender, Persoon
from bot.whatsapp.tables import whatsapp_in, whatsapp_persoon, whatsapp_uit

GEHEIM = "een geheim van de installatie"
NU = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
OURS, OTHER = "700200", "700300"
BOTH = Afzender(OURS, "NL.4455667788", "31600000001")
ONLY_USER, ONLY_NUMBER = Afzender(OURS, BOTH.gebruiker), Afzender(OURS, None, BOTH.nummer)


def seen(database: Engine, who: Afzender, at: datetime = NU, **more: bool) -> Persoon:
    """The person who wrote."""
    with database.begin() as connection:
        id = people.seen(connection, GEHEIM, who, gemeente="voorbeeldstad", tijd=at, **more)
    found = people.by_id(database, GEHEIM, id)
    assert found is not None
    return found


def count(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(whatsapp_persoon)).scalar_one())


@pytest.mark.parametrize("first", [BOTH, ONLY_USER, ONLY_NUMBER], ids=["both", "user", "number"])
@pytest.mark.parametrize("then", [BOTH, ONLY_USER, ONLY_NUMBER], ids=["both", "user", "number"])
def test_whoever_was_seen_before_keeps_the_conversation(database: Engine, first: Afzender, then: Afzender) -> None:
    was = seen(database, first)
    assert was.adres == first.adres
    now = seen(database, then)
    strangers = {first, then} == {ONLY_USER, ONLY_NUMBER}
    assert (now.id == was.id) is not strangers and count(database) == 1 + strangers
    if not strangers:
        assert now.gesprek_id == was.gesprek_id
        assert now.adres.nummer in (first.adres.nummer, then.adres.nummer)
    # Once both are known together, either finds them.
    whole = seen(database, BOTH)
    assert whole.adres == BOTH.adres
    assert {seen(database, ONLY_USER).id, seen(database, ONLY_NUMBER).id} == {whole.id}


def test_somebody_at_two_of_our_numbers_is_two_people(database: Engine) -> None:
    here, there = seen(database, BOTH), seen(database, Afzender(OTHER, BOTH.gebruiker, BOTH.nummer))
    assert here.id != there.id and here.gesprek_id != there.gesprek_id
    assert {here.phone_number_id, there.phone_number_id} == {OURS, OTHER}


def test_a_number_that_was_given_to_somebody_else_reaches_only_them(database: Engine) -> None:
    before = seen(database, BOTH)
    after = seen(database, Afzender(OURS, "NL.9999", BOTH.nummer))
    assert after.id != before.id and after.adres.nummer == "+31600000001"
    gone = people.by_id(database, GEHEIM, before.id)
    assert gone is not None and gone.adres == Adres("", "NL.4455667788")
    assert seen(database, ONLY_NUMBER).id == after.id
    assert seen(database, ONLY_USER).id == before.id


def test_a_number_alone_that_was_given_to_somebody_else_reaches_nobody(database: Engine) -> None:
    user = seen(database, ONLY_USER)
    number = seen(database, ONLY_NUMBER)
    assert seen(database, BOTH).id == user.id
    left = people.by_id(database, GEHEIM, number.id)
    assert left is not None and left.adres == Adres()


def move(database: Engine, of: Afzender, to: Afzender, wamid: str = "wamid.move") -> None:
    inbox.take_in_move(database, GEHEIM, of, to, wamid=wamid, tijd=NU, now=NU)


@pytest.mark.parametrize("to", [Afzender(OURS, "NL.2", "31600000002"), Afzender(OURS, None, "31600000002")])
def test_who_has_another_number_keeps_the_conversation(database: Engine, to: Afzender) -> None:
    was = seen(database, BOTH)
    move(database, BOTH, to)
    now = people.by_id(database, GEHEIM, was.id)
    assert now is not None and now.adres == to.adres
    assert seen(database, Afzender(OURS, "NL.2", "31600000002")).id == was.id
    # Who has the old number is somebody new.
    assert seen(database, BOTH).id != was.id


def test_a_move_that_is_told_again_is_done_once(database: Engine) -> None:
    new = Afzender(OURS, "NL.2", "31600000002")
    was = seen(database, BOTH)
    move(database, BOTH, new)
    heir = seen(database, BOTH)
    move(database, BOTH, new)
    assert seen(database, new).id == was.id
    assert seen(database, BOTH).id == heir.id
    assert count(database) == 2


def test_a_move_of_nobody_we_know_makes_nobody(database: Engine) -> None:
    move(database, BOTH, Afzender(OURS, "NL.2", "31600000002"))
    assert count(database) == 0


def test_a_move_goes_before_who_was_made_for_the_new_number(database: Engine) -> None:
    new = Afzender(OURS, "NL.2", "31600000002")
    was, early = seen(database, BOTH), seen(database, new)
    move(database, BOTH, new)
    assert seen(database, new).id == was.id
    left = people.by_id(database, GEHEIM, early.id)
    assert left is not None and left.adres == Adres()


def test_the_24_hours_count_from_the_newest_message(database: Engine) -> None:
    seen(database, BOTH, NU)
    assert seen(database, BOTH, NU - timedelta(hours=5)).laatst_op == NU
    later = seen(database, BOTH, NU + timedelta(hours=5))
    assert later.window_until() == NU + timedelta(hours=29)
    assert seen(database, BOTH, NU + timedelta(hours=9), opens=False).laatst_op == NU + timedelta(hours=5)


def test_nothing_about_a_person_can_be_read_in_the_table(database: Engine) -> None:
    seen(database, BOTH)
    with database.connect() as connection:
        (row,) = connection.execute(sa.select(whatsapp_persoon)).mappings().all()
    kept = repr(dict(row))
    assert not any(part in kept for part in ("31600000001", "600000001", "4455667788", "NL."))
    assert people.decrypted(GEHEIM, row["adres"]) == BOTH.adres
    assert people.decrypted("een ander geheim", row["adres"]) == Adres()
    assert "31600000001" not in repr(people.by_id(database, GEHEIM, row["id"])) + repr(BOTH)


def test_an_employee_sees_three_digits() -> None:
    assert people.masked(BOTH.adres) == "•••• 001"
    assert people.masked(ONLY_USER.adres) == ""


def test_one_process_at_a_time_has_somebody(database: Engine) -> None:
    one, lease = seen(database, BOTH).id, timedelta(seconds=20)
    assert people.claim(database, one, "a", NU, lease)
    assert not people.claim(database, one, "b", NU + timedelta(seconds=20), lease)
    assert people.claim(database, one, "a", NU + timedelta(seconds=10), lease)
    people.keep(database, "a", NU + timedelta(seconds=25), lease)
    assert not people.claim(database, one, "b", NU + timedelta(seconds=44), lease)
    people.keep(database, "b", NU + timedelta(hours=1), lease)
    assert people.claim(database, one, "b", NU + timedelta(seconds=46), lease)
    people.let_go(database, one, "a")
    assert not people.claim(database, one, "a", NU + timedelta(seconds=47), lease)
    people.let_go(database, one, "b")
    assert people.claim(database, one, "a", NU + timedelta(seconds=47), lease)
    assert not people.claim(database, "niemand", "a", NU, lease)


def test_many_who_claim_at_once_get_it_once(database: Engine) -> None:
    one = seen(database, BOTH).id
    got = together(8, lambda number: people.claim(database, one, str(number), NU, timedelta(seconds=20)))
    assert sorted(got) == [False] * 7 + [True]


def test_somebody_new_who_comes_in_many_times_at_once_is_one_person(database: Engine) -> None:
    senders = [BOTH, ONLY_USER, BOTH, BOTH] * 4
    together(16, lambda number: take_in(database, senders[number], f"wamid.{number}"))
    assert count(database) == 1
    with database.connect() as connection:
        rows = connection.execute(sa.select(whatsapp_in.c.persoon_id)).scalars().all()
    assert len(rows) == 16 and set(rows) == {seen(database, BOTH).id}


def test_whose_conversation_was_not_made_ready_yet(database: Engine) -> None:
    persoon = seen(database, BOTH)
    outbox.put(database, persoon_id=persoon.id, gemeente="g", nummer=3, lijven=(), now=NU, uitgezet=3)
    assert people.behind(database, {persoon.gesprek_id: 3, "van een ander": 9}) == []
    assert people.behind(database, {persoon.gesprek_id: 4}) == [persoon.id]
    many = {f"gesprek {number}": 1 for number in range(1500)} | {persoon.gesprek_id: 4}
    assert people.behind(database, many) == [persoon.id]


def test_forgetting_leaves_bare_keys_and_the_receipt(database: Engine) -> None:
    persoon, other = seen(database, BOTH), seen(database, Afzender(OURS, "NL.2"))
    take_in(database, BOTH, "wamid.1"), take_in(database, Afzender(OURS, "NL.2"), "wamid.2")
    for one in (persoon.id, other.id):
        outbox.put(database, persoon_id=one, gemeente="g", nummer=1, lijven=[{"type": "text"}], now=NU)
    receipt = people.encrypted(GEHEIM, persoon.adres)
    outbox.put_loose(database, persoon_id=persoon.id, gemeente="g", lijven=[{}], now=NU, adres=receipt)
    people.forget(database, persoon.gesprek_id)
    assert people.load(database, GEHEIM, persoon.gesprek_id) is None and count(database) == 1
    with database.connect() as connection:
        incoming = connection.execute(sa.select(whatsapp_in).order_by(whatsapp_in.c.id)).mappings().all()
        outgoing = connection.execute(sa.select(whatsapp_uit.c.persoon_id, whatsapp_uit.c.nummer)).all()
    assert [(row["persoon_id"], bool(row["inhoud"])) for row in incoming] == [(None, False), (other.id, True)]
    assert {tuple(row) for row in outgoing} == {(other.id, 1), (persoon.id, -1)}
    # Meta may say it again: that is no new conversation.
    assert take_in(database, BOTH, "wamid.1") is None and count(database) == 1
    assert inbox.people_waiting(database) == [other.id]
    again = take_in(database, BOTH, "wamid.3")
    assert again is not None and again != persoon.id


def test_nothing_is_left_of_who_writes_while_being_erased(database: Engine) -> None:
    """What is taken in during an erasure is part of it, or of a new conversation."""
    for _ in range(5):
        gesprek = seen(database, BOTH).gesprek_id
        start = datetime.now().timestamp()
        together(
            5,
            lambda number, gesprek=gesprek, start=start: (
                people.forget(database, gesprek) if number == 2 else take_in(database, BOTH, f"wamid.{start}.{number}")
            ),
        )
        with database.connect() as connection:
            known = set(connection.execute(sa.select(whatsapp_persoon.c.id)).scalars())
            rows = connection.execute(sa.select(whatsapp_in.c.persoon_id, whatsapp_in.c.klaar_op)).all()
        assert all(row.persoon_id in known or (row.persoon_id is None and row.klaar_op) for row in rows)
        assert len(known) <= 1


def take_in(database: Engine, who: Afzender, wamid: str) -> str | None:
    return inbox.take_in(
        database, GEHEIM, who, gemeente="voorbeeldstad", wamid=wamid, inhoud={"soort": "tekst"}, tijd=NU, now=NU
    )


def together(many: int, work: object) -> list[object]:
    """What so many threads at once get."""
    barrier, found = threading.Barrier(many), [None] * many

    def run(number: int) -> None:
        barrier.wait()
        found[number] = work(number)  # type: ignore[operator]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
