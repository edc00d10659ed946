"""Booking and cancelling when something is in the way: whoever asked hears what happened, or that it is not known."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

import httpx
import pytest

from bot.appointments.errors import (
    AfspraakError,
    InvalidInput,
    NotAllowed,
    NotFound,
    SlotTaken,
    Unavailable,
    Uncertain,
    Unsupported,
)
from bot.appointments.jcc import JccBackend
from bot.appointments.values import Afspraak, Keus, Klant, Locatie
from bot.sandbox.jcc_world import GEBOORTE, PASFOTO, PASPOORT, STADHUIS, WIJKKANTOOR
from tests.appointments.jcc.contract import operation
from tests.appointments.jcc.server import (
    AUTUMN,
    NACHTBALIE,
    NOOR,
    PAS,
    SATURDAY,
    SPRING,
    THURSDAY,
    WEDNESDAY,
    Contract,
    Sandbox,
    at,
    is_booking,
    is_cancelling,
    problem,
)

pytestmark = pytest.mark.asyncio
QUICK = 0.6
"""Seconds that an answer may take where one stays away."""
NINE = at(WEDNESDAY, 9)
GONE = "d4000000-0000-4000-8000-00000000dead"
BOOKING = {"method": "POST", "path": "v1/appointment"}
PERSONAL = ("Voorbeeld", "mail.example", "0612345678", "06 12345678", "1985")


async def book(backend: JccBackend, begin: datetime = NINE, klant: Klant = NOOR, **changes: Any) -> Afspraak:
    return await backend.book(changes.get("keuzen", PAS), changes.get("locatie", STADHUIS), begin, klant)


def unchecked() -> Contract:
    transport = Contract()
    transport.check_answers = False
    return transport


def answering(transport: Contract, response: httpx.Response, when: Any = is_booking) -> Contract:
    """JCC does not see the booking; something else answers."""
    transport.instead = lambda request: response if when(request) else None
    return transport


# What was refused


async def test_a_moment_that_others_took_before_we_asked(sandbox: Sandbox) -> None:
    sandbox.take_all(STADHUIS, NINE)
    async with sandbox.backend() as backend:
        assert NINE not in await backend.list_times(PAS, STADHUIS, WEDNESDAY)
        with pytest.raises(SlotTaken) as error:
            await book(backend)
    assert (error.value.status, error.value.code) == (200, "1001")


async def test_a_moment_that_vanishes_between_list_and_booking(sandbox: Sandbox) -> None:
    transport = Contract()
    transport.before = lambda request: sandbox.take_all(STADHUIS, NINE) if is_booking(request) else None
    async with sandbox.backend(transport) as backend:
        assert NINE in await backend.list_times(PAS, STADHUIS, WEDNESDAY)
        with pytest.raises(SlotTaken):
            await book(backend)
    assert sandbox.booked() == []


@pytest.mark.parametrize(
    ("begin", "locatie"),
    [(at(SATURDAY, 9), STADHUIS), (at(WEDNESDAY, 3), STADHUIS), (NINE, WIJKKANTOOR), (at(WEDNESDAY, 9, 1), STADHUIS)],
)
async def test_a_moment_that_was_never_offered(sandbox: Sandbox, begin: datetime, locatie: str) -> None:
    async with sandbox.backend() as backend:
        with pytest.raises(SlotTaken):
            await book(backend, begin, locatie=locatie)


async def test_too_little_room_left_for_all_of_it(sandbox: Sandbox) -> None:
    sandbox.take_all(STADHUIS, at(WEDNESDAY, 9, 10))
    async with sandbox.backend() as backend:
        with pytest.raises(SlotTaken):
            await book(backend, keuzen=(Keus(PASPOORT, 2),))
        await book(backend)


async def test_a_refusal_with_a_problem_is_looked_at_too(sandbox: Sandbox) -> None:
    async with sandbox.backend(answering(Contract(), problem())) as backend:
        with pytest.raises(Unavailable) as error:
            await book(backend)
        assert (error.value.status, error.value.code) == (500, "-1")
        sandbox.take_all(STADHUIS, NINE)
        with pytest.raises(SlotTaken):
            await book(backend)


async def test_what_jcc_says_of_the_customer(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        with pytest.raises(InvalidInput) as error:
            await book(backend, klant=Klant(**{**vars(NOOR), "email": "geen adres"}))
    assert (error.value.velden, error.value.status, error.value.code) == (("email",), 200, "1002")


@pytest.mark.parametrize(
    ("body", "velden"),
    [
        (
            {"acknowledgeIsSuccess": False, "code": 9, "validateErrors": ["BirthDate and City"]},
            ("geboortedatum", "plaats"),
        ),
        ({"code": 9, "validateErrors": ["lastName"]}, ("achternaam",)),
        ({"id": "00000000-0000-0000-0000-000000000000", "validateErrors": ["Initials"]}, ("voorletters",)),
    ],
)
async def test_fields_in_a_refusal(sandbox: Sandbox, body: Any, velden: tuple[str, ...]) -> None:
    async with sandbox.backend(answering(Contract(), httpx.Response(200, json=body))) as backend:
        with pytest.raises(InvalidInput) as error:
            await book(backend)
    assert error.value.velden == velden


@pytest.mark.parametrize(
    "body",
    [
        {"acknowledgeIsSuccess": False},
        {"acknowledgeIsSuccess": False, "validateErrors": ["Voorbeeld mag niet"]},
        {"acknowledgeIsSuccess": False, "validateErrors": "x", "code": "Voorbeeld mag niet"},
        {"message": "nee", "errors": {}},
    ],
)
async def test_a_refusal_without_a_reason_while_the_moment_is_free(sandbox: Sandbox, body: Any) -> None:
    async with sandbox.backend(answering(Contract(), httpx.Response(200, json=body))) as backend:
        with pytest.raises(Unavailable) as error:
            await book(backend)
    assert error.value.code == "" and "Voorbeeld" not in str(error.value)


async def test_what_is_missing_is_told_before_anything_is_sent(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        with pytest.raises(InvalidInput) as error:
            await book(backend, klant=Klant("Voorbeeld", telefoon="06 1234567890123456"))
        assert error.value.velden == ("telefoon", "voorletters", "geboortedatum", "email")
    assert transport.calls() == ["GET customer/customerfields/required"]


@pytest.mark.parametrize(
    ("keuzen", "locatie"),
    [
        ((Keus(GONE),), STADHUIS),
        ((Keus(PASPOORT), Keus(GONE)), STADHUIS),
        (PAS, GONE),
        # Only together with something else.
        ((Keus(PASFOTO),), STADHUIS),
    ],
)
async def test_a_service_or_place_that_is_not_there(sandbox: Sandbox, keuzen: tuple[Keus, ...], locatie: str) -> None:
    async with sandbox.backend() as backend:
        with pytest.raises(NotFound):
            await book(backend, keuzen=keuzen, locatie=locatie)


async def test_what_goes_with_others_is_known_too(sandbox: Sandbox) -> None:
    keuzen = (Keus(PASPOORT), Keus(PASFOTO))
    async with sandbox.backend(transport := Contract()) as backend:
        with pytest.raises(NotFound):
            await book(backend, keuzen=keuzen, locatie=GONE)
        assert "GET activity/listforappointment/additional" in transport.calls()
        made = await book(backend, keuzen=keuzen)
        assert made.keuzen == keuzen
        # More than the most of it, or what does not go together: JCC does not say so, and everything is known.
        for wrong in ((Keus(PASPOORT, 7),), (Keus(PASPOORT), Keus(GEBOORTE))):
            with pytest.raises(Unavailable) as error:
                await book(backend, keuzen=wrong)
            assert error.value.status == 500


async def test_a_nationality_cannot_be_given(sandbox: Sandbox) -> None:
    def handle(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json={"nationality": 2}) if "customerfields" in request.url.path else None

    transport = Contract()
    transport.instead = handle
    async with sandbox.backend(transport) as backend:
        for ask in (backend.customer_fields(PAS), book(backend)):
            with pytest.raises(Unsupported):
                await ask
    assert "POST appointment" not in transport.calls()


@pytest.mark.parametrize("status", [400, 409, 422])
async def test_refusals_as_other_systems_have_them(sandbox: Sandbox, status: int) -> None:
    body = {"errors": [{"code": 3, "name": "EmailAddress", "detail": "n.voorbeeld@mail.example"}], "code": 3}
    async with sandbox.backend(answering(Contract(), httpx.Response(status, json=body))) as backend:
        with pytest.raises(InvalidInput) as error:
            await book(backend)
        assert (error.value.velden, error.value.status) == (("email",), status)
        sandbox.take_all(STADHUIS, NINE)
        with pytest.raises(SlotTaken):
            await book(backend)


@pytest.mark.parametrize("status", [403, 405, 415, 429])
async def test_who_is_not_let_in_booked_nothing(sandbox: Sandbox, status: int) -> None:
    async with sandbox.backend(answering(transport := Contract(), httpx.Response(status))) as backend:
        with pytest.raises(Unavailable) as error:
            await book(backend)
    assert error.value.status == status and transport.calls()[-1] == "POST appointment"


async def test_a_refusal_after_which_looking_fails(sandbox: Sandbox) -> None:
    sandbox.take_all(STADHUIS, NINE)
    sandbox.faults.add("down", path="availabletimelist")
    async with sandbox.backend() as backend:
        with pytest.raises(Unavailable) as error:
            await book(backend)
    assert (error.value.what, error.value.code) == ("boeken", "1001")


# What is not known


@pytest.mark.parametrize(
    ("kind", "fields", "stands"),
    [
        ("down", {}, False),
        ("lost", {"seconds": 0.0}, True),
        ("lost", {"seconds": 2.0}, True),
        ("late", {"seconds": 1.5}, False),
        ("garbled", {}, True),
        ("shape", {}, True),
        ("page", {}, False),
        ("page", {"status": 302}, False),
        ("status", {"status": 502}, False),
        ("status", {"status": 504}, False),
        ("status", {"status": 500}, False),
    ],
)
async def test_no_answer_to_a_booking(sandbox: Sandbox, kind: Any, fields: dict[str, Any], stands: bool) -> None:
    sandbox.faults.add(kind, **BOOKING, **fields)
    async with sandbox.backend(transport := unchecked(), timeout=QUICK) as backend:
        with pytest.raises(Uncertain):
            await book(backend)
    # Asked once, and whether it stands cannot be seen from here.
    assert transport.calls("POST") == ["POST appointment"]
    assert sandbox.booked() == ([NINE.replace(tzinfo=None)] if stands else [])
    if kind == "late":
        async with asyncio.timeout(10):
            while not sandbox.booked():
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "path", ["connect/token", "customerfields/required", "calculateduration"], ids=["token", "fields", "duration"]
)
@pytest.mark.parametrize(("kind", "seconds"), [("slow", 2.0), ("down", 0.0), ("shape", 0.0), ("page", 0.0)])
async def test_trouble_before_the_booking_is_no_booking(sandbox: Sandbox, path: str, kind: Any, seconds: float) -> None:
    sandbox.faults.add(kind, path=path, seconds=seconds)
    async with sandbox.backend(transport := unchecked(), timeout=QUICK) as backend:
        with pytest.raises(Unavailable):
            await book(backend)
    assert transport.calls("POST") == [] and sandbox.booked() == []


@pytest.mark.parametrize("path", ["customerfields/required", "calculateduration"])
async def test_one_stumble_before_the_booking_is_not_noticed(sandbox: Sandbox, path: str) -> None:
    sandbox.faults.add("status", path=path, status=503, times=1)
    async with sandbox.backend(unchecked()) as backend:
        await book(backend)
    assert len(sandbox.booked()) == 1


async def test_a_connection_that_is_not_made_books_nothing(sandbox: Sandbox) -> None:
    transport = Contract()

    def refuse(request: httpx.Request) -> None:
        if is_booking(request):
            raise httpx.ConnectError("no")

    transport.before = refuse
    async with sandbox.backend(transport) as backend:
        with pytest.raises(Unavailable) as error:
            await book(backend)
    assert error.value.code == "connection"


@pytest.mark.parametrize("kind", ["slow", "down", "garbled", "shape"])
async def test_what_was_booked_is_told_also_when_it_cannot_be_read_back(sandbox: Sandbox, kind: Any) -> None:
    sandbox.faults.add(kind, method="GET", path="v1/appointment", seconds=2.0, skip=1)
    async with sandbox.backend(unchecked(), timeout=QUICK) as backend:
        made = await book(backend)
    assert made.id == sandbox.store.appointments()[0]["id"]
    assert (made.keuzen, made.locatie, made.klant) == (PAS, Locatie(STADHUIS, ""), NOOR)
    assert (made.begin, made.einde) == (NINE, at(WEDNESDAY, 9, 10))


@pytest.mark.parametrize("path", ["v1/location", "qrcode"])
async def test_an_address_or_code_that_stays_away(sandbox: Sandbox, path: str) -> None:
    sandbox.faults.add("down", path=path)
    async with sandbox.backend(unchecked()) as backend:
        made = await book(backend)
    assert made.locatie.naam == "Stadhuis Voorbeeldstad" and made.extra["nummer"]
    assert (made.locatie.adres == "", "qr" not in made.extra) == (path == "v1/location", path == "qrcode")


def without_flag(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    return httpx.Response(200, json={"id": response.json()["id"]}) if is_booking(request) else response


async def test_an_id_without_a_yes_is_looked_up(sandbox: Sandbox) -> None:
    transport = Contract()
    transport.after = without_flag
    async with sandbox.backend(transport) as backend:
        assert (await book(backend)).begin == NINE
    assert len(sandbox.booked()) == 1


async def test_an_id_with_a_no_that_is_nowhere(sandbox: Sandbox) -> None:
    no = httpx.Response(200, json={"id": GONE, "acknowledgeIsSuccess": False, "code": 4})
    async with sandbox.backend(answering(Contract(), no)) as backend:
        with pytest.raises(Unavailable) as error:
            await book(backend)
        assert error.value.code == "4"
        sandbox.faults.add("down", method="GET", path="v1/appointment", skip=0)
        with pytest.raises(AfspraakError):
            await book(backend)


async def test_an_id_without_a_yes_that_cannot_be_looked_up(sandbox: Sandbox) -> None:
    transport = Contract()
    transport.after = without_flag
    transport.instead = lambda request: problem() if operation(request) == ("GET", "appointment") else None
    sandbox.faults.add("status", path="availabletimelist", status=503)
    transport.check_answers = False
    async with sandbox.backend(transport) as backend:
        with pytest.raises(Uncertain):
            await book(backend)
    assert len(sandbox.booked()) == 1


async def test_a_yes_without_an_id_is_not_known(sandbox: Sandbox) -> None:
    yes = httpx.Response(200, json={"acknowledgeIsSuccess": True})
    async with sandbox.backend(answering(Contract(), yes)) as backend:
        with pytest.raises(Uncertain):
            await book(backend)


# Many at once, and the clock being changed


async def test_three_places_for_twenty_people(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        found = await asyncio.gather(*(book(backend) for _ in range(20)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Afspraak"] * 3 + ["SlotTaken"] * 17
    assert len({one.id for one in found if isinstance(one, Afspraak)}) == 3
    assert sandbox.booked() == [NINE.replace(tzinfo=None)] * 3


async def test_the_night_that_the_clock_is_put_back(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        found = await backend.list_times(PAS, NACHTBALIE, AUTUMN)
        assert len(found) == 71 and at(AUTUMN, 2, 55) in found
        made = await book(backend, at(AUTUMN, 2, 55), locatie=NACHTBALIE)
        assert made.begin.isoformat() == "2026-10-25T02:55:00+02:00"
        body = transport.requests[transport.calls().index("POST appointment") + 1].content.decode()
        assert '"fromDateTime":"2026-10-25T02:55:00+02:00","toDateTime":"2026-10-25T02:05:00+01:00"' in body
        assert at(AUTUMN, 2, 55) not in await backend.list_times(PAS, NACHTBALIE, AUTUMN)
        # Taken in a doubled hour, asked in another zone.
        with pytest.raises(SlotTaken):
            await book(backend, at(AUTUMN, 2, 55).astimezone(), locatie=NACHTBALIE)


async def test_a_refusal_in_the_hour_that_comes_twice(sandbox: Sandbox) -> None:
    async with sandbox.backend(answering(Contract(), problem())) as backend:
        with pytest.raises(Unavailable):
            await book(backend, at(AUTUMN, 2, 30), locatie=NACHTBALIE)
        # The second half past two is never offered.
        with pytest.raises(SlotTaken):
            await book(backend, at(AUTUMN, 2, 30, fold=1), locatie=NACHTBALIE)


async def test_the_night_that_the_clock_is_put_forward(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        found = await backend.list_times(PAS, NACHTBALIE, SPRING)
        assert len(found) == 59 and not [one for one in found if one.hour == 2]
        made = await book(backend, at(SPRING, 1, 55), locatie=NACHTBALIE)
        assert made.begin.isoformat() == "2027-03-28T01:55:00+01:00"


async def test_a_moment_needs_a_zone(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        with pytest.raises(ValueError, match="zone"):
            await book(backend, datetime(2026, 9, 2, 9))
    assert transport.requests == []


# Cancelling


async def test_what_is_gone_already_is_fine(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        await backend.cancel(GONE)
    assert transport.calls()[:2] == ["DELETE appointment", "GET appointment"]


@pytest.mark.parametrize("status", [204, 404])
async def test_other_ways_to_say_that_it_is_gone(sandbox: Sandbox, status: int) -> None:
    transport = Contract()
    transport.instead = lambda request: (
        httpx.Response(status) if operation(request)[1] == "appointment" and not is_booking(request) else None
    )
    async with sandbox.backend(transport) as backend:
        await backend.cancel(GONE)
        with pytest.raises(NotFound):
            await backend.get(GONE)


@pytest.mark.parametrize("body", [b"", b"null", b"{}"])
async def test_an_empty_appointment_is_none(sandbox: Sandbox, body: bytes) -> None:
    transport = answering(Contract(), httpx.Response(200, content=body), lambda one: operation(one)[1] == "appointment")
    async with sandbox.backend(transport) as backend:
        with pytest.raises(NotFound):
            await backend.get(GONE)


@pytest.mark.parametrize("path", ["listforappointment", "location/forappointment", "daterange", "availabletimelist"])
async def test_a_jcc_that_is_half_down_has_lost_no_appointment(sandbox: Sandbox, path: str) -> None:
    async with sandbox.backend(transport := unchecked()) as backend:
        made = await book(backend)
        transport.instead = lambda request: problem() if operation(request)[1] == "appointment" else None
        sandbox.faults.add("status", path=path, status=503)
        with pytest.raises(Unavailable):
            await backend.get(made.id)
        with pytest.raises(Uncertain):
            await backend.cancel(made.id)
    assert len(sandbox.booked()) == 1


async def test_jcc_says_no(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        made = await book(backend)
        sandbox.klok.set(at(THURSDAY, 9))
        with pytest.raises(NotAllowed) as error:
            await backend.cancel(made.id)
    assert error.value.code == "1003" and len(sandbox.booked()) == 1


async def test_a_problem_while_it_is_still_there(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        made = await book(backend)
        answering(transport, problem(), is_cancelling)
        with pytest.raises(Unavailable) as error:
            await backend.cancel(made.id)
        assert error.value.status == 500
        for status in (403, 429):
            answering(transport, httpx.Response(status), is_cancelling)
            with pytest.raises(Unavailable):
                await backend.cancel(made.id)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("lost", {"seconds": 0.0}),
        ("lost", {"seconds": 2.0}),
        ("garbled", {}),
        ("shape", {}),
    ],
)
async def test_cancelled_though_the_answer_was_lost(sandbox: Sandbox, kind: Any, fields: dict[str, Any]) -> None:
    async with sandbox.backend(transport := unchecked(), timeout=QUICK) as backend:
        made = await book(backend)
        sandbox.faults.add(kind, method="DELETE", **fields)
        await backend.cancel(made.id)
    assert sandbox.booked() == [] and transport.calls("DELETE") == ["DELETE appointment"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("down", {}), ("page", {}), ("status", {"status": 502}), ("late", {"seconds": 5.0})],
)
async def test_cancelling_is_asked_once_more(sandbox: Sandbox, kind: Any, fields: dict[str, Any]) -> None:
    async with sandbox.backend(transport := unchecked(), timeout=QUICK) as backend:
        made = await book(backend)
        sandbox.faults.add(kind, method="DELETE", times=1, **fields)
        await backend.cancel(made.id)
        assert sandbox.booked() == [] and transport.calls("DELETE") == ["DELETE appointment"] * 2
        made = await book(backend)
        sandbox.faults.clear()
        sandbox.faults.add(kind, method="DELETE", **fields)
        with pytest.raises(Uncertain):
            await backend.cancel(made.id)
        assert len(sandbox.booked()) == 1 and transport.calls("DELETE") == ["DELETE appointment"] * 4


async def test_a_second_time_that_is_not_let_in_is_uncertain_all_the_same(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := unchecked()) as backend:
        made = await book(backend)
        answers = [httpx.Response(502), httpx.Response(429)]
        transport.instead = lambda request: answers.pop(0) if is_cancelling(request) else None
        with pytest.raises(Uncertain):
            await backend.cancel(made.id)


async def test_silence_and_nothing_to_see(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := unchecked(), timeout=QUICK) as backend:
        made = await book(backend)
        sandbox.faults.add("down", path="v1/appointment")
        with pytest.raises(Uncertain):
            await backend.cancel(made.id)
        assert transport.calls("DELETE") == ["DELETE appointment"]


# What is written down


async def test_a_jcc_that_keeps_failing_is_left_alone(sandbox: Sandbox) -> None:
    sandbox.faults.add("down", path="version")
    async with sandbox.backend(transport := unchecked(), breaker_failures=2) as backend:
        await backend.list_products()
        with pytest.raises(Unavailable):
            await backend.check()
        before = len(transport.requests)
        for ask in (backend.check(), backend.list_products(), book(backend), backend.cancel(GONE)):
            with pytest.raises(Unavailable) as error:
                await ask
            assert error.value.code == "breaker-open"
        assert len(transport.requests) == before


@pytest.mark.parametrize("kind", ["down", "garbled", "shape", "status"])
async def test_nobody_gets_into_logs_or_errors(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, kind: Any) -> None:
    caplog.set_level(logging.DEBUG)
    async with sandbox.backend(unchecked()) as backend:
        made = await book(backend)
        secret = (*PERSONAL, made.id)
        sandbox.faults.add(kind, path="v1/appointment", status=500)
        said = []
        for ask in (book(backend), backend.get(made.id), backend.cancel(made.id), backend.move(made.id, NINE)):
            try:
                await ask
            except AfspraakError as error:
                cause: BaseException | None = error
                while cause is not None:
                    said.append(f"{cause} {cause!r}")
                    cause = cause.__cause__ if cause.__cause__ or cause.__suppress_context__ else cause.__context__
    assert said and caplog.records
    for word in secret:
        assert word not in caplog.text and not [one for one in said if word in one], word
