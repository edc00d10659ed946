"""Moving: the new one first, then the old one away; whatever fails, nobody is left without an appointment unknowingly."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.appointments.errors import HalfMoved, InvalidInput, NotAllowed, NotFound, SlotTaken, Unavailable, Uncertain
from bot.appointments.jcc import JccBackend
from bot.appointments.values import Afspraak, Keus
from bot.sandbox.jcc_world import PASPOORT, STADHUIS, UITTREKSEL, WIJKKANTOOR
from tests.appointments.jcc.contract import operation
from tests.appointments.jcc.server import (
    NOOR,
    PAS,
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
OLD, NEW = at(WEDNESDAY, 9), at(THURSDAY, 10)
NOWHERE = "d4000000-0000-4000-8000-00000000dead"


async def made(backend: JccBackend) -> Afspraak:
    return await backend.book(PAS, STADHUIS, OLD, NOOR)


def stand(sandbox: Sandbox) -> list[str]:
    return [f"{one:%a %H:%M}" for one in sandbox.booked()]


async def test_a_new_appointment_takes_the_place_of_the_old(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        old = await backend.book((Keus(PASPOORT, 2),), STADHUIS, OLD, NOOR)
        new = await backend.move(old.id, NEW)
        assert new.id != old.id and (new.begin, new.keuzen, new.klant) == (NEW, old.keuzen, NOOR)
        assert new.locatie == old.locatie and stand(sandbox) == ["Thu 10:00"]
        # Booked before the other was cancelled.
        assert [one for one in transport.calls() if not one.startswith("GET")] == [
            "POST appointment",
            "POST appointment",
            "DELETE appointment",
        ]
        elsewhere = await backend.move(new.id, NEW, WIJKKANTOOR)
        assert elsewhere.locatie.naam == "Wijkkantoor Noord" and len(sandbox.booked()) == 1
        with pytest.raises(NotFound):
            await backend.move(old.id, NEW)


async def test_a_moment_that_is_taken_leaves_the_old_one(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        old = await made(backend)
        sandbox.take_all(STADHUIS, NEW)
        with pytest.raises(SlotTaken):
            await backend.move(old.id, NEW)
        assert stand(sandbox) == ["Wed 09:00"] and transport.calls("DELETE") == []


@pytest.mark.parametrize(("kind", "stands"), [("down", ["Wed 09:00"]), ("lost", ["Wed 09:00", "Thu 10:00"])])
async def test_silence_after_booking_leaves_the_old_one(sandbox: Sandbox, kind: Any, stands: list[str]) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        old = await made(backend)
        sandbox.faults.add(kind, method="POST", path="v1/appointment")
        with pytest.raises(Uncertain):
            await backend.move(old.id, NEW)
        assert stand(sandbox) == stands and transport.calls("DELETE") == []


async def test_an_appointment_of_nobody_cannot_be_moved(sandbox: Sandbox) -> None:
    transport = Contract()

    def nobody(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if operation(request) != ("GET", "appointment"):
            return response
        return httpx.Response(200, json={**response.json(), "customerList": []})

    async with sandbox.backend(transport) as backend:
        old = await made(backend)
        transport.after = nobody
        with pytest.raises(InvalidInput):
            await backend.move(old.id, NEW)
    assert stand(sandbox) == ["Wed 09:00"]


async def test_what_jcc_asks_and_does_not_give_back_must_be_asked_again(sandbox: Sandbox) -> None:
    transport = Contract()

    def discreet(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if operation(request) != ("GET", "appointment"):
            return response
        body = response.json()
        for one in body["customerList"]:
            one.pop("socialSecurityNumber", None)
        return httpx.Response(200, json=body)

    transport.after = discreet
    async with sandbox.backend(transport) as backend:
        klant = type(NOOR)(**{**vars(NOOR), "bsn": "111222333"})
        old = await backend.book((Keus(UITTREKSEL),), STADHUIS, OLD, klant)
        with pytest.raises(InvalidInput) as error:
            await backend.move(old.id, NEW)
    assert error.value.velden == ("bsn",) and stand(sandbox) == ["Wed 09:00"]


async def test_jcc_does_not_let_the_old_one_go(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        old = await made(backend)
        # It is over; the new moment is not.
        sandbox.klok.set(at(WEDNESDAY, 12))
        with pytest.raises(NotAllowed):
            await backend.move(old.id, NEW)
        assert stand(sandbox) == ["Wed 09:00"] and len(transport.calls("DELETE")) == 2


async def test_the_old_one_cannot_be_cancelled(sandbox: Sandbox) -> None:
    transport = Contract()
    async with sandbox.backend(transport) as backend:
        old = await made(backend)
        transport.instead = lambda request: (
            problem() if is_cancelling(request) and request.url.params["id"] == old.id else None
        )
        with pytest.raises(Unavailable):
            await backend.move(old.id, NEW)
        assert stand(sandbox) == ["Wed 09:00"]
        transport.instead = lambda _request: None
        assert (await backend.move(old.id, NEW)).begin == NEW


async def test_neither_can_be_cancelled(sandbox: Sandbox) -> None:
    transport = Contract()
    transport.instead = lambda request: problem() if is_cancelling(request) else None
    async with sandbox.backend(transport) as backend:
        old = await made(backend)
        with pytest.raises(HalfMoved) as error:
            await backend.move(old.id, NEW)
    assert error.value.oud.id == old.id and error.value.nieuw.begin == NEW
    assert stand(sandbox) == ["Wed 09:00", "Thu 10:00"]
    assert "Voorbeeld" not in str(error.value) and old.id not in str(error.value)


async def test_jcc_is_away_after_the_new_one_was_booked(sandbox: Sandbox) -> None:
    transport = Contract()

    def go(request: httpx.Request) -> None:
        if is_booking(request) and sandbox.booked():
            sandbox.faults.add("down", path="/", skip=1)

    transport.before = go
    async with sandbox.backend(transport) as backend:
        old = await made(backend)
        with pytest.raises(HalfMoved) as error:
            await backend.move(old.id, NEW)
    assert (error.value.oud.begin, error.value.nieuw.begin) == (OLD, NEW)
    assert stand(sandbox) == ["Wed 09:00", "Thu 10:00"]


async def test_the_old_one_went_though_the_answer_was_lost(sandbox: Sandbox) -> None:
    async with sandbox.backend(Contract()) as backend:
        old = await made(backend)
        sandbox.faults.add("lost", method="DELETE")
        new = await backend.move(old.id, NEW)
    assert new.begin == NEW and stand(sandbox) == ["Thu 10:00"]
