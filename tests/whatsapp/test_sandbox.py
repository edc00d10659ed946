"""The WhatsApp sandbox takes and refuses what Meta's Graph API takes and refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.whatsapp import MANAGEMENT, MESSAGING, Token
from bot.sandbox.whatsapp_errors import CODES, GraphError
from bot.sandbox.whatsapp_rules import ReadMark, Sending, read_request
from bot.sandbox.whatsapp_values import BUSINESS_TYPES, Limits
from bot.sandbox.whatsapp_world import Clock, WhatsApp
from tests.whatsapp.server import ANS, APP_SECRET, MEHMET, NOOR, NOW, TOKEN, VERIFY_TOKEN, VERSION, Receiver, Sandbox

Json = dict[str, Any]
TO = {"to": "+31600000001"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all that changes nothing in it: Ans and Noor have just written."""
    running = Sandbox(tmp_path_factory.mktemp("whatsapp"))
    running.world.write(running.number, ANS, "Hoi")
    running.world.write(running.number, NOOR, "Hoi")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("whatsapp"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """As new for each test."""
    yield running
    running.forget()


def refused(answer: httpx.Response) -> int:
    """Code of a refusal, after a look at its shape and status."""
    error = answer.json()["error"]
    assert error["message"] == f"(#{error['code']}) {CODES[error['code']][0]}"
    assert answer.status_code == CODES[error["code"]][1]
    assert error["type"] in ("OAuthException", "GraphMethodException") and error["fbtrace_id"]
    assert error["error_data"]["messaging_product"] == "whatsapp" and error["error_data"]["details"]
    code: int = error["code"]
    return code


def buttons(*titles: str) -> Json:
    replies = [{"type": "reply", "reply": {"id": f"k:{n}", "title": title}} for n, title in enumerate(titles)]
    return interactive({"type": "button", "body": {"text": "Wat wilt u weten?"}, "action": {"buttons": replies}})


def rows(*many: int, **changes: Any) -> Json:
    """A list of sections with this many rows each."""
    sections = [
        {"title": f"Deel {n}", "rows": [{"id": f"k:{n}:{row}", "title": f"Rij {row}"} for row in range(count)]}
        for n, count in enumerate(many)
    ]
    action = {"button": "Kies een product", "sections": sections}
    return interactive({"type": "list", "body": {"text": "Welk product bedoelt u?"}, "action": {**action, **changes}})


def cta(**changes: Any) -> Json:
    parameters = {"display_text": "Naar de website", "url": "https://voorbeeld.nl/verhuizen", **changes}
    action = {"name": "cta_url", "parameters": parameters}
    return interactive({"type": "cta_url", "body": {"text": "U regelt dit online."}, "action": action})


def interactive(content: Json) -> Json:
    return {**TO, "type": "interactive", "interactive": content}


def text(body: Any, **more: Any) -> Json:
    return {**TO, "type": "text", "text": {"body": body, **more}}


def template(name: str, *values: str, language: str = "nl", **more: Any) -> Json:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}] if values else []
    content = {"name": name, "language": {"code": language}, "components": components, **more}
    return {**TO, "type": "template", "template": content}


def document(**content: Any) -> Json:
    return {**TO, "type": "document", "document": content}


def location(**changes: Any) -> Json:
    return {**TO, "type": "location", "location": {"latitude": 52.34, "longitude": 5.62, **changes}}


def changed(body: Json, *path: str | int, to: Any) -> Json:
    """A body with one value replaced, or taken out when `to` is None."""
    if len(path) == 1:
        if isinstance(body, dict) and to is None:
            return {name: value for name, value in body.items() if name != path[0]}
        copy = dict(body) if isinstance(body, dict) else list(body)
        copy[path[0]] = to
        return copy
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[path[0]] = changed(copy[path[0]], *path[1:], to=to)
    return copy


BUTTON_REPLY = ("interactive", "action", "buttons", 0, "reply")
ROW = ("interactive", "action", "sections", 0, "rows", 0)

