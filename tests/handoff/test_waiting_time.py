"""The expected wait: honest ranges from recent pick-ups, nothing while data is thin."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.waiting_time import GENOEG, MEESTE, expected, intervals, minutes

BEGIN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def test_counts_from_pick_up_to_pick_up_while_all_are_busy() -> None:
    moves = [
        ("in_wachtrij", "a", at(0)),
        # Picked up by an idle employee: says nothing of a busy desk.
        ("opgepakt", "a", at(2)),
        ("in_wachtrij", "b", at(10)),
        ("in_wachtrij", "c", at(11)),
        ("in_wachtrij", "d", at(12)),
        ("gesloten", "a", at(100)),
        ("opgepakt", "b", at(105)),
        ("gesloten", "b", at(200)),
        ("opgepakt", "c", at(210)),
    ]
    assert intervals(moves) == [95, 105]


def test_who_left_does_not_count_as_picked_up() -> None:
    moves = [
        ("in_wachtrij", "a", at(0)),
        ("in_wachtrij", "b", at(1)),
        ("gesloten", "a", at(100)),
        ("opgepakt", "b", at(110)),
        ("in_wachtrij", "c", at(120)),
    ]
    assert intervals(moves) == []


def test_what_was_before_the_queue_was_empty_does_not_count() -> None:
    moves = [
        ("in_wachtrij", "a", at(0)),
        ("opgepakt", "a", at(1)),
        ("in_wachtrij", "b", at(2)),
        ("gesloten", "a", at(50)),
        ("opgepakt", "b", at(60)),
    ]
    assert intervals(moves) == []
    assert intervals([*moves, ("in_wachtrij", "c", at(70))]) == []


def test_only_the_latest_count() -> None:
    moves = [("in_wachtrij", str(number), at(0)) for number in range(100)]
    moves.append(("opgepakt", "0", at(1)))
    for number in range(60):
        moves.append(("gesloten", str(number), at(2 * number + 2)))
        moves.append(("opgepakt", str(number + 1), at(2 * number + 3)))
    assert intervals(moves) == [2.0] * MEESTE


def test_nothing_is_announced_while_data_is_thin() -> None:
    assert expected(1, [30.0] * (GENOEG - 1)) is None
    assert expected(1, [30.0] * GENOEG) == (30, 30)


def test_a_range_that_tells_nobody_anything_is_not_announced() -> None:
    assert expected(100, [300.0, 10.0, 900.0, 40.0, 700.0]) is None


def test_minutes_are_rounded_outwards() -> None:
    assert minutes((20, 50)) == (0, 1)
    assert minutes((61, 121)) == (1, 3)
    assert minutes((0, 0)) == (0, 1)


@given(
    place=st.integers(1, 30),
    between=st.lists(st.floats(0, 600, allow_nan=False), min_size=GENOEG, max_size=MEESTE),
)
def test_further_back_never_waits_less(place: int, between: list[float]) -> None:
    here, next_one = expected(place, between), expected(place + 1, between)
    if here and next_one:
        assert here[0] <= here[1]
        assert next_one[1] >= here[1]


def test_most_waits_fall_inside_the_range() -> None:
    """Pick-ups at random moments (exponential), a queue of any length: at least 80% as announced."""
    rng = random.Random(7)
    inside = 0
    for _ in range(1000):
        between = [rng.expovariate(1 / 60) for _ in range(rng.randint(GENOEG, MEESTE))]
        place = rng.randint(1, 12)
        wait = sum(rng.expovariate(1 / 60) for _ in range(place))
        told = expected(place, between)
        if told is None:
            inside += 1
            continue
        least, most = minutes(told)
        inside += least * 60 <= wait <= most * 60
    assert inside >= 800
