"""Answers of JCC as values, and other shapes as none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.appointments.jcc_reading import (
    NO_ID,
    in_zone,
    read_appointment,
    read_booked_id,
    read_location,
    read_locations,
    read_minutes,
    read_products,
    read_qr,
    read_range,
    read_times,
    read_version,
)
from bot.appointments.values import TIJDZONE, Dienst, Keus, Locatie
from tests.appointments.jcc.server import AUTUMN, SPRING, at


def times(*naive: str) -> list[datetime]:
    return read_times({"availableTimesList": list(naive), "appointmentDuration": 600})


def test_times_in_order_each_once() -> None:
    assert times("2026-09-01T09:05:00", "2026-09-01T09:00:00", "2026-09-01T09:05:00") == [
        at(date(2026, 9, 1), 9),
        at(date(2026, 9, 1), 9, 5),
    ]
    assert times() == []


def test_the_hour_that_comes_twice_is_the_first() -> None:
    found = times(*(f"{AUTUMN}T{clock}:00" for clock in ("01:55", "02:00", "02:55", "03:00")))
    assert [one.fold for one in found] == [0, 0, 0, 0]
    utc = [one.astimezone(UTC).strftime("%H:%M") for one in found]
    assert utc == ["23:55", "00:00", "00:55", "02:00"]


def test_the_hour_that_is_skipped_is_not_there() -> None:
    found = times(*(f"{SPRING}T{clock}:00" for clock in ("01:55", "02:00", "02:55", "03:00")))
    assert [one.strftime("%H:%M%z") for one in found] == ["01:55+0100", "03:00+0200"]


def test_a_time_with_an_offset_is_that_moment() -> None:
    assert times("2026-09-01T07:00:00+00:00") == [at(date(2026, 9, 1), 9)]


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1)), max_size=20))
def test_every_time_that_is_read_stands_on_the_clock(naive: list[datetime]) -> None:
    found = times(*(one.isoformat() for one in naive))
    assert [one.replace(tzinfo=None) for one in found] == sorted({one.replace(tzinfo=None) for one in found})
    assert {one.replace(tzinfo=None) for one in found} <= set(naive)
    for one in found:
        assert one.astimezone(UTC).astimezone(TIJDZONE).replace(tzinfo=None) == one.replace(tzinfo=None)
    # The clock is changed at night only.
    assert {one for one in naive if one.hour != 2} <= {one.replace(tzinfo=None) for one in found}


def test_a_service() -> None:
    assert read_products([{"id": "a"}, {"id": "b", "appointmentDuration": 150, "maxCountForEvent": 2}]) == [
        Dienst("a", ""),
        Dienst("b", "", minuten=3, hoogstens=2),
    ]


def test_places_in_use() -> None:
    data = [{"id": "a"}, {"id": "b", "isActive": False}, {"id": "c", "isActive": True, "address": {"streetName": "S"}}]
    assert read_locations(data) == [Locatie("a", ""), Locatie("c", "", "S")]
    assert read_location({"id": "a", "address": {"houseNumber": "1"}}) == Locatie("a", "")


def test_a_range() -> None:
    assert read_range({"minDate": "2026-09-01T10:30:00", "maxDate": "2027-09-01T00:00:00"}) == (
        date(2026, 9, 1),
        date(2027, 9, 1),
    )
    assert read_range({"minDate": "2026-09-01T00:00:00"}) == (date(2026, 9, 1), date.max)
    assert read_range({}) == (date.min, date.max)


def test_an_appointment_of_somebody_among_others() -> None:
    data = {
        "id": "x",
        "startDateTime": f"{SPRING}T02:30:00",
        "activityList": [{"activity": {"id": "a"}}],
        "customerList": [{"lastName": "Ander"}, {"lastName": "Voorbeeld", "isMainCustomer": True}],
        "location": {"id": "l", "description": "Stadhuis"},
    }
    found = read_appointment(data)
    assert found.klant is not None and found.klant.achternaam == "Voorbeeld"
    assert (found.keuzen, found.locatie, found.einde, found.extra) == ((Keus("a"),), Locatie("l", "Stadhuis"), None, {})
    # A time that the clock skips can be no appointment; it is read as the hour later that the clock shows.
    assert found.begin == at(SPRING, 3, 30)
    assert read_appointment({**data, "customerList": []}).klant is None
    assert "Voorbeeld" not in repr(found)


def test_the_same_moment_in_another_zone() -> None:
    assert in_zone(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)).fold == 1
    assert in_zone(datetime(2026, 9, 1, 7, tzinfo=UTC)).isoformat() == "2026-09-01T09:00:00+02:00"
    later = in_zone(at(AUTUMN, 2, 55).astimezone(UTC) + timedelta(minutes=10))
    assert later.isoformat() == "2026-10-25T02:05:00+01:00"
    with pytest.raises(ValueError, match="zone"):
        in_zone(datetime(2026, 9, 1))


def test_an_id_that_is_none() -> None:
    assert read_booked_id({"id": "a"}) == "a"
    assert [read_booked_id(one) for one in ({}, {"id": NO_ID}, {"id": None}, {"id": 7})] == ["", "", "", ""]


def test_versions() -> None:
    assert read_version({"afsprakenVersion": "9"}) == "JCC-Afspraken 9, WARP"


GOOD = {"id": "x", "startDateTime": "2026-09-01T09:00:00", "activityList": [], "location": {"id": "l"}}


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        *((read_products, one) for one in ({}, None, [1], [{}], [{"id": 7}], [{"id": "a", "description": []}])),
        (read_products, [{"id": "a", "appointmentDuration": "600"}]),
        *((read_locations, one) for one in ({}, [1], [{}], [{"id": "a", "address": "x"}])),
        *((read_range, one) for one in (None, {"results": 1}, {"minDate": "morgen"})),
        *((read_times, one) for one in (None, [], {}, {"availableTimesList": None}, {"availableTimesList": [1]})),
        (read_times, {"availableTimesList": ["straks"]}),
        (read_times, {"availableTimesList": ["0001-01-01T00:00:00"]}),
        (read_products, [{"id": "a", "maxCountForEvent": -1}]),
        *((read_minutes, one) for one in (0, -5, "10", True, 1.5, None, {})),
        *((read_qr, one) for one in (None, "", 7, {})),
        (read_version, []),
        *((read_appointment, one) for one in ([], {}, {**GOOD, "id": ""}, {**GOOD, "startDateTime": "?"})),
        *((read_appointment, {**GOOD, **one}) for one in ({"location": None}, {"activityList": [{}]})),
        (read_appointment, {**GOOD, "activityList": [{"activity": {"id": "a"}, "amount": "2"}]}),
    ],
)
def test_other_shapes_are_refused(read: Callable[[Any], Any], wrong: Any) -> None:
    read_appointment(GOOD)
    with pytest.raises(ValueError):
        read(wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "address", "availableTimesList", "minDate", "startDateTime", "location", "customerList"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_comes_it_is_read_or_refused(data: Any) -> None:
    for read in (read_products, read_locations, read_range, read_times, read_minutes, read_qr, read_appointment):
        try:
            read(data)
        except ValueError:
            continue
