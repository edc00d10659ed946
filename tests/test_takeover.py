"""Handing over as residents see it: places, waiting times, and a hundred at once with ten employees."""

from __future__ import annotations

import heapq
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot import takeover
from bot.catalog.gemeente import Gemeente
from bot.conversations import store
from bot.conversations.model import WEBCHAT
from bot.handoff import employees, queue
from bot.handoff.model import Eigenaar, NotYours, Reden, Uitkomst
from bot.handoff.waiting_time import minutes
from tests.builders import gemeente as build_gemeente

NU = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@pytest.fixture
def gemeente() -> Gemeente:
    return build_gemeente()


def wait(database: Engine, gemeente: Gemeente, now: datetime = NU, **more: object) -> str:
    """A conversation that waits for an employee."""
    gesprek = store.start(database, gemeente=gemeente.id, kanaal=WEBCHAT)
    takeover.ask(database, gemeente, gesprek_id=gesprek.id, reden=Reden.GEVRAAGD, delen=True, now=now, **more)  # type: ignore[arg-type]
    return gesprek.id


def agent(database: Engine, gemeente: Gemeente, name: str = "noor") -> employees.Medewerker:
    made = employees.add(database, name, name.title(), [(gemeente.id, "medewerker")])
    employees.set_presence(database, made.id, True, NU)
    return made


def state(database: Engine, gesprek_id: str) -> dict[str, object]:
    return dict(store.load(database, gesprek_id).toestand)


def test_everybody_sees_their_own_place(database: Engine, gemeente: Gemeente) -> None:
    first, second = wait(database, gemeente), wait(database, gemeente, NU + timedelta(seconds=1))
    assert [state(database, one)["plek"] for one in (first, second)] == [1, 2]
    assert state(database, first)["wachttijd"] == []
    noor = agent(database, gemeente)
    request = queue.open_request(database, first)
    assert request is not None
    changed = takeover.picked_up(database, queue.claim(database, request.id, noor.id, 3), noor)
    assert set(changed) == {first, second}
    assert state(database, first) == {"wie": "medewerker", "soort": "medewerker", "naam": "Noor"}
    assert state(database, second)["plek"] == 1


def test_only_the_employee_who_has_it_may_speak(database: Engine, gemeente: Gemeente) -> None:
    gesprek_id, noor, sem = wait(database, gemeente), agent(database, gemeente), agent(database, gemeente, "sem")
    request = queue.open_request(database, gesprek_id)
    assert request is not None
    with pytest.raises(NotYours):
        takeover.say(database, request, noor, "te vroeg", "1")
    taken = queue.claim(database, request.id, noor.id, 3)
    with pytest.raises(NotYours):
        takeover.say(database, taken, sem, "van een ander", "2")
    one = takeover.say(database, taken, noor, "Goedemorgen", "3")
    again = takeover.say(database, taken, noor, "Goedemorgen", "3")
    assert one == again
    assert [said.tekst for said in store.since(database, gesprek_id)] == ["Goedemorgen"]


def test_who_has_the_conversation_when_the_resident_leaves_just_then(database: Engine, gemeente: Gemeente) -> None:
    gesprek_id, noor = wait(database, gemeente), agent(database, gemeente)
    request = queue.open_request(database, gesprek_id)
    assert request is not None
    queue.claim(database, request.id, noor.id, 3)
    assert takeover.leave(database, gemeente, gesprek_id) == []
    assert queue.owner(database, gesprek_id) is Eigenaar.MEDEWERKER


def test_what_is_told_goes_to_nobody_once_it_was_erased(database: Engine, gemeente: Gemeente) -> None:
    gesprek_id = wait(database, gemeente)
    queue.forget(database, gesprek_id)
    store.erase(database, gesprek_id)
    assert takeover.keep_queue(database, [gemeente], NU + timedelta(hours=9)) == []


@pytest.mark.parametrize("spread", [0, 1200], ids=["all at once", "within twenty minutes"])
def test_a_hundred_residents_and_ten_employees(database: Engine, gemeente: Gemeente, spread: int) -> None:
    """None is lost, none is helped twice, and at least 80% wait as long as they were told."""
    if database.dialect.name != "sqlite":
        pytest.skip("het verloop is op SQLite hetzelfde; de wedlopen zelf worden op beide databases getest")
    rng = random.Random(11)
    arrivals = sorted(rng.uniform(0, spread) for _ in range(100))
    agents = [agent(database, gemeente, f"agent{number}") for number in range(10)]
    # (moment, order, what, who): arrivals, and employees who become free.
    events = [(moment, number, "komt", number) for number, moment in enumerate(arrivals)]
    events += [(spread and 0.0, 1000 + number, "vrij", number) for number in range(len(agents))]
    heapq.heapify(events)
    idle: list[int] = []
    asked: dict[str, float] = {}
    told: dict[str, tuple[float, tuple[int, int]]] = {}
    waited: dict[str, float] = {}
    busy: dict[int, str] = {}
    order = 2000
    while events:
        seconds, _, what, who = heapq.heappop(events)
        now = NU + timedelta(seconds=seconds)
        if what == "komt":
            gesprek = store.start(database, gemeente=gemeente.id, kanaal=WEBCHAT)
            takeover.ask(database, gemeente, gesprek_id=gesprek.id, reden=Reden.GEVRAAGD, delen=True, now=now)
            asked[gesprek.id] = seconds
        else:
            if who in busy:
                done = queue.open_request(database, busy.pop(who))
                assert done is not None
                queue.close(database, done.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=agents[who].id, now=now)
            idle.append(who)
        waiting = queue.waiting(database, [gemeente.id])
        while idle and waiting:
            one, helper = waiting.pop(0), idle.pop(0)
            queue.claim(database, one.id, agents[helper].id, 1, now)
            assert one.gesprek_id is not None and one.gesprek_id not in waited
            waited[one.gesprek_id] = seconds - asked[one.gesprek_id]
            busy[helper] = one.gesprek_id
            order += 1
            heapq.heappush(events, (seconds + rng.uniform(60, 300), order, "vrij", helper))
        takeover.show_queue(database, gemeente.id, now)
        for left in queue.waiting(database, [gemeente.id]):
            if left.verwacht_tot is not None and left.gesprek_id is not None and left.gesprek_id not in told:
                assert left.verwacht_van is not None
                told[left.gesprek_id] = (seconds, (left.verwacht_van, left.verwacht_tot))
    assert len(waited) == 100
    assert queue.waiting(database, [gemeente.id]) == []
    inside = []
    for gesprek_id, (moment, announced) in told.items():
        left_to_wait = waited[gesprek_id] - (moment - asked[gesprek_id])
        least, most = minutes(announced)
        inside.append(least * 60 <= left_to_wait <= most * 60)
    assert len(told) >= 30
    assert sum(inside) / len(inside) >= 0.8, f"{sum(inside)} van {len(inside)}"
