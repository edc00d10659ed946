"""Days and moments: the clock that changes, full days, and that days and moments tell the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from bot.appointments.errors import SlotTaken, Unavailable
from bot.appointments.values import Keus
from bot.sandbox.qmatic_world import NOORD, STADSKANTOOR
from tests.appointments.qmatic.conftest import Serve
from tests.appointments.qmatic.server import CURACAO, NACHTLOKET, NOOR, STEADY_WORLD, TODAY, ZONE, Sandbox, at

pytestmark = pytest.mark.asyncio

PASPOORT = [Keus("Paspoort")]
AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)


async def texts(sandbox: Sandbox, keuzen: list[Keus], locatie: str, dag: date) -> list[str]:
    async with sandbox.connected() as (backend, _):
        return [moment.isoformat() for moment in await backend.list_times(keuzen, locatie, dag)]


async def test_the_hour_that_comes_twice_is_offered_once(sandbox: Sandbox) -> None:
    found = await texts(sandbox, PASPOORT, NACHTLOKET, AUTUMN)
    assert found[0] == "2026-10-25T01:00:00+02:00"
    assert "2026-10-25T02:30:00+02:00" in found
    assert "2026-10-25T03:00:00+01:00" in found
    assert found[-1] == "2026-10-25T03:50:00+01:00"
    assert len(found) == len(set(found)) == 35


async def test_the_hour_that_is_skipped_is_not_there(sandbox: Sandbox) -> None:
    sandbox.clock.now = at("2027-03-01T08:00")
    found = await texts(sandbox, PASPOORT, NACHTLOKET, SPRING)
    assert found[0] == "2027-03-28T01:00:00+01:00"
    assert found[found.index("2027-03-28T01:55:00+01:00") + 1] == "2027-03-28T03:00:00+02:00"
    assert len(found) == 23


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-10-25T01:30", "2026-10-24T23:30"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),
        ("2026-10-25T03:30", "2026-10-25T02:30"),
    ],
)
async def test_what_is_booked_in_that_night_stands_when_it_was_said_to(sandbox: Sandbox, text: str, utc: str) -> None:
    async with sandbox.connected() as (backend, _):
        moment = next(one for one in await backend.list_times(PASPOORT, NACHTLOKET, AUTUMN) if one == at(text))
        made = await backend.book(PASPOORT, NACHTLOKET, moment.astimezone(UTC), NOOR)
    assert made.begin.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert made.begin == at(text)
    assert sandbox.appointments()[0]["start"] == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert made.einde is not None and made.einde.astimezone(UTC) - made.begin.astimezone(UTC) == timedelta(minutes=10)


async def test_the_second_time_of_that_hour_cannot_be_named_and_is_not_booked(sandbox: Sandbox) -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert second.astimezone(ZONE).strftime("%H:%M") == "02:30"
    async with sandbox.connected(native_hold=True) as (backend, net):
        with pytest.raises(SlotTaken):
            await backend.book(PASPOORT, NACHTLOKET, second, NOOR)
        with pytest.raises(SlotTaken):
            await backend.hold(PASPOORT, NACHTLOKET, second, "gesprek")
    assert not {"book", "reserve"} & set(net.asked)


async def test_a_moment_of_the_doubled_hour_is_recognised(sandbox: Sandbox) -> None:
    """Python finds it equal to none of another zone."""
    moment = at("2026-10-25T02:30")
    async with sandbox.connected(identify=True) as (backend, net):
        sandbox.faults.add("lost", method="POST", times=1)
        made = await backend.book(PASPOORT, NACHTLOKET, moment, NOOR, "", "wens")
        assert await backend.book(PASPOORT, NACHTLOKET, moment, NOOR, "", "wens") == made
        assert await backend.move(made.id, moment.astimezone(UTC)) == made
        net.instead["book"] = [httpx.Response(500, headers={"error_message": "Nee"})]
        with pytest.raises(Unavailable):
            await backend.book(PASPOORT, NACHTLOKET, moment, NOOR, "", "andere-wens")
    assert net.asked.count("book") == 2 and len(sandbox.appointments()) == 1


async def test_a_moment_without_a_zone_is_a_mistake(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        with pytest.raises(ValueError):
            await backend.book(PASPOORT, STADSKANTOOR, datetime(2026, 9, 2, 9, 0), NOOR)
    assert net.asked == []


async def test_a_moment_of_another_zone_is_the_same_moment(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await backend.book(PASPOORT, CURACAO, at("2026-09-02T16:00"), NOOR)
    assert net.paths("book") == [f"v2/branches/{CURACAO}/dates/2026-09-02/times/10:00/book"]
    assert made.begin.isoformat() == "2026-09-02T10:00:00-04:00"
    async with sandbox.connected() as (backend, net):
        await backend.book(PASPOORT, CURACAO, at("2026-09-04T03:30"), NOOR)
    assert net.paths("book") == [f"v2/branches/{CURACAO}/dates/2026-09-03/times/21:30/book"], "daar is het nog gisteren"


async def test_a_day_that_is_full_and_a_day_that_is_closed_have_no_moments(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, _):
        days = await backend.list_dates(PASPOORT, STADSKANTOOR, TODAY, date(2026, 9, 30))
        for day in (date(2026, 9, 15), date(2026, 9, 5)):
            assert day not in days
            assert await backend.list_times(PASPOORT, STADSKANTOOR, day) == []


async def test_a_moment_that_is_taken_is_not_offered(sandbox: Sandbox) -> None:
    nine = at("2026-09-01T09:00")
    sandbox.occupy(nine, 30, NOORD)
    found = await texts(sandbox, PASPOORT, NOORD, TODAY)
    assert found[0] == "2026-09-01T09:30:00+02:00"
    sandbox.occupy(at("2026-09-02T09:00"), 30)
    found = await texts(sandbox, PASPOORT, STADSKANTOOR, date(2026, 9, 2))
    assert "2026-09-02T08:50:00+02:00" in found
    assert not {f"2026-09-02T{time}:00+02:00" for time in ("08:55", "09:00", "09:25")} & set(found)


async def test_what_is_offered_can_be_booked_and_what_is_not_cannot(serve: Serve) -> None:
    """Every five minutes of a day with appointments in it."""
    sandbox = serve(world=STEADY_WORLD)
    day = date(2026, 9, 3)
    for text in ("10:00", "12:25", "15:05"):
        sandbox.occupy(at(f"2026-09-03T{text}"), 25, NOORD)
    keuzen = [Keus("Paspoort", 2)]
    moments = [at("2026-09-03T08:45") + timedelta(minutes=5 * step) for step in range(55)]
    async with sandbox.connected() as (backend, _):
        offered = set(await backend.list_times(keuzen, NOORD, day))
        for moment in moments:
            if moment in offered:
                made = await backend.book(keuzen, NOORD, moment, NOOR)
                await backend.cancel(made.id)
            else:
                with pytest.raises(SlotTaken):
                    await backend.book(keuzen, NOORD, moment, NOOR)
    assert len(sandbox.appointments()) == 3
    assert 20 < len(offered & set(moments)) < 50