GOOD: dict[str, Json] = {
    "text": text("Het stadhuis is open."),
    "text with preview": text("Zie https://voorbeeld.nl", preview_url=True),
    "longest text": text("t" * 4096),
    "one button": buttons("Kosten"),
    "three buttons": buttons("Kosten", "Afspraak maken", "Iets anders"),
    "longest button": changed(buttons("t" * 20), *BUTTON_REPLY, "id", to="i" * 256),
    "longest button body": changed(buttons("Ja"), "interactive", "body", "text", to="t" * 1024),
    "header and footer": interactive(
        {
            **buttons("Ja")["interactive"],
            "header": {"type": "text", "text": "t" * 60},
            "footer": {"text": "t" * 60},
        }
    ),
    "ten rows": rows(10),
    "ten sections": rows(*[1] * 10),
    "one section without a title": changed(rows(3), "interactive", "action", "sections", 0, "title", to=None),
    "longest list body": changed(rows(1), "interactive", "body", "text", to="t" * 4096),
    "longest list label": rows(1, button="t" * 20),
    "longest section title": changed(rows(1), "interactive", "action", "sections", 0, "title", to="t" * 24),
    "longest row": changed(rows(1), *ROW, to={"id": "i" * 200, "title": "t" * 24, "description": "t" * 72}),
    "link": cta(),
    "longest link label": cta(display_text="t" * 20),
    "template": template("terugbelbevestiging", "dinsdag 10.00 uur"),
    "template with buttons": template("gesprek_hervatten"),
    "document by link": document(link="https://voorbeeld.nl/a.pdf", filename="a.pdf", caption="t" * 1024),
    "location": location(name="Stadhuis", address="Marktplein 1"),
    "location in words": location(latitude="52.34", longitude="-5"),
    "answer to a message": {**text("Ja."), "context": {"message_id": "wamid.AAA"}},
    "longest own mark": {**text("Ja."), "biz_opaque_callback_data": "k" * 512},
    "without a type": {**TO, "text": {"body": "Ja."}},
    "individual": {**text("Ja."), "recipient_type": "individual"},
}

