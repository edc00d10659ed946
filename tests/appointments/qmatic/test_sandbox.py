"""The sandbox answers as Qmatic does, traps included."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.database import open_database
from bot.sandbox.faults import Faults
from bot.sandbox.qmatic import make_app, qmatic_blueprint
from bot.sandbox.qmatic_world import NATURALISATIE, NOORD, RECEPTIE, STADSKANTOOR, WORLD, made_up_id
from tests.appointments.qmatic.conftest import Serve
from tests.appointments.qmatic.contract import check_response, operation_of
from tests.appointments.qmatic.server import KEY, NACHTLOKET, STEADY_WORLD, Sandbox, at

CUSTOMER = {"lastName": "Voorbeeld", "email": "noor@voorbeeld.example", "dateOfBirth": "1985-04-12"}
NINE = f"v2/branches/{STADSKANTOOR}/dates/2026-09-03/times/09:00"


@pytest.fixture(scope="module")
def asker() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, verify=False) as client:
        yield client


@pytest.fixture
def ask(sandbox: Sandbox, asker: httpx.Client) -> Any:
    def one(method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {"X-Api-Key": KEY, "Content-Type": "application/json"} | headers
        content = json.dumps(body) if body is not None else None
        url = f"{sandbox.root}/calendar-backend/public/api/{path}"
        return asker.request(method, url, content=content, headers=given)

    return one


def booking(**fields: Any) -> dict[str, Any]:
    return {"title": "Proef", "services": [{"publicId": "Paspoort"}], "customers": [CUSTOMER], "notes": ""} | fields


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers["error_message"]


@pytest.mark.parametrize(
    "path",
    [
        "v1/services",
        f"v1/branches/{STADSKANTOOR}/services",
        "v1/branches",
        f"v1/branches/{RECEPTIE}",
        "v1/services/Paspoort/branches",
        "v1/services/groups;servicePublicId=Paspoort",
        f"v2/branches/{NOORD}/services/groups;servicePublicId=Rijbewijs",
        f"v2/branches/{NOORD}/dates;servicePublicId=Rijbewijs;numberOfCustomers=2",
        f"v2/branches/{NOORD}/dates/2026-09-03/times;servicePublicId=Rijbewijs",
    ],
)
def test_answers_are_as_they_were_recorded(ask: Any, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 200
    check_response(operation_of(answer.request), answer)
    assert ask("GET", f"{path}/").json() == answer.json(), "met een schuine streep is het hetzelfde"


def test_lists_hold_what_is_not_for_residents(ask: Any) -> None:
    services = {one["publicId"]: one for one in ask("GET", "v1/services").json()["serviceList"]}
    assert services["Verklaring_leven"]["active"] is False
    assert services["Vluchtelingenpaspoort"]["publicEnabled"] is False
    assert json.loads(services[NATURALISATIE]["custom"])["cancelEnabled"] is False
    branches = {one["publicId"]: one for one in ask("GET", "v1/branches").json()["branchList"]}
    assert branches[RECEPTIE]["addressZip"] is None
    group = ask("GET", f"v2/branches/{STADSKANTOOR}/services/groups;servicePublicId=Paspoort").json()[0]["services"]
    assert {"Paspoort", "Vluchtelingenpaspoort"} < {one["publicId"] for one in group}
    assert not {"active", "publicEnabled"} & set(group[0])


def test_an_answer_repeats_the_matrix_parameters(ask: Any) -> None:
    path = f"v2/branches/{STADSKANTOOR}/dates/2026-09-03/times;servicePublicId=Paspoort;servicePublicId=Rijbewijs"
    answer = ask("GET", f"{path};numberOfCustomers=2").json()
    assert answer["meta"]["arguments"] == {"servicePublicId": "[Paspoort, Rijbewijs]", "numberOfCustomers": "[2]"}
    assert answer["meta"]["totalResults"] == len(answer["times"])
    assert all(time.endswith(("0", "5")) for time in answer["times"])


@pytest.mark.parametrize(
    "path",
    [
        f"v2/branches/{STADSKANTOOR}/dates%3BservicePublicId=Paspoort",
        f"v1/branches/{made_up_id('nergens')}",
        "v1/services/Bestaat_niet/branches",
        f"v1/appointments/{made_up_id('niets')}",
        f"v1/customers/{made_up_id('niemand')}/appointments",
        "v3/services",
        "v1/services/Paspoort",
    ],
)
def test_what_is_not_there_is_404(ask: Any, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 404 and answer.headers["error_message"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (f"v2/branches/{STADSKANTOOR}/dates", "Service not found"),
        (f"v2/branches/{STADSKANTOOR}/dates;servicePublicId=Bestaat_niet", "Service not found"),
        (
            f"v2/branches/{STADSKANTOOR}/dates;servicePublicId=Paspoort;numberOfCustomers=veel",
            "numberOfCustomers is not a number",
        ),
        (f"v2/branches/{STADSKANTOOR}/dates/morgen/times;servicePublicId=Paspoort", "Date is not valid"),
    ],
)
def test_what_is_asked_wrongly_is_500_with_a_reason(ask: Any, path: str, reason: str) -> None:
    assert refused(ask("GET", path)) == (500, reason)


def test_services_that_do_not_go_together_have_no_days(ask: Any) -> None:
    services = ";servicePublicId=Paspoort;servicePublicId=Erkennen_kind"
    assert ask("GET", f"v2/branches/{STADSKANTOOR}/dates{services}").json()["dates"] == []
    assert ask("GET", f"v2/branches/{STADSKANTOOR}/dates/2026-09-03/times{services}").json()["times"] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Api-Key": KEY}, 200),
        ({}, 401),
        ({"X-Api-Key": "anders"}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"naam:wachtwoord").decode()}, 401),
        ({"Authorization": "Basic &&&"}, 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"niemand:").decode()}, 401),
    ],
)
def test_who_may_come_in(sandbox: Sandbox, asker: httpx.Client, headers: dict[str, str], status: int) -> None:
    url = f"{sandbox.root}/calendar-backend/public/api/v1/services"
    assert asker.get(url, headers=headers).status_code == status


def test_booking_answers_202_in_text_with_utc(sandbox: Sandbox, ask: Any) -> None:
    answer = ask("POST", f"{NINE}/book", booking(customers=[CUSTOMER] * 2))
    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/text;charset=UTF-8")
    made = answer.json()
    assert (made["start"], made["end"]) == ("2026-09-03T07:00:00.000+0000", "2026-09-03T07:15:00.000+0000")
    assert (made["status"], made["numberOfCustomers"], made["title"]) == (20, 2, "Proef")
    born = datetime.fromtimestamp(made["customers"][0]["dateOfBirth"] / 1000, at("2026-01-01T00:00").tzinfo)
    assert born.date() == date(1985, 4, 12) and born.hour == 0
    assert made["customers"][0]["deletionTimestamp"].startswith("2026-10-01")
    assert made["customers"][0]["publicId"] != made["customers"][1]["publicId"]
    read = ask("GET", f"v1/appointments/{made['publicId']}").json()
    assert read["appointment"] == made and read["notifications"] == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (booking(services=[]), "Service not found"),
        (booking(services=None), "services is missing"),
        (booking(services=[{"publicId": "Bestaat_niet"}]), "Service not found"),
        (booking(services=[{"publicId": "Vluchtelingenpaspoort"}]), "Service not available"),
        (booking(services=[{"publicId": "Verklaring_leven"}]), "Service not available"),
        (booking(services=[{"publicId": "Paspoort"}, {"publicId": "Erkennen_kind"}]), "Service not available"),
        (booking(customers=[]), "customers is missing"),
        (booking(customers=[{"schoenmaat": "42"}]), "Unrecognized field in customer"),
        (booking(customers=[{"lastName": "v" * 201}]), "Field lastName is not valid"),
        (booking(customers=[{"phone": 612345678}]), "Field phone is not valid"),
        (booking(customers=[{"dateOfBirth": "12-04-1985"}]), "Field dateOfBirth is not valid"),
        ([], "Not an object"),
    ],
)
def test_a_booking_that_is_wrong_is_500_with_a_reason(sandbox: Sandbox, ask: Any, body: Any, reason: str) -> None:
    assert refused(ask("POST", f"{NINE}/book", body)) == (500, reason)
    assert sandbox.appointments() == []


def test_a_booking_without_json_is_refused(ask: Any) -> None:
    answer = ask("POST", f"{NINE}/book", booking(), **{"Content-Type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize("time", ["08:00", "09:02", "16:55", "9:00", "25:00"])
def test_a_moment_that_cannot_be_had(ask: Any, time: str) -> None:
    answer = ask("POST", f"v2/branches/{STADSKANTOOR}/dates/2026-09-02/times/{time}/book", booking())
    assert answer.status_code == 500
    assert answer.headers.get("error_code") == (None if time in ("9:00", "25:00") else "E440")


def test_a_time_that_the_clock_skips_cannot_be_booked(sandbox: Sandbox, ask: Any) -> None:
    sandbox.clock.now = at("2027-03-01T08:00")
    answer = ask("POST", f"v2/branches/{NACHTLOKET}/dates/2027-03-28/times/02:30/book", booking())
    assert answer.headers["error_code"] == "E440"
    assert ask("POST", f"v2/branches/{NACHTLOKET}/dates/2027-03-28/times/03:30/book", booking()).status_code == 202


def test_as_many_as_there_are_desks(ask: Any) -> None:
    answers = [ask("POST", f"{NINE}/book", booking()).status_code for _ in range(3)]
    assert answers == [202, 202, 500]


def test_cancelling_answers_204_and_then_404(ask: Any) -> None:
    made = ask("POST", f"{NINE}/book", booking()).json()
    first = ask("DELETE", f"v1/appointments/{made['publicId']}")
    assert (first.status_code, first.content) == (204, b"")
    assert ask("DELETE", f"v1/appointments/{made['publicId']}").status_code == 404


def test_whoever_booked_is_known_by_email_beside_the_calendar(sandbox: Sandbox, ask: Any, asker: httpx.Client) -> None:
    def known(email: str) -> Any:
        headers = {"X-Api-Key": KEY}
        return asker.get(f"{sandbox.root}/appointment/customers/identify;email={email}", headers=headers).json()

    assert known("noor%40voorbeeld.example") == []
    made = ask("POST", f"{NINE}/book", booking()).json()
    found = known("Noor%40Voorbeeld.example")
    assert [one["publicId"] for one in found] == [made["customers"][0]["publicId"]]
    listed = ask("GET", f"v1/customers/{found[0]['publicId']}/appointments").json()["appointmentList"]
    assert [one["publicId"] for one in listed] == [made["publicId"]]
    ask("DELETE", f"v1/appointments/{made['publicId']}")
    assert ask("GET", f"v1/customers/{found[0]['publicId']}/appointments").status_code == 404


def test_a_reservation_ends_by_itself_and_can_be_confirmed_before(sandbox: Sandbox, ask: Any) -> None:
    body = {"services": [{"publicId": "Paspoort"}]}
    held = ask("POST", f"{NINE}/reserve", body).json()
    assert (held["status"], held["customers"]) == (10, [])
    confirm = f"v2/branches/appointments/{held['publicId']}/confirm"
    assert ask("POST", confirm, {"customers": [CUSTOMER]}).json()["status"] == 20
    assert refused(ask("POST", confirm, {"customers": [CUSTOMER]})) == (500, "Reservation not found")
    held = ask("POST", f"{NINE}/reserve", body).json()
    sandbox.clock.now += timedelta(seconds=301)
    assert ask("GET", f"v1/appointments/{held['publicId']}").status_code == 404
    confirm = f"v2/branches/appointments/{held['publicId']}/confirm"
    assert refused(ask("POST", confirm, {"customers": [CUSTOMER]})) == (500, "Reservation not found")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("start=2026-09-03T09:05&end=2026-09-03T09:15", 200),
        ("start=2026-09-03T09:05:00Z&end=2026-09-03T09:15", 500),
        ("start=2026-09-03T09:05", 500),
        ("start=2026-09-03T07:00&end=2026-09-03T07:10", 500),
    ],
)
def test_moving_makes_room_for_itself(ask: Any, query: str, status: int) -> None:
    path = f"v2/branches/{NOORD}/dates/2026-09-03/times/09:00/book"
    made = ask("POST", path, booking()).json()
    answer = ask("PUT", f"v1/appointments/{made['publicId']}/reschedule?{query}")
    assert answer.status_code == status
    start = ask("GET", f"v1/appointments/{made['publicId']}").json()["appointment"]["start"]
    assert start == ("2026-09-03T07:05:00.000+0000" if status == 200 else "2026-09-03T07:00:00.000+0000")
    assert ask("PUT", f"v1/appointments/{made_up_id('niets')}/reschedule?{query}").status_code == 404


def test_a_moment_that_vanishes_stays_away(serve: Serve, ask: Any) -> None:
    path = f"v2/branches/{STADSKANTOOR}/dates/2026-09-03/times"
    services = ";servicePublicId=Paspoort"
    assert "11:55" in ask("GET", f"{path}{services}").json()["times"]
    assert ask("POST", f"{path}/11:55/book", booking()).headers["error_code"] == "E440"
    assert "11:55" not in ask("GET", f"{path}{services}").json()["times"]


def test_the_world_that_is_served_by_itself() -> None:
    proper = [one for one in WORLD.branches if one.zip]
    bookable = [one for one in WORLD.services if one.active and one.public]
    assert (len(proper), len(WORLD.branches), len(bookable), len(WORLD.services)) == (2, 3, 8, 10)
    assert all(len(one.id) == 64 for one in WORLD.branches)
    known = {one.id for one in WORLD.services}
    for branch in WORLD.branches:
        assert set(branch.services) <= known
        assert {service for group in branch.groups for service in group} == set(branch.services)
    assert STEADY_WORLD.vanishing == frozenset() and WORLD.vanishing


def test_what_was_booked_is_still_there_after_a_restart(tmp_path: Any) -> None:
    first = Sandbox(tmp_path)
    first.occupy(at("2026-09-03T09:00"))
    before = first.appointments()
    first.stop()
    make_app("qmatic_opnieuw", first.database, [KEY], faults=Faults())
    assert first.appointments() == before and len(before) == 2
    blueprint = qmatic_blueprint(open_database(f"sqlite:///{tmp_path / 'leeg.sqlite'}"), [KEY])
    assert blueprint.name == "qmatic"
