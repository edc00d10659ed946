"""Reading an Open Product: pages, tokens, and everything that a server can do wrong."""

from __future__ import annotations

import asyncio
import gzip
import logging

import httpx
import pytest

from bot.catalog.exchange import open_product
from bot.catalog.exchange.open_product import OpenProductConfig, OpenProductError, fetch
from tests.catalog.exchange.stub import TOKEN, OpenProductStub, element, example


def some(count: int) -> list[dict[str, object]]:
    return [example() | {"uuid": f"497f6eca-6276-4993-bfeb-53cbbbba6{n:03x}", "code": f"PT-{n}"} for n in range(count)]


def failing(config: OpenProductConfig) -> OpenProductError:
    with pytest.raises(OpenProductError) as error:
        asyncio.run(fetch(config))
    said = f"{error.value!s} {error.value!r} {config!r}"
    assert TOKEN not in said
    assert not isinstance(error.value.__context__, httpx.HTTPError)
    return error.value


def test_reads_every_page_once_and_never_follows_an_address(stub: OpenProductStub) -> None:
    stub.producttypen, stub.page_size = some(7), 3
    stub.content = {stub.producttypen[6]["uuid"]: [element(f"Stuk {n}.", "kosten") for n in range(4)]}
    records = asyncio.run(fetch(stub.config()))
    assert [one.producttype["code"] for one in records] == [f"PT-{n}" for n in range(7)]
    assert [one["content"] for one in records[6].content] == ["Stuk 0.", "Stuk 1.", "Stuk 2.", "Stuk 3."]
    assert stub.asked.count("/producttypen") == 3
    assert len(stub.asked) == 3 + 7 + 1


def test_asks_only_for_what_is_published(stub: OpenProductStub) -> None:
    stub.producttypen = [*some(1), example() | {"gepubliceerd": False}]
    assert [one.producttype["code"] for one in asyncio.run(fetch(stub.config()))] == ["PT-0"]


def test_a_product_type_on_two_pages_is_one(stub: OpenProductStub) -> None:
    stub.producttypen, stub.page_size = some(2) + some(1), 2
    assert len(asyncio.run(fetch(stub.config()))) == 2


def test_a_wrong_token_is_said_at_once(stub: OpenProductStub) -> None:
    error = failing(stub.config(token="een-ander", pogingen=3))
    assert (error.oorzaak, error.status, stub.asked) == ("token", 401, ["/producttypen"])
    assert "een-ander" not in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_what_stumbles_is_asked_again(stub: OpenProductStub, status: int) -> None:
    stub.faults = [("status", status)]
    assert len(asyncio.run(fetch(stub.config()))) == 1


def test_what_keeps_stumbling_ends(stub: OpenProductStub) -> None:
    stub.faults = [("status", 500)] * 10
    error = failing(stub.config(pogingen=3))
    assert (error.oorzaak, error.status, len(stub.asked)) == ("status", 500, 3)


def test_a_failure_among_the_contents_ends_it_all(stub: OpenProductStub) -> None:
    stub.producttypen = some(12)
    stub.faults = [("good", None)] * 6 + [("status", 403)]
    assert failing(stub.config()).oorzaak == "token"


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410, 204])
def test_another_answer_than_an_api_gives(stub: OpenProductStub, status: int) -> None:
    stub.faults = [("status", status)]
    assert failing(stub.config()).oorzaak == "adres"
    assert stub.asked == ["/producttypen"]


def test_a_slow_server_is_not_waited_for(stub: OpenProductStub) -> None:
    stub.faults = [("slow", 1.0)] * 2
    assert failing(stub.config(timeout=0.1)).oorzaak == "tijd"


def test_a_server_that_answers_letter_by_letter_is_not_waited_for(stub: OpenProductStub) -> None:
    stub.faults = [("drip", 0.02)] * 2
    assert failing(stub.config(timeout=0.1)).oorzaak == "tijd"


def test_a_broken_connection(stub: OpenProductStub) -> None:
    stub.faults = [("drop", None)] * 2
    assert failing(stub.config()).oorzaak == "verbinding"


def test_nobody_there() -> None:
    error = failing(OpenProductConfig("http://127.0.0.1:9/producttypen/api/v1", TOKEN, timeout=1.0, pogingen=1))
    assert error.oorzaak == "verbinding"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html>",
        b'{"results": [',
        b"[]",
        b'{"results": {}}',
        b'{"results": ["a"]}',
        b'{"results": [{"uuid": "../../themas"}]}',
        b'{"results": [{"uuid": 7}]}',
        b'{"results": [{}]}',
        b"\xff\xfe",
        b"[" * 200_000,
    ],
)
def test_an_answer_of_another_shape(stub: OpenProductStub, body: bytes) -> None:
    stub.faults = [("body", body)]
    assert failing(stub.config()).oorzaak == "antwoord"


def test_a_list_without_end_ends(stub: OpenProductStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_product, "MOST_PAGES", 5)
    stub.endless = True
    assert failing(stub.config()).oorzaak == "antwoord"
    assert len(stub.asked) == 5


def test_an_answer_that_is_too_large(stub: OpenProductStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_product, "LARGEST_ANSWER", 1000)
    assert failing(stub.config()).oorzaak == "antwoord"


def test_an_answer_that_grows_when_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_product, "LARGEST_ANSWER", 1_000_000)
    packed = gzip.compress(b" " * 50_000_000)
    answer = httpx.Response(200, content=packed, headers={"content-encoding": "gzip"})
    transport = httpx.MockTransport(lambda request: answer)
    with pytest.raises(OpenProductError, match="groter dan"):
        asyncio.run(fetch(OpenProductConfig("https://open.example", TOKEN, pogingen=1), transport))


@pytest.mark.parametrize(
    "adres",
    [
        "",
        "open.example",
        "ftp://open.example",
        "http://open.example/producttypen/api/v1",
        "https://",
        "https://naam:woord@open.example",
        "https://open.example/?token=x",
    ],
)
def test_an_address_that_cannot_be_used(adres: str) -> None:
    assert failing(OpenProductConfig(adres, TOKEN)).oorzaak == "instelling"


@pytest.mark.parametrize("token", ["", " ", "a b", "a\nb", "é"])
def test_a_token_that_cannot_be_used(token: str) -> None:
    with pytest.raises(OpenProductError) as error:
        asyncio.run(fetch(OpenProductConfig("https://open.example", token)))
    assert error.value.oorzaak == "instelling"


def test_nothing_of_it_is_written_down(stub: OpenProductStub, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asyncio.run(fetch(stub.config()))
        failing(stub.config(token="een-ander"))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("bot", "httpx", "httpcore"))]
    assert not [line for line in ours if TOKEN in line or "een-ander" in line or "Parkeervergunning" in line]
