"""The sandbox has the habits of JCC that bite: whoever forgets one of them notices here."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox.jcc import ZANDBAK
from bot.sandbox.jcc_world import (
    AFHALEN,
    BUITENLAND,
    GEBOORTE,
    PASFOTO,
    PASPOORT,
    STADHUIS,
    UITTREKSEL,
    WIJKKANTOOR,
    Klok,
)
from tests.appointments.jcc.contract import PROBLEM, check_response
from tests.appointments.jcc.server import (
    CLIENT_ID,
    NACHTBALIE,
    NOW,
    SECRET,
    SPRING,
    WEDNESDAY,
    Sandbox,
    at,
)

plain = httpx.Client(verify=False)
"""Without a token; one for all, since making one takes long."""
TIMES = "appointment/availabletimelist"
ONE = [("activityId", PASPOORT), ("amount", "1")]
BOOKING: dict[str, Any] = {
    "id": None,
    "activityList": [{"activityId": AFHALEN, "amount": 1}],
    "locationId": STADHUIS,
    "fromDateTime": "2026-09-02T09:00:00+02:00",
    "toDateTime": "2026-09-02T09:05:00+02:00",
    "customerList": [
        {
            "id": None,
            "isMainCustomer": True,
            "gender": 0,
            "firstName": "Noor",
            "lastName": "Voorbeeld",
            "phoneNumber": "06",
        }
    ],
    "message": "",
    "fieldList": None,
}


class Asker:
    """Somebody with a token, or without."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._http = httpx.Client(base_url=sandbox.url, headers={"language": "nl"}, verify=False)
        self.token = self.fetch_token().json()["access_token"]

    def fetch_token(self, **changes: Any) -> httpx.Response:
        form = {"grant_type": "client_credentials", "scope": "warp-api", **changes}
        return self._http.post("connect/token", data=form, auth=(CLIENT_ID, SECRET))

    def ask(self, path: str, params: Any = None, method: str = "GET", **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **content.pop("headers", {})}
        answer = self._http.request(method, path, params=params, headers=headers, **content)
        check_response(answer.request, answer)
        return answer

    def get(self, path: str, params: Any = None) -> Any:
        answer = self.ask(path, params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def book(self, **changes: Any) -> httpx.Response:
        return self.ask("appointment", method="POST", json={**BOOKING, **changes})

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def asker(sandbox: Sandbox) -> Iterator[Asker]:
    made = Asker(sandbox)
    yield made
    made.close()


def days(begin: str, after: str) -> list[tuple[str, str]]:
    return [("locationId", STADHUIS), ("fromDate", begin), ("toDate", after), *ONE]


def is_refused(answer: httpx.Response) -> bool:
    return answer.status_code == 500 and set(answer.json()) == set(PROBLEM["properties"])


def test_no_token_no_answer(asker: Asker) -> None:
    assert asker.ask("version").status_code == 200
    asker.token = "zomaar"
    refused = asker.ask("version")
    assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Bearer")
    assert asker.ask("version", headers={"Authorization": ""}).status_code == 401


def test_a_token_ends(asker: Asker) -> None:
    life = asker.fetch_token().json()["expires_in"]
    asker.sandbox.klok.set(NOW + timedelta(seconds=life - 1))
    assert asker.ask("version").status_code == 200
    asker.sandbox.klok.set(NOW + timedelta(seconds=life))
    assert asker.ask("version").status_code == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": "alles"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_who_asks_for_a_token_wrongly(asker: Asker, form: dict[str, str], error: str) -> None:
    answer = asker.fetch_token(**form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Basic zzz",
        "Bearer x",
        "Basic " + base64.b64encode(f"{CLIENT_ID}:fout".encode()).decode(),
        "Basic " + base64.b64encode(b":").decode(),
    ],
)
def test_who_asks_for_a_token_as_somebody_else(sandbox: Sandbox, header: str | None) -> None:
    form = {"grant_type": "client_credentials", "scope": "warp-api"}
    headers = {"Authorization": header} if header else {}
    answer = plain.post(f"{sandbox.url}connect/token", data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_the_language_must_be_said(asker: Asker) -> None:
    assert is_refused(asker.ask("location", headers={"language": ""}))


def test_the_last_day_is_not_in_the_answer(asker: Asker) -> None:
    found = asker.get(TIMES, days("2026-09-02", "2026-09-03"))["availableTimesList"]
    assert found and {one[:10] for one in found} == {"2026-09-02"}
    assert asker.get(TIMES, days("2026-09-02", "2026-09-02"))["availableTimesList"] == []


def test_fifty_days_and_no_more(asker: Asker) -> None:
    assert asker.get(TIMES, days("2026-09-02", "2026-10-22"))
    assert is_refused(asker.ask(TIMES, days("2026-09-02", "2026-10-23")))
    assert is_refused(asker.ask(TIMES, days("2026-09-02", "2026-09-01")))


def test_seconds_here_and_minutes_there(asker: Asker) -> None:
    two = [("activityId", PASPOORT), ("activityId", AFHALEN), ("amount", "3"), ("amount", "1")]
    assert asker.get("appointment/calculateduration", [*two, ("dateTime", "2026-09-02")]) == 35
    where = [("locationId", STADHUIS), ("fromDate", "2026-09-02"), ("toDate", "2026-09-03")]
    assert asker.get(TIMES, [*where, *two])["appointmentDuration"] == 2100
    listed = {one["id"]: one for one in asker.get("activity/listforappointment")}
    assert listed[PASPOORT]["appointmentDuration"] == 600


def test_what_has_no_value_is_left_out(asker: Asker) -> None:
    listed = {one["id"]: one for one in asker.get("activity/listforappointment")}
    assert listed[UITTREKSEL]["maxCountForEvent"] == 0 and "maxCountForEvent" not in listed[AFHALEN]
    assert "necessities" in listed[PASPOORT] and "necessities" not in listed[AFHALEN]
    assert "null" not in asker.ask("activity/listforappointment").text
    assert [list(one["address"]) for one in asker.get("location")][0] == [
        "streetName",
        "houseNumber",
        "postalCode",
        "city",
    ]


def test_fields_hidden_required_and_left_out(asker: Asker) -> None:
    fields = "customer/customerfields/required"
    assert asker.get(fields, [("selectedActivityId", BUITENLAND)]) == {}
    one = asker.get(fields, [("selectedActivityId", UITTREKSEL)])
    assert (one["socialSecurityNumber"], one["city"], one["mainPhoneNumber"]) == (2, 1, 1)
    assert "initials" not in one and "isAnyPhoneNumberRequired" not in one
    both = asker.get(fields, [("selectedActivityId", UITTREKSEL), ("selectedActivityId", PASPOORT)])
    # What one requires is required, what one shows is shown.
    assert (
        both["socialSecurityNumber"] == 2 and "mainPhoneNumber" not in both and both["isAnyPhoneNumberRequired"] is True
    )


def test_what_goes_together(asker: Asker) -> None:
    path = "activity/listforappointment/additional"
    chosen = [("selectedActivityId", PASPOORT)]
    extra = {one["id"] for one in asker.get(path, [*chosen, ("includeSelectedActivities", "False")])}
    assert PASFOTO in extra and PASPOORT not in extra and GEBOORTE not in extra
    assert PASPOORT in {one["id"] for one in asker.get(path, [*chosen, ("includeSelectedActivities", "True")])}
    assert PASFOTO not in {one["id"] for one in asker.get("activity/listforappointment")}
    mixed = [("selectedActivityId", PASPOORT), ("selectedActivityId", GEBOORTE)]
    assert asker.get(path, mixed) == []


@pytest.mark.parametrize(
    "params",
    [
        [],
        [("activityId", PASPOORT)],
        [("activityId", ""), ("amount", "1")],
        [("activityId", "onbekend"), ("amount", "1")],
        [("activityId", PASPOORT), ("amount", "0")],
        [("activityId", PASPOORT), ("amount", "7")],
        [("activityId", PASPOORT), ("amount", "een")],
        [("activityId", PASPOORT), ("activityId", PASPOORT), ("amount", "1"), ("amount", "1")],
        [("activityId", PASPOORT), ("activityId", GEBOORTE), ("amount", "1"), ("amount", "1")],
        [("activityId", PASFOTO), ("amount", "1")],
    ],
)
def test_bad_input_is_a_breakdown(asker: Asker, params: list[tuple[str, str]]) -> None:
    assert is_refused(asker.ask("appointment/calculateduration", [*params, ("dateTime", "2026-09-02")]))
    where = [("locationId", STADHUIS), ("fromDate", "2026-09-02"), ("toDate", "2026-09-03")]
    assert is_refused(asker.ask(TIMES, [*where, *params]))


@pytest.mark.parametrize(
    "path",
    [
        "location/onbekend",
        "location/forappointment",
        "activity/appointmentdaterange?activityId=x",
        "activity/listforappointment?locationId=x",
        "customer/customerfields/required",
        "appointment",
        "appointment?id=x",
        "appointment/qrcode?id=x",
        f"{TIMES}?locationId=x&fromDate=2026-09-02&toDate=2026-09-03&activityId={PASPOORT}&amount=1",
        f"{TIMES}?locationId={STADHUIS}&fromDate=morgen&toDate=2026-09-03&activityId={PASPOORT}&amount=1",
        f"appointment/calculateduration?activityId={PASPOORT}&amount=1",
    ],
)
def test_whatever_is_unknown_is_a_breakdown(asker: Asker, path: str) -> None:
    assert is_refused(asker.ask(path))


def test_a_booking_a_look_and_away(asker: Asker) -> None:
    made = asker.book(message="Graag rustig").json()["id"]
    found = asker.get("appointment", {"id": made})
    assert (found["startDateTime"], found["endDateTime"]) == ("2026-09-02T09:00:00", "2026-09-02T09:05:00")
    assert (found["message"], found["creationDateTime"]) == ("Graag rustig", "2026-09-01T08:00:00.000")
    assert found["customerList"][0]["lastName"] == "Voorbeeld" and found["customerList"][0]["id"]
    assert asker.get("appointment/qrcode", {"id": made}).isalnum()
    assert asker.ask("appointment", {"id": made}, "DELETE").json() == {"id": made}
    assert is_refused(asker.ask("appointment", {"id": made}, "DELETE"))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "x"},
        {"activityList": []},
        {"activityList": [{"activityId": "x", "amount": 1}]},
        {"activityList": [{"activityId": AFHALEN}]},
        {"activityList": "x"},
        {"locationId": "x"},
        {"locationId": None},
        {"fromDateTime": "2026-09-02T09:00:00"},
        {"toDateTime": "straks"},
        {"customerList": []},
        {"customerList": [7]},
        {"customerList": None},
        {"customerList": [{**BOOKING["customerList"][0], "gender": None}]},
        {"customerList": [{**BOOKING["customerList"][0], "isMainCustomer": False}]},
    ],
)
def test_a_booking_of_another_shape(asker: Asker, changes: dict[str, Any]) -> None:
    assert is_refused(asker.book(**changes))


