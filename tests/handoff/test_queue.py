"""The queue on SQLite and PostgreSQL: order, claiming, handing over, closing, and what stays after erasure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.handoff import employees, queue
from bot.handoff.model import AlreadyTaken, Eigenaar, NotYours, Overdracht, Reden, Status, TooMany, Uitkomst
from bot.handoff.tables import overdracht, overdracht_notitie

NU = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def ask(database: Engine) -> Callable[..., Overdracht]:
    def asked(gesprek: str, seconds: int = 0, gemeente: str = "voorbeeldstad", **more: object) -> Overdracht:
        return queue.ask(
            database,
            gesprek_id=gesprek,
            gemeente=gemeente,
            kanaal="webchat",
            reden=Reden.GEVRAAGD,
            doel=timedelta(seconds=120),
            vanaf_nummer=1,
            now=NU + timedelta(seconds=seconds),
            **more,  # type: ignore[arg-type]
        )

    return asked


@pytest.fixture
def agent(database: Engine) -> Callable[..., int]:
    def made(name: str, *gemeenten: str) -> int:
        rollen = [(gemeente, "medewerker") for gemeente in gemeenten or ("voorbeeldstad",)]
        return employees.add(database, name, name.title(), rollen).id

    return made


def kinds(database: Engine, one: Overdracht) -> list[str]:
    return [event.soort for event in queue.events(database, one.id)]


def test_a_conversation_belongs_to_the_bot_until_a_human_is_asked_for(
    database: Engine, ask: Callable[..., Overdracht]
) -> None:
    assert queue.owner(database, "g1") is Eigenaar.BOT
    one = ask("g1")
    assert queue.owner(database, "g1") is Eigenaar.WACHTRIJ
    assert one.uiterlijk_op == NU + timedelta(seconds=120)


def test_asking_twice_is_asking_once(database: Engine, ask: Callable[..., Overdracht]) -> None:
    assert ask("g1").id == ask("g1", 60).id
    assert len(queue.waiting(database, ["voorbeeldstad"])) == 1


def test_after_closing_one_may_ask_again(database: Engine, ask: Callable[..., Overdracht]) -> None:
    first = ask("g1")
    assert queue.close(database, first.id, uitkomst=Uitkomst.VERLATEN)
    assert ask("g1").id != first.id


def test_longest_waiting_goes_first_whatever_the_municipality(database: Engine, ask: Callable[..., Overdracht]) -> None:
    ask("a", 20, "molendam"), ask("b", 0), ask("c", 10, "molendam")
    order = [one.gesprek_id for one in queue.waiting(database, ["voorbeeldstad", "molendam"])]
    assert order == ["b", "c", "a"]
    assert queue.places(database, "molendam") == {
        one.id: place for place, one in enumerate(queue.waiting(database, ["molendam"]), 1)
    }


def test_one_employee_gets_it(database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]) -> None:
    one, noor, sem = ask("g1"), agent("noor"), agent("sem")
    taken = queue.claim(database, one.id, noor, 3, NU)
    assert (taken.status, taken.medewerker_id, taken.opgepakt_op) == (Status.MEDEWERKER, noor, NU)
    with pytest.raises(AlreadyTaken):
        queue.claim(database, one.id, sem, 3, NU)


def test_many_claim_at_once_and_one_wins(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one, agents = ask("g1"), [agent(f"agent{n}") for n in range(8)]
    ready = threading.Barrier(len(agents))

    def claim(who: int) -> bool:
        ready.wait()
        try:
            queue.claim(database, one.id, who, 3)
            return True
        except AlreadyTaken:
            return False

    with ThreadPoolExecutor(len(agents)) as pool:
        won = list(pool.map(claim, agents))
    assert won.count(True) == 1
    assert queue.load(database, one.id).medewerker_id == agents[won.index(True)]
    assert kinds(database, one).count("opgepakt") == 1


def test_nobody_has_more_than_allowed(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    waiting, noor = [ask(f"g{n}", n) for n in range(6)], agent("noor")
    ready = threading.Barrier(len(waiting))

    def claim(one: Overdracht) -> bool:
        ready.wait()
        try:
            queue.claim(database, one.id, noor, 2)
            return True
        except TooMany:
            return False

    with ThreadPoolExecutor(len(waiting)) as pool:
        assert list(pool.map(claim, waiting)).count(True) == 2


def test_the_first_answer_stops_the_clock_once(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one, noor = ask("g1"), agent("noor")
    queue.claim(database, one.id, noor, 3, NU)
    queue.answered(database, one.id, noor, NU + timedelta(seconds=30))
    queue.answered(database, one.id, noor, NU + timedelta(seconds=60))
    assert queue.load(database, one.id).eerste_antwoord_op == NU + timedelta(seconds=30)
    with pytest.raises(NotYours):
        queue.answered(database, one.id, agent("sem"))


def test_to_a_colleague_and_to_a_department(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one, noor, sem = ask("g1"), agent("noor"), agent("sem")
    queue.claim(database, one.id, noor, 3, NU)
    queue.add_note(database, one.id, noor, "wil graag een brief")
    assert queue.transfer(database, one.id, noor, naar=sem).medewerker_id == sem
    with pytest.raises(NotYours):
        queue.transfer(database, one.id, noor, afdeling="burgerzaken")
    ask("later", 5)
    back = queue.transfer(database, one.id, sem, afdeling="burgerzaken", now=NU + timedelta(minutes=5))
    assert (back.status, back.medewerker_id, back.afdeling) == (Status.WACHTRIJ, None, "burgerzaken")
    # Whoever was helped already goes before who came later, and keeps the notes and the first pick-up.
    assert [found.id for found in queue.waiting(database, ["voorbeeldstad"])][0] == one.id
    assert [note.tekst for note in queue.notes(database, one.id)] == ["wil graag een brief"]
    assert queue.claim(database, one.id, noor, 3, NU + timedelta(minutes=6)).opgepakt_op == NU
    with pytest.raises(ValueError):
        queue.transfer(database, one.id, noor)


def test_of_an_employee_who_is_gone_it_goes_back_in_front(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one, noor = ask("g1"), agent("noor")
    queue.claim(database, one.id, noor, 3)
    ask("later", 1)
    assert queue.release(database, one.id, noor)
    assert not queue.release(database, one.id, noor)
    assert [found.id for found in queue.waiting(database, ["voorbeeldstad"])][0] == one.id


def test_a_closed_one_cannot_be_closed_or_claimed_again(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one, noor = ask("g1"), agent("noor")
    queue.claim(database, one.id, noor, 3)
    assert not queue.close(database, one.id, uitkomst=Uitkomst.VERLATEN)
    assert queue.close(database, one.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=noor, label="klacht")
    with pytest.raises(NotYours):
        queue.close(database, one.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=noor)
    with pytest.raises(AlreadyTaken):
        queue.claim(database, one.id, noor, 3)
    assert queue.owner(database, "g1") is Eigenaar.BOT
    assert [found.id for found in queue.to_give_back(database, "g1")] == [one.id]
    queue.given_back(database, [one.id])
    assert queue.to_give_back(database, "g1") == []


def test_the_resident_may_end_it_at_any_time(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one = ask("g1")
    queue.claim(database, one.id, agent("noor"), 3)
    assert queue.end_by_resident(database, "g1")
    assert not queue.end_by_resident(database, "g1")
    assert queue.load(database, one.id).uitkomst == Uitkomst.VERLATEN


def test_the_moments_are_kept_for_the_figures(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one, noor = ask("g1"), agent("noor")
    queue.claim(database, one.id, noor, 3, NU + timedelta(seconds=20))
    queue.answered(database, one.id, noor, NU + timedelta(seconds=40))
    queue.close(database, one.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=noor, now=NU + timedelta(seconds=300))
    assert kinds(database, one) == ["in_wachtrij", "opgepakt", "eerste_antwoord", "gesloten"]
    assert [kind for kind, _, _ in queue.moves(database, "voorbeeldstad", NU)] == [
        "in_wachtrij",
        "opgepakt",
        "gesloten",
    ]


def test_erasing_takes_words_and_names_and_leaves_moments(
    database: Engine, ask: Callable[..., Overdracht], agent: Callable[..., int]
) -> None:
    one = ask("g1", naam="Noor de Vries")
    queue.claim(database, one.id, agent("noor"), 3)
    queue.add_note(database, one.id, 1, "woont aan de Dorpsstraat")
    assert queue.forget(database, "g1") == 1
    kept = queue.load(database, one.id)
    assert (kept.gesprek_id, kept.naam, kept.status, kept.uitkomst) == (None, None, Status.GESLOTEN, "gewist")
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(overdracht_notitie)).scalar() == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(overdracht)).scalar() == 1


def test_an_announced_wait_is_kept_once(database: Engine, ask: Callable[..., Overdracht]) -> None:
    one = ask("g1")
    queue.announce(database, one.id, (60, 180))
    queue.announce(database, one.id, (0, 60))
    kept = queue.load(database, one.id)
    assert (kept.verwacht_van, kept.verwacht_tot) == (60, 180)


def test_a_call_back_is_offered_once_per_wait(database: Engine, ask: Callable[..., Overdracht]) -> None:
    one = ask("g1")
    assert queue.offered(database, one.id)
    assert not queue.offered(database, one.id)