BAD: dict[str, tuple[Json, int]] = {
    "empty text": (text(" "), 131009),
    "text too long": (text("t" * 4097), 131009),
    "text of another type": (text(5), 100),
    "no text": ({**TO, "type": "text", "text": {}}, 131008),
    "no content": ({**TO, "type": "text"}, 131008),
    "preview that is no yes or no": (text("Ja.", preview_url="ja"), 100),
    "unknown field": ({**text("Ja."), "haast": True}, 100),
    "unknown field inside": (text("Ja.", haast=True), 100),
    "content of another type besides": ({**text("Ja."), "location": {}}, 100),
    "unknown type": ({**TO, "type": "liedje", "liedje": {}}, 100),
    "type that is not imitated": ({**TO, "type": "sticker", "sticker": {"id": "1"}}, 131051),
    "type of another type": ({**TO, "type": 5}, 100),
    "group": ({**text("Ja."), "recipient_type": "group"}, 131009),
    "other product": ({**text("Ja."), "messaging_product": "messenger"}, 131009),
    "nobody": ({"type": "text", "text": {"body": "Ja."}}, 131008),
    "no number": ({**text("Ja."), "to": "Ans"}, 131009),
    "number too short": ({**text("Ja."), "to": "+316"}, 131009),
    "no BSUID": ({"type": "text", "text": {"body": "Ja."}, "recipient": "31600000001"}, 131009),
    "own mark too long": ({**text("Ja."), "biz_opaque_callback_data": "k" * 513}, 131009),
    "answer to nothing": ({**text("Ja."), "context": {}}, 131008),
    "no buttons": (buttons(), 131009),
    "four buttons": (buttons("a", "b", "c", "d"), 131009),
    "button title too long": (buttons("t" * 21), 131009),
    "empty button title": (buttons(""), 131009),
    "same button titles": (buttons("Ja", "Ja"), 131009),
    "same button ids": (changed(buttons("Ja", "Nee"), *BUTTON_REPLY, "id", to="k:1"), 131009),
    "button id too long": (changed(buttons("Ja"), *BUTTON_REPLY, "id", to="i" * 257), 131009),
    "button id with a space": (changed(buttons("Ja"), *BUTTON_REPLY, "id", to=" k"), 131009),
    "button without an id": (changed(buttons("Ja"), *BUTTON_REPLY, "id", to=None), 131008),
    "button of another type": (changed(buttons("Ja"), "interactive", "action", "buttons", 0, "type", to="url"), 131009),
    "buttons that are no list": (changed(buttons("Ja"), "interactive", "action", "buttons", to={}), 100),
    "button body too long": (changed(buttons("Ja"), "interactive", "body", "text", to="t" * 1025), 131009),
    "no body": (changed(buttons("Ja"), "interactive", "body", to=None), 131008),
    "header too long": (
        changed(buttons("Ja"), "interactive", "header", to={"type": "text", "text": "t" * 61}),
        131009,
    ),
    "header that is a picture": (
        changed(rows(1), "interactive", "header", to={"type": "image", "image": {"id": "1"}}),
        131009,
    ),
    "footer too long": (changed(buttons("Ja"), "interactive", "footer", to={"text": "t" * 61}), 131009),
    "unknown kind of choices": (changed(buttons("Ja"), "interactive", "type", to="carousel"), 100),
    "no kind of choices": (changed(buttons("Ja"), "interactive", "type", to=None), 131008),
    "eleven rows": (rows(11), 131009),
    "eleven rows in two sections": (rows(5, 6), 131009),
    "eleven sections": (rows(*[1] * 11), 131009),
    "no sections": (rows(), 131009),
    "empty section": (rows(1, 0), 131009),
    "two sections, one without a title": (
        changed(rows(1, 1), "interactive", "action", "sections", 1, "title", to=None),
        131008,
    ),
    "section title too long": (changed(rows(1), "interactive", "action", "sections", 0, "title", to="t" * 25), 131009),
    "row title too long": (changed(rows(1), *ROW, "title", to="t" * 25), 131009),
    "row description too long": (changed(rows(1), *ROW, "description", to="t" * 73), 131009),
    "row id too long": (changed(rows(1), *ROW, "id", to="i" * 201), 131009),
    "same row ids": (changed(rows(2), *ROW, "id", to="k:0:1"), 131009),
    "unknown field of a row": (changed(rows(1), *ROW, "prijs", to=1), 100),
    "list label too long": (rows(1, button="t" * 21), 131009),
    "no list label": (changed(rows(1), "interactive", "action", "button", to=None), 131008),
    "list body too long": (changed(rows(1), "interactive", "body", "text", to="t" * 4097), 131009),
    "link label too long": (cta(display_text="t" * 21), 131009),
    "link to nowhere": (cta(url="voorbeeld.nl"), 131009),
    "link that is a script": (cta(url="javascript:alert(1)"), 131009),
    "link with another name": (changed(cta(), "interactive", "action", "name", to="link"), 131009),
    "link body too long": (changed(cta(), "interactive", "body", "text", to="t" * 1025), 131009),
    "document twice": (document(link="https://voorbeeld.nl/a.pdf", id="5"), 100),
    "document without a file": (document(filename="a.pdf"), 100),
    "document that was not uploaded": (document(id="123"), 131009),
    "caption too long": (document(link="https://voorbeeld.nl/a.pdf", caption="t" * 1025), 131009),
    "file name too long": (document(link="https://voorbeeld.nl/a.pdf", filename="n" * 241), 131009),
    "location off the map": (location(latitude=90.1), 131009),
    "location that is no number": (location(longitude="oost"), 131009),
    "location that is not finite": (location(longitude="nan"), 131009),
    "location of another type": (location(longitude=True), 100),
    "half a location": (changed(location(), "location", "longitude", to=None), 131008),
    "unknown template": (template("bestaat_niet"), 132001),
    "template in another language": (template("gesprek_hervatten", language="en"), 132001),
    "template that is not approved": (template("wachttijd"), 132001),
    "paused template": (template("nieuwsbrief"), 132015),
    "disabled template": (template("enquete"), 132016),
    "too few parameters": (template("terugbelbevestiging"), 132000),
    "too many parameters": (template("terugbelbevestiging", "dinsdag", "10.00"), 132000),
    "parameter on two lines": (template("terugbelbevestiging", "dinsdag\n10.00"), 132007),
    "parameters too long together": (template("terugbelbevestiging", "t" * 1000), 132005),
    "parameter of another type": (
        template("terugbelbevestiging", components=[{"type": "body", "parameters": [{"type": "currency"}]}]),
        132012,
    ),
    "button that the template does not have": (
        template("gesprek_hervatten", components=[{"type": "button", "sub_type": "quick_reply", "index": "2"}]),
        132000,
    ),
    "template without a language": (changed(template("gesprek_hervatten"), "template", "language", to=None), 131008),
    "components that are no list": (template("gesprek_hervatten", components={}), 100),
}


