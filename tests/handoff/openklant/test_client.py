"""The client believes no answer before it has looked at it, tries reads again, and keeps the token to itself."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.openklant.client import MAX_PAGES, Client, Json
from bot.handoff.openklant.errors import (
    Conflict,
    Invalid,
    Misconfigured,
    NotFound,
    OpenKlantError,
    Unauthorized,
    Unavailable,
)
from bot.handoff.openklant.values import PAD, VRAAGBAAK, OpenKlantConfig, afdeling
from tests.handoff.openklant.conftest import UNHURRIED, Serve

T = TypeVar("T")
CONFIG = OpenKlantConfig(
    adres="https://ok.example", token="geheim-token", afdeling=afdeling("Team", "TEAM"), pauze=0.001, timeout=1.0
)
UUID = "a1000000-0000-4000-8000-000000000011"
OTHER = "a1000000-0000-4000-8000-000000000012"
Answer = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers one after the other; the last one again and again."""

    def __init__(self, *answers: Answer | httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, httpx.Response):
            return answer(request)
        # A fresh one each time: a client reads an answer once.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def ask(server: Server, question: Callable[[Client], Awaitable[T]], config: OpenKlantConfig = CONFIG) -> T:
    async def run() -> T:
        async with Client(config, httpx.MockTransport(server)) as client:
            return await question(client)

    return asyncio.run(run())


def page(*results: Json, more: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"count": len(results), "next": more, "previous": None, "results": list(results)})


def problem(status: int, code: str = "x", **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "status": status, **more})


async def nothing() -> Json | None:
    return None


# Pages and filters


def test_pages_are_read_until_the_one_that_fits() -> None:
    server = Server(page({"uuid": OTHER}, more="https://ok.example/x?page=2"), page({"uuid": UUID}))
    found = ask(server, lambda client: client.find("actoren", {"naam": "x"}, lambda one: one["uuid"] == UUID))
    assert found == {"uuid": UUID}
    assert [dict(request.url.params) for request in server.requests] == [
        {"naam": "x", "page": "1", "pageSize": "100"},
        {"naam": "x", "page": "2", "pageSize": "100"},
    ]


def test_the_next_page_is_asked_at_our_own_address() -> None:
    """A `next` that points elsewhere would take the token along."""
    server = Server(page({"uuid": OTHER}, more="https://kwaad.example/oogst?page=2"), page())
    assert ask(server, lambda client: client.find("actoren", {}, lambda one: False)) is None
    assert {request.url.host for request in server.requests} == {"ok.example"}


def test_a_server_whose_pages_never_end_is_left() -> None:
    server = Server(lambda _request: page({"uuid": OTHER}, more="https://ok.example/x"))
    assert ask(server, lambda client: client.find("actoren", {}, lambda one: False)) is None
    assert len(server.requests) == MAX_PAGES


def test_a_page_that_is_gone_in_the_meantime_is_the_end() -> None:
    server = Server(page({"uuid": OTHER}, more="https://ok.example/x"), problem(404, "not_found"))
    assert ask(server, lambda client: client.find("actoren", {}, lambda one: False)) is None


def test_a_klantcontact_with_another_number_is_not_taken() -> None:
    ours = {"metadata": {"bron": "vraagbaak"}}
    server = Server(lambda _request: _versioned(page({"uuid": OTHER, "referentienummer": "1234567890", **ours})))
    assert ask(server, lambda client: client.find_klantcontact("4820017365")) is None
    found = ask(server, lambda client: client.find_klantcontact("1234567890"))
    assert found is not None and found["uuid"] == OTHER


@pytest.mark.parametrize("metadata", [None, {}, {"bron": "kiss"}, "vraagbaak"])
def test_a_klantcontact_of_another_system_is_not_taken(metadata: object) -> None:
    contact = {"uuid": OTHER, "referentienummer": "1234567890", "metadata": metadata}
    server = Server(lambda _request: _versioned(page(contact)))
    assert ask(server, lambda client: client.find_klantcontact("1234567890")) is None


