"""The phone page shows what was said, lets one say more, and holds to the rules for pages. Over HTTP, without a browser."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.serve import make_app, whatsapp_numbers
from bot.sandbox.whatsapp_values import PERSONS, Limits, Person
from bot.settings import Settings
from tests.whatsapp.server import ANS, NOOR, NUMBER, TOKEN, VERSION, Receiver, Sandbox

Json = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "bot" / "web" / "phone"
STATIC = sorted(path.name for path in (FOLDER / "static").iterdir())
EVIL = Person('<script>alert("x")</script>', "NL.666")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Receiver]]:
    receiver = Receiver()
    sandbox = Sandbox(tmp_path_factory.mktemp("whatsapp"), receiver.url, persons=(*PERSONS, EVIL))
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


class Phone:
    """What the page does for one number and one person."""

    def __init__(self, sandbox: Sandbox, person: Person = ANS) -> None:
        self.sandbox = sandbox
        self.who = {"nummer": sandbox.number.phone_number_id, "toestel": person.user_id}

    def look(self, after: int = 0, **more: str) -> Json:
        query = {**self.who, "na": str(after), **more}
        answer = self.sandbox.http.get("/telefoon/berichten", params=query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def post(self, path: str, **fields: Any) -> httpx.Response:
        return self.sandbox.http.post(f"/telefoon/{path}", json={**self.who, **fields})

    def send(self, kind: str, **fields: Any) -> str:
        answer = self.post("sturen", soort=kind, **fields)
        assert answer.status_code == 200, answer.text
        self.sandbox.settle()
        wamid: str = answer.json()["wamid"]
        return wamid


class Tags(HTMLParser):
    """All tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style") and data.strip():
            self.inline.append(data)