class TestWhatMaySent:
    @pytest.mark.parametrize("name", GOOD)
    def test_it_is_taken(self, shared: Sandbox, name: str) -> None:
        answer = shared.post(GOOD[name])
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["messaging_product"] == "whatsapp"
        assert body["contacts"] == [{"input": "+31600000001", "wa_id": "31600000001"}]
        assert body["messages"][0]["id"].startswith("wamid.")
        assert ("message_status" in body["messages"][0]) is (GOOD[name].get("type") == "template")

    @pytest.mark.parametrize("name", BAD)
    def test_it_is_refused(self, shared: Sandbox, name: str) -> None:
        body, code = BAD[name]
        before = len(shared.world.store.sent(shared.number.phone_number_id))
        assert refused(shared.post(body)) == code
        assert len(shared.world.store.sent(shared.number.phone_number_id)) == before

    def test_details_name_the_field_and_not_what_was_in_it(self, shared: Sandbox) -> None:
        details = shared.post(buttons("geheim" * 4)).json()["error"]["error_data"]["details"]
        assert details == "interactive.action.buttons[0].reply.title: at most 20 characters"

    def test_a_body_that_is_no_object_or_no_json(self, shared: Sandbox) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        for body in (b"[]", b"{", b"[" * 10_000):
            answer = shared.http.post(f"/{VERSION}/700200/messages", content=body, headers=headers)
            assert refused(answer) == 100
        answer = shared.http.post(
            f"/{VERSION}/700200/messages", data={"to": "x"}, headers={"Authorization": headers["Authorization"]}
        )
        assert refused(answer) == 131008

    @given(
        body=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "type",
                            "to",
                            "text",
                            "body",
                            "interactive",
                            "action",
                            "buttons",
                            "reply",
                            "id",
                            "title",
                            "status",
                        ]
                    ),
                    inner
                    | st.sampled_from(["text", "interactive", "button", "list", "template", "read", "+31600000001"]),
                    max_size=6,
                )
            ),
            max_leaves=20,
        )
    )
    def test_whatever_comes_is_read_or_refused(self, body: Any) -> None:
        if isinstance(body, dict):
            body = {"messaging_product": "whatsapp", **body}
        try:
            found = read_request(body, "31")
        except GraphError as error:
            assert error.details
        else:
            assert isinstance(found, Sending | ReadMark)

    @given(st.sampled_from(sorted(GOOD)), st.data())
    def test_one_wrong_value_anywhere_is_read_or_refused(self, name: str, data: st.DataObject) -> None:
        body = {"messaging_product": "whatsapp", **GOOD[name]}
        paths = list(_paths(body))
        path = data.draw(st.sampled_from(paths))
        value = data.draw(st.none() | st.booleans() | st.integers() | st.text() | st.just({}) | st.just([]))
        try:
            read_request(changed(body, *path, to=value), "31")
        except GraphError as error:
            assert error.code in (100, 131008, 131009, 131051)


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield (*before, name)
        yield from _paths(inner, (*before, name))


class TestWhoMaySend:
    def test_without_a_token(self, shared: Sandbox) -> None:
        assert refused(shared.post(GOOD["text"], token=None)) == 0

    def test_with_another_token(self, shared: Sandbox) -> None:
        answer = shared.post(GOOD["text"], token="verlopen")
        assert refused(answer) == 190
        assert "OAuth" in answer.headers["WWW-Authenticate"]

    def test_from_an_unknown_number(self, shared: Sandbox) -> None:
        answer = shared.post(GOOD["text"], number="1")
        assert refused(answer) == 100
        assert answer.json()["error"]["error_subcode"] == 33

    def test_unknown_paths_and_methods(self, shared: Sandbox) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert refused(shared.http.get("/elders", headers=headers)) == 2500
        assert refused(shared.http.delete(f"/{VERSION}/700200/messages", headers=headers)) == 2500

    def test_a_token_may_do_what_it_is_for(self, tmp_path: Path) -> None:
        tokens = {
            "zendt": Token((MESSAGING,)),
            "beheert": Token((MANAGEMENT,)),
            "molendam": Token(wabas=("900200",)),
            "oud": Token(expires=NOW + timedelta(hours=1)),
        }
        sandbox = Sandbox(tmp_path, tokens=tokens)
        try:
            sandbox.world.write(sandbox.number, ANS, "Hoi")
            assert sandbox.post(GOOD["text"], token="zendt").status_code == 200
            assert refused(sandbox.post(GOOD["text"], token="beheert")) == 10
            assert refused(sandbox.post(GOOD["text"], token="molendam")) == 100
            assert refused(sandbox.get("900100/message_templates", "zendt")) == 10
            assert sandbox.get("900100/message_templates", "beheert").status_code == 200
            assert sandbox.get("900200/message_templates", "molendam").status_code == 200
            assert refused(sandbox.get("900100/message_templates", "molendam")) == 100
            assert sandbox.post(GOOD["text"], token="oud").status_code == 200
            found = sandbox.get("debug_token", "oud", input_token="zendt").json()["data"]
            assert found["is_valid"] and MANAGEMENT not in found["scopes"]
            sandbox.pass_time(hours=1)
            assert refused(sandbox.post(GOOD["text"], token="oud")) == 190
            found = sandbox.get("debug_token", "zendt", input_token="oud").json()["data"]
            assert found["is_valid"] is False and found["error"]["code"] == 190
        finally:
            sandbox.stop()