@pytest.mark.parametrize(
    "change",
    [
        {"soortActor": "medewerker"},
        {"actoridentificator": None},
        {"actoridentificator": {**VRAAGBAAK.identificator.as_json(), "objectId": "anders"}},  # type: ignore[union-attr]
        {"actoridentificator": {**VRAAGBAAK.identificator.as_json(), "codeRegister": "x"}},  # type: ignore[union-attr]
    ],
)
def test_an_actor_that_is_not_the_one_asked_for_is_not_taken(change: dict[str, Any]) -> None:
    assert VRAAGBAAK.identificator is not None
    actor = {"uuid": UUID, "soortActor": VRAAGBAAK.soort, "actoridentificator": VRAAGBAAK.identificator.as_json()}
    assert ask(Server(lambda _request: page({**actor, **change})), lambda client: client.find_actor(VRAAGBAAK)) is None
    assert ask(Server(lambda _request: page(actor)), lambda client: client.find_actor(VRAAGBAAK)) == actor


def test_an_object_with_another_uuid_is_no_answer() -> None:
    server = Server(lambda _request: httpx.Response(200, json={"uuid": OTHER}))
    with pytest.raises(Unavailable):
        ask(server, lambda client: client.detail("actoren", UUID))


@pytest.mark.parametrize("uuid", ["..", "../../admin", "", "a/b", "x" * 36, "{" + UUID[1:-1] + "}"])
def test_what_is_no_uuid_never_goes_into_a_path(uuid: str) -> None:
    server = Server(page())
    for question in (
        lambda client: client.detail("actoren", uuid),
        lambda client: client.delete("actoren", uuid),
    ):
        with pytest.raises(Unavailable):
            ask(server, question)
    assert server.requests == []


# Errors


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(401, "not_authenticated"), Unauthorized),
        (problem(403, "permission_denied"), Unauthorized),
        (problem(404, "not_found"), NotFound),
        (httpx.Response(404, text="<h1>Not Found</h1>"), Misconfigured),
        (httpx.Response(301, headers={"location": "https://elders.example"}), Misconfigured),
        (httpx.Response(405), Misconfigured),
        (problem(400, "invalid"), Invalid),
        (httpx.Response(400, text="Bad Request"), Invalid),
        (httpx.Response(400, json=["a"]), Invalid),
        (httpx.Response(400, json={"invalidParams": "x"}), Invalid),
        (httpx.Response(400, json={"invalidParams": [7, {"name": None}]}), Invalid),
        (problem(409), Conflict),
        (httpx.Response(408), Unavailable),
        (httpx.Response(429), Unavailable),
        (httpx.Response(500, text="oeps"), Unavailable),
        (httpx.Response(504), Unavailable),
        (httpx.Response(200, text="<html>"), Unavailable),
        (httpx.Response(200, text="[]"), Unavailable),
        (httpx.Response(200, text='{"half": '), Unavailable),
        (httpx.Response(200, content=b"\xff\xfe"), Unavailable),
        (httpx.Response(200, text="[" * 100_000), Unavailable),
        (httpx.ConnectError("naam"), Unavailable),
        (httpx.ReadTimeout("tijd"), Unavailable),
        (httpx.RemoteProtocolError("weg"), Unavailable),
        (httpx.DecodingError("gzip"), Unavailable),
        (httpx.InvalidURL("x"), Misconfigured),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_failure_is_one_of_our_errors(
    answer: httpx.Response | Exception, kind: type[OpenKlantError], method: str
) -> None:
    server = Server(answer)
    with pytest.raises(OpenKlantError) as error:
        if method == "GET":
            ask(server, lambda client: client.get("actoren"))
        else:
            ask(server, lambda client: client.post_once("actoren", {"naam": "x"}, nothing))
    assert type(error.value) is kind
    # Nothing of the request hangs on it: no address of the resident in a log, no token in an error report.
    assert error.value.__cause__ is None and error.value.__context__ is None
    assert "geheim" not in "".join(traceback.format_exception(error.value))


def test_an_invalid_answer_names_fields_and_nothing_else() -> None:
    params = [
        {"name": "klantcontact.kanaal", "code": "invalid", "reason": "'0612345678' mag niet"},
        {"name": "Noor Voorbeeld <script>", "code": "x y", "reason": ""},
    ]
    with pytest.raises(Invalid) as error:
        ask(Server(problem(400, invalidParams=params)), lambda client: client.get("actoren"))
    assert error.value.fields == ("klantcontact.kanaal", "?") and error.value.codes == ("invalid", "?")
    assert str(error.value) == "Open Klant keurt af: klantcontact.kanaal, ?."