def test_a_booking_without_an_id_at_all(asker: Asker) -> None:
    body = {name: value for name, value in BOOKING.items() if name != "id"}
    assert is_refused(asker.ask("appointment", method="POST", json=body))
    assert is_refused(asker.ask("appointment", method="POST", content=b"{"))


@pytest.mark.parametrize(
    ("customer", "fault"),
    [
        ({"lastName": ""}, "LastName is required."),
        ({"lastName": "x" * 129}, "LastName is too long."),
        ({"firstName": ""}, "One of FirstName and Initials is required."),
        ({"phoneNumber": None}, "One of PhoneNumber and MobilePhoneNumber is required."),
        ({"emailAddress": "geen"}, "EmailAddress is invalid."),
    ],
)
def test_a_customer_that_is_not_right(asker: Asker, customer: dict[str, Any], fault: str) -> None:
    changed = deepcopy(BOOKING["customerList"])
    changed[0].update(customer)
    body = asker.book(customerList=changed).json()
    assert body["acknowledgeIsSuccess"] is False and body["validateErrors"] == [fault]


def test_an_end_that_is_not_the_duration_later(asker: Asker) -> None:
    body = asker.book(toDateTime="2026-09-02T09:10:00+02:00").json()
    assert body["validateErrors"] == ["ToDateTime is invalid."]