class TestRecipients:
    def test_a_number_is_written_in_several_ways(self, shared: Sandbox) -> None:
        for to in ("+31600000001", "+31 (6) 0000-0001"):
            assert shared.say(to=to).json()["contacts"] == [{"input": to, "wa_id": "31600000001"}]

    def test_without_a_plus_the_country_is_put_in_front(self, shared: Sandbox) -> None:
        assert shared.say(to="600000001").json()["contacts"][0]["wa_id"] == "31600000001"
        assert shared.say(to="31600000001").json()["contacts"][0]["wa_id"] == "3131600000001"

    def test_a_bsuid(self, shared: Sandbox) -> None:
        answer = shared.post({"recipient": NOOR.user_id, "type": "text", "text": {"body": "Ja."}})
        assert answer.json()["contacts"] == [{"input": NOOR.user_id, "user_id": NOOR.user_id}]

    def test_with_both_the_number_wins(self, shared: Sandbox) -> None:
        answer = shared.say(recipient=NOOR.user_id)
        assert answer.json()["contacts"] == [{"input": "+31600000001", "wa_id": "31600000001"}]
        assert shared.world.store.message(answer.json()["messages"][0]["id"]).gebruiker == ANS.user_id  # type: ignore[union-attr]

    def test_an_authentication_template_does_not_go_to_a_bsuid(self, shared: Sandbox) -> None:
        body = {name: value for name, value in template("inlogcode", "123456").items() if name != "to"}
        assert refused(shared.post({**body, "recipient": NOOR.user_id})) == 131062
        assert shared.post({**body, **TO}).status_code == 200

    def test_who_has_no_whatsapp_is_only_known_later(self, tmp_path: Path) -> None:
        receiver = Receiver()
        sandbox = Sandbox(tmp_path, receiver.url)
        try:
            assert sandbox.say(to="+31699999999").status_code == 200
            sandbox.settle()
            (status,) = receiver.statuses()
            assert status["status"] == "failed" and status["errors"][0]["code"] == 131026
            assert status["recipient_id"] == "31699999999" and "recipient_user_id" not in status
            sandbox.world.limits = Limits(pair=False, throughput=None, in_answer={131026: True})
            assert refused(sandbox.say(to="+31699999999")) == 131026
        finally:
            sandbox.stop()
            receiver.stop()


class TestTheWindow:
    def test_who_never_wrote_gets_no_free_text(self, sandbox: Sandbox) -> None:
        assert refused(sandbox.say()) == 131047

    def test_it_is_open_for_24_hours_after_the_last_message(self, sandbox: Sandbox) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.pass_time(hours=23)
        sandbox.world.write(sandbox.number, ANS, "Nog iets")
        sandbox.pass_time(hours=23, minutes=59, seconds=59)
        assert sandbox.say().status_code == 200
        sandbox.pass_time(seconds=1)
        assert refused(sandbox.say()) == 131047

    def test_a_template_goes_outside_it_and_does_not_open_it(self, sandbox: Sandbox) -> None:
        assert sandbox.post(template("gesprek_hervatten")).status_code == 200
        assert refused(sandbox.say()) == 131047

    def test_each_number_and_each_user_has_one(self, sandbox: Sandbox) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        assert refused(sandbox.post(GOOD["text"], number=sandbox.other.phone_number_id)) == 131047
        assert refused(sandbox.say(to=f"+{MEHMET.nummer}")) == 131047

    def test_it_may_be_told_later_instead(self, tmp_path: Path) -> None:
        receiver = Receiver()
        sandbox = Sandbox(tmp_path, receiver.url, limits=Limits(pair=False, in_answer={131047: False}))
        try:
            wamid = sandbox.say(biz_opaque_callback_data="gesprek:91:uit:14").json()["messages"][0]["id"]
            sandbox.settle()
            (status,) = receiver.statuses()
            assert (status["id"], status["status"]) == (wamid, "failed")
            assert status["errors"][0]["code"] == 131047
            assert status["biz_opaque_callback_data"] == "gesprek:91:uit:14"
        finally:
            sandbox.stop()
            receiver.stop()

    def test_the_clock_that_was_moved_stays_so(self, sandbox: Sandbox) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.world.move_clock(timedelta(hours=25))
        assert refused(sandbox.say()) == 131047
        assert sandbox.world.clock.now() == NOW + timedelta(hours=25)
        again = WhatsApp(sandbox.database, [sandbox.number], app_secret=APP_SECRET, clock=Clock(lambda: NOW))
        assert again.clock.now() == NOW + timedelta(hours=25)
        with pytest.raises(ValueError, match="forward"):
            again.move_clock(timedelta(hours=-1))


