"""The chat as a browser meets it: over HTTP, with the real routes and a stand-in for Rasa."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage
from sqlalchemy.engine import Engine

from bot.channels.tokens import make_token
from bot.channels.webchat import WebchatChannel
from bot.conversations import store
from bot.conversations.model import Nieuw
from bot.database import open_database
from bot.settings import Settings
from tests.channels.webchat_server import PATIENCE, Resident, Server, Slow, Stream, browser, until

Serve = Callable[..., Server]
ORIGIN = "https://www.voorbeeldstad.example"


@pytest.fixture
def serve(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts servers with settings of the test; all stop afterwards."""
    servers: list[Server] = []

    def start(**settings: Any) -> Server:
        for name, value in replace(sqlite_settings, **settings).as_env().items():
            monkeypatch.setenv(name, value)
        servers.append(Server(WebchatChannel()))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


@pytest.fixture
def resident(server: Server) -> Resident:
    return Resident(server.url)


@pytest.fixture
def stored(sqlite_settings: Settings) -> Engine:
    return open_database(sqlite_settings.catalog_url)


@pytest.fixture
def streams() -> Iterator[list[Stream]]:
    """Streams that are closed afterwards."""
    opened: list[Stream] = []
    yield opened
    for stream in opened:
        stream.close()


def text(message: dict[str, Any]) -> str:
    return "".join(part["tekst"] for block in message["blokken"] for part in block["inhoud"])


def said(resident: Resident) -> list[str]:
    return [text(message) for message in resident.messages()]


# Saying something


def test_a_message_comes_back_as_stored_with_its_answer(server: Server, resident: Resident) -> None:
    client_id = str(uuid.uuid4())
    answer = resident.say("wat kost een paspoort?", client_id)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    own, bot = answer.json()["berichten"]
    assert (own["nummer"], own["van"], own["id"], own["feedback"]) == (1, "bewoner", client_id, False)
    assert text(own) == "wat kost een paspoort?"
    assert (bot["nummer"], bot["van"], bot["product"], bot["feedback"]) == (
        2,
        "vraagbaak",
        "paspoort-aanvragen",
        True,
    )
    assert bot["blokken"][0]["inhoud"][1] == {"tekst": "bij de balie", "sterk": True}
    assert bot["keuzes"] == [{"titel": "Kosten"}]
    assert bot["bronnen"] == ["https://wetten.overheid.nl/BWBR0005212"]
    assert resident.messages() == [own, bot]
    (heard,) = server.bot.heard
    assert (heard.text, heard.input_channel, heard.metadata["gemeente"]) == (
        "wat kost een paspoort?",
        "webchat",
        "voorbeeldstad",
    )


def test_reading_begins_after_a_number(resident: Resident) -> None:
    resident.say("een")
    resident.say("twee")
    assert [message["nummer"] for message in resident.messages(3)] == [4]
    assert resident.messages(4) == []


@pytest.mark.parametrize("na", ["-1", "een", "1.5", "²", "9" * 30])
def test_a_number_that_is_none_is_refused(resident: Resident, na: str) -> None:
    assert resident.read(na).status_code == 400


def test_the_same_id_again_does_not_double(server: Server, resident: Resident) -> None:
    client_id = str(uuid.uuid4())
    first = resident.say("hallo", client_id).json()
    assert resident.say("hallo", client_id).json() == first
    assert len(server.bot.heard) == 1 and len(resident.messages()) == 2


def test_the_same_id_while_the_bot_is_answering_does_not_double(server: Server, resident: Resident) -> None:
    server.bot.reply = slow = Slow(server.bot)
    client_id = str(uuid.uuid4())
    resident.say_and_leave("hallo", slow, client_id)
    assert [one["van"] for one in resident.say("hallo", client_id).json()["berichten"]] == ["bewoner"]
    slow.go.set()
    until(lambda: len(resident.messages()) == 2)
    assert len(server.bot.heard) == 1


def test_an_answer_is_found_later_when_the_browser_went_away(server: Server, resident: Resident) -> None:
    server.bot.reply = slow = Slow(server.bot)
    resident.say_and_leave("hallo", slow)
    slow.go.set()
    until(lambda: len(resident.messages()) == 2)
    assert said(resident)[1] == "U vraagt het aan bij de balie."


