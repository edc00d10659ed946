"""Paces, beside a plain model that remembers every message."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.whatsapp.errors import Reactie
from bot.whatsapp.limits import ATTEMPTS, PER_USER, Ritme, Tempo, pause, per_number

BEGIN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
paces = st.builds(Ritme, st.integers(1, 10_000).map(lambda us: us * MICRO), st.integers(1, 6))
gaps = st.lists(st.integers(0, 30_000).map(lambda us: us * MICRO), min_size=1, max_size=40)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def may_go(ritme: Ritme, sent: list[datetime], at: datetime) -> bool:
    """The model: whichever message one counts from, no more since than a burst and what the time since then allows."""
    return all((len(sent) - number + 1 - ritme.stoot) * ritme.tussen <= at - since for number, since in enumerate(sent))


@settings(max_examples=300)
@given(paces, gaps)
def test_exactly_what_the_model_allows_may_go(ritme: Ritme, waits: list[timedelta]) -> None:
    tempo, now = Tempo(ritme), BEGIN
    sent: list[datetime] = []
    for wait in waits:
        now += wait
        soonest = tempo.next_allowed(now)
        assert (soonest == now) == may_go(ritme, sent, now)
        assert soonest >= now and may_go(ritme, sent, soonest)
        assert soonest == now or not may_go(ritme, sent, soonest - MICRO)
        if soonest == now:
            sent.append(now)
            tempo = tempo.counted(now)


@settings(max_examples=100)
@given(paces, gaps)
def test_waiting_as_told_never_breaks_the_limit(ritme: Ritme, waits: list[timedelta]) -> None:
    tempo, now = Tempo(ritme), BEGIN
    sent: list[datetime] = []
    for wait in waits:
        now = tempo.next_allowed(now + wait)
        assert may_go(ritme, sent, now)
        sent.append(now)
        tempo = tempo.counted(now)


def test_a_user_gets_45_at_once_and_then_one_in_6_seconds() -> None:
    tempo = Tempo(PER_USER)
    for _ in range(45):
        assert tempo.next_allowed(BEGIN) == BEGIN
        tempo = tempo.counted(BEGIN)
    assert tempo.next_allowed(BEGIN) == BEGIN + seconds(6)
    # What was borrowed is paid back after as many times 6 seconds; then there is a whole burst again.
    assert tempo.geleend_tot == BEGIN + seconds(45 * 6)
    later = tempo.geleend_tot
    for _ in range(45):
        assert tempo.next_allowed(later) == later
        tempo = tempo.counted(later)
    assert tempo.next_allowed(later) == later + seconds(6)


@pytest.mark.parametrize("limit", [2, 20, 80, 1000])
def test_no_second_of_a_number_has_more_than_meta_allows(limit: int) -> None:
    tempo, now, sent = Tempo(per_number(limit)), BEGIN, []
    for _ in range(3 * limit):
        now = tempo.next_allowed(now)
        tempo = tempo.counted(now)
        sent.append(now)
    # A second with both its ends.
    busiest = max(bisect_right(sent, since + seconds(1)) - number for number, since in enumerate(sent))
    assert 0.95 * limit <= busiest <= limit


def test_what_comes_in_counts_and_does_not_wait() -> None:
    tempo = Tempo(per_number(80))
    for _ in range(80):
        tempo = tempo.counted(BEGIN)
    assert tempo.next_allowed(BEGIN) == BEGIN + (80 - 16 + 1) * tempo.ritme.tussen


@pytest.mark.parametrize(("per_second", "margin"), [(1, 0.2), (0, 0.2), (80, 0.0), (80, 1.0)])
def test_a_number_without_room_is_refused(per_second: int, margin: float) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        per_number(per_second, margin)


def test_after_131056_the_waits_are_powers_of_4_until_one_is_accepted() -> None:
    tempo, now, waits = Tempo(PER_USER), BEGIN, []
    for _ in range(8):
        tempo = tempo.refused(now)
        waits.append((tempo.next_allowed(now) - now).total_seconds())
        now = tempo.next_allowed(now)
    assert waits == [1, 4, 16, 64, 256, 1024, 4096, 4096]
    tempo = tempo.accepted()
    assert tempo.next_allowed(now) == now
    assert tempo.refused(now).next_allowed(now) == now + seconds(1)


def test_rest_is_never_shortened() -> None:
    tempo = Tempo(PER_USER).resting(BEGIN + seconds(60))
    assert tempo.refused(BEGIN).next_allowed(BEGIN) == BEGIN + seconds(60)
    assert tempo.resting(BEGIN).next_allowed(BEGIN) == BEGIN + seconds(60)


def test_a_clock_that_goes_back_loses_no_pace() -> None:
    tempo = Tempo(Ritme(seconds(6), 1)).counted(BEGIN)
    assert tempo.counted(BEGIN - seconds(60)).next_allowed(BEGIN) == BEGIN + seconds(12)


def test_temporary_errors_are_tried_again_with_growing_pauses() -> None:
    pauses = [pause(Reactie.OPNIEUW, attempt, 0.5) for attempt in range(1, ATTEMPTS + 1)]
    assert pauses == [seconds(2), seconds(4), seconds(8), seconds(16), None]


def test_limits_of_the_account_take_minutes_and_those_of_the_number_seconds() -> None:
    account = [pause(Reactie.NUMMER_RUSTIG, attempt, 0.5, code=80007) for attempt in (1, 2, 3, 4, 5, 50)]
    assert account == [seconds(60 * minutes) for minutes in (1, 2, 4, 8, 15, 15)]
    number = [pause(Reactie.NUMMER_RUSTIG, attempt, 0.5, code=130429) for attempt in (1, 2, 3, 6, 50)]
    assert number == [seconds(one) for one in (2, 4, 8, 60, 60)]


def test_a_user_waits_powers_of_4() -> None:
    assert [pause(Reactie.GEBRUIKER_RUSTIG, attempt, 0.9) for attempt in (1, 2, 3)] == [
        seconds(1),
        seconds(4),
        seconds(16),
    ]


@given(st.sampled_from(Reactie), st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_pauses_are_spread_and_only_where_it_makes_sense(reactie: Reactie, attempt: int, chance: float) -> None:
    found = pause(reactie, attempt, chance)
    again = reactie in (Reactie.NUMMER_RUSTIG, Reactie.GEBRUIKER_RUSTIG) or (
        reactie is Reactie.OPNIEUW and attempt < ATTEMPTS
    )
    assert (found is not None) == again
    middle = pause(reactie, attempt, 0.5)
    if found is not None and middle is not None:
        assert 0.75 * middle <= found <= 1.25 * middle and found <= seconds(4096)