class TestRates:
    def test_45_to_one_user_at_once_and_then_one_in_6_seconds(self, sandbox: Sandbox) -> None:
        sandbox.world.limits = Limits(throughput=None)
        for person in (ANS, MEHMET):
            sandbox.world.write(sandbox.number, person, "Hoi")
        assert [sandbox.say().status_code for _ in range(45)] == [200] * 45
        assert refused(sandbox.say()) == 131056
        assert sandbox.say(to=f"+{MEHMET.nummer}").status_code == 200
        sandbox.pass_time(seconds=5.9)
        assert refused(sandbox.say()) == 131056
        sandbox.pass_time(seconds=0.1)
        assert sandbox.say().status_code == 200
        assert refused(sandbox.say()) == 131056
        # What was borrowed is given back in 45 times 6 seconds.
        sandbox.pass_time(seconds=45 * 6)
        assert [sandbox.say().status_code for _ in range(46)] == [200] * 45 + [429]

    def test_a_number_has_so_many_a_second_in_and_out(self, sandbox: Sandbox) -> None:
        sandbox.world.limits = Limits(pair=False, throughput=10)
        for _ in range(4):
            sandbox.world.write(sandbox.number, ANS, "Hoi")
        assert [sandbox.say().status_code for _ in range(7)] == [200] * 6 + [429]
        assert refused(sandbox.say()) == 130429
        sandbox.world.write(sandbox.other, ANS, "Hoi")
        assert sandbox.post(GOOD["text"], number=sandbox.other.phone_number_id).status_code == 200
        sandbox.pass_time(seconds=0.1)
        assert [sandbox.say().status_code for _ in range(2)] == [200, 429]

    def test_read_marks_are_not_counted(self, sandbox: Sandbox) -> None:
        sandbox.world.limits = Limits(throughput=2)
        wamid = sandbox.world.write(sandbox.number, ANS, "Hoi")
        for _ in range(5):
            assert sandbox.post({"status": "read", "message_id": wamid}).json() == {"success": True}
        assert sandbox.say().status_code == 200


class TestReadMarks:
    def test_what_came_before_is_read_too(self, sandbox: Sandbox) -> None:
        ids = [sandbox.world.write(sandbox.number, ANS, f"Vraag {n}") for n in range(3)]
        assert sandbox.post({"status": "read", "message_id": ids[1]}).json() == {"success": True}
        states = [sandbox.world.store.message(wamid).stand for wamid in ids]  # type: ignore[union-attr]
        assert states[:2] == ["gelezen", "gelezen"] and states[2] != "gelezen"

    def test_dots_stay_until_the_answer_or_for_25_seconds(self, sandbox: Sandbox) -> None:
        wamid = sandbox.world.write(sandbox.number, ANS, "Hoi")
        mark = {"status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}}
        assert sandbox.post(mark).status_code == 200
        sandbox.pass_time(seconds=24)
        assert sandbox.world.is_typing(sandbox.number, ANS)
        sandbox.pass_time(seconds=1)
        assert not sandbox.world.is_typing(sandbox.number, ANS)
        sandbox.post(mark)
        assert sandbox.world.is_typing(sandbox.number, ANS)
        sandbox.say()
        assert not sandbox.world.is_typing(sandbox.number, ANS)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"message_id": "wamid.onbekend"}, 131009),
            ({}, 131008),
            ({"status": "delivered", "message_id": "wamid.x"}, 131009),
            ({"message_id": "wamid.x", "to": "+31600000001"}, 100),
            ({"message_id": "wamid.x", "typing_indicator": {"type": "audio"}}, 131009),
        ],
    )
    def test_what_is_not_right_is_refused(self, shared: Sandbox, fields: Json, code: int) -> None:
        assert refused(shared.post({"status": "read", **fields})) == code


