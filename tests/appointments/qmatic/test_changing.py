"""Cancelling, moving and holding, with everything that can go wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import httpx
import pytest

from bot.appointments.errors import (
    AfspraakError,
    HalfMoved,
    InvalidInput,
    NotAllowed,
    NotFound,
    SlotTaken,
    Unavailable,
    Uncertain,
)
from bot.appointments.qmatic import QmaticBackend
from bot.appointments.values import Afspraak, Keus
from bot.sandbox.qmatic_store import RESERVED
from bot.sandbox.qmatic_world import NATURALISATIE, NOORD, STADSKANTOOR, made_up_id
from tests.appointments.qmatic.conftest import Serve
from tests.appointments.qmatic.contract import Contract
from tests.appointments.qmatic.server import NACHTLOKET, NOOR, STEADY_WORLD, TEST_WORLD, Sandbox, at

pytestmark = pytest.mark.asyncio

PASPOORT = [Keus("Paspoort")]
NINE, TEN = at("2026-09-03T09:00"), at("2026-09-03T10:00")
UNKNOWN = made_up_id("onbekend")


async def booked(backend: QmaticBackend, net: Contract, keuzen: list[Keus] | None = None, **fields: Any) -> Afspraak:
    """An appointment, after which what was asked is forgotten."""
    made = await backend.book(keuzen or PASPOORT, STADSKANTOOR, NINE, NOOR, **fields)
    net.asked.clear()
    net.requests.clear()
    return made


def starts(sandbox: Sandbox) -> list[str]:
    return [row["start"].astimezone(NINE.tzinfo).strftime("%d %H:%M") for row in sandbox.appointments()]


# Cancelling


async def test_an_unknown_appointment_is_gone_already(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        await backend.cancel(UNKNOWN)
    assert net.asked == ["read"]


async def test_one_that_goes_in_between_is_gone(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await booked(backend, net)
        net.instead["cancel"] = [httpx.Response(404)]
        await backend.cancel(made.id)


async def test_a_service_may_forbid_cancelling(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await booked(backend, net, [Keus(NATURALISATIE)])
        assert (made.mag_weg, made.mag_anders) == (False, True)
        with pytest.raises(NotAllowed):
            await backend.cancel(made.id)
    assert net.asked == ["read"]
    assert len(sandbox.appointments()) == 1


async def test_what_has_begun_is_not_cancelled_or_moved(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await booked(backend, net)
        sandbox.clock.now = NINE
        with pytest.raises(NotAllowed):
            await backend.cancel(made.id)
        with pytest.raises(NotAllowed):
            await backend.move(made.id, TEN)
    assert starts(sandbox) == ["03 09:00"]


@pytest.mark.parametrize(
    ("fault", "fields"),
    [("lost", {}), ("later", {}), ("down", {}), ("status", {"status": 502}), ("status", {"status": 504})],
)
async def test_cancelling_without_an_answer_is_looked_at_and_tried_again(
    sandbox: Sandbox, fault: Any, fields: dict[str, Any]
) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        made = await booked(backend, net)
        sandbox.disturb(net, "cancel", fault, **fields)
        await backend.cancel(made.id)
    assert sandbox.appointments() == []
    assert net.asked.count("cancel") == (1 if fault in ("lost", "later") else 2)


async def test_an_appointment_that_cannot_be_cancelled_stands(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        made = await booked(backend, net)
        sandbox.faults.add("down", method="DELETE")
        with pytest.raises(Unavailable) as error:
            await backend.cancel(made.id)
    assert error.value.code == "not-cancelled" and net.asked.count("cancel") == 2
    assert len(sandbox.appointments()) == 1


async def test_cancelling_that_cannot_be_looked_at_is_uncertain(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        made = await booked(backend, net)
        sandbox.faults.add("lost", method="DELETE")
        sandbox.faults.add("page", method="GET", path="/appointments/", skip=1)
        with pytest.raises(Uncertain):
            await backend.cancel(made.id)


@pytest.mark.parametrize(("status", "looks"), [(500, 1), (400, 1), (503, 0), (401, 0)])
async def test_cancelling_that_is_refused_leaves_it(sandbox: Sandbox, status: int, looks: int) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        made = await booked(backend, net)
        sandbox.faults.add("status", method="DELETE", status=status)
        with pytest.raises(Unavailable) as error:
            await backend.cancel(made.id)
    assert error.value.status == status
    assert net.asked == ["read", "cancel", *["read"] * looks]
    assert len(sandbox.appointments()) == 1


async def test_cancelling_that_is_refused_because_it_is_gone_is_fine(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await booked(backend, net)
        net.instead["cancel"] = [
            httpx.Response(500, headers={"error_message": "Appointment is not in the right state"})
        ]
        net.instead["read"] = [None, httpx.Response(404)]
        await backend.cancel(made.id)


# Moving by booking


async def test_moving_books_first_and_cancels_then(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        old = await booked(backend, net, [Keus("Paspoort", 2), Keus("Rijbewijs", 2)])
        new = await backend.move(old.id, TEN, sleutel="verzetten-1")
        with pytest.raises(NotFound):
            await backend.get(old.id)
    assert new.id != old.id and (new.begin, new.keuzen, new.klant) == (TEN, old.keuzen, old.klant)
    assert [name for name in net.asked if name in ("book", "cancel")] == ["book", "cancel"]
    assert starts(sandbox) == ["03 10:00"]


async def test_moving_to_another_place(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        old = await booked(backend, net)
        new = await backend.move(old.id, NINE, NOORD)
    assert (new.begin, new.locatie.id) == (NINE, NOORD)
    assert "reschedule" not in net.asked, "dat kan alleen op dezelfde plek"
    assert len(sandbox.appointments()) == 1


@pytest.mark.parametrize("native", [True, False])
async def test_moving_to_where_it_is_changes_nothing(sandbox: Sandbox, native: bool) -> None:
    async with sandbox.connected(native_move=native) as (backend, net):
        old = await booked(backend, net)
        assert await backend.move(old.id, NINE.astimezone(UTC), STADSKANTOOR) == old
    assert net.asked == ["read"]


@pytest.mark.parametrize("native", [True, False])
async def test_moving_to_a_moment_that_is_taken_leaves_the_old_one(sandbox: Sandbox, native: bool) -> None:
    async with sandbox.connected(native_move=native) as (backend, net):
        old = await booked(backend, net)
        sandbox.occupy(TEN)
        with pytest.raises(SlotTaken):
            await backend.move(old.id, TEN)
        assert await backend.get(old.id) == old
    assert starts(sandbox) == ["03 09:00", "03 10:00", "03 10:00"]


@pytest.mark.parametrize("native", [True, False])
async def test_moving_what_is_not_there(sandbox: Sandbox, native: bool) -> None:
    async with sandbox.connected(native_move=native) as (backend, _):
        with pytest.raises(NotFound):
            await backend.move(UNKNOWN, TEN)


@pytest.mark.parametrize("native", [True, False])
async def test_a_service_may_forbid_moving(sandbox: Sandbox, native: bool) -> None:
    async with sandbox.connected(native_move=native) as (backend, net):
        old = await booked(backend, net, [Keus("Geboorteaangifte")])
        assert (old.mag_weg, old.mag_anders) == (True, False)
        with pytest.raises(NotAllowed):
            await backend.move(old.id, TEN)
    assert net.asked == ["read"]


async def test_what_may_not_be_cancelled_is_moved_by_qmatic_or_not_at_all(sandbox: Sandbox) -> None:
    """By booking, the new one could not be taken back when the old one refuses to go."""
    async with sandbox.connected() as (backend, net):
        old = await booked(backend, net, [Keus(NATURALISATIE)])
        with pytest.raises(NotAllowed):
            await backend.move(old.id, TEN)
        assert net.asked == ["read"]
    async with sandbox.connected(native_move=True) as (backend, _):
        assert (await backend.move(old.id, TEN)).begin == TEN
    assert starts(sandbox) == ["03 10:00"]


async def test_when_the_old_one_cannot_be_cancelled_the_new_one_is_taken_back(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        old = await booked(backend, net)
        sandbox.faults.add("status", method="DELETE", path=old.id, status=503)
        with pytest.raises(Unavailable):
            await backend.move(old.id, TEN)
    assert [row["public_id"] for row in sandbox.appointments()] == [old.id]


async def test_when_neither_can_be_cancelled_both_stand(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        old = await booked(backend, net)
        sandbox.faults.add("status", method="DELETE", status=503)
        with pytest.raises(HalfMoved) as error:
            await backend.move(old.id, TEN)
    assert error.value.oud == old and error.value.nieuw.begin == TEN
    assert starts(sandbox) == ["03 09:00", "03 10:00"]
    assert old.id not in str(error.value)


async def test_when_the_answers_to_all_cancelling_stay_away_both_stand_or_so_it_is_said(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        net.check_answers = False
        old = await booked(backend, net)
        sandbox.faults.add("down", method="DELETE")
        with pytest.raises(HalfMoved):
            await backend.move(old.id, TEN)
    assert starts(sandbox) == ["03 09:00", "03 10:00"]


async def test_when_the_new_one_is_uncertain_the_old_one_stands(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        old = await booked(backend, net)
        sandbox.faults.add("lost", method="POST")
        with pytest.raises(Uncertain):
            await backend.move(old.id, TEN, sleutel="verzetten-1")
    assert "cancel" not in net.asked
    assert starts(sandbox) == ["03 09:00", "03 10:00"]


async def test_when_the_new_one_is_found_by_email_the_old_one_goes(sandbox: Sandbox) -> None:
    async with sandbox.connected(identify=True) as (backend, net):
        old = await booked(backend, net)
        sandbox.faults.add("lost", method="POST", times=1)
        new = await backend.move(old.id, TEN)
    assert [row["public_id"] for row in sandbox.appointments()] == [new.id]


async def test_an_appointment_of_somebody_without_what_is_required_is_not_moved_by_booking(sandbox: Sandbox) -> None:
    async with sandbox.connected(verplicht=("achternaam",)) as (backend, net):
        old = await backend.book(PASPOORT, STADSKANTOOR, NINE, replace(NOOR, telefoon=""))
    async with sandbox.connected() as (backend, net):
        with pytest.raises(InvalidInput) as error:
            await backend.move(old.id, TEN)
    assert error.value.velden == ("telefoon",)
    assert starts(sandbox) == ["03 09:00"]


# Moving by Qmatic


async def test_qmatic_moves_it_and_it_stays_the_same_appointment(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        old = await booked(backend, net, [Keus("Paspoort", 2)], opmerking="Met rolstoel")
        new = await backend.move(old.id, TEN)
        assert await backend.get(old.id) == new
    assert net.paths("reschedule") == [
        f"v1/appointments/{old.id}/reschedule?start=2026-09-03T10:00&end=2026-09-03T10:15"
    ]
    assert (new.id, new.begin, new.klant, new.keuzen) == (old.id, TEN, old.klant, old.keuzen)
    assert sandbox.appointments()[0]["notes"] == "Met rolstoel"


async def test_a_move_across_the_change_of_the_clock_keeps_its_length(serve: Serve) -> None:
    sandbox = serve(world=STEADY_WORLD)
    keuzen = [Keus("Paspoort", 9)]
    async with sandbox.connected(native_move=True) as (backend, net):
        made = await backend.book(keuzen, NACHTLOKET, at("2026-10-18T01:00"), NOOR)
        new = await backend.move(made.id, at("2026-10-25T02:50"))
    assert net.paths("reschedule")[0].endswith("?start=2026-10-25T02:50&end=2026-10-25T02:40")
    assert new.einde is not None and new.einde.isoformat() == "2026-10-25T02:40:00+01:00"
    assert new.einde.astimezone(UTC) - new.begin.astimezone(UTC) == timedelta(minutes=50)


@pytest.mark.parametrize(
    ("fault", "fields", "moved"),
    [
        ("lost", {}, True),
        ("later", {}, True),
        ("garbled", {}, True),
        ("shape", {}, True),
        ("down", {}, False),
        ("status", {"status": 504}, False),
        ("page", {"status": 200}, False),
    ],
)
async def test_a_move_without_an_answer_is_looked_at(
    sandbox: Sandbox, fault: Any, fields: dict[str, Any], moved: bool
) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        net.check_answers = False
        old = await booked(backend, net)
        sandbox.disturb(net, "reschedule", fault, **fields)
        if moved:
            assert (await backend.move(old.id, TEN)).begin == TEN
        else:
            with pytest.raises(Unavailable) as error:
                await backend.move(old.id, TEN)
            assert error.value.code == "not-moved"
    assert net.asked.count("reschedule") == 1
    assert starts(sandbox) == ["03 10:00" if moved else "03 09:00"]


async def test_a_move_that_cannot_be_looked_at_is_uncertain(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        net.check_answers = False
        old = await booked(backend, net)
        sandbox.faults.add("lost", method="PUT")
        sandbox.faults.add("page", method="GET", path="/appointments/", skip=1)
        with pytest.raises(Uncertain):
            await backend.move(old.id, TEN)


@pytest.mark.parametrize(
    ("answer", "free", "kind"),
    [
        (httpx.Response(500, headers={"error_code": "E440", "error_message": "Nee"}), True, SlotTaken),
        (httpx.Response(500, headers={"error_message": "Nee"}), False, SlotTaken),
        (httpx.Response(500, headers={"error_message": "Nee"}), True, Unavailable),
        (httpx.Response(404), True, NotFound),
        (httpx.Response(503), True, Unavailable),
        (httpx.Response(401), True, Unavailable),
    ],
)
async def test_a_move_that_is_refused_leaves_the_old_one(
    sandbox: Sandbox, answer: httpx.Response, free: bool, kind: type[AfspraakError]
) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        old = await booked(backend, net)
        net.instead["reschedule"] = [answer]
        net.instead["times"] = [None, *([] if free else [httpx.Response(200, json={"times": []})])]
        with pytest.raises(AfspraakError) as error:
            await backend.move(old.id, TEN)
        assert type(error.value) is kind
    assert starts(sandbox) == ["03 09:00"]


async def test_a_move_that_gives_another_id_is_followed(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        old = await booked(backend, net)
        other = await backend.book(PASPOORT, STADSKANTOOR, TEN, NOOR)
        net.instead["reschedule"] = [httpx.Response(200, json={"publicId": other.id})]
        assert await backend.move(old.id, TEN) == other


async def test_a_wish_whose_appointment_was_moved_can_be_had_again(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_move=True) as (backend, net):
        first = await booked(backend, net, sleutel="wens")
        await backend.move(first.id, TEN)
        second = await booked(backend, net, sleutel="wens")
    assert second.begin == NINE and second.id != first.id
    assert starts(sandbox) == ["03 10:00", "03 09:00"]


# Holding


async def test_a_held_moment_is_not_offered_and_is_confirmed(sandbox: Sandbox) -> None:
    keuzen = [Keus("Paspoort", 2)]
    async with sandbox.connected(native_hold=True) as (backend, net):
        until = await backend.hold(keuzen, NOORD, NINE, "gesprek-1")
        assert until == sandbox.clock() + timedelta(seconds=240)
        assert NINE not in await backend.list_times(keuzen, NOORD, NINE.date())
        assert sandbox.appointments()[0]["status"] == RESERVED
        held = sandbox.appointments()[0]["public_id"]
        with pytest.raises(NotFound):
            await backend.get(held)
        made = await backend.book(keuzen, NOORD, NINE, NOOR, "Met rolstoel", "gesprek-1")
        await backend.release("gesprek-1")
    assert net.paths("reserve") == [f"v2/branches/{NOORD}/dates/2026-09-03/times/09:00/reserve;numberOfCustomers=2"]
    assert net.bodies("reserve") == [{"services": [{"publicId": "Paspoort"}]}]
    assert net.paths("confirm") == [f"v2/branches/appointments/{held}/confirm"]
    assert sorted(net.bodies("confirm")[0]) == ["customers", "notes", "title"]
    assert made.id == held and (made.begin, made.klant, made.keuzen) == (NINE, NOOR, tuple(keuzen))
    assert "book" not in net.asked and "cancel" not in net.asked
    assert len(sandbox.appointments()) == 1


async def test_what_one_holds_another_cannot_have(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, _):
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        with pytest.raises(SlotTaken):
            await backend.hold(PASPOORT, NOORD, NINE, "gesprek-2")
        with pytest.raises(SlotTaken):
            await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-2")
        await backend.release("gesprek-1")
        await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-2")


async def test_holding_the_same_again_asks_nothing(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, net):
        first = await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.clock.now += timedelta(seconds=60)
        assert await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1") == first
    assert net.asked.count("reserve") == 1


async def test_holding_something_else_lets_go_of_the_first(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, net):
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        await backend.hold(PASPOORT, NOORD, NINE + timedelta(minutes=5), "gesprek-1")
    assert [name for name in net.asked if name in ("reserve", "cancel")] == ["reserve", "cancel", "reserve"]
    assert starts(sandbox) == ["03 09:05"]


async def test_booking_something_else_lets_go_of_what_was_held(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, _):
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        made = await backend.book(PASPOORT, NOORD, NINE + timedelta(minutes=5), NOOR, "", "gesprek-1")
    assert [row["public_id"] for row in sandbox.appointments()] == [made.id]


async def test_a_hold_that_has_ended_is_booked_as_if_it_was_never_there(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True, hold_seconds=300) as (backend, net):
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.clock.now += timedelta(seconds=301)
        await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
    assert "confirm" not in net.asked


async def test_a_hold_that_ended_sooner_than_we_thought_is_booked_all_the_same(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True, hold_seconds=3600) as (backend, net):
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.clock.now += timedelta(seconds=301)
        made = await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
        assert made.begin == NINE
        assert [name for name in net.asked if name in ("confirm", "book")] == ["confirm", "book"]
        await backend.hold(PASPOORT, NOORD, TEN, "gesprek-1")
        sandbox.clock.now += timedelta(seconds=301)
        sandbox.occupy(TEN, branch=NOORD)
        with pytest.raises(SlotTaken):
            await backend.book(PASPOORT, NOORD, TEN, NOOR, "", "gesprek-1")


@pytest.mark.parametrize(
    ("fault", "fields", "done"),
    [
        ("lost", {}, True),
        ("later", {}, True),
        ("garbled", {}, True),
        ("down", {}, False),
        ("status", {"status": 502}, False),
    ],
)
async def test_a_confirmation_without_an_answer_is_looked_at(
    sandbox: Sandbox, fault: Any, fields: dict[str, Any], done: bool
) -> None:
    async with sandbox.connected(native_hold=True) as (backend, net):
        net.check_answers = False
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.disturb(net, "confirm", fault, **fields)
        if not done:
            with pytest.raises(Unavailable) as error:
                await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
            assert error.value.code == "not-booked"
        made = await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
    assert made.begin == NINE and made.klant == NOOR
    assert net.asked.count("confirm") == (1 if done else 2) and "book" not in net.asked
    assert len(sandbox.appointments()) == 1


async def test_a_confirmation_that_cannot_be_looked_at_is_uncertain(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, net):
        net.check_answers = False
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.faults.add("lost", path="/confirm", times=1)
        sandbox.faults.add("page", method="GET", path="/appointments/", times=2)
        for _ in range(2):
            with pytest.raises(Uncertain):
                await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
        made = await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
    assert [row["public_id"] for row in sandbox.appointments()] == [made.id]
    assert net.asked.count("confirm") == 1 and "book" not in net.asked


async def test_a_confirmation_that_was_turned_away_can_be_tried_again(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, net):
        net.check_answers = False
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.faults.add("status", path="/confirm", times=1, status=503)
        with pytest.raises(Unavailable):
            await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
        made = await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
    assert net.asked.count("confirm") == 2 and made.begin == NINE


async def test_a_reservation_without_an_answer_is_not_held(serve: Serve) -> None:
    sandbox = serve(world=replace(TEST_WORLD, reservation_seconds=60))
    async with sandbox.connected(native_hold=True) as (backend, _):
        sandbox.faults.add("lost", path="/reserve", times=1)
        with pytest.raises(Unavailable):
            await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        with pytest.raises(SlotTaken):
            await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
        sandbox.clock.now += timedelta(seconds=61)
        await backend.book(PASPOORT, NOORD, NINE, NOOR, "", "gesprek-1")
    assert [row["status"] for row in sandbox.appointments() if row["expires"] is None] == [20]


async def test_letting_go_that_fails_is_said_and_does_not_stand_in_the_way(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, net):
        net.check_answers = False
        for fault, fields in (("down", {}), ("status", {"status": 500})):
            await backend.hold(PASPOORT, STADSKANTOOR, NINE, "gesprek-1")
            sandbox.faults.add(fault, method="DELETE", **fields)  # type: ignore[arg-type]
            with pytest.raises(Unavailable):
                await backend.release("gesprek-1")
            await backend.release("gesprek-1")
            sandbox.faults.clear()
        sandbox.clock.now += timedelta(seconds=301)
        await backend.hold(PASPOORT, STADSKANTOOR, NINE, "gesprek-1")
        sandbox.faults.add("status", method="DELETE", status=500)
        assert (await backend.book(PASPOORT, STADSKANTOOR, TEN, NOOR, "", "gesprek-1")).begin == TEN


async def test_letting_go_of_what_ended_is_fine(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True, hold_seconds=3600) as (backend, net):
        await backend.hold(PASPOORT, NOORD, NINE, "gesprek-1")
        sandbox.clock.now += timedelta(seconds=301)
        await backend.release("gesprek-1")
        await backend.release("gesprek-1")
        await backend.release("nooit-gezien")
    assert net.asked.count("cancel") == 1


async def test_holding_needs_a_holder(sandbox: Sandbox) -> None:
    async with sandbox.connected(native_hold=True) as (backend, _):
        with pytest.raises(ValueError):
            await backend.hold(PASPOORT, NOORD, NINE, "")
        with pytest.raises(NotFound):
            await backend.hold(PASPOORT, UNKNOWN, NINE, "gesprek-1")


async def test_twenty_hold_at_once_and_three_do(serve: Serve) -> None:
    sandbox = serve(world=STEADY_WORLD)
    begin = at("2026-09-06T01:30")
    async with sandbox.connected(native_hold=True) as (backend, _):
        held = await asyncio.gather(
            *(backend.hold(PASPOORT, NACHTLOKET, begin, f"gesprek-{number}") for number in range(20)),
            return_exceptions=True,
        )
        winners = [number for number, one in enumerate(held) if not isinstance(one, BaseException)]
        assert len(winners) == 3 and sum(isinstance(one, SlotTaken) for one in held) == 17
        outcomes = await asyncio.gather(
            *(backend.book(PASPOORT, NACHTLOKET, begin, NOOR, "", f"gesprek-{number}") for number in range(20)),
            return_exceptions=True,
        )
    assert [number for number, one in enumerate(outcomes) if not isinstance(one, BaseException)] == winners
    assert len(sandbox.appointments()) == 3
