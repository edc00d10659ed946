"""Webhooks of the sandbox have the shape that Meta describes, are signed, and come as often and as untidy as asked."""

from __future__ import annotations

import asyncio
import base64
import copy
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import whatsapp_webhooks as webhooks
from bot.sandbox.whatsapp_delivery import Delivering, Webhooks
from bot.sandbox.whatsapp_errors import GraphError
from bot.sandbox.whatsapp_values import Person
from bot.sandbox.whatsapp_webhooks import Piece, envelope, new_wamid, raw, signature
from bot.sandbox.whatsapp_world import Habits
from tests.whatsapp import webhook_schemas as schemas
from tests.whatsapp.server import (
    ANS,
    APP_SECRET,
    MEHMET,
    NOOR,
    NOW,
    NUMBER,
    OTHER,
    PATIENCE,
    QUICK,
    TOKEN,
    Receiver,
    Sandbox,
)

Json = dict[str, Any]
OLD = Person("Willem", "", "31600000009")
"""Somebody of before there were BSUIDs."""
SHA = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
NEW_ANS = Person(ANS.naam, "NL.9988776655", "31600000003")
ID = {"id": "wamid.AAA1", "at": NOW}

MESSAGES: dict[str, Callable[[Person], Piece]] = {
    "text": lambda who: webhooks.text_message(NUMBER, who, "wanneer is het stadhuis open", **ID),
    "text as an answer": lambda who: webhooks.text_message(NUMBER, who, "die", quotes="wamid.OUT7", **ID),
    "button_reply": lambda who: webhooks.button_reply(NUMBER, who, "k:7f3a:1", "Paspoort", quotes="wamid.OUT7", **ID),
    "list_reply": lambda who: webhooks.list_reply(
        NUMBER, who, "k:7f3b:4", "Rijbewijs", "Vernieuwen of kwijt", quotes="wamid.OUT8", **ID
    ),
    "list_reply of a bare row": lambda who: webhooks.list_reply(NUMBER, who, "k:1", "Ja", quotes="wamid.OUT8", **ID),
    "button": lambda who: webhooks.template_button(NUMBER, who, "verder", "Ja, ga verder", quotes="wamid.OUT9", **ID),
    "image": lambda who: webhooks.media_message(
        NUMBER, who, "image", "555", "image/jpeg", SHA, caption="kapotte lantaarn", **ID
    ),
    "voice": lambda who: webhooks.media_message(
        NUMBER, who, "audio", "556", "audio/ogg; codecs=opus", SHA, voice=True, **ID
    ),
    "video": lambda who: webhooks.media_message(NUMBER, who, "video", "557", "video/mp4", SHA, **ID),
    "document": lambda who: webhooks.media_message(
        NUMBER, who, "document", "558", "application/pdf", SHA, filename="brief.pdf", **ID
    ),
    "sticker": lambda who: webhooks.media_message(NUMBER, who, "sticker", "559", "image/webp", SHA, **ID),
    "location": lambda who: webhooks.location_message(
        NUMBER, who, 52.34, 5.62, name="Marktplein", address="Marktplein 1", **ID
    ),
    "location without a name": lambda who: webhooks.location_message(NUMBER, who, 52.34, 5.62, **ID),
    "contacts": lambda who: webhooks.contacts_message(NUMBER, who, [("Bea Bakker", "31600000008")], **ID),
    "reaction": lambda who: webhooks.reaction_message(NUMBER, who, "wamid.OUT7", "👍", **ID),
    "reaction taken away": lambda who: webhooks.reaction_message(NUMBER, who, "wamid.OUT7", "", **ID),
    "order": lambda who: webhooks.order_message(NUMBER, who, [("sku1", 2, 4.5)], **ID),
    "unsupported": lambda who: webhooks.unsupported_message(NUMBER, who, **ID),
    "unsupported 131060": lambda who: webhooks.unsupported_message(NUMBER, who, "unknown", code=131060, **ID),
    "edit": lambda who: webhooks.edit_message(NUMBER, who, "wamid.AAA0", "beter gezegd", **ID),
    "revoke": lambda who: webhooks.revoke_message(NUMBER, who, "wamid.AAA0", **ID),
    "user_changed_number": lambda who: webhooks.user_changed_number(NUMBER, who, NEW_ANS, **ID),
    "user_changed_user_id": lambda who: webhooks.user_changed_user_id(
        NUMBER, replace(who, user_id=who.user_id or "NL.1"), replace(NOOR, user_id="NL.2"), **ID
    ),
}
STATUSES: dict[str, Callable[[Person], Piece]] = {
    "sent": lambda who: webhooks.status(NUMBER, who, "wamid.OUT7", "sent", at=NOW, category="service"),
    "sent by template": lambda who: webhooks.status(NUMBER, who, "wamid.OUT7", "sent", at=NOW, category="utility"),
    "delivered": lambda who: webhooks.status(NUMBER, who, "wamid.OUT7", "delivered", at=NOW, opaque="uit:14"),
    "read": lambda who: webhooks.status(NUMBER, who, "wamid.OUT7", "read", at=NOW),
    "played": lambda who: webhooks.status(NUMBER, who, "wamid.OUT7", "played", at=NOW),
    "failed": lambda who: webhooks.status(
        NUMBER, who, "wamid.OUT7", "failed", at=NOW, opaque="uit:14", errors=[GraphError(131047, "te laat")]
    ),
}
PEOPLE = {"number and BSUID": ANS, "BSUID only": NOOR, "number only": OLD}


