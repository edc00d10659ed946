"""Reading from a Qmatic that is away, slow, or talks nonsense."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from time import monotonic
from typing import Any

import circuitbreaker
import httpx
import pytest
from pytest import MonkeyPatch

from bot.appointments.errors import AfspraakError, NotFound, SlotTaken, Unavailable, Uncertain
from bot.appointments.qmatic import QmaticBackend
from bot.appointments.qmatic_calls import Uitslag, blamed_fields, error_code, is_refusal, verdict
from bot.appointments.values import Keus
from bot.sandbox.qmatic_world import STADSKANTOOR, made_up_id
from tests.appointments.qmatic.server import NOOR, Sandbox, at

pytestmark = pytest.mark.asyncio

PASPOORT = [Keus("Paspoort")]
NINE = at("2026-09-03T09:00")
Read = Callable[[QmaticBackend], Awaitable[Any]]
READS: dict[str, Read] = {
    "products": lambda backend: backend.list_products(),
    "products_at": lambda backend: backend.list_products(STADSKANTOOR),
    "products_with": lambda backend: backend.list_products(None, ["Paspoort"]),
    "products_with_at": lambda backend: backend.list_products(STADSKANTOOR, ["Paspoort"]),
    "locations": lambda backend: backend.list_locations([]),
    "locations_of": lambda backend: backend.list_locations([Keus("Paspoort"), Keus("Rijbewijs")]),
    "dates": lambda backend: backend.list_dates(PASPOORT, STADSKANTOOR, date(2026, 9, 1), date(2026, 9, 30)),
    "times": lambda backend: backend.list_times(PASPOORT, STADSKANTOOR, NINE.date()),
    "get": lambda backend: backend.get(made_up_id("onbekend")),
    "check": lambda backend: backend.check(),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize(("fault", "fields"), [("page", {}), ("shape", {}), ("status", {"status": 401})])
async def test_what_is_no_answer_is_said_to_be_none(
    sandbox: Sandbox, read: Read, fault: Any, fields: dict[str, Any]
) -> None:
    sandbox.faults.add(fault, **fields)
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        with pytest.raises(AfspraakError) as error:
            await read(backend)
    # An appointment that is not there has no contents that could be of another shape.
    assert isinstance(
        error.value, NotFound if fault == "shape" and "/appointments/" in str(net.requests[-1].url) else Unavailable
    )


@pytest.mark.parametrize("read", [READS["dates"], READS["locations_of"]], ids=["dates", "locations_of"])
async def test_one_that_stumbles_is_asked_again(sandbox: Sandbox, read: Read) -> None:
    sandbox.faults.add("down", times=1)
    sandbox.faults.add("status", times=1, status=503)
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        assert await read(backend)


async def test_a_slow_one_is_asked_once(sandbox: Sandbox) -> None:
    sandbox.faults.add("slow", seconds=0.5)
    async with sandbox.connected(timeout=0.1) as (backend, net):
        with pytest.raises(Unavailable) as error:
            await backend.list_products()
    assert error.value.code == "timeout" and len(net.asked) == 1


async def test_a_refusal_is_an_answer_and_is_asked_once(sandbox: Sandbox) -> None:
    async with sandbox.connected(failures=2, rest=60) as (backend, net):
        for _ in range(5):
            with pytest.raises(Unavailable) as refused:
                await backend.list_dates([Keus("Bestaat_niet")], STADSKANTOOR, date(2026, 9, 1), date(2026, 9, 30))
            assert refused.value.status == 500
        assert await backend.list_products(), "weigeren is geen storing"
    assert net.asked == ["dates"] * 5 + ["services"]


async def test_one_that_keeps_failing_is_left_alone_for_a_while(sandbox: Sandbox, monkeypatch: MonkeyPatch) -> None:
    async with sandbox.connected(failures=3, rest=60) as (backend, net):
        net.check_answers = False
        made = await backend.book(PASPOORT, STADSKANTOOR, NINE, NOOR)
        net.asked.clear()
        sandbox.faults.add("status", status=503)
        with pytest.raises(Unavailable):
            await backend.list_products()
        sandbox.faults.clear()
        asked = len(net.asked)
        for ask in (backend.list_products(), backend.get(made.id), backend.cancel(made.id)):
            with pytest.raises(Unavailable) as error:
                await ask
            assert error.value.code == "breaker-open"
        with pytest.raises(Unavailable):
            await backend.book(PASPOORT, STADSKANTOOR, at("2026-09-03T10:00"), NOOR, "", "wens")
        assert len(net.asked) == asked, "er is niets gevraagd"
        later = monotonic() + 61
        monkeypatch.setattr(circuitbreaker, "monotonic", lambda: later)
        assert await backend.list_products()
        await backend.book(PASPOORT, STADSKANTOOR, at("2026-09-03T10:00"), NOOR, "", "wens")
    assert len(sandbox.appointments()) == 2


async def test_bookings_without_an_answer_count_as_failures_and_taken_moments_do_not(sandbox: Sandbox) -> None:
    async with sandbox.connected(failures=3, rest=60) as (backend, net):
        for _ in range(4):
            with pytest.raises(SlotTaken):
                await backend.book(PASPOORT, STADSKANTOOR, at("2026-09-03T08:00"), NOOR)
        sandbox.faults.add("down", method="POST")
        for _ in range(3):
            with pytest.raises(Uncertain):
                await backend.book(PASPOORT, STADSKANTOOR, NINE, NOOR)
        sandbox.faults.clear()
        with pytest.raises(Unavailable) as error:
            await backend.book(PASPOORT, STADSKANTOOR, NINE, NOOR)
    assert error.value.code == "breaker-open"
    assert net.asked.count("book") == 7


async def test_closing_forgets_what_was_kept(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        await backend.list_times(PASPOORT, STADSKANTOOR, NINE.date())
        await backend.aclose()
    assert net.asked == ["branch", "times"]


async def test_an_error_about_a_place_is_not_kept(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.instead["branch"] = [httpx.Response(404)]
        with pytest.raises(NotFound):
            await backend.list_times(PASPOORT, STADSKANTOOR, NINE.date())
        assert await backend.list_times(PASPOORT, STADSKANTOOR, NINE.date())


PAGE = "<!doctype html><title>Storing</title>"


@pytest.mark.parametrize(
    ("response", "uitslag"),
    [
        (httpx.Response(200), Uitslag.GEDAAN),
        (httpx.Response(202), Uitslag.GEDAAN),
        (httpx.Response(204), Uitslag.GEDAAN),
        (httpx.Response(500, headers={"error_code": "E440"}), Uitslag.BEZET),
        (httpx.Response(400, headers={"Error_Code": "E440"}), Uitslag.BEZET),
        (httpx.Response(409), Uitslag.BEZET),
        (httpx.Response(500, headers={"error_message": "Nee"}), Uitslag.GEWEIGERD),
        (httpx.Response(500, headers={"error_code": "E100"}), Uitslag.GEWEIGERD),
        (httpx.Response(500, text="Nee"), Uitslag.GEWEIGERD),
        (httpx.Response(500, json={"msg": "Nee"}), Uitslag.GEWEIGERD),
        (httpx.Response(404), Uitslag.GEWEIGERD),
        (httpx.Response(422), Uitslag.GEWEIGERD),
        (httpx.Response(302), Uitslag.NIET_AANGEKOMEN),
        (httpx.Response(401), Uitslag.NIET_AANGEKOMEN),
        (httpx.Response(403), Uitslag.NIET_AANGEKOMEN),
        (httpx.Response(429), Uitslag.NIET_AANGEKOMEN),
        (httpx.Response(503), Uitslag.NIET_AANGEKOMEN),
        (httpx.Response(500), Uitslag.ONBEKEND),
        (httpx.Response(500, text=f"\n{PAGE}"), Uitslag.ONBEKEND),
        (httpx.Response(502, text=PAGE), Uitslag.ONBEKEND),
        (httpx.Response(504), Uitslag.ONBEKEND),
        (httpx.Response(599), Uitslag.ONBEKEND),
    ],
)
async def test_what_an_answer_to_a_change_says(response: httpx.Response, uitslag: Uitslag) -> None:
    assert verdict(response) is uitslag


async def test_a_code_is_passed_on_and_a_sentence_is_not() -> None:
    assert error_code(httpx.Response(500, headers={"error_code": "E440"})) == "E440"
    assert error_code(httpx.Response(500, headers={"error_code": "5552"})) == "5552"
    assert error_code(httpx.Response(500, headers={"error_code": "noor@voorbeeld.example"})) == ""
    assert error_code(httpx.Response(500)) == ""
    assert not is_refusal(httpx.Response(503, headers={"error_message": "Nee"}))


async def test_the_fields_that_a_reason_mentions() -> None:
    def blamed(**content: Any) -> tuple[str, ...]:
        return blamed_fields(httpx.Response(500, **content))

    assert blamed(headers={"error_message": "Field dateOfBirth is not valid"}) == ("geboortedatum",)
    assert blamed(headers={"error_message": "customers[0].lastName: too long"}) == ("tussenvoegsel", "achternaam")
    assert blamed(json={"msg": "email and phone"}) == ("email", "telefoon")
    assert blamed(headers={"error_message": "emailadres"}) == ()
