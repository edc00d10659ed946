"""Booking: refusals, answers that stay away, and that one wish is one appointment."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from pytest import LogCaptureFixture, MonkeyPatch

from bot.appointments.errors import AfspraakError, InvalidInput, NotFound, SlotTaken, Unavailable, Uncertain
from bot.appointments.qmatic import QmaticBackend
from bot.appointments.qmatic_looking import MOST_CUSTOMERS
from bot.appointments.values import Keus
from bot.sandbox import qmatic_http
from bot.sandbox.qmatic_world import NOORD, STADSKANTOOR, made_up_id
from tests.appointments.qmatic.conftest import Serve
from tests.appointments.qmatic.server import NACHTLOKET, NOOR, STEADY_WORLD, Sandbox, at

pytestmark = pytest.mark.asyncio

PASPOORT = [Keus("Paspoort")]
NINE, TEN = at("2026-09-03T09:00"), at("2026-09-03T10:00")
SUNDAY = at("2026-09-06T01:30")
VANISHES = at("2026-09-02T11:55")


async def book(backend: QmaticBackend, begin: datetime = NINE, locatie: str = STADSKANTOOR, **fields: Any) -> Any:
    return await backend.book(fields.pop("keuzen", PASPOORT), locatie, begin, fields.pop("klant", NOOR), **fields)


# Refusals


@pytest.mark.parametrize(
    ("options", "looks_again"),
    [
        ({}, False),
        ({"codes": False}, True),
        ({"codes": False, "reasons": "body"}, True),
        ({"reasons": "body"}, False),
    ],
)
async def test_a_moment_that_vanishes_is_taken_with_and_without_a_code(
    serve: Serve, options: dict[str, Any], looks_again: bool
) -> None:
    sandbox = serve(**options)
    async with sandbox.connected() as (backend, net):
        assert VANISHES in await backend.list_times(PASPOORT, STADSKANTOOR, VANISHES.date())
        net.asked.clear()
        net.requests.clear()
        with pytest.raises(SlotTaken) as taken:
            await book(backend, VANISHES)
        assert ("times" in net.asked) is looks_again
        assert VANISHES not in await backend.list_times(PASPOORT, STADSKANTOOR, VANISHES.date())
    assert taken.value.code == ("" if looks_again else "E440")
    assert {row["title"] for row in sandbox.appointments()} == {"Iemand anders"}


async def test_a_moment_that_was_never_there_is_taken(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, _):
        for text in (
            "2026-09-03T08:25",
            "2026-09-03T09:03",
            "2026-09-06T09:00",
            "2026-12-25T09:00",
            "2026-08-31T09:00",
        ):
            with pytest.raises(SlotTaken):
                await book(backend, at(text))
    assert sandbox.appointments() == []


async def test_services_and_places_that_are_not_there_are_found_out_before_booking(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        for dienst in ("Bestaat_niet", "Vluchtelingenpaspoort", "Verklaring_leven"):
            with pytest.raises(NotFound):
                await book(backend, keuzen=[Keus("Paspoort"), Keus(dienst)])
        with pytest.raises(NotFound):
            await book(backend, locatie=made_up_id("nergens"))
        with pytest.raises(NotFound):
            await backend.list_dates(PASPOORT, made_up_id("nergens"), date(2026, 9, 1), date(2026, 9, 30))
        with pytest.raises(NotFound):
            await backend.list_locations([Keus("Bestaat_niet")])
        assert "book" not in net.asked


async def test_what_is_wrong_is_said_before_anything_is_sent(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        with pytest.raises(InvalidInput) as missing:
            await book(backend, klant=replace(NOOR, email=""))
        with pytest.raises(InvalidInput) as long:
            await book(backend, klant=replace(NOOR, achternaam="v" * 201, telefoon="0" * 51))
    assert missing.value.velden == ("email",)
    assert long.value.velden == ("achternaam", "telefoon")
    assert net.asked == []


@pytest.mark.parametrize("reasons", ["header", "body"])
async def test_a_field_that_the_server_refuses_is_named(serve: Serve, monkeypatch: MonkeyPatch, reasons: str) -> None:
    monkeypatch.setitem(qmatic_http.LENGTHS, "phone", 5)
    async with serve(reasons=reasons).connected() as (backend, net):
        with pytest.raises(InvalidInput) as refused:
            await book(backend)
    assert refused.value.velden == ("telefoon",)
    assert "0612345678" not in str(refused.value)
    assert net.asked[-2:] == ["book", "times"]


@pytest.mark.parametrize(
    ("status", "kind", "looks_again"),
    [
        (400, InvalidInput, True),
        (401, Unavailable, False),
        (403, Unavailable, False),
        (404, NotFound, True),
        (409, SlotTaken, False),
        (429, Unavailable, False),
        (500, Unavailable, True),
        (503, Unavailable, False),
    ],
)
async def test_every_refusal_has_its_error(
    sandbox: Sandbox, status: int, kind: type[AfspraakError], looks_again: bool
) -> None:
    sandbox.faults.add("status", method="POST", status=status)
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        with pytest.raises(AfspraakError) as refused:
            await book(backend, sleutel="wens")
        assert type(refused.value) is kind and refused.value.status == status
        assert ("times" in net.asked) is looks_again
        sandbox.faults.clear()
        assert (await book(backend, sleutel="wens")).begin == NINE, "er is niets gebeurd, dus het mag nog eens"
    assert len(sandbox.appointments()) == 1


async def test_a_refusal_while_the_times_cannot_be_read_is_unavailable(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", method="POST", status=500)
    sandbox.faults.add("status", path="/times;", status=503)
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        with pytest.raises(Unavailable) as refused:
            await book(backend)
    assert refused.value.status == 500


async def test_an_unknown_place_shows_when_the_times_are_read_again(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.instead["book"] = [httpx.Response(500, headers={"error_message": "Nee"})]
        net.instead["times"] = [httpx.Response(404)]
        with pytest.raises(NotFound):
            await book(backend)


async def test_a_booking_that_is_redirected_was_not_made(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.instead["book"] = [httpx.Response(302, headers={"location": "https://inloggen.example"})]
        with pytest.raises(Unavailable) as refused:
            await book(backend)
    assert refused.value.status == 302


# Answers that stay away

NOT_DONE: list[tuple[str, dict[str, Any]]] = [
    ("down", {}),
    ("page", {"status": 200}),
    ("status", {"status": 502}),
    ("status", {"status": 504}),
    ("page", {"status": 500}),
]
DONE: list[tuple[str, dict[str, Any]]] = [
    ("lost", {}),
    ("later", {}),
    ("garbled", {}),
    ("shape", {}),
]


@pytest.mark.parametrize(("fault", "fields"), NOT_DONE)
async def test_looked_up_by_email_it_was_not_booked(sandbox: Sandbox, fault: Any, fields: dict[str, Any]) -> None:
    async with sandbox.connected(identify=True) as (backend, net):
        net.check_answers = False
        sandbox.disturb(net, "book", fault, **fields)
        with pytest.raises(Unavailable) as error:
            await book(backend, sleutel="wens")
        assert error.value.code == "not-booked"
        assert net.asked.count("identify") == 2, "nog een keer, voor wat onderweg was"
        assert net.paths("identify")[0] == "customers/identify;email=noor%40voorbeeld.example"
        assert (await book(backend, sleutel="wens")).begin == NINE
    assert len(sandbox.appointments()) == 1


@pytest.mark.parametrize(("fault", "fields"), DONE)
async def test_looked_up_by_email_it_was_booked(sandbox: Sandbox, fault: Any, fields: dict[str, Any]) -> None:
    async with sandbox.connected(identify=True) as (backend, net):
        net.check_answers = False
        sandbox.disturb(net, "book", fault, **fields)
        made = await book(backend, keuzen=[Keus("Paspoort", 2), Keus("Identiteitskaart", 2)], sleutel="wens")
        again = await book(backend, keuzen=[Keus("Paspoort", 2), Keus("Identiteitskaart", 2)], sleutel="wens")
    assert made == again and made.begin == NINE
    assert net.asked.count("book") == 1
    assert [row["public_id"] for row in sandbox.appointments()] == [made.id]


@pytest.mark.parametrize(("fault", "fields"), [*NOT_DONE, *DONE])
async def test_without_a_way_to_look_it_is_uncertain_and_stays_so(
    sandbox: Sandbox, fault: Any, fields: dict[str, Any]
) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        sandbox.disturb(net, "book", fault, **fields)
        with pytest.raises(Uncertain):
            await book(backend, sleutel="wens")
        assert net.asked[-1] == "book", "de tijden zeggen hier niets"
        with pytest.raises(Uncertain):
            await book(backend, sleutel="wens")
        assert net.asked.count("book") == 1, "nooit blind nog een keer"
        assert (await book(backend, TEN, sleutel="wens")).begin == TEN, "iets anders mag wel"


@pytest.mark.parametrize(("fault", "fields"), NOT_DONE)
async def test_with_one_place_a_free_moment_proves_that_it_was_not_booked(
    sandbox: Sandbox, fault: Any, fields: dict[str, Any]
) -> None:
    async with sandbox.connected(single_desk=True) as (backend, net):
        net.check_answers = False
        sandbox.disturb(net, "book", fault, **fields)
        with pytest.raises(Unavailable) as error:
            await book(backend, locatie=NOORD, sleutel="wens")
        assert error.value.code == "not-booked" and net.asked.count("times") == 2
        await book(backend, locatie=NOORD, sleutel="wens")
    assert len(sandbox.appointments()) == 1


@pytest.mark.parametrize(("fault", "fields"), DONE)
async def test_with_one_place_a_moment_that_is_gone_proves_nothing(
    sandbox: Sandbox, fault: Any, fields: dict[str, Any]
) -> None:
    async with sandbox.connected(single_desk=True) as (backend, net):
        net.check_answers = False
        sandbox.disturb(net, "book", fault, **fields)
        with pytest.raises(Uncertain):
            await book(backend, locatie=NOORD)
        await backend.list_products()
    assert len(sandbox.appointments()) == 1


@pytest.mark.parametrize("path", ["/identify", "/customers/", "/appointments/"])
async def test_when_looking_fails_it_is_uncertain(sandbox: Sandbox, path: str) -> None:
    sandbox.faults.add("lost", method="POST", times=1)
    async with sandbox.connected(identify=True) as (backend, net):
        sandbox.faults.add("page", method="GET", path=path)
        net.check_answers = False
        with pytest.raises(Uncertain):
            await book(backend, sleutel="wens")
        sandbox.faults.clear()
        made = await book(backend, sleutel="wens")
    assert [row["public_id"] for row in sandbox.appointments()] == [made.id], "later gevonden, en niet nog eens geboekt"


async def test_when_the_times_cannot_be_read_it_is_uncertain(sandbox: Sandbox) -> None:
    sandbox.faults.add("down", method="POST", times=1)
    sandbox.faults.add("page", path="/times;")
    async with sandbox.connected(single_desk=True) as (backend, net):
        net.check_answers = False
        with pytest.raises(Uncertain):
            await book(backend, locatie=NOORD)


async def test_nobody_with_that_address_is_no_error(sandbox: Sandbox) -> None:
    sandbox.faults.add("down", method="POST", times=1)
    async with sandbox.connected(identify=True) as (backend, net):
        net.instead["identify"] = [httpx.Response(404), httpx.Response(200, json=[])]
        with pytest.raises(Unavailable):
            await book(backend)


async def test_without_an_address_there_is_nothing_to_look_up(sandbox: Sandbox) -> None:
    sandbox.faults.add("down", method="POST", times=1)
    async with sandbox.connected(identify=True, verplicht=("achternaam",)) as (backend, net):
        with pytest.raises(Uncertain):
            await book(backend, klant=replace(NOOR, email=""))
    assert "identify" not in net.asked


async def test_an_address_with_too_many_records_is_not_looked_through(sandbox: Sandbox) -> None:
    sandbox.faults.add("lost", method="POST", times=1)
    many = [
        {"id": number, "publicId": made_up_id(str(number)), "properties": {}} for number in range(MOST_CUSTOMERS + 1)
    ]
    async with sandbox.connected(identify=True) as (backend, net):
        net.instead["identify"] = [httpx.Response(200, json=many)]
        with pytest.raises(Uncertain):
            await book(backend)
    assert "of_customer" not in net.asked


async def test_only_an_appointment_that_is_the_same_counts_as_ours(sandbox: Sandbox) -> None:
    """Another time, other services, another place, and one that was made long before."""
    async with sandbox.connected(identify=True) as (backend, net):
        await book(backend, NINE)
        sandbox.clock.now += timedelta(minutes=30)
        await book(backend, TEN)
        await book(backend, NINE, keuzen=[Keus("Identiteitskaart")])
        await book(backend, NINE, NOORD)
        sandbox.faults.add("down", method="POST", times=1)
        with pytest.raises(Unavailable):
            await book(backend, NINE)
        assert net.asked.count("of_customer") == 8
    assert len(sandbox.appointments()) == 4


async def test_a_booking_that_is_cancelled_halfway_is_looked_up_the_next_time(sandbox: Sandbox) -> None:
    """Whoever asked stopped waiting, while Qmatic went on."""
    async with sandbox.connected(identify=True) as (backend, net):
        net.later["book"] = asyncio.CancelledError()
        with pytest.raises(asyncio.CancelledError):
            await book(backend, sleutel="wens")
        await backend.list_products()
        made = await book(backend, sleutel="wens")
    assert net.asked.count("book") == 1
    assert [row["public_id"] for row in sandbox.appointments()] == [made.id]


async def test_what_never_arrived_was_not_booked(sandbox: Sandbox) -> None:
    async with sandbox.connected(identify=True) as (backend, net):
        await backend.list_times(PASPOORT, STADSKANTOOR, NINE.date())
        await book(backend, TEN)

        def refuse(name: str) -> None:
            if name == "book":
                raise httpx.ConnectError("geen verbinding")

        net.before = refuse
        with pytest.raises(Unavailable) as error:
            await book(backend, sleutel="wens")
        assert error.value.code == "connection"
        assert "identify" not in net.asked
        net.before = None
        await book(backend, sleutel="wens")
    assert len(sandbox.appointments()) == 2


# Accepted, and then


async def test_what_was_accepted_may_be_there_a_moment_later(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.instead["read"] = [httpx.Response(404)]
        made = await book(backend)
    assert made.begin == NINE and net.asked[-3:] == ["book", "read", "read"]


async def test_what_was_accepted_and_is_not_there_is_uncertain(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.instead["read"] = [httpx.Response(404), httpx.Response(404)]
        with pytest.raises(Uncertain) as error:
            await book(backend, sleutel="wens")
        assert error.value.code == "not-there"
        made = await book(backend, sleutel="wens")
    assert net.asked.count("book") == 1
    assert [row["public_id"] for row in sandbox.appointments()] == [made.id]


async def test_when_it_cannot_be_read_the_answer_to_the_booking_is_believed(sandbox: Sandbox) -> None:
    sandbox.faults.add("page", method="GET", path="/appointments/")
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        made = await book(backend)
        sandbox.faults.clear()
        assert await backend.get(made.id) == made


async def test_an_answer_with_only_an_id_that_cannot_be_read_is_uncertain(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.instead["book"] = [httpx.Response(202, json={"publicId": "a1"})]
        net.instead["read"] = [httpx.Response(200, text="<html>")]
        with pytest.raises(Uncertain):
            await book(backend)


# One wish is one appointment


async def test_the_same_wish_twice_is_one_appointment(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await book(backend, sleutel="wens")
        assert await book(backend, sleutel="wens") == made
        assert await book(backend, NINE.astimezone(UTC), sleutel="wens") == made
        other = await book(backend, sleutel="andere-wens")
    assert other.id != made.id and net.asked.count("book") == 2


async def test_the_same_wish_at_once_is_one_appointment(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await asyncio.gather(*(book(backend, sleutel="wens") for _ in range(6)))
    assert len({one.id for one in made}) == 1 and net.asked.count("book") == 1


async def test_a_wish_that_was_cancelled_can_be_had_again(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, _):
        first = await book(backend, sleutel="wens")
        await backend.cancel(first.id)
        second = await book(backend, sleutel="wens")
    assert first.id != second.id
    assert [row["public_id"] for row in sandbox.appointments()] == [second.id]


async def test_a_wish_that_was_made_and_cannot_be_seen_is_uncertain(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        await book(backend, sleutel="wens")
        net.check_answers = False
        sandbox.faults.add("page", method="GET", path="/appointments/")
        with pytest.raises(Uncertain):
            await book(backend, sleutel="wens")
    assert net.asked.count("book") == 1


@pytest.mark.parametrize("codes", [True, False])
async def test_twenty_at_once_for_three_places(serve: Serve, codes: bool) -> None:
    sandbox = serve(world=STEADY_WORLD, codes=codes)
    sandboxes = [sandbox.connected() for _ in range(4)]
    backends = [(await one.__aenter__())[0] for one in sandboxes]
    wishes = [
        backend.book(
            PASPOORT, NACHTLOKET, SUNDAY, replace(NOOR, email=f"n{number}@voorbeeld.example"), "", f"w{number}"
        )
        for number, backend in enumerate(backends * 5)
    ]
    outcomes = await asyncio.gather(*wishes, return_exceptions=True)
    for one in sandboxes:
        await one.__aexit__(None, None, None)
    won = [one for one in outcomes if not isinstance(one, BaseException)]
    assert len({one.id for one in won}) == len(won) == 3
    assert sum(isinstance(one, SlotTaken) for one in outcomes) == 17
    assert sorted(row["desk"] for row in sandbox.appointments()) == [0, 1, 2]


# What ends up in logs


SECRET = re.compile(f"Voorbeeld|noor|0612345678|1985|sleutel-0123|http://|{STADSKANTOOR}")
FAULTS: list[tuple[str, dict[str, Any]]] = [*NOT_DONE, *DONE, ("status", {"status": 500}), ("status", {"status": 400})]


@pytest.mark.parametrize(("fault", "fields"), FAULTS)
async def test_logs_and_errors_hold_nothing_of_anybody(
    sandbox: Sandbox, caplog: LogCaptureFixture, fault: Any, fields: dict[str, Any]
) -> None:
    caplog.set_level(logging.INFO)
    async with sandbox.connected(identify=True) as (backend, net):
        net.check_answers = False
        sandbox.disturb(net, "book", fault, **fields)
        sandbox.faults.add("status", path="/identify", status=503, times=3)
        try:
            await book(backend)
        except AfspraakError as error:
            chain: BaseException | None = error
            while chain is not None:
                assert not SECRET.search(f"{chain} {chain!r}")
                chain = chain.__cause__
        with suppress(AfspraakError):
            await backend.get("0612345678")
    messages = [record.getMessage() for record in caplog.records if record.name.startswith(("bot.", "http"))]
    assert not [text for text in messages if SECRET.search(text)]
