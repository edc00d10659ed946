"""Which free moments are offered."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.appointments.offers import AANTAL, Aanbod, first_free
from bot.appointments.values import TIJDZONE, Keus
from bot.appointments.wishes import Wens
from tests.appointments.fake import Fake

NU = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
DONDERDAG = date(2026, 12, 3)
ALTIJD = Wens()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TIJDZONE)


def offered(free: list[datetime], wens: Wens = ALTIJD, na: datetime | None = None, vooruit: int = 90) -> Aanbod:
    found = first_free(Fake(free), [Keus("pas")], "stadhuis", wens, nu=NU, dagen_vooruit=vooruit, na=na)
    return asyncio.run(found)


def test_the_first_three_and_whether_there_are_more() -> None:
    free = [at(DONDERDAG, hour) for hour in (9, 10, 11, 12)]
    assert offered(free) == Aanbod(tuple(free[:3]), True, True)
    assert offered(free[:3]) == Aanbod(tuple(free[:3]), True, False)


def test_later_goes_on_after_the_last_one() -> None:
    free = [at(DONDERDAG, hour) for hour in (9, 10, 11, 12)]
    assert offered(free, na=free[2]).momenten == (free[3],)


def test_what_fits_the_wish_comes_even_when_it_is_weeks_away() -> None:
    free = [at(DONDERDAG, 9), at(DONDERDAG + timedelta(days=21), 16)]
    assert offered(free, Wens(uur_van=time(16))) == Aanbod((free[1],), True, False)


def test_nothing_fits_then_the_nearest_after_the_day_that_was_named() -> None:
    free = [at(DONDERDAG, 9), at(DONDERDAG + timedelta(days=1), 9)]
    zondag = date(2026, 11, 29)
    assert offered(free, Wens(van=zondag, tot=zondag)) == Aanbod(tuple(free), False, False)


def test_nothing_is_free_at_all() -> None:
    assert offered([]) == Aanbod((), False, False)


def test_what_has_passed_or_lies_too_far_ahead_is_not_offered() -> None:
    assert offered([at(NU.date(), 9), at(NU.date() + timedelta(days=91), 9)]).momenten == ()


def test_the_hour_that_autumn_has_twice_counts_twice() -> None:
    first = datetime(2027, 10, 31, 2, 30, tzinfo=TIJDZONE)
    second = first.replace(fold=1)
    found = first_free(
        Fake([first, second]),
        [Keus("pas")],
        "stadhuis",
        Wens(),
        nu=datetime(2027, 10, 31, 1, 0, tzinfo=TIJDZONE),
        dagen_vooruit=5,
        na=first,
    )
    assert [one.fold for one in asyncio.run(found).momenten] == [1]


@given(
    st.sets(st.integers(0, 60 * 24), min_size=0, max_size=60),
    st.builds(
        Wens,
        weekdagen=st.frozensets(st.integers(0, 6), max_size=3),
        uur_van=st.one_of(st.none(), st.builds(time, st.integers(8, 18))),
    ),
)
def test_offers_are_the_first_fitting_ones_by_brute_force(hours: set[int], wens: Wens) -> None:
    free = sorted(NU + timedelta(hours=one + 1) for one in hours)
    fitting = [one for one in free if wens.past(one)]
    found = offered(free, wens)
    if fitting:
        assert found.past and list(found.momenten) == fitting[:AANTAL] and found.meer == (len(fitting) > AANTAL)
    else:
        assert not found.past and list(found.momenten) == free[:AANTAL]