@UNHURRIED
@given(st.binary(max_size=40), st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 418, 429, 500, 503]))
def test_whatever_is_answered_is_a_dict_or_an_error_of_ours(body: bytes, status: int) -> None:
    config = replace(CONFIG, pogingen=1)
    try:
        found = ask(Server(httpx.Response(status, content=body)), lambda client: client.get("actoren"), config)
    except OpenKlantError:
        return
    assert isinstance(found, dict) and status in (200, 201, 204)


@UNHURRIED
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["results", "next", "uuid", "referentienummer", "metadata", "bron", "count"]), inner
            )
        ),
    )
)
def test_whatever_json_comes_no_klantcontact_is_taken_that_is_not_ours(contents: object) -> None:
    config = replace(CONFIG, pogingen=1)
    server = Server(lambda _request: _versioned(httpx.Response(200, json=contents)))
    try:
        found = ask(server, lambda client: client.find_klantcontact("4820017365"), config)
    except OpenKlantError:
        return
    assert found is None or found["referentienummer"] == "4820017365"


# Trying again


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ConnectError("x"), httpx.Response(200, text="<")])
def test_a_read_is_tried_again(answer: httpx.Response | Exception) -> None:
    server = Server(answer, answer, httpx.Response(200, json={"uuid": UUID}))
    assert ask(server, lambda client: client.get("actoren")) == {"uuid": UUID}
    assert len(server.requests) == 3


def test_a_read_is_tried_a_few_times_only() -> None:
    server = Server(httpx.Response(503))
    with pytest.raises(Unavailable):
        ask(server, lambda client: client.get("actoren"), replace(CONFIG, pogingen=4))
    assert len(server.requests) == 4


@pytest.mark.parametrize("answer", [problem(401), problem(400), problem(404, "not_found"), httpx.Response(301)])
def test_what_will_not_pass_is_not_tried_again(answer: httpx.Response) -> None:
    server = Server(answer)
    with pytest.raises(OpenKlantError):
        ask(server, lambda client: client.get("actoren"))
    assert len(server.requests) == 1


def test_a_post_that_never_left_is_tried_again_without_looking() -> None:
    looked = []

    async def find() -> Json | None:
        looked.append(1)
        return None

    server = Server(httpx.ConnectError("x"), httpx.Response(429), httpx.Response(201, json={"uuid": UUID}))
    assert ask(server, lambda client: client.post_once("actoren", {}, find)) == {"uuid": UUID}
    assert looked == [] and len(server.requests) == 3


@pytest.mark.parametrize(
    "answer", [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.Response(500), httpx.Response(201, text="{")]
)
def test_a_post_that_may_have_arrived_is_looked_for_before_it_is_repeated(answer: httpx.Response | Exception) -> None:
    async def there() -> Json | None:
        return {"uuid": UUID}

    server = Server(answer)
    assert ask(server, lambda client: client.post_once("actoren", {}, there)) == {"uuid": UUID}
    assert len(server.requests) == 1

    server = Server(answer, httpx.Response(201, json={"uuid": OTHER}))
    assert ask(server, lambda client: client.post_once("actoren", {}, nothing)) == {"uuid": OTHER}
    assert len(server.requests) == 2


def test_looking_goes_on_when_it_was_once_uncertain() -> None:
    """A later attempt that never left does not make the first one certain."""
    looked = []

    async def find() -> Json | None:
        looked.append(1)
        return {"uuid": UUID} if len(looked) == 2 else None

    server = Server(httpx.ReadTimeout("x"), httpx.ConnectError("x"), httpx.Response(201, json={"uuid": OTHER}))
    assert ask(server, lambda client: client.post_once("actoren", {}, find)) == {"uuid": UUID}
    assert len(server.requests) == 2


@pytest.mark.parametrize("answer", [problem(409), problem(400, invalidParams=[{"name": "x", "code": "unique"}])])
def test_who_was_first_is_found(answer: httpx.Response) -> None:
    async def there() -> Json | None:
        return {"uuid": UUID}

    assert ask(Server(answer), lambda client: client.post_once("actoren", {}, there)) == {"uuid": UUID}
    with pytest.raises((Conflict, Invalid)):
        ask(Server(answer), lambda client: client.post_once("actoren", {}, nothing))


