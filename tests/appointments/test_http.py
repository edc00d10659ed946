"""Asking a supplier: what is asked again, what never is, and when a system is left alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import circuitbreaker
import httpx
import pytest
from tenacity import wait_none

from bot.appointments import http as module
from bot.appointments.errors import AfspraakError, Unavailable, Uncertain
from bot.appointments.http import ATTEMPTS, Http, json_of

pytestmark = pytest.mark.asyncio
URL = "https://afspraken.example/v1/iets?id=geheim-1"
Answer = httpx.Response | Exception | Callable[[], Any]


class Supplier:
    """Gives these answers in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.asked = answers, 0
        self.last: httpx.Request | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        self.last = request
        one = self.answers[min(self.asked, len(self.answers)) - 1]
        if callable(one) and not isinstance(one, Exception):
            one = await one()
        if isinstance(one, Exception):
            raise one
        assert isinstance(one, httpx.Response)
        return one


def client(*answers: Answer, **options: Any) -> tuple[Http, Supplier]:
    supplier = Supplier(*answers)
    return Http(transport=httpx.MockTransport(supplier), **options), supplier


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "wait_random_exponential", lambda **_times: wait_none())


async def never() -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody waits for this")


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 409, 422])
async def test_any_answer_below_500_is_given_back(status: int) -> None:
    asks, supplier = client(httpx.Response(status))
    for ask in (asks.read, asks.change):
        assert (await ask("iets", "GET", URL)).status_code == status
    assert supplier.asked == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_read_that_stumbles_is_asked_again(status: int) -> None:
    asks, supplier = client(httpx.Response(status), httpx.ConnectError("x"), httpx.Response(200))
    assert (await asks.read("iets", "GET", URL)).status_code == 200
    assert supplier.asked == 3
    asks, supplier = client(httpx.Response(status))
    with pytest.raises(Unavailable) as error:
        await asks.read("iets", "GET", URL)
    assert (error.value.status, supplier.asked) == (status, ATTEMPTS)


async def test_a_change_is_asked_once_whatever_comes() -> None:
    for status in (429, 500, 502, 503):
        asks, supplier = client(httpx.Response(status))
        assert (await asks.change("iets", "POST", URL)).status_code == status
        assert supplier.asked == 1
    for failure in (httpx.ReadTimeout("x"), httpx.WriteError("x"), httpx.RemoteProtocolError("x")):
        asks, supplier = client(failure)
        with pytest.raises(Uncertain):
            await asks.change("iets", "POST", URL)
        assert supplier.asked == 1


@pytest.mark.parametrize(
    ("failure", "code", "asked"),
    [
        (httpx.ConnectError("x"), "connection", ATTEMPTS),
        (httpx.RemoteProtocolError("x"), "connection", ATTEMPTS),
        (httpx.DecodingError("x"), "connection", ATTEMPTS),
        (httpx.ReadTimeout("x"), "timeout", 1),
        (httpx.ConnectTimeout("x"), "timeout", 1),
        (httpx.PoolTimeout("x"), "timeout", 1),
        (httpx.InvalidURL("x"), "address", 1),
    ],
)
async def test_why_a_read_failed(failure: Exception, code: str, asked: int) -> None:
    asks, supplier = client(failure)
    with pytest.raises(Unavailable) as error:
        await asks.read("iets", "GET", URL)
    assert (error.value.what, error.value.code, supplier.asked) == ("iets", code, asked)


@pytest.mark.parametrize(
    ("failure", "kind", "code"),
    [
        (httpx.ConnectError("x"), Unavailable, "connection"),
        (httpx.ConnectTimeout("x"), Unavailable, "connection"),
        (httpx.PoolTimeout("x"), Unavailable, "connection"),
        (httpx.ProxyError("x"), Unavailable, "connection"),
        (httpx.UnsupportedProtocol("x"), Unavailable, "connection"),
        (httpx.InvalidURL("x"), Unavailable, "connection"),
        (httpx.ReadTimeout("x"), Uncertain, "timeout"),
        (httpx.WriteTimeout("x"), Uncertain, "timeout"),
        (httpx.ReadError("x"), Uncertain, "connection"),
        (httpx.WriteError("x"), Uncertain, "connection"),
        (httpx.RemoteProtocolError("x"), Uncertain, "connection"),
        (httpx.DecodingError("x"), Uncertain, "connection"),
    ],
)
async def test_whether_a_change_arrived(failure: Exception, kind: type[AfspraakError], code: str) -> None:
    asks, _ = client(failure)
    with pytest.raises(AfspraakError) as error:
        await asks.change("iets", "POST", URL)
    assert type(error.value) is kind and error.value.code == code


