"""Free moments: opening hours, length, what is taken, and the days on which the clock changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.appointments.agenda import rooster
from bot.appointments.agenda.config import LocatieInstelling
from bot.catalog.rooster import Openingstijden, Sluiting, Weekrooster
from tests.appointments.agenda import brute
from tests.appointments.agenda.builders import GEMEENTE, STADHUIS, op

ZOMERTIJD, WINTERTIJD = date(2027, 3, 28), date(2027, 10, 31)
MAANDAG, VRIJDAG = date(2026, 11, 23), date(2026, 11, 27)


def at_night(hours: str, **more: object) -> LocatieInstelling:
    """A place that is open on Sunday night, also at Easter: in 2027 the clock goes forward on Easter Sunday."""
    return LocatieInstelling(
        "Nachtloket",
        Weekrooster(zondag=hours),
        Openingstijden(telefoon=Weekrooster(), balie=Weekrooster(), toch_open=("Eerste paasdag",)),
        **{"raster": 30} | more,  # type: ignore[arg-type]
    )


def free(
    locatie: LocatieInstelling,
    dag: date,
    duur: int,
    taken: tuple[tuple[datetime, datetime], ...] = (),
    vanaf: datetime | None = None,
) -> list[datetime]:
    stretches = [(rooster.minuut(begin), rooster.minuut(einde)) for begin, einde in taken]
    vol = rooster.volle_cellen(rooster.bezetting(stretches, locatie.raster), locatie.capaciteit)
    first = rooster.eerste_minuut(vanaf) if vanaf else 0
    found = rooster.vrije_minuten(rooster.open_stukken(locatie, dag), vol, locatie.raster, duur, first)
    return [rooster.lokaal(minute) for minute in found]


def walls(moments: list[datetime]) -> list[str]:
    return [f"{one:%H:%M}" for one in moments]


def test_nothing_is_offered_that_does_not_fit_before_closing() -> None:
    assert walls(free(STADHUIS, VRIJDAG, 25))[-3:] == ["11:40", "11:50", "12:00"]
    assert walls(free(STADHUIS, VRIJDAG, 26))[-1] == "11:50"
    assert "11:40" not in walls(free(STADHUIS, MAANDAG, 25)), "nor over the lunch break"
    assert free(STADHUIS, VRIJDAG, 206) == []


def test_a_day_that_is_not_named_is_closed() -> None:
    assert free(STADHUIS, date(2026, 11, 24), 10) == []


def test_begins_on_the_grid_also_when_opening_does_not() -> None:
    odd = replace(STADHUIS, openingstijden=Weekrooster(maandag="09:05-10:00"), raster=15)
    assert walls(free(odd, MAANDAG, 15)) == ["09:15", "09:30", "09:45"]


def test_an_appointment_occupies_every_cell_that_it_touches() -> None:
    taken = ((op("2026-11-23 10:00"), op("2026-11-23 10:25")),)
    assert walls(free(STADHUIS, MAANDAG, 25, taken))[2:6] == ["09:20", "09:30", "10:30", "10:40"]
    wide = replace(STADHUIS, capaciteit=2)
    assert free(wide, MAANDAG, 25, taken) == free(STADHUIS, MAANDAG, 25)
    assert free(wide, MAANDAG, 25, taken * 2) == free(STADHUIS, MAANDAG, 25, taken)


def test_not_before_the_earliest_moment() -> None:
    assert walls(free(STADHUIS, MAANDAG, 25, vanaf=op("2026-11-23 15:50")))[0] == "15:50"
    assert walls(free(STADHUIS, MAANDAG, 25, vanaf=op("2026-11-23 15:50:01")))[0] == "16:00"


@pytest.mark.parametrize(
    ("closed", "dag"),
    [
        (replace(STADHUIS, dicht=(MAANDAG,)), MAANDAG),
        (STADHUIS, date(2026, 12, 25)),
        (STADHUIS, date(2027, 3, 29)),
        (
            replace(STADHUIS, gemeente=GEMEENTE.copy(update={"sluitingen": (Sluiting(datum=MAANDAG, reden="feest"),)})),
            MAANDAG,
        ),
    ],
)
def test_closures_and_holidays(closed: LocatieInstelling, dag: date) -> None:
    assert free(closed, dag, 10) == []
    assert free(closed, dag + timedelta(days=14), 10) != []


def test_stretches_that_touch_or_overlap_are_one() -> None:
    touching = replace(
        STADHUIS, openingstijden=Weekrooster(maandag="11:00-12:00, 09:00-10:00, 10:00-10:40, 10:30-11:00")
    )
    assert free(touching, MAANDAG, 60) == free(
        replace(STADHUIS, openingstijden=Weekrooster(maandag="09:00-12:00")), MAANDAG, 60
    )


def test_an_hour_that_is_skipped_is_not_offered() -> None:
    found = free(at_night("01:00-04:30"), ZOMERTIJD, 30)
    assert walls(found) == ["01:00", "01:30", "03:00", "03:30", "04:00"]
    # Half an hour later on real clocks too: what seems an hour and a half on the wall is half an hour.
    assert {later.astimezone(UTC) - one.astimezone(UTC) for one, later in zip(found, found[1:], strict=False)} == {
        timedelta(minutes=30)
    }
    # From half past one, an hour lasts until half past three on the wall.
    assert walls(free(at_night("01:00-04:30"), ZOMERTIJD, 60)) == ["01:00", "01:30", "03:00", "03:30"]
    assert free(at_night("02:00-03:00"), ZOMERTIJD, 30) == []
    assert walls(free(at_night("01:00-02:30"), ZOMERTIJD, 30)) == ["01:00", "01:30"]
    assert walls(free(at_night("02:30-03:30"), ZOMERTIJD, 30)) == ["03:00"]


def test_an_hour_that_comes_twice_is_offered_twice() -> None:
    found = free(at_night("01:30-03:30"), WINTERTIJD, 30)
    assert [(f"{one:%H:%M}", one.fold) for one in found] == [
        ("01:30", 0),
        ("02:00", 0),
        ("02:30", 0),
        ("02:00", 1),
        ("02:30", 1),
        ("03:00", 0),
    ]
    assert len({one.astimezone(UTC) for one in found}) == len(found)
    assert [one.utcoffset() for one in found] == [timedelta(hours=2)] * 3 + [timedelta(hours=1)] * 3


def test_the_second_time_is_taken_apart_from_the_first() -> None:
    second = (op("2027-10-31 02:30", fold=1), op("2027-10-31 03:00"))
    found = free(at_night("02:00-03:00"), WINTERTIJD, 30, (second,))
    assert [(f"{one:%H:%M}", one.fold) for one in found] == [("02:00", 0), ("02:30", 0), ("02:00", 1)]


def test_closing_within_the_hour_that_comes_twice() -> None:
    assert [(f"{one:%H:%M}", one.fold) for one in free(at_night("01:30-02:30"), WINTERTIJD, 30)] == [
        ("01:30", 0),
        ("02:00", 0),
        ("02:00", 1),
    ]
    assert walls(free(at_night("01:30-02:30"), WINTERTIJD, 60)) == ["01:30"]


@pytest.mark.parametrize("dag", [ZOMERTIJD, WINTERTIJD, MAANDAG])
def test_a_day_begins_at_midnight(dag: date) -> None:
    assert rooster.lokaal(rooster.middernacht(dag)) == datetime.combine(dag, time(), brute.AMSTERDAM)
    length = rooster.middernacht(dag + timedelta(days=1)) - rooster.middernacht(dag)
    assert length == {ZOMERTIJD: 23, WINTERTIJD: 25, MAANDAG: 24}[dag] * 60


def test_a_moment_has_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        rooster.minuut(datetime(2026, 11, 23, 9))
    with pytest.raises(ValueError, match="zone"):
        rooster.eerste_minuut(datetime(2026, 11, 23, 9))


STRETCH = st.tuples(st.integers(0, 287), st.integers(1, 60)).map(
    lambda pair: (pair[0] * 5, min(pair[0] * 5 + pair[1] * 5, 24 * 60 - 1))
)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@settings(max_examples=80, deadline=None)
@given(
    dag=st.sampled_from([ZOMERTIJD, WINTERTIJD, date(2027, 4, 4)]),
    stretches=st.lists(STRETCH, min_size=1, max_size=3),
    raster=st.sampled_from([5, 6, 10, 12, 15, 20, 30, 60]),
    capaciteit=st.integers(1, 3),
    duur=st.integers(1, 100),
    taken=st.lists(st.tuples(st.integers(-60, 1500), st.integers(1, 90)), max_size=12),
    vanaf=st.integers(-60, 1500),
)
def test_the_same_as_worked_out_minute_by_minute(
    dag: date,
    stretches: list[tuple[int, int]],
    raster: int,
    capaciteit: int,
    duur: int,
    taken: list[tuple[int, int]],
    vanaf: int,
) -> None:
    hours = [(_clock(van), _clock(tot)) for van, tot in stretches]
    locatie = at_night(
        ", ".join(f"{van:%H:%M}-{tot:%H:%M}" for van, tot in hours), raster=raster, capaciteit=capaciteit
    )
    midnight = datetime.combine(dag, time(), brute.AMSTERDAM).astimezone(UTC)
    standing = tuple(
        (midnight + timedelta(minutes=begin), midnight + timedelta(minutes=begin + length)) for begin, length in taken
    )
    earliest = midnight + timedelta(minutes=vanaf)
    expected = brute.free(hours, dag, standing, capacity=capaciteit, grid=raster, minutes=duur, earliest=earliest)
    assert [one.astimezone(UTC) for one in free(locatie, dag, duur, standing, earliest)] == expected
