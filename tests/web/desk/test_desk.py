"""The desk by its routes: picking up, saying, handing over, closing, call-backs, products, and the stream."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import Engine

from bot import takeover
from bot.conversations import store
from bot.handoff import employees, queue
from bot.handoff.model import Status
from bot.settings import Settings
from bot.web.desk import canned
from tests.builders import gemeente
from tests.web.desk import people
from tests.web.desk.conftest import NewAgent
from tests.web.desk.people import Agent


def kinds(engine: Engine, one: Any) -> list[str]:
    return [event.soort for event in queue.events(engine, one.id)]


@pytest.fixture
def one(engine: Engine, sqlite_settings: Settings) -> Any:
    return people.waiting(sqlite_settings, engine)


def test_presence_is_seen_by_all_who_ask(agent: NewAgent, engine: Engine) -> None:
    sanne = agent(aanwezig=False)
    assert sanne.state()["ik"]["aanwezig"] is False
    assert sanne.post("/aanwezig", {"aanwezig": True}).status_code == 204
    assert sanne.state()["ik"]["aanwezig"] is True
    assert [each.naam for each in employees.present(engine, ["voorbeeldstad"])] == ["Sanne"]
    assert sanne.post("/aanwezig", {"aanwezig": "ja"}).status_code == 400


def test_who_waits_longest_is_first_whatever_the_municipality(
    agent: NewAgent, engine: Engine, sqlite_settings: Settings
) -> None:
    made = [
        people.waiting(sqlite_settings, engine, gemeente_id, ago=ago)
        for gemeente_id, ago in (("voorbeeldstad", 10), ("molendam", 90), ("voorbeeldstad", 40))
    ]
    found = agent("sanne", "voorbeeldstad", "molendam").state()["wachtrij"]
    assert [each["id"] for each in found] == [made[1].id, made[2].id, made[0].id]
    assert found[0]["product"]["id"] == "paspoort-aanvragen" and found[0]["naam"] == "Fatima"
    assert "tekst" not in json.dumps(found)


def test_two_who_pick_up_at_once_are_never_both_first(agent: NewAgent, engine: Engine, one: Any) -> None:
    agents = [agent(name) for name in ("sanne", "joris", "mila")]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda each: each.claim(one), agents))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    winner = agents[[answer.status_code for answer in answers].index(200)].state()["ik"]["naam"]
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json() == {"fout": f"{winner} was u voor.", "wie": winner}
    assert kinds(engine, one).count("opgepakt") == 1


def test_picking_up_twice_is_once(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    assert sanne.claim(one).status_code == sanne.claim(one).status_code == 200
    assert kinds(engine, one) == ["in_wachtrij", "opgepakt"]


def test_nobody_gets_more_than_the_municipality_allows(
    agent: NewAgent, engine: Engine, sqlite_settings: Settings
) -> None:
    sanne = agent()
    for _ in range(3):
        assert sanne.claim(people.waiting(sqlite_settings, engine)).status_code == 200
    answer = sanne.claim(people.waiting(sqlite_settings, engine))
    assert answer.status_code == 409 and "al 3 gesprekken" in answer.json()["fout"]


def test_the_transcript_has_answers_with_sources_and_product(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    found = sanne.get(f"/gesprekken/{one.id}").json()
    asked, answered = found["berichten"]
    assert (asked["van"], asked["id"]) == ("bewoner", None)
    assert answered["product"] == {"id": "paspoort-aanvragen", "naam": "Paspoort aanvragen"}
    assert answered["bronnen"] == ["https://wetten.overheid.nl/BWBR0005212"] and answered["keuzes"] == ["Aanvragen"]
    assert {"tekst": "€ 77,85", "sterk": True} in answered["blokken"][0]["inhoud"]
    assert found["verloop"][0]["wie"] == "Sanne"


def test_what_the_resident_did_not_share_stays_unread(
    agent: NewAgent, engine: Engine, sqlite_settings: Settings
) -> None:
    one = people.waiting(sqlite_settings, engine, delen=False)
    sanne = agent()
    sanne.claim(one)
    number = people.says(engine, one, "hallo")
    for na in (0, 1):
        found = sanne.get(f"/gesprekken/{one.id}", params={"na": na}).json()["berichten"]
        assert [each["nummer"] for each in found] == [number]


def test_each_look_is_kept(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne, joris = agent("sanne"), agent("joris")
    sanne.claim(one)
    sanne.get(f"/gesprekken/{one.id}")
    sanne.get(f"/gesprekken/{one.id}", params={"na": 1})
    # A colleague cannot read without being seen by asking for the second half only.
    joris.get(f"/gesprekken/{one.id}", params={"na": 1})
    assert kinds(engine, one)[2:] == ["ingezien", "ingezien"]


def test_a_message_that_is_sent_twice_arrives_once(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    client_id = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: sanne.say(one, "Goedemorgen.", client_id), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["bericht"]["nummer"] for answer in answers}) == 1
    sent = [each for each in store.since(engine, one.gesprek_id) if each.van == "medewerker"]
    assert [(each.tekst, each.naam) for each in sent] == [("Goedemorgen.", "Sanne")]
    assert kinds(engine, one).count("eerste_antwoord") == 1


def test_a_message_that_arrived_before_the_conversation_went_is_not_refused_when_sent_again(
    agent: NewAgent, engine: Engine, one: Any
) -> None:
    sanne = agent()
    sanne.claim(one)
    client_id = str(uuid.uuid4())
    first = sanne.say(one, "Tot ziens.", client_id)
    sanne.post(f"/gesprekken/{one.id}/afsluiten", {"uitkomst": "opgelost"})
    assert sanne.say(one, "Tot ziens.", client_id).json() == first.json()
    assert sanne.say(one, "Nog iets.").status_code == 409


def test_only_who_has_it_may_say_something(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne, joris = agent("sanne"), agent("joris")
    assert sanne.say(one, "Te vroeg.").status_code == 409
    sanne.claim(one)
    assert joris.say(one, "Ik ook.").status_code == 409
    assert joris.post(f"/gesprekken/{one.id}/typt").status_code == 409
    assert joris.post(f"/gesprekken/{one.id}/afsluiten", {"uitkomst": "opgelost"}).status_code == 409
    assert [each.van for each in store.since(engine, one.gesprek_id)] == ["bewoner", "vraagbaak"]


def test_numbers_that_must_not_be_stored_are_masked_and_lines_stay(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    sanne.say(one, "Uw BSN is 111222333.\r\n\r\n\r\n- een\n- twee\u202e ")
    sanne.post(f"/gesprekken/{one.id}/notities", {"tekst": "BSN 111222333"})
    assert store.since(engine, one.gesprek_id)[-1].tekst == "Uw BSN is [bsn].\n\n- een\n- twee"
    assert queue.notes(engine, one.id)[0].tekst == "BSN [bsn]"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tekst": "x"}, 400),
        ({"id": "geen uuid", "tekst": "x"}, 400),
        ({"id": str(uuid.uuid4())}, 400),
        ({"id": str(uuid.uuid4()), "tekst": " \n "}, 400),
        ({"id": str(uuid.uuid4()), "tekst": "\u202e"}, 400),
        ({"id": str(uuid.uuid4()), "tekst": 5}, 400),
        ({"id": str(uuid.uuid4()), "tekst": "x" * 4001}, 413),
    ],
)
def test_what_cannot_be_sent_is_refused(
    agent: NewAgent, engine: Engine, one: Any, body: dict[str, Any], status: int
) -> None:
    sanne = agent()
    sanne.claim(one)
    answer = sanne.post(f"/gesprekken/{one.id}/berichten", body)
    assert answer.status_code == status and answer.json()["fout"]
    assert len(store.since(engine, one.gesprek_id)) == 2


def test_the_resident_sees_who_types(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    assert sanne.post(f"/gesprekken/{one.id}/typt").status_code == 204
    toestand = store.load(engine, one.gesprek_id).toestand
    assert (toestand["soort"], toestand["naam"]) == ("typt", "Sanne")


def test_the_employee_sees_that_the_resident_types_and_how_far_they_read(
    agent: NewAgent, engine: Engine, one: Any
) -> None:
    sanne = agent()
    sanne.claim(one)
    toestand = store.load(engine, one.gesprek_id).toestand
    store.set_state(engine, one.gesprek_id, {**toestand, "bewoner_typt": "2026-11-25T10:00:00+00:00"})
    number = people.says(engine, one, "bent u daar?")
    sanne.post(f"/gesprekken/{one.id}/gelezen", {"nummer": number})
    mine = sanne.state()["gesprekken"][0]
    assert (mine["typt"], mine["laatste"], mine["gelezen"]) == ("2026-11-25T10:00:00+00:00", number, number)
    assert sanne.post(f"/gesprekken/{one.id}/gelezen", {"nummer": -1}).status_code == 400


def test_handing_over_to_a_colleague_takes_the_story_along(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne, joris = agent("sanne"), agent("joris")
    sanne.claim(one)
    (colleague,) = sanne.state()["collegas"]
    answer = sanne.post(
        f"/gesprekken/{one.id}/overdragen", {"medewerker": colleague["id"], "reden": "Weet er meer van."}
    )
    assert answer.json() == {"naar": "Joris"}
    assert sanne.state()["gesprekken"] == [] and joris.state()["gesprekken"][0]["id"] == one.id
    found = joris.get(f"/gesprekken/{one.id}").json()
    assert [each["tekst"] for each in found["notities"]] == ["Weet er meer van."]
    assert found["verloop"][-1] | {"tijd": None} == {
        "soort": "overgedragen",
        "wie": "Sanne",
        "naar": "Joris",
        "tijd": None,
    }
    assert "Joris" in store.since(engine, one.gesprek_id)[-1].tekst


def test_handing_over_to_a_department_puts_it_first_in_the_queue(
    agent: NewAgent, engine: Engine, one: Any, sqlite_settings: Settings
) -> None:
    sanne = agent()
    people.waiting(sqlite_settings, engine, ago=300)
    sanne.claim(one)
    body = {"afdeling": "vergunningen", "reden": "Over een vergunning."}
    assert sanne.post(f"/gesprekken/{one.id}/overdragen", body).json() == {"naar": "Vergunningen"}
    first = sanne.state()["wachtrij"][0]
    assert (first["id"], first["afdeling"], first["terug"]) == (one.id, "vergunningen", True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reden": "x"}, 400),
        ({"reden": "x", "medewerker": 1, "afdeling": "vergunningen"}, 400),
        ({"afdeling": "vergunningen"}, 400),
        ({"reden": "x", "afdeling": "bestaat-niet"}, 400),
        ({"reden": "x", "afdeling": ["vergunningen"]}, 400),
        ({"reden": "x", "medewerker": 9999}, 409),
        ({"reden": "x", "medewerker": True}, 409),
        ({"reden": "x", "medewerker": "1"}, 409),
    ],
)
def test_handing_over_to_nobody_is_refused(
    agent: NewAgent, engine: Engine, one: Any, body: dict[str, Any], status: int
) -> None:
    sanne = agent()
    sanne.claim(one)
    assert sanne.post(f"/gesprekken/{one.id}/overdragen", body).status_code == status
    assert queue.load(engine, one.id).status == Status.MEDEWERKER


def test_a_colleague_who_is_away_or_of_another_municipality_gets_nothing(
    agent: NewAgent, engine: Engine, one: Any
) -> None:
    sanne = agent()
    away = people.employee(engine, "away", aanwezig=False)
    other = people.employee(engine, "other", "molendam")
    sanne.claim(one)
    for each in (away, other):
        body = {"medewerker": each.id, "reden": "x"}
        assert sanne.post(f"/gesprekken/{one.id}/overdragen", body).status_code == 409


def test_closing_gives_it_back_to_the_bot_and_asks_for_a_grade(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    body = {"uitkomst": "doorverwezen", "label": "klacht"}
    assert sanne.post(f"/gesprekken/{one.id}/afsluiten", body).status_code == 204
    assert sanne.post(f"/gesprekken/{one.id}/afsluiten", body).status_code == 204
    closed = queue.load(engine, one.id)
    assert (closed.status, closed.uitkomst, closed.label) == (Status.GESLOTEN, "doorverwezen", "klacht")
    assert store.load(engine, one.gesprek_id).toestand == {"wie": "bot", "soort": "bot", "cijfer": True}
    assert [each.van for each in store.since(engine, one.gesprek_id)].count("vraagbaak") == 2
    (history,) = sanne.get("/geschiedenis").json()["gesprekken"]
    assert (history["id"], history["wie"], history["uitkomst"]) == (one.id, "Sanne", "doorverwezen")


def test_a_closing_that_broke_off_half_way_is_finished_the_second_time(
    agent: NewAgent, engine: Engine, one: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sanne = agent()
    sanne.claim(one)
    path, body = f"/gesprekken/{one.id}/afsluiten", {"uitkomst": "opgelost"}
    with monkeypatch.context() as broken:
        broken.setattr(takeover, "tell", lambda *_, **__: 1 / 0)
        assert sanne.post(path, body).status_code == 500
    assert store.load(engine, one.gesprek_id).toestand["wie"] == "medewerker"
    assert sanne.post(path, body).status_code == sanne.post(path, body).status_code == 204
    assert store.load(engine, one.gesprek_id).toestand["wie"] == "bot"
    assert len(store.since(engine, one.gesprek_id)) == 3


@pytest.mark.parametrize(
    "body", [{}, {"uitkomst": "verlaten"}, {"uitkomst": "onzin"}, {"uitkomst": "opgelost", "label": "onzin"}]
)
def test_closing_needs_an_outcome_that_exists(agent: NewAgent, engine: Engine, one: Any, body: dict[str, Any]) -> None:
    sanne = agent()
    sanne.claim(one)
    assert sanne.post(f"/gesprekken/{one.id}/afsluiten", body).status_code == 400
    assert queue.load(engine, one.id).status == Status.MEDEWERKER


def test_an_erased_conversation_leaves_no_room_for_words(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    queue.forget(engine, one.gesprek_id)
    store.erase(engine, one.gesprek_id)
    assert sanne.say(one, "Bent u daar?").status_code == 410
    assert sanne.post(f"/gesprekken/{one.id}/notities", {"tekst": "x"}).status_code == 410
    found = sanne.get(f"/gesprekken/{one.id}").json()
    assert found["berichten"] == [] and found["overdracht"]["gewist"]


def test_a_call_back_is_done_by_one(agent: NewAgent, engine: Engine) -> None:
    asked = people.to_call(engine)
    path = f"/terugbelverzoeken/{asked.referentienummer}"
    sanne, joris = agent("sanne"), agent("joris")
    (listed,) = sanne.state()["terugbelverzoeken"]
    assert listed["onderwerp"] == "Parkeervergunning" and "0612345678" not in json.dumps(listed)
    assert "Fatima" not in json.dumps(listed)
    details = sanne.get(path).json()
    assert (details["naam"], details["telefoon_tekst"]) == ("Fatima", "06 12345678")
    assert sanne.post(f"{path}/oppakken").status_code == sanne.post(f"{path}/oppakken").status_code == 204
    assert joris.post(f"{path}/oppakken").status_code == 409
    assert joris.post(f"{path}/klaar").status_code == joris.post(f"{path}/terugzetten").status_code == 409
    assert sanne.post(f"{path}/terugzetten").status_code == 204
    assert joris.post(f"{path}/oppakken").status_code == 204
    assert joris.post(f"{path}/klaar").status_code == joris.post(f"{path}/klaar").status_code == 204
    assert sanne.state()["terugbelverzoeken"] == []


def test_products_are_found_by_a_few_letters_and_ready_to_send(agent: NewAgent) -> None:
    sanne = agent()
    path = "/gemeenten/voorbeeldstad/producten"
    assert sanne.get(path, params={"zoek": "pasp"}).json()["producten"][0]["id"] == "paspoort-aanvragen"
    assert sanne.get(path, params={"zoek": "paspport"}).json()["producten"][0]["id"] == "paspoort-aanvragen"
    assert sanne.get(path, params={"zoek": "zeppelin"}).json()["producten"] == []
    assert sanne.get(path).json()["producten"] == []
    found = sanne.get(f"{path}/paspoort-aanvragen").json()
    assert found["delen"][0]["titel"] == "Kort antwoord" and found["bronnen"]
    texts = " ".join(part["tekst"] for part in found["delen"])
    assert "{{" not in texts and "**" not in texts and "](" not in texts
    assert sanne.get(f"{path}/bestaat-niet").status_code == 404


def test_canned_answers_of_project_and_municipality(agent: NewAgent) -> None:
    found = {
        each["code"]: each for each in agent().get("/gemeenten/voorbeeldstad/standaardantwoorden").json()["antwoorden"]
    }
    assert found["groet"]["tekst"].startswith("Dag {naam}. Ik ben Sanne van de gemeente Voorbeeldstad.")
    own = gemeente(balie={"standaardantwoorden": {"groet": "Hoi {naam}", "markt-dag": "Op {gemeente}."}})
    mixed = {each["code"]: each for each in canned.answers(own, "Sanne")}
    assert mixed["groet"]["tekst"] == "Hoi {naam}" and mixed["markt-dag"]["titel"] == "Markt dag"


def test_canned_answers_use_known_variables_and_plain_words() -> None:
    import re

    for code, one in canned.common().items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert set(re.findall(r"\{(.*?)\}", one["tekst"])) <= canned.VARIABELEN
        assert set(one) == {"titel", "tekst"} and not re.search(r"\b(je|jij|jouw)\b", one["tekst"], re.IGNORECASE)
        for sentence in re.split(r"(?<=[.?!])\s", one["tekst"]):
            assert len(sentence.split()) <= 20, sentence


def test_bad_requests_are_refused_in_words(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    headers = {"x-balie-csrf": sanne.csrf, "content-type": "application/json"}
    for content in (b"{", b"[1]", b"\xff"):
        answer = sanne.client.post("/balie/api/aanwezig", content=content, headers=headers)
        assert answer.status_code == 400 and answer.json()["fout"]
    for na in ("x", "-1", "1e3", "9" * 12):
        assert sanne.get(f"/gesprekken/{one.id}", params={"na": na}).status_code == 400


def test_what_breaks_says_nothing_of_itself(
    agent: NewAgent, one: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sanne = agent()

    def fail(*_: object) -> None:
        raise RuntimeError("geheime woorden")

    monkeypatch.setattr(queue, "looked", fail)
    answer = sanne.get(f"/gesprekken/{one.id}")
    assert (answer.status_code, answer.json()) == (
        500,
        {"fout": "Er ging iets mis aan onze kant. Probeer het zo opnieuw."},
    )
    assert "geheime woorden" not in caplog.text


# The stream


@contextmanager
def listening(one: Agent) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    with one.client.stream("GET", "/balie/api/events", timeout=httpx.Timeout(10, read=30)) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


def test_the_stream_tells_what_happens(agent: NewAgent, engine: Engine, sqlite_settings: Settings) -> None:
    sanne, joris = agent("sanne"), agent("joris")
    with listening(sanne) as events:
        kind, first = next(events)
        assert kind == "stand" and first["stand"]["wachtrij"] == [] and first["nu"]
        one = people.waiting(sqlite_settings, engine)
        assert [each["id"] for each in next(events)[1]["stand"]["wachtrij"]] == [one.id]
        joris.claim(one)
        now = next(events)[1]["stand"]
        assert now["wachtrij"] == [] and now["elders"][0]["wie"] == "Joris"


def test_the_stream_does_not_tell_of_another_municipality(
    agent: NewAgent, engine: Engine, sqlite_settings: Settings
) -> None:
    with listening(agent("sanne")) as events:
        next(events)
        people.waiting(sqlite_settings, engine, "molendam", naam="Geheim")
        mine = people.waiting(sqlite_settings, engine, "voorbeeldstad")
        content = next(events)[1]
        assert "Geheim" not in json.dumps(content) and content["stand"]["wachtrij"][0]["id"] == mine.id


def test_a_new_message_moves_the_number_in_the_stream(agent: NewAgent, engine: Engine, one: Any) -> None:
    sanne = agent()
    sanne.claim(one)
    with listening(sanne) as events:
        before = next(events)[1]["stand"]["gesprekken"][0]["laatste"]
        people.says(engine, one, "bent u daar?")
        assert next(events)[1]["stand"]["gesprekken"][0]["laatste"] == before + 1


def test_the_stream_asks_for_a_sign_of_life_and_ends_with_the_session(
    agent: NewAgent, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.desk.stream.TICK", 0.3)
    sanne = agent()
    with listening(sanne) as events:
        assert next(events)[0] == "stand"
        assert next(events)[0] == "tik"
        employees.set_active(engine, 1, False)
        assert "uit" in [kind for kind, _ in events]


def test_only_the_page_itself_keeps_an_employee_present(
    agent: NewAgent, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.desk.stream.TICK", 0.2)
    sanne = agent()
    with listening(sanne) as events:
        next(events)
        before = employees.load(engine, 1).gezien_op
        for _ in range(3):
            assert next(events)[0] == "tik"
        assert employees.load(engine, 1).gezien_op == before
        sanne.post("/hartslag")
        after = employees.load(engine, 1).gezien_op
        assert before is not None and after is not None and after > before