def test_a_moment_that_somebody_else_takes(asker: Asker) -> None:
    nine = {"locationId": STADHUIS, "dateTime": "2026-09-02T09:00:00", "minutes": 5}
    url = f"{asker.sandbox.origin}{ZANDBAK}/bezet"
    # Three can be helped at once.
    assert [plain.post(url, json=nine).status_code for _ in range(4)] == [204, 204, 204, 409]
    assert plain.post(url, json={**nine, "dateTime": "2026-09-02T07:05:00Z"}).status_code == 204
    assert plain.post(url, json={**nine, "dateTime": "2026-09-02T09:07:00"}).status_code == 409
    assert plain.post(url, json={**nine, "locationId": "x"}).status_code == 409
    body = asker.book().json()
    assert body["acknowledgeIsSuccess"] is False and "validateErrors" not in body
    later = {"fromDateTime": "2026-09-02T09:05:00+02:00", "toDateTime": "2026-09-02T09:10:00+02:00"}
    assert asker.book(**later).json()["acknowledgeIsSuccess"] is True
    found = asker.get(TIMES, days("2026-09-02", "2026-09-03"))["availableTimesList"]
    # Ten minutes from 8:55 would run into it.
    assert "2026-09-02T08:55:00" not in found and {"2026-09-02T08:50:00", "2026-09-02T09:05:00"} <= set(found)


