"""When the register is away, slow, in a bad mood or talks nonsense."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from bot.cases.client import Zaaksystemen, ZgwClient
from bot.cases.errors import (
    Forbidden,
    Gone,
    Invalid,
    Malformed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    Unauthorized,
    Unavailable,
    ZgwError,
)
from bot.cases.values import ZgwConfig
from bot.errors import VraagbaakError
from bot.sandbox.cases import sample
from tests.cases.contract import ContractTransport
from tests.cases.server import CLIENT_ID, SECRET, TODAY, Sandbox

pytestmark = pytest.mark.asyncio

NUMBER = sample("in_behandeling").identificatie(TODAY)
ROOT = "https://oz.example/zaken/api/v1"


def config(**fields: Any) -> ZgwConfig:
    values: dict[str, Any] = {
        "zaken_url": ROOT,
        "catalogi_url": "https://oz.example/catalogi/api/v1",
        "client_id": CLIENT_ID,
        "secret": SECRET,
        "attempts": 1,
    }
    return ZgwConfig(**values | fields)


def answers(
    *given: httpx.Response | Callable[[httpx.Request], httpx.Response],
) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    """A register that gives these answers in turn, the last one for ever; and what it was asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        one = given[min(len(asked), len(given)) - 1]
        return one(request) if callable(one) else one

    return httpx.MockTransport(handle), asked


def page(*results: dict[str, Any], following: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"count": len(results), "next": following, "previous": None, "results": results})


async def ask(client: ZgwClient) -> list[Any]:
    return list(await client.zaken({"identificatie": NUMBER}))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (406, NotAcceptable),
        (410, Gone),
        (412, PreconditionFailed),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
        (302, Malformed),
        (405, Malformed),
        (409, Malformed),
    ],
)
async def test_every_refusal_has_its_own_error(sandbox: Sandbox, status: int, kind: type[ZgwError]) -> None:
    sandbox.faults.add("status", path="/zaken", status=status)
    async with ZgwClient(sandbox.config()) as client:
        with pytest.raises(ZgwError) as error:
            await ask(client)
    assert type(error.value) is kind and error.value.status == status
    assert isinstance(error.value, VraagbaakError)
    assert NUMBER not in str(error.value) and "http" not in str(error.value).removeprefix(
        "Zaaksysteem"
    ).lower().replace("http ", "")


async def test_the_registers_own_code_is_kept(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config()) as client:
        with pytest.raises(Invalid) as error:
            await client.zaken({"onzin": NUMBER})
        assert (error.value.code, error.value.fields) == ("invalid", ("unknown-parameters",))
        assert str(error.value) == "Zaaksysteem, zaken: Invalid (HTTP 400, invalid, unknown-parameters)"
    async with ZgwClient(sandbox.config(client_id="iemand-anders")) as client:
        with pytest.raises(Forbidden) as refused:
            await ask(client)
        assert refused.value.code == "invalid-client-identifier" and refused.value.token_refused


async def test_a_code_that_quotes_what_was_sent_is_left_out() -> None:
    body = {"code": f"zaak {NUMBER} bestaat niet", "invalidParams": [{"name": "x", "code": f"{NUMBER} fout"}]}
    transport, _ = answers(httpx.Response(400, json=body))
    async with ZgwClient(config(), transport) as client:
        with pytest.raises(Invalid) as error:
            await ask(client)
    assert NUMBER not in str(error.value)


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [("Accept-Crs", None, PreconditionFailed), ("Accept-Crs", "EPSG:28992", NotAcceptable)],
)
async def test_a_gateway_that_changes_headers_is_noticed(
    sandbox: Sandbox, header: str, value: str | None, kind: type[ZgwError]
) -> None:
    def change(request: httpx.Request) -> None:
        del request.headers[header]
        if value:
            request.headers[header] = value

    async with ZgwClient(sandbox.config(), ContractTransport(change=change)) as client:
        with pytest.raises(kind):
            await ask(client)


@pytest.mark.parametrize("fault", ["garbled", "page", "shape"])
async def test_an_answer_that_is_no_answer_is_malformed(sandbox: Sandbox, fault: Any) -> None:
    sandbox.faults.add(fault)
    async with ZgwClient(sandbox.config()) as client:
        with pytest.raises(Malformed):
            await ask(client)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"count": 1}),
        httpx.Response(200, json={"results": [1]}),
        httpx.Response(200, content=b""),
        httpx.Response(204),
    ],
)
async def test_other_shapes_are_malformed(response: httpx.Response) -> None:
    transport, _ = answers(response)
    async with ZgwClient(config(), transport) as client:
        with pytest.raises(Malformed):
            await ask(client)


