"""Every call as JCC wants it, and every answer as it gives it, in our own words."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest

from bot.appointments.errors import NotFound, Unavailable, Unsupported
from bot.appointments.jcc import JccBackend, JccConfig
from bot.appointments.values import Dienst, Kan, Keus, Klant, Locatie
from bot.sandbox.jcc_world import (
    AFHALEN,
    BUITENLAND,
    GEBOORTE,
    HUWELIJK,
    IDENTITEITSKAART,
    PASFOTO,
    PASPOORT,
    RIJBEWIJS,
    STADHUIS,
    UITTREKSEL,
    VOORBEELDSTAD,
    WIJKKANTOOR,
)
from tests.appointments.jcc.contract import ContractBroken, check_request
from tests.appointments.jcc.server import (
    NACHTBALIE,
    NOOR,
    PAS,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Contract,
    Sandbox,
    at,
)

pytestmark = pytest.mark.asyncio
GONE = "d4000000-0000-4000-8000-00000000dead"


async def test_services_with_seconds_as_minutes(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        found = {one.id: one for one in await backend.list_products()}
    assert len(found) == 8 and PASFOTO not in found
    assert found[PASPOORT] == Dienst(
        PASPOORT, "Paspoort aanvragen", "Uw oude paspoort of identiteitskaart en een pasfoto.", 10, 6
    )
    # One says 0 for no limit, the other leaves it out.
    assert found[UITTREKSEL].hoogstens is None and found[AFHALEN].hoogstens is None
    assert found[UITTREKSEL].meenemen == "" and found[HUWELIJK].minuten == 30


async def test_services_at_a_place_and_with_others(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        here = {one.id for one in await backend.list_products(WIJKKANTOOR)}
        assert here == {PASPOORT, IDENTITEITSKAART, RIJBEWIJS, AFHALEN}
        extra = {one.id for one in await backend.list_products(None, [PASPOORT, RIJBEWIJS])}
        assert extra == {IDENTITEITSKAART, UITTREKSEL, AFHALEN, PASFOTO}
        both = {one.id for one in await backend.list_products(WIJKKANTOOR, [PASPOORT])}
        assert both == {IDENTITEITSKAART, RIJBEWIJS, AFHALEN}
        assert await backend.list_products(None, [BUITENLAND]) == []
    assert transport.queries("activity/listforappointment") == [[("locationId", WIJKKANTOOR)]]
    assert transport.queries("activity/listforappointment/additional")[0] == [
        ("selectedActivityId", PASPOORT),
        ("selectedActivityId", RIJBEWIJS),
        ("includeSelectedActivities", "False"),
    ]


async def test_what_is_chosen_already_is_not_offered_again() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "t"})
        return httpx.Response(200, json=[{"id": "a", "appointmentDuration": 90}, {"id": "b"}])

    backend = JccBackend(JccConfig("https://jcc.example/v1", "a", "b"), httpx.MockTransport(handle))
    assert await backend.list_products(None, ["b"]) == [Dienst("a", "", minuten=2)]
    await backend.aclose()


async def test_places(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        found = await backend.list_locations([Keus(PASPOORT), Keus(AFHALEN, 2)])
        assert found == [
            Locatie(STADHUIS, "Stadhuis Voorbeeldstad", "Raadhuisplein 1", "1234 AB", "Voorbeeldstad"),
            Locatie(WIJKKANTOOR, "Wijkkantoor Noord", "Lindelaan 45a", "1235 CD", "Voorbeeldstad"),
        ]
        assert [one.id for one in await backend.list_locations([Keus(GEBOORTE)])] == [STADHUIS]
        assert [one.id for one in await backend.list_locations([])] == [STADHUIS, WIJKKANTOOR, NACHTBALIE]
    assert transport.queries("location/forappointment")[0] == [
        ("selectedActivityId", PASPOORT),
        ("selectedActivityId", AFHALEN),
    ]


async def test_times_of_one_day_with_their_zone(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        found = await backend.list_times([Keus(RIJBEWIJS), Keus(PASPOORT, 3)], STADHUIS, WEDNESDAY)
        assert found[0] == at(WEDNESDAY, 8, 30) and found[-1] == at(WEDNESDAY, 16, 20)
        assert all(one.utcoffset() == timedelta(hours=2) for one in found)
        assert {(b - a) for a, b in zip(found, found[1:], strict=False)} == {timedelta(minutes=5)}
        # Within two hours nothing can be booked any more.
        assert (await backend.list_times(PAS, STADHUIS, TUESDAY))[0] == at(TUESDAY, 10)
        assert await backend.list_times(PAS, STADHUIS, SATURDAY) == []
        assert await backend.list_times(PAS, WIJKKANTOOR, WEDNESDAY) == []
        assert await backend.list_times([Keus(GEBOORTE)], WIJKKANTOOR, THURSDAY) == []
    # The day after is not in the answer; activities and amounts side by side.
    assert transport.queries("appointment/availabletimelist")[0] == [
        ("locationId", STADHUIS),
        ("fromDate", "2026-09-02"),
        ("toDate", "2026-09-03"),
        ("activityId", RIJBEWIJS),
        ("activityId", PASPOORT),
        ("amount", "1"),
        ("amount", "3"),
    ]


async def test_booking_reading_and_cancelling(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        keuzen = (Keus(PASPOORT, 2), Keus(UITTREKSEL))
        klant = Klant(**{**vars(NOOR), "bsn": "111222333", "straat": "Lindelaan"})
        made = await backend.book(keuzen, STADHUIS, at(WEDNESDAY, 9), klant, "Twee kinderen", "sleutel-1")
        assert transport.calls() == [
            "GET customer/customerfields/required",
            "GET appointment/calculateduration",
            "POST appointment",
            "GET appointment",
            "GET location/ID",
            "GET appointment/qrcode",
        ]
        assert (made.keuzen, made.begin, made.einde) == (keuzen, at(WEDNESDAY, 9), at(WEDNESDAY, 9, 25))
        assert made.locatie == Locatie(
            STADHUIS, "Stadhuis Voorbeeldstad", "Raadhuisplein 1", "1234 AB", "Voorbeeldstad"
        )
        assert made.extra["nummer"] == "1" and len(made.extra["qr"]) == 14
        assert made.mag_weg and made.mag_anders
        # The address is hidden, so it was not sent.
        assert made.klant == Klant(**{**vars(NOOR), "bsn": "111222333"})
        assert await backend.get(made.id) == made
        kept = sandbox.store.appointments()[0]["body"]
        assert kept["message"] == "Twee kinderen" and "phoneNumber" in kept["customers"][0]
        await backend.cancel(made.id)
        assert sandbox.booked() == []
        with pytest.raises(NotFound):
            await backend.get(made.id)
        await backend.cancel(made.id)


async def test_no_number_of_a_citizen_unless_it_is_asked_and_given(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        await backend.book(PAS, STADHUIS, at(WEDNESDAY, 9), Klant(**{**vars(NOOR), "bsn": "111222333"}))
        await backend.book((Keus(BUITENLAND),), STADHUIS, at(WEDNESDAY, 9), NOOR)
    assert [one for row in sandbox.store.appointments() for one in row["body"]["customers"][0] if "social" in one] == []


@pytest.mark.parametrize("activiteit", [one.id for one in VOORBEELDSTAD.activiteiten if not one.alleen_erbij])
async def test_whoever_gives_what_is_needed_can_book_anything(sandbox: Sandbox, activiteit: str) -> None:
    day = date(2026, 9, 16)
    everything = {**vars(NOOR), "voornaam": "Noor", "bsn": "111222333"}
    async with sandbox.backend() as backend:
        needed = (await backend.customer_fields([Keus(activiteit)])).nodig()
        given = Klant(**{name: everything[name] for name in needed})
        made = await backend.book((Keus(activiteit),), STADHUIS, at(day, 9), given)
        assert made.einde is not None and made.einde > made.begin
        assert made.klant == given
    wanted = next(one for one in VOORBEELDSTAD.activiteiten if one.id == activiteit)
    assert (made.einde - made.begin).total_seconds() == wanted.seconden


async def test_it_neither_holds_nor_moves_by_itself(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        assert backend.kan() == Kan(True, True, False, False, True)
        with pytest.raises(Unsupported):
            await backend.hold(PAS, STADHUIS, at(WEDNESDAY, 9), "sleutel")
        await backend.release("sleutel")
    assert transport.requests == []


async def test_the_check_tells_versions(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        assert await backend.check() == "JCC-Afspraken 2026.2, WARP 1.0.0"
    async with sandbox.backend(secret="onjuist") as backend:
        with pytest.raises(Unavailable) as error:
            await backend.check()
    assert error.value.code == "invalid_client"


async def test_an_unknown_appointment_is_not_found(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        with pytest.raises(NotFound):
            await backend.get(GONE)
        # Its 500 was an answer: asked once, and the system is not left alone for it.
        assert transport.calls().count("GET appointment") == 1
        for _ in range(6):
            with pytest.raises(NotFound):
                await backend.get(GONE)


async def test_an_unknown_service_gives_no_list_but_an_error(sandbox: Sandbox) -> None:
    async with sandbox.backend() as backend:
        for ask in (
            backend.list_locations([Keus(GONE)]),
            backend.list_times([Keus(GONE)], STADHUIS, WEDNESDAY),
            backend.list_dates([Keus(GONE)], STADHUIS, WEDNESDAY, SATURDAY),
            backend.customer_fields([Keus(GONE)]),
            backend.list_products(GONE),
        ):
            with pytest.raises(Unavailable) as error:
                await ask
            assert (error.value.status, error.value.code) == (500, "-1")


async def test_the_contract_notices() -> None:
    def request(path: str, **headers: str) -> httpx.Request:
        fine = {"language": "nl", "accept": "application/json", "authorization": "Bearer t"} | headers
        return httpx.Request("GET", f"http://jcc/jcc/api/warp/v1/{path}", headers=fine)

    check_request(request("version"))
    times = f"appointment/availabletimelist?locationId={STADHUIS}&fromDate=2026-09-01&toDate=2026-09-02"
    check_request(request(f"{times}&activityId={PASPOORT}&amount=1"))
    for wrong in (
        request("version", language="en"),
        request("version?x=1"),
        request("versions"),
        request(f"{times}&activityId={PASPOORT}"),
        request(f"{times}&activityId={PASPOORT}&activityId={AFHALEN}&amount=1"),
        request(f"{times}&activityId={PASPOORT}&amount=0"),
        httpx.Request("POST", "http://jcc/jcc/api/warp/v1/appointment", headers=request("version").headers, json={}),
    ):
        with pytest.raises(ContractBroken):
            check_request(wrong)