async def test_an_address_that_is_none() -> None:
    asks = Http()
    for address in ("http://[", "ftp://afspraken.example"):
        for ask in (asks.read, asks.change):
            with pytest.raises(Unavailable):
                await ask("iets", "GET", address)
    await asks.aclose()


async def test_an_answer_that_does_not_end_is_not_waited_for() -> None:
    asks, supplier = client(never, timeout=0.05)
    with pytest.raises(Unavailable) as read:
        await asks.read("iets", "GET", URL)
    with pytest.raises(Uncertain) as changed:
        await asks.change("iets", "POST", URL)
    assert (read.value.code, changed.value.code, supplier.asked) == ("timeout", "timeout", 2)


async def test_who_is_broken_off_is_broken_off() -> None:
    asks, _ = client(never)
    for ask in (asks.read, asks.change):
        task = asyncio.create_task(ask("iets", "GET", URL))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_after_its_patience_a_read_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    asks, supplier = client(httpx.Response(503))
    with pytest.raises(Unavailable):
        await asks.read("iets", "GET", URL)
    assert supplier.asked == 1


async def test_a_system_that_keeps_failing_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(circuitbreaker, "monotonic", lambda: now[0])
    asks, supplier = client(httpx.ReadTimeout("x"), failures=2, rest=30)
    with pytest.raises(Unavailable):
        await asks.read("iets", "GET", URL)
    with pytest.raises(Uncertain):
        await asks.change("iets", "POST", URL)
    for ask in (asks.read, asks.change):
        with pytest.raises(Unavailable) as error:
            await ask("iets", "GET", URL)
        assert error.value.code == "breaker-open"
    assert supplier.asked == 2
    now[0] += 31
    supplier.answers = (httpx.Response(200),)
    assert (await asks.change("iets", "POST", URL)).status_code == 200
    # One good answer, and failures are counted from nought again.
    supplier.answers = (httpx.ReadTimeout("x"), httpx.Response(200))
    supplier.asked = 0
    with pytest.raises(Unavailable):
        await asks.read("iets", "GET", URL)
    assert (await asks.read("iets", "GET", URL)).status_code == 200


async def test_a_refusal_is_no_failure() -> None:
    asks, supplier = client(httpx.Response(404), failures=1)
    for _ in range(3):
        await asks.read("iets", "GET", URL)
    supplier.answers = (httpx.Response(500),)
    for _ in range(3):
        await asks.change("iets", "POST", URL)
    assert supplier.asked == 6


async def test_what_the_adapter_calls_an_answer_is_one() -> None:
    def says_so(response: httpx.Response) -> bool:
        return response.headers.get("error_message") == "unknown"

    answers = [httpx.Response(500, headers={"error_message": "unknown"}), httpx.Response(500)]
    asks, supplier = client(*answers, failures=1, is_answer=says_so)
    assert (await asks.read("iets", "GET", URL)).status_code == 500
    with pytest.raises(Unavailable):
        await asks.read("iets", "GET", URL)
    assert supplier.asked == 2
    asks, supplier = client(httpx.Response(429), is_answer=lambda _response: True)
    with pytest.raises(Unavailable):
        await asks.read("iets", "GET", URL)


async def test_headers_go_along() -> None:
    asks, supplier = client(httpx.Response(200), headers={"X-Sleutel": "s"})
    await asks.read("iets", "GET", URL, headers={"taal": "nl"})
    assert supplier.last is not None
    sent = supplier.last.headers
    assert (sent["accept"], sent["x-sleutel"], sent["taal"]) == ("application/json", "s", "nl")


async def test_logs_and_errors_hold_no_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for failure in (httpx.ReadTimeout("geheim-1"), httpx.Response(503, text="geheim-1")):
        asks, _ = client(failure)
        for ask in (asks.read, asks.change):
            try:
                await ask("iets", "POST", URL, json={"naam": "geheim-1"})
            except AfspraakError as error:
                assert "geheim" not in f"{error}{error!r}" and error.__cause__ is None
                assert error.__suppress_context__ or error.__context__ is None
    assert "Afsprakensysteem, iets: " in caplog.text and "geheim" not in caplog.text


async def test_json_whatever_it_is_called() -> None:
    text = httpx.Response(202, content=b'{"a": 1}', headers={"content-type": "application/text"})
    assert json_of("iets", text) == {"a": 1}
    for wrong in (b"", b"<html>", b'{"a"', b"\xff", b"[" * 100_000):
        with pytest.raises(Unavailable) as error:
            json_of("iets", httpx.Response(200, content=wrong))
        assert (error.value.status, error.value.code) == (200, "no-json")