class TestThePage:
    def test_it_offers_numbers_and_phones(self, sandbox: Sandbox) -> None:
        answer = sandbox.http.get("/telefoon")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        options = [attrs["value"] for tag, attrs in Tags(answer.text).tags if tag == "option"]
        people = [person.user_id for person in sandbox.world.persons.values()]
        assert options == [*sandbox.world.numbers, *people]
        assert "zonder nummer" in answer.text

    def test_nothing_stands_inline_and_names_are_escaped(self, sandbox: Sandbox) -> None:
        answer = sandbox.http.get("/telefoon")
        page = Tags(answer.text)
        assert page.inline == []
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
        assert [attrs["src"] for tag, attrs in page.tags if tag == "script"] == ["/telefoon/static/telefoon.js"]
        assert "&lt;script&gt;" in answer.text

    def test_its_policy_lets_nothing_in_but_its_own(self, sandbox: Sandbox) -> None:
        headers = sandbox.http.get("/telefoon").headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"

    def test_fields_have_labels_and_the_thread_is_read_aloud(self, sandbox: Sandbox) -> None:
        tags = Tags(sandbox.http.get("/telefoon").text).tags
        labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
        fields = [attrs for tag, attrs in tags if tag in ("select", "textarea", "input")]
        assert fields and {attrs["id"] for attrs in fields} <= labelled
        ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
        named = {attrs["aria-labelledby"] for _, attrs in tags if "aria-labelledby" in attrs}
        assert named <= ids
        (log,) = [attrs for _, attrs in tags if attrs.get("role") == "log"]
        assert log["aria-live"] == "polite" and log["tabindex"] == "0"
        assert next(attrs["lang"] for tag, attrs in tags if tag == "html") == "nl"

    @pytest.mark.parametrize("name", STATIC)
    def test_files_it_loads(self, sandbox: Sandbox, name: str) -> None:
        answer = sandbox.http.get(f"/telefoon/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript" if name.endswith("js") else "text/css")
        again = sandbox.http.get(f"/telefoon/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    @pytest.mark.parametrize("name", ["nergens.js", "..%2Fpages.py", "telefoon.html"])
    def test_other_files_are_not_given(self, sandbox: Sandbox, name: str) -> None:
        assert sandbox.http.get(f"/telefoon/static/{name}").status_code in (400, 404)

    def test_scripts_make_no_html_and_import_what_is_there(self) -> None:
        for name in STATIC:
            text = (FOLDER / "static" / name).read_text(encoding="utf-8")
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
            assert set(re.findall(r"from '\./([\w-]+\.js)'", text)) <= set(STATIC)

    def test_every_word_that_is_used_is_there(self) -> None:
        texts = (FOLDER / "static" / "teksten.js").read_text(encoding="utf-8")
        words = set(re.findall(r"^  (\w+): ", texts, re.M))
        used = {
            key
            for name in STATIC
            for key in re.findall(r"\bt\('(\w+)'", (FOLDER / "static" / name).read_text(encoding="utf-8"))
        }
        states = {"onderweg", "bezorgd", "gelezen", "verloren", "accepted", "sent", "delivered", "read", "failed"}
        assert used | states <= words


class TestThreads:
    def test_what_is_typed_goes_out_and_the_answer_is_shown(self, sandbox: Sandbox, receiver: Receiver) -> None:
        phone = Phone(sandbox)
        assert phone.look()["berichten"] == []
        wamid = phone.send("tekst", tekst="wat kost een paspoort?")
        assert receiver.messages()[0]["text"] == {"body": "wat kost een paspoort?"}
        sandbox.say("Een paspoort kost *€ 88,40*.", context={"message_id": wamid})
        sandbox.settle()
        asked, answered = phone.look()["berichten"]
        assert (asked["kant"], asked["soort"], asked["stand"]) == ("in", "text", "bezorgd")
        assert (answered["kant"], answered["stand"], answered["antwoordOp"]) == ("uit", "delivered", wamid)
        assert answered["inhoud"] == {"body": "Een paspoort kost *€ 88,40*."}

    def test_only_what_changed_comes_again(self, sandbox: Sandbox) -> None:
        phone = Phone(sandbox)
        first = phone.send("tekst", tekst="een")
        version = phone.look()["versie"]
        assert phone.look(version)["berichten"] == []
        second = phone.send("tekst", tekst="twee")
        assert [one["wamid"] for one in phone.look(version)["berichten"]] == [second]
        version = phone.look()["versie"]
        sandbox.post({"status": "read", "message_id": second})
        assert {(one["wamid"], one["stand"]) for one in phone.look(version)["berichten"]} == {
            (first, "gelezen"),
            (second, "gelezen"),
        }

    def test_who_looks_has_read_it(self, sandbox: Sandbox, receiver: Receiver) -> None:
        phone = Phone(sandbox)
        phone.send("tekst", tekst="Hoi")
        sandbox.say()
        sandbox.settle()
        assert phone.look()["berichten"][1]["stand"] == "delivered"
        assert phone.look(kijkt="1")["berichten"][1]["stand"] == "read"
        sandbox.settle()
        assert [one["status"] for one in receiver.statuses()] == ["sent", "delivered", "read"]

    def test_phones_have_their_own_threads(self, sandbox: Sandbox) -> None:
        Phone(sandbox).send("tekst", tekst="van Ans")
        noor = Phone(sandbox, NOOR)
        noor.send("tekst", tekst="van Noor")
        assert [one["inhoud"]["body"] for one in noor.look()["berichten"]] == ["van Noor"]

    def test_dots_and_what_was_refused(self, sandbox: Sandbox) -> None:
        phone = Phone(sandbox)
        assert sandbox.say().status_code == 400
        assert [one["code"] for one in phone.look()["geweigerd"]] == [131047]
        wamid = phone.send("tekst", tekst="Hoi")
        assert phone.look()["typt"] is False
        sandbox.post({"status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}})
        assert phone.look()["typt"] is True

    def test_the_window_and_the_clock(self, sandbox: Sandbox) -> None:
        phone = Phone(sandbox)
        assert (phone.look()["venster"], phone.look()["open"]) == (None, False)
        phone.send("tekst", tekst="Hoi")
        found = phone.look()
        assert (found["nu"], found["venster"]) == ("2026-11-21T10:00:00+00:00", "2026-11-22T10:00:00+00:00")
        assert found["open"] and sandbox.say().status_code == 200
        assert phone.post("klok").json() == {"nu": "2026-11-22T11:00:00+00:00"}
        assert not phone.look()["open"] and sandbox.say().json()["error"]["code"] == 131047

    def test_it_is_wiped_with_its_files(self, sandbox: Sandbox) -> None:
        phone, noor = Phone(sandbox), Phone(sandbox, NOOR)
        phone.send("foto")
        noor.send("tekst", tekst="blijft")
        file = phone.look()["berichten"][0]["inhoud"]["id"]
        assert sandbox.http.get(f"/telefoon/bestand/{file}").status_code == 200
        version = phone.look()["versie"]
        wiped = phone.post("wissen").json()["gewist"]
        found = phone.look(version)
        assert found["berichten"] == [] and found["gewist"] == wiped > version
        assert sandbox.http.get(f"/telefoon/bestand/{file}").status_code == 404
        assert len(noor.look()["berichten"]) == 1
        # The window closes as well: nothing is known of her any more.
        assert sandbox.say().json()["error"]["code"] == 131047

    def test_beginning_anew_wipes_all_and_sets_the_clock_right(self, sandbox: Sandbox) -> None:
        phone, noor = Phone(sandbox), Phone(sandbox, NOOR)
        noor.send("tekst", tekst="gaat weg")
        phone.post("klok")
        phone.send("tekst", tekst="gaat ook weg")
        sandbox.say()
        sandbox.settle()
        version = noor.look()["versie"]
        assert phone.post("begin").json() == {"nu": "2026-11-21T10:00:00+00:00"}
        found = noor.look(version)
        assert (found["berichten"], found["venster"], found["geweigerd"]) == ([], None, [])
        assert found["gewist"] > version
        # Nothing of the time that was ahead is left: not the window, not what was used of the rates.
        sandbox.world.limits = Limits()
        phone.send("tekst", tekst="Hoi")
        assert sandbox.say().status_code == 200


class TestSending:
    @pytest.mark.parametrize(
        ("kind", "type_", "expected"),
        [
            ("spraak", "audio", {"voice": True, "mime_type": "audio/ogg; codecs=opus"}),
            ("foto", "image", {"mime_type": "image/jpeg"}),
            ("sticker", "sticker", {"mime_type": "image/webp", "animated": False}),
            ("document", "document", {"mime_type": "application/pdf", "filename": "brief.pdf"}),
            ("locatie", "location", {"name": "Marktplein"}),
        ],
    )
    def test_everything_that_a_phone_can_send(
        self, sandbox: Sandbox, receiver: Receiver, kind: str, type_: str, expected: Json
    ) -> None:
        Phone(sandbox, NOOR).send(kind)
        (message,) = receiver.messages()
        assert message["type"] == type_ and expected.items() <= message[type_].items()
        if "id" in message[type_]:
            answer = sandbox.http.get(f"/telefoon/bestand/{message[type_]['id']}")
            assert answer.content and answer.headers["content-type"] == expected["mime_type"].partition(";")[0]
            assert ("content-disposition" in answer.headers) is (kind == "document")

    def test_a_poll_does_not_come_through(self, sandbox: Sandbox, receiver: Receiver) -> None:
        Phone(sandbox).send("peiling")
        assert receiver.messages()[0]["errors"][0]["code"] == 131051

    def test_choices(self, sandbox: Sandbox, receiver: Receiver) -> None:
        phone = Phone(sandbox)
        phone.send("tekst", tekst="paspoort")
        action = {"buttons": [{"type": "reply", "reply": {"id": "k:1", "title": "Kosten"}}]}
        content = {"type": "button", "body": {"text": "Wat?"}, "action": action}
        sandbox.post({"to": "+31600000001", "type": "interactive", "interactive": content})
        shown = phone.look()["berichten"][1]
        assert shown["inhoud"] == content
        phone.send("keuze", wamid=shown["wamid"], keuze="k:1")
        assert receiver.messages()[1]["interactive"]["button_reply"] == {"id": "k:1", "title": "Kosten"}
        refused = phone.post("sturen", soort="keuze", wamid=shown["wamid"], keuze="k:2")
        assert refused.status_code == 400 and refused.json()["fout"]

    def test_a_document_of_the_business_is_downloaded(self, sandbox: Sandbox) -> None:
        phone = Phone(sandbox)
        phone.send("tekst", tekst="Hoi")
        uploaded = sandbox.http.post(
            f"/{VERSION}/{NUMBER.phone_number_id}/media",
            headers={"Authorization": f"Bearer {TOKEN}"},
            data={"messaging_product": "whatsapp", "type": "text/plain"},
            files={"file": ("a.ics", b"BEGIN:VCALENDAR", "text/plain")},
        )
        content = {"id": uploaded.json()["id"], "filename": "afspraak.ics"}
        sandbox.post({"to": "+31600000001", "type": "document", "document": content})
        shown = phone.look()["berichten"][1]["inhoud"]
        answer = sandbox.http.get(f"/telefoon/bestand/{shown['id']}")
        assert answer.content == b"BEGIN:VCALENDAR" and answer.headers["content-disposition"] == "attachment"

    @pytest.mark.parametrize(
        "fields",
        [
            {"soort": "tekst", "tekst": "  "},
            {"soort": "tekst", "tekst": "t" * 4097},
            {"soort": "tekst", "tekst": 5},
            {"soort": "tekst"},
            {"soort": "liedje"},
            {},
            {"soort": "tekst", "tekst": "Hoi", "nummer": "1"},
            {"soort": "tekst", "tekst": "Hoi", "toestel": "NL.onbekend"},
        ],
    )
    def test_what_cannot_be_sent(self, sandbox: Sandbox, fields: Json) -> None:
        answer = Phone(sandbox).post("sturen", **fields)
        assert answer.status_code == 400 and answer.json()["fout"]

    def test_other_sites_cannot_send(self, sandbox: Sandbox) -> None:
        fields = {**Phone(sandbox).who, "soort": "tekst", "tekst": "Hoi"}
        assert sandbox.http.post("/telefoon/sturen", data=fields).status_code == 400
        for body in (b"{", b"[]", b""):
            answer = sandbox.http.post("/telefoon/sturen", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400
        assert sandbox.http.get("/telefoon/berichten", params={**Phone(sandbox).who, "na": "x"}).status_code == 400


def test_it_is_mounted_beside_the_other_sandboxes(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))
    app = make_app(settings, f"sandbox_{uuid.uuid4().hex}")
    numbers = whatsapp_numbers(settings)
    assert numbers
    app.router.finalize()
    for method, path in (
        ("GET", "/telefoon"),
        ("POST", f"/{VERSION}/{numbers[0].phone_number_id}/messages"),
        ("GET", "/debug_token"),
        ("GET", "/postbus"),
        ("GET", "/zaken/api/v1/zaken"),
        ("GET", "/klantinteracties/api/v1/internetaken"),
    ):
        assert app.router.get(path, method, None)