class TestShapes:
    @pytest.mark.parametrize("who", PEOPLE)
    @pytest.mark.parametrize("kind", MESSAGES)
    def test_every_message_is_as_described(self, kind: str, who: str) -> None:
        assert schemas.problems(envelope(MESSAGES[kind](PEOPLE[who]))) == []

    @pytest.mark.parametrize("who", PEOPLE)
    @pytest.mark.parametrize("state", STATUSES)
    def test_every_status_is_as_described(self, state: str, who: str) -> None:
        assert schemas.problems(envelope(STATUSES[state](PEOPLE[who]))) == []

    def test_every_described_type_is_built(self) -> None:
        assert {build(ANS).body["type"] for build in MESSAGES.values()} == set(schemas.KINDS)

    def test_an_error_of_the_number_is_as_described(self) -> None:
        body = envelope(webhooks.number_error(NUMBER, GraphError(130429, "te veel")))
        assert schemas.problems(body) == []
        assert body["entry"][0]["changes"][0]["value"]["errors"][0]["code"] == 130429

    def test_the_schemas_notice_what_is_wrong(self) -> None:
        good = envelope(MESSAGES["text"](ANS), STATUSES["failed"](ANS))

        def value(body: Json) -> Json:
            found: Json = body["entry"][0]["changes"][0]["value"]
            return found

        def break_it(change: Callable[[Json], object]) -> list[str]:
            body = copy.deepcopy(good)
            change(body)
            return schemas.problems(body)

        assert break_it(lambda body: None) == []
        assert break_it(lambda body: body.pop("object"))
        assert break_it(lambda body: value(body)["metadata"].pop("phone_number_id"))
        assert break_it(lambda body: value(body)["messages"][0].update(text={"body": ""}))
        assert break_it(lambda body: value(body)["messages"][0].update(type="image"))
        assert break_it(lambda body: value(body)["messages"][0].update(timestamp=1795290000))
        assert break_it(lambda body: value(body)["messages"][0].update(extra=1))
        assert break_it(
            lambda body: (value(body)["messages"][0].pop("from"), value(body)["messages"][0].pop("from_user_id"))
        )
        assert break_it(lambda body: value(body)["statuses"][0].update(status="onderweg"))
        assert break_it(lambda body: value(body)["statuses"][0].pop("errors"))
        assert break_it(lambda body: value(body)["contacts"][0].update(user_id="4455"))

    def test_who_shows_no_number_has_none_anywhere(self) -> None:
        for build in [*MESSAGES.values(), *STATUSES.values()]:
            text = json.dumps(build(NOOR).contact) + json.dumps({**build(NOOR).body, "system": None})
            assert "wa_id" not in text.replace('"phones": [{"phone": "+31600000008", "wa_id"', "")
            assert '"from":' not in text.replace('"from": "31850000000"', "") and "recipient_id" not in text

    def test_notices_of_the_system_come_without_contacts(self) -> None:
        body = envelope(MESSAGES["user_changed_number"](ANS))
        value = body["entry"][0]["changes"][0]["value"]
        assert "contacts" not in value
        assert value["messages"][0]["system"] == {
            "type": "user_changed_number",
            "body": "User Ans de Vries changed",
            "wa_id": "31600000003",
            "user_id": "NL.9988776655",
            "previous_user_id": ANS.user_id,
        }

    def test_a_failed_message_to_a_number_names_no_bsuid(self) -> None:
        to_number = webhooks.status(NUMBER, ANS, "wamid.1", "failed", at=NOW, errors=[GraphError(131026, "x")])
        assert "recipient_user_id" not in to_number.body and to_number.contact is None
        to_bsuid = webhooks.status(
            NUMBER, ANS, "wamid.1", "failed", at=NOW, errors=[GraphError(131026, "x")], by_number=False
        )
        assert to_bsuid.body["recipient_user_id"] == ANS.user_id

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([NUMBER, OTHER, replace(OTHER, waba_id=NUMBER.waba_id, phone_number_id="700400")]),
                st.sampled_from([ANS, MEHMET, NOOR, OLD]),
                st.booleans(),
                st.text(min_size=1, max_size=20),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_an_envelope_keeps_everything_under_its_number(self, wanted: list[tuple[Any, Person, bool, str]]) -> None:
        pieces = [
            webhooks.text_message(number, who, text, id=new_wamid(), at=NOW)
            if is_message
            else webhooks.status(number, who, new_wamid(), "read", at=NOW)
            for number, who, is_message, text in wanted
        ]
        body = envelope(*pieces)
        assert schemas.problems(body) == []
        found = [
            (entry["id"], change["value"]["metadata"]["phone_number_id"], one["id"])
            for entry in body["entry"]
            for change in entry["changes"]
            for kind in ("messages", "statuses")
            for one in change["value"].get(kind, ())
        ]
        expected = [(piece.number.waba_id, piece.number.phone_number_id, piece.wamid) for piece in pieces]
        assert sorted(found) == sorted(expected)
        assert len({entry["id"] for entry in body["entry"]}) == len(body["entry"])
        assert json.loads(raw(body)) == body