async def test_nobody_there_is_unavailable(sandbox: Sandbox) -> None:
    away = config(zaken_url="http://127.0.0.1:1/zaken/api/v1")
    async with ZgwClient(away) as client:
        with pytest.raises(Unavailable) as error:
            await ask(client)
    assert error.value.code == "connection"
    sandbox.faults.add("down")
    async with ZgwClient(sandbox.config()) as client:
        with pytest.raises(Unavailable):
            await ask(client)


async def test_a_register_of_ten_seconds_is_not_waited_for(sandbox: Sandbox) -> None:
    sandbox.faults.add("slow", seconds=10)
    async with ZgwClient(sandbox.config(timeout=0.2, attempts=3), transport := ContractTransport()) as client:
        begin = time.monotonic()
        with pytest.raises(Unavailable) as error:
            await ask(client)
    assert time.monotonic() - begin < 1.5
    # Not asked again either: that would only make it slower.
    assert error.value.code == "timeout" and len(transport.requests) == 1


async def test_a_stumble_is_asked_again(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", status=503, times=1)
    sandbox.faults.add("down", times=1)
    async with ZgwClient(sandbox.config(attempts=3), transport := ContractTransport(check_answers=False)) as client:
        assert len(await ask(client)) == 1
    assert len(transport.requests) == 3


@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_no_more_often_than_configured(attempts: int) -> None:
    transport, asked = answers(httpx.Response(500))
    async with ZgwClient(config(attempts=attempts), transport) as client:
        with pytest.raises(Unavailable):
            await ask(client)
    assert len(asked) == attempts


async def test_pauses_grow_and_end_with_the_patience() -> None:
    transport, asked = answers(httpx.Response(500))
    async with ZgwClient(config(attempts=50, patience=0.3, breaker_failures=100), transport) as client:
        begin = time.monotonic()
        with pytest.raises(Unavailable):
            await ask(client)
    assert time.monotonic() - begin < 2 and 1 < len(asked) < 12


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 412])
async def test_a_refusal_is_not_asked_again(status: int) -> None:
    transport, asked = answers(httpx.Response(status, json={"code": "x"}))
    async with ZgwClient(config(attempts=3), transport) as client:
        with pytest.raises(ZgwError):
            await ask(client)
    assert len(asked) == 1


async def test_a_register_that_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    transport, asked = answers(*[httpx.Response(500)] * 3, page())
    async with ZgwClient(config(breaker_failures=3, breaker_seconds=0.3), transport) as client:
        for _ in range(3):
            with pytest.raises(Unavailable):
                await ask(client)
        with pytest.raises(Unavailable) as error:
            await ask(client)
        assert error.value.code == "breaker-open" and len(asked) == 3
        # The other API is another matter.
        assert await client.zaaktypen() == []
        await asyncio.sleep(0.35)
        assert await ask(client) == [] and await ask(client) == []


async def test_one_failure_after_the_pause_opens_it_again() -> None:
    transport, asked = answers(httpx.Response(500))
    async with ZgwClient(config(breaker_failures=2, breaker_seconds=0.2), transport) as client:
        for expected in (1, 2, 2):
            with pytest.raises(Unavailable):
                await ask(client)
            assert len(asked) == expected
        await asyncio.sleep(0.25)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await ask(client)
        assert len(asked) == 3


async def test_refusals_do_not_open_it() -> None:
    transport, asked = answers(httpx.Response(403, json={"code": "permission_denied"}))
    async with ZgwClient(config(breaker_failures=2), transport) as client:
        for _ in range(5):
            with pytest.raises(Forbidden):
                await ask(client)
    assert len(asked) == 5


async def test_being_broken_off_counts_as_a_failure(sandbox: Sandbox) -> None:
    sandbox.faults.add("slow", seconds=10)
    async with ZgwClient(sandbox.config(breaker_failures=2)) as client:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ask(client)
        with pytest.raises(Unavailable) as error:
            await ask(client)
        assert error.value.code == "breaker-open"


async def test_every_question_carries_token_and_headers() -> None:
    transport, asked = answers(page())
    async with ZgwClient(config(user_id="vb", user_representation="Vraagbaak Voorbeeldstad"), transport) as client:
        await ask(client)
        await ask(client.on_behalf("gesprek-1a2b"))
        await client.zaaktypen()
    for request in asked:
        assert (request.headers["Accept-Crs"], request.headers["Content-Crs"]) == ("EPSG:4326", "EPSG:4326")
        assert request.headers["Accept"] == "application/json"
    claims = [jwt.decode(one.headers["Authorization"].removeprefix("Bearer "), SECRET, ["HS256"]) for one in asked]
    first = claims[0]
    assert abs(first.pop("iat") - time.time()) < 5
    assert first == {
        "iss": CLIENT_ID,
        "client_id": CLIENT_ID,
        "user_id": "vb",
        "user_representation": "Vraagbaak Voorbeeldstad",
    }
    assert claims[1]["user_representation"] == "Vraagbaak Voorbeeldstad (gesprek-1a2b)"


