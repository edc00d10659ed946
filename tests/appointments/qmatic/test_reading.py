"""Reading what Qmatic answers, also what it never answered in a recording."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.appointments import qmatic_reading as reading
from bot.appointments.qmatic_reading import ShapeError
from bot.appointments.qmatic_values import QmaticConfig
from bot.appointments.qmatic_writing import customer_record
from bot.appointments.values import Keus, Klant
from bot.sandbox import qmatic_show as show
from bot.sandbox.qmatic_world import WORLD
from tests.appointments.qmatic.server import ZONE

CONFIG = QmaticConfig("https://qmatic.example/qmatic/calendar-backend/public/api/", api_key="x")
SERVICE = show.service(WORLD.services[0])
BRANCH = show.branch(WORLD.branches[0])
CUSTOMER = {"publicId": "c1", "lastName": "Voorbeeld", "firstName": None, "email": "n@voorbeeld.example"}
APPOINTMENT: dict[str, Any] = {
    "publicId": "a1",
    "services": [SERVICE],
    "customers": [CUSTOMER],
    "branch": BRANCH,
    "start": "2026-09-01T07:00:00.000+0000",
    "end": "2026-09-01T07:10:00.000+0000",
    "status": 20,
}


def services(**fields: Any) -> Any:
    return {"serviceList": [{**SERVICE, **fields}]}


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"active": False}, False),
        ({"publicEnabled": False}, False),
        ({"active": None}, False),
        ({"publicEnabled": "true"}, False),
    ],
)
def test_only_what_is_surely_active_and_public_is_offered(fields: dict[str, Any], shown: bool) -> None:
    assert bool(reading.read_services(services(**fields))) is shown


@pytest.mark.parametrize(
    ("custom", "text"),
    [
        (None, ""),
        ("", ""),
        ("geen json", ""),
        ("[]", ""),
        ('{"infoText": null}', ""),
        ('{"infoText": 7}', ""),
        ('{"infoText": "Neem mee: <ul><li>pas</li><li>foto</li></ul>"}', "Neem mee: pas foto"),
        ('{"infoText": "35 &euro; <b>con</b>tant"}', "35 € contant"),
    ],
)
def test_the_text_of_a_service_is_read_without_markup(custom: str | None, text: str) -> None:
    assert reading.read_services(services(custom=custom))[0].meenemen == text


def test_a_service_without_a_duration_has_none() -> None:
    assert reading.read_services(services(duration=None))[0].minuten is None
    assert reading.read_services(services(duration=12.5))[0].minuten == 12


@pytest.mark.parametrize(
    "customs",
    [
        [None],
        ["{}"],
        ['{"cancelEnabled": true, "rescheduleEnabled": true}'],
        ["kapot"],
        [None, '{"cancelEnabled": true}'],
    ],
)
def test_what_is_not_forbidden_is_allowed(customs: list[str | None]) -> None:
    made = {**APPOINTMENT, "services": [{**SERVICE, "custom": one} for one in customs]}
    found = reading.read_appointment(made, CONFIG)
    assert (found.mag_weg, found.mag_anders) == (True, True)


@pytest.mark.parametrize(
    ("customs", "allowed"),
    [
        (['{"cancelEnabled": false}'], (False, True)),
        (['{"rescheduleEnabled": false}'], (True, False)),
        (['{"cancelEnabled": true}', '{"cancelEnabled": false, "rescheduleEnabled": false}'], (False, False)),
    ],
)
def test_one_service_may_forbid_it_for_all(customs: list[str], allowed: tuple[bool, bool]) -> None:
    made = {**APPOINTMENT, "services": [{**SERVICE, "custom": one} for one in customs]}
    found = reading.read_appointment(made, CONFIG)
    assert (found.mag_weg, found.mag_anders) == allowed


@pytest.mark.parametrize(
    ("start", "local"),
    [
        ("2026-09-01T07:00:00.000+0000", "2026-09-01T09:00:00+02:00"),
        ("2026-12-01T08:00:00.000+0000", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01T08:00:00.000+00:00", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01T08:00:00Z", "2026-12-01T09:00:00+01:00"),
        ("2026-10-25T00:30:00.000+0000", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T01:30:00.000+0000", "2026-10-25T02:30:00+01:00"),
        ("2027-03-28T00:59:00.000+0000", "2027-03-28T01:59:00+01:00"),
        ("2027-03-28T01:00:00.000+0000", "2027-03-28T03:00:00+02:00"),
    ],
)
def test_an_appointment_in_utc_is_shown_on_the_clock_of_its_place(start: str, local: str) -> None:
    found = reading.read_appointment({**APPOINTMENT, "start": start}, CONFIG)
    assert found.begin.isoformat() == local
    assert found.begin.tzinfo == ZONE


def test_an_appointment_may_have_no_end_and_nobody() -> None:
    found = reading.read_appointment({**APPOINTMENT, "end": None, "customers": []}, CONFIG)
    assert (found.einde, found.klant, found.keuzen) == (None, None, (Keus("Paspoort", 1),))


def test_a_reservation_is_no_appointment() -> None:
    assert reading.read_booked({"appointment": {**APPOINTMENT, "status": 10}}, CONFIG) is None
    found = reading.read_booked({"appointment": APPOINTMENT}, CONFIG)
    assert found is not None and found.id == "a1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"services": []}, "services"),
        ({"services": None}, "services"),
        ({"services": [7]}, "services"),
        ({"customers": None}, "customers"),
        ({"branch": None}, "branch"),
        ({"branch": {**BRANCH, "timeZone": "Europe/Voorbeeldstad"}}, "timeZone"),
        ({"branch": {**BRANCH, "timeZone": None}}, "timeZone"),
        ({"branch": {**BRANCH, "timeZone": "../../etc/passwd"}}, "timeZone"),
        ({"start": "morgen"}, "start"),
        ({"start": "2026-09-01T07:00:00"}, "start"),
        ({"start": 1}, "start"),
        ({"publicId": ""}, "publicId"),
        ({"publicId": 7}, "publicId"),
    ],
)
def test_an_appointment_of_another_shape_is_said_to_be_so(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ShapeError, match=f"^{field}$"):
        reading.read_appointment({**APPOINTMENT, **change}, CONFIG)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
KEYS = [*APPOINTMENT, *SERVICE, *BRANCH, *CUSTOMER, "serviceList", "branchList", "branch", "dates", "times"]
KEYS += ["appointment", "appointmentList", "serviceGroups", "branchPublicId", "dateOfBirth", "created"]
answers = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=25,
)


@given(answers)
def test_whatever_comes_is_read_or_said_to_be_of_another_shape(answer: Any) -> None:
    readers = [
        reading.read_services,
        reading.read_branches,
        reading.read_groups,
        reading.read_groups_by_branch,
        reading.read_branch,
        reading.read_found,
        reading.read_customer_ids,
        reading.read_public_id,
        lambda given: reading.read_booked(given, CONFIG),
        lambda given: reading.read_dates(given, date.min, date.max),
        lambda given: reading.read_times(given, date(2026, 9, 1), ZONE),
    ]
    for read in readers:
        try:
            read(answer)
        except ShapeError:
            continue


@given(st.dictionaries(st.sampled_from(sorted(APPOINTMENT)), json_values))
def test_an_appointment_with_anything_in_it_is_read_or_refused(change: dict[str, Any]) -> None:
    try:
        reading.read_booked({**APPOINTMENT, **change}, CONFIG)
    except ShapeError:
        return


def test_dates_are_in_order_once_and_within_the_range() -> None:
    texts = ["2026-09-03T00:00:00", "2026-09-01T00:00:00", "2026-09-01T00:00:00", "2026-10-01T00:00:00", "2026-09-02"]
    found = reading.read_dates({"dates": texts}, date(2026, 9, 1), date(2026, 9, 2))
    assert found == [date(2026, 9, 1), date(2026, 9, 2)]


SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def times(day: date, *texts: str, zone: ZoneInfo = ZONE) -> list[str]:
    return [moment.isoformat() for moment in reading.read_times({"times": list(texts)}, day, zone)]


def test_times_are_in_order_and_once() -> None:
    assert times(date(2026, 9, 1), "09:05", "08:30", "09:05") == [
        "2026-09-01T08:30:00+02:00",
        "2026-09-01T09:05:00+02:00",
    ]


def test_a_time_that_the_clock_skips_is_left_out() -> None:
    found = times(SPRING, "01:55", "02:00", "02:30", "02:55", "03:00")
    assert found == ["2027-03-28T01:55:00+01:00", "2027-03-28T03:00:00+02:00"]


def test_a_doubled_hour_is_the_first() -> None:
    found = times(AUTUMN, "01:55", "02:30", "03:00")
    assert found == ["2026-10-25T01:55:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T03:00:00+01:00"]


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2030, 12, 31)).map(datetime.date),
    st.integers(-11, 12),
)
def test_a_date_of_birth_is_the_same_whatever_zone_the_server_has(day: date, hours: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=hours)))
    milliseconds = (midnight - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert reading.read_customer({"dateOfBirth": milliseconds}, CONFIG).geboortedatum == day


def test_the_date_of_birth_in_the_example_of_open_forms() -> None:
    assert reading.read_customer({"dateOfBirth": -2206357200000}, CONFIG).geboortedatum == date(1900, 1, 31)


@pytest.mark.parametrize(
    ("value", "born"), [("2010-10-10", date(2010, 10, 10)), ("", None), ("ooit", None), (None, None)]
)
def test_a_date_of_birth_in_text(value: Any, born: date | None) -> None:
    assert reading.read_customer({"dateOfBirth": value}, CONFIG).geboortedatum == born


ALL = QmaticConfig(
    CONFIG.url,
    velden=(
        "voorletters",
        "tussenvoegsel",
        "achternaam",
        "geboortedatum",
        "email",
        "telefoon",
        "straat",
        "huisnummer",
        "toevoeging",
        "postcode",
        "plaats",
        "bsn",
    ),
    verplicht=("achternaam", "huisnummer"),
)


@pytest.mark.parametrize(
    ("straat", "huisnummer", "toevoeging"),
    [
        ("Lindelaan", "20", ""),
        ("Lindelaan", "20", "A"),
        ("Plein 1945", "7", "bis"),
        ("2e Kruisstraat", "12", ""),
        ("Lindelaan", "20", "3 hoog"),
        ("'s-Gravenweg", "1", ""),
    ],
)
def test_a_customer_that_was_read_goes_back_the_same(straat: str, huisnummer: str, toevoeging: str) -> None:
    klant = Klant(
        achternaam="Voorbeeld",
        voorletters="N.",
        tussenvoegsel="van der",
        geboortedatum=date(1985, 4, 12),
        email="noor@voorbeeld.example",
        telefoon="0612345678",
        straat=straat,
        huisnummer=huisnummer,
        toevoeging=toevoeging,
        postcode="1234 AB",
        plaats="Voorbeeldstad",
        bsn="999990019",
    )
    sent = customer_record(klant, ALL)
    read = reading.read_customer(json.loads(json.dumps(sent)), ALL)
    assert customer_record(read, ALL) == sent
    assert (read.achternaam, read.voorletters) == ("van der Voorbeeld", "N.")
    assert read.huisnummer


def test_a_number_that_the_municipality_does_not_ask_is_not_taken_along() -> None:
    assert reading.read_customer({"identificationNumber": "999990019"}, CONFIG).bsn == ""
    assert reading.read_customer({"identificationNumber": "999990019"}, ALL).bsn == "999990019"


def test_customers_come_latest_first() -> None:
    answer = [
        {"publicId": "oud", "lastInteractionTimestamp": "2026-01-01T07:00:00.000+0000"},
        {"publicId": "nieuw", "lastInteractionTimestamp": "2026-09-01T07:00:00.000+0000"},
        {"publicId": "nooit"},
    ]
    assert reading.read_customer_ids(answer) == ["nieuw", "oud", "nooit"]
