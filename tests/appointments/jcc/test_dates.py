"""Days with a free moment: exactly those on which there are times, however the range is cut up."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.appointments.values import Keus
from bot.sandbox.jcc_world import (
    AFHALEN,
    GEBOORTE,
    HUWELIJK,
    IDENTITEITSKAART,
    PASPOORT,
    STADHUIS,
    WIJKKANTOOR,
)
from tests.appointments.jcc.server import (
    AUTUMN,
    NACHTBALIE,
    PAS,
    SATURDAY,
    SPRING,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Contract,
    Sandbox,
    at,
)

DAY = timedelta(days=1)


def slices(transport: Contract) -> list[tuple[date, date]]:
    found = [dict(one) for one in transport.queries("appointment/availabletimelist")]
    return [(date.fromisoformat(one["fromDate"]), date.fromisoformat(one["toDate"])) for one in found]


@pytest.mark.asyncio
async def test_days_in_order_without_those_that_are_closed_or_full(sandbox: Sandbox) -> None:
    sandbox.store.fill_day(STADHUIS, THURSDAY)
    async with sandbox.backend() as backend:
        found = await backend.list_dates(PAS, STADHUIS, TUESDAY, TUESDAY + 9 * DAY)
        assert found == [TUESDAY + n * DAY for n in (0, 1, 3, 6, 7, 8, 9)]
        assert await backend.list_times(PAS, STADHUIS, THURSDAY) == []
        assert await backend.list_dates(PAS, WIJKKANTOOR, TUESDAY, SATURDAY) == [TUESDAY, THURSDAY]
        # Christmas is on a Friday and a Saturday.
        christmas = await backend.list_dates(PAS, STADHUIS, date(2026, 12, 24), date(2026, 12, 28))
        assert christmas == [date(2026, 12, 24), date(2026, 12, 28)]
        assert await backend.list_dates(PAS, STADHUIS, SATURDAY, SATURDAY + DAY) == []
        assert await backend.list_dates(PAS, STADHUIS, SATURDAY, WEDNESDAY) == []
        assert await backend.list_dates(PAS, STADHUIS, WEDNESDAY, WEDNESDAY) == [WEDNESDAY]


@pytest.mark.asyncio
async def test_no_more_than_fifty_days_in_a_question_and_no_day_twice(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        await backend.list_dates(PAS, STADHUIS, WEDNESDAY, WEDNESDAY + 119 * DAY)
        assert slices(transport) == [
            (WEDNESDAY, WEDNESDAY + 50 * DAY),
            (WEDNESDAY + 50 * DAY, WEDNESDAY + 100 * DAY),
            (WEDNESDAY + 100 * DAY, WEDNESDAY + 120 * DAY),
        ]
    async with sandbox.backend(transport := Contract(), dagen_per_vraag=7) as backend:
        await backend.list_dates(PAS, STADHUIS, WEDNESDAY, WEDNESDAY + 7 * DAY)
        assert slices(transport) == [(WEDNESDAY, WEDNESDAY + 7 * DAY), (WEDNESDAY + 7 * DAY, WEDNESDAY + 8 * DAY)]


@pytest.mark.asyncio
async def test_nothing_is_asked_outside_what_can_be_booked(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        first = TUESDAY + 14 * DAY
        found = await backend.list_dates([Keus(HUWELIJK), Keus(GEBOORTE)], STADHUIS, TUESDAY, TUESDAY + 16 * DAY)
        assert found == [first, first + DAY, first + 2 * DAY]
        assert slices(transport) == [(first, TUESDAY + 17 * DAY)]
        last = TUESDAY + 365 * DAY
        assert await backend.list_dates(PAS, STADHUIS, last, last + 400 * DAY) == [last]
        assert slices(transport)[1:] == [(last, last + DAY)]
        for van, tot in ((date(2020, 1, 1), TUESDAY - DAY), (last + DAY, last + 90 * DAY)):
            assert await backend.list_dates(PAS, STADHUIS, van, tot) == []
        assert len(slices(transport)) == 2
    assert transport.queries("activity/appointmentdaterange")[0] == [
        ("activityId", HUWELIJK),
        ("activityId", GEBOORTE),
    ]


@pytest.mark.asyncio
async def test_a_day_with_nothing_but_skipped_times_is_no_day(sandbox: Sandbox) -> None:
    assert sandbox.store.take(NACHTBALIE, at(SPRING, 0).replace(tzinfo=None), 120)
    assert sandbox.store.take(NACHTBALIE, at(SPRING, 3).replace(tzinfo=None), 180)
    async with sandbox.backend() as backend:
        assert await backend.list_times(PAS, NACHTBALIE, SPRING) == []
        assert await backend.list_dates(PAS, NACHTBALIE, SPRING - DAY, SPRING + DAY) == [SPRING - DAY, SPRING + DAY]


CHOICES = [
    (Keus(PASPOORT),),
    (Keus(PASPOORT, 2), Keus(AFHALEN)),
    (Keus(IDENTITEITSKAART, 6),),
    (Keus(HUWELIJK),),
]
BEGINS = st.one_of(
    st.integers(-5, 380).map(lambda n: TUESDAY + n * DAY),
    st.sampled_from([AUTUMN - 2 * DAY, SPRING - 2 * DAY, date(2026, 12, 20), TUESDAY + 355 * DAY]),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begin=BEGINS,
    length=st.integers(-1, 16),
    step=st.sampled_from([1, 2, 7, 50]),
    keuzen=st.sampled_from(CHOICES),
    locatie=st.sampled_from([STADHUIS, WIJKKANTOOR, NACHTBALIE]),
    full=st.sets(st.integers(0, 16), max_size=2),
)
def test_days_are_those_with_times(
    sandbox: Sandbox,
    begin: date,
    length: int,
    step: int,
    keuzen: tuple[Keus, ...],
    locatie: str,
    full: set[int],
) -> None:
    sandbox.reset()
    for one in full:
        sandbox.store.fill_day(locatie, begin + one * DAY)
    end = begin + length * DAY

    async def look() -> tuple[list[date], list[date]]:
        async with sandbox.backend(dagen_per_vraag=step) as backend:
            days = await backend.list_dates(keuzen, locatie, begin, end)
            every = [begin + n * DAY for n in range(length + 1)]
            return days, [one for one in every if await backend.list_times(keuzen, locatie, one)]

    days, with_times = asyncio.run(look())
    assert days == with_times
