"""The token: fetched once, kept until shortly before its end, and anew when it is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.appointments.errors import Unavailable
from bot.appointments.jcc import JccBackend, JccConfig
from bot.sandbox.jcc_world import STADHUIS
from tests.appointments.jcc.contract import operation
from tests.appointments.jcc.server import NOOR, NOW, PAS, WEDNESDAY, Contract, Sandbox, at, is_booking

pytestmark = pytest.mark.asyncio


def tokens(transport: Contract) -> int:
    return sum(1 for one in transport.requests if operation(one)[1] == "connect/token")


async def test_one_token_for_many_calls(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        await asyncio.gather(*(backend.check() for _ in range(5)))
        await backend.list_products()
    assert tokens(transport) == 1 and len(transport.calls()) == 6


async def test_a_token_is_not_used_in_its_last_half_minute(sandbox: Sandbox) -> None:
    clock = [0.0]
    backend = JccBackend(sandbox.config(), transport := Contract(), lambda: clock[0])
    for seconds, used in ((0.0, 1), (3569.0, 1), (3571.0, 2), (3600.0, 2), (3571.0 + 3571.0, 3)):
        clock[0] = seconds
        await backend.check()
        assert tokens(transport) == used
    await backend.aclose()


@pytest.mark.parametrize(("said", "still", "over"), [({}, 269.0, 271.0), ({"expires_in": 20}, 9.0, 11.0)])
async def test_a_short_or_unsaid_life(said: dict[str, Any], still: float, over: float) -> None:
    clock, asked = [0.0], 0

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        if request.url.path == "/v1/connect/token":
            asked += 1
            return httpx.Response(200, json={"access_token": "t", **said})
        return httpx.Response(200, json={})

    backend = JccBackend(JccConfig("https://jcc.example/v1", "a", "b"), httpx.MockTransport(handle), lambda: clock[0])
    for seconds, used in ((0.0, 1), (still, 1), (over, 2)):
        clock[0] = seconds
        await backend.check()
        assert asked == used
    await backend.aclose()


async def test_a_refused_token_is_fetched_anew_once(sandbox: Sandbox) -> None:
    async with sandbox.backend(transport := Contract()) as backend:
        await backend.check()
        sandbox.store.forget_tokens()
        # Those who are refused together share the new one.
        await asyncio.gather(*(backend.check() for _ in range(4)))
        assert tokens(transport) == 2
        sandbox.klok.set(NOW + timedelta(hours=2))
        assert await backend.list_products()
        assert tokens(transport) == 3


async def test_a_token_that_ends_just_before_booking_books_once(sandbox: Sandbox) -> None:
    transport = Contract()
    done: list[str] = []

    def end_it(request: httpx.Request) -> None:
        if is_booking(request) and not done:
            sandbox.store.forget_tokens()
            done.append("ended")

    transport.before = end_it
    async with sandbox.backend(transport) as backend:
        await backend.book(PAS, STADHUIS, at(WEDNESDAY, 9), NOOR)
    assert done and transport.calls("POST") == ["POST appointment"] * 2
    assert len(sandbox.booked()) == 1


async def test_refused_twice_is_given_up() -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        token = request.url.path.endswith("token")
        return httpx.Response(200, json={"access_token": "t"}) if token else httpx.Response(401)

    backend = JccBackend(JccConfig("https://jcc.example/v1/", "a", "b"), httpx.MockTransport(handle))
    for ask in (backend.check, lambda: backend.cancel("x")):
        asked.clear()
        with pytest.raises(Unavailable) as error:
            await ask()
        assert (error.value.status, error.value.code, error.value.again) == (401, "token", False)
        assert [one for one in asked if not one.endswith("token")] == asked[-1:] * 2
    await backend.aclose()


@pytest.mark.parametrize(
    ("changes", "code"), [({"secret": "onjuist"}, "invalid_client"), ({"client_id": "wie"}, "invalid_client")]
)
async def test_a_wrong_secret(sandbox: Sandbox, changes: dict[str, str], code: str) -> None:
    async with sandbox.backend(transport := Contract(), **changes) as backend:
        with pytest.raises(Unavailable) as error:
            await backend.list_products()
        assert (error.value.what, error.value.status, error.value.code) == ("token", 400, code)
        assert transport.calls() == []


async def test_a_wrong_scope(sandbox: Sandbox) -> None:
    async with sandbox.backend(httpx.AsyncHTTPTransport(verify=False), scope="alles") as backend:
        with pytest.raises(Unavailable) as error:
            await backend.check()
    assert error.value.code == "invalid_scope"


@pytest.mark.parametrize("kind", ["down", "garbled", "page", "shape", "status"])
async def test_no_usable_token(sandbox: Sandbox, kind: Any) -> None:
    sandbox.faults.add(kind, path="connect/token", status=503 if kind == "status" else 200)
    transport = Contract()
    transport.check_answers = False
    async with sandbox.backend(transport) as backend:
        with pytest.raises(Unavailable) as error:
            await backend.book(PAS, STADHUIS, at(WEDNESDAY, 9), NOOR)
    assert error.value.what == "token" and transport.calls() == [] and sandbox.booked() == []


async def test_a_token_that_is_no_header_is_none() -> None:
    answer = httpx.Response(200, json={"access_token": "met spatie\n"})
    backend = JccBackend(JccConfig("https://jcc.example/v1", "a", "b"), httpx.MockTransport(lambda _request: answer))
    with pytest.raises(Unavailable) as error:
        await backend.check()
    assert error.value.code == "shape"
    await backend.aclose()


async def test_a_token_from_elsewhere() -> None:
    asked: list[httpx.URL] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"access_token": "t"})

    config = JccConfig("https://jcc.example/v1", "a", "b", token_url="https://login.example/token")
    backend = JccBackend(config, httpx.MockTransport(handle))
    await backend.check()
    assert asked == ["https://login.example/token", "https://jcc.example/v1/version"]
    await backend.aclose()


async def test_a_configuration_keeps_its_secret() -> None:
    assert "een-geheim" not in repr(JccConfig("https://jcc.example", "a", "een-geheim"))
    for days in (0, 51):
        with pytest.raises(ValueError, match="dagen_per_vraag"):
            JccConfig("https://jcc.example", "a", "b", dagen_per_vraag=days)
