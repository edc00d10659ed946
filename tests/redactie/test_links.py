"""Links: what an address gives, where nobody may look, and when one counts as broken."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.engine import Engine

from bot.redactie import links
from bot.redactie.links import LinkUitkomst, check_links
from tests.redactie.room import NU

PUBLIC = "93.184.216.34"


def run(urls: list[str], handler: object, addresses: dict[str, list[str]] | None = None) -> list[str]:
    async def resolve(host: str, port: int) -> list[str]:
        found = (addresses or {}).get(host, [PUBLIC])
        if not found:
            raise socket.gaierror
        return found

    transport = httpx.MockTransport(handler)  # type: ignore[arg-type]
    return [one.uitkomst for one in asyncio.run(check_links(urls, transport=transport, resolve=resolve))]


def says(status: int, **headers: str):  # type: ignore[no-untyped-def]
    return lambda request: httpx.Response(status, headers=headers)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, "goed"), (204, "goed"), (404, "dood"), (410, "dood"), (403, "geweigerd"), (429, "geweigerd"), (500, "fout")],
)
def test_what_a_site_says(status: int, expected: str) -> None:
    assert run(["https://a.example/x"], says(status)) == [expected]


def test_the_connection_is_made_to_what_was_looked_up() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"], request.url.path))
        return httpx.Response(200)

    assert run(["https://a.example/x?y=1"], handler) == ["goed"]
    assert run(["https://b.example/"], handler, {"b.example": ["2606:2800:220:1::1"]}) == ["goed"]
    assert asked == [
        (PUBLIC, "a.example", "a.example", "/x"),
        ("2606:2800:220:1::1", "b.example", "b.example", "/"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "224.0.0.1",
    ],
)
def test_nobody_looks_inside_the_own_network(address: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    assert run(["https://a.example"], handler, {"a.example": [address]}) == ["verboden"]
    assert run(["https://a.example"], handler, {"a.example": [PUBLIC, address]}) == ["verboden"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "https://a.example:8443/",
        "file:///etc/passwd",
        "https://u:p@a.example",
        "niets",
        "https://",
        "http://[::",
    ],
)
def test_only_plain_web_addresses_are_asked(url: str) -> None:
    assert run([url], says(200)) == ["verboden"]


def test_a_redirect_is_followed_and_looked_up_again() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        if host == "a.example":
            return httpx.Response(301, headers={"location": "https://b.example/nieuw"})
        return httpx.Response(404 if request.url.path == "/nieuw" else 200)

    assert run(["https://a.example/oud"], handler) == ["dood"]
    assert run(["https://a.example/oud"], handler, {"b.example": ["10.0.0.1"]}) == ["verboden"]


def test_a_circle_ends() -> None:
    assert run(["https://a.example/"], says(302, location="https://a.example/")) == ["fout"]


def test_what_does_not_answer_is_not_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("weg")

    assert run(["https://a.example"], away) == ["onbereikbaar"]
    assert run(["https://a.example"], says(200), {"a.example": []}) == ["onbereikbaar"]
    monkeypatch.setattr(links, "TIJD", 0.05)

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200)

    assert run(["https://a.example"], slow) == ["tijd"]


def test_each_address_is_asked_once() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200)

    assert run(["https://a.example/x"] * 3, handler) == ["goed"] and asked == ["/x"]


def test_the_third_failure_in_a_row_makes_it_broken(database: Engine) -> None:
    url = "https://a.example/x"

    def look(uitkomst: str, hours: float) -> None:
        links.record(database, [LinkUitkomst(url, uitkomst)], now=NU + timedelta(hours=hours))

    look("dood", 0)
    look("dood", 0.5)
    assert links.known(database, [url, "https://b.example"])[url].missers == 1
    look("tijd", 1.2)
    assert links.broken(database) == []
    look("dood", 3)
    (broken,) = links.broken(database)
    assert (broken.url, broken.missers, broken.stuk, broken.laatst_goed_op) == (url, 3, True, None)
    look("geweigerd", 4)
    assert links.broken(database) == [] and links.known(database, [url])[url].laatst_goed_op == NU + timedelta(hours=4)


def test_who_was_not_asked_for_longest_comes_first(database: Engine) -> None:
    for n, url in enumerate(("https://a.example", "https://b.example", "https://c.example")):
        links.record(database, [LinkUitkomst(url, "goed")], now=NU + timedelta(hours=n))
    urls = ["https://c.example", "https://b.example", "https://a.example", "https://nieuw.example", "https://a.example"]
    before = NU + timedelta(hours=1, minutes=30)
    assert links.to_ask(database, urls, before, 5) == [
        "https://nieuw.example",
        "https://a.example",
        "https://b.example",
    ]
    assert links.to_ask(database, urls, before, 1) == ["https://nieuw.example"]
    links.record(database, [LinkUitkomst("https://" + "x" * 600, "goed")])