def test_fewer_can_be_helped_later_on_a_day(asker: Asker) -> None:
    start = datetime(2026, 9, 2, 12, 25)
    assert asker.sandbox.store.take(STADHUIS, start, 10) and asker.sandbox.store.take(STADHUIS, start, 10)
    # From half past twelve on there are two places, and both are taken.
    assert not asker.sandbox.store.take(STADHUIS, start, 10)
    assert asker.sandbox.store.take(STADHUIS, start, 5)


def test_the_clock_can_be_set(asker: Asker) -> None:
    url = f"{asker.sandbox.origin}{ZANDBAK}/klok"
    made = asker.book().json()["id"]
    assert plain.put(url, json={"nu": "2026-09-02T08:00:00+02:00"}).status_code == 204
    asker.token = asker.fetch_token().json()["access_token"]
    assert asker.get(TIMES, days("2026-09-02", "2026-09-03"))["availableTimesList"][0] == "2026-09-02T10:00:00"
    plain.put(url, json={"nu": "2026-09-02T10:00:00+02:00"})
    asker.token = asker.fetch_token().json()["access_token"]
    over = asker.ask("appointment", {"id": made}, "DELETE")
    assert over.status_code == 200 and "id" not in over.json()
    plain.put(url, json={})
    assert abs(asker.sandbox.klok.now() - Klok().now()) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="zone"):
        asker.sandbox.klok.set(datetime(2026, 9, 1))


def test_a_night_of_which_an_hour_is_skipped_has_it_all_the_same(asker: Asker) -> None:
    where = [("locationId", NACHTBALIE), ("fromDate", str(SPRING)), ("toDate", str(SPRING + timedelta(days=1)))]
    found = asker.get(TIMES, [*where, *ONE])["availableTimesList"]
    assert f"{SPRING}T02:30:00" in found and len(found) == 71


def test_a_full_day_on_request(asker: Asker) -> None:
    url = f"{asker.sandbox.origin}{ZANDBAK}/vol"
    assert plain.post(url, json={"locationId": STADHUIS, "dag": "2026-09-02"}).status_code == 204
    found = asker.get(TIMES, days("2026-09-02", "2026-09-04"))["availableTimesList"]
    assert found and {one[:10] for one in found} == {"2026-09-03"}


def test_a_full_day(sandbox: Sandbox) -> None:
    sandbox.store.take(STADHUIS, at(WEDNESDAY, 9).replace(tzinfo=None), 5)
    sandbox.store.fill_day(STADHUIS, WEDNESDAY)
    assert not sandbox.store.take(STADHUIS, at(WEDNESDAY, 16, 55).replace(tzinfo=None), 5)
    sandbox.store.fill_day(WIJKKANTOOR, WEDNESDAY)
    assert sandbox.booked() == []