@pytest.mark.parametrize("kind", ["silent", "raises"])
def test_a_bot_that_fails_gives_a_way_on(
    server: Server, resident: Resident, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.bot.reply = getattr(server.bot, kind)
    answer = resident.say("zeldzaamwoord")
    assert answer.status_code == 200
    assert "bel 14 088" in text(answer.json()["berichten"][1])
    assert "zeldzaamwoord" not in caplog.text


# What comes in


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mijn bsn is 111222333", "mijn bsn is [bsn]"),
        ("/restart", "restart"),
        ('/ /vraag_product{"product": "x"}', 'vraag_product{"product": "x"}'),
        ("<script>alert(1)</script> **vet**", "<script>alert(1)</script> **vet**"),
        ("a\x00b\u202ec", "abc"),
        ("kapot \ud83d teken", "kapot teken"),
        ("x" * 1000, "x" * 1000),
        ("🙂 é", "🙂 é"),
    ],
    ids=["bsn", "intent", "intents", "html", "control", "half a character", "longest", "emoji"],
)
def test_what_is_typed_is_kept_shown_and_asked_in_its_safe_form(
    server: Server, resident: Resident, stored: Engine, typed: str, kept: str
) -> None:
    own = resident.say(typed).json()["berichten"][0]
    assert own["blokken"] == [{"soort": "alinea", "inhoud": [{"tekst": kept}]}]
    assert said(resident)[0] == kept
    assert server.bot.heard[0].text == kept
    with stored.connect() as connection:
        assert kept in connection.execute(sa.text("SELECT tekst FROM gesprek_bericht")).scalars().all()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tekst": "x" * 1001}, 413),
        ({"tekst": ""}, 400),
        ({"tekst": " \n\u200b/ "}, 400),
        ({"tekst": 3}, 400),
        ({"tekst": None}, 400),
        ({}, 400),
        ({"tekst": "hoi", "id": None}, 400),
        ({"tekst": "hoi", "id": "een"}, 400),
        ({"tekst": "hoi", "id": 5}, 400),
        ({"tekst": "hoi", "id": "7f9c24e8-3b2a-4f0e-9d1c-2a5b6c7d8e9f" + "-" * 100}, 400),
        ([], 400),
        (None, 400),
        ("hoi", 400),
    ],
    ids=repr,
)
def test_a_bad_message_is_refused_in_plain_words(server: Server, resident: Resident, body: Any, status: int) -> None:
    if isinstance(body, dict):
        body = {"id": str(uuid.uuid4()), **body}
    answer = resident.post("messages", body)
    assert answer.status_code == status
    assert answer.json()["fout"].endswith(".")
    assert resident.messages() == [] and server.bot.heard == []


@pytest.mark.parametrize("content", [b"{", b"\xff", b"", b"{'a': 1}", b"[" * 2000])
def test_invalid_json_is_refused(resident: Resident, content: bytes) -> None:
    for path in ("sessions", "messages", "feedback", "grade"):
        answer = browser.post(f"{resident.url}/{path}", content=content, headers=resident.headers)
        assert (answer.status_code, set(answer.json())) == (400, {"fout"})


@pytest.mark.parametrize("gemeente", ["utopia", "", 3, None, ["voorbeeldstad"], "../voorbeeldstad"])
def test_an_unknown_municipality_is_refused(server: Server, gemeente: object) -> None:
    answer = browser.post(f"{server.url}/sessions", json={"gemeente": gemeente})
    assert answer.status_code == 400 and answer.json()["fout"]


def test_without_a_municipality_that_of_the_settings_is_meant(server: Server, stored: Engine) -> None:
    assert browser.post(f"{server.url}/sessions", json={}).status_code == 201
    with stored.connect() as connection:
        assert connection.execute(sa.text("SELECT gemeente FROM gesprek")).scalars().all() == ["voorbeeldstad"]


# Whose conversation it is


def test_another_conversation_cannot_be_read_or_continued(server: Server, resident: Resident) -> None:
    resident.say("geheim")
    other = Resident(server.url)
    assert other.messages() == []
    other.say("hallo")
    assert said(resident) == ["geheim", "U vraagt het aan bij de balie."]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "messages"),
        ("GET", "messages"),
        ("GET", "events"),
        ("POST", "feedback"),
        ("POST", "grade"),
        ("POST", "typing"),
        ("POST", "end"),
        ("DELETE", "session"),
    ],
)
def test_without_a_good_token_nothing_happens(resident: Resident, method: str, path: str) -> None:
    header, claims, signature = resident.token.split(".")
    stranger, _ = make_token("g1", "voorbeeldstad", "een ander geheim van minstens 32 tekens")
    tampered = f"{header}.{claims[:-4]}AAAA.{signature}"
    for authorization in (None, "", "Bearer", f"Bearer {tampered}", f"Bearer {stranger}", f"Basic {resident.token}"):
        headers = {} if authorization is None else {"authorization": authorization}
        answer = browser.request(method, f"{resident.url}/{path}", headers=headers)
        assert answer.status_code == 401
        assert "nieuw gesprek" in answer.json()["fout"]
    assert resident.read().status_code == 200