class TestSignatures:
    def test_it_is_over_the_bytes_as_they_are(self) -> None:
        sent = raw(envelope(webhooks.text_message(NUMBER, ANS, "één / twee 👍", **ID)))
        assert signature("geheim", sent) == "sha256=" + hmac.new(b"geheim", sent, hashlib.sha256).hexdigest()
        # The bytes are ASCII with slashes escaped: who writes the JSON again has other bytes.
        assert sent.isascii() and b"\\/ twee" in sent
        for again in (json.dumps(json.loads(sent)), json.dumps(json.loads(sent), separators=(",", ":"))):
            assert signature("geheim", again.encode()) != signature("geheim", sent)
        assert signature("ander", sent) != signature("geheim", sent)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Receiver]]:
    receiver = Receiver()
    sandbox = Sandbox(tmp_path_factory.mktemp("whatsapp"), receiver.url)
    yield sandbox, receiver
    sandbox.stop()
    receiver.stop()


@pytest.fixture
def sandbox(running: tuple[Sandbox, Receiver]) -> Iterator[Sandbox]:
    sandbox, receiver = running
    yield sandbox
    sandbox.forget()
    receiver.forget()


@pytest.fixture
def receiver(running: tuple[Sandbox, Receiver]) -> Receiver:
    return running[1]


def wait_for_first(receiver: Receiver) -> None:
    deadline = time.monotonic() + PATIENCE
    while not receiver.got:
        assert time.monotonic() < deadline, "er kwam niets"
        time.sleep(0.002)


def state(sandbox: Sandbox, wamid: str) -> str:
    found = sandbox.world.store.message(wamid)
    assert found is not None
    return found.stand