def test_deleting_what_is_gone_is_no_error() -> None:
    server = Server(httpx.Response(503), httpx.Response(204))
    assert ask(server, lambda client: client.delete("actoren", UUID)) is True
    assert ask(Server(problem(404, "not_found")), lambda client: client.delete("actoren", UUID)) is False


def test_an_answer_in_drips_has_an_end(serve: Serve) -> None:
    """Each part comes in time, the whole never does."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> Unavailable:
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        adres = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Client(replace(CONFIG, adres=adres, timeout=0.2, pogingen=1)) as client:
            with pytest.raises(Unavailable) as error:
                await client.get("actoren")
        server.close()
        return error.value

    error = asyncio.run(asyncio.wait_for(run(), 5))
    assert error.oorzaak == "tijd" and error.perhaps_done


# Address and token


@pytest.mark.parametrize(
    "adres",
    [
        "https://ok.example",
        "https://ok.example/",
        " https://ok.example ",
        f"https://ok.example{PAD}",
        f"https://ok.example{PAD}/",
    ],
)
def test_the_address_may_have_the_path_or_not(adres: str) -> None:
    server = Server(page())
    ask(server, lambda client: client.get("actoren"), replace(CONFIG, adres=adres))
    assert str(server.requests[0].url) == f"https://ok.example{PAD}/actoren"


@pytest.mark.parametrize(
    "change",
    [
        {"adres": ""},
        {"adres": "ok.example"},
        {"adres": "ftp://ok.example"},
        {"adres": "https://"},
        {"adres": "https://ok.example:poort"},
        {"token": ""},
        {"token": "met spatie"},
        {"token": "regel\neinde"},
        {"token": "é"},
        {"ca_bestand": "/er/is/geen.pem"},
    ],
    ids=str,
)
def test_settings_that_cannot_be_used_are_refused_at_once(change: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as error:
        Client(replace(CONFIG, **change))  # type: ignore[arg-type]
    if change.get("token"):
        assert change["token"] not in str(error.value)


def test_the_token_goes_only_where_it_belongs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = Server(httpx.Response(302, headers={"location": "https://elders.example/"}))
    with pytest.raises(Misconfigured):
        ask(server, lambda client: client.get("actoren"))
    assert [request.headers["authorization"] for request in server.requests] == ["Token geheim-token"]
    assert "geheim" not in repr(CONFIG) and "geheim" not in caplog.text


def test_what_is_sent_is_json_as_it_is_written() -> None:
    server = Server(httpx.Response(201, json={"uuid": UUID}))
    ask(server, lambda client: client.post_once("actoren", {"naam": "Café 🙂"}, nothing))
    (request,) = server.requests
    assert json.loads(request.content) == {"naam": "Café 🙂"}
    assert request.headers["content-type"] == "application/json"


def _versioned(response: httpx.Response) -> httpx.Response:
    response.headers["API-version"] = "0.9.0"
    return response


def test_of_a_list_that_was_not_filtered_by_number_only_one_page_is_read() -> None:
    """A version that is not told may be one that ignores the number, and gives a municipality's whole history."""
    server = Server(lambda _request: page({"uuid": OTHER, "inhoud": "x"}, more="https://ok.example/x"))
    assert ask(server, lambda client: client.find_klantcontact("4820017365")) is None
    assert sum("referentienummer" in request.url.params for request in server.requests) == 1


def test_an_answer_without_version_does_not_make_the_version_forgotten() -> None:
    server = Server(_versioned(page()), httpx.Response(502), page())

    async def twice(client: Client) -> object:
        await client.get("actoren")
        await client.get("actoren")
        return client.versie

    assert ask(server, twice) == (0, 9, 0)
    assert len(server.requests) == 3


def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x") from ssl.SSLCertVerificationError("self-signed certificate")

    server = Server(refuse)
    with pytest.raises(Unavailable) as error:
        ask(server, lambda client: client.get("actoren"))
    assert error.value.oorzaak == "certificaat" and len(server.requests) == 1