async def test_the_catalogue_may_have_its_own_credentials() -> None:
    transport, asked = answers(page())
    own = config(catalogi_client_id="catalogus", catalogi_secret="nog-een-geheim-dat-lang-genoeg-is-ja")
    async with ZgwClient(own, transport) as client:
        await ask(client)
        await client.zaaktypen()
    tokens = [one.headers["Authorization"].removeprefix("Bearer ") for one in asked]
    assert jwt.decode(tokens[0], SECRET, ["HS256"])["client_id"] == CLIENT_ID
    assert jwt.decode(tokens[1], "nog-een-geheim-dat-lang-genoeg-is-ja", ["HS256"])["client_id"] == "catalogus"


@pytest.mark.parametrize(
    "url",
    [
        "https://elders.example/zaken/api/v1/zaken/1",
        "https://oz.example.elders.example/zaken/api/v1/zaken/1",
        "https://oz.example/zaken/api/v11/zaken/1",
        "https://oz.example/zaken/api/v1/../../geheim",
        "http://oz.example/zaken/api/v1/zaken/1",
        "",
        None,
        7,
    ],
)
async def test_the_token_goes_to_no_other_address(url: Any) -> None:
    transport, asked = answers(page(following=url), page())
    async with ZgwClient(config(), transport) as client:
        with pytest.raises(Malformed) as error:
            await client.zaak(url)
        assert error.value.code == "foreign-address" and asked == []
        if url:
            with pytest.raises(Malformed):
                await ask(client)
            assert len(asked) == 1


async def test_a_redirect_is_not_followed() -> None:
    transport, asked = answers(httpx.Response(301, headers={"Location": "https://elders.example/"}))
    async with ZgwClient(config(), transport) as client:
        with pytest.raises(Malformed):
            await ask(client)
    assert len(asked) == 1


async def test_pages_are_read_until_the_last_or_the_limit() -> None:
    transport, asked = answers(page({"a": 1}, following=f"{ROOT}/zaken?page=2"), page({"a": 2}))
    async with ZgwClient(config(), transport) as client:
        assert await ask(client) == [{"a": 1}, {"a": 2}]
    endless, asked = answers(page({"a": 1}, following=f"{ROOT}/zaken?page=2"))
    async with ZgwClient(config(max_pages=4), endless) as client:
        assert len(await ask(client)) == 4
    assert len(asked) == 4


ZAAK_URL = f"{ROOT}/zaken/1"


def expander(version: str | None, *, refuses: bool = False) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    def handle(request: httpx.Request) -> httpx.Response:
        headers = {"API-version": version} if version else {}
        if refuses and "expand" in request.url.params:
            return httpx.Response(403, json={"code": "permission_denied"}, headers=headers)
        return httpx.Response(200, json={"url": ZAAK_URL, "results": []}, headers=headers)

    return answers(handle)


@pytest.mark.parametrize(
    ("version", "expected"),
    [(None, None), ("1.2.0", None), ("1.4.9", None), ("1.5.0", "resultaat"), ("1.10.0", "resultaat"), ("raar", None)],
)
async def test_related_things_are_asked_for_where_the_register_knows_how(
    version: str | None, expected: str | None
) -> None:
    transport, asked = expander(version)
    async with ZgwClient(config(), transport) as client:
        await ask(client)
        await client.on_behalf("x").zaak(ZAAK_URL)
    assert asked[-1].url.params.get("expand") == expected and len(asked) == 2


async def test_a_register_that_refuses_related_things_is_asked_plainly_from_then_on() -> None:
    transport, asked = expander("1.5.1", refuses=True)
    async with ZgwClient(config(), transport) as client:
        await ask(client)
        for _ in range(2):
            assert (await client.on_behalf("x").zaak(ZAAK_URL))["url"] == ZAAK_URL
    assert [one.url.params.get("expand") for one in asked] == [None, "resultaat", None, None]


async def test_connections_are_used_again(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config()) as client:
        for _ in range(5):
            await ask(client)
        pool = client._http._transport._pool  # type: ignore[attr-defined]
        assert len(pool.connections) == 1


async def test_one_client_per_configuration() -> None:
    systems = Zaaksystemen()
    assert systems.client(config()) is systems.client(config())
    assert systems.client(config()) is not systems.client(config(client_id="ander"))
    first = systems.client(config())
    await systems.aclose()
    assert first._http.is_closed and systems.client(config()) is not first
    await systems.aclose()