# Not too much


def test_too_many_messages_are_refused_for_a_while_and_nothing_is_lost(serve: Serve) -> None:
    resident = Resident(serve(webchat_per_session="2/second").url)
    for tekst in ("een", "twee"):
        resident.say(tekst)
    client_id = str(uuid.uuid4())
    refused = resident.say("drie", client_id)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert "Wacht even" in refused.json()["fout"]
    assert len(resident.messages()) == 4
    until(lambda: resident.say("drie", client_id).status_code == 200)
    assert said(resident)[::2] == ["een", "twee", "drie"]


def test_asking_again_for_what_was_said_is_not_counted(serve: Serve) -> None:
    resident = Resident(serve(webchat_per_session="1/hour").url)
    client_id = str(uuid.uuid4())
    for _ in range(3):
        assert resident.say("een", client_id).status_code == 200


def test_an_address_begins_so_many_conversations(serve: Serve) -> None:
    server = serve(webchat_sessions_per_address="1/hour")
    Resident(server.url)
    assert browser.post(f"{server.url}/sessions", json={}).status_code == 429


def test_behind_a_proxy_each_visitor_is_counted_apart(serve: Serve) -> None:
    server = serve(webchat_sessions_per_address="1/hour", proxies=1)
    for visitor, status in (("203.0.113.1", 201), ("203.0.113.2", 201), ("203.0.113.1", 429)):
        answer = browser.post(f"{server.url}/sessions", json={}, headers={"x-forwarded-for": f"6.6.6.6, {visitor}"})
        assert answer.status_code == status


def test_without_a_proxy_nobody_chooses_an_address(serve: Serve) -> None:
    server = serve(webchat_sessions_per_address="1/hour")
    for visitor, status in (("203.0.113.1", 201), ("203.0.113.2", 429)):
        answer = browser.post(f"{server.url}/sessions", json={}, headers={"x-forwarded-for": visitor})
        assert answer.status_code == status


# From which pages


