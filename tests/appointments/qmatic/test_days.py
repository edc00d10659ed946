"""The days that are offered are exactly those on which there is a moment, whatever the range and whatever is taken."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.appointments.values import Keus
from bot.sandbox.qmatic_world import NATURALISATIE, NOORD, STADSKANTOOR
from tests.appointments.qmatic.server import CURACAO, NACHTLOKET, STRANGE, ZONE, Sandbox

choices = st.sampled_from(
    [
        (STADSKANTOOR, [Keus("Paspoort")]),
        (STADSKANTOOR, [Keus("Paspoort", 9), Keus("Rijbewijs", 2)]),
        (STADSKANTOOR, [Keus(NATURALISATIE, 4)]),
        (STADSKANTOOR, [Keus("Paspoort"), Keus("Erkennen_kind")]),
        (NOORD, [Keus("Identiteitskaart", 3)]),
        (NOORD, [Keus("Paspoort", 40)]),
        (NACHTLOKET, [Keus("Paspoort"), Keus(STRANGE)]),
        (NACHTLOKET, [Keus("Paspoort", 20)]),
        (CURACAO, [Keus("Paspoort", 2)]),
    ]
)
busy = st.lists(
    st.tuples(
        st.sampled_from([STADSKANTOOR, NOORD, NACHTLOKET, CURACAO]),
        st.integers(0, 95),
        st.integers(0, 20 * 12),
        st.sampled_from([5, 60, 8 * 60]),
    ),
    max_size=8,
)


def test_days_are_exactly_those_with_moments(sandbox: Sandbox) -> None:
    async def ask(choice: tuple[str, list[Keus]], van: date, length: int) -> tuple[list[date], list[date]]:
        locatie, keuzen = choice
        asked = [van + timedelta(days=number) for number in range(length + 1)]
        async with sandbox.connected() as (backend, _):
            days = await backend.list_dates(keuzen, locatie, van, van + timedelta(days=length))
            return days, [day for day in asked if await backend.list_times(keuzen, locatie, day)]

    @settings(deadline=None, max_examples=25)
    @given(
        choices,
        st.datetimes(datetime(2026, 9, 1), datetime(2027, 3, 27)),
        st.integers(-3, 95),
        st.integers(-1, 14),
        busy,
    )
    def holds(
        choice: tuple[str, list[Keus]], now: datetime, first: int, length: int, taken: list[tuple[str, int, int, int]]
    ) -> None:
        sandbox.reset()
        sandbox.clock.now = now.replace(tzinfo=ZONE)
        for branch, day, steps, minutes in taken:
            start = datetime.combine(now.date(), datetime.min.time(), UTC) + timedelta(days=day, minutes=5 * steps)
            sandbox.occupy(start, minutes, branch)
        days, with_moments = asyncio.run(ask(choice, now.date() + timedelta(days=first), length))
        assert days == with_moments

    holds()