class TestWhatUsersDo:
    def test_what_somebody_types_comes_signed(self, sandbox: Sandbox, receiver: Receiver) -> None:
        wamid = sandbox.world.write(sandbox.number, ANS, "wanneer is het stadhuis open")
        sandbox.settle()
        (got,) = receiver.got
        assert got.is_signed and schemas.problems(got.body) == []
        assert got.headers["content-type"] == "application/json"
        (value,) = got.values()
        assert value["metadata"] == {"display_phone_number": "31850000000", "phone_number_id": "700200"}
        assert value["contacts"] == [
            {"profile": {"name": "Ans de Vries"}, "wa_id": "31600000001", "user_id": "NL.4455667788"}
        ]
        assert value["messages"] == [
            {
                "from": "31600000001",
                "from_user_id": "NL.4455667788",
                "id": wamid,
                "timestamp": str(int(NOW.timestamp())),
                "type": "text",
                "text": {"body": "wanneer is het stadhuis open"},
            }
        ]
        assert state(sandbox, wamid) == "bezorgd"

    def test_choices_are_tapped(self, sandbox: Sandbox, receiver: Receiver) -> None:
        world, number = sandbox.world, sandbox.number
        world.write(number, ANS, "paspoort")
        reply = {"type": "reply", "reply": {"id": "k:1", "title": "Kosten"}}
        row = {"id": "k:4", "title": "Rijbewijs", "description": "Vernieuwen of kwijt"}
        bodies: list[Json] = [
            {
                "type": "interactive",
                "interactive": {"type": "button", "body": {"text": "Wat?"}, "action": {"buttons": [reply]}},
            },
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "Welk?"},
                    "action": {"button": "Kies", "sections": [{"rows": [row, {"id": "k:5", "title": "Paspoort"}]}]},
                },
            },
            {
                "type": "template",
                "template": {
                    "name": "gesprek_hervatten",
                    "language": {"code": "nl"},
                    "components": [
                        {
                            "type": "button",
                            "sub_type": "quick_reply",
                            "index": "0",
                            "parameters": [{"type": "payload", "payload": "verder:91"}],
                        }
                    ],
                },
            },
        ]
        sent = [sandbox.post({"to": "+31600000001", **body}).json()["messages"][0]["id"] for body in bodies]
        for wamid, choice in zip(
            [sent[0], sent[1], sent[1], sent[2], sent[2]],
            ["k:1", "k:4", "k:5", "verder:91", "Nee, dank u"],
            strict=True,
        ):
            world.tap(number, ANS, wamid, choice)
        sandbox.settle()
        tapped = receiver.messages()[1:]
        assert [one["context"]["id"] for one in tapped] == [sent[0], sent[1], sent[1], sent[2], sent[2]]
        assert [one[one["type"]] for one in tapped] == [
            {"type": "button_reply", "button_reply": {"id": "k:1", "title": "Kosten"}},
            {"type": "list_reply", "list_reply": row},
            {"type": "list_reply", "list_reply": {"id": "k:5", "title": "Paspoort"}},
            {"payload": "verder:91", "text": "Ja, ga verder"},
            {"payload": "Nee, dank u", "text": "Nee, dank u"},
        ]
        assert all(schemas.problems(got.body) == [] for got in receiver.got)
        for who, wamid, choice in ((ANS, sent[0], "k:9"), (MEHMET, sent[0], "k:1"), (ANS, "wamid.x", "k:1")):
            with pytest.raises(ValueError, match="no such"):
                world.tap(number, who, wamid, choice)

    def test_a_file_that_is_sent_can_be_fetched(self, sandbox: Sandbox, receiver: Receiver) -> None:
        sandbox.world.give(sandbox.number, NOOR, "audio", "audio/ogg; codecs=opus", b"OggS", voice=True)
        sandbox.settle()
        (message,) = receiver.messages()
        voice = message["audio"]
        assert voice["voice"] is True and voice["mime_type"] == "audio/ogg; codecs=opus"
        about = sandbox.get(voice["id"]).json()
        assert base64.b64decode(voice["sha256"]).hex() == about["sha256"]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert sandbox.http.get(about["url"], headers=headers).content == b"OggS"
        assert schemas.problems(receiver.got[0].body) == []

    def test_anything_else_goes_out_as_well(self, sandbox: Sandbox, receiver: Receiver) -> None:
        for kind, build in MESSAGES.items():
            if kind == "user_changed_user_id":
                continue
            piece = build(ANS)
            body = {**piece.body, "id": new_wamid()}
            sandbox.world.receive(Piece(sandbox.number, piece.kind, body, piece.contact))
        sandbox.settle()
        assert [one["type"] for one in receiver.messages()] == [
            build(ANS).body["type"] for kind, build in MESSAGES.items() if kind != "user_changed_user_id"
        ]
        assert all(schemas.problems(got.body) == [] and got.is_signed for got in receiver.got)

    def test_another_number_takes_the_thread_along(self, sandbox: Sandbox, receiver: Receiver) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.world.change_number(sandbox.number, ANS, NEW_ANS)
        assert sandbox.say().status_code == 200  # There is nobody with the old number any more.
        assert sandbox.say(to=f"+{NEW_ANS.nummer}").status_code == 200
        sandbox.settle()
        assert receiver.messages()[1]["system"]["type"] == "user_changed_number"
        states = [(one["status"], one["recipient_id"]) for one in receiver.statuses()]
        assert states == [("failed", ANS.nummer), ("sent", NEW_ANS.nummer), ("delivered", NEW_ANS.nummer)]
        (thread,) = [sandbox.world.store.thread(sandbox.number.phone_number_id, NEW_ANS.user_id)]
        assert [one.soort for one in thread] == ["text", "system", "text"]