class TestMedia:
    def upload(self, sandbox: Sandbox, contents: bytes, mime: str, **fields: str) -> httpx.Response:
        return sandbox.http.post(
            f"/{VERSION}/700200/media",
            headers={"Authorization": f"Bearer {TOKEN}"},
            data={"messaging_product": "whatsapp", "type": mime, **fields},
            files={"file": ("afspraak.ics", contents, mime)},
        )

    def test_a_file_goes_up_and_along_with_a_message(self, sandbox: Sandbox) -> None:
        contents = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        id = self.upload(sandbox, contents, "text/plain").json()["id"]
        about = sandbox.get(id).json()
        assert about["messaging_product"] == "whatsapp" and about["id"] == id
        assert (about["mime_type"], about["file_size"]) == ("text/plain", len(contents))
        assert about["sha256"] == hashlib.sha256(contents).hexdigest()
        got = sandbox.http.get(about["url"], headers={"Authorization": f"Bearer {TOKEN}"})
        assert got.content == contents and got.headers["content-type"].startswith("text/plain")
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        assert sandbox.post(document(id=id, filename="afspraak.ics")).status_code == 200

    def test_a_file_of_another_number_cannot_be_sent(self, sandbox: Sandbox) -> None:
        id = self.upload(sandbox, b"x", "text/plain").json()["id"]
        sandbox.world.write(sandbox.other, ANS, "Hoi")
        assert refused(sandbox.post(document(id=id), number=sandbox.other.phone_number_id)) == 131009
        assert sandbox.get(id, phone_number_id="700200").status_code == 200
        assert refused(sandbox.get(id, phone_number_id="700300")) == 100

    def test_only_known_types_and_sizes(self, sandbox: Sandbox) -> None:
        assert refused(self.upload(sandbox, b"x", "text/calendar")) == 100
        assert refused(self.upload(sandbox, b"x", "text/html")) == 100
        assert refused(self.upload(sandbox, b"", "text/plain")) == 131053
        most = BUSINESS_TYPES["image/webp"]
        assert self.upload(sandbox, b"x" * most, "image/webp").status_code == 200
        assert refused(self.upload(sandbox, b"x" * (most + 1), "image/webp")) == 131053

    def test_a_form_without_its_fields(self, sandbox: Sandbox) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        path = f"/{VERSION}/700200/media"
        assert refused(sandbox.http.post(path, headers=headers, data={"type": "text/plain"})) == 131008
        assert refused(sandbox.http.post(path, headers=headers, data={"messaging_product": "whatsapp"})) == 131008
        assert refused(self.upload(sandbox, b"x", "text/plain", messaging_product="messenger")) == 131009

    def test_the_address_lives_5_minutes_and_wants_the_token(self, sandbox: Sandbox) -> None:
        id = self.upload(sandbox, b"x", "text/plain").json()["id"]
        url = sandbox.get(id).json()["url"]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert refused(sandbox.http.get(url)) == 0
        assert refused(sandbox.http.get(url.replace("hash=", "hash=0"), headers=headers)) == 100
        assert refused(sandbox.http.get(url.replace("ext=", "ext=9"), headers=headers)) == 100
        assert refused(sandbox.http.get(url.replace("ext=", "ext=x"), headers=headers)) == 100
        sandbox.pass_time(minutes=5)
        assert sandbox.http.get(url, headers=headers).status_code == 200
        sandbox.pass_time(seconds=1)
        assert sandbox.http.get(url, headers=headers).status_code == 404

    def test_ids_end(self, sandbox: Sandbox) -> None:
        ours = self.upload(sandbox, b"x", "text/plain").json()["id"]
        wamid = sandbox.world.give(sandbox.number, ANS, "image", "image/jpeg", b"jpeg")
        theirs = sandbox.world.store.message(wamid).inhoud["id"]  # type: ignore[union-attr]
        sandbox.pass_time(days=7)
        assert sandbox.get(theirs).status_code == 200
        sandbox.pass_time(seconds=1)
        assert refused(sandbox.get(theirs)) == 100
        assert sandbox.get(ours).status_code == 200
        sandbox.pass_time(days=23)
        assert refused(sandbox.get(ours)) == 100
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        assert refused(sandbox.post(document(id=ours))) == 131009

    def test_what_a_user_sent_cannot_be_sent_back(self, sandbox: Sandbox) -> None:
        wamid = sandbox.world.give(sandbox.number, ANS, "document", "application/pdf", b"pdf", filename="a.pdf")
        theirs = sandbox.world.store.message(wamid).inhoud["id"]  # type: ignore[union-attr]
        assert refused(sandbox.post(document(id=theirs))) == 131009