def test_pages_of_the_municipalities_and_our_own_may_use_the_chat(serve: Serve) -> None:
    server = serve(web_url="https://chat.example/")
    for origin in (ORIGIN, "https://www.molendam.example", "https://chat.example"):
        answer = browser.post(f"{server.url}/sessions", json={}, headers={"origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert "origin" in answer.headers["vary"].lower()
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://elders.example", "null", "http://www.voorbeeldstad.example", ORIGIN + ".evil"]
)
def test_other_pages_may_not(server: Server, origin: str) -> None:
    for method in ("POST", "OPTIONS"):
        answer = browser.request(method, f"{server.url}/sessions", headers={"origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", ["sessions", "messages", "events", "feedback", "grade", "typing", "end", "session"])
def test_a_browser_may_ask_first(server: Server, path: str) -> None:
    answer = browser.options(
        f"{server.url}/{path}",
        headers={
            "origin": ORIGIN,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, content-type",
        },
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert {"GET", "POST", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert {"authorization", "content-type", "last-event-id"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )


def test_a_refusal_can_be_read_by_the_page(server: Server) -> None:
    answer = browser.get(f"{server.url}/messages", headers={"origin": ORIGIN})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, ORIGIN)


# The stream


def test_a_stream_begins_after_the_last_number_seen(resident: Resident, streams: list[Stream]) -> None:
    resident.say("een")
    resident.say("twee")
    streams += [resident.stream(), resident.stream(3)]
    assert streams[0].numbers(4) == [1, 2, 3, 4]
    assert streams[1].numbers(1) == [4]
    assert streams[0].answer.headers["content-type"].startswith("text/event-stream")


def test_a_stream_gives_messages_as_the_browser_gets_them_elsewhere(resident: Resident, streams: list[Stream]) -> None:
    resident.say("een")
    streams.append(resident.stream())
    assert [event[2] for event in (streams[0].next(), streams[0].next()) if event] == resident.messages()


def test_new_messages_arrive_in_all_streams_that_were_open(resident: Resident, streams: list[Stream]) -> None:
    streams += [resident.stream(), resident.stream()]
    resident.say("een")
    resident.say("twee")
    for stream in streams:
        assert stream.numbers(4) == [1, 2, 3, 4]


def test_a_stream_shows_no_other_conversation(server: Server, resident: Resident, streams: list[Stream]) -> None:
    streams.append(resident.stream())
    Resident(server.url).say("van een ander")
    resident.say("van mij")
    event = streams[0].next()
    assert event is not None and text(event[2]) == "van mij"


def test_a_state_is_shown_when_it_changes(resident: Resident, streams: list[Stream], stored: Engine) -> None:
    resident.say("hallo")
    with stored.connect() as connection:
        gesprek_id = connection.execute(sa.text("SELECT id FROM gesprek")).scalar_one()
    streams.append(resident.stream(2))
    store.set_state(stored, gesprek_id, {"wie": "medewerker"})
    assert streams[0].next() == ("stand", None, {"soort": "toestand", "wie": "medewerker"})
    store.set_state(stored, gesprek_id, {})
    assert streams[0].next() == ("stand", None, {"soort": "toestand"})


def test_a_line_for_employees_is_read_nowhere_by_the_resident(
    resident: Resident, streams: list[Stream], stored: Engine
) -> None:
    resident.say("hallo")
    with stored.connect() as connection:
        gesprek_id = connection.execute(sa.text("SELECT id FROM gesprek")).scalar_one()
    streams.append(resident.stream(2))
    store.append(stored, gesprek_id, Nieuw("vraagbaak", "alleen voor de balie", extra={"voor": "medewerker"}))
    store.append(stored, gesprek_id, Nieuw("vraagbaak", "voor iedereen"))
    event = streams[0].next()
    assert event is not None and text(event[2]) == "voor iedereen"
    late = resident.stream()
    streams.append(late)
    assert late.numbers(3) == [1, 2, 4]
    assert [one["nummer"] for one in resident.messages()] == [1, 2, 4]
    assert "alleen voor de balie" not in resident.read().text


def test_a_bad_last_number_is_refused(resident: Resident) -> None:
    answer = browser.get(f"{resident.url}/events", headers=resident.headers | {"last-event-id": "x"})
    assert answer.status_code == 400


def test_a_server_that_stops_lets_its_streams_go(server: Server, resident: Resident, streams: list[Stream]) -> None:
    streams.append(resident.stream())
    server.stop()
    assert streams[0].next() is None


# Judging, ending, erasing


def test_an_answer_is_judged_and_a_conversation_graded(resident: Resident, stored: Engine) -> None:
    resident.say("hallo")
    assert resident.post("feedback", {"nummer": 2, "duim": "neer", "reden": "mijn bsn is 111222333"}).status_code == 204
    assert resident.post("grade", {"cijfer": 8, "toelichting": None}).status_code == 204
    with stored.connect() as connection:
        facts = connection.execute(sa.text("SELECT duim, cijfer, product_id FROM oordeel_feit ORDER BY id")).all()
        reasons = connection.execute(sa.text("SELECT reden FROM bericht_oordeel WHERE nummer = 2")).scalars().all()
    assert facts == [("neer", None, "paspoort-aanvragen"), (None, 8, None)]
    assert reasons == ["mijn bsn is [bsn]"]


def test_editors_see_the_question_under_a_thumb_down(resident: Resident, stored: Engine) -> None:
    resident.say("hoe zit dat met mijn paspoort")
    for duim in ("op", "neer", "neer"):
        assert resident.post("feedback", {"nummer": 2, "duim": duim}).status_code == 204
    with stored.connect() as connection:
        rows = connection.execute(sa.text("SELECT gemeente, soort, tekst, product_id FROM redactie_mis")).all()
    assert rows == [("voorbeeldstad", "duim_omlaag", "hoe zit dat met mijn paspoort", "paspoort-aanvragen")]


def test_a_reason_is_cleaned_and_a_number_on_its_edge_is_masked(resident: Resident, stored: Engine) -> None:
    resident.say("hallo")
    for reden, kept in (
        ("a\x00b \ud83d", "ab"),
        ("x" * 994 + " 111222333", "x" * 994 + " [bsn]"),
        (" ", None),
        (3, None),
    ):
        assert resident.post("feedback", {"nummer": 2, "duim": "op", "reden": reden}).status_code == 204
        with stored.connect() as connection:
            assert connection.execute(sa.text("SELECT reden FROM bericht_oordeel")).scalar() == kept


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("feedback", {"nummer": "2", "duim": "op"}),
        ("feedback", {"nummer": True, "duim": "op"}),
        ("feedback", {"nummer": 2, "duim": "hoog"}),
        ("feedback", {"nummer": 2, "duim": ["op"]}),
        ("feedback", {"duim": "op"}),
        ("grade", {"cijfer": 0}),
        ("grade", {"cijfer": 11}),
        ("grade", {"cijfer": 7.5}),
        ("grade", {"cijfer": True}),
        ("grade", {}),
    ],
    ids=repr,
)
def test_a_bad_judgement_is_refused(resident: Resident, path: str, body: dict[str, Any]) -> None:
    resident.say("hallo")
    answer = resident.post(path, body)
    assert answer.status_code == 400 and answer.json()["fout"]


@pytest.mark.parametrize("nummer", [0, 1, -1, 99, 10**30])
def test_what_is_no_answer_is_not_judged_and_the_conversation_goes_on(resident: Resident, nummer: int) -> None:
    resident.say("hallo")
    assert resident.post("feedback", {"nummer": nummer, "duim": "op"}).status_code == 404
    assert resident.say("nog iets").status_code == 200


def test_a_conversation_can_be_ended_and_typing_is_heard(resident: Resident, stored: Engine) -> None:
    assert resident.post("typing").status_code == 204
    assert resident.post("end").status_code == 204
    with stored.connect() as connection:
        assert connection.execute(sa.text("SELECT geeindigd_op FROM gesprek")).scalar() is not None


def test_an_erased_conversation_gives_a_receipt_and_ends_its_streams(
    resident: Resident, streams: list[Stream], stored: Engine
) -> None:
    resident.say("mijn geheim")
    streams.append(resident.stream(2))
    answer = resident.erase()
    assert answer.status_code == 200
    bewijs = answer.json()["bewijs"]
    assert bewijs["verwijderd"] == {"berichten": 2, "oordelen": 0, "gebeurtenissen": 0, "terugbelverzoeken": 0}
    assert bewijs["nummer"] and bewijs["tijd"]
    assert streams[0].next() == ("stand", None, {"soort": "gewist"})
    assert streams[0].next() is None
    for refused in (resident.read(), resident.say("nog iets"), resident.erase()):
        assert refused.status_code == 401
    with stored.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM gesprek_bericht")).scalar() == 0


def test_erased_while_the_bot_is_answering_leaves_nothing_in_rasas_table(
    server: Server, resident: Resident, sqlite_settings: Settings
) -> None:
    tracker_store = open_database(sqlite_settings.tracker_store_url)
    with tracker_store.begin() as connection:
        connection.execute(sa.text("CREATE TABLE events (sender_id VARCHAR(255), data TEXT)"))
    slow, written = Slow(server.bot), threading.Event()

    async def reply(message: UserMessage) -> None:
        """Answers late, and then writes down what was said, as Rasa does."""
        await slow(message)
        with tracker_store.begin() as connection:
            row = {"id": message.sender_id, "text": message.text}
            connection.execute(sa.text("INSERT INTO events VALUES (:id, :text)"), row)
        written.set()

    def events() -> int:
        with tracker_store.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM events")).scalar_one())

    server.bot.reply = reply
    resident.say_and_leave("mijn geheim", slow)
    assert resident.erase().status_code == 200
    slow.go.set()
    assert written.wait(PATIENCE)
    until(lambda: events() == 0)


# When things break


@pytest.mark.parametrize("broken", ["append", "find_sent", "answers_to"])
def test_a_store_that_fails_says_nothing_of_what_was_typed(
    resident: Resident, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> None:
        raise sa.exc.OperationalError("INSERT ...", {"tekst": "zeldzaamwoord"}, Exception(str(arguments)))

    monkeypatch.setattr(store, broken, fail)
    with caplog.at_level(logging.DEBUG):
        answer = resident.say("zeldzaamwoord", headers={"origin": ORIGIN})
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert set(answer.json()) == {"fout"}
    assert "zeldzaamwoord" not in answer.text and "zeldzaamwoord" not in caplog.text
    assert "OperationalError" in caplog.text


def test_a_store_that_fails_ends_a_stream_and_the_browser_can_come_back(
    resident: Resident, streams: list[Stream], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    resident.say("zeldzaamwoord")
    streams.append(resident.stream(2))

    def fail(*_: object) -> None:
        raise sa.exc.OperationalError("SELECT ...", {"tekst": "zeldzaamwoord"}, Exception())

    with monkeypatch.context() as patch:
        patch.setattr(store, "since", fail)
        resident.say("nog iets")
        assert streams[0].next() is None
    assert "zeldzaamwoord" not in caplog.text
    streams.append(resident.stream(2))
    event = streams[1].next()
    assert event is not None and text(event[2]) == "nog iets"


def test_health_says_whether_the_model_is_loaded(server: Server) -> None:
    answer = browser.get(f"{server.url}/")
    assert (answer.status_code, json.loads(answer.text)) == (503, {"status": "laadt"})