class TestStatuses:
    def send(self, sandbox: Sandbox, **more: Any) -> str:
        wamid: str = sandbox.say(**more).json()["messages"][0]["id"]
        sandbox.settle()
        return wamid

    def test_sent_and_delivered_and_what_it_costs_once(self, sandbox: Sandbox, receiver: Receiver) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        wamid = self.send(sandbox, biz_opaque_callback_data="uit:14")
        first, second = receiver.statuses()
        assert (first["status"], second["status"]) == ("sent", "delivered")
        assert {one["id"] for one in (first, second)} == {wamid}
        assert {one["biz_opaque_callback_data"] for one in (first, second)} == {"uit:14"}
        assert first["recipient_id"] == ANS.nummer and first["recipient_user_id"] == ANS.user_id
        assert first["pricing"]["category"] == "service" and "pricing" not in second
        assert all(schemas.problems(got.body) == [] for got in receiver.got)
        sandbox.world.look(sandbox.number, ANS)
        sandbox.settle()
        assert receiver.statuses()[2]["status"] == "read" and "pricing" not in receiver.statuses()[2]
        assert state(sandbox, wamid) == "read"

    def test_who_looks_at_the_thread_reads_it_and_delivered_is_left_out(
        self, sandbox: Sandbox, receiver: Receiver
    ) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.world.look(sandbox.number, ANS)
        self.send(sandbox)
        assert [one["status"] for one in receiver.statuses()] == ["sent", "read"]

    @pytest.mark.parametrize(
        ("habits", "expected"),
        [
            (Habits(reads=True), ["sent", "delivered", "read"]),
            (Habits(reads=True, skip_delivered=True), ["sent", "read"]),
            (Habits(statuses=False), []),
            (Habits(reads=True, pause=0.02), ["sent", "delivered", "read"]),
        ],
    )
    def test_habits(self, sandbox: Sandbox, receiver: Receiver, habits: Habits, expected: list[str]) -> None:
        sandbox.world.habits = habits
        sandbox.world.write(sandbox.number, NOOR, "Hoi")
        sandbox.post({"recipient": NOOR.user_id, "type": "text", "text": {"body": "Dag."}})
        sandbox.settle()
        assert [one["status"] for one in receiver.statuses()] == expected
        assert all("recipient_id" not in one for one in receiver.statuses())

    def test_they_come_out_of_order_when_asked(self, sandbox: Sandbox, receiver: Receiver) -> None:
        sandbox.world.habits = Habits(statuses=False)
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        wamid = self.send(sandbox)
        for one in ("read", "sent", "delivered"):
            sandbox.world.report(wamid, one)  # type: ignore[arg-type]
        sandbox.settle()
        assert [one["status"] for one in receiver.statuses()] == ["read", "sent", "delivered"]
        assert state(sandbox, wamid) == "read"
        with pytest.raises(ValueError, match="no such message"):
            sandbox.world.report("wamid.onbekend", "read")

    def test_a_template_costs_something_else(self, sandbox: Sandbox, receiver: Receiver) -> None:
        content = {"name": "gesprek_hervatten", "language": {"code": "nl"}}
        sandbox.post({"to": "+31600000001", "type": "template", "template": content})
        sandbox.settle()
        assert receiver.statuses()[0]["pricing"] == {
            "billable": True,
            "pricing_model": "PMP",
            "category": "utility",
            "type": "regular",
        }