class TestAccounts:
    def test_about_a_number(self, shared: Sandbox) -> None:
        fields = "id,display_phone_number,verified_name,quality_rating,throughput"
        assert shared.get("700200", fields=fields).json() == {
            "id": "700200",
            "display_phone_number": "+31850000000",
            "verified_name": "Gemeente Voorbeeldstad",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
        }
        assert set(shared.get("700200").json()) == {"id", "verified_name", "display_phone_number", "quality_rating"}
        assert refused(shared.get("700200", fields="naam")) == 100
        assert refused(shared.get("999")) == 100

    def test_about_an_account(self, shared: Sandbox) -> None:
        assert shared.get("900100").json() == {"name": "Gemeente Voorbeeldstad", "id": "900100"}
        (number,) = shared.get("900100/phone_numbers").json()["data"]
        assert number["id"] == "700200"

    def test_without_a_version_in_the_path(self, shared: Sandbox) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert shared.http.get("/700200", headers=headers).json()["id"] == "700200"
        assert shared.http.get("/debug_token", params={"input_token": TOKEN, "access_token": TOKEN}).json()["data"][
            "is_valid"
        ]
        assert refused(shared.get("debug_token")) == 131008

    def test_templates(self, shared: Sandbox) -> None:
        found = shared.get("900100/message_templates").json()["data"]
        assert {(one["name"], one["status"]) for one in found} >= {
            ("terugbelbevestiging", "APPROVED"),
            ("nieuwsbrief", "PAUSED"),
            ("wachttijd", "PENDING"),
        }
        (one,) = shared.get("900100/message_templates", name="gesprek_hervatten").json()["data"]
        assert [part["type"] for part in one["components"]] == ["BODY", "BUTTONS"]

    def test_subscription(self, tmp_path: Path) -> None:
        receiver, elsewhere = Receiver(), Receiver()
        sandbox = Sandbox(tmp_path, receiver.url)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        path = f"/{VERSION}/900100/subscribed_apps"
        try:
            assert sandbox.get("900100/subscribed_apps").json()["data"][0]["whatsapp_business_api_data"]["id"]
            assert sandbox.http.delete(path, headers=headers).json() == {"success": True}
            assert sandbox.get("900100/subscribed_apps").json() == {"data": []}
            sandbox.world.write(sandbox.number, ANS, "Hoort u mij?")
            sandbox.settle()
            assert not receiver.got
            assert sandbox.http.post(path, headers=headers).json() == {"success": True}
            wrong = {"override_callback_uri": elsewhere.url, "verify_token": "geraden"}
            assert refused(sandbox.http.post(path, headers=headers, json=wrong)) == 2200
            sandbox.world.write(sandbox.number, ANS, "En nu?")
            sandbox.settle()
            assert (len(receiver.messages()), len(elsewhere.messages())) == (1, 0)
            right = {"override_callback_uri": elsewhere.url, "verify_token": VERIFY_TOKEN}
            assert sandbox.http.post(path, headers=headers, json=right).json() == {"success": True}
            sandbox.world.write(sandbox.number, ANS, "En nu daar?")
            sandbox.settle()
            assert (len(receiver.messages()), len(elsewhere.messages())) == (1, 1)
            assert refused(sandbox.http.post(path, headers=headers, json={"url": "x"})) == 100
        finally:
            sandbox.stop()
            receiver.stop()
            elsewhere.stop()


class TestFaults:
    @pytest.mark.parametrize("code", [*CODES, 294])
    def test_the_next_send_gives_a_code(self, shared: Sandbox, code: int) -> None:
        shared.faults.fail(code)
        answer = shared.say()
        assert answer.json()["error"]["code"] == code
        assert answer.status_code == CODES[200 if code == 294 else code][1]
        assert shared.say().status_code == 200

    def test_so_many_sends_after_so_many_that_go_well(self, sandbox: Sandbox) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.faults.fail(131016, times=2, skip=1)
        assert [sandbox.say().status_code for _ in range(4)] == [200, 500, 500, 200]
        sandbox.faults.fail(131016, times=None)
        assert [sandbox.say().status_code for _ in range(3)] == [500] * 3
        sandbox.faults.clear()
        assert sandbox.say().status_code == 200
        with pytest.raises(ValueError, match="no such code"):
            sandbox.faults.fail(42)

    def test_later_in_a_status_or_for_the_number(self, tmp_path: Path) -> None:
        receiver = Receiver()
        sandbox = Sandbox(tmp_path, receiver.url)
        try:
            sandbox.world.write(sandbox.number, ANS, "Hoi")
            sandbox.faults.fail(131053, way="status")
            sandbox.faults.fail(131031, way="value")
            first, second = (sandbox.say().json()["messages"][0]["id"] for _ in range(2))
            sandbox.settle()
            states = [(one["id"], one["status"]) for one in receiver.statuses()]
            assert states == [(first, "failed"), (second, "sent"), (second, "delivered")]
            assert receiver.statuses()[0]["errors"][0]["code"] == 131053
            assert [one["code"] for one in receiver.errors()] == [131031]
        finally:
            sandbox.stop()
            receiver.stop()

    def test_an_answer_that_is_lost_was_a_message_sent(self, sandbox: Sandbox) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.faults.add("lost", path="/messages", times=1)
        with pytest.raises(httpx.TransportError):
            sandbox.say(biz_opaque_callback_data="uit:1")
        assert [one.kenmerk for one in sandbox.world.store.sent("700200")] == ["uit:1"]

    def test_down_does_nothing_and_garbled_is_half(self, sandbox: Sandbox) -> None:
        sandbox.world.write(sandbox.number, ANS, "Hoi")
        sandbox.faults.add("down", times=1)
        with pytest.raises(httpx.TransportError):
            sandbox.say()
        assert not sandbox.world.store.sent("700200")
        sandbox.faults.add("garbled", times=1)
        with pytest.raises(ValueError, match="delimiter|Unterminated|Expecting"):
            sandbox.say().json()
        assert len(sandbox.world.store.sent("700200")) == 1
