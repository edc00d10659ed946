"""What is free, worked out anew and the slow way: minute by minute, on real clocks. It shares no code with the agenda."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE = timedelta(minutes=1)


def free(
    hours: Sequence[tuple[time, time]],
    dag: date,
    taken: Iterable[tuple[datetime, datetime]],
    *,
    capacity: int,
    grid: int,
    minutes: int,
    earliest: datetime,
) -> list[datetime]:
    """Moments (UTC) at which something of so many minutes can begin on a day.

    Args:
        hours: opening hours of that day; none when it is closed.
        taken: begin and end of what stands already.
    """
    minutes_of_day, open_ = _day(tuple(hours), dag)
    used = dict.fromkeys(minutes_of_day, 0)
    for begin, einde in taken:
        for minute in between(down(begin, grid), up(einde, grid)):
            if minute in used:
                used[minute] += 1
    return [
        begin
        for begin in minutes_of_day
        if begin.minute % grid == 0
        and begin in open_
        and begin >= earliest
        and all(begin + MINUTE * number in open_ for number in range(minutes))
        and all(used[minute] < capacity for minute in between(begin, up(begin + MINUTE * minutes, grid)))
    ]


@lru_cache(maxsize=200)
def _day(hours: tuple[tuple[time, time], ...], dag: date) -> tuple[list[datetime], frozenset[datetime]]:
    """Every minute round a day, and those of them at which the clock on the wall says that it is open."""
    noon = datetime.combine(dag, time(12), UTC)
    minutes = [noon + MINUTE * number for number in range(-16 * 60, 16 * 60)]
    walls = {minute: minute.astimezone(AMSTERDAM) for minute in minutes}
    return minutes, frozenset(
        minute
        for minute, wall in walls.items()
        if wall.date() == dag and any(van <= wall.time() < tot for van, tot in hours)
    )


def down(moment: datetime, grid: int) -> datetime:
    """The edge of the grid at or before a moment."""
    whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return whole - MINUTE * (whole.minute % grid)


def up(moment: datetime, grid: int) -> datetime:
    """The edge of the grid at or after a moment."""
    below = down(moment, grid)
    return below if below == moment else below + MINUTE * grid


def between(begin: datetime, einde: datetime) -> Iterable[datetime]:
    """The minutes of a stretch."""
    while begin < einde:
        yield begin
        begin += MINUTE