class TestDelivering:
    def texts(self, receiver: Receiver) -> list[str]:
        return [one["text"]["body"] for one in receiver.messages()]

    def test_in_order_one_at_a_time(self, sandbox: Sandbox, receiver: Receiver) -> None:
        for n in range(20):
            sandbox.world.write(sandbox.number, ANS, str(n))
        sandbox.settle()
        assert self.texts(receiver) == [str(n) for n in range(20)]
        assert all(len(got.values()) == 1 for got in receiver.got)

    def test_anything_but_200_is_repeated_and_others_do_not_wait(self, sandbox: Sandbox, receiver: Receiver) -> None:
        receiver.answer = lambda count: {1: 500, 3: 204, 4: 401}.get(count, 200)
        first = sandbox.world.write(sandbox.number, ANS, "een")
        second = sandbox.world.write(sandbox.number, ANS, "twee")
        sandbox.settle()
        assert self.texts(receiver) == ["een", "twee", "een", "een", "een"]
        assert {got.raw for got in receiver.got if b"een" in got.raw} == {receiver.got[0].raw}
        assert all(got.is_signed for got in receiver.got)
        assert (state(sandbox, first), state(sandbox, second)) == ("bezorgd", "bezorgd")
        assert [post.answers for post in sandbox.world.webhooks.log] == [[500, 204, 401, 200], [200]]

    def test_it_is_given_up_after_the_last_pause(self, sandbox: Sandbox, receiver: Receiver) -> None:
        receiver.answer = lambda count: 503
        wamid = sandbox.world.write(sandbox.number, ANS, "een")
        sandbox.settle()
        assert len(receiver.got) == 1 + len(QUICK.pauses)
        assert state(sandbox, wamid) == "verloren"

    def test_pauses_grow_until_hours(self) -> None:
        pauses = Delivering().pauses
        assert list(pauses) == sorted(pauses) and pauses[-1] >= 3600

    def test_who_answers_too_late_or_not_gets_it_again(self, sandbox: Sandbox, receiver: Receiver) -> None:
        sandbox.world.webhooks.options = replace(QUICK, timeout=0.2)

        def slow(count: int) -> int:
            if count == 1:
                time.sleep(0.6)
            return 200

        receiver.answer = slow
        sandbox.world.write(sandbox.number, ANS, "een")
        sandbox.settle()
        assert self.texts(receiver) == ["een", "een"]
        assert [post.answers for post in sandbox.world.webhooks.log] == [[0, 200]]

    def test_an_address_where_nobody_is(self, tmp_path: Path) -> None:
        sandbox = Sandbox(tmp_path, "http://127.0.0.1:9/webhook", delivering=replace(QUICK, pauses=(0.01,)))
        try:
            wamid = sandbox.world.write(sandbox.number, ANS, "een")
            sandbox.settle()
            assert [post.answers for post in sandbox.world.webhooks.log] == [[0, 0]]
            assert state(sandbox, wamid) == "verloren"
        finally:
            sandbox.stop()

    def test_several_times_at_once(self, sandbox: Sandbox, receiver: Receiver) -> None:
        sandbox.world.webhooks.options = replace(QUICK, copies=5)
        sandbox.world.write(sandbox.number, ANS, "een")
        sandbox.settle()
        assert self.texts(receiver) == ["een"] * 5
        assert len({one["id"] for one in receiver.messages()}) == 1

    @contextmanager
    def held_up(self, sandbox: Sandbox, receiver: Receiver, options: Delivering) -> Iterator[None]:
        """What is offered meanwhile waits together, behind a first post that is answered afterwards."""
        go_on = threading.Event()
        receiver.answer = lambda count: 200 if count > 1 or go_on.wait(PATIENCE) else 500
        sandbox.world.write(sandbox.number, ANS, "eerst")
        wait_for_first(receiver)
        sandbox.world.webhooks.options = options
        yield
        go_on.set()
        sandbox.settle()

    def test_shuffled(self, sandbox: Sandbox, receiver: Receiver) -> None:
        with self.held_up(sandbox, receiver, replace(QUICK, shuffle=True)):
            for n in range(30):
                sandbox.world.write(sandbox.number, ANS, str(n))
        texts = self.texts(receiver)[1:]
        assert sorted(texts, key=int) == [str(n) for n in range(30)] != texts

    def test_late(self, tmp_path: Path, receiver: Receiver) -> None:
        sandbox = Sandbox(tmp_path, receiver.url, delivering=replace(QUICK, late=3600))
        try:
            sandbox.world.write(sandbox.number, ANS, "laat")
            # The answer to this comes from the same loop, so that one has looked at "laat" by then.
            assert sandbox.get("700200").status_code == 200
            sandbox.world.webhooks.options = QUICK
            vroeg = sandbox.world.write(sandbox.number, ANS, "vroeg")
            deadline = time.monotonic() + PATIENCE
            while state(sandbox, vroeg) != "bezorgd" and time.monotonic() < deadline:
                time.sleep(0.01)
            assert self.texts(receiver) == ["vroeg"]
            assert sandbox.world.webhooks.pending == 1
        finally:
            sandbox.stop()
            receiver.forget()

    def test_several_in_one_post(self, sandbox: Sandbox, receiver: Receiver) -> None:
        with self.held_up(sandbox, receiver, replace(QUICK, batch=4)):
            for n in range(8):
                sandbox.world.write(sandbox.number if n % 2 else sandbox.other, ANS, str(n))
            sandbox.say()
        posts = receiver.got[1:]
        # Eight messages and two statuses: four, four and two, of two accounts each.
        sizes = [
            sum(len(value.get(kind, ())) for value in got.values() for kind in ("messages", "statuses"))
            for got in posts
        ]
        assert sizes == [4, 4, 2]
        assert [len(got.values()) for got in posts] == [2, 2, 1]
        assert all(schemas.problems(got.body) == [] and got.is_signed for got in posts)
        assert [one["status"] for one in receiver.statuses()] == ["sent", "delivered"]

    def test_with_a_wrong_signature_or_none(self, sandbox: Sandbox, receiver: Receiver) -> None:
        go_on = threading.Event()
        receiver.answer = lambda count: 401 if count == 1 and go_on.wait(PATIENCE) else 200
        sandbox.world.webhooks.options = replace(QUICK, signature="wrong")
        sandbox.world.write(sandbox.number, ANS, "een")
        wait_for_first(receiver)
        sandbox.world.webhooks.options = replace(QUICK, signature="absent")
        go_on.set()
        sandbox.settle()
        wrong, absent = receiver.got
        assert wrong.headers["x-hub-signature-256"].startswith("sha256=") and not wrong.is_signed
        assert "x-hub-signature-256" not in absent.headers

    def test_many_at_the_same_time_lose_nothing(self, sandbox: Sandbox, receiver: Receiver) -> None:
        receiver.answer = lambda count: 500 if count % 3 == 0 else 200
        sandbox.world.webhooks.options = replace(QUICK, parallel=8, copies=2, shuffle=True, batch=3)
        ids = {sandbox.world.write(sandbox.number, who, "Hoi") for who in (ANS, MEHMET, NOOR) for _ in range(20)}
        sandbox.settle()
        assert {one["id"] for one in receiver.messages()} == ids
        assert {state(sandbox, wamid) for wamid in ids} == {"bezorgd"}

    def test_what_was_offered_before_the_start_goes_out_after_it(self, receiver: Receiver) -> None:
        told: list[bool] = []

        async def run(way: Webhooks, text: str) -> None:
            way.offer(webhooks.text_message(NUMBER, ANS, text, id=new_wamid(), at=NOW))
            way.start()
            while way.pending:
                await asyncio.sleep(0.005)
            await way.stop()

        way = Webhooks(APP_SECRET, lambda number: receiver.url, lambda piece, taken: told.append(taken), QUICK)
        asyncio.run(run(way, "een"))
        asyncio.run(run(way, "twee"))
        assert self.texts(receiver) == ["een", "twee"] and told == [True, True]

    def test_no_address_no_webhook(self, tmp_path: Path) -> None:
        sandbox = Sandbox(tmp_path)
        try:
            wamid = sandbox.world.write(sandbox.number, ANS, "een")
            sandbox.settle()
            assert state(sandbox, wamid) == "verloren"
            assert not sandbox.world.webhooks.log
        finally:
            sandbox.stop()


def test_faults_of_the_line_are_met_by_reads_too(sandbox: Sandbox) -> None:
    sandbox.faults.add("page", status=502, times=1)
    answer = sandbox.get("700200")
    assert answer.status_code == 502 and "html" in answer.headers["content-type"]
    sandbox.faults.add("down", times=1)
    with pytest.raises(httpx.TransportError):
        sandbox.get("700200")
    assert sandbox.get("700200").status_code == 200
