"""Calling the Graph API: what is sent, and what is known afterwards when it does not go well."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.errors import SettingError
from bot.sandbox.whatsapp import MESSAGING, Token
from bot.sandbox.whatsapp_errors import CODES
from bot.whatsapp.errors import NotSent, Reactie, Refused, Unknown, reactie
from bot.whatsapp.graph import Graph, Graphs
from bot.whatsapp.values import GraphConfig
from tests.whatsapp.server import ANS, NOOR, NOW, TOKEN, VERSION, Sandbox

pytestmark = pytest.mark.asyncio

LIMITED, SHORT, GONE = "alleen-versturen", "verloopt-gauw", "verlopen"
TEXT = {"type": "text", "text": {"preview_url": False, "body": "Het stadhuis is open van 9.00 tot 17.00 uur."}}
TO = "31600000001"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    tokens = {
        TOKEN: Token(),
        LIMITED: Token(scopes=(MESSAGING,), wabas=("900100",)),
        SHORT: Token(expires=NOW + timedelta(days=3)),
        GONE: Token(expires=NOW - timedelta(days=3)),
    }
    sandbox = Sandbox(tmp_path_factory.mktemp("whatsapp"), tokens=tokens)
    sandbox.world.write(sandbox.number, ANS, "Hoi")
    sandbox.world.write(sandbox.number, NOOR, "Hoi")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.faults.clear()
    yield running
    running.faults.clear()


def config(sandbox: Sandbox, **fields: Any) -> GraphConfig:
    return replace(GraphConfig(sandbox.root, VERSION, "700200", TOKEN, timeout=5.0), **fields)


def graph(sandbox: Sandbox, **fields: Any) -> Graph:
    return Graph(config(sandbox, **fields))


async def say(graph: Graph, sleutel: str = "uit:1", **fields: Any) -> str:
    async with graph:
        return await graph.send(TEXT, **{"to": TO, "recipient": None, "sleutel": sleutel, **fields})


def sent(sandbox: Sandbox, sleutel: str) -> list[Any]:
    return [one for one in sandbox.world.store.sent("700200") if one.kenmerk == sleutel]


@pytest.mark.parametrize("to", [TO, f"+{TO}"])
async def test_a_message_to_a_number(sandbox: Sandbox, to: str) -> None:
    wamid = await say(graph(sandbox), f"nummer:{to}", to=to)
    (message,) = sent(sandbox, f"nummer:{to}")
    assert (message.wamid, message.gebruiker, message.aan_nummer) == (wamid, ANS.user_id, True)
    assert message.inhoud == TEXT["text"]


async def test_a_message_to_somebody_without_a_number(sandbox: Sandbox) -> None:
    wamid = await say(graph(sandbox), "bsuid", to=None, recipient=NOOR.user_id)
    (message,) = sent(sandbox, "bsuid")
    assert (message.wamid, message.gebruiker, message.aan_nummer) == (wamid, NOOR.user_id, False)


async def test_with_both_it_goes_to_the_number(sandbox: Sandbox) -> None:
    await say(graph(sandbox), "beide", recipient=NOOR.user_id)
    assert [one.gebruiker for one in sent(sandbox, "beide")] == [ANS.user_id]


async def test_an_answer_names_what_it_answers(sandbox: Sandbox) -> None:
    await say(graph(sandbox), "antwoord", context="wamid.AAA1")
    assert [one.antwoord_op for one in sent(sandbox, "antwoord")] == ["wamid.AAA1"]


@pytest.mark.parametrize("fields", [{"to": None}, {"to": "", "recipient": ""}, {"sleutel": ""}, {"sleutel": "x" * 513}])
async def test_what_makes_no_message_is_not_sent(sandbox: Sandbox, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="message needs|a key has"):
        await say(graph(sandbox), **fields)


async def test_no_text_stops_at_being_encoded(sandbox: Sandbox) -> None:
    got: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        got.append(json.loads(request.content))
        return httpx.Response(200, json={"messages": [{"id": "wamid.1"}]})

    async with Graph(config(sandbox), httpx.MockTransport(handle)) as client:
        await client.send({"type": "text", "text": {"body": "a\ud800 👍"}}, to=TO, recipient=None, sleutel="k")
    assert got[0]["text"]["body"] == "a\ud800 👍"


@pytest.mark.parametrize("code", [*CODES, 294])
async def test_every_code_is_a_refusal_with_its_reaction(sandbox: Sandbox, code: int) -> None:
    sandbox.faults.fail(code)
    with pytest.raises(Refused) as told:
        await say(graph(sandbox), f"code:{code}")
    assert (told.value.code, told.value.reactie) == (code, reactie(code, told.value.status))
    assert not sent(sandbox, f"code:{code}")


async def test_a_closed_window_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(Refused) as told:
        await say(graph(sandbox), to="31600000002")
    assert told.value.reactie is Reactie.VENSTER and "24 hours" in told.value.details


async def test_details_hold_nobody(sandbox: Sandbox) -> None:
    sandbox.faults.fail(100, details=f"Recipient +{TO} or {ANS.user_id} is not on the list (wamid.HBgLMzE2)")
    with pytest.raises(Refused) as told:
        await say(graph(sandbox))
    assert told.value.details.startswith("Recipient … or … is not on the list")
    assert not {TO, ANS.user_id, "HBgL"} & set(str(told.value).split())


@pytest.mark.parametrize(
    ("fault", "was_sent"),
    [
        ({"kind": "lost"}, True),
        ({"kind": "garbled"}, True),
        ({"kind": "shape"}, True),
        ({"kind": "late", "seconds": 0.8}, True),
        ({"kind": "down"}, False),
        ({"kind": "page"}, False),
        ({"kind": "status", "status": 502}, False),
        ({"kind": "status", "status": 504}, False),
    ],
)
async def test_without_an_answer_of_meta_it_is_unknown(sandbox: Sandbox, fault: dict[str, Any], was_sent: bool) -> None:
    """Whether it was sent or not: that cannot be seen from here."""
    key = "onbekend:" + ":".join(map(str, fault.values()))
    sandbox.faults.add(times=1, **fault)
    with pytest.raises(Unknown) as told:
        await say(graph(sandbox, timeout=0.4), key)
    assert told.value.__context__ is None and told.value.__cause__ is None
    while fault["kind"] == "late" and not sandbox.faults.late_answers:
        await asyncio.sleep(0.02)
    assert bool(sent(sandbox, key)) == was_sent


async def test_an_answer_that_drips_ends_all_the_same() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except OSError:
            writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(Unknown, match="op tijd"):
            await say(Graph(GraphConfig(root, VERSION, "700200", TOKEN, timeout=0.2)))


async def test_without_a_connection_nothing_was_sent(sandbox: Sandbox) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(NotSent) as told:
        await say(graph(sandbox, url=closed))
    assert told.value.__context__ is None
    with pytest.raises(NotSent):
        await say(graph(sandbox, url="http://bestaat-niet.invalid"))


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (302, Reactie.ONZE_FOUT),
        (404, Reactie.ONZE_FOUT),
        (407, Reactie.ONZE_FOUT),
        (403, Reactie.STOPPEN),
        (429, Reactie.NUMMER_RUSTIG),
    ],
)
async def test_what_something_else_refuses_was_not_sent(sandbox: Sandbox, status: int, wanted: Reactie) -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, headers={"Location": "https://elders.example/"}, html="<h1>Nee</h1>")

    with pytest.raises(Refused) as told:
        await say(Graph(config(sandbox), httpx.MockTransport(handle)))
    assert (told.value.reactie, told.value.code, len(asked)) == (wanted, None, 1)


@pytest.mark.parametrize("answer", [{}, {"messages": []}, {"messages": [{"id": 7}]}, {"messages": "x"}, {"error": {}}])
async def test_an_answer_without_an_id_is_unknown(sandbox: Sandbox, answer: dict[str, Any]) -> None:
    with pytest.raises(Unknown):
        await say(Graph(config(sandbox), httpx.MockTransport(lambda request: httpx.Response(200, json=answer))))


async def test_reading_and_typing_are_shown(sandbox: Sandbox) -> None:
    wamid = sandbox.world.write(sandbox.number, ANS, "Bent u daar?")
    async with graph(sandbox) as client:
        await client.mark_read(wamid)
        assert not sandbox.world.is_typing(sandbox.number, ANS)
        await client.mark_read(wamid, typing=True)
        assert sandbox.world.is_typing(sandbox.number, ANS)
        with pytest.raises(Refused) as told:
            await client.mark_read("wamid.bestaat-niet")
    assert told.value.reactie is Reactie.ONZE_FOUT


async def test_a_file_is_uploaded_and_sent(sandbox: Sandbox) -> None:
    async with graph(sandbox) as client:
        id = await client.upload("af spraak/é.ics", "text/plain", b"BEGIN:VCALENDAR")
        body = {"type": "document", "document": {"id": id, "filename": "afspraak.ics"}}
        await client.send(body, to=TO, recipient=None, sleutel="bestand")
        with pytest.raises(Refused):
            await client.upload("a.ics", "text/calendar", b"x")
    (message,) = sent(sandbox, "bestand")
    file = sandbox.world.file(message.inhoud["id"])
    assert file is not None and (file.mime, file.inhoud) == ("text/plain", b"BEGIN:VCALENDAR")


async def test_how_the_number_is_doing(sandbox: Sandbox) -> None:
    async with graph(sandbox) as client:
        number = await client.number()
    assert (number.naam, number.weergave) == ("Gemeente Voorbeeldstad", "+31850000000")
    assert (number.kwaliteit, number.doorvoer, number.status) == ("GREEN", "STANDARD", "CONNECTED")
    assert number.platform == "CLOUD_API"


async def test_templates(sandbox: Sandbox) -> None:
    async with graph(sandbox) as client:
        every = {one.naam: (one.taal, one.status, one.parameters) for one in await client.templates("900100")}
        (one,) = await client.templates("900100", "gesprek_hervatten")
        assert await client.templates("900100", "bestaat_niet") == ()
    assert every["afspraakherinnering"] == ("nl", "APPROVED", 2) and every["nieuwsbrief"][1] == "PAUSED"
    assert (one.naam, one.status, one.parameters) == ("gesprek_hervatten", "APPROVED", 0)


async def test_templates_of_all_pages_and_never_elsewhere(sandbox: Sandbox) -> None:
    asked: list[httpx.URL] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        last = "after" in request.url.params
        data: list[Any] = [
            {"name": "gevonden" if last else "ander", "language": "nl", "status": "APPROVED", "components": []}
        ]
        paging = {"cursors": {"before": "a", "after": "b"}}
        return httpx.Response(
            200, json={"data": data, "paging": paging | ({} if last else {"next": "https://elders/"})}
        )

    async with Graph(config(sandbox), httpx.MockTransport(handle)) as client:
        assert [one.naam for one in await client.templates("900100", "gevonden")] == ["gevonden"]
    assert len(asked) == 2 and {url.host for url in asked} == {httpx.URL(sandbox.root).host}


async def test_pages_without_end_are_not_all_read(sandbox: Sandbox) -> None:
    page = {"data": [], "paging": {"cursors": {"after": "b"}, "next": "https://elders/"}}
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=page)

    async with Graph(config(sandbox), httpx.MockTransport(handle)) as client:
        assert await client.templates("900100") == ()
    assert len(asked) == 20


async def test_who_gets_the_webhooks(sandbox: Sandbox) -> None:
    async with graph(sandbox) as client:
        assert await client.subscribed("900100") == ("660001",)
        sandbox.world.unsubscribe("900100")
        assert await client.subscribed("900100") == ()
        sandbox.world.subscribe("900100")
        with pytest.raises(ValueError, match="digits"):
            await client.subscribed("../900100")


async def test_what_a_token_may_do(sandbox: Sandbox) -> None:
    async with graph(sandbox, token=SHORT) as client:
        short = await client.debug_token()
    async with graph(sandbox, token=LIMITED) as client:
        limited = await client.debug_token()
    assert short.geldig and short.soort == "SYSTEM_USER" and short.verloopt == NOW + timedelta(days=3)
    assert limited.verloopt is None and limited.rechten == {MESSAGING, "public_profile"}
    assert limited.accounts == frozenset({"900100"})
    async with graph(sandbox, token=GONE) as client:
        with pytest.raises(Refused) as told:
            await client.debug_token()
    assert (told.value.code, told.value.reactie) == (190, Reactie.STOPPEN)


@pytest.mark.parametrize("expires", [10**30, "morgen", None, True])
async def test_a_moment_that_cannot_be_read_is_never(sandbox: Sandbox, expires: object) -> None:
    answer = {"data": {"is_valid": True, "expires_at": expires, "scopes": None, "granular_scopes": [7, {"scope": 7}]}}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    async with Graph(config(sandbox), transport) as client:
        token = await client.debug_token()
    assert token.geldig and not token.rechten and token.accounts is None
    assert token.verloopt in (None, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))


async def test_whether_an_app_secret_is_the_right_one(sandbox: Sandbox) -> None:
    good = hmac.new(b"appgeheim", TOKEN.encode(), hashlib.sha256).hexdigest()

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.params["appsecret_proof"] == good:
            return httpx.Response(200, json={"id": "700200"})
        message = "Invalid appsecret_proof provided in the API argument"
        return httpx.Response(400, json={"error": {"message": message, "code": 100}})

    async with Graph(config(sandbox), httpx.MockTransport(handle)) as client:
        assert await client.knows_secret("appgeheim")
        assert not await client.knows_secret("een-ander")


async def test_the_version_that_answered_is_kept(sandbox: Sandbox) -> None:
    answer = httpx.Response(200, json={"id": "700200"}, headers={"facebook-api-version": "v26.0"})
    async with Graph(config(sandbox), httpx.MockTransport(lambda request: answer)) as client:
        assert client.answered_version == ""
        await client.number()
        assert client.answered_version == "v26.0"


async def test_nothing_of_what_is_sent_gets_into_logs(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await say(graph(sandbox))
    async with graph(sandbox) as client:
        await client.debug_token()
    sandbox.faults.add("garbled", times=1)
    with pytest.raises(Unknown):
        await say(graph(sandbox))
    assert not [word for word in (TOKEN, TO, "stadhuis", "700200") if word in caplog.text]
    assert TOKEN not in repr(config(sandbox))


async def test_one_client_for_a_configuration(sandbox: Sandbox) -> None:
    graphs = Graphs()
    one = graphs.graph(config(sandbox))
    assert graphs.graph(config(sandbox)) is one
    assert graphs.graph(config(sandbox, phone_number_id="700300")) is not one
    assert (await one.number()).weergave
    await graphs.aclose()
    assert graphs.graph(config(sandbox)) is not one
    await graphs.aclose()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "graph.facebook.com"}, "internetadres"),
        ({"url": "http://[x"}, "internetadres"),
        ({"url": "https://graph.facebook.com /"}, "internetadres"),
        ({"versie": "25"}, "versie"),
        ({"versie": "v٢٥.0"}, "versie"),
        ({"phone_number_id": "../debug_token"}, "phone_number_id"),
        ({"token": ""}, "token"),
        ({"token": "twee woorden"}, "token"),
        ({"token": "regel\neinde"}, "token"),
    ],
)
async def test_a_configuration_that_cannot_work_is_refused(fields: dict[str, Any], words: str) -> None:
    good = GraphConfig("https://graph.facebook.com", VERSION, "700200", TOKEN)
    with pytest.raises(SettingError, match=words) as told:
        replace(good, **fields)
    assert "woorden" not in str(told.value) and "regel" not in str(told.value)
